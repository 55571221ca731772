//! Reads a calendar's plan: weekdays and ranges of them, days that differ. Every mistake is told, with its key.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::day::{Because, Special, WEEKDAYS as DAYS, Why};
use super::period::{Period, read_hours};
use super::{CalendarError, ExceptionConfig};

/// The periods of each weekday, Monday first.
pub(super) fn read_week(
    days: &BTreeMap<String, Vec<String>>,
    errors: &mut Vec<CalendarError>,
) -> [Vec<Period>; 7] {
    let mut week: [Vec<Period>; 7] = Default::default();
    let mut given: BTreeMap<&str, &str> = BTreeMap::new();
    for (key, hours) in days {
        let Some(range) = day_range(key) else {
            let keys = "zone, holidays, makeup, ics, ics_open, exception, event";
            let days = DAYS.join(", ");
            let message = Why::new(
                format!("没有这一项；应为 {keys}、一天（{days}）或范围，如 mon-fri"),
                format!("unknown key; expected {keys}, a day ({days}) or a range such as mon-fri"),
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
                    message: Why::new(
                        format!("{name} 的时段已由 `{other}` 给出"),
                        format!("{name} already has its hours from `{other}`"),
                    ),
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

/// The hours of a make-up working day: its own, or those of the first weekday that has any.
pub(super) fn read_makeup(
    own: Option<&Vec<String>>,
    week: &[Vec<Period>; 7],
    errors: &mut Vec<CalendarError>,
) -> Vec<Period> {
    own.map_or_else(
        || {
            week.iter()
                .find(|hours| !hours.is_empty())
                .cloned()
                .unwrap_or_default()
        },
        |own| read_hours("makeup", own, errors),
    )
}

/// The days that differ.
pub(super) fn read_exceptions(
    list: &[ExceptionConfig],
    errors: &mut Vec<CalendarError>,
) -> BTreeMap<Date, Special> {
    let mut exceptions = BTreeMap::new();
    for (index, day) in list.iter().enumerate() {
        let hours = read_hours(&format!("exception[{index}].hours"), &day.hours, errors);
        let key = format!("exception[{index}].date");
        let well_formed = day.date.len() == "2026-10-10".len();
        match day.date.parse::<Date>() {
            Ok(date) if well_formed => {
                let exception = Special {
                    holiday: hours.is_empty(),
                    hours,
                    because: Because::Exception(day.name.clone()),
                };
                if exceptions.insert(date, exception).is_some() {
                    errors.push(CalendarError {
                        key,
                        message: Why::new(
                            format!("{date} 重复出现"),
                            format!("{date} is there twice"),
                        ),
                    });
                }
            }
            Ok(_) | Err(_) => {
                let date = &day.date;
                let message = Why::new(
                    format!("`{date}` 不是日期；应为 YYYY-MM-DD，如 \"2026-10-10\""),
                    format!("`{date}` is no date; expected YYYY-MM-DD such as \"2026-10-10\""),
                );
                errors.push(CalendarError { key, message });
            }
        }
    }
    exceptions
}
