//! What is wrong in a file, where, and what to write instead.
//!
//! Lines and columns count from 1, columns in characters, as editors do. A diagnostic never ends the reading: all that
//! is wrong in a file is told at once.

use std::fmt;

use speech::Language;

use crate::check::Story;
use crate::told::Told;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The file is refused.
    Error,
    /// The file works, but somebody should look.
    Warning,
}

impl Severity {
    /// Its word: `error`, 错误.
    pub const fn said_in(self, language: Language) -> &'static str {
        match (self, language) {
            (Self::Error, Language::English) => "error",
            (Self::Error, Language::Chinese) => "错误",
            (Self::Warning, Language::English) => "warning",
            (Self::Warning, Language::Chinese) => "警告",
        }
    }
}

/// One finding in a file.
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
    pub message: Told,
    /// What to write instead.
    pub help: Option<Box<Told>>,
    /// How a caller comes there, where the finding is about callers.
    pub story: Option<Box<Story>>,
}

impl Diagnostic {
    /// Whether the file must be refused.
    pub const fn is_error(&self) -> bool {
        matches!(self.severity, Severity::Error)
    }

    /// Whether all of it is said alike in both languages.
    pub fn is_said_alike(&self) -> bool {
        let help = self.help.as_deref();
        help.into_iter()
            .chain([&self.message])
            .all(Told::is_said_alike)
    }

    /// `FILE:LINE:COLUMN: error: MESSAGE`, as editors can jump to, and on lines of their own the caller's story and the help.
    pub fn said_in(&self, language: Language) -> String {
        let Self {
            file, line, column, ..
        } = self;
        let severity = self.severity.said_in(language);
        let message = self.message.said_in(language);
        let mut text = format!("{file}:{line}:{column}: {severity}: {message}");
        for note in self.notes(language) {
            text.extend(["\n  ", &note]);
        }
        text
    }

    /// What is said besides the message: the caller's story, and the help.
    pub fn notes(&self, language: Language) -> Vec<String> {
        let (caller, help) = match language {
            Language::English => ("caller: ", "help: "),
            Language::Chinese => ("来电经过：", "建议："),
        };
        let story = self.story.as_ref();
        let story = story.map(|story| format!("{caller}{}", story.said_in(language)));
        let told = self.help.as_ref();
        let told = told.map(|told| format!("{help}{}", told.said_in(language)));
        story.into_iter().chain(told).collect()
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.said_in(Language::English))
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
    use crate::told;

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
            message: told!("no queue `suport`", "没有队列 `suport`"),
            help: Some(Box::new(told!(
                "did you mean `support`?",
                "是否应为 `support`？"
            ))),
            story: None,
        };
        assert_eq!(
            found.to_string(),
            "ivr-scripts/main.toml:12:5: error: no queue `suport`\n  help: did you mean `support`?"
        );
        assert_eq!(
            found.said_in(Language::Chinese),
            "ivr-scripts/main.toml:12:5: 错误: 没有队列 `suport`\n  建议：是否应为 `support`？"
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
