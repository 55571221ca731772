//! What was found in files, as people and programs read it: a line that editors can jump to, an excerpt of the file at a
//! terminal, or JSON; in Chinese or in English.
//!
//! A finding knows where it begins; what it is about is the word that stands there, and that is what an excerpt marks. The
//! file is read anew for it: where that fails, or the finding is about no file, the line says all.

use std::fmt;
use std::io::IsTerminal;

use ivr::{Diagnostic, Severity, Told};
use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource};
use serde_json::{Value, json};
use speech::Language;

/// Width of an excerpt, in columns.
const WIDTH: usize = 120;

/// Who reads findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reader {
    /// His language.
    pub(crate) language: Language,
    /// Whether he wants excerpts also where no terminal is.
    pub(crate) excerpts: bool,
}

impl Reader {
    /// A finding as a stream should show it, to be printed as a line: at a terminal with an excerpt, in colours unless
    /// `NO_COLOR` is set.
    pub(crate) fn shown(&self, finding: &Diagnostic, stream: &impl IsTerminal) -> String {
        let line = || finding.said_in(self.language);
        let terminal = stream.is_terminal();
        if !(terminal || self.excerpts) {
            return line();
        }
        let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        excerpt(finding, self.language, terminal && !refused).unwrap_or_else(line)
    }
}

/// Findings for programs: everything said has both languages.
pub(crate) fn as_json(findings: &[Diagnostic]) -> String {
    let both = |told: &Told| json!({ "en": told.en, "zh": told.zh });
    let row = |found: &Diagnostic| {
        json!({
            "severity": found.severity.said_in(Language::English),
            "file": found.file, "line": found.line, "column": found.column,
            "message": both(&found.message), "help": found.help.as_deref().map(both),
            "story": found.story.as_ref().map(|story| {
                json!({ "en": story.said_in(Language::English), "zh": story.said_in(Language::Chinese) })
            }),
        })
    };
    Value::Array(findings.iter().map(row).collect()).to_string()
}

fn excerpt(finding: &Diagnostic, language: Language, colours: bool) -> Option<String> {
    let text = std::fs::read_to_string(&finding.file).ok()?;
    let (offset, length) = word(&text, finding.line, finding.column)?;
    let theme = if colours {
        GraphicalTheme::unicode()
    } else {
        GraphicalTheme::unicode_nocolor()
    };
    let page = Page {
        message: finding.message.said_in(language),
        severity: finding.severity,
        source: NamedSource::new(&finding.file, text),
        offset,
        length,
    };
    let mut shown = String::new();
    let handler = GraphicalReportHandler::new_themed(theme).with_width(WIDTH);
    handler.render_report(&mut shown, &page).ok()?;
    let mut shown = shown.trim_end().to_owned();
    for note in finding.notes(language) {
        shown.extend(["\n  ", &note]);
    }
    shown.push('\n');
    Some(shown)
}

/// Where in the text the word stands that begins at a line and a column, in bytes: its offset and its length, which may be 0
/// at the end of a line.
fn word(text: &str, line: u32, column: u32) -> Option<(usize, usize)> {
    let index = usize::try_from(line.checked_sub(1)?).ok()?;
    let before: usize = text.split_inclusive('\n').take(index).map(str::len).sum();
    let line = text.get(before..)?.lines().next().unwrap_or("");
    // A byte order mark has no column.
    let mark = line.len() - line.trim_start_matches('\u{feff}').len();
    let column = usize::try_from(column.checked_sub(1)?).ok()?;
    let visible = line.get(mark..)?;
    let within = visible
        .char_indices()
        .nth(column)
        .map_or(visible.len(), |(at, _)| at);
    let rest = visible.get(within..)?;
    Some((before + mark + within, length_of_word(rest)))
}

/// The word at the beginning of the rest of a line: a quoted text, a list or table as far as it stands there, or a name.
fn length_of_word(rest: &str) -> usize {
    let Some(first) = rest.chars().next() else {
        return 0;
    };
    let close = match first {
        '"' | '\'' => first,
        '[' => ']',
        '{' => '}',
        _ => {
            let is_part = |it: char| it.is_alphanumeric() || "_-.:+".contains(it);
            let end = rest.find(|it| !is_part(it)).unwrap_or(rest.len());
            return end.max(first.len_utf8());
        }
    };
    let behind = first.len_utf8();
    let found = rest.get(behind..).and_then(|inner| {
        if first == close {
            inner.find(close)
        } else {
            inner.rfind(close)
        }
    });
    found.map_or(rest.trim_end().len(), |at| behind + at + close.len_utf8())
}

/// A finding as the library of excerpts takes it.
#[derive(Debug)]
struct Page<'f> {
    message: &'f str,
    severity: Severity,
    source: NamedSource<String>,
    offset: usize,
    length: usize,
}

impl fmt::Display for Page<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message)
    }
}

impl std::error::Error for Page<'_> {}

impl miette::Diagnostic for Page<'_> {
    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
        })
    }

    fn source_code(&self) -> Option<&dyn miette::SourceCode> {
        Some(&self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let span = LabeledSpan::new(None, self.offset, self.length);
        Some(Box::new(std::iter::once(span)))
    }
}

#[cfg(test)]
mod tests {
    use ivr::told;

    use super::*;

    #[test]
    fn an_excerpt_marks_the_word_in_either_language() {
        let file = std::env::temp_dir().join(format!("findings-{}.toml", std::process::id()));
        std::fs::write(&file, "[hours.时]\ncalendar = \"ofice\" # 办公\n").unwrap();
        let name = file.display().to_string();
        let found = Diagnostic {
            severity: Severity::Error,
            file: name.clone(),
            line: 2,
            column: 12,
            message: told!("no calendar `ofice`", "没有日历 `ofice`"),
            help: Some(Box::new(told!(
                "did you mean `office`?",
                "是否应为 `office`？"
            ))),
            story: None,
        };
        let shown = |language| excerpt(&found, language, false).unwrap();
        let expected = format!(
            "  × 没有日历 `ofice`\n   ╭─[{name}:2:12]\n 1 │ [hours.时]\n 2 │ calendar = \"ofice\" # 办公\n   ·            ───────\n   ╰────\n  建议：是否应为 `office`？\n"
        );
        assert_eq!(shown(Language::Chinese), expected);
        assert!(shown(Language::English).starts_with("  × no calendar `ofice`\n"));
        std::fs::remove_file(&file).unwrap();
        let line = found.said_in(Language::English);
        let reader = Reader {
            language: Language::English,
            excerpts: true,
        };
        assert_eq!(
            reader.shown(&found, &std::io::stderr()),
            line,
            "without the file the line says all"
        );
    }

    #[test]
    fn the_word_that_stands_at_a_place_is_marked() {
        let text = "\u{feff}start = \"欢迎\" # x\n[menu.welcome]\nkeys = { 1 = \"a\", 2 = \"b\" }\n\nb = [1,\n";
        let table = [
            (1, 1, "start"),
            (1, 9, "\"欢迎\""),
            (2, 7, "welcome"),
            (3, 8, "{ 1 = \"a\", 2 = \"b\" }"),
            (3, 14, "\"a\""),
            (4, 1, ""),
            (5, 5, "[1,"),
            (5, 3, "="),
            (5, 40, ""),
            (9, 1, ""),
        ];
        for (line, column, expected) in table {
            let (offset, length) = word(text, line, column).unwrap();
            assert_eq!(&text[offset..offset + length], expected, "{line}:{column}");
        }
        assert_eq!(word(text, 0, 1), None);
    }
}
