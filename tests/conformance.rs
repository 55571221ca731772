//! The pages that name tests tell the truth: `docs/conformance.md` (what of each RFC is done),
//! `docs/distribution-rules.md` (R1-R80), `docs/distribution-features.md` (B1-D32) and `docs/script-features.md`
//! (E1-E25, J1-J4, M6). Each file that they name exists, and each test that they name is one.
#![allow(
    clippy::unwrap_used,
    reason = "a page that cannot be read fails the test"
)]

use std::collections::{BTreeMap, BTreeSet};
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

/// The functions that follow a test attribute, by the file that holds them.
fn tests() -> BTreeMap<String, BTreeSet<String>> {
    let mut files = Vec::new();
    for folder in ["crates", "tests"] {
        gather(&repository().join(folder), &mut files);
    }
    let found = files.into_iter().map(|file| {
        let text = std::fs::read_to_string(&file).unwrap();
        let path = file.strip_prefix(repository()).unwrap();
        (path.to_str().unwrap().to_owned(), tests_of(&text))
    });
    found.collect()
}

fn tests_of(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut lines = text.lines().map(str::trim);
    while let Some(line) = lines.next() {
        if !line.starts_with("#[test]") && !line.starts_with("#[tokio::test") {
            continue;
        }
        let function = lines.by_ref().find_map(|line| line.split_once("fn "));
        let name = function.and_then(|(_, rest)| rest.split('(').next());
        found.extend(name.map(str::to_owned));
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
    let (files, proofs) = (named(&page, 2), named(&page, 3));
    let tests: BTreeSet<String> = tests().into_values().flatten().collect();
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

/// A row of the rules' page: the number, and each cell's tests with the file before them.
struct Rule {
    number: usize,
    open: bool,
    parts: Vec<(String, String)>,
    whole: Vec<(String, String)>,
}

fn rules(page: &str) -> Vec<Rule> {
    let rows = page.lines().filter(|line| line.starts_with("| R"));
    // A row that is not understood is a row that is missing.
    let rules = rows.filter_map(|row| {
        let cells: Vec<&str> = row.trim_matches([' ', '|']).split(" | ").collect();
        let [number, _, parts, whole] = cells[..] else {
            return None;
        };
        let number = number.strip_prefix('R')?.parse().ok()?;
        Some(Rule {
            number,
            open: (parts, whole) == ("open", "open"),
            parts: proofs(parts),
            whole: proofs(whole),
        })
    });
    rules.collect()
}

fn proofs(cell: &str) -> Vec<(String, String)> {
    let (mut file, mut found) = (String::new(), Vec::new());
    for word in cell.split('`').skip(1).step_by(2) {
        match word.ends_with(".rs") {
            true if word.starts_with("tests/") => word.clone_into(&mut file),
            true => file = format!("crates/{word}"),
            false => found.push((file.clone(), word.to_owned())),
        }
    }
    found
}

/// Whether a test's name bears a rule's number: `r07_…`, `a12_r57_…`.
fn bears(test: &str, number: usize) -> bool {
    test.split('_').any(|word| word == format!("r{number:02}"))
}

/// Whether calls run through the engine in the tests of this file.
fn drives_the_engine(file: &str) -> bool {
    file.starts_with("tests/") || file.starts_with("crates/sim/")
}

#[test]
fn every_rule_of_distribution_has_its_row_and_its_tests() {
    let page = std::fs::read_to_string(repository().join("docs/distribution-rules.md")).unwrap();
    let (rules, tests) = (rules(&page), tests());
    let numbers: Vec<usize> = rules.iter().map(|rule| rule.number).collect();
    assert_eq!(numbers, (1..=80).collect::<Vec<_>>(), "one row for each");
    let mut wrong = Vec::new();
    for rule in &rules {
        let number = rule.number;
        let proven = tests.values().flatten().any(|test| bears(test, number));
        if rule.open == proven {
            wrong.push(format!("R{number} is open exactly while no test has it"));
        }
        if !rule.open && rule.parts.len() + rule.whole.len() == 0 {
            wrong.push(format!("R{number} names no test"));
        }
        let parts = rule.parts.iter().map(|proof| (proof, false));
        let whole = rule.whole.iter().map(|proof| (proof, true));
        for ((file, test), engine) in parts.chain(whole) {
            let there = tests.get(file).is_some_and(|tests| tests.contains(test));
            if !there || !bears(test, number) || drives_the_engine(file) != engine {
                wrong.push(format!("R{number}: {test} of {file}"));
            }
        }
    }
    assert!(wrong.is_empty(), "docs/distribution-rules.md: {wrong:#?}");
}

/// A page of features: its parts with the last number of each, and the numbers that were given away.
struct Features {
    page: &'static str,
    parts: &'static [(&'static str, std::ops::RangeInclusive<usize>)],
    given_away: &'static [&'static str],
}

const FEATURES: [Features; 2] = [
    Features {
        page: "docs/distribution-features.md",
        parts: &[("B", 1..=15), ("C", 1..=20), ("D", 1..=32)],
        given_away: &["C6", "C16", "D19"],
    },
    Features {
        page: "docs/script-features.md",
        parts: &[("E", 1..=25), ("J", 1..=4), ("M", 6..=6)],
        given_away: &["E10", "E17", "E19"],
    },
];

#[test]
fn every_feature_has_its_row_and_its_tests() {
    let tests = tests();
    for features in FEATURES {
        every_row_is_proven(&features, &tests);
    }
}

fn every_row_is_proven(features: &Features, tests: &BTreeMap<String, BTreeSet<String>>) {
    let page = std::fs::read_to_string(repository().join(features.page)).unwrap();
    let rows = page.lines().filter_map(|row| {
        let (name, rest) = row.strip_prefix("| ")?.split_once(" | ")?;
        let (_, proof) = rest.strip_suffix(" |")?.rsplit_once(" | ")?;
        let is_row = name.len() > 1 && name.chars().skip(1).all(|one| one.is_ascii_digit());
        is_row.then(|| (name.to_owned(), proof.to_owned()))
    });
    let rows: Vec<(String, String)> = rows.collect();
    let parts = features.parts.iter().cloned();
    let wanted = parts.flat_map(|(part, rows)| rows.map(move |row| format!("{part}{row}")));
    let wanted: Vec<String> = wanted
        .filter(|row| !features.given_away.contains(&row.as_str()))
        .collect();
    let names: Vec<&String> = rows.iter().map(|(name, _)| name).collect();
    assert_eq!(names, wanted.iter().collect::<Vec<_>>(), "one row for each");
    let is_there =
        |file: &str, test: &str| tests.get(file).is_some_and(|in_it| in_it.contains(test));
    let mut wrong = Vec::new();
    for (name, proof) in &rows {
        let proofs = proofs(proof);
        if proofs.is_empty() != (proof == "open") {
            wrong.push(format!("{name}: neither tests nor open"));
        }
        for (file, test) in proofs.iter().filter(|(file, test)| !is_there(file, test)) {
            wrong.push(format!("{name}: no test {test} in {file}"));
        }
    }
    assert!(wrong.is_empty(), "{}: {wrong:#?}", features.page);
}
