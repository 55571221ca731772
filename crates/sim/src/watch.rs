//! Who looks on while a day is played, and how he is told that something did not hold.

use std::fmt;
use std::time::Duration;

use model::{Fact, Timestamp};

use crate::audit::Breach;

/// Who looks on.
pub trait Watch {
    /// A fact, in the order of the log.
    fn fact(&mut self, at: Timestamp, fact: &Fact) {
        let _ = (at, fact);
    }

    /// How far it is, from time to time.
    fn progress(&mut self, progress: Progress) {
        let _ = progress;
    }
}

/// Nobody looks on.
impl Watch for () {}

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The virtual time since the start that has passed.
    pub passed: Duration,
    /// All of it.
    pub whole: Duration,
    /// Calls that have ended.
    pub calls: u64,
}

/// An invariant did not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Failure {
    /// The seed that shows it again.
    pub seed: u64,
    /// What did not hold.
    pub breach: Breach,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seed, breach } = self;
        write!(f, "an invariant does not hold under seed {seed}: {breach}")
    }
}
