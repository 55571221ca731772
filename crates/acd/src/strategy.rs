//! The table of strategies (振铃策略): which agent is offered a call first.
//!
//! A strategy is an ordering computed from facts, without memory of its own. To add one: a file in `strategy/` with its
//! row and its `rank`, and here its `mod` and its place in [`all`]. Ties fall to the rule that all share (R4).

use core::fmt;

use crate::decision::{Key, Pool};
use crate::selection::{Candidate, Rank, Selection};

mod least_calls;
mod linear;
mod longest_idle;
mod most_recent;
mod random;
mod ring_all;
mod round_robin;
mod sticky;

/// All strategies, in the order of the reference page.
static TABLE: [Strategy; 8] = [
    longest_idle::ROW,
    ring_all::ROW,
    linear::ROW,
    round_robin::ROW,
    least_calls::ROW,
    most_recent::ROW,
    random::ROW,
    sticky::ROW,
];

/// One strategy: a row of the table. Two rows are the same when their names are.
pub struct Strategy {
    /// Its name in the configuration.
    pub name: &'static str,
    /// Its Chinese label.
    pub zh: &'static str,
    /// Its English label.
    pub en: &'static str,
    /// When to use it, in one line.
    pub doc: &'static str,
    /// How many phones ring at once.
    pub rings: Rings,
    /// Whether the caller's familiar agent comes before all others, and the fall-back strategy after him (R57).
    pub familiar: bool,
    /// Whether an agent is skipped once after `max_consecutive` calls in a row (R38).
    pub capped: bool,
    /// The ordering.
    pub rank: fn(&Selection, &Candidate) -> Rank,
    /// The walk over the candidates, compiled with `rank` inside it: a call per candidate would cost more than the rank.
    pub(crate) scan: fn(&Pool<'_>) -> Vec<Key>,
}

/// How many phones ring at once for one caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rings {
    /// One.
    One,
    /// All candidates, up to `ring_max` (R20); who becomes ready joins in (R21).
    All,
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

/// What a queue uses when it names none: longest-idle.
pub fn default() -> &'static Strategy {
    let [first, ..] = &TABLE;
    first
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
