//! Findings of one file, gathered while it is read.

use ivr::{Diagnostic, Severity, Told, did_you_mean, told};
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

    /// A name that becomes a part of names of files; one that cannot is told.
    pub(crate) fn is_name(&mut self, name: &Spanned<String>) -> Option<()> {
        let text = name.get_ref();
        let plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
        if (1..=64).contains(&text.len()) && text.chars().all(plain) {
            return Some(());
        }
        let message = told!(
            "a name has 1 to 64 letters, digits, `-` and `_`",
            "名称须为 1 至 64 个字母、数字、`-` 或 `_`"
        );
        self.error(name, message, None);
        None
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
