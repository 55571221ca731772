//! Invariant 5: a third-party crate has one home, so that what disappoints is replaced in one place.

use std::path::Path;

use super::{Rule, lines_with};
use crate::house::{Crate, Home};
use crate::{Finding, House};

pub(super) const RULE: Rule = Rule {
    name: "homes",
    doc: "a third-party crate with a home in [workspace.metadata.homes] is used there alone",
    check,
};

fn check(house: &House) -> Vec<Finding> {
    let homes = house.data.homes.iter();
    homes
        .flat_map(|(name, home)| {
            let mut findings = strangers(house, name, home);
            findings.extend(other_files(house, name, home));
            findings.extend(ghosts(house, name, home));
            findings
        })
        .collect()
}

/// Crates that depend on it without being its home. Crates for developers may use what they need.
fn strangers(house: &House, name: &str, home: &Home) -> Vec<Finding> {
    let may = |it: &Crate, dev: bool| {
        home.crates.contains(&it.name)
            || dev && home.dev.contains(&it.name)
            || house.is_developer(&it.name)
    };
    house
        .crates
        .iter()
        .flat_map(|it| {
            it.imports
                .iter()
                .filter(|import| import.name == name && !may(it, import.dev))
                .map(|_| {
                    let what = format!(
                        "`{name}` lives in {}: call that crate, or write down in the root Cargo.toml why it moves",
                        home.crates.join(", ")
                    );
                    Finding::breach(it.manifest_path(), it.line_of(name), what)
                })
        })
        .collect()
}

/// Files that name it beside those that may.
fn other_files(house: &House, name: &str, home: &Home) -> Vec<Finding> {
    if home.files.is_empty() {
        return Vec::new();
    }
    let word = name.replace('-', "_");
    house
        .sources()
        .filter(|source| !home.files.contains(&source.path))
        .flat_map(|source| {
            lines_with(&source.product, &word)
                .map(|line| {
                    Finding::breach(
                        &source.path,
                        line,
                        format!("only {} names `{name}`", listed(home)),
                    )
                })
                .collect::<Vec<_>>()
        })
        .collect()
}

/// Crates and files that are named as its home and do not exist.
fn ghosts(house: &House, name: &str, home: &Home) -> Vec<Finding> {
    let crates = home
        .crates
        .iter()
        .chain(&home.dev)
        .filter(|it| house.find(it).is_none())
        .cloned();
    let exists = |path: &Path| house.sources().any(|source| source.path == path);
    let files = home
        .files
        .iter()
        .filter(|path| !exists(path))
        .map(|path| path.display().to_string());
    crates
        .chain(files)
        .map(|ghost| {
            let what = format!("the home of `{name}` names `{ghost}`, which does not exist");
            Finding::breach("Cargo.toml", 0, what)
        })
        .collect()
}

fn listed(home: &Home) -> String {
    let files: Vec<String> = home
        .files
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    files.join(" or ")
}
