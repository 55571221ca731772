//! The external decision (B15): whom to ask about a caller, what to make of the answer, and what if there is none.
//!
//! A queue asks when one of its callers could be offered to somebody: the answer is about the agents who are ready then. While
//! he is asked about, a caller is offered to nobody and holds nobody up; no more questions are out than
//! agents are ready. The named come in the answer's order, as far as they are candidates; after them, and without an answer
//! within the budget, the fall-back strategy decides for the rest of the pass. Every question ends: by its answer, by its
//! budget, or because nobody waits for it any more.

use core::time::Duration;
use std::collections::BTreeSet;

use model::decision::RouteOutcome;
use model::{AgentId, CallId, QueueName};

use super::Acd;
use crate::external::{Advice, Asked, NAMED_IN_ANSWER_MAX, RouteAnswer, RouteId, Settled};
use crate::output::Output;
use crate::queue::Lane;
use crate::timer::Timer;

/// A question that was open.
struct Question {
    id: RouteId,
    queue: QueueName,
    at: Duration,
}

impl Acd {
    /// How many answers came when nobody waited for them any more.
    pub const fn late_routes(&self) -> u64 {
        self.late_routes
    }

    /// Whom the answer named is not to be had: the fall-back decides.
    pub(super) fn fall_back(&mut self, call: CallId, name: &QueueName) {
        let caller = self.waiting.get(&call);
        if let Some(Advice::Named { told, .. }) = caller.map(|caller| &caller.advice)
            && self.candidates(call, name, 1).is_empty()
        {
            let told = *told;
            self.advise(call, Advice::Without(told));
        }
    }

    fn candidates(&self, call: CallId, name: &QueueName, most: usize) -> Vec<AgentId> {
        let weighing = self.weigh(call, name, most);
        weighing.map_or_else(Vec::new, |weighing| weighing.chosen().collect())
    }

    /// Asks about a caller whom somebody could have, or leaves him to the fall-back while the breaker is open.
    pub(super) fn ask_about(&mut self, now: Duration, call: CallId, name: &QueueName) {
        if !self.may_ring(call, name) {
            return;
        }
        let Some(queue) = self.queues.get_mut(name) else {
            return;
        };
        if !queue.may_ask() {
            return;
        }
        queue.refresh(now, &self.agents);
        let (budget, lets) = (queue.config.external.budget, queue.breaker.lets(now));
        let candidates = self.candidates(call, name, NAMED_IN_ANSWER_MAX);
        if candidates.is_empty() {
            return;
        }
        if !lets {
            let settled = Settled::bare(name.clone(), RouteOutcome::Resting, Duration::ZERO);
            self.settle(call, settled);
            return self.decide(now, call, name, Lane::Open);
        }
        self.routes += 1;
        let id = RouteId(self.routes);
        if let Some(queue) = self.queues.get_mut(name) {
            queue.asked += 1;
            queue.breaker.asked(id);
        }
        self.timers.set(Timer::Route(call), now + budget);
        self.advise(call, Advice::Asked { id, at: now });
        let caller = self.waiting.get(&call);
        let asked = Asked {
            id,
            queue: name.clone(),
            candidates,
            waited: caller.map_or(Duration::ZERO, |caller| caller.waited(now)),
            position: self.position(call).unwrap_or(0),
            budget,
        };
        self.outputs.push_back(Output::RouteAsked { call, asked });
    }

    /// An answer. Late ones are counted and change nothing.
    pub(super) fn route_answered(
        &mut self,
        now: Duration,
        call: CallId,
        id: RouteId,
        answer: RouteAnswer,
    ) {
        let Some(question) = self.close_question(call, Some(id)) else {
            self.late_routes += 1;
            return;
        };
        let settled = |outcome| {
            Settled::bare(
                question.queue.clone(),
                outcome,
                now.saturating_sub(question.at),
            )
        };
        let settled = match answer {
            RouteAnswer::Named {
                agents,
                unknown,
                priority,
            } => Settled {
                agents,
                unknown,
                priority,
                ..settled(RouteOutcome::Named)
            },
            RouteAnswer::LeftToUs => settled(RouteOutcome::LeftToUs),
            RouteAnswer::Failed(cause) => Settled {
                cause: Some(cause),
                ..settled(RouteOutcome::Failed)
            },
        };
        self.judge(now, &settled);
        self.prioritised(call, settled.priority, None);
        let settled = self.of_the_queue(settled);
        self.settle(call, settled);
        self.refile(call);
    }

    /// The budget is over.
    pub(super) fn route_timed_out(&mut self, now: Duration, call: CallId) {
        let Some(question) = self.close_question(call, None) else {
            return;
        };
        let took = now.saturating_sub(question.at);
        let settled = Settled::bare(question.queue, RouteOutcome::TimedOut, took);
        self.judge(now, &settled);
        self.settle(call, settled);
        self.refile(call);
    }

    /// The breaker learns how it went.
    fn judge(&mut self, now: Duration, settled: &Settled) {
        let Some(queue) = self.queues.get_mut(&settled.queue) else {
            return;
        };
        match settled.told.outcome {
            RouteOutcome::Named | RouteOutcome::LeftToUs => queue.breaker.answered(),
            RouteOutcome::TimedOut | RouteOutcome::Failed => {
                queue.breaker.failed(now, &queue.config.external);
            }
            RouteOutcome::Resting => {}
        }
    }

    /// Who was named, each once and within bounds; who serves another queue stands apart.
    fn of_the_queue(&self, mut settled: Settled) -> Settled {
        let mut named = BTreeSet::new();
        settled.agents.retain(|id| named.insert(*id));
        settled.agents.truncate(NAMED_IN_ANSWER_MAX);
        let queue = self.queues.get(&settled.queue);
        let serves = |id: &AgentId| queue.is_some_and(|queue| queue.serves(*id));
        (settled.agents, settled.elsewhere) = settled.agents.into_iter().partition(serves);
        settled
    }

    /// Nobody waits for an answer any more: he leaves, or somebody rings for him by another way.
    pub(super) fn drop_question(&mut self, now: Duration, call: CallId) {
        let Some(question) = self.close_question(call, None) else {
            return;
        };
        if let Some(queue) = self.queues.get_mut(&question.queue) {
            queue.breaker.forgotten(now, question.id);
        }
        self.advise(call, Advice::Unasked);
    }

    /// His home queue closes, or asks nobody any more: neither a question nor an answer holds.
    pub(super) fn forget_route(&mut self, now: Duration, call: CallId) {
        self.drop_question(now, call);
        self.advise(call, Advice::Unasked);
    }

    /// The next agent who could have him is worth another question.
    pub(super) fn renew_route(&mut self, call: CallId) {
        let caller = self.waiting.get(&call);
        if caller.is_some_and(|caller| !caller.advice.is_asked()) {
            self.advise(call, Advice::Unasked);
        }
    }

    /// Takes a question out of the books. `id`: only that one.
    fn close_question(&mut self, call: CallId, id: Option<RouteId>) -> Option<Question> {
        let caller = self.waiting.get(&call)?;
        let Advice::Asked { id: open, at } = caller.advice else {
            return None;
        };
        if id.is_some_and(|id| id != open) {
            return None;
        }
        let queue = caller.home().clone();
        self.timers.cancel(&Timer::Route(call));
        if let Some(queue) = self.queues.get_mut(&queue) {
            queue.asked = queue.asked.saturating_sub(1);
        }
        // Others of the queue may be asked about.
        self.dirty.insert(&queue);
        Some(Question {
            id: open,
            queue,
            at,
        })
    }

    fn settle(&mut self, call: CallId, settled: Settled) {
        let told = settled.told;
        let advice = match told.outcome {
            RouteOutcome::Named => Advice::Named {
                agents: settled.agents.clone(),
                told,
            },
            RouteOutcome::LeftToUs
            | RouteOutcome::TimedOut
            | RouteOutcome::Failed
            | RouteOutcome::Resting => Advice::Without(told),
        };
        self.outputs
            .push_back(Output::RouteSettled { call, settled });
        self.advise(call, advice);
    }

    fn advise(&mut self, call: CallId, advice: Advice) {
        if let Some(caller) = self.waiting.get_mut(&call)
            && caller.advice != advice
        {
            caller.advice = advice;
            self.file(call);
        }
    }
}
