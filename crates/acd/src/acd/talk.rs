//! A call between caller and agent: the answer that begins it, the end, and what the end leaves behind.
//!
//! The first answer wins; counters are written once, when the agent's part is over (R13).

use core::time::Duration;

use model::fact::{CancelCause, QueueExit};
use model::{AgentId, CallId, OfferId};

use super::Acd;
use crate::agent::ring_log::RingEnd;
use crate::agent::{Bound, cause};
use crate::offer::Offer;
use crate::output::Output;
use crate::timer::Timer;

/// An answer is sure or gone sooner (R23); an offer that nobody speaks of any more ends after it.
const CLAIM_MAX: Duration = Duration::from_secs(1);

impl Acd {
    /// R23: neither his time to answer nor the caller's time to wait may end while it is seen whether the answer holds.
    pub(super) fn picked_up(&mut self, now: Duration, id: OfferId) {
        let Some(offer) = self.offers.get(&id) else {
            return;
        };
        let (call, sure_by) = (offer.call, now + CLAIM_MAX);
        self.timers.set(Timer::Ring(id), sure_by);
        if let Some(caller) = self
            .waiting
            .get_mut(&call)
            .filter(|it| it.offers.contains(&id))
        {
            caller.claims.insert(id);
            if self
                .timers
                .at(&Timer::MaxWait(call))
                .is_some_and(|at| at < sure_by)
            {
                self.timers.set(Timer::MaxWait(call), sure_by);
            }
            self.file(call);
        }
    }

    pub(super) fn answered(&mut self, now: Duration, id: OfferId) {
        let Some(offer) = self.end_offer(id) else {
            return self.too_late(id);
        };
        let queue = offer.queue.clone();
        let caller = queue
            .as_ref()
            .and_then(|_| self.take_caller(now, offer.call));
        if let Some(served) = &caller {
            self.note_passed_over(now, served, offer.agent);
            self.note_wait(now, served, false);
            self.note_ring(now, &offer, true);
        }
        self.bind_talk(now, &offer);
        self.outputs.push_back(Output::Connect {
            offer: id,
            call: offer.call,
            agent: offer.agent,
            queue,
            waited: caller
                .as_ref()
                .map_or(Duration::ZERO, |caller| caller.waited(now)),
            rang: offer
                .rang_at
                .map_or(Duration::ZERO, |at| now.saturating_sub(at)),
        });
        self.publish(now, offer.agent, cause::ANSWER);
        // R22: the others stop only after the claim.
        for other in caller.map(|caller| caller.offers).unwrap_or_default() {
            self.withdraw(now, other, CancelCause::AnsweredElsewhere, cause::CANCELLED);
        }
    }

    fn bind_talk(&mut self, now: Duration, offer: &Offer) {
        if let Some(agent) = self.agents.get_mut(&offer.agent) {
            let (call, since) = (offer.call, now);
            agent.bound = if offer.consult {
                Bound::Consult { call, since }
            } else {
                let queue = offer.queue.clone().or_else(|| offer.home.clone());
                Bound::Talk { call, queue, since }
            };
            agent.unfiled = None;
            agent.streaks.answered();
            agent.rings.end(now, RingEnd::Answered);
        }
        let queue = offer
            .queue
            .as_ref()
            .and_then(|name| self.queues.get_mut(name));
        if let Some(queue) = queue {
            queue.connected(now, offer.agent);
        }
    }

    /// R11, R22: the answer crossed the withdrawal.
    fn too_late(&mut self, id: OfferId) {
        if let Some(ended) = self.ended.take(id) {
            self.outputs.push_back(Output::TooLate {
                offer: id,
                call: ended.call,
                agent: ended.agent,
            });
        }
    }

    pub(super) fn call_ended(&mut self, now: Duration, call: CallId, id: AgentId) {
        let Some(agent) = self.agents.get_mut(&id) else {
            return;
        };
        if matches!(agent.bound, Bound::Consult { call: consult, .. } if consult == call) {
            return self.consult_ended(now, id);
        }
        let Bound::Talk {
            call: talk,
            queue,
            since,
        } = &agent.bound
        else {
            return;
        };
        if *talk != call {
            return;
        }
        let (queue, talked) = (queue.clone(), now.saturating_sub(*since));
        let after = self.after_call(queue.as_ref());
        let counted = talked >= after.min_handled;
        // D27: the queue may begin with another of its callers.
        self.dirty.extend(&queue);
        if let Some(name) = &queue {
            self.note_talk(now, name, id, talked);
        }
        if let Some(agent) = self.agents.get_mut(&id) {
            if counted {
                // R13: a shorter call counts for nothing.
                agent.calls.record(now, talked);
                agent.idle.restart(now);
            }
            if agent.removed {
                return self.forget_agent(now, id);
            }
        }
        self.begin_wrap_up(now, id, call, counted, &after);
        self.publish(now, id, cause::CALL_ENDED);
    }

    /// R15: only agents talked. Nothing is counted, nothing is to be filed, and his idle clock ran on.
    fn consult_ended(&mut self, now: Duration, id: AgentId) {
        if let Some(agent) = self.agents.get_mut(&id) {
            if agent.removed {
                return self.forget_agent(now, id);
            }
            agent.bound = Bound::Free;
        }
        self.publish(now, id, cause::CALL_ENDED);
    }

    /// S3: nobody keeps this call any more, so nothing may wait for its end.
    pub(super) fn call_gone(&mut self, now: Duration, call: CallId) {
        self.left(now, call, QueueExit::Failed);
        for id in self.agents.keys().copied().collect::<Vec<AgentId>>() {
            self.call_ended(now, call, id);
            self.phone_free(now, id, Some(call));
        }
    }
}
