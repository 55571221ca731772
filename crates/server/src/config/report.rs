//! Findings of one file, gathered while it is read.

use ivr::{Diagnostic, Severity, Told, did_you_mean};
use toml::Spanned;

use super::document::Document;

/// What was found so far.
pub(crate) struct Report<'d> {
    document: &'d Document,
    found: Vec<Diagnostic>,
}

impl<'d> Report<'d> {
    pub(crate) const fn new(document: &'d Document) -> Self {
        let found = Vec::new();
        Self { document, found }
    }

    pub(crate) fn finish(self) -> Vec<Diagnostic> {
        self.found
    }

    /// The file is refused.
    pub(crate) fn error<T>(&mut self, at: &Spanned<T>, message: Told, help: Option<Told>) {
        let found = self.document.error(at.span().start, message, help);
        self.found.push(found);
    }

    /// Somebody should look.
    pub(crate) fn warning<T>(&mut self, at: &Spanned<T>, message: Told, help: Told) {
        let found = self.document.error(at.span().start, message, Some(help));
        let severity = Severity::Warning;
        self.found.push(Diagnostic { severity, ..found });
    }

    /// A name that nothing has, with the nearest that something has.
    pub(crate) fn unknown<'a>(
        &mut self,
        at: &Spanned<String>,
        message: Told,
        known: impl Iterator<Item = &'a str>,
    ) {
        let near = did_you_mean(at.get_ref(), known);
        self.error(at, message, near);
    }
}
