//! A file is a noun of the field: no drawer for odds and ends, no `mod.rs`.

use super::Rule;
use crate::{Finding, House};

pub(super) const RULE: Rule = Rule {
    name: "names",
    doc: "no mod.rs, and no utils, helpers, misc or common",
    check,
};

const DRAWERS: &[&str] = &[
    "utils", "util", "helpers", "helper", "misc", "common", "shared", "stuff",
];

fn check(house: &House) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in house.sources() {
        if source.path.ends_with("mod.rs") {
            let what = "`foo.rs` beside `foo/`, not `foo/mod.rs`";
            findings.push(Finding::breach(&source.path, 0, what));
        }
        let parts = source.path.with_extension("");
        if let Some(drawer) = parts
            .iter()
            .filter_map(|part| part.to_str())
            .find(|part| DRAWERS.contains(part))
        {
            let what =
                format!("`{drawer}` is no noun of the field: name the file by what it holds");
            findings.push(Finding::breach(&source.path, 0, what));
        }
    }
    findings
}
