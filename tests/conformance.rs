//! `docs/conformance.md` tells the truth: each file that it names exists, and each test that it names is one.
#![allow(
    clippy::unwrap_used,
    reason = "a page that cannot be read fails the test"
)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// The words between backticks in a column of the tables.
fn named(page: &str, column: usize) -> Vec<String> {
    let rows = page
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| Section"));
    let cells = rows.filter_map(|row| row.split(" | ").nth(column).map(str::to_owned));
    cells
        .flat_map(|cell| {
            let words = cell.split('`').skip(1).step_by(2);
            words.map(str::to_owned).collect::<Vec<_>>()
        })
        .collect()
}

/// The functions that follow a test attribute in all sources.
fn tests() -> BTreeSet<String> {
    let mut files = Vec::new();
    for folder in ["crates", "tests"] {
        gather(&repository().join(folder), &mut files);
    }
    let mut found = BTreeSet::new();
    for file in files {
        let text = std::fs::read_to_string(file).unwrap();
        let mut lines = text.lines().map(str::trim);
        while let Some(line) = lines.next() {
            if !line.starts_with("#[test]") && !line.starts_with("#[tokio::test") {
                continue;
            }
            let function = lines.by_ref().find_map(|line| line.split_once("fn "));
            let name = function.and_then(|(_, rest)| rest.split('(').next());
            found.extend(name.map(str::to_owned));
        }
    }
    found
}

fn gather(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            gather(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push(path);
        }
    }
}

#[test]
fn every_row_has_its_file_and_its_test() {
    let page = std::fs::read_to_string(repository().join("docs/conformance.md")).unwrap();
    let (files, proofs, tests) = (named(&page, 2), named(&page, 3), tests());
    assert!(files.len() > 40 && proofs.len() > 60, "the tables are read");
    let gone = files
        .iter()
        .filter(|file| !repository().join("crates").join(file).is_file());
    let unproven = proofs.iter().filter(|proof| !tests.contains(*proof));
    let wrong: Vec<&String> = gone.chain(unproven).collect();
    assert!(
        wrong.is_empty(),
        "docs/conformance.md names what is not there: {wrong:?}"
    );
}
