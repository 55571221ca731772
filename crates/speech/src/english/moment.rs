//! English days, times of day and durations: Sunday the twenty second of November twenty twenty six, at nine thirty.

use std::time::Duration;

use super::number::{below_hundred, ordinal, whole};
use super::stock::{
    AND, AT, DAY, HOUR, HUNDRED, MIDNIGHT, MINUTE, MONTHS, NOON, OCLOCK, OF, OH, SECOND, THE,
    WEEKDAYS,
};
use crate::calendar::checked_year;
use crate::{Date, DateParts, Spoken, TimeOfDay, Unsayable, Word};

/// nineteen hundred, nineteen oh five, two thousand and six, twenty twenty six.
pub(super) fn year(spoken: &mut Spoken, year: u16) -> Result<(), Unsayable> {
    let year = u64::from(checked_year(year)?);
    let (century, rest) = (year / 100, year % 100);
    // Of the first ten years of a millennium nobody says "twenty oh six".
    if year < 1_000 || century % 10 == 0 && rest < 10 {
        whole(spoken, year);
        return Ok(());
    }
    below_hundred(spoken, century);
    hundredth(spoken, rest);
    Ok(())
}

/// the third of March, with its year and its weekday if they are wanted.
pub(super) fn date(spoken: &mut Spoken, date: Date, parts: DateParts) {
    if parts.weekday {
        spoken.pick(&WEEKDAYS, date.weekday() as u64);
    }
    spoken.push(THE);
    ordinal(spoken, date.day().into());
    spoken.push(OF);
    spoken.pick(&MONTHS, u64::from(date.month()) - 1);
    if parts.year {
        // A day's year is one that can be said.
        let said = year(spoken, date.year());
        debug_assert!(said.is_ok());
    }
}

/// midnight, zero oh five, nine o'clock, fifteen hundred, twenty three fifty nine.
pub(super) fn time(spoken: &mut Spoken, time: TimeOfDay) {
    match (time.hour(), time.minute()) {
        (0, 0) => spoken.push(MIDNIGHT),
        (12, 0) => spoken.push(NOON),
        (hour @ 1..12, 0) => {
            whole(spoken, hour.into());
            spoken.push(OCLOCK);
        }
        (hour, minute) => {
            whole(spoken, hour.into());
            hundredth(spoken, minute.into());
        }
    }
    if let Some(second) = time.second() {
        spoken.push(AND);
        several(spoken, second.into(), SECOND);
    }
}

/// On a day, at a time.
pub(super) fn moment(spoken: &mut Spoken, day: Date, parts: DateParts, at: TimeOfDay) {
    date(spoken, day, parts);
    spoken.breathe();
    spoken.push(AT);
    time(spoken, at);
}

/// one day two hours and three minutes: "and" before the last.
pub(super) fn duration(spoken: &mut Spoken, duration: Duration) {
    let seconds = duration.as_secs();
    let parts = [
        (seconds / 86_400, DAY),
        (seconds / 3_600 % 24, HOUR),
        (seconds / 60 % 60, MINUTE),
        (seconds % 60, SECOND),
    ];
    let mut left = parts.iter().filter(|(many, _)| *many > 0).count();
    if left == 0 {
        several(spoken, 0, SECOND);
    }
    for (many, unit) in parts.into_iter().filter(|(many, _)| *many > 0) {
        if left == 1 && !spoken.words().is_empty() {
            spoken.push(AND);
        }
        several(spoken, many, unit);
        left -= 1;
    }
}

/// The second half of a year or of a time: hundred, oh five, thirty.
fn hundredth(spoken: &mut Spoken, rest: u64) {
    match rest {
        0 => spoken.push(HUNDRED),
        1..10 => {
            spoken.push(OH);
            whole(spoken, rest);
        }
        10.. => below_hundred(spoken, rest),
    }
}

fn several(spoken: &mut Spoken, many: u64, [one, more]: [Word; 2]) {
    whole(spoken, many);
    spoken.push(if many == 1 { one } else { more });
}
