//! What was told, kept in a book of its own, and compared with what the core says of itself.

use acd::Output;
use acd::agent::cause;
use model::decision::RouteOutcome;
use model::{AgentState, CallId, OfferId, QueueName, QueueSet};

use super::{QUEUES, World, tail};

impl World {
    pub(super) fn told(&mut self, output: Output) {
        match output {
            Output::CallBack { call } => {
                let before = self.promised.insert(call, true);
                assert_eq!(before, Some(false), "{call} is called back");
            }
            Output::Offer {
                offer, call, queue, ..
            } => {
                assert!(!self.promised.contains_key(&call), "{call} is not here");
                assert!(self.live.insert(offer, call).is_none());
                let stands = self.line.get(&call);
                let by = |queue| stands.is_some_and(|queues| queues.contains(queue));
                assert!(queue.as_ref().is_none_or(by), "{call}: {queue:?}");
                let withheld = self.withheld.get(&call);
                assert!(withheld.is_none_or(|until| *until <= self.now), "{call}");
            }
            Output::Withdraw { offer, .. } => self.bury(offer),
            Output::Connect {
                offer,
                call,
                agent,
                queue,
                ..
            } => {
                self.bury(offer);
                if let Some(queues) = self.stands_no_more(call) {
                    self.beside += u32::from(queue.as_ref() != Some(queues.home()));
                }
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
            Output::JoinedQueue {
                call,
                queues,
                position,
            } => {
                let before = self.line.insert(call, queues);
                let called = self.promised.remove(&call);
                if called.is_some() {
                    self.called_back += 1;
                    self.back.insert(call);
                }
                let right = called.unwrap_or(true) && before.is_some() == called.is_some();
                assert!(position > 0 && right, "{call} joins twice");
            }
            Output::QueueDropped {
                call,
                dropped,
                queues,
            } => {
                let before = self.line.insert(call, queues.clone()).unwrap();
                let rest = before.filtered(|name| *name != dropped);
                assert_eq!(rest, Some(queues), "{call}");
                self.dropped += 1;
            }
            Output::LeftQueue {
                call,
                queue,
                waited,
                ..
            } => {
                let queues = self.stands_no_more(call);
                let home = queues.is_some_and(|queues| *queues.home() == queue);
                assert!(home || waited.is_zero(), "{call}");
            }
            Output::WrapUp { until, .. } => assert!(until > self.now, "ends in the past"),
            Output::Levelled { credit, .. } => assert!(credit.until > self.now, "of the past"),
            Output::LastPaused { queues, .. } => assert!(!queues.is_empty()),
            Output::AskFamiliar { until, .. } => assert!(until > self.now, "asked in the past"),
            Output::RouteAsked { call, asked } => {
                assert!(!asked.candidates.is_empty(), "{call}: nobody to ask about");
                self.routes.push((call, asked.id));
            }
            Output::RouteSettled { settled, .. } => {
                self.routed += u32::from(settled.told.outcome == RouteOutcome::Named);
            }
            Output::DirectEnded { .. } | Output::Starving { .. } => {}
        }
    }

    /// A caller is out of his lines; the pause after a withheld offer ends with his wait.
    fn stands_no_more(&mut self, call: CallId) -> Option<QueueSet> {
        if let Some(until) = self.withheld.get_mut(&call) {
            *until = self.now;
        }
        self.promised.remove(&call);
        self.line.remove(&call)
    }

    /// What was told and what is known agree.
    pub(super) fn compare(&self) {
        for call in self.line.keys() {
            assert!(self.acd.position(*call).is_some(), "{call} left untold");
        }
        for name in QUEUES.map(QueueName::from) {
            let stands = self.line.values().filter(|queues| queues.contains(&name));
            assert_eq!(self.acd.waiting(&name), stands.count(), "{name}");
        }
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
