//! What the house says by itself, put together from recorded words (C14, C17, C19, D21).
//!
//! A sentence is a list of sounds of the caller's language, `zh-CN/digit_1`; which words there must be tells [`words`], and
//! `check` sees to it that they are there. Scripts bring their own prompts.

use std::collections::BTreeSet;

use media::{SoundName, Source};
use speech::{Language, Saying};

/// Longest number that is said; a longer login is no number that anybody would remember.
const DIGITS_MAX: usize = 10;
/// What stands beside the digits.
const AGENT_NUMBER: &str = "agent_number";
/// What is said to a caller whose hold lasts.
const HOLD_MESSAGE: &str = "hold_message";
/// What is said to somebody who is called back, when he answers.
const CALLBACK_GREETING: &str = "callback_greeting";

/// What an agent hears who is rung outside: that there is a caller, then (after the queue's whisper) the keys.
const CALLER_FOR_YOU: &str = "caller_for_you";
const PRESS_TO_TAKE: &str = "press_to_take";
/// Between two rounds of that.
const BETWEEN_ROUNDS: Source = Source::Silence { ms: 1_500 };
/// In place of words that the house has not.
const ASKING_TONE: [Source; 2] = [
    Source::Tone { hz: 1_000, ms: 300 },
    Source::Silence { ms: 700 },
];

/// The words of a language with which an agent's number is said.
pub fn words(language: &str) -> impl Iterator<Item = String> {
    let names = digits(language, "0123456789").into_iter();
    let names = names.chain([AGENT_NUMBER.to_owned()]);
    names.map(move |name| format!("{language}/{name}"))
}

/// The digits of a number one by one, as the language says them: 1 is 幺 in Chinese. A language without numbers has a sound
/// for each digit.
fn digits(language: &str, number: &str) -> Vec<String> {
    let spoken = Language::of(language).and_then(|it| it.say(&Saying::Code(number)).ok());
    match spoken {
        Some(spoken) => spoken.words().iter().map(|it| it.name.to_owned()).collect(),
        None => number
            .chars()
            .map(|digit| format!("digit_{digit}"))
            .collect(),
    }
}

/// Whether a sound is one that the house plays where there is one, and does without where there is none.
pub fn is_optional(sound: &str) -> bool {
    let name = sound.split_once('/').map(|(_, name)| name);
    name.is_some_and(|name| {
        [
            HOLD_MESSAGE,
            CALLBACK_GREETING,
            CALLER_FOR_YOU,
            PRESS_TO_TAKE,
        ]
        .contains(&name)
            || name.starts_with("agent_") && name != AGENT_NUMBER
    })
}

/// What a caller hears whose hold lasts (C19).
pub(crate) fn hold_message(sounds: &BTreeSet<SoundName>, language: &str) -> Option<SoundName> {
    optional(sounds, language, HOLD_MESSAGE)
}

/// What somebody hears first who is called back (D21).
pub(crate) fn callback_greeting(sounds: &BTreeSet<SoundName>, language: &str) -> Option<SoundName> {
    optional(sounds, language, CALLBACK_GREETING)
}

fn optional(sounds: &BTreeSet<SoundName>, language: &str, name: &str) -> Option<SoundName> {
    let sound = SoundName::new(&format!("{language}/{name}"));
    sounds.contains(&sound).then_some(sound)
}

/// One round of what an agent is asked at his outside phone (C14), in the first of these languages that has the words; `zh` has
/// them for `zh-CN`. Without words a tone asks.
pub(crate) fn accept(
    sounds: &BTreeSet<SoundName>,
    languages: [&str; 2],
    whisper: Option<SoundName>,
) -> Vec<Source> {
    let said = |language: &str| {
        let words = [CALLER_FOR_YOU, PRESS_TO_TAKE];
        let words = words.map(|word| SoundName::new(&format!("{language}/{word}")));
        words
            .iter()
            .all(|word| sounds.contains(word))
            .then_some(words)
    };
    let short = |language: &str| language.split('-').next().and_then(said);
    let mut found = languages.into_iter();
    let found = found.find_map(|language| said(language).or_else(|| short(language)));
    let Some([caller, keys]) = found else {
        return ASKING_TONE.to_vec();
    };
    let sounds = [Some(caller), whisper, Some(keys)];
    let sounds = sounds.into_iter().flatten().map(Source::Sound);
    sounds.chain([BETWEEN_ROUNDS]).collect()
}

/// Who serves: his own recording, `zh-CN/agent_1001`, else his number digit by digit. A login that is no number is not said.
pub(crate) fn agent(
    recorded: &BTreeSet<SoundName>,
    language: &str,
    login: &str,
) -> Option<Vec<Source>> {
    let sound = |name: &str| SoundName::new(&format!("{language}/{name}"));
    let own = sound(&format!("agent_{login}"));
    if recorded.contains(&own) {
        return Some(vec![Source::Sound(own)]);
    }
    let is_number = login.chars().all(|digit| digit.is_ascii_digit());
    if login.is_empty() || login.len() > DIGITS_MAX || !is_number {
        return None;
    }
    let phrase = sound(AGENT_NUMBER);
    let digits = digits(language, login);
    let digits = digits.iter().map(|name| sound(name));
    // 1001号客服代表为您服务; Your agent is number 1 0 0 1.
    let sounds: Vec<SoundName> = if language.starts_with("zh") {
        digits.chain([phrase]).collect()
    } else {
        [phrase].into_iter().chain(digits).collect()
    };
    Some(sounds.into_iter().map(Source::Sound).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(language: &str, login: &str, expect: Option<&str>) {
        let recorded = [SoundName::new("en/agent_1003")].into();
        let said = agent(&recorded, language, login).map(|sources| {
            let names = sources.iter().map(|source| match source {
                Source::Sound(name) => name.as_str().to_owned(),
                Source::Message(_)
                | Source::Tone { .. }
                | Source::Silence { .. }
                | Source::Comfort { .. } => {
                    format!("{source:?}")
                }
            });
            names.collect::<Vec<_>>().join(" ")
        });
        assert_eq!(said.as_deref(), expect, "{language} {login}");
    }

    #[test]
    fn c17_a_number_is_said_digit_by_digit_as_the_language_wants_it() {
        check("zh-CN", "7", Some("zh-CN/digit_7 zh-CN/agent_number"));
        check("en", "10", Some("en/agent_number en/digit_1 en/digit_0"));
        check("en", "1003", Some("en/agent_1003"));
        check(
            "zh-CN",
            "1003",
            Some("zh-CN/say_1_alone zh-CN/digit_0 zh-CN/digit_0 zh-CN/digit_3 zh-CN/agent_number"),
        );
        for login in ["", "li.wei", "10a", "12345678901"] {
            check("en", login, None);
        }
    }

    #[test]
    fn c17_every_word_that_can_be_said_is_among_the_words() {
        for language in ["zh-CN", "en"] {
            let words: BTreeSet<String> = words(language).collect();
            for source in agent(&BTreeSet::new(), language, "0123456789").unwrap() {
                assert!(
                    matches!(&source, Source::Sound(name) if words.contains(name.as_str())),
                    "{source:?}"
                );
            }
        }
    }
}
