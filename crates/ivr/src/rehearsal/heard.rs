//! What an imaginary caller hears, in words: the texts of prompts, and values as `say` says them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use model::ScriptName;
use speech::Language;

use crate::effect::Played;
use crate::script::{Script, house_sound};
use crate::spoken::read_aloud;

/// What a sound lasts of which no words are known.
const UNKNOWN: Duration = Duration::from_secs(3);
const BREATH: Duration = Duration::from_millis(200);
const TONE: Duration = Duration::from_millis(500);
/// More of the sentence follows at once.
const GOES_ON: char = '…';

/// The words of sounds.
#[derive(Clone, Debug, Default)]
pub struct Texts {
    /// Those whose prompts are asked when they are heard: most never are.
    scripts: BTreeMap<ScriptName, Arc<Script>>,
    /// What all of them share, by the sounds' names.
    house: BTreeMap<String, String>,
}

/// What was heard at one time.
pub(super) struct Heard {
    pub(super) text: String,
    pub(super) time: Duration,
    /// Whether it has words; a tone is none.
    pub(super) is_prompt: bool,
}

impl Texts {
    /// The prompts of scripts, and the words of values in their languages.
    pub fn of<'s>(scripts: impl IntoIterator<Item = &'s Arc<Script>>) -> Self {
        let mut texts = Self::default();
        let mut languages: BTreeSet<&str> = BTreeSet::new();
        for script in scripts {
            languages.extend(script.languages().iter().map(String::as_str));
            let known = Arc::clone(script);
            texts.scripts.insert(script.name().clone(), known);
        }
        for language in languages {
            let stock = Language::of(language).map(Language::stock);
            for word in stock.into_iter().flatten() {
                texts.add(language, word.name, word.text);
            }
        }
        texts
    }

    /// Those of all scripts of a house, and of one that may not be among them.
    pub fn of_all(script: &Arc<Script>, others: &BTreeMap<ScriptName, Arc<Script>>) -> Self {
        Self::of(others.values().chain([script]))
    }

    /// A sentence of the house in a language, where none is known.
    pub fn add(&mut self, language: &str, name: &str, text: &str) {
        let sound = house_sound(language, name);
        self.house.entry(sound).or_insert_with(|| text.to_owned());
    }

    /// The words of a sound: `main/zh-CN/welcome`, `main/zh-CN/balance.1`, `zh-CN/digit_7`.
    fn text(&self, sound: &str) -> Option<String> {
        if let Some(text) = self.house.get(sound) {
            return Some(text.clone());
        }
        let (script, rest) = sound.split_once('/')?;
        let (language, prompt) = rest.split_once('/')?;
        let script = self.scripts.get(script)?;
        if let Some(prompt) = script.prompts.get(prompt) {
            return prompt.texts.get(language).map(|text| text.text.clone());
        }
        let (node, number) = prompt.rsplit_once('.')?;
        let number: usize = number.parse().ok()?;
        let claims = script.nodes.get(node)?.claims();
        let mut said = claims.says.iter().flatten();
        let (_, sentence) = said.find(|(name, _)| name.text == language)?;
        let mut texts = sentence.texts();
        let (_, text) = texts.find(|(known, _)| *known == number)?;
        Some(text.to_owned())
    }

    pub(super) fn heard(&self, language: &str, sounds: &[Played]) -> Heard {
        let mut heard = Heard {
            text: String::new(),
            time: Duration::ZERO,
            is_prompt: false,
        };
        for played in sounds {
            let (words, time) = match played {
                Played::Breath => {
                    heard.time += BREATH;
                    heard.breathe(language);
                    continue;
                }
                Played::Tone => ("♪".to_owned(), TONE),
                Played::Recording(_) => ("(♪ …)".to_owned(), UNKNOWN),
                Played::Sound(name) => match self.text(name) {
                    Some(text) => (text.trim_end_matches(GOES_ON).to_owned(), read_aloud(&text)),
                    None => (format!("[{name}]"), UNKNOWN),
                },
            };
            heard.is_prompt |= !matches!(played, Played::Tone);
            heard.time += time;
            heard.say(&words);
        }
        heard
    }
}

impl Heard {
    /// Words of letters are parted, signs of Chinese are not.
    fn say(&mut self, words: &str) {
        let (before, after) = (self.text.chars().last(), words.chars().next());
        let are_letters = |one: Option<char>| one.is_some_and(|it| it.is_ascii_graphic());
        if are_letters(before) && are_letters(after) {
            self.text.push(' ');
        }
        self.text.push_str(words);
    }

    fn breathe(&mut self, language: &str) {
        self.text.push_str(match Language::of(language) {
            Some(Language::Chinese) => "，",
            Some(Language::English) | None => ",",
        });
    }
}
