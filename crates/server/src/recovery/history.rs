//! What happened to each agent, out of the facts: it goes back to the ACD when a process begins anew (C20, R16, R35).
//!
//! Calls that a crash cut are in no fact that ends an agent's part, so they count for nothing. The time in which no process ran
//! is nobody's duty: the facts of a start are dated back to the last sign of life before it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use acd::{Past, Requested};
use model::fact::Offer;
use model::{AgentId, AgentState, CallId, OfferId, QueueName, Timestamp};

/// A shorter call of his own is a wrong number (R43).
const OWN_CALL_MIN: Duration = Duration::from_secs(5);

/// An agent as the former process left him.
#[derive(Debug, Default)]
pub(crate) struct Formerly {
    /// The state that he had asked for, if he gets it back.
    pub(crate) wish: Option<Requested>,
    /// What happened to him, oldest first.
    pub(crate) past: Vec<(Duration, Past)>,
}

/// All agents' histories.
#[derive(Debug, Default)]
pub(super) struct Histories {
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

#[derive(Debug, Default)]
struct History {
    past: Vec<(Duration, Past)>,
    /// A state of his is known.
    is_placed: bool,
    /// The call that was given to him: of which queue, and since when.
    talk: Option<(CallId, Option<QueueName>, Duration)>,
    /// The call that a colleague asks him about: nothing of it counts (R15).
    consult: Option<CallId>,
    /// Since when he files.
    files: Option<Duration>,
    /// Since when he is in calls of his own.
    own: Option<Duration>,
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
        self.of(agent).past.push((at, how));
    }

    pub(super) fn connected(&mut self, offer: &Offer) {
        let (at, queue) = (self.at, offer.queue.clone());
        self.of(offer.agent).connected(at, offer.call, queue);
    }

    pub(super) fn consulted(&mut self, offer: &Offer) {
        self.of(offer.agent).consult = Some(offer.call);
    }

    /// R15: from here on the call is his.
    pub(super) fn consult_completed(&mut self, call: CallId, agent: AgentId) {
        let at = self.at;
        self.of(agent).connected(at, call, None);
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
        self.of(agent).changed(at, from, to);
    }

    fn of(&mut self, agent: AgentId) -> &mut History {
        self.agents.entry(agent).or_default()
    }

    /// What is given back, with the wishes of those who get theirs.
    pub(super) fn given_back(
        self,
        mut wishes: BTreeMap<AgentId, Requested>,
    ) -> BTreeMap<AgentId, Formerly> {
        let mut all: BTreeMap<AgentId, Formerly> = BTreeMap::new();
        for (agent, history) in self.agents {
            all.entry(agent).or_default().past = history.past;
        }
        for (queue, agent) in self.last_offered {
            let offered = (self.at, Past::OfferedLast { queue });
            all.entry(agent).or_default().past.push(offered);
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

impl History {
    fn connected(&mut self, at: Duration, call: CallId, queue: Option<QueueName>) {
        self.consult = None;
        self.past.push((
            at,
            Past::Connected {
                queue: queue.clone(),
            },
        ));
        self.talk = Some((call, queue, at));
    }

    fn changed(&mut self, at: Duration, from: &AgentState, to: &AgentState) {
        if !core::mem::replace(&mut self.is_placed, true) && *from != AgentState::Offline {
            self.past.push((at, Past::Became(from.clone())));
        }
        let is_talking = matches!(to, AgentState::Talking { .. });
        if let AgentState::Talking { call } = from
            && from != to
        {
            self.talk_ended(at, *call, is_talking);
        }
        if matches!(from, AgentState::WrapUp { .. }) && !is_talking {
            self.filed(at);
        }
        match to {
            AgentState::WrapUp { .. } => _ = self.files.get_or_insert(at),
            AgentState::Talking { call } => {
                let given = self.talk.as_ref().map(|(call, ..)| *call);
                if call.is_none() || (*call != given && *call != self.consult) {
                    self.own.get_or_insert(at);
                }
            }
            AgentState::Offline
            | AgentState::NotReady { .. }
            | AgentState::Ready
            | AgentState::Reserved { .. }
            | AgentState::Ringing { .. } => {}
        }
        self.past.push((at, Past::Became(to.clone())));
    }

    fn talk_ended(&mut self, at: Duration, call: Option<CallId>, talks_on: bool) {
        let ended = self.talk.take_if(|(talk, ..)| Some(*talk) == call);
        if let Some((_, queue, since)) = ended {
            let talked = at.saturating_sub(since);
            self.past.push((at, Past::Handled { queue, talked }));
        } else if self.consult.is_some() && self.consult == call {
            self.consult = None;
        } else if let Some(since) = self.own.take_if(|_| !talks_on)
            && at.saturating_sub(since) >= OWN_CALL_MIN
        {
            self.past.push((at, Past::OwnCall));
        }
    }

    fn filed(&mut self, at: Duration) {
        if let Some(since) = self.files.take() {
            let took = at.saturating_sub(since);
            self.past.push((at, Past::Filed { took }));
        }
    }
}
