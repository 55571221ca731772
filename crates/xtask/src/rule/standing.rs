//! Invariant 1, first half: each crate stands on exactly one floor, or is for developers, and the data names no ghosts.

use std::path::Path;

use super::Rule;
use crate::{Finding, House};

pub(super) const RULE: Rule = Rule {
    name: "standing",
    doc: "each crate stands on exactly one floor or is for developers; the data names only crates that exist",
    check,
};

fn check(house: &House) -> Vec<Finding> {
    let root = Path::new("Cargo.toml");
    let data = &house.data;
    let placed = || data.floors.values().flatten().chain(&data.tidy.developer);
    let homeless = house.crates.iter().filter_map(|it| match placed().filter(|name| **name == it.name).count() {
        1 => None,
        0 => Some(Finding::breach(
            it.manifest_path(),
            0,
            format!("`{}` stands on no floor: add it to [workspace.metadata.floors] or to `developer`", it.name),
        )),
        _ => Some(Finding::breach(
            it.manifest_path(),
            0,
            format!("`{}` stands in more than one place: keep one", it.name),
        )),
    });
    let named = placed()
        .chain(&data.tidy.core)
        .chain(data.tidy.never.iter().flat_map(|(a, b)| [a, b]));
    let ghosts = named.filter(|name| house.find(name).is_none()).map(|name| {
        Finding::breach(
            root,
            0,
            format!("[workspace.metadata] names `{name}`, which is no crate of the workspace"),
        )
    });
    homeless.chain(ghosts).collect()
}
