//! Business calendars (工作日历): weekly periods in a time zone, and days that differ.
//!
//! Periods are wall-clock time, half-open, several a day; `24:00` ends a day, and what runs past midnight is entered as
//! two. A day that differs (节假日, 调休) replaces the weekday's periods: without hours it is a holiday. Whether a moment
//! is open depends on the wall clock alone, so an hour that a clock change repeats counts twice and one that it skips not
//! at all. It deliberately knows no file and no place in a file: an error names the key.

mod business;
mod change;
mod closure;
mod day;
mod event;
mod notice;
mod period;
mod plan;
mod table;

use std::collections::BTreeMap;

use jiff::Timestamp as Instant;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::time::Timestamp;
use day::Special;
use period::Period;
use plan::{read_exceptions, read_makeup, read_week};

pub use change::{Change, Standing};
pub use closure::{ClosedBy, Closure, PinRefusal};
pub use day::{Day, DayClass, Why};
pub use table::{CalendarConfig, CalendarError, EventConfig, ExceptionConfig};

/// Most days that [`Calendar::days`] tells at once.
pub const DAYS_MAX: u16 = 400;

/// What a calendar says of a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CalendarState {
    /// Within a period.
    Open,
    /// Outside the day's periods.
    Closed,
    /// On a day without any, by exception.
    Holiday,
    /// Closed out of turn (E9).
    Emergency,
}

impl CalendarState {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Open, Self::Closed, Self::Holiday, Self::Emergency];

    /// What people call it, Chinese and English.
    pub const fn label(self) -> (&'static str, &'static str) {
        match self {
            Self::Open => ("开放", "open"),
            Self::Closed => ("关闭", "closed"),
            Self::Holiday => ("节假日", "holiday"),
            Self::Emergency => ("紧急关闭", "emergency closing"),
        }
    }

    /// The state's word in scripts and traces.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Holiday => "holiday",
            Self::Emergency => "emergency",
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
    /// Days that are no plain weekdays.
    special: BTreeMap<Date, Special>,
}

impl TryFrom<CalendarConfig> for Calendar {
    type Error = CalendarError;

    /// The first thing that is wrong is told.
    fn try_from(table: CalendarConfig) -> Result<Self, CalendarError> {
        let first = |errors: Vec<CalendarError>| errors.into_iter().next();
        Self::new(&table).map_err(|errors| {
            first(errors).unwrap_or_else(|| CalendarError {
                key: String::new(),
                message: Why::new("", ""),
            })
        })
    }
}

impl From<Calendar> for CalendarConfig {
    fn from(calendar: Calendar) -> Self {
        calendar.table
    }
}

impl Calendar {
    /// Builds a calendar, or tells everything that is wrong with its table.
    pub fn new(config: &CalendarConfig) -> Result<Self, Vec<CalendarError>> {
        let mut errors = Vec::new();
        let zone = TimeZone::get(&config.zone).unwrap_or_else(|_| {
            let zone = &config.zone;
            let message = Why::new(
                format!("没有时区 `{zone}`；应为 IANA 名称，如 \"Asia/Shanghai\""),
                format!("no time zone `{zone}`; expected an IANA name such as \"Asia/Shanghai\""),
            );
            errors.push(CalendarError {
                key: "zone".to_owned(),
                message,
            });
            TimeZone::UTC
        });
        let week = read_week(&config.days, &mut errors);
        let special = special(config, &week, &mut errors);
        if errors.is_empty() {
            Ok(Self {
                table: config.clone(),
                zone,
                week,
                special,
            })
        } else {
            Err(errors)
        }
    }

    /// Never closed, by UTC: for who names no calendar.
    pub fn always() -> Self {
        let hours = vec!["00:00-24:00".to_owned()];
        Self {
            table: CalendarConfig {
                zone: "UTC".to_owned(),
                days: BTreeMap::from([("mon-sun".to_owned(), hours)]),
                ..CalendarConfig::default()
            },
            zone: TimeZone::UTC,
            week: std::array::from_fn(|_| vec![Period::WHOLE_DAY]),
            special: BTreeMap::new(),
        }
    }

    /// What holds at a moment.
    pub fn state_at(&self, at: Timestamp) -> CalendarState {
        if self.closure_at(at).is_some() {
            return CalendarState::Emergency;
        }
        self.state_of(self.wall_clock(at))
    }

    /// The day on which a moment falls.
    pub fn day(&self, at: Timestamp) -> Day {
        let date = self.wall_clock(at).date();
        day::describe(date, self.special.get(&date), self.hours(date))
    }

    /// So many days from the one on which a moment falls, at most [`DAYS_MAX`].
    pub fn days(&self, from: Timestamp, count: u16) -> Vec<Day> {
        let first = self.wall_clock(from).date();
        let dates = first.series(jiff::Span::new().days(1));
        let dates = dates.take(usize::from(count.min(DAYS_MAX)));
        dates
            .map(|date| day::describe(date, self.special.get(&date), self.hours(date)))
            .collect()
    }

    /// The first moment of a day such as `2026-10-01`; `None` when it is no date.
    pub fn day_begins(&self, date: &str) -> Option<Timestamp> {
        self.begins(date.parse().ok()?)
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.table.name
    }

    /// The zone, as its table names it.
    pub fn zone(&self) -> &str {
        &self.table.zone
    }

    /// A moment on this calendar's wall clock: `2026-10-10 09:00`.
    pub fn local(&self, at: Timestamp) -> String {
        self.wall_clock(at).strftime("%Y-%m-%d %H:%M").to_string()
    }

    /// The same with its offset from UTC, as scripts write moments: `2026-10-10T09:00:00+08:00`.
    pub fn written(&self, at: Timestamp) -> String {
        let offset = self.zone.to_offset(instant(at));
        let local = offset.to_datetime(instant(at));
        let minutes = offset.seconds() / 60;
        let sign = if minutes < 0 { '-' } else { '+' };
        let (hours, minutes) = (minutes.abs() / 60, minutes.abs() % 60);
        format!(
            "{}{sign}{hours:02}:{minutes:02}",
            local.strftime("%Y-%m-%dT%H:%M:%S")
        )
    }

    /// The moment at which this calendar's wall clock shows `2026-10-10 09:00`; `None` when it is no such text.
    pub fn moment(&self, wall: &str) -> Option<Timestamp> {
        let wall = DateTime::strptime("%Y-%m-%d %H:%M", wall).ok()?;
        let at = wall.to_zoned(self.zone.clone()).ok()?;
        Some(timestamp(at.timestamp()))
    }

    /// The year of a moment, when this calendar keeps public holidays, that year's notice is not here, and nobody has entered any
    /// day of it.
    pub fn year_without_notice(&self, at: Timestamp) -> Option<i16> {
        let year = self.wall_clock(at).year();
        let is_entered = self.special.keys().any(|day| day.year() == year);
        let lacks = self.table.holidays.is_some() && !notice::is_known(year) && !is_entered;
        lacks.then_some(year)
    }

    /// The first moment of a day; of one that is skipped, that of the next.
    fn begins(&self, date: Date) -> Option<Timestamp> {
        let begins = date.to_zoned(self.zone.clone()).ok()?;
        Some(timestamp(begins.timestamp()))
    }

    fn wall_clock(&self, at: Timestamp) -> DateTime {
        self.zone.to_datetime(instant(at))
    }

    fn state_of(&self, wall: DateTime) -> CalendarState {
        let minutes = i32::from(wall.hour()) * 60 + i32::from(wall.minute());
        let minute = u16::try_from(minutes).unwrap_or(0);
        let within = |hours: &[Period]| hours.iter().any(|period| period.contains(minute));
        match self.special.get(&wall.date()) {
            Some(day) if day.holiday => CalendarState::Holiday,
            Some(_) | None if within(self.hours(wall.date())) => CalendarState::Open,
            Some(_) | None => CalendarState::Closed,
        }
    }

    /// The periods of a day.
    fn hours(&self, date: Date) -> &[Period] {
        let special = self.special.get(&date);
        special.map_or_else(|| weekday(&self.week, date), |day| &day.hours)
    }
}

/// The days that are no plain weekdays: the notice of public holidays, over it the events, over them the house's own
/// exceptions.
fn special(
    config: &CalendarConfig,
    week: &[Vec<Period>; 7],
    errors: &mut Vec<CalendarError>,
) -> BTreeMap<Date, Special> {
    let makeup = read_makeup(config.makeup.as_ref(), week, errors);
    let mut days = BTreeMap::new();
    match config.holidays.as_deref() {
        None => {}
        Some("CN") => {
            let rulings = notice::rulings().into_iter();
            days.extend(rulings.map(|(date, ruling)| (date, Special::of(ruling, &makeup))));
        }
        Some(other) => errors.push(CalendarError {
            key: "holidays".to_owned(),
            message: Why::new(
                format!("没有 `{other}` 的节假日表；应为 \"CN\""),
                format!("no table of holidays for `{other}`; expected \"CN\""),
            ),
        }),
    }
    let plain = |date| weekday(week, date);
    event::lay(&config.event, &mut days, plain, &makeup, errors);
    days.extend(read_exceptions(&config.exception, errors));
    days
}

fn weekday(week: &[Vec<Period>; 7], date: Date) -> &[Period] {
    let index = usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or(0);
    week.get(index).map_or(&[], Vec::as_slice)
}

/// A moment on a zone's wall clock, as [`EventConfig`] writes it: `2026-12-24T12:00`. `None` when there is no such zone.
pub fn wall_clock(zone: &str, at: Timestamp) -> Option<String> {
    let zone = TimeZone::get(zone).ok()?;
    let wall = zone.to_datetime(instant(at));
    Some(wall.strftime("%Y-%m-%dT%H:%M").to_string())
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
