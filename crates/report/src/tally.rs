//! Follows facts and gives what is to be added to the sums, by the quarter of an hour to which it belongs.
//!
//! What it remembers is one small state for each live call and for each agent who is signed in; both can be written down and taken up
//! again after any fact, so that who applies each fact once has the same sums however often he starts anew. A fact that comes late is
//! added where its call entered its queue, however long ago that was.

mod agent;
mod call;
mod counts;

use std::collections::BTreeMap;

use model::fact::PlaceResumed;
use model::service_level::Bounds;
use model::{AgentId, CallId, Fact, Party, QueueName, Timestamp};

pub use agent::{AgentTally, Doing};
pub use call::CallTally;
pub use counts::{Counts, TalkKey};

/// Why agents are signed off at a start that follows a long stop: nobody knows when the former process ended.
const LONG_STOP: &str = "long_stop";

/// What is remembered of those whom the next facts are about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Calls that live, and calls that ended in an abandon which may be taken back.
    pub calls: BTreeMap<CallId, CallTally>,
    /// Agents who are signed in.
    pub agents: BTreeMap<AgentId, AgentTally>,
    /// When an agent's state last changed: so long a process was there for certain.
    pub seen_at: Timestamp,
    /// What is to be added.
    pub counts: Counts,
}

/// Whom a fact is about: their states are needed before it is applied.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Concerned {
    /// Calls.
    pub calls: Vec<CallId>,
    /// Agents.
    pub agents: Vec<AgentId>,
}

/// Whom a fact is about; nobody, where it counts nothing.
pub fn concerned(fact: &Fact) -> Concerned {
    if let Fact::AgentStateChanged { agent, .. } = fact {
        return Concerned {
            calls: Vec::new(),
            agents: vec![*agent],
        };
    }
    if let Fact::QueueResumed(PlaceResumed { former, .. }) = fact {
        return Concerned {
            calls: vec![*former],
            agents: Vec::new(),
        };
    }
    if !CallTally::counts(fact) {
        return Concerned::default();
    }
    let agents = match holder(fact) {
        Some(holder) => vec![holder],
        None => talker(fact).into_iter().collect(),
    };
    Concerned {
        calls: fact.call().into_iter().collect(),
        agents,
    }
}

/// The agent who holds a call, or comes back to it.
fn holder(fact: &Fact) -> Option<AgentId> {
    let (Fact::CallHeld { by, .. } | Fact::CallResumed { by, .. }) = fact else {
        return None;
    };
    match by {
        Some(Party::Agent(agent)) => Some(*agent),
        Some(Party::Caller | Party::Number(_)) | None => None,
    }
}

/// The agent whose talk begins.
fn talker(fact: &Fact) -> Option<AgentId> {
    if let Fact::CallConnected { offer, .. } = fact {
        return Some(offer.agent);
    }
    if let Fact::DialAnswered { agent, .. } = fact {
        return *agent;
    }
    None
}

impl Tally {
    /// Takes the next fact; `bounds` says by what callers of a queue are counted.
    pub fn apply(&mut self, at: Timestamp, fact: &Fact, bounds: &BTreeMap<QueueName, Bounds>) {
        if let Fact::AgentStateChanged {
            agent, to, cause, ..
        } = fact
        {
            let is_guess = cause == LONG_STOP;
            let until = if is_guess { self.seen_at.min(at) } else { at };
            let known = self.agents.entry(*agent).or_default();
            known.change(*agent, (until, at), to, &mut self.counts);
            if !is_guess {
                self.seen_at = self.seen_at.max(at);
            }
        } else if let Fact::QueueResumed(PlaceResumed { former, queue, .. }) = fact {
            if let Some(former) = self.calls.get_mut(former) {
                former.taken_back(queue, &mut self.counts);
            }
        } else if CallTally::counts(fact) {
            self.of_call(at, fact, bounds);
        }
    }

    fn of_call(&mut self, at: Timestamp, fact: &Fact, bounds: &BTreeMap<QueueName, Bounds>) {
        let Some(id) = fact.call() else { return };
        if CallTally::begins(fact) {
            self.calls.entry(id).or_insert_with(|| CallTally::new(at));
        }
        let Some(call) = self.calls.get_mut(&id) else {
            return;
        };
        call.apply(at, fact, bounds, &mut self.counts);
        if let (Some(agent), Some(talk)) = (talker(fact), call.talk()) {
            self.agents.entry(agent).or_default().talks(id, talk);
        }
        if let Some(agent) = holder(fact) {
            let holds = matches!(fact, Fact::CallHeld { .. });
            let known = self.agents.entry(agent).or_default();
            known.hold(agent, at, (id, holds), &mut self.counts);
        }
    }
}

#[cfg(test)]
mod tests;
