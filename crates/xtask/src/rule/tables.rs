//! "Added in one place": a file in a table's folder has its row in the table.

use std::path::Path;

use super::{Rule, has_word};
use crate::house::{Crate, Source};
use crate::{Finding, House};

pub(super) const RULE: Rule = Rule {
    name: "tables",
    doc: "each strategy, node and codec is declared and has its row in the table beside its folder",
    check,
};

/// Crate, folder of the entries (the table is the file of the same name), what an entry is.
const TABLES: &[(&str, &str, &str)] = &[
    ("acd", "src/strategy", "strategy"),
    ("ivr", "src/node", "node"),
    ("audio", "src/codec", "codec"),
];

fn check(house: &House) -> Vec<Finding> {
    TABLES
        .iter()
        .filter_map(|(name, folder, what)| Some(check_table(house.find(name)?, folder, what)))
        .flatten()
        .collect()
}

fn check_table(it: &Crate, folder: &str, what: &str) -> Vec<Finding> {
    let table_path = format!("{folder}.rs");
    let Some(table) = it.source(&table_path) else {
        let advice = format!("the table of {what} entries is missing: it belongs here");
        return vec![Finding::breach(it.dir.join(table_path), 0, advice)];
    };
    let folder = it.dir.join(folder);
    it.sources
        .iter()
        // A file of tests has no product.
        .filter(|source| source.path.parent() == Some(&folder) && !source.product.is_empty())
        .filter_map(|entry| missing_row(table, entry, what))
        .collect()
}

fn missing_row(table: &Source, entry: &Source, what: &str) -> Option<Finding> {
    let name = entry.path.file_stem().and_then(|stem| stem.to_str())?;
    let declared = format!("mod {name};");
    let row = format!("{name}::");
    let code = || table.product.lines();
    // The row is a use of the entry that is no declaration and no re-export.
    let has_row = code().any(|line| has_word(line, &row) && !line.trim_start().starts_with("use "));
    // A node may be called by a word of the language: `mod r#return;`.
    let escaped = format!("mod r#{name};");
    if !code().any(|line| line.contains(&declared) || line.contains(&escaped)) {
        let advice = format!("no `{declared}` in {}", shown(&table.path));
        return Some(Finding::breach(&entry.path, 0, advice));
    }
    if !has_row {
        let advice = format!(
            "this {what} has no row in {}: add `{name}::…`",
            shown(&table.path)
        );
        return Some(Finding::breach(&entry.path, 0, advice));
    }
    None
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
