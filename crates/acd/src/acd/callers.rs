//! What happens to waiting callers: they join, are recognised, wait too long, leave.

use core::time::Duration;

use model::fact::{CancelCause, QueueExit};
use model::profile::Familiar;
use model::{CallId, QueueName};

use super::Acd;
use crate::agent::cause;
use crate::output::Output;
use crate::queue::Queue;
use crate::timer::Timer;
use crate::waiting::{Seeking, Waiting};

impl Acd {
    pub(super) fn joined(&mut self, now: Duration, caller: Waiting, familiar: Option<Familiar>) {
        self.join(now, caller, familiar, false);
    }

    /// `back`: a caller who comes back (D31) finds a place in a full line.
    pub(super) fn join(
        &mut self,
        now: Duration,
        mut caller: Waiting,
        familiar: Option<Familiar>,
        back: bool,
    ) {
        let call = caller.call;
        self.withdraw_direct(now, call, CancelCause::QueueLeft);
        self.drop_caller(now, call, CancelCause::QueueLeft);
        let Some(queue) = self.queues.get_mut(&caller.queue) else {
            return self.refuse(caller, QueueExit::Closed);
        };
        if let Some(cause) = refusal(queue, back) {
            return self.refuse(caller, cause);
        }
        caller.seeking = seeking(queue, &caller, familiar);
        queue.line.insert(caller.place());
        if !caller.tried.is_empty() {
            queue.retrying.insert(call);
        }
        queue.file(&caller);
        if let Some(max_wait) = queue.config.max_wait {
            self.timers.set(Timer::MaxWait(call), now + max_wait);
        }
        let name = caller.queue.clone();
        self.waiting.insert(call, caller);
        self.outputs.push_back(Output::JoinedQueue {
            call,
            queue: name,
            position: self.position(call).unwrap_or(u32::MAX),
        });
        self.wake(call);
    }

    fn refuse(&mut self, caller: Waiting, cause: QueueExit) {
        self.outputs.push_back(Output::LeftQueue {
            call: caller.call,
            queue: caller.queue,
            cause,
            waited: Duration::ZERO,
        });
    }

    pub(super) fn identified(&mut self, call: CallId, familiar: Option<Familiar>) {
        let Some(caller) = self.waiting.get(&call) else {
            return;
        };
        let Some(queue) = self.queues.get(&caller.queue) else {
            return;
        };
        let seeking = seeking(queue, caller, familiar);
        if !caller.offers.is_empty() || seeking.familiar() == caller.seeking.familiar() {
            return;
        }
        self.give_up_familiar(call);
        if let Some(caller) = self.waiting.get_mut(&call) {
            caller.seeking = seeking;
            self.refile(call);
        }
    }

    pub(super) fn left(&mut self, now: Duration, call: CallId, cause: QueueExit) {
        self.withdraw_direct(now, call, cancel_cause(cause));
        self.leave(now, call, cause);
    }

    /// A caller leaves without an agent: the phones stop, then the exit is told.
    pub(super) fn leave(&mut self, now: Duration, call: CallId, cause: QueueExit) {
        if let Some(caller) = self.drop_caller(now, call, cancel_cause(cause)) {
            self.outputs.push_back(Output::LeftQueue {
                call,
                waited: caller.waited(now),
                queue: caller.queue,
                cause,
            });
        }
    }

    /// Takes a caller out and stops the phones that ring for him.
    pub(super) fn drop_caller(
        &mut self,
        now: Duration,
        call: CallId,
        cause: CancelCause,
    ) -> Option<Waiting> {
        let caller = self.take_caller(call)?;
        for offer in &caller.offers {
            self.withdraw(now, *offer, cause, cause::CANCELLED);
        }
        Some(caller)
    }

    /// Takes a caller out of his line, with all his timers; the phones ring on.
    pub(super) fn take_caller(&mut self, call: CallId) -> Option<Waiting> {
        self.leave_personal_line(call);
        let caller = self.waiting.remove(&call)?;
        if let Some(queue) = self.queues.get_mut(&caller.queue) {
            queue.strike(&caller);
        }
        self.timers.cancel(&Timer::MaxWait(call));
        self.timers.cancel(&Timer::PassPause(call));
        self.timers.cancel(&Timer::Withheld(call));
        self.fresh.remove(&call);
        Some(caller)
    }

    /// A caller looks for an agent from this turn on.
    pub(super) fn wake(&mut self, call: CallId) {
        if let Some(caller) = self.waiting.get(&call) {
            self.fresh.insert(call);
            self.dirty.insert(caller.queue.clone());
        }
    }

    /// Puts a caller into the lane that fits what he is, and looks at him in this turn.
    pub(super) fn refile(&mut self, call: CallId) {
        if let Some(caller) = self.waiting.get(&call)
            && let Some(queue) = self.queues.get_mut(&caller.queue)
        {
            queue.file(caller);
            self.wake(call);
        }
    }

    /// All who wait in a queue leave it.
    pub(super) fn empty_line(&mut self, now: Duration, name: &QueueName, cause: QueueExit) {
        let Some(queue) = self.queues.get(name) else {
            return;
        };
        for place in queue.line.clone() {
            self.leave(now, place.call, cause);
        }
    }
}

/// Why a queue does not take a caller in, if it does not.
fn refusal(queue: &Queue, back: bool) -> Option<QueueExit> {
    let config = &queue.config;
    let full = |max| usize::try_from(max).is_ok_and(|max| queue.line.len() >= max);
    if !queue.is_staffed() && !config.wait_without_agents {
        Some(QueueExit::NoAgents)
    } else if !back && config.max_waiting.is_some_and(full) {
        Some(QueueExit::Full)
    } else {
        None
    }
}

/// Whom a caller looks for when this is what is known of him (R57, R64). Whom he tried already is not looked for again (R61).
fn seeking(queue: &Queue, caller: &Waiting, familiar: Option<Familiar>) -> Seeking {
    let agent = familiar
        .map(|familiar| familiar.agent)
        .filter(|agent| Some(*agent) != caller.caller_agent && !caller.tried.contains(agent));
    match agent {
        Some(agent) if queue.config.strategy.familiar && caller.keyed => Seeking::Familiar(agent),
        Some(_) | None => Seeking::Anyone,
    }
}

/// What the ringing agents are told of a caller's exit (P0).
const fn cancel_cause(exit: QueueExit) -> CancelCause {
    match exit {
        QueueExit::Abandoned => CancelCause::CallerLeft,
        QueueExit::Failed => CancelCause::Failed,
        QueueExit::Timeout
        | QueueExit::Full
        | QueueExit::NoAgents
        | QueueExit::Closed
        | QueueExit::Key => CancelCause::QueueLeft,
    }
}
