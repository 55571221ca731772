//! The table of rules. A rule is a name, a line of doc and a function over the house; adding one is a file and a row.

mod badge;
mod core_calls;
mod core_imports;
mod floors;
mod homes;
mod length;
mod module_docs;
mod names;
mod never;
mod standing;
mod stones;
mod tables;
mod words;

use crate::{Finding, House};

/// A rule of the house.
pub struct Rule {
    /// Printed with each finding.
    pub name: &'static str,
    /// What it demands.
    pub doc: &'static str,
    /// Finds the places that do not follow it.
    pub check: fn(&House) -> Vec<Finding>,
}

/// All rules.
pub const RULES: &[Rule] = &[
    standing::RULE,
    floors::RULE,
    stones::RULE,
    never::RULE,
    homes::RULE,
    core_imports::RULE,
    core_calls::RULE,
    badge::RULE,
    tables::RULE,
    module_docs::RULE,
    names::RULE,
    length::RULE,
    words::RULE,
];

/// Applies all rules; sorted by path and line.
#[must_use]
pub fn tidy(house: &House) -> Vec<Finding> {
    let mut findings: Vec<Finding> = RULES
        .iter()
        .flat_map(|rule| {
            (rule.check)(house).into_iter().map(|finding| Finding {
                rule: rule.name,
                ..finding
            })
        })
        .collect();
    findings.sort_by(|a, b| (&a.path, a.line, a.rule).cmp(&(&b.path, b.line, b.rule)));
    findings
}

/// Lines (from 1) of a text that hold a word, not as a part of a longer one.
fn lines_with<'a>(text: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    // Most files hold none of the words: one search over the whole text spares the walk.
    let text = if text.contains(word) { text } else { "" };
    text.lines()
        .enumerate()
        .filter(move |(_, line)| has_word(line, word))
        .map(|(index, _)| index + 1)
}

fn has_word(line: &str, word: &str) -> bool {
    let part_of_word = |c: char| c.is_alphanumeric() || c == '_';
    // A pattern that begins or ends with a mark (`.await`, `spawn(`) bounds itself on that side.
    let open_front = word.starts_with(part_of_word);
    let open_back = word.ends_with(part_of_word);
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back().filter(|_| open_front);
        let after = line[at + word.len()..].chars().next().filter(|_| open_back);
        !before.is_some_and(part_of_word) && !after.is_some_and(part_of_word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_whole() {
        for (line, word, found) in [
            ("a Mutex<b>", "Mutex", true),
            ("a MyMutex<b>", "Mutex", false),
            ("x.await;", ".await", true),
            ("x.awaited", ".await", false),
            ("respawn(a)", "spawn(", false),
            ("thread::spawn(a)", "spawn(", true),
        ] {
            assert_eq!(has_word(line, word), found, "{word} in {line}");
        }
    }

    #[test]
    fn each_rule_has_a_name_of_its_own() {
        let mut names: Vec<_> = RULES.iter().map(|rule| rule.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), RULES.len());
    }
}
