//! A secret in a file that lives in git: named, not written. What it is never leaves the types that hide it (S22).

use std::fmt;
use std::path::Path;

use ivr::{SecretSource, Told, told};
use serde::Deserialize;
use toml::Spanned;

use super::report::Report;

/// Where a secret stands: exactly one of them.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Source {
    /// An environment variable.
    env: Option<String>,
    /// A file, beside the configuration unless its path is absolute; a line end at its end does not count.
    file: Option<String>,
    /// The secret itself.
    text: Option<String>,
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

impl Source {
    /// The secret. `dir` is the folder of the configuration.
    pub(crate) fn reveal(&self, dir: &Path) -> Result<String, Told> {
        let secret = match (&self.env, &self.file, &self.text) {
            (Some(name), None, None) => std::env::var(name).map_err(|_| {
                told!(
                    "the environment has no variable `{name}`",
                    "环境变量 `{name}` 不存在"
                )
            }),
            (None, Some(file), None) => std::fs::read_to_string(dir.join(file))
                .map(|text| text.trim_end_matches(['\r', '\n']).to_owned())
                .map_err(|error| {
                    told!(
                        "`{file}` cannot be read: {error}",
                        "`{file}` 无法读取：{error}"
                    )
                }),
            (None, None, Some(text)) => Ok(text.clone()),
            _ => Err(told!(
                "a secret is exactly one of `env`, `file`, `text`",
                "密钥须写 `env`、`file`、`text` 之一"
            )),
        }?;
        if secret.is_empty() {
            Err(told!("the secret is empty", "密钥为空"))
        } else if secret.chars().any(char::is_control) {
            Err(told!("the secret has control characters", "密钥含控制字符"))
        } else {
            Ok(secret)
        }
    }
}

/// A secret that a script names; what is wrong is told without it.
pub(crate) fn find(named: &SecretSource, dir: &Path) -> Result<String, Told> {
    let (env, file) = match named {
        SecretSource::Env(name) => (Some(name.clone()), None),
        SecretSource::File(file) => (None, Some(file.clone())),
    };
    let text = None;
    Source { env, file, text }.reveal(dir)
}

/// The secret; what is wrong is told without it.
pub(crate) fn read(given: &Spanned<Source>, dir: &Path, report: &mut Report<'_>) -> Option<String> {
    let found = given.get_ref().reveal(dir);
    found
        .map_err(|message| report.error(given, message, None))
        .ok()
}
