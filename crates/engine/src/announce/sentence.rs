//! How places and waits are said (排队通告): the sounds of a sentence, one after the other, in the way of each language.
//!
//! Waits are rounded up to words that promise no more than is known: minutes up to five, then steps of five. A line of a
//! hundred and a wait of more than half an hour have words of their own, so that every sentence is made of a fixed stock
//! of sounds, which `check` asks for. How the numbers in them are said is known by the crate `speech`; the texts stand in
//! `ivr-scripts/prompts/words.toml`.

use std::collections::BTreeSet;
use std::time::Duration;

use speech::{Language, Saying};

/// From so many callers on their number is not told.
const MANY: u32 = 100;
/// Beyond so many minutes their number is not told.
const LONG_MIN: u32 = 30;

/// How many callers are ahead; about so many where others may come before him or be passed over (D15).
pub(super) fn place(language: Language, ahead: u32, exact: bool) -> Vec<String> {
    let lead = if exact {
        "say_ahead"
    } else {
        "say_about_ahead"
    };
    match (language, ahead, exact) {
        (_, 0, true) => whole("say_next"),
        (_, 0, false) => whole("say_soon"),
        (Language::English, 1, true) => whole("say_one_ahead"),
        (Language::English, 1, false) => whole("say_about_one_ahead"),
        (_, MANY.., _) => whole("say_many_ahead"),
        (_, 1.., _) => counted(language, lead, ahead, "say_callers"),
    }
}

/// How long it will probably take (D16).
pub(super) fn wait(language: Language, wait: Duration) -> Vec<String> {
    let minutes = u32::try_from(wait.as_secs().div_ceil(60)).unwrap_or(u32::MAX);
    let told = |minutes| counted(language, "say_wait", minutes, "say_minutes");
    match minutes {
        0 | 1 => whole("say_wait_short"),
        2..=5 => told(minutes),
        6..=LONG_MIN => told(minutes.next_multiple_of(5)),
        31.. => whole("say_wait_long"),
    }
}

/// Every word of a sentence about places.
pub(super) fn place_words(language: Language) -> BTreeSet<String> {
    let sentences = (0..=MANY).flat_map(|ahead| [(ahead, true), (ahead, false)]);
    sentences
        .flat_map(|(ahead, exact)| place(language, ahead, exact))
        .collect()
}

/// Every word of a sentence about waits.
pub(super) fn wait_words(language: Language) -> BTreeSet<String> {
    let waits = (0..=LONG_MIN + 1).map(|minutes| Duration::from_mins(minutes.into()));
    waits.flat_map(|told| wait(language, told)).collect()
}

fn counted(language: Language, lead: &str, number: u32, what: &str) -> Vec<String> {
    let mut words = whole(lead);
    // Every number of 32 bits can be said.
    if let Ok(said) = language.say(&Saying::Counted(number.into())) {
        words.extend(said.words().iter().map(|word| word.name.to_owned()));
    }
    words.extend(whole(what));
    words
}

fn whole(word: &str) -> Vec<String> {
    vec![word.to_owned()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(language: Language, told: Vec<String>, expect: &str) {
        let name = |word: &String| word.replace("say_", "").replace("digit_", "");
        let told: Vec<String> = told.iter().map(name).collect();
        assert_eq!(told.join(" "), expect, "{language:?}");
    }

    #[test]
    fn d15_places_are_said_in_the_way_of_each_language() {
        use Language::{Chinese, English};
        for (language, ahead, exact, expect) in [
            (Chinese, 0, true, "next"),
            (Chinese, 0, false, "soon"),
            (Chinese, 1, true, "ahead 1 callers"),
            (Chinese, 2, true, "ahead 2_of callers"),
            (Chinese, 10, false, "about_ahead 10 callers"),
            (Chinese, 12, true, "ahead 10 2 callers"),
            (Chinese, 20, true, "ahead 2 10 callers"),
            (Chinese, 99, true, "ahead 9 10 9 callers"),
            (Chinese, 100, true, "many_ahead"),
            (English, 0, true, "next"),
            (English, 1, true, "one_ahead"),
            (English, 1, false, "about_one_ahead"),
            (English, 2, false, "about_ahead 2 callers"),
            (English, 13, true, "ahead 13 callers"),
            (English, 20, true, "ahead 20 callers"),
            (English, 42, true, "ahead 40 2 callers"),
            (English, 90, true, "ahead 90 callers"),
            (English, 4_000, false, "many_ahead"),
        ] {
            check(language, place(language, ahead, exact), expect);
        }
    }

    #[test]
    fn d16_waits_are_rounded_up_to_words() {
        use Language::{Chinese, English};
        for (language, seconds, expect) in [
            (Chinese, 0, "wait_short"),
            (Chinese, 60, "wait_short"),
            (Chinese, 61, "wait 2_of minutes"),
            (Chinese, 300, "wait 5 minutes"),
            (Chinese, 301, "wait 10 minutes"),
            (Chinese, 1_260, "wait 2 10 5 minutes"),
            (English, 95, "wait 2 minutes"),
            (English, 1_260, "wait 20 5 minutes"),
            (English, 1_800, "wait 30 minutes"),
            (English, 1_801, "wait_long"),
            (English, u64::MAX, "wait_long"),
        ] {
            check(
                language,
                wait(language, Duration::from_secs(seconds)),
                expect,
            );
        }
    }
}
