//! A secret in a file that lives in git: named, not written. What it is never leaves the types that hide it (S22).

use std::path::Path;

use serde::Deserialize;
use toml::Spanned;

use super::report::Report;

/// Where a secret stands: exactly one of them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Source {
    /// An environment variable.
    env: Option<String>,
    /// A file, beside the configuration unless its path is absolute; a line end at its end does not count.
    file: Option<String>,
    /// The secret itself.
    text: Option<String>,
}

/// The secret; what is wrong is told without it.
pub(crate) fn read(given: &Spanned<Source>, dir: &Path, report: &mut Report<'_>) -> Option<String> {
    let source = given.get_ref();
    let found = match (&source.env, &source.file, &source.text) {
        (Some(name), None, None) => {
            std::env::var(name).map_err(|_| format!("the environment has no variable `{name}`"))
        }
        (None, Some(file), None) => std::fs::read_to_string(dir.join(file))
            .map(|text| text.trim_end_matches(['\r', '\n']).to_owned())
            .map_err(|error| format!("`{file}` cannot be read: {error}")),
        (None, None, Some(text)) => Ok(text.clone()),
        _ => Err("a password is exactly one of `env`, `file`, `text`".to_owned()),
    };
    match found {
        Ok(secret) if secret.is_empty() => report.error(given, "the password is empty", None),
        Ok(secret) if secret.chars().any(char::is_control) => {
            report.error(given, "the password has control characters", None);
        }
        Ok(secret) => return Some(secret),
        Err(message) => report.error(given, message, None),
    }
    None
}
