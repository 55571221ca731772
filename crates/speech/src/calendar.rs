//! Days and times of day, as they are said. Which day it is somewhere is asked elsewhere: zones are left out.

use crate::Unsayable;

/// A day that there is, in the Gregorian calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

/// Which parts of a day are said beside the month and the day in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateParts {
    /// The year, too.
    pub year: bool,
    /// The day of the week, too.
    pub weekday: bool,
}

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weekday {
    /// 星期一
    Monday,
    /// 星期二
    Tuesday,
    /// 星期三
    Wednesday,
    /// 星期四
    Thursday,
    /// 星期五
    Friday,
    /// 星期六
    Saturday,
    /// 星期日
    Sunday,
}

/// A time of day on the clock of 24 hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeOfDay {
    hour: u8,
    minute: u8,
    second: Option<u8>,
}

impl DateParts {
    /// Month and day.
    pub const DAY: Self = Self {
        year: false,
        weekday: false,
    };
    /// Year, month and day.
    pub const FULL: Self = Self {
        year: true,
        weekday: false,
    };
    /// The same with the day of the week.
    pub const WITH_WEEKDAY: Self = Self {
        year: true,
        weekday: true,
    };
}

impl Date {
    /// Month and day from 1, year 1 to 9999. A day of every year is given in a leap year, so that it may be 29 February.
    pub fn new(year: u16, month: u8, day: u8) -> Result<Self, Unsayable> {
        checked_year(year)?;
        if !(1..=days_of(year, month)).contains(&day) {
            return Err(Unsayable::NoDay { year, month, day });
        }
        Ok(Self { year, month, day })
    }

    pub(crate) const fn year(self) -> u16 {
        self.year
    }

    /// From 1.
    pub(crate) const fn month(self) -> u8 {
        self.month
    }

    /// From 1.
    pub(crate) const fn day(self) -> u8 {
        self.day
    }

    /// The day of the week.
    #[must_use]
    pub fn weekday(self) -> Weekday {
        let before = u32::from(self.year) - 1;
        let leap_days = before / 4 - before / 100 + before / 400;
        let months: u32 = (1..self.month)
            .map(|month| u32::from(days_of(self.year, month)))
            .sum();
        // The first of January of the year 1 is a Monday.
        match (before * 365 + leap_days + months + u32::from(self.day) - 1) % 7 {
            0 => Weekday::Monday,
            1 => Weekday::Tuesday,
            2 => Weekday::Wednesday,
            3 => Weekday::Thursday,
            4 => Weekday::Friday,
            5 => Weekday::Saturday,
            _ => Weekday::Sunday,
        }
    }
}

impl TimeOfDay {
    /// 0:00 to 23:59. 24:00 is 0:00 of the next day.
    pub const fn new(hour: u8, minute: u8) -> Result<Self, Unsayable> {
        Self::checked(hour, minute, None)
    }

    /// The same with its second, 0 to 59; a leap second is none that anybody says.
    pub const fn with_second(hour: u8, minute: u8, second: u8) -> Result<Self, Unsayable> {
        Self::checked(hour, minute, Some(second))
    }

    const fn checked(hour: u8, minute: u8, second: Option<u8>) -> Result<Self, Unsayable> {
        let seconds = match second {
            Some(second) => second,
            None => 0,
        };
        if hour > 23 || minute > 59 || seconds > 59 {
            return Err(Unsayable::NoTime {
                hour,
                minute,
                second: seconds,
            });
        }
        Ok(Self {
            hour,
            minute,
            second,
        })
    }

    pub(crate) const fn hour(self) -> u8 {
        self.hour
    }

    pub(crate) const fn minute(self) -> u8 {
        self.minute
    }

    pub(crate) const fn second(self) -> Option<u8> {
        self.second
    }
}

/// A year that can be said.
pub(crate) const fn checked_year(year: u16) -> Result<u16, Unsayable> {
    match year {
        1..=9999 => Ok(year),
        0 | 10_000.. => Err(Unsayable::NoYear(year)),
    }
}

/// How many days a month has; a month that there is not has none.
const fn days_of(year: u16, month: u8) -> u8 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        0 | 13.. => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weekdays_of_days_that_are_known() {
        for (year, month, day, expect) in [
            (1, 1, 1, Weekday::Monday),
            (1900, 1, 1, Weekday::Monday),
            (1949, 10, 1, Weekday::Saturday),
            (1970, 1, 1, Weekday::Thursday),
            (2000, 2, 29, Weekday::Tuesday),
            (2026, 11, 22, Weekday::Sunday),
            (2026, 11, 25, Weekday::Wednesday),
            (2026, 11, 27, Weekday::Friday),
            (9999, 12, 31, Weekday::Friday),
        ] {
            let date = Date::new(year, month, day).unwrap();
            assert_eq!(date.weekday(), expect, "{date:?}");
        }
    }

    #[test]
    fn days_and_times_that_there_are_not() {
        for (year, month, day) in [
            (1900, 2, 29),
            (2026, 2, 29),
            (2026, 4, 31),
            (2026, 0, 1),
            (2026, 13, 1),
            (2026, 1, 0),
            (2026, 1, 32),
        ] {
            assert_eq!(
                Date::new(year, month, day),
                Err(Unsayable::NoDay { year, month, day })
            );
        }
        for year in [0, 10_000, u16::MAX] {
            assert_eq!(Date::new(year, 1, 1), Err(Unsayable::NoYear(year)));
        }
        for (hour, minute, second) in [(24, 0, 0), (0, 60, 0), (23, 59, 60), (255, 255, 255)] {
            let told = TimeOfDay::with_second(hour, minute, second);
            assert_eq!(
                told,
                Err(Unsayable::NoTime {
                    hour,
                    minute,
                    second
                })
            );
        }
    }
}
