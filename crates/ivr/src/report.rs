//! The list of findings of one file, in the order of their places.

use crate::diagnostic::{Diagnostic, Severity, closest};
use crate::place::Place;

/// A mark that a value is missing because its mistake is already in the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reported;

/// A value, or the knowledge that its mistake was told.
pub(crate) type Read<T> = Result<T, Reported>;

/// Collects findings; never ends the reading.
#[derive(Debug)]
pub(crate) struct Report {
    file: String,
    found: Vec<Diagnostic>,
}

impl Report {
    pub(crate) fn new(file: &str) -> Self {
        Self {
            file: file.to_owned(),
            found: Vec::new(),
        }
    }

    /// Tells an error.
    pub(crate) fn error(
        &mut self,
        place: Place,
        message: impl Into<String>,
        help: Option<String>,
    ) -> Reported {
        self.push(Severity::Error, place, message.into(), help);
        Reported
    }

    /// Tells what works but deserves a look.
    pub(crate) fn warning(
        &mut self,
        place: Place,
        message: impl Into<String>,
        help: Option<String>,
    ) {
        self.push(Severity::Warning, place, message.into(), help);
    }

    /// Tells that a name is not one of the known ones.
    pub(crate) fn unknown<'k>(
        &mut self,
        place: Place,
        message: impl Into<String>,
        word: &str,
        known: impl Iterator<Item = &'k str> + Clone,
    ) -> Reported {
        let help = did_you_mean(word, known);
        self.error(place, message, Some(help))
    }

    /// All findings, by line and column.
    pub(crate) fn finish(mut self) -> Vec<Diagnostic> {
        self.found
            .sort_by_key(|one| (one.line, one.column, one.severity));
        self.found
    }

    fn push(&mut self, severity: Severity, place: Place, message: String, help: Option<String>) {
        let Place { line, column } = place;
        let finding = Diagnostic {
            severity,
            file: self.file.clone(),
            line,
            column,
            message,
            help,
            story: None,
        };
        if !self.found.contains(&finding) {
            self.found.push(finding);
        }
    }
}

/// The nearest known name, or all of them when none is near.
fn did_you_mean<'k>(word: &str, known: impl Iterator<Item = &'k str> + Clone) -> String {
    const SHOWN: usize = 24;
    if let Some(near) = closest(word, known.clone()) {
        return format!("did you mean `{near}`?");
    }
    let mut names: Vec<String> = known
        .clone()
        .take(SHOWN)
        .map(|name| format!("`{name}`"))
        .collect();
    if known.count() > SHOWN {
        names.push("…".to_owned());
    }
    if names.is_empty() {
        "there are none yet".to_owned()
    } else {
        format!("known: {}", names.join(", "))
    }
}
