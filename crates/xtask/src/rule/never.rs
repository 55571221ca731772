//! Invariants 2 and 4: pairs of crates that never meet, whatever their floors.

use super::Rule;
use crate::{Finding, House};

pub(super) const RULE: Rule = Rule {
    name: "never",
    doc: "the pairs of [workspace.metadata.tidy] never do not import one another in this direction",
    check,
};

fn check(house: &House) -> Vec<Finding> {
    let pairs = house.data.tidy.never.iter();
    pairs
        .filter_map(|(from, to)| {
            let it = house.find(from)?;
            let import = it
                .imports
                .iter()
                .find(|import| !import.dev && import.name == *to)?;
            let what = format!("`{from}` never imports `{to}`: they meet in a crate above both");
            Some(Finding::breach(
                it.manifest_path(),
                it.line_of(&import.name),
                what,
            ))
        })
        .collect()
}
