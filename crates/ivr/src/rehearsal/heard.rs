//! What an imaginary caller hears, in words: the texts of prompts, and values as `say` says them.

use std::collections::BTreeMap;
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

/// The words of sounds, by the sounds' names.
#[derive(Clone, Debug, Default)]
pub struct Texts(BTreeMap<String, String>);

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
        let mut texts = BTreeMap::new();
        for script in scripts {
            texts.extend(script.prompts().map(|prompt| (prompt.sound(), prompt.text)));
            for language in script.languages() {
                let stock = Language::of(language).map(Language::stock);
                let words = stock.into_iter().flatten();
                texts.extend(
                    words.map(|word| (house_sound(language, word.name), word.text.to_owned())),
                );
            }
        }
        Self(texts)
    }

    /// Those of all scripts of a house, and of one that may not be among them.
    pub fn of_all(script: &Arc<Script>, others: &BTreeMap<ScriptName, Arc<Script>>) -> Self {
        Self::of(others.values().chain([script]))
    }

    /// A sentence of the house in a language, where none is known.
    pub fn add(&mut self, language: &str, name: &str, text: &str) {
        let sound = house_sound(language, name);
        self.0.entry(sound).or_insert_with(|| text.to_owned());
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
                Played::Sound(name) => match self.0.get(name) {
                    Some(text) => (text.trim_end_matches(GOES_ON).to_owned(), read_aloud(text)),
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
