//! The fence around each call's turn (S3): a defect costs one call, gives back what it held and leaves a trace.

use std::panic::{AssertUnwindSafe, catch_unwind};

use model::fact::{CallResult, CancelCause, EndedBy};
use model::{AgentId, CallId, Fact, OfferId};
use sip::{Reason, SessionId};

use super::Engine;
use crate::call::{self, Call, CallEvent};
use crate::context::{Context, Side};
use crate::input::Output;
use crate::standby::Loss;

impl Engine {
    /// One call's turn, behind its fence.
    pub(super) fn turn(&mut self, id: CallId, event: CallEvent) {
        self.with_call(id, |call, context| call.handle(context, event));
    }

    /// The same for work that is no event.
    pub(super) fn with_call(&mut self, id: CallId, work: impl FnOnce(&mut Call, &mut Context)) {
        let Some(call) = self.calls.get_mut(&id) else {
            return;
        };
        let context = &mut self.context;
        if catch_unwind(AssertUnwindSafe(|| work(call, context))).is_err() {
            self.bury(id);
        } else if !self.deadlines.keep(id, call) {
            self.calls.remove(&id);
            self.context.placement.forget(id);
        }
    }

    /// A call begins, unless its first turn was its last.
    pub(super) fn begin(&mut self, id: CallId, mut call: Box<Call>) {
        if self.deadlines.keep(id, &mut call) {
            self.calls.insert(id, call);
        } else {
            self.context.placement.forget(id);
        }
    }

    /// S3: a call whose turn panicked ends alone. Its own state is not to be trusted.
    fn bury(&mut self, id: CallId) {
        let Some(mut call) = self.calls.remove(&id) else {
            return;
        };
        self.deadlines.cancel(id, &mut call.comes_at);
        self.context.placement.forget(id);
        let (agent, ended, trace) = (call.agent(), call.has_ended(), call.trace());
        let now = self.context.now;
        // Each is told once (E24, E25), and nothing of a call after its end.
        let cut = [call.lost_clip(now), call.lost_conversation(now)];
        drop(call);
        for fact in cut.into_iter().flatten().filter(|_| !ended) {
            self.context.fact(fact);
        }
        self.release(id, agent, ended, trace);
    }

    /// Gives back all that a broken call held, as the indexes tell it, and tells its end if that was not told.
    pub(super) fn release(
        &mut self,
        id: CallId,
        agent: Option<AgentId>,
        ended: bool,
        trace: Vec<String>,
    ) {
        let context = &mut self.context;
        let broken = Output::CallBroken { call: id, trace };
        context.outputs.push_back(broken);
        let of_call = |(_, (owner, _)): &(&SessionId, &(CallId, Side))| *owner == id;
        let sessions = context.sessions.iter().filter(of_call);
        let sessions: Vec<SessionId> = sessions.map(|(session, _)| *session).collect();
        for session in sessions {
            if let Some(agent) = context.standby.of_session(session) {
                context.end_standby(agent, Loss::Failed);
            }
            let reason = Some(internal_error());
            context.sip.hang_up(context.now, session, reason);
            context.forget_session(session);
        }
        for port in context.placement.ports_of(id) {
            context.close(port);
        }
        context.tell_acd(acd::Input::CallGone { call: id });
        context.try_over(id);
        context.begin_callback(id);
        if let Some(agent) = context.own_calls.remove(&id) {
            let call = Some(id);
            context.tell_acd(acd::Input::PhoneFree { agent, call });
        }
        let offers = context.offers.values().filter(|offer| offer.call == id);
        let offers: Vec<OfferId> = offers.map(|offer| offer.id).collect();
        for offer in offers {
            let end = acd::OfferEnd::Cancelled(CancelCause::Failed);
            call::tell_withdrawn(context, offer, end);
        }
        if !ended {
            context.fact(Fact::CallEnded {
                call: id,
                result: CallResult::Failed,
                by: EndedBy::System,
                agent,
                answered_late: false,
            });
        }
        if let Err(breach) = context.acd.check_invariants() {
            tracing::error!(call = %id, breach, "the broken call left the ACD inconsistent");
        }
    }

    /// Work of a room that serves all calls: a defect there costs this one event.
    pub(super) fn fenced(&mut self, what: &str, work: impl FnOnce(&mut Context)) {
        let context = &mut self.context;
        if catch_unwind(AssertUnwindSafe(|| work(context))).is_err() {
            tracing::error!("{what} met a defect and was dropped");
        }
    }
}

/// What a peer is told when a call broke.
pub(super) fn internal_error() -> Reason {
    Reason::sip(500, "Server Internal Error")
}
