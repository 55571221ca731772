//! Business calendars (工作日历): weekly periods in a time zone, and days that differ.
//!
//! Periods are wall-clock time, half-open, several a day; `24:00` ends a day, and what runs past midnight is entered as
//! two. A day that differs (节假日, 调休) replaces the weekday's periods: without hours it is a holiday. Whether a moment
//! is open depends on the wall clock alone, so an hour that a clock change repeats counts twice and one that it skips not
//! at all. It deliberately knows no file and no place in a file: an error names the key.

mod period;
mod plan;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp as Instant};
use serde::{Deserialize, Serialize};

use crate::time::Timestamp;
use period::{MINUTES_PER_DAY, Period};
use plan::{read_exceptions, read_week};

/// The table `[calendar.NAME]` as an admin writes it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarConfig {
    /// An IANA name: `Asia/Shanghai`.
    pub zone: String,
    /// Days that differ.
    #[serde(default)]
    pub exception: Vec<ExceptionConfig>,
    /// All other keys: `mon`, `tue`, … or a range such as `mon-fri`, each with its periods `"09:00-12:00"`.
    #[serde(flatten)]
    pub days: BTreeMap<String, Vec<String>>,
}

/// One `[[calendar.NAME.exception]]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExceptionConfig {
    /// `2026-10-10`.
    pub date: String,
    /// The day's periods; none makes it a holiday.
    pub hours: Vec<String>,
    /// What people call the day.
    #[serde(default)]
    pub name: Option<String>,
}

/// Why a table is no calendar.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{key}: {message}")]
pub struct CalendarError {
    /// The key within the calendar, indices from 0: `zone`, `mon-fri[1]`, `exception[0].hours[1]`.
    pub key: String,
    /// What is wrong and what was expected.
    pub message: String,
}

/// What a calendar says of a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CalendarState {
    /// Within a period.
    Open,
    /// Outside the day's periods.
    Closed,
    /// On a day without any, by exception.
    Holiday,
}

impl CalendarState {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Open, Self::Closed, Self::Holiday];

    /// The state's word in scripts and traces.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Holiday => "holiday",
        }
    }
}

/// A calendar that was found whole; it is written as its table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "CalendarConfig", into = "CalendarConfig")]
pub struct Calendar {
    table: CalendarConfig,
    zone: TimeZone,
    /// Monday first.
    week: [Vec<Period>; 7],
    exceptions: BTreeMap<Date, Exception>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Exception {
    hours: Vec<Period>,
    name: Option<String>,
}

impl TryFrom<CalendarConfig> for Calendar {
    type Error = CalendarError;

    /// The first thing that is wrong is told.
    fn try_from(table: CalendarConfig) -> Result<Self, CalendarError> {
        let first = |errors: Vec<CalendarError>| errors.into_iter().next();
        Self::new(&table).map_err(|errors| {
            first(errors).unwrap_or_else(|| CalendarError {
                key: String::new(),
                message: String::new(),
            })
        })
    }
}

impl From<Calendar> for CalendarConfig {
    fn from(calendar: Calendar) -> Self {
        calendar.table
    }
}

/// A weekly plan that does not change within so many days never does.
const LOOK_AHEAD_DAYS: i64 = 8;

impl Calendar {
    /// Builds a calendar, or tells everything that is wrong with its table.
    pub fn new(config: &CalendarConfig) -> Result<Self, Vec<CalendarError>> {
        let mut errors = Vec::new();
        let zone = TimeZone::get(&config.zone).unwrap_or_else(|_| {
            let message = format!(
                "no time zone `{}`; expected an IANA name such as \"Asia/Shanghai\"",
                config.zone
            );
            errors.push(CalendarError {
                key: "zone".to_owned(),
                message,
            });
            TimeZone::UTC
        });
        let week = read_week(&config.days, &mut errors);
        let exceptions = read_exceptions(&config.exception, &mut errors);
        if errors.is_empty() {
            Ok(Self {
                table: config.clone(),
                zone,
                week,
                exceptions,
            })
        } else {
            Err(errors)
        }
    }

    /// What holds at a moment.
    pub fn state_at(&self, at: Timestamp) -> CalendarState {
        self.state_of(self.wall_clock(at))
    }

    /// The next moment at which the state changes, and what it changes to; `None` when it never does.
    pub fn next_change(&self, at: Timestamp) -> Option<(Timestamp, CalendarState)> {
        let now = self.state_at(at);
        let today = self.wall_clock(at).date();
        let anchors =
            std::iter::once(today).chain(self.exceptions.range(today..).map(|(date, _)| *date));
        let dates: BTreeSet<Date> = anchors
            .flat_map(|date| {
                (0..=LOOK_AHEAD_DAYS)
                    .map(move |days| date.saturating_add(SignedDuration::from_hours(24 * days)))
            })
            .collect();
        dates.into_iter().find_map(|date| {
            self.candidates(date)
                .into_iter()
                .filter(|candidate| *candidate > at)
                .map(|candidate| (candidate, self.state_at(candidate)))
                .find(|(_, state)| *state != now)
        })
    }

    /// What people call the day on which a moment falls, when it is one that differs and has a name.
    pub fn day_name(&self, at: Timestamp) -> Option<&str> {
        self.exceptions
            .get(&self.wall_clock(at).date())?
            .name
            .as_deref()
    }

    fn wall_clock(&self, at: Timestamp) -> DateTime {
        self.zone.to_datetime(instant(at))
    }

    fn state_of(&self, wall: DateTime) -> CalendarState {
        let minutes = i32::from(wall.hour()) * 60 + i32::from(wall.minute());
        let minute = u16::try_from(minutes).unwrap_or(0);
        let within = |hours: &[Period]| hours.iter().any(|period| period.contains(minute));
        match self.exceptions.get(&wall.date()) {
            Some(day) if day.hours.is_empty() => CalendarState::Holiday,
            Some(day) if within(&day.hours) => CalendarState::Open,
            None if within(self.weekday(wall.date())) => CalendarState::Open,
            Some(_) | None => CalendarState::Closed,
        }
    }

    fn weekday(&self, date: Date) -> &[Period] {
        let index = usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or(0);
        self.week.get(index).map_or(&[], Vec::as_slice)
    }

    /// Every moment of a local day at which the state may change, in order: midnight, the edges of its periods (twice
    /// where the clock repeats them), and the clock change itself, which may skip an edge.
    fn candidates(&self, date: Date) -> BTreeSet<Timestamp> {
        let hours = self
            .exceptions
            .get(&date)
            .map_or_else(|| self.weekday(date), |day| &day.hours);
        let edges = hours
            .iter()
            .flat_map(|period| [period.from, period.to])
            .chain([0, MINUTES_PER_DAY]);
        let midnight = date.to_datetime(jiff::civil::Time::midnight());
        let mut found = BTreeSet::new();
        for edge in edges {
            let wall = midnight.saturating_add(SignedDuration::from_mins(i64::from(edge)));
            let ambiguous = self.zone.to_ambiguous_timestamp(wall);
            found.extend(ambiguous.earlier().ok().map(timestamp));
            found.extend(ambiguous.later().ok().map(timestamp));
        }
        let (first, last) = (found.first().copied(), found.last().copied());
        if let (Some(first), Some(last)) = (first, last) {
            let changes = self
                .zone
                .following(instant(first))
                .map(|change| timestamp(change.timestamp()));
            found.extend(changes.take_while(|change| *change < last));
        }
        found
    }
}

fn instant(at: Timestamp) -> Instant {
    Instant::from_millisecond(at.as_ms()).unwrap_or(if at.as_ms() < 0 {
        Instant::MIN
    } else {
        Instant::MAX
    })
}

fn timestamp(at: Instant) -> Timestamp {
    Timestamp::from_ms(at.as_millisecond())
}

#[cfg(test)]
mod tests;
