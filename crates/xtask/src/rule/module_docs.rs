//! A file says what it is before it begins.

use super::Rule;
use crate::{Finding, House};

pub(super) const RULE: Rule = Rule {
    name: "module-docs",
    doc: "every Rust file opens with a //! paragraph",
    check,
};

fn check(house: &House) -> Vec<Finding> {
    house
        .sources()
        .filter(|source| {
            let first = source.text.lines().find(|line| !line.trim().is_empty());
            first.and_then(|line| line.strip_prefix("//!")).is_none_or(|words| words.trim().is_empty())
        })
        .map(|source| {
            let what = "open with `//!`: what this file is, its RFC section or rule, what it leaves to others";
            Finding::breach(&source.path, 1, what)
        })
        .collect()
}
