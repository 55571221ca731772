//! The life of an offer: made, ringing; then refused, failed, missed or withdrawn, if it is not answered (`talk.rs`).
//!
//! Whatever ends it frees the agent and gives the caller back to his lane; the turn that follows makes the next offer.

use core::time::Duration;

use model::fact::CancelCause;
use model::{AgentId, Decision, NotReadyReason, OfferId, QueueName};

use super::Acd;
use crate::agent::ring_log::RingEnd;
use crate::agent::{Bound, Requested, cause};
use crate::config::QueueConfig;
use crate::offer::Offer;
use crate::output::{DirectEnd, OfferEnd, Output};
use crate::timer::Timer;

/// Answers that say "not me, not now" rather than "I cannot be reached" (RFC 3261 §21.4.24, §21.6.1, §21.6.2).
const REFUSALS: [u16; 3] = [486, 600, 603];

impl Acd {
    /// Reserves an agent and has his phone rung.
    pub(super) fn make_offer(
        &mut self,
        now: Duration,
        offer: Offer,
        waited: Duration,
        decision: Box<Decision>,
    ) -> OfferId {
        let id = self.reserve(now, &offer);
        let agent = offer.agent;
        self.timers.set(Timer::Ring(id), now + offer.ring_timeout);
        self.outputs.push_back(Output::Offer {
            offer: id,
            call: offer.call,
            agent,
            queue: offer.queue.clone(),
            ring_timeout: offer.ring_timeout,
            waited,
            decision,
        });
        self.offers.insert(id, offer);
        self.publish(now, agent, cause::OFFER);
        id
    }

    /// Binds an agent to an offer that is about to be made.
    fn reserve(&mut self, now: Duration, offer: &Offer) -> OfferId {
        let id = OfferId::new(self.ids.next(now));
        if let Some(agent) = self.agents.get_mut(&offer.agent) {
            agent.bound = Bound::Offer {
                offer: id,
                call: offer.call,
                ringing: false,
            };
        }
        id
    }

    /// R77: an agent is held for somebody who is being called back; nobody is told of the offer until his phone rings.
    pub(super) fn hold(
        &mut self,
        now: Duration,
        mut offer: Offer,
        decision: Box<Decision>,
    ) -> OfferId {
        let id = self.reserve(now, &offer);
        let agent = offer.agent;
        offer.held = Some(decision);
        self.offers.insert(id, offer);
        self.publish(now, agent, cause::OFFER);
        id
    }

    /// Rings the phone of an agent who was held.
    pub(super) fn ring_held(&mut self, now: Duration, id: OfferId) {
        let Some(offer) = self.offers.get_mut(&id) else {
            return;
        };
        let Some(decision) = offer.held.take() else {
            return;
        };
        self.timers.set(Timer::Ring(id), now + offer.ring_timeout);
        self.outputs.push_back(Output::Offer {
            offer: id,
            call: offer.call,
            agent: offer.agent,
            queue: offer.queue.clone(),
            ring_timeout: offer.ring_timeout,
            waited: Duration::ZERO,
            decision,
        });
    }

    pub(super) fn ringing(&mut self, now: Duration, id: OfferId) {
        let Some(offer) = self.offers.get_mut(&id) else {
            return;
        };
        if offer.rang_at.is_some() {
            return;
        }
        offer.rang_at = Some(now);
        let (agent, end) = (offer.agent, now + offer.ring_timeout);
        self.timers.set(Timer::Ring(id), end);
        if let Some(agent) = self.agents.get_mut(&agent)
            && let Bound::Offer { ringing, .. } = &mut agent.bound
        {
            *ringing = true;
            agent.streaks.rang();
        }
        self.publish(now, agent, cause::RINGING);
    }

    pub(super) fn declined(&mut self, now: Duration, id: OfferId) {
        let Some(offer) = self.end_offer(id) else {
            return;
        };
        self.ended.remember(now, id, &offer);
        self.note_ring(now, &offer, false);
        let rule = self.setting(&offer, |config| (config.reject_delay, config.back_off_max));
        let (delay, ceiling) = rule.unwrap_or_default();
        if let Some(agent) = self.agents.get_mut(&offer.agent) {
            agent.rings.end(now, RingEnd::Unanswered);
            let delay = agent.streaks.declined(delay, ceiling);
            self.back_off(now, offer.agent, delay);
        }
        self.publish(now, offer.agent, cause::DECLINED);
        self.release(id, &offer, Some(DirectEnd::Declined));
    }

    pub(super) fn failed(&mut self, now: Duration, id: OfferId, status: u16) {
        if REFUSALS.contains(&status) {
            return self.declined(now, id);
        }
        if let Some(offer) = self.end_offer(id) {
            self.ended.remember(now, id, &offer);
            self.device_fault(now, id, &offer);
        }
    }

    /// R7: no fault of the agent; the second in a row takes him out.
    fn device_fault(&mut self, now: Duration, id: OfferId, offer: &Offer) {
        // Without a pause, a queue full of callers would count one hiccup of his phone twice.
        let rule = self.setting(offer, |config| (config.pass_pause, config.back_off_max));
        let (delay, ceiling) = rule.unwrap_or_default();
        if let Some(agent) = self.agents.get_mut(&offer.agent) {
            match agent.streaks.unreachable(delay, ceiling) {
                Some(delay) => self.back_off(now, offer.agent, delay),
                None => agent.wish = Requested::NotReady(NotReadyReason::Device),
            }
        }
        self.publish(now, offer.agent, cause::DEVICE);
        self.alarm_if_last(offer.agent);
        self.release(id, offer, Some(DirectEnd::Unreachable));
    }

    /// The time for ringing is over.
    pub(super) fn rang_out(&mut self, now: Duration, id: OfferId) {
        let Some(offer) = self.end_offer(id) else {
            return;
        };
        self.ended.remember(now, id, &offer);
        let end = match offer.rang_at {
            Some(_) => OfferEnd::Missed,
            None => OfferEnd::NoContact,
        };
        self.tell_withdrawn(id, &offer, end);
        if end == OfferEnd::NoContact {
            return self.device_fault(now, id, &offer);
        }
        self.note_ring(now, &offer, false);
        self.charge_miss(now, &offer);
        self.publish(now, offer.agent, cause::MISSED);
        self.alarm_if_last(offer.agent);
        self.release(id, &offer, Some(DirectEnd::NoAnswer));
    }

    /// R8, and R24: where several rang, nobody is charged. A call that named him is nobody's queue and charges nothing.
    fn charge_miss(&mut self, now: Duration, offer: &Offer) {
        let limit = self.setting(offer, |config| config.no_answer_limit);
        let Some(agent) = self.agents.get_mut(&offer.agent) else {
            return;
        };
        agent.rings.end(now, RingEnd::Unanswered);
        if let Some(limit) = limit.filter(|_| !offer.shared)
            && agent.streaks.missed(limit)
        {
            agent.wish = Requested::NotReady(NotReadyReason::NoAnswer);
        }
    }

    /// C7: after him nobody of a queue takes calls, and nobody said so: that is told.
    fn alarm_if_last(&mut self, id: AgentId) {
        let Some(agent) = self.agents.get(&id) else {
            return;
        };
        let Requested::NotReady(reason @ (NotReadyReason::NoAnswer | NotReadyReason::Device)) =
            &agent.wish
        else {
            return;
        };
        let names = agent.queues.iter().map(|membership| &membership.queue);
        let lost = names.filter(|name| {
            let queue = self.queues.get(*name);
            queue.is_some_and(|queue| !queue.is_at_work())
        });
        let queues: Vec<QueueName> = lost.cloned().collect();
        if !queues.is_empty() {
            self.outputs.push_back(Output::LastPaused {
                agent: id,
                reason: reason.clone(),
                queues,
            });
        }
    }

    /// We could not ring him: no device's fault (R7), nobody's chance (R9), nothing to stop.
    pub(super) fn withheld(&mut self, now: Duration, id: OfferId) {
        let Some(offer) = self.end_offer(id) else {
            return;
        };
        self.ended.remember(now, id, &offer);
        self.publish(now, offer.agent, cause::WITHHELD);
        if offer.queue.is_some() {
            self.withhold(now, offer.call);
            self.release(id, &offer, None);
        } else {
            self.end_direct(&offer, Some(DirectEnd::Unreachable));
        }
    }

    /// Takes an offer back: the agent is where he was, his idle clock untouched (R10, R22).
    pub(super) fn withdraw(
        &mut self,
        now: Duration,
        id: OfferId,
        why: CancelCause,
        cause: &'static str,
    ) {
        let Some(offer) = self.end_offer(id) else {
            return;
        };
        self.ended.remember(now, id, &offer);
        self.tell_withdrawn(id, &offer, OfferEnd::Cancelled(why));
        self.publish(now, offer.agent, cause);
        let named = offer.queue.is_none() && why == CancelCause::AgentNotReady;
        let end = named.then(|| self.cannot_be_had(offer.agent).unwrap_or(DirectEnd::Busy));
        self.release(id, &offer, end);
    }

    fn tell_withdrawn(&mut self, offer: OfferId, of: &Offer, end: OfferEnd) {
        if of.held.is_some() {
            return;
        }
        self.outputs.push_back(Output::Withdraw {
            offer,
            call: of.call,
            agent: of.agent,
            end,
        });
    }

    /// Takes an offer out of the books and frees the agent, without telling anybody yet.
    pub(super) fn end_offer(&mut self, id: OfferId) -> Option<Offer> {
        let offer = self.offers.remove(&id)?;
        self.timers.cancel(&Timer::Ring(id));
        // D27: a queue at its limit may begin with another caller, though its agent does not serve it (D25) or no more.
        self.dirty.extend(&offer.queue);
        if let Some(agent) = self.agents.get_mut(&offer.agent) {
            agent.bound = Bound::Free;
        }
        if offer.queue.is_none() {
            self.directs.remove(&offer.call);
        }
        Some(offer)
    }

    /// Gives the caller back. `tried`: the agent had his chance and is in T(c) from here on; what a named call is told.
    fn release(&mut self, id: OfferId, offer: &Offer, tried: Option<DirectEnd>) {
        if offer.queue.is_none() {
            return self.end_direct(offer, tried);
        }
        let Some(caller) = self.waiting.get_mut(&offer.call) else {
            return;
        };
        if !caller.offers.remove(&id) {
            return;
        }
        caller.claims.remove(&id);
        caller.alone &= !caller.offers.is_empty();
        if let Some(end) = tried {
            caller.tried.insert(offer.agent);
            if caller.seeking.familiar() == Some(offer.agent) {
                caller.end_personal(end);
            }
            // R56: who refuses is replaced at once; who lets it ring has had his time.
            caller.one_more |= tried != Some(DirectEnd::NoAnswer);
            for name in caller.queues.iter() {
                if let Some(queue) = self.queues.get_mut(name) {
                    queue.retrying.insert(offer.call);
                }
            }
        }
        self.refile(offer.call);
    }

    fn end_direct(&mut self, offer: &Offer, end: Option<DirectEnd>) {
        if let Some(end) = end {
            self.outputs.push_back(Output::DirectEnded {
                call: offer.call,
                agent: offer.agent,
                end,
            });
        }
    }

    /// A setting of the queue that made an offer.
    fn setting<T>(&self, offer: &Offer, of: impl Fn(&QueueConfig) -> T) -> Option<T> {
        let queue = self.queues.get(offer.queue.as_ref()?)?;
        Some(of(&queue.config))
    }
}
