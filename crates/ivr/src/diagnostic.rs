//! What is wrong in a file, where, and what to write instead.
//!
//! Lines and columns count from 1, columns in characters, as editors do. A diagnostic never ends the reading: all that
//! is wrong in a file is told at once.

use std::fmt;

use crate::check::Story;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The file is refused.
    Error,
    /// The file works, but somebody should look.
    Warning,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
        })
    }
}

/// One finding in a file. `Display` gives `FILE:LINE:COLUMN: error: MESSAGE` and, on lines of their own, the caller's story
/// and the help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// The file as the caller of `parse` named it.
    pub file: String,
    /// From 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
    /// What is wrong and what was expected.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
    /// How a caller comes there, where the finding is about callers.
    pub story: Option<Story>,
}

impl Diagnostic {
    /// Whether the file must be refused.
    pub const fn is_error(&self) -> bool {
        matches!(self.severity, Severity::Error)
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            severity,
            file,
            line,
            column,
            message,
            help,
            story,
        } = self;
        write!(f, "{file}:{line}:{column}: {severity}: {message}")?;
        if let Some(story) = story {
            write!(f, "\n  caller: {story}")?;
        }
        match help {
            Some(help) => write!(f, "\n  help: {help}"),
            None => Ok(()),
        }
    }
}

/// The known name that is nearest to `word`, if one is near enough to be meant: at most a third of the letters differ
/// (one at least). Of equally near names the first in order wins.
pub fn closest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let length = word.chars().count();
    known
        .map(|name| (distance(word, name), name))
        .filter(|(edits, name)| *edits <= (length.max(name.chars().count()) / 3).max(1))
        .min()
        .map(|(_, name)| name)
}

/// Edits (insert, delete, replace, swap of neighbours) that turn one word into the other, letter case ignored.
fn distance(left: &str, right: &str) -> usize {
    let left: Vec<char> = left.chars().flat_map(char::to_lowercase).collect();
    let right: Vec<char> = right.chars().flat_map(char::to_lowercase).collect();
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.iter().enumerate() {
        let mut next = vec![i + 1];
        for (j, b) in right.iter().enumerate() {
            let at =
                |row: &[usize], index: usize| row.get(index).copied().unwrap_or(usize::MAX - 1);
            let mut cost = (at(&row, j) + usize::from(a != b))
                .min(at(&row, j + 1) + 1)
                .min(at(&next, j) + 1);
            let swapped =
                i > 0 && j > 0 && left.get(i - 1) == Some(b) && right.get(j - 1) == Some(a);
            if swapped {
                cost = cost.min(at(&before, j - 1) + 1);
            }
            next.push(cost);
        }
        before = std::mem::replace(&mut row, next);
    }
    row.last().copied().unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_meant_only_when_it_is_near() {
        let known = ["support", "sales", "office", "on_timeout", "on_no_agents"];
        let table = [
            ("suport", Some("support")),
            ("Support", Some("support")),
            ("uspport", Some("support")),
            ("sale", Some("sales")),
            ("ofice", Some("office")),
            ("on_timeuot", Some("on_timeout")),
            ("on_no_agent", Some("on_no_agents")),
            ("kitchen", None),
            ("", None),
        ];
        for (word, expected) in table {
            assert_eq!(closest(word, known.into_iter()), expected, "{word:?}");
        }
        assert_eq!(closest("技术", ["技木", "销售"].into_iter()), Some("技木"));
    }

    #[test]
    fn the_display_is_what_editors_can_jump_to() {
        let found = Diagnostic {
            severity: Severity::Error,
            file: "ivr-scripts/main.toml".to_owned(),
            line: 12,
            column: 5,
            message: "no queue `suport`".to_owned(),
            help: Some("did you mean `support`?".to_owned()),
            story: None,
        };
        assert_eq!(
            found.to_string(),
            "ivr-scripts/main.toml:12:5: error: no queue `suport`\n  help: did you mean `support`?"
        );
        let bare = Diagnostic {
            severity: Severity::Warning,
            help: None,
            ..found
        };
        assert_eq!(
            bare.to_string(),
            "ivr-scripts/main.toml:12:5: warning: no queue `suport`"
        );
    }
}
