//! Invariant 3, by manifest: a core crate does not even know the libraries that touch the world.

use super::Rule;
use crate::{Finding, House};

pub(super) const RULE: Rule = Rule {
    name: "core-imports",
    doc: "no core crate depends on a runtime, a socket, a database or a random source",
    check,
};

const WORLD: &[&str] = &[
    "async-std",
    "axum",
    "chrono",
    "crossbeam",
    "crossbeam-channel",
    "dashmap",
    "fastrand",
    "getrandom",
    "hyper",
    "mio",
    "nix",
    "parking_lot",
    "rand",
    "rayon",
    "reqwest",
    "rustls",
    "smol",
    "socket2",
    "sqlx",
    "tempfile",
    "tokio",
    "uuid",
];

fn check(house: &House) -> Vec<Finding> {
    house
        .cores()
        .flat_map(|it| {
            it.imports
                .iter()
                .filter(|import| !import.dev && WORLD.contains(&import.name.as_str()))
                .map(|import| {
                    let what = format!(
                        "the core crate `{}` depends on `{}`: a shell does that and passes the result in",
                        it.name, import.name
                    );
                    Finding::breach(it.manifest_path(), it.line_of(&import.name), what)
                })
        })
        .collect()
}
