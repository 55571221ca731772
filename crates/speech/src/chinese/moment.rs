//! Chinese days, times of day and durations: 二零二六年十一月二十二日，九点三十分.

use std::time::Duration;

use super::number::{counted, whole};
use super::stock::{
    DAY_OF_MONTH, DAYS, DIGITS, HOURS, MINUTE, MINUTES, MONTHS, OCLOCK, SECONDS, SHARP, WEEKDAYS,
    YEAR,
};
use crate::calendar::checked_year;
use crate::{Date, DateParts, Spoken, TimeOfDay, Unsayable, Word};

/// Digit by digit, four of them as it is written: 二零零六年.
pub(super) fn year(spoken: &mut Spoken, year: u16) -> Result<(), Unsayable> {
    let year = u64::from(checked_year(year)?);
    let places = [1_000, 100, 10, 1].into_iter();
    for place in places.filter(|place| *place <= year) {
        spoken.pick(&DIGITS, year / place % 10);
    }
    spoken.push(YEAR);
    Ok(())
}

/// 十一月二十二日星期日, with its year if that is wanted.
pub(super) fn date(spoken: &mut Spoken, date: Date, parts: DateParts) {
    if parts.year {
        // A day's year is one that can be said.
        let said = year(spoken, date.year());
        debug_assert!(said.is_ok());
    }
    spoken.pick(&MONTHS, u64::from(date.month()) - 1);
    whole(spoken, date.day().into());
    spoken.push(DAY_OF_MONTH);
    if parts.weekday {
        spoken.pick(&WEEKDAYS, date.weekday() as u64);
    }
}

/// 零点整, 两点零五分, 二十三点五十九分.
pub(super) fn time(spoken: &mut Spoken, time: TimeOfDay) {
    counted(spoken, time.hour().into());
    spoken.push(OCLOCK);
    if time.minute() == 0 && time.second().is_none() {
        spoken.push(SHARP);
        return;
    }
    two_digits(spoken, time.minute(), MINUTE);
    if let Some(second) = time.second() {
        two_digits(spoken, second, SECONDS);
    }
}

/// 一天两小时, 一小时零一秒; a minute is 分 before seconds and 分钟 at the end.
pub(super) fn duration(spoken: &mut Spoken, duration: Duration) {
    let seconds = duration.as_secs();
    let minute = if seconds.is_multiple_of(60) {
        MINUTES
    } else {
        MINUTE
    };
    let parts = [
        (seconds / 86_400, DAYS),
        (seconds / 3_600 % 24, HOURS),
        (seconds / 60 % 60, minute),
        (seconds % 60, SECONDS),
    ];
    let mut gap = false;
    for (many, unit) in parts {
        if many == 0 {
            gap = true;
            continue;
        }
        if gap && !spoken.words().is_empty() {
            spoken.pick(&DIGITS, 0);
        }
        counted(spoken, many);
        spoken.push(unit);
        gap = false;
    }
    if seconds == 0 {
        spoken.pick(&DIGITS, 0);
        spoken.push(SECONDS);
    }
}

/// 零五分, 十分, 零分: on a clock 二 counts nothing.
fn two_digits(spoken: &mut Spoken, number: u8, unit: Word) {
    if (1..10).contains(&number) {
        spoken.pick(&DIGITS, 0);
    }
    whole(spoken, number.into());
    spoken.push(unit);
}
