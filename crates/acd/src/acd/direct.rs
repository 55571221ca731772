//! A named agent (定向分派): a script or a person wants this one, outside queues.
//!
//! He is reserved like for a queue's caller, so that nobody else gets him meanwhile. No strategy, no tried-set, no wait:
//! if he cannot be had the engine is told why and the script goes on.

use core::time::Duration;

use model::decision::{TieBreak, Verdict, Weighed};
use model::fact::CancelCause;
use model::{AgentId, AgentState, CallId, Decision, NotReadyReason, QueueName};

use super::Acd;
use crate::agent::cause;
use crate::offer::Offer;
use crate::output::{DirectEnd, Output};

/// Who is named, and for what.
pub(super) struct Named {
    pub(super) agent: AgentId,
    /// The queue whose call it is, if it is one's.
    pub(super) home: Option<QueueName>,
    /// A colleague asks (R15).
    pub(super) consult: bool,
}

impl Acd {
    pub(super) fn direct(
        &mut self,
        now: Duration,
        call: CallId,
        named: Named,
        ring_timeout: Duration,
    ) {
        let Named {
            agent: id,
            home,
            consult,
        } = named;
        self.withdraw_direct(now, call, CancelCause::QueueLeft);
        self.drop_caller(now, call, CancelCause::QueueLeft);
        if let Some(end) = self.cannot_be_had(id) {
            self.outputs.push_back(Output::DirectEnded {
                call,
                agent: id,
                end,
            });
            return;
        }
        let decision = self.named(now, id);
        let offer = Offer {
            call,
            agent: id,
            queue: None,
            home,
            consult,
            ring_timeout,
            rang_at: None,
            shared: false,
            held: None,
        };
        let offer = self.make_offer(now, offer, Duration::ZERO, decision);
        self.directs.insert(call, offer);
    }

    /// Stops the phone of a named agent, if one rings for this call.
    pub(super) fn withdraw_direct(&mut self, now: Duration, call: CallId, why: CancelCause) {
        if let Some(offer) = self.directs.get(&call).copied() {
            self.withdraw(now, offer, why, cause::CANCELLED);
        }
    }

    /// Why a named agent cannot be rung as things stand, if he cannot: there is no phone to ring, or he is at something.
    pub(super) fn cannot_be_had(&self, id: AgentId) -> Option<DirectEnd> {
        let Some(agent) = self.agents.get(&id).filter(|agent| agent.registered) else {
            return Some(DirectEnd::Unreachable);
        };
        match &agent.state {
            AgentState::Ready => None,
            AgentState::Offline => Some(DirectEnd::Unreachable),
            AgentState::NotReady { reason } => Some(match reason {
                NotReadyReason::Device | NotReadyReason::DeviceLost => DirectEnd::Unreachable,
                NotReadyReason::Said(_) | NotReadyReason::SignedIn | NotReadyReason::NoAnswer => {
                    DirectEnd::Busy
                }
            }),
            AgentState::Reserved { .. }
            | AgentState::Ringing { .. }
            | AgentState::Talking { .. }
            | AgentState::WrapUp { .. } => Some(DirectEnd::Busy),
        }
    }

    /// The record of a choice that was made elsewhere.
    pub(super) fn named(&self, now: Duration, id: AgentId) -> Box<Decision> {
        let agent = self.agents.get(&id);
        let idle = agent.map_or(Duration::ZERO, |agent| agent.idle.elapsed(now));
        let verdict = Verdict::Ranked {
            tier: 0,
            level: 0,
            skills: 0,
            key: 0,
            idle_ms: u64::try_from(idle.as_millis()).unwrap_or(u64::MAX),
        };
        let record = Decision::new(QueueName::new(""), "direct").choosing(&[id]);
        Box::new(Decision {
            config_version: self.config_version,
            candidates: vec![Weighed { agent: id, verdict }],
            tie: Some(TieBreak::Only),
            ranked: 1,
            ..record
        })
    }
}
