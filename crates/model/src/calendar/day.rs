//! A day of a calendar: its hours, and why they are so.
//!
//! Of what could make a day's hours the highest counts: an exception of the house, then events, then the notice of public
//! holidays, then the week.

use jiff::civil::Date;
use serde::Serialize;

use super::notice::{Feast, Ruling};
use super::period::Period;

/// A day as people read it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Day {
    /// `2026-10-10`, in the calendar's zone.
    pub date: String,
    /// `mon` … `sun`.
    pub weekday: &'static str,
    /// What kind of day it is.
    pub class: DayClass,
    /// Its periods, `09:00-12:00`.
    pub hours: Vec<String>,
    /// Why.
    pub why: Why,
}

/// What kind of day it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum DayClass {
    /// It has hours.
    Open,
    /// It has none.
    Closed,
    /// It has none, because it is off.
    Holiday,
}

/// A reason in both languages. What the house has written itself stands in both as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Why {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl Why {
    pub(super) fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            zh: zh.into(),
            en: en.into(),
        }
    }
}

/// What a day that is no plain weekday has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Special {
    pub(super) hours: Vec<Period>,
    /// Off as a whole, rather than without hours.
    pub(super) holiday: bool,
    pub(super) because: Because,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Because {
    /// An exception of the house, and what it is called.
    Exception(Option<String>),
    /// Events, by their names.
    Events(String),
    /// The notice of public holidays.
    Holiday(&'static Feast),
    /// The same notice: a day of rest that is worked.
    MakeUp(&'static Feast),
}

impl Special {
    pub(super) fn of(ruling: Ruling, makeup: &[Period]) -> Self {
        match ruling {
            Ruling::Holiday(feast) => Self {
                hours: Vec::new(),
                holiday: true,
                because: Because::Holiday(feast),
            },
            Ruling::MakeUp(feast) => Self {
                hours: makeup.to_vec(),
                holiday: false,
                because: Because::MakeUp(feast),
            },
        }
    }
}

impl Because {
    fn why(&self) -> Why {
        match self {
            Self::Exception(None) => Why::new("特别安排", "an exception"),
            Self::Events(name) if name.is_empty() => Why::new("日程", "an event"),
            Self::Exception(Some(name)) | Self::Events(name) => Why::new(name, name),
            Self::Holiday(feast) => Why::new(feast.name.0, feast.name.1),
            Self::MakeUp(feast) => {
                let (zh, en) = feast.name;
                Why::new(format!("{zh}调休"), format!("make-up working day for {en}"))
            }
        }
    }
}

pub(super) const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// Why the plan of the week holds.
pub(super) fn by_the_week() -> Why {
    Why::new("每周时间", "weekly hours")
}

/// A day without, or with, something special.
pub(super) fn describe(date: Date, special: Option<&Special>, hours: &[Period]) -> Day {
    let index = usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or(0);
    let class = match special {
        Some(special) if special.holiday => DayClass::Holiday,
        Some(_) | None if hours.is_empty() => DayClass::Closed,
        Some(_) | None => DayClass::Open,
    };
    Day {
        date: date.to_string(),
        weekday: WEEKDAYS.get(index).copied().unwrap_or_default(),
        class,
        hours: hours.iter().map(ToString::to_string).collect(),
        why: special.map_or_else(by_the_week, |special| special.because.why()),
    }
}
