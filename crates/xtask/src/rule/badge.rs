//! The badge of I/O: a crate that may touch the world says so by a `clippy.toml` of its own, and no core crate has one;
//! every crate takes the workspace's lints.

use super::Rule;
use crate::{Finding, House};

pub(super) const RULE: Rule = Rule {
    name: "badge",
    doc: "a crate has a clippy.toml of its own exactly if it is no core crate; every crate takes the workspace's lints",
    check,
};

fn check(house: &House) -> Vec<Finding> {
    let mut findings = Vec::new();
    for it in &house.crates {
        let wears = house.root.join(&it.dir).join("clippy.toml").exists();
        let core = house.data.tidy.core.contains(&it.name);
        if core && wears {
            let what = format!(
                "the core crate `{}` lifts the bans of the root clippy.toml: delete it",
                it.name
            );
            findings.push(Finding::breach(it.dir.join("clippy.toml"), 0, what));
        }
        if !core && !wears {
            let what = format!(
                "`{}` is no core crate and wears no badge: add a clippy.toml",
                it.name
            );
            findings.push(Finding::breach(it.manifest_path(), 0, what));
        }
        if !takes_lints(&it.manifest) {
            let what = "add `[lints]` with `workspace = true`";
            findings.push(Finding::breach(it.manifest_path(), 0, what));
        }
    }
    findings
}

fn takes_lints(manifest: &str) -> bool {
    toml::from_str::<toml::Table>(manifest)
        .ok()
        .and_then(|table| table.get("lints")?.get("workspace")?.as_bool())
        .unwrap_or(false)
}
