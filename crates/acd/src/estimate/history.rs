//! What a queue has seen lately: how long its calls lasted, rang and were filed, and how many of those who waited gave up.
//!
//! A fixed number of each, the oldest forgotten. Written once a call or ring, by what ends it. However short a call was, its agent
//! was not free: all count, as they do not for agents (R13).

use core::time::Duration;
use std::collections::VecDeque;

use super::sample::{KEPT, Sample, count, micros};

/// With fewer calls nothing is known (D16).
const KNOWN: usize = 10;

/// See the file's head.
#[derive(Clone, Debug, Default)]
pub(crate) struct History {
    pub(super) talks: Sample,
    /// Of calls without time to file: zero.
    pub(super) filings: Sample,
    /// How long each phone rang, and whether it was answered; not those that another one answered or that were given up.
    rings: Outcomes,
    /// How long each caller waited, and whether he gave up.
    waits: Outcomes,
}

/// From the moment in which an agent is free until he is again, while somebody always waits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Cycle {
    /// In seconds, at least one.
    pub(super) mean: f64,
    /// Its variance ÷ the square of its mean.
    pub(super) spread: f64,
    /// How long phones ring for each call that is answered, those that are missed included: after these both the agent and the
    /// caller are there again, and one makes up for the other.
    pub(super) ring: f64,
}

impl History {
    /// A call has lasted so long.
    pub(crate) fn talked(&mut self, talk: Duration) {
        self.talks.add(talk);
    }

    /// Few calls are known: what others that are under way have lasted so far says more than those that are over.
    pub(crate) fn is_young(&self) -> bool {
        self.talks.is_young()
    }

    /// Calls have been under way for so long, each of whom stands for so many.
    pub(crate) fn are_under_way(&mut self, so_far: &[Duration], each: f64) {
        self.talks.are_under_way(so_far, each);
    }

    /// Its agent has filed it for so long.
    pub(crate) fn filed(&mut self, filing: Duration) {
        self.filings.add(filing);
    }

    /// A phone has rung for so long.
    pub(crate) fn rang(&mut self, ring: Duration, answered: bool) {
        self.rings.add(ring, answered);
    }

    /// A caller's wait is over.
    pub(crate) fn waited(&mut self, waited: Duration, gave_up: bool) {
        self.waits.add(waited, gave_up);
    }

    pub(crate) fn is_known(&self) -> bool {
        self.talks.len() >= KNOWN
    }

    /// By how many calls it is known.
    pub(super) fn calls(&self) -> f64 {
        count(self.talks.len())
    }

    pub(super) fn cycle(&self) -> Cycle {
        let rings = &self.rings;
        let ring = rings.seconds() / f64::from(rings.yes).max(1.0);
        let mean = (ring + self.talks.mean() + self.filings.mean()).max(1.0);
        let variance = self.talks.variance() + self.filings.variance();
        let spread = variance / (mean * mean);
        Cycle { mean, spread, ring }
    }

    /// How probably a caller who waits gives up in a second, and by how many that is known: those who did, over all that was
    /// waited. Who was answered counts for as long as he was seen waiting, so that nobody's patience is taken for short.
    pub(super) fn gives_up_a_second(&self) -> (f64, f64) {
        let gave_up = f64::from(self.waits.yes);
        (gave_up / self.waits.seconds().max(1.0), gave_up)
    }
}

/// The last durations of one kind that end in one of two ways.
#[derive(Clone, Debug, Default)]
struct Outcomes {
    /// In µs.
    recent: VecDeque<(u64, bool)>,
    sum: u64,
    yes: u32,
}

impl Outcomes {
    fn add(&mut self, lasted: Duration, yes: bool) {
        if self.recent.len() >= KEPT
            && let Some((oldest, yes)) = self.recent.pop_front()
        {
            self.sum -= oldest;
            self.yes -= u32::from(yes);
        }
        let lasted = micros(lasted);
        self.recent.push_back((lasted, yes));
        self.sum += lasted;
        self.yes += u32::from(yes);
    }

    fn seconds(&self) -> f64 {
        self.sum as f64 / 1e6
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn d16_giving_up_is_counted_over_all_that_was_waited_and_memory_is_bounded() {
        let mut history = History::default();
        history.waited(s(30), true);
        history.waited(s(70), false);
        assert_eq!(history.gives_up_a_second(), (0.01, 1.0));
        for _ in 0..3 * KEPT {
            history.waited(s(10), false);
        }
        assert_eq!(history.gives_up_a_second(), (0.0, 0.0));
        assert_eq!(history.waits.recent.len(), KEPT);
    }

    #[test]
    fn d16_rings_that_are_missed_and_filing_are_part_of_what_a_call_costs() {
        let mut history = History::default();
        for _ in 0..10 {
            history.rang(s(4), true);
            history.talked(s(100));
            history.filed(s(20));
        }
        assert_eq!(history.cycle().mean, 124.0);
        history.rang(s(15), false);
        assert_eq!(history.cycle().mean, 125.5);
        assert_eq!(history.cycle().spread, 0.0);
    }
}
