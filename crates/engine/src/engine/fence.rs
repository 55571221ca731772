//! The fence around each call's turn (S3): a defect costs one call, gives back what it held and leaves a trace.

use std::panic::{AssertUnwindSafe, catch_unwind};

use model::fact::{CallResult, CancelCause, EndedBy, QueueExit};
use model::{CallId, Fact};
use sip::Reason;

use super::Engine;
use crate::call::{self, CallEvent};
use crate::context::Context;
use crate::input::Output;

impl Engine {
    /// One call's turn, behind its fence.
    pub(super) fn turn(&mut self, id: CallId, event: CallEvent) {
        let Some(call) = self.calls.get_mut(&id) else {
            return;
        };
        let context = &mut self.context;
        if catch_unwind(AssertUnwindSafe(|| call.handle(context, event))).is_err() {
            self.bury(id);
            return;
        }
        self.after_turn(id);
    }

    pub(super) fn after_turn(&mut self, id: CallId) {
        let Some(call) = self.calls.get(&id) else {
            return;
        };
        let (over, deadline) = (call.is_over(), call.deadline());
        if let Some(former) = self.deadline_of.remove(&id) {
            self.deadlines.remove(&(former, id));
        }
        if over {
            self.calls.remove(&id);
        } else if let Some(at) = deadline {
            self.deadline_of.insert(id, at);
            self.deadlines.insert((at, id));
        }
    }

    /// S3: a call whose turn panicked ends alone. Its own state is not to be trusted: what it held is found in the indexes.
    pub(super) fn bury(&mut self, id: CallId) {
        let Some(call) = self.calls.remove(&id) else {
            return;
        };
        if let Some(former) = self.deadline_of.remove(&id) {
            self.deadlines.remove(&(former, id));
        }
        let (agent, talking, caller_agent, ended) = (
            call.agent(),
            call.talking_agent(),
            call.caller_agent(),
            call.has_ended(),
        );
        self.context.outputs.push_back(Output::CallBroken {
            call: id,
            trace: call.trace(),
        });
        drop(call);
        let context = &mut self.context;
        let sessions: Vec<_> = context
            .sessions
            .iter()
            .filter(|(_, (owner, _))| *owner == id)
            .map(|(session, _)| *session)
            .collect();
        for session in sessions {
            context
                .sip
                .hang_up(context.now, session, Some(internal_error()));
            context.sessions.remove(&session);
        }
        for port in context.placement.ports_of(id) {
            context.media(media::Command::Close { port });
        }
        context.tell_acd(acd::Input::Left {
            call: id,
            cause: QueueExit::Failed,
        });
        if let Some(agent) = talking {
            context.tell_acd(acd::Input::CallEnded { call: id, agent });
        }
        if let Some(agent) = caller_agent {
            context.tell_acd(acd::Input::PhoneFree { agent });
        }
        let offers: Vec<_> = context
            .offers
            .values()
            .filter(|offer| offer.call == id)
            .map(|offer| offer.id)
            .collect();
        for offer in offers {
            call::tell_withdrawn(
                context,
                offer,
                acd::OfferEnd::Cancelled(CancelCause::Failed),
            );
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
