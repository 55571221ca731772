//! Reports (报表): what is counted out of facts, and every figure that is made of it.
//!
//! [`tally`] follows facts and gives sums: whole numbers, by the quarter of an hour in which a caller entered a queue, so that those
//! of any longer period are their sum. [`figure`] is the one table of figures, each with its formula in words and as the one function
//! that computes it, whoever shows it. No clock, no table of a database: facts and bounds are arguments, sums come back.

pub mod calls;
pub mod figure;
pub mod report;
pub mod spread;
pub mod sums;
pub mod table;
pub mod tally;

pub use figure::{Figure, Subject, Sums, Unit, figures};
pub use report::{Report, Row};
pub use spread::Spread;
pub use sums::{
    AgentSums, FirstContactSums, IvrSums, QueueSums, StateSums, TicketSums, TicketTimes,
};
pub use table::{Cell, Table};
pub use tally::{AgentTally, CallTally, Counts, Doing, Tally};

use model::Timestamp;

/// In so many days nobody calls again about what was done at the first contact, where nobody asks for another window.
pub const FCR_DAYS: u32 = 7;
/// The longest such window, in days.
pub const FCR_DAYS_MAX: u32 = 90;

/// The interval of all sums, in ms.
pub const QUARTER_MS: i64 = 15 * 60_000;

/// The quarter of an hour in which a moment lies: its beginning, in ms of UTC.
pub const fn quarter(at: Timestamp) -> i64 {
    at.as_ms().div_euclid(QUARTER_MS) * QUARTER_MS
}
