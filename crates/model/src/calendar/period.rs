//! A period of a day (时段): wall-clock minutes, half-open, never past midnight.

use std::fmt;

use super::CalendarError;
use super::day::Why;

pub(super) const MINUTES_PER_DAY: u16 = 24 * 60;

/// From and to in minutes of the day: `from < to <= 1440`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Period {
    pub(super) from: u16,
    pub(super) to: u16,
}

impl Period {
    pub(super) const WHOLE_DAY: Self = Self {
        from: 0,
        to: MINUTES_PER_DAY,
    };

    /// Whether a minute of the day falls within.
    pub(super) fn contains(self, minute: u16) -> bool {
        (self.from..self.to).contains(&minute)
    }

    /// How long it is, by the wall clock.
    pub(super) const fn minutes(self) -> u16 {
        self.to - self.from
    }

    /// `09:00-12:00`.
    pub(super) fn read(text: &str) -> Result<Self, Why> {
        let ends = text
            .split_once('-')
            .and_then(|(from, to)| Some((minute_of_day(from)?, minute_of_day(to)?)));
        match ends {
            None => Err(Why::new(
                format!("`{text}` 不是时段；应为 HH:MM-HH:MM，如 \"09:00-12:00\""),
                format!("`{text}` is no period; expected HH:MM-HH:MM such as \"09:00-12:00\""),
            )),
            Some((from, to)) if from == to => Err(Why::new(
                format!("`{text}` 为空；全天写作 \"00:00-24:00\""),
                format!("`{text}` is empty; a whole day is \"00:00-24:00\""),
            )),
            Some((from, to)) if from > to => Err(Why::new(
                format!("`{text}` 跨越午夜；请分写两段：当天 \"…-24:00\"，次日 \"00:00-…\""),
                format!(
                    "`{text}` passes midnight; enter two: \"…-24:00\" on this day and \"00:00-…\" on the next"
                ),
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

/// Periods in order, with those that touch or overlap as one.
pub(super) fn join(mut periods: Vec<Period>) -> Vec<Period> {
    periods.sort_unstable();
    let mut joined: Vec<Period> = Vec::new();
    for period in periods {
        match joined.last_mut() {
            Some(last) if period.from <= last.to => last.to = last.to.max(period.to),
            Some(_) | None => joined.push(period),
        }
    }
    joined
}

/// What is left of periods without others.
pub(super) fn without(periods: &[Period], others: &[Period]) -> Vec<Period> {
    let mut left = periods.to_vec();
    for other in others {
        let cut = |period: Period| {
            let before = Period {
                to: period.to.min(other.from),
                ..period
            };
            let after = Period {
                from: period.from.max(other.to),
                ..period
            };
            [before, after]
        };
        left = left.into_iter().flat_map(cut).collect();
        left.retain(|period| period.from < period.to);
    }
    left
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

/// The periods of one day; those that are wrong are told and left out.
pub(super) fn read_hours(
    key: &str,
    hours: &[String],
    errors: &mut Vec<CalendarError>,
) -> Vec<Period> {
    let mut periods: Vec<Period> = Vec::new();
    for (index, text) in hours.iter().enumerate() {
        let read = Period::read(text).and_then(|period| {
            let overlap = periods
                .iter()
                .find(|other| period.from < other.to && other.from < period.to);
            overlap.map_or(Ok(period), |other| {
                Err(Why::new(
                    format!("`{text}` 与 {other} 重叠"),
                    format!("`{text}` overlaps {other}"),
                ))
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
