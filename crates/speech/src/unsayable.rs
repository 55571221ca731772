//! What cannot be said, and why.

use crate::decimal::PLACES_MAX;
use crate::saying::WHOLE_MAX;
use crate::signs::{CODE_CHARS_MAX, TELEPHONE_DIGITS_MAX};

/// Why a value is not said.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsayable {
    /// A whole number, or what stands before the point, beyond [`crate::WHOLE_MAX`] on either side of zero.
    #[error("numbers are said up to {WHOLE_MAX} and down to -{WHOLE_MAX}")]
    TooLarge,
    /// A text that is no decimal number.
    #[error("`{0}` is no number: write `-3.05`")]
    NoNumber(String),
    /// More digits behind the point than anybody would listen to.
    #[error("a number has at most {PLACES_MAX} digits behind its point")]
    TooManyPlaces,
    /// There is no zeroth.
    #[error("ordinals begin with the first")]
    NoOrdinal,
    /// A code that is not in the table of currencies.
    #[error("`{0}` is no currency that can be said: write a code of ISO 4217, `CNY`")]
    NoCurrency(String),
    /// A year of five digits, or the year 0, which the calendar has not.
    #[error("there is no year {0} to be said: years are 1 to 9999")]
    NoYear(u16),
    /// The 30th of February, the 13th month.
    #[error("there is no day {year}-{month}-{day}")]
    NoDay {
        /// As given.
        year: u16,
        /// As given.
        month: u8,
        /// As given.
        day: u8,
    },
    /// Half past twenty-five.
    #[error("there is no time {hour}:{minute}:{second}: the day has 0:00:00 to 23:59:59")]
    NoTime {
        /// As given.
        hour: u8,
        /// As given; 0 if none was.
        minute: u8,
        /// As given; 0 if none was.
        second: u8,
    },
    /// A telephone number, an order number or the number of an ID card without any digit or letter.
    #[error("there is nothing to say")]
    Empty,
    /// A telephone number with too many digits.
    #[error("a telephone number has at most {TELEPHONE_DIGITS_MAX} digits")]
    LongTelephone,
    /// An order number with too many characters.
    #[error("an order number has at most {CODE_CHARS_MAX} characters")]
    LongCode,
    /// Neither a digit nor a letter, nor a mark between them.
    #[error("`{0}` cannot be said")]
    Character(char),
    /// GB 11643: 17 digits, and a digit or an X.
    #[error("the number of an ID card has 17 digits, and a digit or X at the end")]
    NoIdCard,
}
