//! Events of a calendar, laid over its days: each closes, or opens, from one wall-clock time to another.
//!
//! Where an event that opens meets one that closes, the one that opens holds: it was entered to say so. An open event over a
//! whole day is a make-up working day and has the hours of one; a closed one makes the day a holiday.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::{Date, DateTime};

use super::day::{Because, Special, Why};
use super::period::{MINUTES_PER_DAY, Period, join, without};
use super::{CalendarError, EventConfig};

/// Longest event: one that is longer is a change of the week's hours, or a slip of a year.
const DAYS_MAX: usize = 400;
/// Names of one day that are told.
const NAMES_MAX: usize = 3;

/// What events want of a day.
#[derive(Debug, Default)]
struct Wanted {
    open: Vec<Period>,
    closed: Vec<Period>,
    names: Vec<String>,
}

/// Lays events over what days have so far; `plain` gives a weekday's hours.
pub(super) fn lay<'p>(
    events: &[EventConfig],
    days: &mut BTreeMap<Date, Special>,
    plain: impl Fn(Date) -> &'p [Period],
    makeup: &[Period],
    errors: &mut Vec<CalendarError>,
) {
    let mut wanted: BTreeMap<Date, Wanted> = BTreeMap::new();
    for (index, event) in events.iter().enumerate() {
        match parts(event) {
            Ok(parts) => {
                for (date, part) in parts {
                    wanted.entry(date).or_default().add(event, part);
                }
            }
            Err((key, message)) => errors.push(CalendarError {
                key: format!("event[{index}].{key}"),
                message,
            }),
        }
    }
    for (date, wanted) in wanted {
        let special = wanted.settle(days.get(&date), plain(date), makeup);
        days.insert(date, special);
    }
}

impl Wanted {
    fn add(&mut self, event: &EventConfig, part: Period) {
        let list = if event.open {
            &mut self.open
        } else {
            &mut self.closed
        };
        list.push(part);
        let name = event.name.as_deref().unwrap_or_default().trim();
        let known = self.names.iter().any(|known| known == name);
        if !name.is_empty() && !known && self.names.len() < NAMES_MAX {
            self.names.push(name.to_owned());
        }
    }

    fn settle(self, before: Option<&Special>, plain: &[Period], makeup: &[Period]) -> Special {
        let whole = |list: &[Period]| join(list.to_vec()).contains(&Period::WHOLE_DAY);
        let base = before.map_or(plain, |special| &special.hours);
        let closed_before = before.is_some_and(|special| special.holiday);
        let (opens, closes) = (whole(&self.open), whole(&self.closed));
        let kept = without(base, &self.closed);
        let hours = if opens {
            makeup.to_vec()
        } else {
            join(kept.into_iter().chain(self.open.iter().copied()).collect())
        };
        Special {
            holiday: self.open.is_empty() && (closes || closed_before),
            hours,
            because: Because::Events(self.names.join(", ")),
        }
    }
}

/// An event's part of each of its days; or the key that is wrong, and why.
fn parts(event: &EventConfig) -> Result<Vec<(Date, Period)>, (&'static str, Why)> {
    let from = read(&event.from).map_err(|why| ("from", why))?;
    let to = read(&event.to).map_err(|why| ("to", why))?;
    if from >= to {
        let EventConfig { from, to, .. } = event;
        let why = Why::new(
            format!("`{to}` 不晚于 `{from}`"),
            format!("`{to}` is not after `{from}`"),
        );
        return Err(("to", why));
    }
    let mut parts = Vec::new();
    let mut date = from.date();
    while date.to_datetime(jiff::civil::Time::midnight()) < to {
        if parts.len() == DAYS_MAX {
            let why = Why::new(
                format!("日程最长 {DAYS_MAX} 天"),
                format!("an event lasts at most {DAYS_MAX} days"),
            );
            return Err(("to", why));
        }
        let part = Period {
            from: if date == from.date() { minute(from) } else { 0 },
            to: if date == to.date() {
                minute(to)
            } else {
                MINUTES_PER_DAY
            },
        };
        parts.push((date, part));
        let Ok(next) = date.checked_add(1.day()) else {
            break;
        };
        date = next;
    }
    Ok(parts)
}

fn minute(at: DateTime) -> u16 {
    u16::try_from(i32::from(at.hour()) * 60 + i32::from(at.minute())).unwrap_or(0)
}

fn read(text: &str) -> Result<DateTime, Why> {
    let well_formed = text.len() == "2026-12-24T12:00".len();
    let read = text.parse::<DateTime>().ok().filter(|_| well_formed);
    read.ok_or_else(|| {
        Why::new(
            format!("`{text}` 不是时刻；应为 YYYY-MM-DDTHH:MM，如 \"2026-12-24T12:00\""),
            format!("`{text}` is no time; expected YYYY-MM-DDTHH:MM such as \"2026-12-24T12:00\""),
        )
    })
}
