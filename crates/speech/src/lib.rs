//! How values are said (报数, E13): numbers, money, dates, times, durations, telephone and order numbers, in Chinese and in English,
//! the way people say them.
//!
//! A value comes with what is meant by it ([`Saying`]), and becomes a row of [`Word`]s out of a finite stock
//! ([`Language::stock`]), so that recorded sounds can be put together without any speech engine; a speech engine reads
//! [`Spoken::text`]. What cannot be said is told by [`Unsayable`]: nothing wraps, nothing is cut. Whole sentences, and the
//! sounds themselves, are left to the rooms above. The rules stand as tables in `docs/spoken.md`, which a test holds true.

mod calendar;
mod chinese;
mod decimal;
mod english;
mod language;
mod money;
mod saying;
mod signs;
mod spoken;
mod unsayable;

pub use calendar::{Date, DateParts, TimeOfDay, Weekday};
pub use decimal::Decimal;
pub use language::Language;
pub use money::{CURRENCIES, Currency, Money};
pub use saying::{Saying, WHOLE_MAX};
pub use spoken::{Spoken, Word};
pub use unsayable::Unsayable;
