//! Clips (语音片段, E25): what an agent plays to his caller instead of saying it himself, for the hundredth time.
//!
//! A clip has a number, by which agents know it, and a sound in each of its languages. Which are offered in a talk is a matter of the
//! talk's queue.

use std::collections::{BTreeMap, BTreeSet};

use crate::id::{ClipName, QueueName};

/// The folder of their sounds, as if a script had this name: `prompts/clips/zh-CN/NAME.wav`.
pub const CLIPS_FOLDER: &str = "clips";

/// All clips of a house.
pub type Clips = BTreeMap<ClipName, Clip>;

/// One clip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clip {
    /// What agents say and key; no other clip of the house has it.
    pub number: u32,
    /// Its title by language.
    pub title: BTreeMap<String, String>,
    /// The languages in which it can be heard.
    pub languages: BTreeSet<String>,
    /// It is offered in talks of these queues alone; none: in all talks.
    pub queues: BTreeSet<QueueName>,
}

impl Clip {
    /// Whether it is offered in a talk of this queue; `None`: a talk of no queue.
    pub fn is_offered_in(&self, queue: Option<&QueueName>) -> bool {
        self.queues.is_empty() || queue.is_some_and(|queue| self.queues.contains(queue))
    }

    /// The language in which a caller hears it: his, else that of the house, else the first that it has. `silent`: those in which
    /// it has no sound yet, and so is heard by nobody.
    pub fn language_for<'a>(
        &'a self,
        callers: &str,
        house: &str,
        silent: &BTreeSet<String>,
    ) -> Option<&'a str> {
        let sounds = |language: &&String| !silent.contains(*language);
        let sounding = || self.languages.iter().filter(sounds).map(String::as_str);
        let has = |wanted: &str| sounding().find(|language| *language == wanted);
        has(callers)
            .or_else(|| has(house))
            .or_else(|| sounding().next())
    }
}

/// The name of its sound in a language: `clips/zh-CN/opening_hours`.
pub fn sound_of(name: &ClipName, language: &str) -> String {
    [CLIPS_FOLDER, "/", language, "/", name.as_str()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clip(languages: &[&str], queues: &[&str]) -> Clip {
        Clip {
            number: 12,
            title: BTreeMap::new(),
            languages: languages.iter().map(|it| (*it).to_owned()).collect(),
            queues: queues.iter().map(|it| QueueName::from(*it)).collect(),
        }
    }

    #[test]
    fn e25_the_callers_language_comes_first_then_that_of_the_house() {
        let rows = [
            (&["en", "zh-CN"][..], &[][..], Some("en")),
            (&["de", "zh-CN"], &[], Some("zh-CN")),
            (&["de", "fr"], &[], Some("de")),
            (&[], &[], None),
            // What has no sound yet is not chosen while another has.
            (&["en", "zh-CN"], &["en"], Some("zh-CN")),
            (&["de", "en", "zh-CN"], &["en", "zh-CN"], Some("de")),
            (&["de", "en", "fr"], &["de", "en"], Some("fr")),
            (&["en", "zh-CN"], &["en", "zh-CN"], None),
        ];
        for (languages, silent, expected) in rows {
            let (found, silent) = (clip(languages, &[]), clip(silent, &[]).languages);
            assert_eq!(found.language_for("en", "zh-CN", &silent), expected);
        }
    }

    #[test]
    fn e25_a_clip_of_queues_is_offered_in_their_talks_alone() {
        let sales = QueueName::from("sales");
        assert!(clip(&[], &[]).is_offered_in(None));
        assert!(clip(&[], &["sales"]).is_offered_in(Some(&sales)));
        assert!(!clip(&[], &["support"]).is_offered_in(Some(&sales)));
        assert!(!clip(&[], &["sales"]).is_offered_in(None));
    }
}
