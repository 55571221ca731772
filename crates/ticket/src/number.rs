//! The number of a ticket, as people read it out and type it on a phone: `261118-0042-7`.
//!
//! Six digits of date, the day's serial (four digits or more), one check digit. All digits, so that a caller can key it
//! in; the hyphens are for the eye. The check digit is Damm's (H. M. Damm, 2004): it notices every single wrong digit
//! and every swap of neighbours, which are nearly all slips of people who type.

use std::fmt;
use std::str::FromStr;

use model::Timestamp;
use serde::{Deserialize, Serialize};

/// Digits of the date.
const DAY_DIGITS: usize = 6;
/// Fewest digits of the serial.
const SERIAL_DIGITS_MIN: usize = 4;
/// Most digits of the serial: ten million tickets a day.
const SERIAL_DIGITS_MAX: usize = 7;

/// The totally anti-symmetric quasigroup of order 10 whose diagonal is 0: row = interim digit, column = next digit.
const DAMM: [[u8; 10]; 10] = [
    [0, 3, 1, 7, 5, 9, 8, 6, 4, 2],
    [7, 0, 9, 2, 1, 5, 4, 8, 6, 3],
    [4, 2, 0, 6, 8, 7, 1, 3, 5, 9],
    [1, 7, 5, 0, 9, 8, 3, 4, 2, 6],
    [6, 1, 2, 3, 0, 4, 5, 9, 7, 8],
    [3, 6, 7, 4, 2, 0, 9, 5, 8, 1],
    [5, 8, 6, 9, 7, 2, 0, 1, 3, 4],
    [8, 9, 4, 5, 3, 6, 2, 0, 1, 7],
    [9, 4, 3, 8, 6, 1, 7, 2, 0, 5],
    [2, 5, 8, 1, 4, 3, 6, 7, 9, 0],
];

/// The day that stands in a number, as YYMMDD.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(u32);

impl Day {
    /// The day of `at` in a place that is `offset_min` minutes ahead of UTC (China: 480).
    pub fn of(at: Timestamp, offset_min: i32) -> Self {
        let local = Timestamp::from_ms(at.as_ms().saturating_add(i64::from(offset_min) * 60_000));
        // RFC 3339 begins with the date, YYYY-MM-DD; the century is dropped.
        let text = local.to_string();
        let date = text.get(2..10).unwrap_or_default();
        let digits = date.bytes().filter(u8::is_ascii_digit);
        Self(digits.fold(0, |day, digit| day * 10 + u32::from(digit - b'0')))
    }

    /// YYMMDD as a number, for the store's counter.
    pub const fn yymmdd(self) -> u32 {
        self.0
    }
}

/// A ticket's readable number. Kept as bare digits; shown with hyphens.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Number(String);

/// Why a text is no ticket number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// Something other than digits, hyphens and blanks.
    #[error("a ticket number has digits only")]
    NotDigits,
    /// Too few or too many digits.
    #[error("a ticket number has 11 to 14 digits")]
    Length,
    /// The check digit says that something was mistyped.
    #[error("the check digit does not fit: mistyped?")]
    Check,
}

impl Number {
    /// The `serial`th number of a day, counted from 1.
    pub fn new(day: Day, serial: u32) -> Self {
        let mut digits = format!("{:06}{serial:04}", day.0 % 1_000_000);
        digits.push(char::from(b'0' + damm(digits.bytes())));
        Self(digits)
    }

    /// The bare digits, as a caller types them and as the store keeps them.
    pub fn digits(&self) -> &str {
        &self.0
    }
}

/// The interim digit after all digits: the check digit of a number, or 0 for a number that ends in its check digit.
fn damm(digits: impl Iterator<Item = u8>) -> u8 {
    digits.fold(0, |interim, digit| {
        let row = DAMM.get(usize::from(interim));
        let cell = row.and_then(|row| row.get(usize::from(digit.wrapping_sub(b'0'))));
        cell.copied().unwrap_or(u8::MAX)
    })
}

impl FromStr for Number {
    type Err = NumberError;
    fn from_str(text: &str) -> Result<Self, NumberError> {
        // Letters before the first hyphen are those of its type (A1), for the eye.
        let bare = match text.trim().split_once('-') {
            Some((letters, rest)) if letters.bytes().all(|it| it.is_ascii_alphabetic()) => rest,
            Some(_) | None => text,
        };
        let digits: String = bare.chars().filter(|c| !matches!(c, '-' | ' ')).collect();
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(NumberError::NotDigits);
        }
        let serial = digits.len().checked_sub(DAY_DIGITS + 1);
        if !serial.is_some_and(|len| (SERIAL_DIGITS_MIN..=SERIAL_DIGITS_MAX).contains(&len)) {
            return Err(NumberError::Length);
        }
        if damm(digits.bytes()) != 0 {
            return Err(NumberError::Check);
        }
        Ok(Self(digits))
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (day, rest) = self.0.split_at_checked(DAY_DIGITS).unwrap_or((&self.0, ""));
        let last = rest.len().saturating_sub(1);
        let (serial, check) = rest.split_at_checked(last).unwrap_or((rest, ""));
        write!(f, "{day}-{serial}-{check}")
    }
}

impl TryFrom<String> for Number {
    type Error = NumberError;
    fn try_from(text: String) -> Result<Self, NumberError> {
        text.parse()
    }
}

impl From<Number> for String {
    fn from(number: Number) -> Self {
        number.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON_UTC: Timestamp = Timestamp::from_ms(1_795_000_000_007);

    #[test]
    fn the_day_is_that_of_the_place() {
        // 2026-11-18T11:06:40Z.
        for (offset_min, yymmdd) in [
            (0, 261_118),
            (480, 261_118),
            (780, 261_119),
            (-720, 261_117),
        ] {
            assert_eq!(Day::of(NOON_UTC, offset_min).yymmdd(), yymmdd);
        }
    }

    #[test]
    fn a_number_reads_with_hyphens_and_comes_back_with_and_without() {
        let number = Number::new(Day::of(NOON_UTC, 0), 42);
        let shown = number.to_string();
        assert!(shown.starts_with("261118-0042-"), "{shown}");
        assert_eq!(shown.parse::<Number>().unwrap(), number);
        assert_eq!(number.digits().parse::<Number>().unwrap(), number);
        assert_eq!(
            serde_json::to_string(&number).unwrap(),
            format!("\"{shown}\"")
        );
        let late = Number::new(Day::of(NOON_UTC, 0), 123_456);
        assert_eq!(late.to_string().parse::<Number>().unwrap(), late);
    }

    #[test]
    fn every_wrong_digit_and_every_swap_of_neighbours_is_noticed() {
        for serial in [1, 42, 907, 9_999, 54_321] {
            let right = Number::new(Day(261_118), serial);
            let digits = right.digits().as_bytes();
            for place in 0..digits.len() {
                for digit in b'0'..=b'9' {
                    let mut wrong = digits.to_vec();
                    wrong[place] = digit;
                    let read = String::from_utf8(wrong).unwrap().parse::<Number>();
                    assert_eq!(read.is_ok(), digit == digits[place], "{right} at {place}");
                }
                if place + 1 < digits.len() && digits[place] != digits[place + 1] {
                    let mut swapped = digits.to_vec();
                    swapped.swap(place, place + 1);
                    let read = String::from_utf8(swapped).unwrap().parse::<Number>();
                    assert_eq!(read, Err(NumberError::Check), "{right} at {place}");
                }
            }
        }
    }

    #[test]
    fn other_texts_are_told_why() {
        for (text, why) in [
            ("", NumberError::Length),
            ("261118", NumberError::Length),
            ("261118004", NumberError::Length),
            ("2611180042712345678", NumberError::Length),
            ("26111A00427", NumberError::NotDigits),
            ("２６１１１８００４２７", NumberError::NotDigits),
        ] {
            assert_eq!(text.parse::<Number>(), Err(why), "{text:?}");
        }
    }
}
