//! The lines in which a caller stands: one for each of his queues, with the same place in all of them (A12).
//!
//! His home queue decides whether he is let in and how long he waits. A queue that closes lets go of him, and he keeps what
//! he has in the others: place, tried-set, deadline.

use core::time::Duration;

use model::fact::{CancelCause, QueueExit};
use model::{CallId, OfferId, QueueName};

use super::Acd;
use crate::agent::cause;
use crate::output::Output;
use crate::queue::Queue;
use crate::timer::Timer;
use crate::waiting::Waiting;

impl Acd {
    /// Leaves out the queues that do not exist or are closed (D28), and tells why the others take him in or not: D7 of all of
    /// them, D5 and the end of its hours of his home queue. `back`: a caller who comes back (D31) finds a place in a full line.
    pub(super) fn admission(
        &self,
        now: Duration,
        caller: &mut Waiting,
        back: bool,
    ) -> Result<(), QueueExit> {
        self.keep_known(caller)?;
        if !back {
            self.keep_open(now, caller)?;
        }
        if !caller
            .queues
            .iter()
            .any(|name| self.takes_in(now, name, caller))
        {
            return Err(QueueExit::NoAgents);
        }
        let home = self.queues.get(caller.home()).ok_or(QueueExit::Closed)?;
        if !back && self.is_full(home) {
            return Err(QueueExit::Full);
        }
        caller.weight = home.config.weight;
        let too_long = |limit| {
            self.outlook(now, caller)
                .is_some_and(|told| told.p80 > limit)
        };
        if !back && home.config.max_estimated_wait.is_some_and(too_long) {
            return Err(QueueExit::Full);
        }
        if !back && self.closes_before(now, caller) {
            return Err(QueueExit::Closed);
        }
        Ok(())
    }

    /// D5: whether as many are on the line as may wait.
    pub(super) fn is_full(&self, queue: &Queue) -> bool {
        let promised = self.promised_in(&queue.config.name);
        let here = queue.line.len().saturating_sub(promised);
        let full = |max| usize::try_from(max).is_ok_and(|max| here >= max);
        queue.config.max_waiting.is_some_and(full)
    }

    /// Leaves out the queues that do not exist.
    pub(super) fn keep_known(&self, caller: &mut Waiting) -> Result<(), QueueExit> {
        let exists = |name: &QueueName| self.queues.contains_key(name);
        if !caller.queues.iter().all(exists) {
            let queues = caller.queues.filtered(exists);
            caller.queues = queues.ok_or(QueueExit::Closed)?;
        }
        Ok(())
    }

    /// A caller takes his place in each of his queues.
    pub(super) fn line_up(&mut self, caller: &Waiting) {
        self.note_apart(caller);
        for name in caller.queues.iter() {
            if let Some(queue) = self.queues.get_mut(name) {
                queue.line_up(caller);
            }
        }
    }

    /// Puts a caller into the lanes that fit what he is.
    pub(super) fn file(&mut self, call: CallId) {
        let Some(caller) = self.waiting.get(&call) else {
            return;
        };
        for name in caller.queues.iter() {
            if let Some(queue) = self.queues.get_mut(name) {
                queue.file(caller);
            }
        }
    }

    /// The same, and looks at him in this turn.
    pub(super) fn refile(&mut self, call: CallId) {
        self.file(call);
        self.wake(call);
    }

    /// D30: a queue closes. Who stands in no other leaves; the others keep their places, and what rings by this queue stops.
    pub(super) fn turn_out(&mut self, now: Duration, call: CallId, name: &QueueName) {
        if self.home(call) == Some(name) {
            self.forget_route(now, call);
        }
        let Some(caller) = self.waiting.get_mut(&call) else {
            return;
        };
        let Some(rest) = caller.queues.filtered(|one| one != name) else {
            return self.leave(now, call, QueueExit::Closed);
        };
        caller.queues = rest.clone();
        caller.steps.remove(name);
        self.timers.cancel(&Timer::Step(call, name.clone()));
        if let Some(queue) = self.queues.get_mut(name) {
            queue.strike(caller);
        }
        let looks_on = self
            .waiting
            .get(&call)
            .is_none_or(|caller| self.looks_on(caller));
        if !looks_on {
            self.give_up_familiar(call);
        }
        for offer in self.offers_by(call, name) {
            self.withdraw(now, offer, CancelCause::QueueLeft, cause::CANCELLED);
        }
        for name in rest.iter() {
            self.watch_staffing(now, name);
        }
        self.weigh_by_home(call);
        self.outputs.push_back(Output::QueueDropped {
            call,
            dropped: name.clone(),
            queues: rest,
        });
        self.refile(call);
    }

    /// The offers that ring for a caller by one of his queues.
    pub(super) fn offers_by(&self, call: CallId, name: &QueueName) -> Vec<OfferId> {
        let by = |id: &OfferId| {
            let offer = self.offers.get(id);
            offer.is_some_and(|offer| offer.queue.as_ref() == Some(name))
        };
        let caller = self.waiting.get(&call);
        caller.map_or_else(Vec::new, |caller| {
            caller.offers.iter().copied().filter(by).collect()
        })
    }
}
