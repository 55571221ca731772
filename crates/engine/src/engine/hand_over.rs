//! What concerns two calls at once: a consult on a second line that becomes a transfer, a phone that takes another's place.
//!
//! A call never reaches into another: here one gives its part away and the other takes it. Who may do so: an agent with his
//! own proven phone, in a call in which he talks (S14).

use model::AgentId;
use sip::{IncomingInvite, ReferId, ReferTarget, Refusal, SessionId};

use super::Engine;
use crate::call::CallEvent;
use crate::context::Side;

impl Engine {
    /// A phone wants a transfer.
    pub(super) fn referred(&mut self, refer: ReferId, session: SessionId, to: ReferTarget) {
        let Some((call, side)) = self.context.sessions.get(&session).copied() else {
            return self.refuse_refer(refer, 603);
        };
        match (side, to.replaces) {
            (_, Some(other)) => {
                if !self.attended(refer, session, other) && !self.attended(refer, other, session) {
                    self.refuse_refer(refer, 603);
                }
            }
            (Side::Agent(_), None) => {
                // What is not ours would be led out past every rule (S15).
                let user = Some(to.user).filter(|_| to.is_ours);
                self.turn(
                    call,
                    CallEvent::Refer {
                        session,
                        refer,
                        user,
                    },
                );
            }
            // Nobody but an agent hands a caller on.
            (Side::Caller | Side::Outside, None) => self.refuse_refer(refer, 403),
        }
    }

    fn refuse_refer(&mut self, refer: ReferId, status: u16) {
        self.context
            .sip
            .refuse_refer(self.context.now, refer, status);
    }

    /// The agent talks with the caller on one session and with a colleague, whom he called, on the other.
    fn attended(&mut self, refer: ReferId, talks: SessionId, consults: SessionId) -> bool {
        let of = |session| self.context.sessions.get(&session).map(|(call, _)| *call);
        let (Some(main), Some(consult)) = (of(talks), of(consults)) else {
            return false;
        };
        let agent = self.calls.get(&main).and_then(|call| call.talks_on(talks));
        let fits = agent.is_some_and(|agent| {
            let consult = self.calls.get(&consult);
            consult.is_some_and(|call| call.is_consult_of(agent, consults))
        });
        // Sound cannot leave its thread; a consult was laid beside its call from the start.
        if main == consult || !fits || !self.context.placement.are_together(main, consult) {
            return false;
        }
        let now = self.context.now;
        self.context.sip.accept_refer(now, refer);
        let mut part = None;
        self.with_call(consult, |call, context| {
            part = call.part_for(context, main);
        });
        match part {
            Some(part) => {
                self.context.sip.report_refer(now, refer, 200);
                self.with_call(main, |call, context| call.take_over(context, part));
            }
            None => self.context.sip.report_refer(now, refer, 480),
        }
        true
    }

    /// A call that takes the place of a phone in another one (RFC 3891).
    pub(super) fn replaces(
        &mut self,
        session: SessionId,
        replaced: SessionId,
        invite: &IncomingInvite,
    ) {
        let agent = invite
            .authenticated
            .as_deref()
            .and_then(|login| self.context.directory.by_login(login))
            .map(|agent| agent.id);
        let call = self.context.sessions.get(&replaced).map(|(call, _)| *call);
        let (Some(agent), Some(call)) = (agent, call) else {
            return self.reject(session, 403);
        };
        let Some(former) = self.calls.get(&call).and_then(|it| it.talks_on(replaced)) else {
            return self.reject(session, 403);
        };
        if former != agent && self.is_busy(agent) {
            return self.reject(session, 486);
        }
        self.with_call(call, |call, context| {
            call.replaced(context, agent, session, invite)
        });
    }

    fn is_busy(&self, agent: AgentId) -> bool {
        let state = self.context.acd.agent_state(agent);
        matches!(state, Some(model::AgentState::Talking { .. }))
    }

    fn reject(&mut self, session: SessionId, status: u16) {
        self.context
            .sip
            .reject(self.context.now, session, Refusal::new(status));
    }
}
