//! Invariant 1: the stones of floor 1 import nothing of ours, not even each other.

use super::Rule;
use crate::{Finding, House};

pub(super) const RULE: Rule = Rule {
    name: "stones",
    doc: "a crate of floor 1 imports no crate of the workspace",
    check,
};

fn check(house: &House) -> Vec<Finding> {
    let stones = house
        .crates
        .iter()
        .filter(|it| house.floor(&it.name) == Some(1));
    stones
        .flat_map(|it| {
            it.imports
                .iter()
                .filter(|import| !import.dev && house.find(&import.name).is_some())
                .map(|import| {
                    let what = format!(
                        "the stone `{}` imports `{}`: the room above that uses both converts between them",
                        it.name, import.name
                    );
                    Finding::breach(it.manifest_path(), it.line_of(&import.name), what)
                })
        })
        .collect()
}
