//! Size follows from one noun a file. A long file is told, a very long one is refused.

use super::Rule;
use crate::{Finding, House};

pub(super) const RULE: Rule = Rule {
    name: "length",
    doc: "a file of more than 400 lines is told, one of more than 800 is refused",
    check,
};

const TOLD: usize = 400;
const REFUSED: usize = 800;

fn check(house: &House) -> Vec<Finding> {
    house
        .sources()
        .filter_map(|source| {
            let lines = source.text.lines().count();
            let what = || format!("{lines} lines: which noun in it deserves a file of its own?");
            if lines > REFUSED {
                Some(Finding::breach(&source.path, 0, what()))
            } else {
                (lines > TOLD).then(|| Finding::warning(&source.path, 0, what()))
            }
        })
        .collect()
}
