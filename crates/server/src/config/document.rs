//! One TOML file: read into its shape, with every mistake told by line and column.

use std::path::Path;

use ivr::{Diagnostic, Severity, Told, told};
use serde::de::DeserializeOwned;

use super::shape;

/// A file's text and name, to turn byte offsets into places.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    /// As people call it: `config/queues.toml`.
    pub file: String,
    /// Its text.
    pub text: String,
}

impl Document {
    /// Reads a file; a file that cannot be read is a diagnostic like any other mistake.
    pub(crate) fn read(path: &Path) -> Result<Self, Diagnostic> {
        let file = path.display().to_string();
        match std::fs::read_to_string(path) {
            Ok(text) => Ok(Self { file, text }),
            Err(error) => Err(Diagnostic {
                severity: Severity::Error,
                file,
                line: 1,
                column: 1,
                message: told!("cannot be read: {error}", "无法读取：{error}"),
                help: None,
                story: None,
            }),
        }
    }

    /// Reads the text into a shape. TOML stops at the first mistake of syntax or type.
    pub(crate) fn parse<T: DeserializeOwned>(&self) -> Result<T, Diagnostic> {
        toml::from_str(&self.text).map_err(|error| {
            let offset = error.span().map_or(0, |span| span.start);
            let message = error.message();
            // What is TOML at all is wrong in its shape.
            let told = if toml::de::DeTable::parse(&self.text).is_ok() {
                shape::told(message)
            } else {
                ivr::syntax(message)
            };
            self.error(offset, told, shape::help(message))
        })
    }

    /// The byte offset of a value, by its path: `rtp.address`, `calendar.office.mon-fri[1]`.
    pub(crate) fn offset_of(&self, path: &str) -> Option<usize> {
        let root = toml::de::DeTable::parse(&self.text).ok()?;
        let mut steps = path.split('.');
        let mut at = root.get_ref().get(steps.next()?)?;
        for step in steps {
            let mut indices = step.split('[');
            at = at.get_ref().as_table()?.get(indices.next()?)?;
            for index in indices {
                let index: usize = index.trim_end_matches(']').parse().ok()?;
                at = at.get_ref().as_array()?.get(index)?;
            }
        }
        Some(at.span().start)
    }

    /// Line and column of a byte offset.
    pub(crate) fn place(&self, offset: usize) -> (u32, u32) {
        place(&self.text, offset)
    }

    /// An error at a byte offset.
    pub(crate) fn error(&self, offset: usize, message: Told, help: Option<Told>) -> Diagnostic {
        let (line, column) = self.place(offset);
        Diagnostic {
            severity: Severity::Error,
            file: self.file.clone(),
            line,
            column,
            message,
            help: help.map(Box::new),
            story: None,
        }
    }
}

/// Line and column of a byte offset, both from 1, columns in characters.
fn place(text: &str, offset: usize) -> (u32, u32) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before
        .rsplit('\n')
        .next()
        .map_or(0, |line| line.chars().count())
        + 1;
    (
        u32::try_from(line).unwrap_or(u32::MAX),
        u32::try_from(column).unwrap_or(u32::MAX),
    )
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::config::said;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its shape is asked for")]
    struct Shape {
        strategy: String,
        wrap_up_s: Option<u32>,
    }

    fn told(text: &str) -> String {
        let document = Document {
            file: "config/x.toml".into(),
            text: text.into(),
        };
        said::lines(&[document.parse::<Shape>().unwrap_err()]).concat()
    }

    #[test]
    fn mistakes_have_a_place_and_a_suggestion() {
        let unknown = told("# 中文\nstrategy = \"x\"\nwrap_upp_s = 3\n");
        assert!(
            unknown.starts_with("config/x.toml:3:1: error: unknown field `wrap_upp_s`"),
            "{unknown}"
        );
        assert!(
            unknown.ends_with("help: did you mean `wrap_up_s`?"),
            "{unknown}"
        );
        let kind = told("strategy = \"x\"\nwrap_up_s = \"10\"\n");
        assert!(kind.starts_with("config/x.toml:2:13: error: "), "{kind}");
        let syntax = told("strategy = \"x\nwrap_up_s = 3");
        assert!(syntax.starts_with("config/x.toml:1:"), "{syntax}");
    }
}
