//! The speech engine as a command: `espeak-ng`, or another one that takes its options.
//!
//! It is started without a shell, one process a part, with the text as its last argument; what it may take in time and give in
//! bytes is bounded, and a process that is too slow is killed. Nothing of the environment but the path is handed on.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::{Child, Command};

use super::parts::{Writing, parts};
use super::{
    Recipe, SOUND_BYTES_MAX, Speaking, SpeechEngine, SpeechError, SpokenPart, TEXT_MAX, tidied,
};

/// The voices for languages of which the settings say nothing. Not `cmn`: that voice of espeak-ng 1.51 reads tones as English
/// numbers.
const VOICES: [(&str, &str); 2] = [("zh", "cmn-latn-pinyin"), ("en", "en-gb")];
/// Words a minute of the Chinese voice, and of all others.
const PACE_CHINESE: u32 = 195;
const PACE: u32 = 170;
/// What a failing command may say, in bytes.
const COMPLAINT_MAX: usize = 1_024;

/// espeak-ng.
#[derive(Clone, Debug)]
pub struct Espeak {
    program: String,
    voices: BTreeMap<String, String>,
    rate_percent: u16,
    patience: Duration,
}

impl Espeak {
    /// `voices` are by language, `zh-CN` or `zh`, and come before those that are known. `patience` is for one part.
    #[must_use]
    pub fn new(
        program: &str,
        voices: BTreeMap<String, String>,
        rate_percent: u16,
        patience: Duration,
    ) -> Self {
        Self {
            program: program.to_owned(),
            voices,
            rate_percent,
            patience,
        }
    }

    fn voice(&self, language: &str) -> Option<&str> {
        let primary = language.split('-').next().unwrap_or(language);
        let given = self
            .voices
            .get(language)
            .or_else(|| self.voices.get(primary));
        let known = VOICES.iter().find(|(known, _)| *known == primary);
        given.map(String::as_str).or(known.map(|(_, voice)| *voice))
    }

    /// Which voice reads which part of a text.
    fn cast<'t>(
        &self,
        language: &str,
        text: &'t str,
    ) -> Result<Vec<(String, &'t str)>, SpeechError> {
        let is_chinese = language.split('-').next() == Some("zh");
        let read = parts(text).into_iter().map(|(writing, part)| {
            let by = match writing {
                Writing::Chinese if !is_chinese => "zh",
                Writing::Latin if is_chinese => "en",
                Writing::Chinese | Writing::Latin | Writing::Neutral => language,
            };
            let voice = self.voice(by);
            let voice = voice.ok_or_else(|| SpeechError::NoVoice(by.to_owned()))?;
            Ok((voice.to_owned(), part))
        });
        read.collect()
    }

    async fn say(&self, voice: &str, text: &str) -> Result<Vec<u8>, SpeechError> {
        let said = tokio::time::timeout(self.patience, self.run(voice, text)).await;
        said.unwrap_or(Err(SpeechError::TimedOut(self.patience)))
    }

    async fn run(&self, voice: &str, text: &str) -> Result<Vec<u8>, SpeechError> {
        let failed = |why: String| SpeechError::CommandFailed(self.program.clone(), why);
        let mut child = self.start(voice, text)?;
        // One after the other: a command that complains without end runs out of its time.
        let sound = read(child.stdout.take(), SOUND_BYTES_MAX + 1).await;
        let sound = sound.map_err(|error| failed(error.to_string()))?;
        if sound.len() > SOUND_BYTES_MAX {
            return Err(SpeechError::TooMuch);
        }
        let status = child.wait().await;
        let status = status.map_err(|error| failed(error.to_string()))?;
        if !status.success() {
            let complaint = read(child.stderr.take(), COMPLAINT_MAX).await;
            let complaint = complaint.unwrap_or_default();
            let complaint = String::from_utf8_lossy(&complaint);
            let first = complaint.lines().next().unwrap_or_default();
            return Err(failed(format!("{status} {first}").trim_end().to_owned()));
        }
        Ok(sound)
    }

    fn start(&self, voice: &str, text: &str) -> Result<Child, SpeechError> {
        let is_chinese = voice.starts_with("cmn") || voice.starts_with("yue");
        let pace = if is_chinese { PACE_CHINESE } else { PACE };
        let pace = pace.saturating_mul(u32::from(self.rate_percent)) / 100;
        let mut command = Command::new(&self.program);
        command
            .args(["-v", voice, "-s", &pace.to_string(), "-a", "50", "--stdout"])
            .args(["--", text])
            .env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
            .spawn()
            .map_err(|error| SpeechError::NoCommand(self.program.clone(), error.to_string()))
    }
}

async fn read(from: Option<impl AsyncRead + Unpin>, most: usize) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if let Some(from) = from {
        let most = u64::try_from(most).unwrap_or(u64::MAX);
        from.take(most).read_to_end(&mut bytes).await?;
    }
    Ok(bytes)
}

impl SpeechEngine for Espeak {
    fn recipe(&self, language: &str, text: &str) -> Result<Recipe, SpeechError> {
        let text = tidied(text)?;
        let cast = self.cast(language, &text)?;
        let voices: Vec<String> = cast.into_iter().map(|(voice, _)| voice).collect();
        Ok(Recipe {
            engine: self.program.clone(),
            voice: voices.join(" "),
            language: language.to_owned(),
            rate_percent: self.rate_percent,
            text,
        })
    }

    fn speak<'a>(&'a self, recipe: &'a Recipe) -> Speaking<'a> {
        debug_assert!(recipe.text.chars().count() <= TEXT_MAX, "it was bounded");
        Box::pin(async move {
            let mut spoken = Vec::new();
            for (voice, text) in self.cast(&recipe.language, &recipe.text)? {
                spoken.push(SpokenPart {
                    wav: self.say(&voice, text).await?,
                    goes_on: text.ends_with('…'),
                });
            }
            Ok(spoken)
        })
    }
}
