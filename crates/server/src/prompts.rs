//! The sounds of scripts' prompts: where each comes from (E13, E14).
//!
//! A recording wins, the script's own before one that all scripts share; else it is speech that was made from the prompt's
//! text and is kept by a key of everything it depends on, so that a changed text never has the sound of the former one.
//! What has neither is missing, and no call waits for it.

mod clips;
mod making;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use audio::Sound;
use connectors::{Recipe, SpeechEngine};
use ivr::{Diagnostic, Script, Severity, told};
use media::{SoundLibrary, SoundName};
use model::ScriptName;
use store::SpeechCache;

pub(crate) use clips::ClipText;
pub(crate) use making::make_all;

/// What makes speech, and where it is kept.
#[derive(Clone, Debug)]
pub(crate) struct Speech {
    pub(crate) engine: Arc<dyn SpeechEngine>,
    pub(crate) cache: SpeechCache,
    /// How many texts are spoken at one time.
    pub(crate) parallel: usize,
}

/// A prompt of a script in one language.
#[derive(Clone, Debug)]
pub(crate) struct Prompt {
    pub(crate) script: String,
    pub(crate) language: String,
    pub(crate) name: String,
    pub(crate) text: String,
    /// The script's file, and where the text stands in it.
    pub(crate) file: String,
    pub(crate) line: u32,
    /// What the script plays: `main/zh-CN/welcome`.
    pub(crate) sound: String,
    pub(crate) origin: Origin,
}

/// Where a prompt's sound comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The script's own recording: `prompts/main/zh-CN/welcome.wav`.
    Own,
    /// A recording for all scripts, under this name: `prompts/zh-CN/welcome.wav`.
    Shared(String),
    /// Speech that was made from the text, and is kept in this file.
    Made(PathBuf),
    /// It has none, and could be made so.
    Missing(Recipe),
    /// It has none and cannot be made, for this reason.
    Unspoken(String),
}

/// All prompts and music.
#[derive(Debug, Default)]
pub(crate) struct Library {
    /// Out of files: `zh-CN/welcome`, `music/default`, `main/zh-CN/welcome`.
    recorded: BTreeMap<String, Sound>,
    /// Speech, by the name of the script's sound.
    made: BTreeMap<String, Sound>,
    prompts: Vec<Prompt>,
    /// A script that is tried on a share of callers.
    canary: Option<String>,
}

impl Library {
    /// Finds the sound of every prompt. Without `speech` only recordings are heard.
    pub(crate) fn new(
        recorded: BTreeMap<String, Sound>,
        scripts: &[Script],
        speech: Option<&Speech>,
    ) -> Self {
        let mut tried = scripts.iter().filter(|script| script.canary().is_some());
        let mut library = Self {
            recorded,
            canary: tried.next().map(|script| script.name().to_string()),
            ..Self::default()
        };
        for script in scripts {
            for prompt in script.prompts() {
                let sound = prompt.sound();
                let shared = prompt.shared_sound();
                let words = (prompt.language, prompt.text.as_str());
                let origin = library.origin(&sound, Some(shared), words, speech);
                library.prompts.push(Prompt {
                    script: prompt.script.to_owned(),
                    language: prompt.language.to_owned(),
                    name: prompt.name,
                    text: prompt.text,
                    file: script.file().to_owned(),
                    line: prompt.line,
                    sound,
                    origin,
                });
            }
        }
        library
    }

    /// Where a sound comes from, for which one that all share may stand; `words` are its language and text.
    fn origin(
        &mut self,
        sound: &str,
        shared: Option<String>,
        words: (&str, &str),
        speech: Option<&Speech>,
    ) -> Origin {
        if self.recorded.contains_key(sound) {
            return Origin::Own;
        }
        if let Some(shared) = shared.filter(|it| self.recorded.contains_key(it)) {
            return Origin::Shared(shared);
        }
        let Some(speech) = speech else {
            return Origin::Unspoken("`speech.engine` is \"none\"".to_owned());
        };
        let (language, text) = words;
        match speech.engine.recipe(language, text) {
            Ok(recipe) => {
                let key = recipe.key();
                match speech.cache.find(&key) {
                    Some(made) => {
                        self.made.insert(sound.to_owned(), made);
                        Origin::Made(speech.cache.file(&key))
                    }
                    None => Origin::Missing(recipe),
                }
            }
            Err(error) => Origin::Unspoken(error.to_string()),
        }
    }

    /// Every prompt of every script, by script, name and language.
    pub(crate) fn prompts(&self) -> &[Prompt] {
        &self.prompts
    }

    /// A script that is tried on a share of callers, if one is.
    pub(crate) fn canary(&self) -> Option<&str> {
        self.canary.as_deref()
    }

    /// The files of speech that some prompt is heard by.
    pub(crate) fn spoken(&self) -> BTreeSet<PathBuf> {
        let made = self
            .prompts
            .iter()
            .filter_map(|prompt| match &prompt.origin {
                Origin::Made(file) => Some(file.clone()),
                Origin::Own | Origin::Shared(_) | Origin::Missing(_) | Origin::Unspoken(_) => None,
            });
        made.collect()
    }

    /// How many recordings there are.
    pub(crate) fn files(&self) -> usize {
        self.recorded.len()
    }

    /// A sound by the name that scripts and queues play.
    pub(crate) fn get(&self, sound: &str) -> Option<&Sound> {
        let own = self.recorded.get(sound).or_else(|| self.made.get(sound));
        own.or_else(|| {
            let prompt = self.prompts.iter().find(|prompt| prompt.sound == sound)?;
            match &prompt.origin {
                Origin::Shared(shared) => self.recorded.get(shared),
                Origin::Own | Origin::Made(_) | Origin::Missing(_) | Origin::Unspoken(_) => None,
            }
        })
    }

    /// The names of all that can be heard.
    pub(crate) fn names(&self) -> BTreeSet<String> {
        self.recorded
            .keys()
            .chain(self.made.keys())
            .cloned()
            .collect()
    }

    /// What has no sound yet and can be made: each recipe once, with the sounds that want it.
    pub(crate) fn wanted(&self) -> Vec<(Recipe, Vec<SoundName>)> {
        let mut wanted: BTreeMap<String, (Recipe, Vec<SoundName>)> = BTreeMap::new();
        for prompt in &self.prompts {
            if let Origin::Missing(recipe) = &prompt.origin {
                let entry = wanted.entry(recipe.key());
                let (_, sounds) = entry.or_insert_with(|| (recipe.clone(), Vec::new()));
                sounds.push(SoundName::new(&prompt.sound));
            }
        }
        wanted.into_values().collect()
    }

    /// Two scripts that say different things by the same recording: one of them says what it does not mean.
    pub(crate) fn confused(&self) -> Vec<Diagnostic> {
        let mut first: BTreeMap<&str, &Prompt> = BTreeMap::new();
        let mut found = Vec::new();
        for prompt in &self.prompts {
            let Origin::Shared(shared) = &prompt.origin else {
                continue;
            };
            let other = *first.entry(shared).or_insert(prompt);
            if other
                .text
                .split_whitespace()
                .eq(prompt.text.split_whitespace())
            {
                continue;
            }
            found.push(Diagnostic {
                severity: Severity::Warning,
                file: prompt.file.clone(),
                line: prompt.line,
                column: 1,
                message: told!(
                    "`{}` says something else under this name, and both play prompts/{shared}.wav",
                    "`{}` 以同名说了别的内容，两者都播放 prompts/{shared}.wav",
                    other.script
                ),
                help: Some(Box::new(told!(
                    "put the recording of this script at prompts/{}.wav",
                    "请把本流程的录音放在 prompts/{}.wav",
                    prompt.sound
                ))),
                story: None,
            });
        }
        found
    }

    /// M6: recordings are no part of a version, so that those who meet the former one of a script that is tried hear them as they are
    /// in the files.
    pub(crate) fn heard_by_others(&self, scripts: &[Script]) -> Vec<Diagnostic> {
        let tried = scripts
            .iter()
            .filter_map(|script| Some((script, script.canary()?.at())));
        let is_recorded = |prompt: &&Prompt| match prompt.origin {
            Origin::Own | Origin::Shared(_) => true,
            Origin::Made(_) | Origin::Missing(_) | Origin::Unspoken(_) => false,
        };
        let found = tried.filter_map(|(script, (line, column))| {
            let mut prompts = self.prompts.iter().filter(is_recorded);
            let first = prompts.find(|prompt| prompt.script == script.name().as_str())?;
            let shown = match &first.origin {
                Origin::Shared(shared) => shared,
                Origin::Own | Origin::Made(_) | Origin::Missing(_) | Origin::Unspoken(_) => {
                    &first.sound
                }
            };
            Some(Diagnostic {
                severity: Severity::Warning,
                file: first.file.clone(),
                line,
                column,
                message: told!(
                    "recordings are not kept with versions: who meets the former version hears prompts/{shown}.wav and the others as they are \
                     in the files",
                    "录音不随版本保存：使用旧版本的主叫听到的也是现有的 prompts/{shown}.wav 等文件"
                ),
                help: Some(Box::new(told!(
                    "where a recording changes, give its prompt another name in this text",
                    "录音有改动时，请在本文本中给该提示音另起名称"
                ))),
                story: None,
            })
        });
        found.collect()
    }

    /// The prompts of former versions that lead callers beside those of the files (M6): their sounds stand under other names,
    /// given by script.
    pub(crate) fn add_former(&mut self, mut former: Self, names: &BTreeMap<ScriptName, String>) {
        for mut prompt in former.prompts {
            let script = ScriptName::from(prompt.script.as_str());
            let tail = prompt.sound.strip_prefix(&prompt.script);
            let (Some(name), Some(tail)) = (names.get(&script), tail) else {
                continue;
            };
            let sound = format!("{name}{tail}");
            match &prompt.origin {
                Origin::Own => prompt.origin = Origin::Shared(prompt.sound),
                Origin::Made(_) => {
                    let made = former.made.remove(&prompt.sound);
                    self.made.extend(made.map(|made| (sound.clone(), made)));
                }
                Origin::Shared(_) | Origin::Missing(_) | Origin::Unspoken(_) => {}
            }
            prompt.sound = sound;
            self.prompts.push(prompt);
        }
    }

    /// As the media threads take it: each sound under every name by which it is played.
    pub(crate) fn into_sounds(self) -> SoundLibrary {
        let all = self.recorded.into_iter().chain(self.made);
        let mut sounds: BTreeMap<SoundName, Arc<Sound>> = all
            .map(|(name, sound)| (SoundName::new(&name), Arc::new(sound)))
            .collect();
        for prompt in &self.prompts {
            if let Origin::Shared(shared) = &prompt.origin
                && let Some(sound) = sounds.get(&SoundName::new(shared)).map(Arc::clone)
            {
                sounds.insert(SoundName::new(&prompt.sound), sound);
            }
        }
        SoundLibrary(sounds)
    }
}
