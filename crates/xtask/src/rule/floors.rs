//! Invariant 1, second half: imports fall. Tests may look sideways, never up.

use super::Rule;
use crate::house::{Crate, Import};
use crate::{Finding, House};

pub(super) const RULE: Rule = Rule {
    name: "floors",
    doc: "a crate imports crates of lower floors only; its tests may also import its own floor",
    check,
};

fn check(house: &House) -> Vec<Finding> {
    house
        .crates
        .iter()
        .filter(|it| !house.is_developer(&it.name))
        .flat_map(|it| {
            it.imports
                .iter()
                .filter_map(|import| rises(house, it, import))
        })
        .collect()
}

fn rises(house: &House, it: &Crate, import: &Import) -> Option<Finding> {
    let line = it.line_of(&import.name);
    if house.is_developer(&import.name) {
        let what = format!(
            "`{}` imports `{}`, which is for developers",
            it.name, import.name
        );
        return Some(Finding::breach(it.manifest_path(), line, what));
    }
    let (from, to) = (house.floor(&it.name)?, house.floor(&import.name)?);
    let falls = if import.dev { to <= from } else { to < from };
    if falls {
        return None;
    }
    let what = format!(
        "`{}` (floor {from}) imports `{}` (floor {to}): let the upper floor pass in what is needed",
        it.name, import.name
    );
    Some(Finding::breach(it.manifest_path(), line, what))
}
