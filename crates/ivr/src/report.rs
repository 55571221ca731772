//! The list of findings of one file, in the order of their places.

use crate::diagnostic::{Diagnostic, Severity, closest};
use crate::place::Place;
use crate::told;
use crate::told::Told;

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
    pub(crate) fn error(&mut self, place: Place, message: Told, help: Option<Told>) -> Reported {
        self.push(Severity::Error, place, message, help);
        Reported
    }

    /// Tells what works but deserves a look.
    pub(crate) fn warning(&mut self, place: Place, message: Told, help: Option<Told>) {
        self.push(Severity::Warning, place, message, help);
    }

    /// Tells that a name is not one of the known ones.
    pub(crate) fn unknown<'k>(
        &mut self,
        place: Place,
        message: Told,
        word: &str,
        known: impl Iterator<Item = &'k str> + Clone,
    ) -> Reported {
        let help = nearest_or_all(word, known);
        self.error(place, message, Some(help))
    }

    /// All findings, by line and column.
    pub(crate) fn finish(mut self) -> Vec<Diagnostic> {
        self.found
            .sort_by_key(|one| (one.line, one.column, one.severity));
        self.found
    }

    fn push(&mut self, severity: Severity, place: Place, message: Told, help: Option<Told>) {
        let Place { line, column } = place;
        let finding = Diagnostic {
            severity,
            file: self.file.clone(),
            line,
            column,
            message,
            help: help.map(Box::new),
            story: None,
        };
        if !self.found.contains(&finding) {
            self.found.push(finding);
        }
    }
}

/// What to write instead of a name that nothing has: the nearest of those that are known.
pub fn did_you_mean<'k>(word: &str, known: impl Iterator<Item = &'k str>) -> Option<Told> {
    closest(word, known).map(|near| told!("did you mean `{near}`?", "是否应为 `{near}`？"))
}

/// The nearest known name, or all of them when none is near.
pub(crate) fn nearest_or_all<'k>(word: &str, known: impl Iterator<Item = &'k str> + Clone) -> Told {
    const SHOWN: usize = 24;
    if let Some(near) = did_you_mean(word, known.clone()) {
        return near;
    }
    let names = known.clone().take(SHOWN).map(|name| format!("`{name}`"));
    let more = (known.clone().count() > SHOWN).then(|| "…".to_owned());
    let names: Vec<String> = names.chain(more).collect();
    if names.is_empty() {
        return told!("there are none yet", "目前一个也没有");
    }
    Told {
        en: format!("known: {}", names.join(", ")),
        zh: format!("可用：{}", names.join("、")),
    }
}
