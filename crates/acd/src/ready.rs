//! The ready set of a queue: its candidates with the facts that strategies read, side by side in memory.
//!
//! Kept up to date by state changes, so that a decision never looks at agents who are not ready (F10). Facts of a ready
//! agent stand still, but for the count of least-calls: the window slides over his old calls. `expiries` knows when.
//! The order in memory means nothing (R4).

use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet};

use model::AgentId;

use crate::selection::Candidate;

/// See the file's head.
#[derive(Debug, Default)]
pub(crate) struct ReadySet {
    candidates: Vec<Candidate>,
    slots: BTreeMap<AgentId, Slot>,
    expiries: BTreeSet<(Duration, AgentId)>,
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    index: usize,
    expiry: Option<Duration>,
}

impl ReadySet {
    pub(crate) fn len(&self) -> usize {
        self.candidates.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.candidates.is_empty()
    }

    pub(crate) fn all(&self) -> &[Candidate] {
        &self.candidates
    }

    /// One agent's facts as a list of one; empty when he is not ready.
    pub(crate) fn only(&self, agent: AgentId) -> &[Candidate] {
        let index = self.slots.get(&agent).map(|slot| slot.index);
        index
            .and_then(|index| self.candidates.get(index..=index))
            .unwrap_or_default()
    }

    pub(crate) fn get(&self, agent: AgentId) -> Option<&Candidate> {
        self.only(agent).first()
    }

    /// Adds an agent or replaces his facts. `expiry`: when the oldest of his counted calls leaves the window.
    pub(crate) fn put(&mut self, candidate: Candidate, expiry: Option<Duration>) {
        self.remove(candidate.agent);
        let index = self.candidates.len();
        let agent = candidate.agent;
        self.candidates.push(candidate);
        self.slots.insert(agent, Slot { index, expiry });
        if let Some(at) = expiry {
            self.expiries.insert((at, agent));
        }
    }

    pub(crate) fn remove(&mut self, agent: AgentId) {
        let Some(slot) = self.slots.remove(&agent) else {
            return;
        };
        if let Some(at) = slot.expiry {
            self.expiries.remove(&(at, agent));
        }
        self.candidates.swap_remove(slot.index);
        let moved = self.candidates.get(slot.index).map(|moved| moved.agent);
        if let Some(moved) = moved.and_then(|agent| self.slots.get_mut(&agent)) {
            moved.index = slot.index;
        }
    }

    /// An agent whose count has changed by now, if there is one; `put` him again with the count of this moment.
    pub(crate) fn outdated(&self, now: Duration) -> Option<AgentId> {
        let (at, agent) = self.expiries.first()?;
        (*at <= now).then_some(*agent)
    }

    /// Gives each candidate his seat.
    pub(crate) fn reseat(&mut self, seat_of: impl Fn(AgentId) -> u32) {
        for candidate in &mut self.candidates {
            candidate.seat = seat_of(candidate.agent);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::selection::Micros;

    fn candidate(agent: u64) -> Candidate {
        Candidate {
            agent: AgentId::new(agent),
            seat: 0,
            handled: 0,
            idle_since: Micros::default(),
            last_connected: None,
            signed_in: Micros::default(),
        }
    }

    #[test]
    fn agents_are_found_after_others_left() {
        let mut ready = ReadySet::default();
        for agent in 1..=4 {
            ready.put(candidate(agent), Some(Duration::from_secs(agent)));
        }
        ready.remove(AgentId::new(1));
        ready.remove(AgentId::new(3));
        ready.remove(AgentId::new(3));
        assert_eq!(ready.len(), 2);
        for (agent, is_in) in [(1, false), (2, true), (3, false), (4, true)] {
            let found = ready
                .get(AgentId::new(agent))
                .map(|found| found.agent.get());
            assert_eq!(found, is_in.then_some(agent));
        }
        assert_eq!(ready.outdated(Duration::from_secs(1)), None, "1 is gone");
        assert_eq!(
            ready.outdated(Duration::from_secs(2)),
            Some(AgentId::new(2))
        );
    }
}
