//! Steps: at first only certain agents come into question, and more as time goes on (R69, R70).
//!
//! The clock of a step runs from joining: misses and new offers do not touch it. Who was a candidate stays one. Where the
//! predicted wait opens steps too, see `prediction.rs`.

use core::time::Duration;

use model::{CallId, QueueName};

use super::Acd;
use crate::queue::Queue;
use crate::timer::Timer;
use crate::waiting::Waiting;

impl Acd {
    /// A caller who has joined comes to the first step of each of his queues.
    pub(super) fn begin_steps(&mut self, now: Duration, call: CallId) {
        let queues = self.waiting.get(&call).map(|caller| caller.queues.clone());
        for name in queues.iter().flat_map(|queues| queues.iter()) {
            self.step_to(now, call, name, 0);
        }
    }

    /// A step is over.
    pub(super) fn next_step(&mut self, now: Duration, call: CallId, name: &QueueName) {
        let caller = self.waiting.get(&call);
        if let Some(reached) = caller.and_then(|caller| caller.steps.get(name).copied()) {
            self.step_to(now, call, name, reached + 1);
            self.refile(call);
        }
    }

    /// R70: somebody signed out, or has other skills: steps that nobody could meet end at once.
    pub(super) fn review_steps(&mut self, now: Duration, name: &QueueName) {
        let Some(queue) = self.queues.get(name) else {
            return;
        };
        if queue.config.steps.is_empty() {
            return;
        }
        let calls: Vec<CallId> = queue.line.iter().map(|place| place.call).collect();
        for call in calls {
            let (Some(caller), Some(queue)) = (self.waiting.get(&call), self.queues.get(name))
            else {
                continue;
            };
            let reached = caller.steps.get(name).copied().unwrap_or(0);
            if lasting(queue, caller, reached) != reached {
                self.step_to(now, call, name, reached);
                self.refile(call);
            }
        }
    }

    /// D30: the steps of a queue have changed: he stands at the step of the same number, whose clock starts anew.
    pub(super) fn keep_step(&mut self, now: Duration, call: CallId, name: &QueueName) {
        let caller = self.waiting.get(&call);
        let reached = caller.and_then(|caller| caller.steps.get(name).copied());
        self.step_to(now, call, name, reached.unwrap_or(0));
    }

    /// Brings a caller to a step, or to the next one that somebody can meet.
    pub(super) fn step_to(&mut self, now: Duration, call: CallId, name: &QueueName, step: usize) {
        let (Some(caller), Some(queue)) = (self.waiting.get_mut(&call), self.queues.get(name))
        else {
            return;
        };
        let timer = Timer::Step(call, name.clone());
        self.timers.cancel(&timer);
        if queue.config.steps.is_empty() {
            caller.steps.remove(name);
            return;
        }
        let reached = lasting(queue, caller, step);
        caller.steps.insert(name.clone(), reached);
        let lasts = queue.config.steps.get(reached).map(|step| step.lasts);
        if let Some(lasts) = lasts.filter(|_| reached + 1 < queue.config.steps.len()) {
            self.timers.set(timer, now.saturating_add(lasts));
            self.look_ahead(now, call, name);
        }
    }
}

/// The first step from here on that takes its time: the last one, or one that somebody signed in can meet (R70).
fn lasting(queue: &Queue, caller: &Waiting, from: usize) -> usize {
    let steps = &queue.config.steps;
    let last = steps.len().saturating_sub(1);
    let meets = |step: &usize| {
        let step = steps.get(*step).map(|step| &step.needs);
        let needs: Vec<_> = caller.needs.iter().chain(step).collect();
        queue.has_staff_for(&needs)
    };
    (from.min(last)..last).find(meets).unwrap_or(last)
}
