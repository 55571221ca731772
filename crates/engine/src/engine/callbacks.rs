//! Callbacks as the engine sees them: the ACD's word to call somebody, what people ask of them, and what a restart brings.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use model::fact::{CallbackFailure, QueueExit};
use model::{AgentId, CallId, QueueSet, Timestamp};

use super::Engine;
use crate::call::Call;
use crate::callbacks::{Promise, State};
use crate::command::{CommandError, LineRefusal};
use crate::input::RestoredCallback;
use crate::one_line::{REASON_MAX, one_line};
use crate::question::CallbackReport;

/// How long nobody is called back by a house that takes no calls any more.
const DRAIN_PAUSE: Duration = Duration::from_secs(60);

impl Engine {
    /// The ACD has an agent for somebody who is to be called back, or soon will have one.
    pub(super) fn call_back(&mut self, call: CallId) {
        let context = &mut self.context;
        let Some((id, promise)) = context.callbacks.of_call(call) else {
            let cause = QueueExit::Failed;
            context.tell_acd(acd::Input::Left { call, cause });
            return;
        };
        // S6: a house that ends makes no new calls; the facts keep the place for the next process.
        let draining = self.draining.then_some(context.now + DRAIN_PAUSE);
        let closed = context.calls_nobody_until(promise.queues.home());
        if let Some(until) = draining.or(closed) {
            return context.put_off(id, until);
        }
        let Some(promise) = context.callbacks.turn_to(id, State::Rings(call)) else {
            return;
        };
        let begun = catch_unwind(AssertUnwindSafe(|| Call::back(context, call, id, &promise)));
        match begun {
            Ok(begun) => self.begin(call, begun),
            Err(_) => {
                self.context.placement.forget(call);
                self.release(call, None, false, Vec::new());
            }
        }
    }

    /// A place in line is lost; whose it is knows its call, or the book.
    pub(super) fn place_lost(&mut self, call: CallId, cause: QueueExit) {
        self.context.place_lost(call, cause);
    }

    /// A person takes a callback back.
    pub(super) fn cancel_callback(
        &mut self,
        callback: CallId,
        by: AgentId,
        reason: &str,
    ) -> Result<(), CommandError> {
        let Some(promise) = self.context.callbacks.get(callback) else {
            return Err(CommandError::UnknownCallback(callback));
        };
        if matches!(promise.state, State::OnLine(_)) {
            return Err(LineRefusal::CalledBack.into());
        }
        let reason = one_line("reason", reason, REASON_MAX)?;
        let cause = CallbackFailure::Cancelled;
        self.context
            .callback_failed(callback, cause, Some((by, reason)));
        Ok(())
    }

    /// Who waits to be called back, in order of their scores.
    pub(super) fn callback_reports(&self) -> Vec<CallbackReport> {
        let mut open: Vec<(CallId, &Promise)> = self.context.callbacks.iter().collect();
        open.sort_by_key(|(id, promise)| (promise.since, *id));
        let report = |(id, promise): (CallId, &Promise)| CallbackReport {
            callback: id,
            number: promise.number.clone(),
            called: promise.called.clone(),
            queue: promise.queues.home().clone(),
            state: word(promise.state).to_owned(),
            position: match promise.state {
                State::Waits(call) | State::Rings(call) | State::OnLine(call) => {
                    self.context.acd.position(call)
                }
                State::Asked | State::Pauses(_) => None,
            },
            since: Timestamp::from(promise.since),
            until: Timestamp::from(promise.until),
            attempts: promise.attempts,
            next_at: match promise.state {
                State::Pauses(at) => Some(Timestamp::from(at)),
                State::Asked | State::Waits(_) | State::Rings(_) | State::OnLine(_) => None,
            },
        };
        open.into_iter().map(report).collect()
    }

    /// What the former process had promised stands in line again; a try that it had made counts, and its pause holds (R77).
    pub(super) fn restore_callback(&mut self, restored: RestoredCallback) {
        let RestoredCallback {
            asked,
            attempts,
            tried_at,
        } = restored;
        let context = &mut self.context;
        let keeping = context.keeping(&asked.queue);
        let again = tried_at.map_or(context.now, |at| at.saturating_add(keeping.retry));
        let promise = Promise {
            number: asked.number,
            called: asked.called,
            language: asked.language,
            queues: QueueSet::from(asked.queue),
            since: asked.since.into(),
            priority: asked.priority,
            needs: asked.needs.and_then(|needs| needs.parse().ok()),
            until: asked.until.into(),
            attempts,
            state: State::Pauses(again.max(context.now)),
        };
        if attempts > keeping.retries {
            context.callbacks.put(asked.callback, promise);
            let cause = CallbackFailure::Unanswered;
            return context.callback_failed(asked.callback, cause, None);
        }
        context.callbacks.put(asked.callback, promise);
        context.callbacks_due();
    }
}

const fn word(state: State) -> &'static str {
    match state {
        State::Asked => "asked",
        State::Waits(_) => "waiting",
        State::Rings(_) => "ringing",
        State::OnLine(_) => "on_line",
        State::Pauses(_) => "pausing",
    }
}
