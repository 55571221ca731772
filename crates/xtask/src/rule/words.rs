//! Nothing is left for later in the code: what is open stands in the tracker.

use super::{Rule, lines_with};
use crate::{Finding, House};

pub(super) const RULE: Rule = Rule {
    name: "words",
    doc: "no todo!() and unimplemented!() in code, no notes to oneself in comments",
    check,
};

const IN_CODE: &[&str] = &["todo!", "unimplemented!", "dbg!"];
const IN_COMMENTS: &[&str] = &["TODO", "FIXME", "XXX", "HACK"];

fn check(house: &House) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in house.sources() {
        let layers = [(&source.code, IN_CODE), (&source.comments, IN_COMMENTS)];
        for (text, words) in layers {
            for word in words {
                findings.extend(lines_with(text, word).map(|line| {
                    let what = format!("`{word}`: do it, or write it into the tracker");
                    Finding::breach(&source.path, line, what)
                }));
            }
        }
    }
    findings
}
