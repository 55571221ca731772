//! Business calendars (工作日历): weekly periods in a time zone, and days that differ.
//!
//! Periods are wall-clock time, half-open, several a day; `24:00` ends a day, and what runs past midnight is entered as
//! two. A day that differs (节假日, 调休) replaces the weekday's periods: without hours it is a holiday. Whether a moment
//! is open depends on the wall clock alone, so an hour that a clock change repeats counts twice and one that it skips not
//! at all. It deliberately knows no file and no place in a file: an error names the key.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp as Instant};
use serde::Deserialize;

use crate::time::Timestamp;

/// The table `[calendar.NAME]` as an admin writes it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
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
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
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
    /// The state's word in scripts and traces.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Holiday => "holiday",
        }
    }
}

/// A calendar that was found whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
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

/// From and to in minutes of the day: `from < to <= 1440`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Period {
    from: u16,
    to: u16,
}

const MINUTES_PER_DAY: u16 = 24 * 60;
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
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
        let minute = i32::from(wall.hour()) * 60 + i32::from(wall.minute());
        let within = |hours: &[Period]| {
            hours
                .iter()
                .any(|p| i32::from(p.from) <= minute && minute < i32::from(p.to))
        };
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

fn read_week(
    days: &BTreeMap<String, Vec<String>>,
    errors: &mut Vec<CalendarError>,
) -> [Vec<Period>; 7] {
    let mut week: [Vec<Period>; 7] = Default::default();
    let mut given: BTreeMap<&str, &str> = BTreeMap::new();
    for (key, hours) in days {
        let Some(range) = day_range(key) else {
            let message = format!(
                "unknown key; expected zone, exception, a day ({}) or a range such as mon-fri",
                DAYS.join(", ")
            );
            errors.push(CalendarError {
                key: key.clone(),
                message,
            });
            continue;
        };
        let periods = read_hours(key, hours, errors);
        for day in range {
            let (Some(name), Some(place)) = (DAYS.get(day), week.get_mut(day)) else {
                continue;
            };
            if let Some(other) = given.insert(name, key) {
                errors.push(CalendarError {
                    key: key.clone(),
                    message: format!("{name} already has its hours from `{other}`"),
                });
            }
            place.clone_from(&periods);
        }
    }
    week
}

/// `mon` is one day, `mon-fri` five; a range may pass the week's end (`sat-mon`).
fn day_range(key: &str) -> Option<Vec<usize>> {
    let index = |name: &str| DAYS.iter().position(|day| *day == name);
    let (first, last) = key.split_once('-').unwrap_or((key, key));
    let (first, last) = (index(first)?, index(last)?);
    let length = (last + DAYS.len() - first) % DAYS.len() + 1;
    Some(
        (first..first + length)
            .map(|day| day % DAYS.len())
            .collect(),
    )
}

fn read_exceptions(
    list: &[ExceptionConfig],
    errors: &mut Vec<CalendarError>,
) -> BTreeMap<Date, Exception> {
    let mut exceptions = BTreeMap::new();
    for (index, day) in list.iter().enumerate() {
        let hours = read_hours(&format!("exception[{index}].hours"), &day.hours, errors);
        let key = format!("exception[{index}].date");
        let well_formed = day.date.len() == "2026-10-10".len();
        match day.date.parse::<Date>() {
            Ok(date) if well_formed => {
                let exception = Exception {
                    hours,
                    name: day.name.clone(),
                };
                if exceptions.insert(date, exception).is_some() {
                    errors.push(CalendarError {
                        key,
                        message: format!("{date} is there twice"),
                    });
                }
            }
            Ok(_) | Err(_) => {
                let message = format!(
                    "`{}` is no date; expected YYYY-MM-DD such as \"2026-10-10\"",
                    day.date
                );
                errors.push(CalendarError { key, message });
            }
        }
    }
    exceptions
}

fn read_hours(key: &str, hours: &[String], errors: &mut Vec<CalendarError>) -> Vec<Period> {
    let mut periods: Vec<Period> = Vec::new();
    for (index, text) in hours.iter().enumerate() {
        let read = Period::read(text).and_then(|period| {
            let overlap = periods
                .iter()
                .find(|other| period.from < other.to && other.from < period.to);
            overlap.map_or(Ok(period), |other| {
                Err(format!("`{text}` overlaps {other}"))
            })
        });
        match read {
            Ok(period) => periods.push(period),
            Err(message) => errors.push(CalendarError {
                key: format!("{key}[{index}]"),
                message,
            }),
        }
    }
    periods
}

impl Period {
    /// `09:00-12:00`.
    fn read(text: &str) -> Result<Self, String> {
        let ends = text
            .split_once('-')
            .and_then(|(from, to)| Some((minute_of_day(from)?, minute_of_day(to)?)));
        match ends {
            None => Err(format!(
                "`{text}` is no period; expected HH:MM-HH:MM such as \"09:00-12:00\""
            )),
            Some((from, to)) if from == to => {
                Err(format!("`{text}` is empty; a whole day is \"00:00-24:00\""))
            }
            Some((from, to)) if from > to => Err(format!(
                "`{text}` passes midnight; enter two: \"…-24:00\" on this day and \"00:00-…\" on the next"
            )),
            Some((from, to)) => Ok(Self { from, to }),
        }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:02}:{:02}-{:02}:{:02}",
            self.from / 60,
            self.from % 60,
            self.to / 60,
            self.to % 60
        )
    }
}

/// `00:00` … `24:00`, always two digits each.
fn minute_of_day(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    let number = |part: &str| {
        let two_digits = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        if two_digits {
            part.parse::<u16>().ok()
        } else {
            None
        }
    };
    let (hour, minute) = (number(hour)?, number(minute).filter(|minute| *minute < 60)?);
    Some(hour * 60 + minute).filter(|total| *total <= MINUTES_PER_DAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(json: &str) -> CalendarConfig {
        serde_json::from_str(json).unwrap()
    }

    fn calendar(json: &str) -> Calendar {
        Calendar::new(&config(json)).unwrap()
    }

    fn at(text: &str) -> Timestamp {
        serde_json::from_str(&format!("\"{text}\"")).unwrap()
    }

    /// Two periods a day, the make-up workday of 2026-10-10 (a Saturday), the holiday of 2026-10-01.
    const OFFICE: &str = r#"{
        "zone": "Asia/Shanghai",
        "mon-fri": ["09:00-12:00", "13:30-18:00"],
        "exception": [
            {"date": "2026-10-01", "hours": [], "name": "国庆节"},
            {"date": "2026-10-10", "hours": ["10:00-16:00"]}
        ]
    }"#;

    #[test]
    fn hours_are_half_open_and_days_differ() {
        use CalendarState::{Closed, Holiday, Open};
        let office = calendar(OFFICE);
        let table = [
            ("2026-11-20T08:59:59+08:00", Closed),
            ("2026-11-20T09:00:00+08:00", Open),
            ("2026-11-20T11:59:59.999+08:00", Open),
            ("2026-11-20T12:00:00+08:00", Closed),
            ("2026-11-20T13:30:00+08:00", Open),
            ("2026-11-20T10:00:00Z", Closed),
            ("2026-11-21T10:00:00+08:00", Closed),
            ("2026-10-01T10:00:00+08:00", Holiday),
            ("2026-10-01T23:59:59+08:00", Holiday),
            ("2026-10-10T10:00:00+08:00", Open),
            ("2026-10-10T17:00:00+08:00", Closed),
        ];
        for (moment, expected) in table {
            assert_eq!(office.state_at(at(moment)), expected, "{moment}");
        }
        assert_eq!(
            office.day_name(at("2026-10-01T10:00:00+08:00")),
            Some("国庆节")
        );
        assert_eq!(office.day_name(at("2026-10-10T10:00:00+08:00")), None);
    }

    #[test]
    fn the_next_change_is_told_also_over_holidays() {
        use CalendarState::{Closed, Holiday, Open};
        let office = calendar(OFFICE);
        let table = [
            (
                "2026-11-20T11:00:00+08:00",
                "2026-11-20T12:00:00+08:00",
                Closed,
            ),
            (
                "2026-11-20T12:00:00+08:00",
                "2026-11-20T13:30:00+08:00",
                Open,
            ),
            (
                "2026-11-20T18:00:00+08:00",
                "2026-11-23T09:00:00+08:00",
                Open,
            ),
            (
                "2026-09-30T18:00:00+08:00",
                "2026-10-01T00:00:00+08:00",
                Holiday,
            ),
            (
                "2026-10-01T12:00:00+08:00",
                "2026-10-02T00:00:00+08:00",
                Closed,
            ),
            (
                "2026-10-09T20:00:00+08:00",
                "2026-10-10T10:00:00+08:00",
                Open,
            ),
        ];
        for (moment, change, state) in table {
            assert_eq!(
                office.next_change(at(moment)),
                Some((at(change), state)),
                "{moment}"
            );
        }
    }

    #[test]
    fn what_never_changes_has_no_next_change() {
        let always = calendar(r#"{"zone": "UTC", "mon-sun": ["00:00-24:00"]}"#);
        assert_eq!(
            always.state_at(at("2026-11-21T23:59:59.999Z")),
            CalendarState::Open
        );
        assert_eq!(always.next_change(at("2026-11-21T12:00:00Z")), None);
        let until = calendar(
            r#"{"zone": "UTC", "mon-sun": ["00:00-24:00"], "exception": [{"date": "2031-05-01", "hours": []}]}"#,
        );
        assert_eq!(
            until.next_change(at("2026-11-21T12:00:00Z")),
            Some((at("2031-05-01T00:00:00Z"), CalendarState::Holiday)),
            "a far exception is found"
        );
        assert_eq!(
            until.next_change(at("2031-05-01T12:00:00Z")),
            Some((at("2031-05-02T00:00:00Z"), CalendarState::Open))
        );
    }

    #[test]
    fn a_skipped_hour_is_not_there() {
        // Berlin, 2026-03-29: 02:00 becomes 03:00 at 01:00Z.
        let shop = calendar(r#"{"zone": "Europe/Berlin", "sun": ["02:30-04:00"]}"#);
        assert_eq!(
            shop.state_at(at("2026-03-29T00:59:59Z")),
            CalendarState::Closed
        );
        assert_eq!(
            shop.state_at(at("2026-03-29T01:00:00Z")),
            CalendarState::Open,
            "03:00 follows 01:59:59"
        );
        assert_eq!(
            shop.next_change(at("2026-03-29T00:00:00Z")),
            Some((at("2026-03-29T01:00:00Z"), CalendarState::Open))
        );
        assert_eq!(
            shop.next_change(at("2026-03-29T01:00:00Z")),
            Some((at("2026-03-29T02:00:00Z"), CalendarState::Closed))
        );
        let gone = calendar(r#"{"zone": "Europe/Berlin", "sun": ["02:00-03:00"]}"#);
        assert_eq!(
            gone.next_change(at("2026-03-28T12:00:00Z")),
            Some((at("2026-04-05T00:00:00Z"), CalendarState::Open)),
            "a period within the skipped hour is skipped with it"
        );
    }

    #[test]
    fn a_repeated_hour_counts_twice() {
        // Berlin, 2026-10-25: 03:00 becomes 02:00 at 01:00Z.
        let shop = calendar(r#"{"zone": "Europe/Berlin", "sun": ["02:00-02:30"]}"#);
        let mut moment = at("2026-10-24T12:00:00Z");
        let mut changes = Vec::new();
        for _ in 0..4 {
            let (next, state) = shop.next_change(moment).unwrap();
            changes.push((next, state));
            moment = next;
        }
        let expected = [
            ("2026-10-25T00:00:00Z", CalendarState::Open),
            ("2026-10-25T00:30:00Z", CalendarState::Closed),
            ("2026-10-25T01:00:00Z", CalendarState::Open),
            ("2026-10-25T01:30:00Z", CalendarState::Closed),
        ];
        assert_eq!(changes, expected.map(|(moment, state)| (at(moment), state)));
    }

    #[test]
    fn errors_name_the_key_and_come_all_at_once() {
        let table = [
            (
                r#"{"zone": "Asia/Shangri-La"}"#,
                "zone: no time zone `Asia/Shangri-La`",
            ),
            (r#"{"zone": "UTC", "mond": []}"#, "mond: unknown key"),
            (r#"{"zone": "UTC", "mon-fry": []}"#, "mon-fry: unknown key"),
            (
                r#"{"zone": "UTC", "mon-fri": [], "wed": []}"#,
                "wed: wed already has its hours from `mon-fri`",
            ),
            (
                r#"{"zone": "UTC", "mon": ["9-12"]}"#,
                "mon[0]: `9-12` is no period",
            ),
            (
                r#"{"zone": "UTC", "mon": ["09:00-12:60"]}"#,
                "mon[0]: `09:00-12:60` is no period",
            ),
            (
                r#"{"zone": "UTC", "mon": ["09:00-24:01"]}"#,
                "mon[0]: `09:00-24:01` is no period",
            ),
            (
                r#"{"zone": "UTC", "mon": ["+9:00-12:00"]}"#,
                "mon[0]: `+9:00-12:00` is no period",
            ),
            (
                r#"{"zone": "UTC", "mon": ["22:00-06:00"]}"#,
                "mon[0]: `22:00-06:00` passes midnight; enter two",
            ),
            (
                r#"{"zone": "UTC", "mon": ["09:00-09:00"]}"#,
                "mon[0]: `09:00-09:00` is empty",
            ),
            (
                r#"{"zone": "UTC", "mon": ["09:00-12:00", "11:00-13:00"]}"#,
                "mon[1]: `11:00-13:00` overlaps 09:00-12:00",
            ),
            (
                r#"{"zone": "UTC", "exception": [{"date": "2026-02-30", "hours": []}]}"#,
                "exception[0].date: `2026-02-30` is no date",
            ),
            (
                r#"{"zone": "UTC", "exception": [{"date": "20260203", "hours": []}]}"#,
                "exception[0].date: `20260203` is no date",
            ),
            (
                r#"{"zone": "UTC", "exception": [{"date": "2026-05-01", "hours": ["x"]}]}"#,
                "exception[0].hours[0]: `x` is no period",
            ),
            (
                r#"{"zone": "UTC", "exception": [{"date": "2026-05-01", "hours": []}, {"date": "2026-05-01", "hours": []}]}"#,
                "exception[1].date: 2026-05-01 is there twice",
            ),
        ];
        for (json, expected) in table {
            let errors = Calendar::new(&config(json)).unwrap_err();
            assert_eq!(errors.len(), 1, "{json}: {errors:?}");
            assert!(
                errors[0].to_string().starts_with(expected),
                "{json}: {}",
                errors[0]
            );
        }
        let many = r#"{"zone": "Mars", "mon": ["x", "y"], "moon": []}"#;
        assert_eq!(Calendar::new(&config(many)).unwrap_err().len(), 4);
    }

    #[test]
    fn periods_of_two_days_join_at_midnight() {
        let night = calendar(r#"{"zone": "UTC", "mon": ["22:00-24:00"], "tue": ["00:00-06:00"]}"#);
        assert_eq!(
            night.next_change(at("2026-11-23T23:00:00Z")),
            Some((at("2026-11-24T06:00:00Z"), CalendarState::Closed))
        );
        let weekend = calendar(r#"{"zone": "UTC", "sat-mon": ["00:00-24:00"]}"#);
        assert_eq!(
            weekend.next_change(at("2026-11-21T00:00:00Z")),
            Some((at("2026-11-24T00:00:00Z"), CalendarState::Closed)),
            "a range may pass the week's end"
        );
    }

    #[test]
    fn moments_at_the_end_of_time_are_answered() {
        let office = calendar(OFFICE);
        for moment in [i64::MIN, i64::MAX, 0] {
            let at = Timestamp::from_ms(moment);
            assert_ne!(office.state_at(at), CalendarState::Holiday);
            let _answered = office.next_change(at);
        }
    }
}
