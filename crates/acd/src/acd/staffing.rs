//! Staffing: a queue in which nobody is signed in sends its callers on (D7, D8).
//!
//! What that means, and for whom, is the queue's word ([`Presence`]); by default not ready is staffed: he may be back in a
//! minute. The engine's script decides where the callers go. Who stands in several queues (A12) goes when none of them keeps
//! him. Agents whom a caller must not meet (R66) are nobody to him.

use core::time::Duration;

use model::decision::ReasonCode;
use model::fact::QueueExit;
use model::{AgentId, QueueName};

use super::Acd;
use crate::config::Presence;
use crate::queue::{AWAY, Queue};
use crate::timer::Timer;
use crate::waiting::{Place, Waiting};

/// D8: one agent's signing out and in again does not empty the queue.
const GRACE: Duration = Duration::from_secs(10);
/// D7, D8: what `Soon` means.
const SOON: Duration = Duration::from_secs(300);
const OFFLINE: ReasonCode = ReasonCode::Offline;

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
        let is_watched = match keeps(queue) {
            true => self.is_empty_for_some(queue),
            false => !queue.line.is_empty(),
        };
        if !is_watched {
            self.timers.cancel(&timer);
        } else if self.timers.at(&timer).is_none() {
            let grace = match queue.config.leave_unless {
                Presence::Soon => SOON,
                Presence::Nobody | Presence::SignedIn | Presence::AtWork => GRACE,
            };
            self.timers.set(timer, now + grace);
        }
    }

    /// R66: whether somebody stands in line for whom nobody is there, though others are.
    fn is_empty_for_some(&self, queue: &Queue) -> bool {
        let mut callers = self
            .kept_apart
            .iter()
            .filter_map(|call| self.waiting.get(call));
        callers.any(|caller| {
            let here = caller.is_here() && caller.queues.contains(&queue.config.name);
            here && !self.keeps(queue, caller)
        })
    }

    /// Keeps the list of those who must not meet somebody, so that nobody else pays for looking at them.
    pub(super) fn note_apart(&mut self, caller: &Waiting) {
        match caller.apart.is_empty() {
            true => self.kept_apart.remove(&caller.call),
            false => self.kept_apart.insert(caller.call),
        };
    }

    /// D8: nobody came back within the grace.
    pub(super) fn nobody_came(&mut self, now: Duration, name: &QueueName) {
        let Some(queue) = self.queues.get(name) else {
            return;
        };
        for place in queue.line.iter().copied().collect::<Vec<Place>>() {
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
            let queue = self.queues.get(name);
            queue.is_some_and(|queue| self.keeps(queue, caller)) || in_grace()
        })
    }

    /// D7: whether a caller may begin to wait in a queue as far as its agents go.
    pub(super) fn takes_in(&self, now: Duration, name: &QueueName, caller: &Waiting) -> bool {
        let Some(queue) = self.queues.get(name) else {
            return false;
        };
        match queue.config.join_when {
            Presence::Nobody => true,
            Presence::SignedIn => queue.is_staffed() && self.meets_any(queue, caller, &[OFFLINE]),
            Presence::AtWork => queue.is_at_work() && self.meets_any(queue, caller, &AWAY),
            Presence::Soon => queue
                .members()
                .filter(|id| !caller.apart.contains(id))
                .any(|id| self.free_in(now, id).is_some_and(|left| left <= SOON)),
        }
    }

    /// D8: whether enough are there for this caller to wait on.
    fn keeps(&self, queue: &Queue, caller: &Waiting) -> bool {
        keeps(queue)
            && match queue.config.leave_unless {
                Presence::Nobody => true,
                Presence::SignedIn => self.meets_any(queue, caller, &[OFFLINE]),
                Presence::AtWork | Presence::Soon => self.meets_any(queue, caller, &AWAY),
            }
    }

    /// R66: whether a caller may meet any of a queue's agents who are not away for one of these reasons.
    fn meets_any(&self, queue: &Queue, caller: &Waiting, away: &[ReasonCode]) -> bool {
        let is_there = |id: &AgentId| {
            let standing = self.agents.get(id).map(|agent| agent.standing);
            standing.is_some_and(|reason| !reason.is_some_and(|reason| away.contains(&reason)))
        };
        caller.apart.is_empty()
            || queue
                .members()
                .any(|id| !caller.apart.contains(&id) && is_there(&id))
    }
}

/// D8: whether enough are there for callers to wait on whom nobody is kept from.
fn keeps(queue: &Queue) -> bool {
    match queue.config.leave_unless {
        Presence::Nobody => true,
        Presence::SignedIn => queue.is_staffed(),
        Presence::AtWork | Presence::Soon => queue.is_at_work(),
    }
}
