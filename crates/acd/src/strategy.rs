//! The table of strategies (振铃策略): which agent is offered a call first.
//!
//! A strategy is an ordering computed from facts, without memory of its own. To add one: a file in `strategy/` with its
//! row, and here its `mod` and its place in [`all`]. Ties fall to the rule that all share (R4).

use core::fmt;

use crate::selection::{Candidate, Rank};

mod external;
mod least_calls;
mod least_time;
mod linear;
mod longest_idle;
mod longest_ready;
mod most_recent;
mod named;
mod progressive;
mod random;
mod ring_all;
mod round_robin;
mod skills;
mod sticky;
mod weighted_random;

/// All strategies, in the order of the reference page.
static TABLE: [Strategy; 14] = [
    longest_idle::ROW,
    longest_ready::ROW,
    ring_all::ROW,
    progressive::ROW,
    linear::ROW,
    round_robin::ROW,
    least_calls::ROW,
    least_time::ROW,
    most_recent::ROW,
    random::ROW,
    weighted_random::ROW,
    skills::ROW,
    sticky::ROW,
    external::ROW,
];

/// One strategy: a row of the table. Two rows are the same when their names are.
pub struct Strategy {
    /// Its name in the configuration.
    pub name: &'static str,
    /// Its label.
    pub label: Text,
    /// When to use it and when not, in one sentence.
    pub advice: Text,
    /// How many phones ring at once.
    pub rings: Rings,
    /// The ordering.
    pub order: Order,
    /// Whether the caller's familiar agent comes before all others, and the fall-back strategy after him (R57).
    pub familiar: bool,
    /// Whether an agent is skipped once after `max_consecutive` calls in a row (R38).
    pub capped: bool,
    /// Whether it reads what agents have done within the window (R46-R51).
    pub counts: bool,
    /// Whether the best of those who have what the caller needs come first (R71).
    pub skilled: bool,
}

/// Words in both languages of the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text {
    /// Chinese.
    pub zh: &'static str,
    /// English.
    pub en: &'static str,
}

/// How many phones ring at once for one caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rings {
    /// One.
    One,
    /// All candidates, up to `ring_max` (R20); who becomes ready joins in (R21).
    All,
    /// One more each `ring_delay`, up to `ring_max`; those that ring go on ringing (R55).
    OneByOne,
}

/// Who comes first.
#[derive(Clone, Copy)]
pub enum Order {
    /// The lowest rank. It must stand still while an agent is ready: it is computed when he becomes so.
    Ranked(fn(&Candidate) -> Rank),
    /// The next seat behind the one that was offered last (R31).
    Circular,
    /// By lot: each has so many lots; who has none comes when nobody else does (R52, R53).
    Drawn(fn(&Candidate) -> u32),
    /// As the queue's fall-back strategy orders.
    Fallback,
    /// As an external decision says (B15); without one as the fall-back strategy orders.
    Asked,
}

/// All strategies, in the order of the reference page.
pub fn all() -> &'static [Strategy] {
    &TABLE
}

/// The strategy of that name.
pub fn find(name: &str) -> Option<&'static Strategy> {
    TABLE.iter().find(|row| row.name == name)
}

/// The one that serves a caller who looks for his familiar agent alone.
pub(crate) fn sticky() -> &'static Strategy {
    static ROW: Strategy = sticky::ROW;
    &ROW
}

/// A script's choice (B12): the one that serves a caller who waits for a named agent. No queue can name it.
pub fn named() -> &'static Strategy {
    static ROW: Strategy = named::ROW;
    &ROW
}

/// What a queue uses when it names none: longest-idle.
pub fn default() -> &'static Strategy {
    let [first, ..] = &TABLE;
    first
}

impl Strategy {
    /// Whether it orders by itself: the others ask the fall-back strategy, and cannot be one.
    pub const fn orders(&self) -> bool {
        !matches!(self.order, Order::Fallback | Order::Asked)
    }

    /// Whether an external decision is asked first, and the fall-back strategy decides without one (B15).
    pub const fn asks(&self) -> bool {
        matches!(self.order, Order::Asked)
    }
}

impl PartialEq for Strategy {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Strategy {}

impl fmt::Debug for Strategy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The name alone: function addresses differ from run to run, and outputs must not (R3).
        write!(f, "Strategy({})", self.name)
    }
}

#[cfg(test)]
mod tests;
