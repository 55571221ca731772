//! What a test wants of a call whichever way it takes: how it ends, and what a caller is kept for who does nothing.

use std::time::Duration;

use crate::rehearsal::{Awaits, Ending, Rehearsal, Silent};
use crate::report::Read;
use crate::section::Section;

/// The words of `ends`.
pub(super) const ENDS: &[&str] = &["well", "person"];

/// See the file's head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::test) struct Wants {
    ends: Option<Ends>,
    prompts: Option<u32>,
    time: Option<Duration>,
}

/// How the call ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ends {
    /// With somebody, a message, a promise or a spoken goodbye.
    Well,
    /// With somebody, and without another question.
    Person,
}

pub(super) fn read(section: &mut Section<'_, '_>) -> Read<Wants> {
    let ends = section.optional_word("ends");
    let (prompts, time) = (
        section.optional_whole("silent_prompts_max"),
        section.optional_whole("silent_s_max"),
    );
    Ok(Wants {
        ends: ends?.map(|word| match word.text.as_str() {
            "person" => Ends::Person,
            _ => Ends::Well,
        }),
        prompts: prompts?.map(|(count, _)| count),
        time: time?.map(|(seconds, _)| Duration::from_secs(seconds.into())),
    })
}

impl Wants {
    /// What the call lacks; `was_asked`: after the last of `press` the caller was asked something.
    pub(in crate::test) fn lacking(
        &self,
        rehearsal: &Rehearsal,
        longest: Silent,
        was_asked: bool,
    ) -> Option<String> {
        self.ends
            .and_then(|ends| ends.missed(rehearsal, was_asked))
            .or_else(|| self.kept_long(longest))
    }

    fn kept_long(&self, Silent { prompts, time }: Silent) -> Option<String> {
        if let Some(max) = self.prompts.filter(|max| prompts > *max) {
            return Some(format!(
                "a caller who does nothing hears {prompts} prompts; {max} are allowed"
            ));
        }
        let max = self.time.filter(|max| time > *max)?;
        let (time, max) = (time.as_secs_f64(), max.as_secs());
        Some(format!(
            "a caller who does nothing is kept for {time:.1} s; {max} s are allowed"
        ))
    }
}

impl Ends {
    fn missed(self, rehearsal: &Rehearsal, was_asked: bool) -> Option<String> {
        let Awaits::Nothing(ending) = rehearsal.awaits() else {
            return None;
        };
        let how = &ending.told().en;
        match self {
            Self::Well if ending.is_good() => None,
            Self::Well => Some(format!("it does not end well: {how}")),
            Self::Person if *ending != Ending::Person => {
                Some(format!("it does not end with a person: {how}"))
            }
            Self::Person => was_asked
                .then(|| "the caller is asked something before a person has him".to_owned()),
        }
    }
}
