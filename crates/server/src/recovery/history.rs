//! What happened to each agent, out of the facts: it goes back to the ACD when a process begins anew (C20, R16, R35).
//!
//! Calls that a crash cut are in no fact that ends an agent's part, so they count for nothing. The time in which no process ran
//! is nobody's duty: the facts of a start are dated back to the last sign of life before it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use acd::{Credit, Past, Requested, RingEnd, WrapUpMode};
use model::fact::Offer;
use model::{AgentId, AgentState, CallId, OfferId, QueueName, Timestamp};
use serde::{Deserialize, Serialize};

use agent::History;

mod agent;

/// How far back histories reach at least: breaks have budgets of a day (C2).
const REACH_MIN: Duration = Duration::from_secs(24 * 3_600);

/// How far back histories reach: whatever is older moves nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reach(Duration);

impl Reach {
    /// As far as the longest window that a queue looks at (`count_window_s`), and a day at least.
    pub(crate) fn of(windows: impl IntoIterator<Item = Duration>) -> Self {
        Self(windows.into_iter().fold(REACH_MIN, Duration::max))
    }
}

impl Default for Reach {
    fn default() -> Self {
        Self(REACH_MIN)
    }
}

/// An agent as the former process left him.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Formerly {
    /// The state that he had asked for, if he gets it back.
    pub(crate) wish: Option<Requested>,
    /// What happened to him, oldest first.
    pub(crate) past: Vec<(Duration, Past)>,
}

/// All agents' histories.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Histories {
    /// The configuration's, not the log's.
    #[serde(skip)]
    pub(super) reach: Reach,
    agents: BTreeMap<AgentId, History>,
    /// R35: to whom each queue offered last.
    last_offered: BTreeMap<QueueName, AgentId>,
    /// Offers of queues that ring, and those of them that did not ring alone (R24).
    ringing: BTreeMap<OfferId, CallId>,
    shared: BTreeSet<OfferId>,
    at: Duration,
    /// The latest moment before `at` of which there is a fact.
    before: Duration,
}

impl Histories {
    /// The next fact is of this moment.
    pub(super) fn turn_to(&mut self, at: Timestamp) {
        let at = Duration::from(at);
        if at > self.at {
            self.before = core::mem::replace(&mut self.at, at);
        }
    }

    pub(super) fn offered(&mut self, offer: &Offer) {
        if let Some(queue) = &offer.queue {
            self.last_offered.insert(queue.clone(), offer.agent);
            let others = self.ringing.iter().filter(|(_, call)| **call == offer.call);
            let others: Vec<OfferId> = others.map(|(other, _)| *other).collect();
            if !others.is_empty() {
                self.shared.extend(others.into_iter().chain([offer.id]));
            }
            self.ringing.insert(offer.id, offer.call);
        }
    }

    /// An offer rings no more; whether it rang alone.
    pub(super) fn rings_no_more(&mut self, offer: OfferId) -> bool {
        self.ringing.remove(&offer);
        !self.shared.remove(&offer)
    }

    /// R6-R8, C9: a streak goes on.
    pub(super) fn failed(&mut self, agent: AgentId, how: Past) {
        let at = self.at;
        self.of(agent).failed(at, how);
    }

    /// B10: an agent's phone rings no more.
    pub(super) fn rang(&mut self, agent: AgentId, end: RingEnd) {
        let at = self.at;
        self.of(agent).rang(at, end);
    }

    pub(super) fn connected(&mut self, offer: &Offer) {
        let (at, queue) = (self.at, offer.queue.clone());
        self.rang(offer.agent, RingEnd::Answered);
        self.of(offer.agent).connected(at, offer.call, queue);
    }

    pub(super) fn consulted(&mut self, offer: &Offer) {
        self.rang(offer.agent, RingEnd::Answered);
        self.of(offer.agent).consulted(offer.call);
    }

    /// R15: from here on the call is his.
    pub(super) fn consult_completed(&mut self, call: CallId, agent: AgentId) {
        let at = self.at;
        self.of(agent).connected(at, call, None);
    }

    /// R47: from here on he is level with the others.
    pub(super) fn levelled(&mut self, agent: AgentId, queue: &QueueName, credit: Credit) {
        let (at, queue) = (self.at, queue.clone());
        self.of(agent).levelled(at, queue, credit);
    }

    /// C5: he files this call, or for longer than he was told before. A mode that is none of ours is that of another version.
    pub(super) fn files(&mut self, agent: AgentId, call: CallId, mode: &str, until: Duration) {
        if let Some(mode) = WrapUpMode::find(mode) {
            self.of(agent).files(call, mode, until);
        }
    }

    /// `by_start`: told by the start of a process, of the one before.
    pub(super) fn changed(
        &mut self,
        agent: AgentId,
        from: &AgentState,
        to: &AgentState,
        by_start: bool,
    ) {
        let at = if by_start { self.before } else { self.at };
        let reach = self.reach;
        let history = self.of(agent);
        history.changed(at, from, to, reach);
        // What he files outlives the process.
        if !by_start && matches!(from, AgentState::WrapUp { .. }) && from != to {
            history.filing_is_over();
        }
    }

    fn of(&mut self, agent: AgentId) -> &mut History {
        self.agents.entry(agent).or_default()
    }

    /// What is given back, with the wishes of those who get theirs.
    pub(super) fn given_back(
        &self,
        mut wishes: BTreeMap<AgentId, Requested>,
    ) -> BTreeMap<AgentId, Formerly> {
        let mut all: BTreeMap<AgentId, Formerly> = BTreeMap::new();
        for (agent, history) in &self.agents {
            let past = &mut all.entry(*agent).or_default().past;
            past.extend(history.told(self.at));
            past.extend(history.filing().map(|filing| (self.at, filing)));
        }
        for (queue, agent) in &self.last_offered {
            let queue = queue.clone();
            let offered = (self.at, Past::OfferedLast { queue });
            all.entry(*agent).or_default().past.push(offered);
        }
        for was in all.values_mut() {
            was.past.push((self.at, Past::ProcessEnded));
        }
        while let Some((agent, wish)) = wishes.pop_first() {
            all.entry(agent).or_default().wish = Some(wish);
        }
        all
    }
}

#[cfg(test)]
mod tests;
