//! The speech engine as a service over HTTP: the text in a body that the settings shape, a WAV file back.
//!
//! It is asked through the one guarded client (S20), by POST. A body is JSON or any other text; `{text}`, `{voice}`,
//! `{language}` and `{rate}` in it stand for what is asked, in JSON with its quotes escaped.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Recipe, SOUND_BYTES_MAX, Speaking, SpeechEngine, SpeechError, SpokenPart, tidied};
use crate::http::{Asking, HttpClient, JSON, Target};

/// The body of a question, with places for what is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    content_type: String,
    body: String,
}

/// Why a body cannot be asked with.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// Every question would be the same.
    #[error("it has no `{{text}}`")]
    NoText,
    /// The service would not read it.
    #[error("it is no JSON: {0}")]
    NoJson(String),
}

impl Template {
    /// Reads a body.
    ///
    /// # Errors
    /// [`BodyError`], found out by a text that is as awkward as texts are.
    pub fn new(content_type: &str, body: &str) -> Result<Self, BodyError> {
        if !body.contains("{text}") {
            return Err(BodyError::NoText);
        }
        let template = Self {
            content_type: content_type.to_owned(),
            body: body.to_owned(),
        };
        if template.is_json() {
            let trial = template.fill(&Recipe {
                engine: String::new(),
                voice: "a\"b".to_owned(),
                language: "zh-CN".to_owned(),
                rate_percent: 100,
                text: "\"您好\\ {voice}\n".to_owned(),
            });
            serde_json::from_str::<serde_json::Value>(&trial)
                .map_err(|error| BodyError::NoJson(error.to_string()))?;
        }
        Ok(template)
    }

    fn is_json(&self) -> bool {
        self.content_type.split(';').next().map(str::trim) == Some(JSON)
    }

    /// With what is asked in its places. Each is looked for once, so that braces in a text stay what they are.
    fn fill(&self, recipe: &Recipe) -> String {
        let rate = recipe.rate_percent.to_string();
        let values = [
            ("{text}", recipe.text.as_str()),
            ("{voice}", &recipe.voice),
            ("{language}", &recipe.language),
            ("{rate}", &rate),
        ];
        let mut filled = String::with_capacity(self.body.len() + recipe.text.len());
        let mut rest = self.body.as_str();
        while let Some(at) = rest.find('{') {
            let (before, here) = rest.split_at(at);
            filled.push_str(before);
            let found = values.iter().find(|(place, _)| here.starts_with(place));
            let (place, value) = found.copied().unwrap_or(("{", "{"));
            // A brace alone is one of the body's own.
            if place == "{" || !self.is_json() {
                filled.push_str(value);
            } else {
                filled.push_str(&escaped(value));
            }
            rest = here.strip_prefix(place).unwrap_or_default();
        }
        filled.push_str(rest);
        filled
    }
}

/// As it stands between the quotes of a JSON string.
fn escaped(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    let inner = quoted.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
    inner.unwrap_or_default().to_owned()
}

/// A service.
#[derive(Clone, Debug)]
pub struct Service {
    client: HttpClient,
    target: Target,
    /// As the settings name it: another service sounds otherwise.
    url: String,
    /// Names and values; they may hold secrets, and are never shown.
    headers: Headers,
    template: Template,
    voices: BTreeMap<String, String>,
    rate_percent: u16,
    patience: Duration,
}

/// Header fields, which do not show themselves (S22).
#[derive(Clone, Default)]
struct Headers(Vec<(String, String)>);

impl std::fmt::Debug for Headers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names = self.0.iter().map(|(name, _)| name);
        f.debug_list().entries(names).finish()
    }
}

impl Service {
    /// `url` is that of the target. `voices` are by language, `zh-CN` or `zh`; a language without one has the voice "".
    #[must_use]
    pub fn new(client: HttpClient, target: Target, url: &str, template: Template) -> Self {
        Self {
            client,
            target,
            url: url.to_owned(),
            headers: Headers::default(),
            template,
            voices: BTreeMap::new(),
            rate_percent: 100,
            patience: Duration::from_secs(20),
        }
    }

    /// With header fields besides the type of the body.
    #[must_use]
    pub fn with_headers(self, headers: Vec<(String, String)>) -> Self {
        let headers = Headers(headers);
        Self { headers, ..self }
    }

    /// With voices, a pace in percent, and a time for each text.
    #[must_use]
    pub fn with_voices(
        self,
        voices: BTreeMap<String, String>,
        rate_percent: u16,
        patience: Duration,
    ) -> Self {
        Self {
            voices,
            rate_percent,
            patience,
            ..self
        }
    }

    async fn ask(&self, recipe: &Recipe) -> Result<Vec<u8>, SpeechError> {
        let body = self.template.fill(recipe).into_bytes();
        let asking = Asking {
            method: "POST",
            headers: self.headers.0.clone(),
            body: Some((self.template.content_type.clone(), body)),
            answer_bytes_max: SOUND_BYTES_MAX,
        };
        let asked = self.client.ask(&self.target, asking, self.patience).await;
        let reply = asked.map_err(|why| SpeechError::of_http(why, self.patience))?;
        match reply.status {
            200 if reply.body.is_empty() => Err(SpeechError::NoService("answers with nothing")),
            200 => Ok(reply.body),
            status => Err(SpeechError::Status(status)),
        }
    }
}

impl SpeechEngine for Service {
    fn recipe(&self, language: &str, text: &str) -> Result<Recipe, SpeechError> {
        let primary = language.split('-').next().unwrap_or(language);
        let voice = self.voices.get(language);
        let voice = voice.or_else(|| self.voices.get(primary));
        Ok(Recipe {
            engine: self.url.clone(),
            voice: voice.cloned().unwrap_or_default(),
            language: language.to_owned(),
            rate_percent: self.rate_percent,
            text: tidied(text)?,
        })
    }

    fn speak<'a>(&'a self, recipe: &'a Recipe) -> Speaking<'a> {
        Box::pin(async move {
            Ok(vec![SpokenPart {
                wav: self.ask(recipe).await?,
                goes_on: recipe.text.ends_with('…'),
            }])
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recipe(text: &str) -> Recipe {
        Recipe {
            engine: String::new(),
            voice: "x\"y".into(),
            language: "zh-CN".into(),
            rate_percent: 90,
            text: text.into(),
        }
    }

    #[test]
    fn a_body_holds_the_text_whatever_it_says() {
        let json = r#"{"input": {"text": "{text}", "voice": "{voice}"}, "language": "{language}", "rate": {rate}}"#;
        let template = Template::new("application/json; charset=utf-8", json).unwrap();
        let awkward = "\"a\\ {text} {voice} {\n}";
        let body: serde_json::Value =
            serde_json::from_str(&template.fill(&recipe(awkward))).unwrap();
        assert_eq!(body["input"]["text"], awkward);
        assert_eq!(body["input"]["voice"], "x\"y");
        assert_eq!(
            (&body["language"], &body["rate"]),
            (&"zh-CN".into(), &90.into())
        );
        let plain = Template::new("text/plain", "<{voice}> {text}").unwrap();
        assert_eq!(plain.fill(&recipe("a\"b")), "<x\"y> a\"b");
    }

    #[test]
    fn a_body_that_no_service_could_read_is_told_beforehand() {
        assert_eq!(Template::new("text/plain", "x"), Err(BodyError::NoText));
        for wrong in ["{text}", r#"{"a": {text}}"#, r#"{"a": "{text}""#] {
            let told = Template::new("application/json", wrong);
            assert!(matches!(told, Err(BodyError::NoJson(_))), "{wrong}");
        }
    }
}
