//! Staffing: a queue in which nobody is signed in sends its callers on (D7, D8).
//!
//! What that means, and for whom, is the queue's word ([`Presence`]); by default not ready is staffed: he may be back in a minute. The engine's script decides where the callers go. Who stands in
//! several queues (A12) goes when none of them keeps him.

use core::time::Duration;

use model::QueueName;
use model::fact::QueueExit;

use super::Acd;
use crate::config::Presence;
use crate::queue::Queue;
use crate::timer::Timer;
use crate::waiting::Waiting;

/// D8: one agent's signing out and in again does not empty the queue.
const GRACE: Duration = Duration::from_secs(10);
/// D7, D8: what `Soon` means.
const SOON: Duration = Duration::from_secs(300);

impl Acd {
    /// Somebody of a queue signed in or out, came or went, or learnt something.
    pub(super) fn staff_changed(&mut self, now: Duration, name: &QueueName) {
        self.watch_staffing(now, name);
        self.review_steps(now, name);
    }

    /// D8: keeps the timer of a queue in which callers wait and not enough are there.
    pub(super) fn watch_staffing(&mut self, now: Duration, name: &QueueName) {
        let Some(queue) = self.queues.get(name) else {
            return;
        };
        let timer = Timer::NoAgents(name.clone());
        if keeps(queue) || queue.line.is_empty() {
            self.timers.cancel(&timer);
        } else if self.timers.at(&timer).is_none() {
            let grace = match queue.config.leave_unless {
                Presence::Soon => SOON,
                Presence::Nobody | Presence::SignedIn | Presence::AtWork => GRACE,
            };
            self.timers.set(timer, now + grace);
        }
    }

    /// D8: nobody came back within the grace.
    pub(super) fn nobody_came(&mut self, now: Duration, name: &QueueName) {
        let Some(queue) = self.queues.get(name) else {
            return;
        };
        for place in queue.line.clone() {
            let caller = self.waiting.get(&place.call);
            if caller.is_some_and(|caller| !self.is_kept(caller)) {
                self.leave(now, place.call, QueueExit::NoAgents);
            }
        }
    }

    /// Whether one of a caller's queues lets him wait: enough are there or may still come back, or none need be.
    pub(super) fn is_kept(&self, caller: &Waiting) -> bool {
        // D21: who is not on the line can wait until somebody comes back.
        if !caller.is_here() {
            return true;
        }
        caller.queues.iter().any(|name| {
            let in_grace = || self.timers.at(&Timer::NoAgents(name.clone())).is_some();
            self.queues.get(name).is_some_and(keeps) || in_grace()
        })
    }

    /// D7: whether a caller may begin to wait in a queue as far as its agents go.
    pub(super) fn takes_in(&self, now: Duration, name: &QueueName) -> bool {
        let Some(queue) = self.queues.get(name) else {
            return false;
        };
        match queue.config.join_when {
            Presence::Nobody => true,
            Presence::SignedIn => queue.is_staffed(),
            Presence::AtWork => queue.is_at_work(),
            Presence::Soon => queue
                .members()
                .any(|id| self.free_in(now, id).is_some_and(|left| left <= SOON)),
        }
    }
}

/// D8: whether enough are there for callers to wait on.
fn keeps(queue: &Queue) -> bool {
    match queue.config.leave_unless {
        Presence::Nobody => true,
        Presence::SignedIn => queue.is_staffed(),
        Presence::AtWork | Presence::Soon => queue.is_at_work(),
    }
}
