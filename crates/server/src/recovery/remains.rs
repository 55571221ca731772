//! What the facts of a former process left open, and the facts that close it.
//!
//! Pure: facts in, facts out. A process that ends, however it ends, takes with it every ring, every place in line, every
//! state of an agent and every registration. Whoever reads facts and nothing else would hold them for alive, so each is
//! ended by a fact of its own. Told facts are facts: read again, they leave nothing open, so closing twice adds nothing.

use std::collections::{BTreeMap, BTreeSet};

use model::fact::{CancelCause, Offer, QueueExit};
use model::{AgentId, AgentState, CallId, Fact, FactRecord, OfferId, QueueName, Timestamp};

/// Why agents are offline and phones unknown after a start.
const RESTART: &str = "restart";

/// What facts left open so far.
#[derive(Debug, Default)]
pub(super) struct Remains {
    offers: BTreeMap<OfferId, Offer>,
    waiting: BTreeMap<CallId, (QueueName, Timestamp)>,
    states: BTreeMap<AgentId, AgentState>,
    registered: BTreeSet<AgentId>,
}

impl Remains {
    /// Reads facts in their order.
    pub(super) fn read<'a>(&mut self, records: impl IntoIterator<Item = &'a FactRecord>) {
        for record in records {
            self.note(record);
        }
    }

    fn note(&mut self, record: &FactRecord) {
        match &record.fact {
            Fact::OfferMade { offer, .. } => {
                self.offers.insert(offer.id, offer.clone());
            }
            Fact::OfferCancelled { offer, .. }
            | Fact::OfferMissed { offer }
            | Fact::OfferDeclined { offer }
            | Fact::OfferUnreachable { offer, .. } => {
                self.offers.remove(&offer.id);
            }
            Fact::CallConnected { offer, .. } => {
                self.offers.remove(&offer.id);
                self.waiting.remove(&offer.call);
            }
            Fact::QueueJoined { call, queue, .. } => {
                self.waiting.insert(*call, (queue.clone(), record.at));
            }
            Fact::QueueLeft { call, .. } => {
                self.waiting.remove(call);
            }
            // The last word on its call: nothing of it is closed after it.
            Fact::CallEnded { call, .. } => {
                self.waiting.remove(call);
                self.offers.retain(|_, offer| offer.call != *call);
            }
            Fact::AgentStateChanged { agent, to, .. } => {
                self.states.insert(*agent, to.clone());
            }
            Fact::AgentRegistered { agent } => {
                self.registered.insert(*agent);
            }
            Fact::AgentUnregistered { agent, .. } => {
                self.registered.remove(agent);
            }
            Fact::CallArrived { .. }
            | Fact::CallRefused { .. }
            | Fact::DialStarted { .. }
            | Fact::DialDenied { .. }
            | Fact::DialFailed { .. }
            | Fact::DialAnswered { .. }
            | Fact::TrunkStateChanged { .. }
            | Fact::CallAnswered { .. }
            | Fact::CallIdentified { .. }
            | Fact::IvrEntered { .. }
            | Fact::KeyPressed { .. }
            | Fact::CallHeld { .. }
            | Fact::CallResumed { .. }
            | Fact::RecordingReady { .. }
            | Fact::TicketCreated { .. }
            | Fact::TicketChanged { .. } => {}
        }
    }

    /// What ends this call's rings and its waiting, to be told before its `call.ended`.
    pub(super) fn of_call(&self, call: CallId, now: Timestamp) -> Vec<Fact> {
        let offers = self.offers.values().filter(|offer| offer.call == call);
        let rings = offers.map(|offer| Fact::OfferCancelled {
            offer: offer.clone(),
            cause: CancelCause::Failed,
        });
        let line = self
            .waiting
            .get(&call)
            .map(|(queue, since)| Fact::QueueLeft {
                call,
                queue: queue.clone(),
                cause: QueueExit::Failed,
                waited_ms: now.ms_since(*since),
            });
        rings.chain(line).collect()
    }

    /// What says that nobody is signed in and no phone is registered: true at every start.
    pub(super) fn of_agents(&self) -> Vec<Fact> {
        let here = self
            .states
            .iter()
            .filter(|(_, state)| **state != AgentState::Offline);
        let offline = here.map(|(agent, state)| Fact::AgentStateChanged {
            agent: *agent,
            from: state.clone(),
            to: AgentState::Offline,
            cause: RESTART.into(),
        });
        let unregistered = self.registered.iter().map(|agent| Fact::AgentUnregistered {
            agent: *agent,
            cause: RESTART.into(),
        });
        offline.chain(unregistered).collect()
    }
}

#[cfg(test)]
mod tests;
