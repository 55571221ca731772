//! Findings of one file, gathered while it is read.

use std::fmt::Display;

use ivr::{Diagnostic, Severity, closest};
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
    pub(crate) fn error<T>(&mut self, at: &Spanned<T>, message: impl Display, help: Option<&str>) {
        let found = self.document.error(
            at.span().start,
            message.to_string(),
            help.map(str::to_owned),
        );
        self.found.push(found);
    }

    /// Somebody should look.
    pub(crate) fn warning<T>(&mut self, at: &Spanned<T>, message: impl Display, help: &str) {
        let found =
            self.document
                .error(at.span().start, message.to_string(), Some(help.to_owned()));
        let severity = Severity::Warning;
        self.found.push(Diagnostic { severity, ..found });
    }

    /// A name that nothing has, with the nearest that something has.
    pub(crate) fn unknown<'a>(
        &mut self,
        at: &Spanned<String>,
        message: impl Display,
        known: impl Iterator<Item = &'a str>,
    ) {
        let near = closest(at.get_ref(), known).map(|near| format!("did you mean `{near}`?"));
        self.error(at, message, near.as_deref());
    }
}
