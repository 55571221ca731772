//! Periods of reports (统计时段): how a time is cut into intervals on a wall clock. A week begins on Monday, a day at its first moment,
//! so that one with a clock change has 23 or 25 hours.

use std::ops::Range;

use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, TimeZone};
use jiff::{Span, Timestamp as Instant};

use crate::time::Timestamp;

const QUARTER_MS: i64 = 15 * 60_000;
const HOUR_MS: i64 = 60 * 60_000;

/// Whose wall clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    zone: TimeZone,
    name: String,
}

/// Into what a time is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Interval {
    /// 15 minutes, the interval of sums.
    QuarterHour,
    /// An hour of the clock.
    Hour,
    /// A day of the calendar.
    Day,
    /// Seven of them from Monday on.
    Week,
    /// A month of the calendar.
    Month,
    /// A year of the calendar.
    Year,
    /// Not at all.
    Whole,
}

impl Zone {
    /// A zone by its IANA name, `Asia/Shanghai`; `None` when there is no such zone.
    pub fn named(name: &str) -> Option<Self> {
        let zone = TimeZone::get(name).ok()?;
        let name = zone.iana_name()?.to_owned();
        Some(Self { zone, name })
    }

    /// The clock that is so many minutes ahead of UTC, whatever the season.
    pub fn ahead(minutes: i32) -> Self {
        let offset = Offset::from_seconds(minutes.saturating_mul(60)).unwrap_or(Offset::UTC);
        let sign = if minutes < 0 { '-' } else { '+' };
        let (hours, rest) = (minutes.abs() / 60, minutes.abs() % 60);
        Self {
            zone: TimeZone::fixed(offset),
            name: format!("UTC{sign}{hours:02}:{rest:02}"),
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A moment as its clock shows it: `2026-11-23 13:00`.
    pub fn written(&self, at: Timestamp) -> String {
        let wall = self.zone.to_datetime(instant(at));
        wall.strftime("%Y-%m-%d %H:%M").to_string()
    }

    /// The same with its seconds: `2026-11-23 13:00:07`.
    pub fn written_s(&self, at: Timestamp) -> String {
        let wall = self.zone.to_datetime(instant(at));
        wall.strftime("%Y-%m-%d %H:%M:%S").to_string()
    }

    /// The moment at which its clock shows `2026-11-23 13:00`, or the first one of `2026-11-23`; `None` of anything else.
    pub fn moment(&self, text: &str) -> Option<Timestamp> {
        if let Ok(date) = Date::strptime("%Y-%m-%d", text) {
            return self.first_of(date);
        }
        let wall = DateTime::strptime("%Y-%m-%d %H:%M", text).ok()?;
        let at = wall.to_zoned(self.zone.clone()).ok()?.timestamp();
        Some(Timestamp::from_ms(at.as_millisecond()))
    }

    /// The first moment of the day in which a moment lies.
    pub fn day_of(&self, at: Timestamp) -> Timestamp {
        self.first_of(self.date_of(at)).unwrap_or(at)
    }

    fn date_of(&self, at: Timestamp) -> Date {
        self.zone.to_datetime(instant(at)).date()
    }

    fn first_of(&self, date: Date) -> Option<Timestamp> {
        let midnight = date.to_zoned(self.zone.clone()).ok()?;
        let first = midnight.start_of_day().ok()?;
        Some(Timestamp::from_ms(first.timestamp().as_millisecond()))
    }
}

impl Interval {
    /// All of them, the shortest first.
    pub const ALL: [Self; 7] = [
        Self::QuarterHour,
        Self::Hour,
        Self::Day,
        Self::Week,
        Self::Month,
        Self::Year,
        Self::Whole,
    ];

    /// Its word in requests.
    pub const fn name(self) -> &'static str {
        match self {
            Self::QuarterHour => "quarter_hour",
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Year => "year",
            Self::Whole => "none",
        }
    }

    /// The interval of a word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == word)
    }

    /// The end of the interval in which a moment lies; `None` where it has none.
    pub fn end_of(self, at: Timestamp, zone: &Zone) -> Option<Timestamp> {
        let date = zone.date_of(at);
        let next = match self {
            Self::QuarterHour => return Some(after(at, QUARTER_MS)),
            Self::Hour => {
                // Zones are ahead of UTC by whole quarters, not by whole hours.
                let wall = zone.zone.to_datetime(instant(at));
                let gone = i64::from(wall.minute()) / 15 * QUARTER_MS;
                let end = after(at, QUARTER_MS).as_ms();
                return Some(Timestamp::from_ms(
                    end.saturating_add(HOUR_MS - QUARTER_MS - gone),
                ));
            }
            Self::Day => date.tomorrow().ok()?,
            Self::Week => {
                let left = 7 - i64::from(date.weekday().to_monday_zero_offset());
                date.checked_add(Span::new().days(left)).ok()?
            }
            Self::Month => date.last_of_month().tomorrow().ok()?,
            Self::Year => date.last_of_year().tomorrow().ok()?,
            Self::Whole => return None,
        };
        zone.first_of(next)
    }

    /// A time in its intervals, the first and the last of which may be cut; `None` when they are more than `most`.
    pub fn cut(
        self,
        time: &Range<Timestamp>,
        zone: &Zone,
        most: usize,
    ) -> Option<Vec<Range<Timestamp>>> {
        let mut cut = Vec::new();
        let mut from = time.start;
        while from < time.end {
            if cut.len() == most {
                return None;
            }
            let end = self.end_of(from, zone).filter(|end| *end > from);
            let end = end.unwrap_or(time.end).min(time.end);
            cut.push(from..end);
            from = end;
        }
        Some(cut)
    }
}

/// The first multiple of `step` after a moment.
fn after(at: Timestamp, step: i64) -> Timestamp {
    Timestamp::from_ms(
        at.as_ms()
            .div_euclid(step)
            .saturating_add(1)
            .saturating_mul(step),
    )
}

fn instant(at: Timestamp) -> Instant {
    let edge = if at.as_ms() < 0 {
        Instant::MIN
    } else {
        Instant::MAX
    };
    Instant::from_millisecond(at.as_ms()).unwrap_or(edge)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        serde_json::from_str(&format!("\"{text}\"")).unwrap()
    }

    fn check(by: Interval, zone: &str, (from, to): (&str, &str), expected: &[&str]) {
        let zone = Zone::named(zone).unwrap();
        let cut = by.cut(&(at(from)..at(to)), &zone, 100).unwrap();
        let told: Vec<String> = cut.iter().map(|one| zone.written(one.start)).collect();
        assert_eq!(told, expected, "{}", by.name());
        assert_eq!(cut.last().unwrap().end, at(to));
    }

    #[test]
    fn i5_intervals_are_those_of_the_clock_on_the_wall() {
        let time = ("2026-11-22T20:00:00Z", "2026-11-24T00:00:00Z");
        let days = ["2026-11-23 04:00", "2026-11-24 00:00"];
        check(Interval::Day, "Asia/Shanghai", time, &days);
        // From Monday on.
        let time = ("2026-11-21T00:00:00Z", "2026-12-01T00:00:00Z");
        let weeks = ["2026-11-21 00:00", "2026-11-23 00:00", "2026-11-30 00:00"];
        check(Interval::Week, "UTC", time, &weeks);
        let months = ["2026-11-21 08:00", "2026-12-01 00:00"];
        check(Interval::Month, "Asia/Shanghai", time, &months);
        check(Interval::Whole, "UTC", time, &["2026-11-21 00:00"]);
        let time = ("2026-12-31T15:45:00Z", "2026-12-31T16:30:00Z");
        let quarters = ["2026-12-31 23:45", "2027-01-01 00:00", "2027-01-01 00:15"];
        check(Interval::QuarterHour, "Asia/Shanghai", time, &quarters);
        check(Interval::Year, "Asia/Shanghai", time, &quarters[..2]);
        // Nepal is ahead by 5:45.
        check(
            Interval::Hour,
            "Asia/Kathmandu",
            time,
            &["2026-12-31 21:30", "2026-12-31 22:00"],
        );
    }

    #[test]
    fn i5_a_day_with_a_clock_change_has_23_or_25_hours() {
        let zone = Zone::named("Europe/Berlin").unwrap();
        for (day, hours) in [("2026-03-29", 23), ("2026-03-30", 24), ("2026-10-25", 25)] {
            let first = zone.day_of(at(&format!("{day}T12:00:00Z")));
            let end = Interval::Day.end_of(first, &zone).unwrap();
            assert_eq!(end.ms_since(first), hours * 3_600_000, "{day}");
            assert_eq!(zone.moment(day), Some(first));
            assert_eq!(zone.moment(&zone.written(end)), Some(end));
            let cut = Interval::Hour.cut(&(first..end), &zone, 30).unwrap();
            assert_eq!(cut.len() as u64, hours, "{day}");
        }
    }

    #[test]
    fn a_cut_is_bounded_and_words_are_read_back() {
        let zone = Zone::ahead(-210);
        assert_eq!(zone.name(), "UTC-03:30");
        let time = at("2026-01-01T00:00:00Z")..at("2026-01-01T01:00:00Z");
        assert_eq!(Interval::QuarterHour.cut(&time, &zone, 3), None);
        let far = Timestamp::from_ms(i64::MAX - 1)..Timestamp::from_ms(i64::MAX);
        for by in Interval::ALL {
            assert_eq!(Interval::named(by.name()), Some(by));
            assert!(by.cut(&far, &zone, 3).is_some());
        }
        assert_eq!(Zone::named("Asia/Nowhere"), None);
    }
}
