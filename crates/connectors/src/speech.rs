//! Speech engines (语音合成): a text goes out, sound comes back, however long that takes; never while a call waits.
//!
//! An engine is one of two: a command on this machine (`command`), or a service over HTTP (`service`). What a sound depends on
//! is a [`Recipe`], whose key names the sound for ever. Fitting the sound to the telephone, keeping it and playing it belong to
//! the rooms above.

mod command;
mod parts;
mod service;

use std::fmt;
use std::pin::Pin;
use std::time::Duration;

use sha2::{Digest as _, Sha256};

use crate::http;

pub use command::Espeak;
pub use service::{BodyError, Service, Template};

/// The longest text that is spoken, in characters: about ten minutes.
pub const TEXT_MAX: usize = 4_000;
/// The most sound that is taken for one part, in bytes: ten minutes at 22 kHz.
pub const SOUND_BYTES_MAX: usize = 32 * 1024 * 1024;
/// Changes when the same recipe shall sound otherwise.
const EDITION: &str = "1";

/// Everything that speech depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipe {
    /// Which engine, and where it is.
    pub engine: String,
    /// Its voices.
    pub voice: String,
    /// `zh-CN`
    pub language: String,
    /// How fast, in percent of the voice's own pace.
    pub rate_percent: u16,
    /// What is said.
    pub text: String,
}

impl Recipe {
    /// The name of its sound: SHA-256, in hexadecimal digits.
    #[must_use]
    pub fn key(&self) -> String {
        let rate = self.rate_percent.to_string();
        let mut hash = Sha256::new();
        for field in [
            EDITION,
            &self.engine,
            &self.voice,
            &self.language,
            &rate,
            &self.text,
        ] {
            // With its length, so that no two rows of fields run together into one.
            hash.update(u64::try_from(field.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(field);
        }
        let digits = hash.finalize();
        digits.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// One part of what is said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpokenPart {
    /// A WAV file.
    pub wav: Vec<u8>,
    /// More of its sentence follows at once.
    pub goes_on: bool,
}

/// Why a text did not become speech.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SpeechError {
    /// Nobody said which voice speaks the language.
    #[error("no voice for `{0}`: name one in `speech.voices`")]
    NoVoice(String),
    /// Nobody would listen to it.
    #[error("a text has at most {TEXT_MAX} characters, this one has {0}")]
    LongText(usize),
    /// The command is not there.
    #[error("`{0}` cannot be started: {1}")]
    NoCommand(String, String),
    /// The command ended badly.
    #[error("`{0}` failed: {1}")]
    CommandFailed(String, String),
    /// It took too long.
    #[error("no sound within {} s", .0.as_secs_f32())]
    TimedOut(Duration),
    /// More sound than any prompt has.
    #[error("more than {SOUND_BYTES_MAX} bytes of sound")]
    TooMuch,
    /// The service did not answer with success.
    #[error("the service answers with status {0}")]
    Status(u16),
    /// The service cannot be asked.
    #[error("the service {0}")]
    NoService(&'static str),
}

impl SpeechError {
    fn of_http(failure: http::Failure, patience: Duration) -> Self {
        match failure {
            http::Failure::Timeout => Self::TimedOut(patience),
            http::Failure::Unreachable => Self::NoService("cannot be reached"),
            http::Failure::Redirect => Self::NoService("wants to send us elsewhere"),
            http::Failure::TooLarge => Self::TooMuch,
            http::Failure::BadHeader | http::Failure::Refused => {
                Self::NoService("has a header that cannot be sent")
            }
        }
    }
}

/// What an engine says to a recipe.
pub type Speaking<'a> =
    Pin<Box<dyn Future<Output = Result<Vec<SpokenPart>, SpeechError>> + Send + 'a>>;

/// Makes sound out of text.
pub trait SpeechEngine: fmt::Debug + Send + Sync {
    /// What the sound of this text would depend on. It is known without asking anybody.
    ///
    /// # Errors
    /// [`SpeechError::NoVoice`] and [`SpeechError::LongText`].
    fn recipe(&self, language: &str, text: &str) -> Result<Recipe, SpeechError>;

    /// Speaks it: WAV files at any rate, to be heard one after the other.
    fn speak<'a>(&'a self, recipe: &'a Recipe) -> Speaking<'a>;
}

/// The text with single spaces, if it is not too long.
fn tidied(text: &str) -> Result<String, SpeechError> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = words.join(" ");
    match text.chars().count() {
        length if length > TEXT_MAX => Err(SpeechError::LongText(length)),
        _ => Ok(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e13_whatever_a_sound_depends_on_gives_another_key() {
        let recipe = Recipe {
            engine: "espeak-ng".into(),
            voice: "en-gb".into(),
            language: "en".into(),
            rate_percent: 100,
            text: "Welcome.".into(),
        };
        let key = recipe.key();
        assert_eq!(key, recipe.clone().key());
        assert!(key.len() == 64 && key.bytes().all(|byte| byte.is_ascii_hexdigit()));
        type Change = fn(&mut Recipe);
        let changes: [Change; 6] = [
            |it| it.engine.push('2'),
            |it| it.voice = "en-us".into(),
            |it| it.language = "en-GB".into(),
            |it| it.rate_percent = 101,
            |it| it.text.push('!'),
            |it| (it.engine, it.voice) = ("espeak-ngen".into(), "-gb".into()),
        ];
        for (number, change) in changes.into_iter().enumerate() {
            let mut other = recipe.clone();
            change(&mut other);
            assert_ne!(other.key(), key, "change {number}");
        }
    }
}
