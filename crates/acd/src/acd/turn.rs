//! The turn: every decision that the last input allows, in one global order of places (D3).
//!
//! First each caller gets one phone if there is one for him (R18), then ring-all callers get more of what is left (R21).
//! Who stands in several queues is offered through the first of them that has somebody for him, the home queue before the
//! others (A12). A caller without a candidate holds nobody up (R19). Only queues that something happened to are looked at,
//! and a queue without a ready agent costs nothing, however many wait in it (F5, F10).

use core::time::Duration;
use std::collections::BTreeSet;

use model::{AgentId, CallId, Decision, QueueName};

use super::Acd;
use crate::offer::Offer;
use crate::queue::Lane;
use crate::strategy::Rings;
use crate::timer::Timer;
use crate::waiting::{Holder, Place, Seeking};

impl Acd {
    pub(super) fn turn(&mut self, now: Duration) {
        loop {
            self.serve(now, Lane::Open);
            self.serve(now, Lane::Extending);
            if !self.settle_fresh(now) {
                break;
            }
        }
        self.dirty.clear();
    }

    fn serve(&mut self, now: Duration, lane: Lane) {
        // Mostly there is nobody to serve: the names are copied once somebody is.
        let mut next = self.next_in_line(self.dirty.names(), lane, None);
        if next.is_none() {
            return;
        }
        let looked_at = self.dirty.names().to_vec();
        while let Some(place) = next {
            self.serve_caller(now, place, lane);
            next = self.next_in_line(&looked_at, lane, Some(place));
        }
    }

    /// The next caller of all looked-at queues in which an agent is ready. In a walk ready agents and callers in a lane only become
    /// fewer, so nobody appears behind it.
    fn next_in_line(
        &self,
        looked_at: &[QueueName],
        lane: Lane,
        after: Option<Place>,
    ) -> Option<Place> {
        let queues = looked_at.iter().filter_map(|name| self.queues.get(name));
        let staffed = queues.filter(|queue| !queue.ready.is_empty());
        // D27: at its limit a queue begins with nobody; more phones for those whom it rings for already are another matter.
        let staffed = staffed
            .filter(|queue| lane == Lane::Extending || !self.is_at_limit(&queue.config.name));
        staffed.filter_map(|queue| queue.next(lane, after)).min()
    }

    fn serve_caller(&mut self, now: Duration, place: Place, lane: Lane) {
        let call = place.call;
        let Some(queues) = self.waiting.get(&call).map(|caller| caller.queues.clone()) else {
            return;
        };
        for name in queues.iter() {
            let queue = self.queues.get(name);
            let found = queue.and_then(|queue| queue.lanes.find(place));
            if found == Some(lane) {
                self.decide(now, call, name, lane);
            } else if (found, lane) == (Some(Lane::Unasked), Lane::Open) {
                self.ask_about(now, call, name);
            }
        }
        if lane == Lane::Open {
            self.found_nobody(now, call);
        }
    }

    pub(super) fn decide(&mut self, now: Duration, call: CallId, name: &QueueName, lane: Lane) {
        self.fall_back(call, name);
        let Some(limit) = self.phones(now, call, name, lane) else {
            return;
        };
        let Some(weighing) = self.weigh(call, name, limit) else {
            return;
        };
        let chosen: Vec<AgentId> = weighing.chosen().collect();
        if chosen.is_empty() {
            return;
        }
        let skipped = weighing.skipped();
        let decision = Box::new(weighing.record(now));
        self.decisions += 1;
        if let Some(agent) = skipped
            && let Some(queue) = self.queues.get_mut(name)
        {
            queue.skipped(agent);
        }
        let records = core::iter::repeat_n(decision, chosen.len());
        for (agent, decision) in chosen.into_iter().zip(records) {
            self.offer_caller(now, call, name, agent, decision);
        }
    }

    /// How many phones one of a caller's queues may add for him.
    fn phones(
        &mut self,
        now: Duration,
        call: CallId,
        name: &QueueName,
        lane: Lane,
    ) -> Option<usize> {
        if !self.may_ring(call, name) {
            return None;
        }
        let caller = self.waiting.get(&call)?;
        let queue = self.queues.get_mut(name)?;
        queue.refresh(now, &self.agents);
        if !caller.is_here() {
            // R77: one agent is held for him, however many would ring.
            return (lane == Lane::Open).then_some(1);
        }
        let ring_max = queue.config.ring_max.max(1);
        let (rings, ready) = (queue.row(caller).rings, queue.ready.len());
        match (lane, rings) {
            (Lane::Open, Rings::One | Rings::OneByOne) => Some(1),
            (Lane::Unasked, _) | (Lane::Extending, Rings::One) => None,
            (Lane::Extending, Rings::OneByOne) => Some(1),
            (Lane::Extending, Rings::All) => ring_max.checked_sub(caller.offers.len()),
            (Lane::Open, Rings::All) => {
                // R18: one phone for each of the callers behind him comes before a second one for him.
                // Who stands in several queues counts in each: what that holds back is added in the second round.
                let open = self.dirty.names().iter();
                let open = open.filter_map(|name| self.queues.get(name));
                let all = open.map(|queue| queue.lanes.open()).sum::<usize>();
                let dirty = |name: &&QueueName| self.dirty.contains(name);
                let others = all.saturating_sub(caller.queues.iter().filter(dirty).count());
                Some(ready.saturating_sub(others).clamp(1, ring_max))
            }
        }
    }

    fn offer_caller(
        &mut self,
        now: Duration,
        call: CallId,
        name: &QueueName,
        id: AgentId,
        decision: Box<Decision>,
    ) {
        // He is no longer anybody's to wait for, should he have been (R59); if this fails, R61 says how it goes on.
        self.leave_personal_line(call);
        let (Some(caller), Some(queue)) = (self.waiting.get(&call), self.queues.get_mut(name))
        else {
            return;
        };
        if let Some(agent) = self.agents.get(&id) {
            queue.offered(id, agent);
        }
        let rings = queue.row(caller).rings;
        let next_ring =
            (rings == Rings::OneByOne && caller.is_here()).then_some(now + queue.config.ring_delay);
        let offer = Offer {
            call,
            agent: id,
            queue: Some(name.clone()),
            home: None,
            consult: false,
            ring_timeout: caller
                .personal
                .map_or(queue.config.ring_timeout, |wait| wait.ring_timeout),
            rang_at: None,
            shared: false,
            held: None,
        };
        let (waited, holder) = (caller.waited(now), caller.holder);
        let held = holder != Holder::Caller;
        let offer = match held {
            true => self.hold(now, offer, decision),
            false => self.make_offer(now, offer, waited, decision),
        };
        if let Some(caller) = self.waiting.get_mut(&call) {
            caller.offers.insert(offer);
            caller.offered = true;
            caller.alone = held || rings == Rings::One;
            caller.one_more = false;
            caller.paused = false;
        }
        self.file(call);
        self.timers.cancel(&Timer::PassPause(call));
        match next_ring {
            Some(at) => self.timers.set(Timer::OneMore(call), at),
            None => self.timers.cancel(&Timer::OneMore(call)),
        }
        self.mark_shared(call);
        if holder == Holder::Promise {
            self.call_back(now, call);
        }
    }

    /// R24: phones that ring together are not charged.
    fn mark_shared(&mut self, call: CallId) {
        let Some(caller) = self.waiting.get(&call) else {
            return;
        };
        if caller.offers.len() > 1 {
            for id in &caller.offers {
                if let Some(offer) = self.offers.get_mut(id) {
                    offer.shared = true;
                }
            }
        }
    }

    /// R9: who has no phone after all his queues were asked has come to the end of a pass.
    fn found_nobody(&mut self, now: Duration, call: CallId) {
        let Some(caller) = self.waiting.get(&call) else {
            return;
        };
        let pass_is_through = caller.seeking == Seeking::Anyone && !caller.tried.is_empty();
        // B15: nobody has looked for him yet.
        if !caller.offers.is_empty() || caller.advice.is_asked() {
            return;
        }
        if pass_is_through && !caller.paused {
            self.pause(now, call);
        } else if !pass_is_through {
            self.renew_route(call);
        }
    }

    /// Settles those who began to look in this turn and found nobody: a familiar agent is waited for or given up, a pass
    /// that is through pauses. Tells whether somebody looks on.
    fn settle_fresh(&mut self, now: Duration) -> bool {
        if self.fresh.is_empty() {
            return false;
        }
        let fresh = core::mem::take(&mut self.fresh);
        let callers = fresh.iter().filter_map(|call| self.waiting.get(call));
        let unserved = callers.filter(|caller| caller.offers.is_empty() && !caller.is_kept_back());
        // R63: in order of their places.
        let places: BTreeSet<Place> = unserved.map(|caller| caller.place()).collect();
        for place in places {
            let call = place.call;
            let caller = self.waiting.get(&call);
            let named = caller.filter(|caller| caller.personal.is_some());
            if let Some(agent) = named.and_then(|caller| caller.seeking.familiar()) {
                self.settle_personal(now, call, agent);
                continue;
            }
            match caller.map(|caller| caller.seeking) {
                Some(Seeking::Familiar(agent)) => self.settle_familiar(now, call, agent),
                Some(Seeking::Team) => self.settle_team(now, call),
                Some(Seeking::Anyone) => self.found_nobody(now, call),
                Some(Seeking::WaitsFor(_) | Seeking::WaitsForTeam) | None => {}
            }
        }
        !self.fresh.is_empty()
    }
}
