//! A value, and how it is meant: 12 callers, the 12th, twelve yuan and the extension 12 are said differently.

use std::time::Duration;

use crate::{Date, DateParts, Decimal, Money, TimeOfDay, Unsayable};

/// The largest whole number that is said, and its negative the smallest: one less than 千万亿, a quadrillion.
pub const WHOLE_MAX: i64 = 999_999_999_999_999;

/// What is to be said.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Saying<'a> {
    /// A whole number by itself: 二, two.
    Whole(i64),
    /// How many, before what is counted: 两(位), two (callers). What is counted is said by whoever asks.
    Counted(u64),
    /// Which one: 第二, second. From 1.
    Ordinal(u64),
    /// A number with its point: 三点零五, three point zero five.
    Decimal(Decimal),
    /// A hundredth part: 百分之五, five percent.
    Percent(Decimal),
    /// An amount: 十元五角, ten yuan and fifty fen.
    Money(Money),
    /// A year by itself, 1 to 9999: 二零二六年, twenty twenty six.
    Year(u16),
    /// A day of the calendar, in the parts that are wanted.
    Date(Date, DateParts),
    /// A time of day: 九点三十分, nine thirty.
    Time(TimeOfDay),
    /// A day and a time on it.
    Moment(Date, DateParts, TimeOfDay),
    /// How long, to the second; what is less is left out.
    Duration(Duration),
    /// A telephone number, in E.164 (`+8613800001111`) or as it is dialled (`010-6552-9988`, `95588`, `*61#`).
    Telephone(&'a str),
    /// An order or case number: letters (A to Z) and digits one by one; `-`, `_`, `.`, `/` and spaces are breaths.
    Code(&'a str),
    /// A Chinese ID card (GB 11643): digit by digit. Its check digit is not proved: who keyed it wrong wants to hear that.
    IdCard(&'a str),
}

/// The size of a number that can be said.
pub(crate) fn sayable(number: i64) -> Result<u64, Unsayable> {
    let size = number.unsigned_abs();
    if size <= WHOLE_MAX.unsigned_abs() {
        Ok(size)
    } else {
        Err(Unsayable::TooLarge)
    }
}

/// The same for a number that has no sign.
pub(crate) fn countable(number: u64) -> Result<u64, Unsayable> {
    let number = i64::try_from(number).map_err(|_| Unsayable::TooLarge)?;
    sayable(number)
}
