//! What happens to waiting callers: they join, are recognised, wait too long, leave.

use core::time::Duration;

use model::decision::{Attendance, Unserved};
use model::fact::{CancelCause, QueueExit};
use model::{CallId, OfferId, Ties};

use super::Acd;
use crate::agent::cause;
use crate::output::Output;
use crate::queue::Queue;
use crate::timer::Timer;
use crate::waiting::Waiting;

/// How long a caller whom the directory has not told yet is kept from agents who may be strangers to him (R57).
pub const LOOK_UP_MAX: Duration = Duration::from_millis(100);

impl Acd {
    /// `back`: a caller who comes back (D31) finds a place in a full line.
    pub(super) fn join(&mut self, now: Duration, mut caller: Box<Waiting>, ties: Ties, back: bool) {
        let call = caller.call;
        self.withdraw_direct(now, call, CancelCause::QueueLeft);
        self.drop_caller(now, call, CancelCause::QueueLeft);
        // R66: whom he must not meet is nobody to wait for.
        caller.apart.clone_from(&ties.apart);
        if let Err(cause) = self.admission(now, &mut caller, back) {
            return self.refuse(caller, cause);
        }
        self.tie(now, &mut caller, &ties);
        caller.attendance = self.attendance(&caller);
        self.set_deadline(now, &caller);
        self.stand_in_line(now, caller);
    }

    /// Who is let in takes his place, and looks for an agent in this turn.
    pub(super) fn stand_in_line(&mut self, now: Duration, caller: Box<Waiting>) {
        let call = caller.call;
        self.line_up(&caller);
        let queues = caller.queues.clone();
        self.waiting.insert(call, caller);
        for name in queues.iter() {
            self.watch_staffing(now, name);
        }
        self.begin_steps(now, call);
        self.outputs.push_back(Output::JoinedQueue {
            call,
            queues,
            position: self.position(call).unwrap_or(u32::MAX),
        });
        self.wake(call);
    }

    /// R57: a directory answers within milliseconds; were he offered to anybody meanwhile, no number that leads straight
    /// to a queue would ever find its familiar agent.
    pub(super) fn join_unknown(&mut self, now: Duration, mut caller: Box<Waiting>) {
        let call = caller.call;
        let looks = |name| {
            let queue = self.queues.get(name);
            queue.is_some_and(|queue| queue.config.strategy.familiar)
        };
        let awaited = caller.keyed && caller.queues.iter().any(looks);
        caller.awaited = awaited;
        self.join(now, caller, Ties::default(), false);
        if awaited && self.waiting.contains_key(&call) {
            self.timers.set(Timer::LookUp(call), now + LOOK_UP_MAX);
        }
    }

    /// The directory has answered, or has had its time.
    pub(super) fn looked_up(&mut self, call: CallId) {
        self.timers.cancel(&Timer::LookUp(call));
        if let Some(caller) = self.waiting.get_mut(&call).filter(|caller| caller.awaited) {
            caller.awaited = false;
            self.refile(call);
        }
    }

    /// D6, D10: from here on he waits.
    pub(super) fn set_deadline(&mut self, now: Duration, caller: &Waiting) {
        let Some(home) = self.queues.get(caller.home()) else {
            return;
        };
        if let Some(max_wait) = home.config.max_wait {
            self.timers.set(Timer::MaxWait(caller.call), now + max_wait);
            let last_ring = max_wait.saturating_sub(home.config.min_ring);
            self.timers
                .set(Timer::LastRing(caller.call), now + last_ring);
        }
    }

    pub(super) fn refuse(&mut self, mut caller: Box<Waiting>, cause: QueueExit) {
        caller.attendance = self.attendance(&caller);
        self.outputs.push_back(Output::LeftQueue {
            call: caller.call,
            queue: caller.home().clone(),
            cause,
            waited: Duration::ZERO,
            unserved: self.unserved(&caller),
        });
        self.tell_personal_end(&caller, cause);
    }

    fn attendance(&self, caller: &Waiting) -> Attendance {
        let home = self.queues.get(caller.home());
        home.map_or_else(Attendance::default, Queue::attendance)
    }

    /// R19: who was never decided about left for what was true then.
    fn unserved(&self, caller: &Waiting) -> Option<Box<Unserved>> {
        (!caller.offered).then(|| {
            Box::new(Unserved {
                joined: caller.attendance.clone(),
                left: self.attendance(caller),
                awaited: caller.awaited(),
            })
        })
    }

    /// Whom he knows and whom he must not meet is known now (R57, R66).
    pub(super) fn identified(&mut self, now: Duration, call: CallId, ties: &Ties) {
        let Some(caller) = self.waiting.get(&call) else {
            return;
        };
        let mut known = caller.clone();
        self.tie(now, &mut known, ties);
        let is_rung = !known.offers.is_empty();
        let same = known.seeking.whom() == caller.seeking.whom() && known.team == caller.team;
        if !is_rung && !same {
            self.give_up_familiar(call);
        }
        let Some(caller) = self.waiting.get_mut(&call) else {
            return;
        };
        let looks_anew = !is_rung && !same;
        if looks_anew {
            (caller.seeking, caller.team) = (known.seeking, known.team);
        }
        if looks_anew || caller.apart != known.apart {
            caller.apart = known.apart;
            let caller = caller.clone();
            self.note_apart(&caller);
            self.refile(call);
            self.part(now, call);
            for name in caller.queues.iter() {
                self.watch_staffing(now, name);
            }
        }
        self.looked_up(call);
    }

    /// R66: a phone rings already for a caller whom its agent must not meet.
    fn part(&mut self, now: Duration, call: CallId) {
        let Some(caller) = self.waiting.get(&call) else {
            return;
        };
        let with = |id: &OfferId| self.offers.get(id).map(|offer| offer.agent);
        let offers = caller.offers.iter();
        let wrong = offers.filter(|id| with(id).is_some_and(|agent| caller.apart.contains(&agent)));
        for offer in wrong.copied().collect::<Vec<OfferId>>() {
            self.withdraw(now, offer, CancelCause::KeptApart, cause::CANCELLED);
        }
    }

    pub(super) fn left(&mut self, now: Duration, call: CallId, cause: QueueExit) {
        self.withdraw_direct(now, call, cancel_cause(cause));
        self.leave(now, call, cause);
    }

    /// A caller leaves without an agent: the phones stop, then the exit is told.
    pub(super) fn leave(&mut self, now: Duration, call: CallId, cause: QueueExit) {
        let caller = self.waiting.get(&call);
        let unserved = caller.and_then(|caller| self.unserved(caller));
        if let Some(caller) = self.drop_caller(now, call, cancel_cause(cause)) {
            self.note_wait(now, &caller, cause == QueueExit::Abandoned);
            self.outputs.push_back(Output::LeftQueue {
                call,
                waited: caller.waited(now),
                queue: caller.home().clone(),
                cause,
                unserved,
            });
            self.tell_personal_end(&caller, cause);
        }
    }

    /// Takes a caller out and stops the phones that ring for him.
    pub(super) fn drop_caller(
        &mut self,
        now: Duration,
        call: CallId,
        cause: CancelCause,
    ) -> Option<Box<Waiting>> {
        let caller = self.take_caller(now, call)?;
        for offer in &caller.offers {
            self.withdraw(now, *offer, cause, cause::CANCELLED);
        }
        Some(caller)
    }

    /// Takes a caller out of his lines, with all his timers; the phones ring on.
    pub(super) fn take_caller(&mut self, now: Duration, call: CallId) -> Option<Box<Waiting>> {
        self.leave_personal_line(call);
        self.drop_question(now, call);
        let caller = self.waiting.remove(&call)?;
        self.kept_apart.remove(&call);
        for name in caller.queues.iter() {
            if let Some(queue) = self.queues.get_mut(name) {
                queue.strike(&caller);
            }
        }
        self.timers.cancel(&Timer::MaxWait(call));
        self.timers.cancel(&Timer::LastRing(call));
        self.timers.cancel(&Timer::Starving(call));
        self.timers.cancel(&Timer::PassPause(call));
        self.timers.cancel(&Timer::Withheld(call));
        self.timers.cancel(&Timer::LookUp(call));
        self.timers.cancel(&Timer::OneMore(call));
        for name in caller.steps.keys() {
            self.timers.cancel(&Timer::Step(call, name.clone()));
        }
        if !caller.is_here() {
            self.forget_promise(call);
        }
        self.fresh.remove(&call);
        Some(caller)
    }

    /// A caller looks for an agent from this turn on.
    pub(super) fn wake(&mut self, call: CallId) {
        if let Some(caller) = self.waiting.get(&call) {
            self.fresh.insert(call);
            self.dirty.extend(caller.queues.iter());
        }
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
        | QueueExit::Key
        | QueueExit::Withdrawn
        | QueueExit::Moved => CancelCause::QueueLeft,
    }
}
