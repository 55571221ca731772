//! Times of the day, and the moment at which a scenario begins.
//!
//! A scenario has one clock: that of its `start`, whose offset is kept for all its days. Hours and holidays of queues are
//! judged by the configuration's own calendars.

use std::fmt;
use std::time::Duration;

use model::Timestamp;
use serde::{Deserialize, Serialize};

/// Hours and minutes: `08:30`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TimeOfDay {
    minutes: u32,
}

/// Why a text is no time of the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a time such as 08:30")]
pub struct NotATime;

impl TimeOfDay {
    /// From midnight.
    pub(crate) fn since_midnight(self) -> Duration {
        Duration::from_secs(u64::from(self.minutes) * 60)
    }

    fn parse(text: &str) -> Option<Self> {
        let (hours, minutes) = text.split_once(':')?;
        let two_digits = |text: &str| {
            let digits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
            digits.then(|| text.parse::<u32>().ok()).flatten()
        };
        let (hours, minutes) = (two_digits(hours)?, two_digits(minutes)?);
        let minutes = (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)?;
        Some(Self { minutes })
    }
}

impl TryFrom<String> for TimeOfDay {
    type Error = NotATime;

    fn try_from(text: String) -> Result<Self, NotATime> {
        Self::parse(&text).ok_or(NotATime)
    }
}

impl From<TimeOfDay> for String {
    fn from(time: TimeOfDay) -> Self {
        format!("{:02}:{:02}", time.minutes / 60, time.minutes % 60)
    }
}

/// The first moment of a scenario.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Start {
    text: String,
    /// Since the Unix epoch.
    pub(crate) at: Duration,
    /// What the clock on the wall shows.
    pub(crate) time_of_day: TimeOfDay,
}

/// Why a text is no moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a moment with its offset, such as 2026-11-23T08:00:00+08:00")]
pub struct NotAMoment;

impl Start {
    fn parse(text: &str) -> Option<Self> {
        let at: Timestamp =
            serde::Deserialize::deserialize(serde_json::Value::String(text.to_owned())).ok()?;
        let time_of_day = TimeOfDay::parse(text.get(11..16)?)?;
        Some(Self {
            text: text.to_owned(),
            at: (at.as_ms() >= 0).then(|| at.into())?,
            time_of_day,
        })
    }

    /// The moment of this day at which the clock shows this time: on the day itself or, where that is over, on the next.
    pub(crate) fn on_day(&self, day: u32, time: TimeOfDay) -> Duration {
        let midnight = Duration::from_secs(86_400);
        let (begin, time) = (self.time_of_day.since_midnight(), time.since_midnight());
        let after = match time.checked_sub(begin) {
            Some(after) => after,
            None => midnight + time - begin,
        };
        self.at + midnight * day + after
    }
}

impl Default for Start {
    /// A Monday morning at eight in China.
    fn default() -> Self {
        Self {
            text: "2026-11-23T08:00:00+08:00".to_owned(),
            at: Duration::from_secs(1_795_392_000),
            time_of_day: TimeOfDay { minutes: 480 },
        }
    }
}

impl fmt::Display for Start {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl TryFrom<String> for Start {
    type Error = NotAMoment;

    fn try_from(text: String) -> Result<Self, NotAMoment> {
        Self::parse(&text).ok_or(NotAMoment)
    }
}

impl From<Start> for String {
    fn from(start: Start) -> Self {
        start.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_knows_its_moment_and_the_clock_on_the_wall() {
        let start = Start::parse("2026-11-23T08:00:00+08:00").unwrap();
        assert_eq!(start, Start::default());
        let clock = |text| TimeOfDay::parse(text).unwrap();
        for (day, time, after_h) in [
            (0, "08:00", 0),
            (0, "12:00", 4),
            (1, "08:00", 24),
            (0, "02:00", 18),
        ] {
            let at = start.on_day(day, clock(time));
            assert_eq!(
                at,
                start.at + Duration::from_secs(after_h * 3_600),
                "{day} {time}"
            );
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in ["8:00", "24:00", "08:60", "0800", "", "08:0x"] {
            assert_eq!(TimeOfDay::parse(text), None, "{text}");
        }
        for text in [
            "2026-11-23",
            "2026-11-23T08:00:00",
            "1960-01-01T08:00:00Z",
            "tomorrow",
        ] {
            assert_eq!(Start::parse(text), None, "{text}");
        }
    }
}
