//! What a rule has to say: where, which rule, what is wrong and what to do.

use std::fmt;
use std::path::PathBuf;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Told, nothing more.
    Warning,
    /// `tidy` fails.
    Breach,
}

/// One place that does not follow a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Relative to the root of the repository.
    pub path: PathBuf,
    /// From 1; 0 means the file as a whole.
    pub line: usize,
    /// The rule's name; filled in by the table.
    pub rule: &'static str,
    /// What is wrong, and what to do.
    pub what: String,
    /// How bad it is.
    pub severity: Severity,
}

impl Finding {
    /// A breach; the table adds the rule's name.
    pub(crate) fn breach(path: impl Into<PathBuf>, line: usize, what: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            line,
            rule: "",
            what: what.into(),
            severity: Severity::Breach,
        }
    }

    /// A warning; the table adds the rule's name.
    pub(crate) fn warning(path: impl Into<PathBuf>, line: usize, what: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::breach(path, line, what)
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        let mark = match self.severity {
            Severity::Warning => " (warning)",
            Severity::Breach => "",
        };
        if self.line == 0 {
            write!(f, "{path}: {}{mark}: {}", self.rule, self.what)
        } else {
            write!(
                f,
                "{path}:{}: {}{mark}: {}",
                self.line, self.rule, self.what
            )
        }
    }
}
