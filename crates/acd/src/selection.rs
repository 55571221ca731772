//! What a strategy may look at: the facts of one decision and of one candidate.
//!
//! Flat and small, since there are ten thousand of them (F10). All of it is state that others keep: a strategy has no
//! memory of its own.

use core::time::Duration;

use model::AgentId;

/// A point in time in µs since the Unix epoch, as strategies compare it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Micros(i64);

impl Micros {
    /// The number of microseconds.
    pub const fn get(self) -> i64 {
        self.0
    }
}

impl From<Duration> for Micros {
    fn from(at: Duration) -> Self {
        Self(i64::try_from(at.as_micros()).unwrap_or(i64::MAX))
    }
}

/// The facts of one decision.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Selection {
    /// The seed of this decision; it stands in the record (R52).
    pub(crate) seed: u64,
    /// The first seat behind the agent whom this queue offered a call last, whichever caller it was (R31).
    pub(crate) next_seat: u32,
}

/// An agent who may be offered a call of this queue. His facts stand still while he is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Who.
    pub agent: AgentId,
    /// His seat in the queue: 0, 1, 2 … in the order of logins.
    pub seat: u32,
    /// His share in this queue where lots are drawn (R53).
    pub weight: u32,
    /// Calls that he handled within the queue's window, of all queues (R46); millionths of calls an hour of duty where
    /// the queue counts so (R49).
    pub calls: i64,
    /// Time that he spent on them in µs: talk, hold and wrap-up (R51); µs an hour of duty where the queue counts so.
    pub time: i64,
    /// Since when he is idle, breaks taken out (R40-R42). Points back over the time that he earned before a break.
    pub idle_since: Micros,
    /// When he became ready after his last call, break or wrap-up.
    pub ready_since: Micros,
    /// When he was last connected to a caller of this queue (R36).
    pub last_connected: Option<Micros>,
    /// When he signed in.
    pub signed_in: Micros,
}

/// A strategy's opinion of a candidate: the lower, the sooner. Equal ranks are settled by R4, not by the strategy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank(pub i64);
