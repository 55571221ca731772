//! What was told, kept in a book of its own, and compared with what the core says of itself.

use acd::Output;
use acd::agent::cause;
use model::{AgentState, CallId, OfferId};

use super::{QUEUES, World, tail};

impl World {
    pub(super) fn told(&mut self, output: Output) {
        match output {
            Output::Offer {
                offer, call, queue, ..
            } => {
                assert!(self.live.insert(offer, call).is_none());
                assert!(queue.is_none() || self.line.contains(&call), "{call}");
                let withheld = self.withheld.get(&call);
                assert!(withheld.is_none_or(|until| *until <= self.now), "{call}");
            }
            Output::Withdraw { offer, .. } => self.bury(offer),
            Output::Connect {
                offer, call, agent, ..
            } => {
                self.bury(offer);
                self.line.remove(&call);
                self.connected += 1;
                assert!(
                    self.talks.insert(agent, call).is_none(),
                    "{agent} talks twice"
                );
            }
            Output::AgentStateChanged {
                agent,
                from,
                to,
                cause,
            } => {
                assert_ne!(from, to);
                if cause == cause::REMOVED {
                    assert_eq!(to, AgentState::Offline, "{agent} is deleted");
                    self.own.remove(&agent);
                }
            }
            Output::TookOver { call, agent, .. } => {
                self.talks.insert(agent, call);
            }
            Output::TooLate { offer, .. } => assert!(!self.live.contains_key(&offer)),
            Output::JoinedQueue { call, position, .. } => {
                assert!(position > 0 && self.line.insert(call), "{call} joins twice");
            }
            Output::LeftQueue { call, waited, .. } => {
                assert!(self.line.remove(&call) || waited.is_zero(), "{call}");
            }
            Output::DirectEnded { .. } => {}
        }
    }

    /// What was told and what is known agree.
    pub(super) fn compare(&self) {
        for call in &self.line {
            assert!(self.acd.position(*call).is_some(), "{call} left untold");
        }
        let queues = QUEUES.map(|name| self.acd.waiting(&name.into()));
        assert_eq!(queues.iter().sum::<usize>(), self.line.len());
        for (agent, _) in self.own.iter().filter(|(_, own)| !own.is_empty()) {
            let state = self.acd.agent_state(*agent);
            let busy = matches!(
                state,
                None | Some(AgentState::Offline | AgentState::Talking { .. })
            );
            assert!(busy, "{agent}: {state:?}\n{}", tail(&self.transcript));
        }
    }

    pub(super) fn end(&mut self, offer: OfferId) -> Option<CallId> {
        let call = self.live.remove(&offer)?;
        self.dead.push(offer);
        Some(call)
    }

    /// An offer ended: it must have been alive.
    pub(super) fn bury(&mut self, offer: OfferId) {
        assert!(self.end(offer).is_some(), "offer {offer} ended twice");
    }
}
