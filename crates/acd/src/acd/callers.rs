//! What happens to waiting callers: they join, are recognised, wait too long, leave.

use core::time::Duration;

use model::fact::{CancelCause, QueueExit};
use model::profile::Familiar;
use model::{AgentId, CallId, QueueName};

use super::Acd;
use crate::agent::cause;
use crate::output::Output;
use crate::queue::Queue;
use crate::timer::Timer;
use crate::waiting::{Seeking, Waiting};

/// D8: one agent's signing out and in again does not empty the queue.
const STAFFING_GRACE: Duration = Duration::from_secs(10);

impl Acd {
    pub(super) fn joined(
        &mut self,
        now: Duration,
        mut caller: Waiting,
        familiar: Option<Familiar>,
    ) {
        let call = caller.call;
        self.withdraw_direct(now, call, CancelCause::QueueLeft);
        self.drop_caller(now, call, CancelCause::QueueLeft);
        let Some(queue) = self.queues.get_mut(&caller.queue) else {
            return self.refuse(caller, QueueExit::Closed);
        };
        if let Some(cause) = refusal(queue) {
            return self.refuse(caller, cause);
        }
        caller.seeking = seeking(queue, &caller, familiar);
        queue.line.insert(caller.place());
        queue.file(&caller);
        if let Some(max_wait) = queue.config.max_wait {
            self.timers.set(Timer::MaxWait(call), now + max_wait);
        }
        self.waiting.insert(call, caller);
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

    /// R9: every candidate has been tried, so a pause comes before the next pass.
    pub(super) fn pause(&mut self, now: Duration, call: CallId) {
        let Some(caller) = self.waiting.get_mut(&call) else {
            return;
        };
        let queue = self.queues.get(&caller.queue);
        let length = queue.map_or(Duration::ZERO, |queue| queue.config.pass_pause);
        caller.paused = true;
        self.timers.set(Timer::PassPause(call), now + length);
    }

    /// R9: T(c) is emptied.
    pub(super) fn next_pass(&mut self, call: CallId) {
        self.timers.cancel(&Timer::PassPause(call));
        let Some(caller) = self.waiting.get_mut(&call) else {
            return;
        };
        caller.tried.clear();
        caller.paused = false;
        if let Some(queue) = self.queues.get_mut(&caller.queue) {
            queue.retrying.remove(&call);
        }
        self.refile(call);
    }

    /// R9: an agent who became ready ends the pause of those who have tried him already; for others he is a candidate.
    pub(super) fn end_pauses(&mut self, id: AgentId) {
        let Some(agent) = self.agents.get(&id) else {
            return;
        };
        let queues = agent.queues.iter().filter_map(|name| self.queues.get(name));
        let retrying = queues.flat_map(|queue| queue.retrying.iter().copied());
        let tried_him = retrying.filter(|call| {
            let caller = self.waiting.get(call);
            caller.is_some_and(|caller| caller.offers.is_empty() && caller.tried.contains(&id))
        });
        for call in tried_him.collect::<Vec<_>>() {
            self.next_pass(call);
        }
    }

    /// D8: keeps the timer of a queue in which callers wait and nobody is signed in.
    pub(super) fn watch_staffing(&mut self, now: Duration, name: &QueueName) {
        let Some(queue) = self.queues.get(name) else {
            return;
        };
        let timer = Timer::NoAgents(name.clone());
        if queue.is_staffed() || queue.config.wait_without_agents || queue.line.is_empty() {
            self.timers.cancel(&timer);
        } else if self.timers.at(&timer).is_none() {
            self.timers.set(timer, now + STAFFING_GRACE);
        }
    }

    /// D8: nobody came back within the grace.
    pub(super) fn nobody_came(&mut self, now: Duration, name: &QueueName) {
        self.empty_line(now, name, QueueExit::NoAgents);
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
fn refusal(queue: &Queue) -> Option<QueueExit> {
    let config = &queue.config;
    let full = |max| usize::try_from(max).is_ok_and(|max| queue.line.len() >= max);
    if !queue.is_staffed() && !config.wait_without_agents {
        Some(QueueExit::NoAgents)
    } else if config.max_waiting.is_some_and(full) {
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
