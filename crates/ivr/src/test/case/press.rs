//! What the caller of a test does, one thing after the other.

use std::time::Duration;

use crate::report::Read;
use crate::section::{Section, is_phone_key};
use crate::told;

/// What the caller does where the script waits for him.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::test) enum Press {
    Key(char),
    /// Speaks for so long, where he is recorded.
    Speak(Duration),
    Wait,
    HangUp,
}

/// The seconds of `speak 12`: an hour at most.
fn spoken_seconds(text: &str) -> Option<Duration> {
    let seconds: u16 = text.strip_prefix("speak ")?.parse().ok()?;
    (1..=3_600)
        .contains(&seconds)
        .then(|| Duration::from_secs(seconds.into()))
}

pub(super) fn read(section: &mut Section<'_, '_>) -> Read<Vec<Press>> {
    let read: Vec<Read<Press>> = section
        .list("press")?
        .into_iter()
        .map(|name| {
            let mut letters = name.text.chars();
            match (name.text.as_str(), letters.next(), letters.next()) {
                ("wait", ..) => Ok(Press::Wait),
                ("hangup", ..) => Ok(Press::HangUp),
                (_, Some(key), None) if is_phone_key(key) => Ok(Press::Key(key)),
                (text, ..) if let Some(seconds) = spoken_seconds(text) => Ok(Press::Speak(seconds)),
                _ => {
                    let message = told!(
                        "`{}` cannot be pressed; expected one of 0-9, *, #, A-D, speak 12, wait, hangup",
                        "`{}` 不能按；应为 0-9、*、#、A-D、speak 12、wait、hangup 之一",
                        name.text
                    );
                    let words = ["wait", "hangup", "speak 12"];
                    Err(section
                        .report
                        .unknown(name.place, message, &name.text, words.into_iter()))
                }
            }
        })
        .collect();
    read.into_iter().collect()
}
