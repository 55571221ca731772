//! What both hear when an agent has answered: `announce_agent`, `whisper` (C17, C18).

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use audio::Sound;
use engine::speech;
use ivr::{Diagnostic, did_you_mean, told};
use media::SoundName;
use toml::Spanned;

use crate::config::document::Document;

/// C18: a whisper is short.
const WHISPER_MAX: Duration = Duration::from_secs(2);
/// What callers wait with is no prompt.
const MUSIC: &str = "music";

/// What can be played, and in which language the house speaks to its agents.
#[derive(Clone, Copy)]
pub(crate) struct Heard<'a> {
    pub(crate) sounds: &'a BTreeMap<String, Sound>,
    pub(crate) language: &'a str,
}

impl<'a> Heard<'a> {
    /// In which languages callers are spoken to: those that have prompts, and the house's own.
    pub(super) fn languages(self) -> BTreeSet<&'a str> {
        let folders = self
            .sounds
            .keys()
            .filter_map(|sound| sound.rsplit_once('/'));
        let folders = folders.map(|(folder, _)| folder);
        // A folder within a folder is a script's own.
        let spoken = folders.filter(|folder| *folder != MUSIC && !folder.contains('/'));
        spoken.chain([self.language]).collect()
    }
}

/// C17: every language that has prompts has the words of a number.
pub(super) fn announce_agent(
    document: &Document,
    given: Option<&Spanned<bool>>,
    heard: Heard<'_>,
    wrong: &mut Vec<Diagnostic>,
) -> bool {
    let Some(at) = given.filter(|wanted| *wanted.get_ref()) else {
        return false;
    };
    for language in heard.languages() {
        let lacks = |word: &String| !heard.sounds.contains_key(word);
        if let Some(word) = speech::words(language).find(lacks) {
            let told = told!(
                "`announce_agent` needs the sound {word}.wav, which is missing",
                "`announce_agent` 需要声音 {word}.wav，但没有"
            );
            let help = told!(
                "prompts/make.sh makes it out of prompts/words.toml",
                "prompts/make.sh 会用 prompts/words.toml 生成"
            );
            wrong.push(document.error(at.span().start, told, Some(help)));
        }
    }
    true
}

/// C18: a prompt of the house's language, of two seconds at most.
pub(super) fn whisper(
    document: &Document,
    given: Option<&Spanned<String>>,
    heard: Heard<'_>,
    wrong: &mut Vec<Diagnostic>,
) -> Option<SoundName> {
    let given = given?;
    let name = format!("{}/{}", heard.language, given.get_ref());
    let Some(sound) = heard.sounds.get(&name) else {
        let prefix = format!("{}/", heard.language);
        let known = heard
            .sounds
            .keys()
            .filter_map(|sound| sound.strip_prefix(&prefix));
        let help = did_you_mean(given.get_ref(), known);
        let told = told!(
            "no prompt `{}`: there is no prompts/{name}.wav",
            "没有提示音 `{}`：没有 prompts/{name}.wav",
            given.get_ref()
        );
        wrong.push(document.error(given.span().start, told, help));
        return None;
    };
    let length = Duration::from_millis(sound.duration_ms());
    if length > WHISPER_MAX {
        let told = told!(
            "the whisper {name}.wav takes {} ms; {} ms are the most",
            "坐席耳语 {name}.wav 长 {} 毫秒；最长 {} 毫秒",
            length.as_millis(),
            WHISPER_MAX.as_millis()
        );
        wrong.push(document.error(given.span().start, told, None));
    }
    Some(SoundName::new(&name))
}

/// What the house says if it has a sound for it: who an agent is, `zh-CN/agent_1001`, and that a hold goes on.
pub(crate) fn house_sounds(sounds: &BTreeMap<String, Sound>) -> BTreeSet<SoundName> {
    let names = sounds.keys().filter(|sound| speech::is_optional(sound));
    names.map(|name| SoundName::new(name)).collect()
}

#[cfg(test)]
mod tests {
    use engine::OpeningSounds;

    use super::*;
    use crate::config::said;

    fn sound(ms: usize) -> Sound {
        Sound {
            rate_hz: audio::RATE_HZ,
            samples: vec![0; ms * 8],
        }
    }

    /// A house that speaks English, with the words for it.
    fn sounds() -> BTreeMap<String, Sound> {
        let words = speech::words("en").map(|word| (word, sound(400)));
        let others = [
            ("en/support", 1_500),
            ("en/welcome", 9_000),
            ("music/default", 9_000),
        ];
        words
            .chain(others.map(|(name, ms)| (name.to_owned(), sound(ms))))
            .collect()
    }

    fn read(keys: &str, sounds: &BTreeMap<String, Sound>) -> Result<OpeningSounds, String> {
        let text = format!("[queue.a]\nstrategy = \"random\"\n{keys}\n");
        let file = "config/queues.toml".into();
        let document = Document { file, text };
        let heard = Heard {
            sounds,
            language: "en",
        };
        let given = super::super::Given {
            forms: &std::collections::BTreeSet::new(),
            heard,
            calendars: &BTreeMap::new(),
            private_hosts: &std::collections::BTreeSet::new(),
            dir: std::path::Path::new("."),
        };
        match super::super::read(&document, &given) {
            Ok(read) => Ok(read.queues["a"].opening.clone()),
            Err(wrong) => Err(said::lines(&wrong).concat()),
        }
    }

    #[test]
    fn c17_c18_a_queue_says_what_both_hear_before_they_talk() {
        let sounds = sounds();
        assert_eq!(read("", &sounds), Ok(OpeningSounds::default()));
        let both = OpeningSounds {
            announce_agent: true,
            whisper: Some(SoundName::new("en/support")),
        };
        let keys = "announce_agent = true\nwhisper = \"support\"";
        assert_eq!(read(keys, &sounds), Ok(both));
        let without = read("announce_agent = false", &BTreeMap::new());
        assert_eq!(without, Ok(OpeningSounds::default()), "it needs no words");
    }

    #[test]
    fn c18_a_whisper_is_a_prompt_and_short() {
        let told = read("whisper = \"suport\"", &sounds()).unwrap_err();
        assert!(
            told.starts_with("config/queues.toml:3:11: error: no prompt `suport`"),
            "{told}"
        );
        assert!(told.contains("did you mean `support`?"), "{told}");
        let told = read("whisper = \"welcome\"", &sounds()).unwrap_err();
        assert!(
            told.contains("takes 9000 ms; 2000 ms are the most"),
            "{told}"
        );
    }

    #[test]
    fn c17_each_language_with_prompts_has_the_words() {
        let mut sounds = sounds();
        sounds.insert("zh-CN/welcome".into(), sound(10));
        let told = read("announce_agent = true", &sounds).unwrap_err();
        assert!(
            told.contains("3:18: error: `announce_agent` needs the sound zh-CN/digit_0.wav"),
            "{told}"
        );
    }

    #[test]
    fn c17_recordings_of_agents_are_found() {
        let mut sounds = sounds();
        sounds.insert("zh-CN/agent_1001".into(), sound(10));
        let expect = [SoundName::new("zh-CN/agent_1001")].into();
        assert_eq!(
            house_sounds(&sounds),
            expect,
            "and `agent_number` is a word"
        );
    }
}
