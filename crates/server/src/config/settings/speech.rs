//! `[speech]`: what makes speech of prompts that nobody has recorded, and where it is kept (E13).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use connectors::speech::{Service, Template};
use connectors::{Espeak, HttpClient, SpeechEngine, Target};
use ivr::{Told, told};
use serde::Deserialize;

use super::Settings;
use crate::config::cause::Cause;
use crate::config::secret;

/// What the service is told without a word of the settings.
const BODY: &str = r#"{"text": "{text}", "voice": "{voice}", "language": "{language}"}"#;
const PERCENT: std::ops::RangeInclusive<u16> = 50..=200;
const TIMEOUT_S_MAX: u64 = 300;
const PARALLEL_MAX: usize = 16;

/// `[speech]`
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Speech {
    /// Who speaks.
    pub(crate) engine: EngineName,
    /// The command of `espeak-ng`.
    pub(crate) command: String,
    /// Voices by language, `zh-CN` or `zh`.
    pub(crate) voices: BTreeMap<String, String>,
    /// How fast, in percent of the voice's own pace.
    pub(crate) rate_percent: u16,
    /// Where speech is kept; without it `prompts` in the folder of the data.
    pub(crate) cache: Option<PathBuf>,
    /// How long a text may take.
    pub(crate) timeout_s: u64,
    /// How many texts are spoken at one time.
    pub(crate) parallel: usize,
    /// The service of `http`.
    pub(crate) url: Option<String>,
    /// What it is told besides the body.
    pub(crate) headers: BTreeMap<String, Header>,
    /// The body's type.
    pub(crate) content_type: String,
    /// The body, with `{text}`.
    pub(crate) body: String,
}

/// `speech.engine`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum EngineName {
    /// The command.
    EspeakNg,
    /// A service.
    Http,
    /// Nobody: every prompt is a recording.
    None,
}

/// The value of a header field.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(
    untagged,
    expecting = "expected a text, { env = \"NAME\" } or { file = \"PATH\" }"
)]
pub(crate) enum Header {
    /// As it stands there.
    Text(String),
    /// A secret.
    Secret(secret::Source),
}

impl Default for Speech {
    fn default() -> Self {
        Self {
            engine: EngineName::EspeakNg,
            command: "espeak-ng".into(),
            voices: BTreeMap::new(),
            rate_percent: 100,
            cache: None,
            timeout_s: 20,
            parallel: 2,
            url: None,
            headers: BTreeMap::new(),
            content_type: "application/json".into(),
            body: BODY.into(),
        }
    }
}

/// A setting that cannot be worked with: its key, and why.
pub(crate) type Mistake = (&'static str, Told);

impl Speech {
    /// What no single value tells.
    pub(super) fn mistake(&self) -> Option<Mistake> {
        let of = |key, least: &dyn fmt::Display, most: &dyn fmt::Display| {
            let message = told!("expected {least}..={most}", "应为 {least} 到 {most}");
            Some((key, message))
        };
        if !PERCENT.contains(&self.rate_percent) {
            return of("speech.rate_percent", PERCENT.start(), PERCENT.end());
        }
        if !(1..=TIMEOUT_S_MAX).contains(&self.timeout_s) {
            return of("speech.timeout_s", &1, &TIMEOUT_S_MAX);
        }
        if !(1..=PARALLEL_MAX).contains(&self.parallel) {
            return of("speech.parallel", &1, &PARALLEL_MAX);
        }
        match (self.engine, &self.url) {
            (EngineName::Http, None) => Some((
                "speech",
                told!(
                    "`engine = \"http\"` needs the `url` of the service",
                    "`engine = \"http\"` 需要服务的 `url`"
                ),
            )),
            (EngineName::EspeakNg | EngineName::None, Some(_)) => {
                let message = told!(
                    "only `engine = \"http\"` has a `url`",
                    "只有 `engine = \"http\"` 才有 `url`"
                );
                Some(("speech.url", message))
            }
            (EngineName::Http, Some(_)) | (EngineName::EspeakNg | EngineName::None, None) => None,
        }
    }

    /// The engine; `None`: there shall be none. `dir` is the folder of the configuration.
    pub(crate) fn engine(
        &self,
        dir: &Path,
        private_hosts: &BTreeSet<String>,
    ) -> Result<Option<Arc<dyn SpeechEngine>>, Mistake> {
        let patience = Duration::from_secs(self.timeout_s);
        Ok(match self.engine {
            EngineName::None => None,
            EngineName::EspeakNg => Some(Arc::new(Espeak::new(
                &self.command,
                self.voices.clone(),
                self.rate_percent,
                patience,
            ))),
            EngineName::Http => {
                let service = self.service(dir, private_hosts)?;
                let voices = self.voices.clone();
                Some(Arc::new(service.with_voices(
                    voices,
                    self.rate_percent,
                    patience,
                )))
            }
        })
    }

    fn service(&self, dir: &Path, private_hosts: &BTreeSet<String>) -> Result<Service, Mistake> {
        let url = self.url.as_deref().unwrap_or_default();
        let target =
            Target::new(url, private_hosts, None).map_err(|error| ("speech.url", error.told()))?;
        let template = Template::new(&self.content_type, &self.body)
            .map_err(|error| ("speech.body", error.told()))?;
        let client = HttpClient::new().map_err(|error| ("speech.url", unready(&error)))?;
        let headers = self.headers.iter().map(|(name, value)| {
            let wrong = |why: Told| ("speech.headers", why.about(format_args!("`{name}`")));
            let value = match value {
                Header::Text(text) => text.clone(),
                Header::Secret(source) => source.reveal(dir).map_err(wrong)?,
            };
            if !connectors::http::is_header(name, &value) {
                return Err(wrong(told!(
                    "this is no header field of HTTP",
                    "不是 HTTP 头字段"
                )));
            }
            Ok((name.clone(), value))
        });
        let headers = headers.collect::<Result<_, _>>()?;
        Ok(Service::new(client, target, url, template).with_headers(headers))
    }
}

/// The library of HTTP could not be begun; its words.
fn unready(error: &impl fmt::Display) -> Told {
    told!("{error}", "HTTP 客户端无法启动：{error}")
}

impl Settings {
    /// Where speech is kept.
    pub(crate) fn speech_cache(&self) -> PathBuf {
        let given = self.speech.cache.clone();
        given.unwrap_or_else(|| self.data.dir.join("prompts"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is wrong with a section, by its key.
    fn told(section: &str) -> Option<(String, String)> {
        let speech: Speech = match toml::from_str(section) {
            Ok(speech) => speech,
            Err(error) => return Some((String::new(), error.message().to_owned())),
        };
        let hosts = BTreeSet::from(["127.0.0.1".to_owned()]);
        let nowhere = Path::new("/nothing/here");
        let mistake = speech
            .mistake()
            .or_else(|| speech.engine(nowhere, &hosts).err());
        mistake.map(|(key, why)| {
            assert!(why.is_said_alike(), "{why:?}");
            (key.to_owned(), why.en)
        })
    }

    #[test]
    fn good_sections_are_taken() {
        for section in [
            "",
            "engine = \"none\"",
            "command = \"/opt/espeak\"\nvoices = { fr = \"fr\" }\nrate_percent = 90\nparallel = 4\ntimeout_s = 5\ncache = \"x\"",
            "engine = \"http\"\nurl = \"http://127.0.0.1:9/say\"\nheaders = { A = \"b\" }",
            "engine = \"http\"\nurl = \"https://a.example/\"\ncontent_type = \"text/plain\"\nbody = \"{text}\"",
        ] {
            assert_eq!(told(section), None, "{section}");
        }
    }

    #[test]
    fn mistakes_are_told_by_their_key() {
        let http = "engine = \"http\"\nurl = \"http://127.0.0.1:9/say\"\n";
        for (section, key, words) in [
            (
                "engine = \"espeak\"".to_owned(),
                "",
                "unknown variant `espeak`",
            ),
            ("speed = 1".to_owned(), "", "unknown field `speed`"),
            (
                "rate_percent = 20".to_owned(),
                "speech.rate_percent",
                "expected 50..=200",
            ),
            (
                "timeout_s = 0".to_owned(),
                "speech.timeout_s",
                "expected 1..=300",
            ),
            (
                "parallel = 17".to_owned(),
                "speech.parallel",
                "expected 1..=16",
            ),
            ("engine = \"http\"".to_owned(), "speech", "needs the `url`"),
            (
                "url = \"https://a.example\"".to_owned(),
                "speech.url",
                "only `engine",
            ),
            (
                "engine = \"http\"\nurl = \"http://a.example\"".to_owned(),
                "speech.url",
                "in the open",
            ),
            (
                format!("{http}body = \"{{}}\""),
                "speech.body",
                "it has no `{text}`",
            ),
            (
                format!("{http}body = \"{{text}}\""),
                "speech.body",
                "it is no JSON",
            ),
            (
                format!("{http}headers = {{ \"a b\" = \"c\" }}"),
                "speech.headers",
                "`a b`: this is no header",
            ),
            (
                format!("{http}headers = {{ A = {{ file = \"key\" }} }}"),
                "speech.headers",
                "`A`: `key` cannot be read",
            ),
            (
                format!("{http}headers = {{ A = {{ env = \"TRUNKLINE_UNSET\" }} }}"),
                "speech.headers",
                "no variable",
            ),
        ] {
            let (at, why) = told(&section).unwrap_or_default();
            assert_eq!(at, key, "{section}: {why}");
            assert!(why.contains(words), "{section}: {why}");
        }
    }
}
