//! The turn: every decision that the last input allows, in one global order of places (D3).
//!
//! First each caller gets one phone if there is one for him (R18), then ring-all callers get more of what is left (R21).
//! A caller without a candidate holds nobody up (R19). Only queues that something happened to are looked at, and a queue
//! without a ready agent costs nothing, however many wait in it (F5, F10).

use core::time::Duration;
use std::collections::BTreeSet;

use model::{AgentId, CallId, Decision, QueueName};

use super::Acd;
use crate::offer::Offer;
use crate::queue::Lane;
use crate::strategy::Rings;
use crate::timer::Timer;
use crate::waiting::{Place, Seeking};

/// Where the walk stands in one queue's lane.
struct Cursor {
    queue: QueueName,
    after: Option<Place>,
}

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
        let dirty = self.dirty.iter().cloned();
        let mut cursors: Vec<Cursor> = dirty.map(|queue| Cursor { queue, after: None }).collect();
        while let Some(place) = self.next_in_line(&mut cursors, lane) {
            self.decide(now, place.call, lane);
        }
    }

    /// The next caller of all looked-at queues in which an agent is ready.
    fn next_in_line(&self, cursors: &mut [Cursor], lane: Lane) -> Option<Place> {
        let mut first: Option<(Place, &mut Cursor)> = None;
        for cursor in cursors {
            let queue = self.queues.get(&cursor.queue);
            let staffed = queue.filter(|queue| !queue.ready.is_empty());
            let next = staffed.and_then(|queue| queue.lanes.next(lane, cursor.after));
            if let Some(place) = next
                && first.as_ref().is_none_or(|(best, _)| place < *best)
            {
                first = Some((place, cursor));
            }
        }
        let (place, cursor) = first?;
        cursor.after = Some(place);
        Some(place)
    }

    fn decide(&mut self, now: Duration, call: CallId, lane: Lane) {
        let Some(limit) = self.phones(now, call, lane) else {
            return;
        };
        let Some(weighing) = self.weigh(call, limit) else {
            return;
        };
        let chosen: Vec<AgentId> = weighing.chosen().collect();
        if chosen.is_empty() {
            return self.found_nobody(now, call, lane);
        }
        let skipped = weighing.skipped();
        let decision = weighing.record(now);
        self.decisions += 1;
        if let Some(agent) = skipped
            && let Some(queue) = self.queues.get_mut(&decision.queue)
        {
            queue.skipped(agent);
        }
        for agent in chosen {
            self.offer_caller(now, call, agent, &decision);
        }
    }

    /// How many phones may be added for a caller.
    fn phones(&mut self, now: Duration, call: CallId, lane: Lane) -> Option<usize> {
        let caller = self.waiting.get(&call)?;
        let queue = self.queues.get_mut(&caller.queue)?;
        queue.refresh(now, &self.agents);
        let ring_max = queue.config.ring_max.max(1);
        let (rings, ready) = (queue.row(caller.seeking).rings, queue.ready.len());
        match (lane, rings) {
            (Lane::Open, Rings::One) => Some(1),
            (Lane::Extending, Rings::One) => None,
            (Lane::Extending, Rings::All) => ring_max.checked_sub(caller.offers.len()),
            (Lane::Open, Rings::All) => {
                // R18: one phone for each of the callers behind him comes before a second one for him.
                let open = self.dirty.iter().filter_map(|name| self.queues.get(name));
                let others = open.map(|queue| queue.lanes.open()).sum::<usize>() - 1;
                Some(ready.saturating_sub(others).clamp(1, ring_max))
            }
        }
    }

    fn offer_caller(&mut self, now: Duration, call: CallId, id: AgentId, decision: &Decision) {
        // He is no longer anybody's to wait for, should he have been (R59); if this fails, R61 says how it goes on.
        self.leave_personal_line(call);
        let Some(caller) = self.waiting.get(&call) else {
            return;
        };
        let Some(queue) = self.queues.get_mut(&caller.queue) else {
            return;
        };
        if let Some(agent) = self.agents.get(&id) {
            queue.offered(id, agent);
        }
        let offer = Offer {
            call,
            agent: id,
            queue: Some(caller.queue.clone()),
            home: None,
            consult: false,
            ring_timeout: queue.config.ring_timeout,
            rang_at: None,
            shared: false,
        };
        let waited = caller.waited(now);
        let offer = self.make_offer(now, offer, waited, decision.clone());
        if let Some(caller) = self.waiting.get_mut(&call)
            && let Some(queue) = self.queues.get_mut(&caller.queue)
        {
            caller.offers.insert(offer);
            caller.paused = false;
            queue.file(caller);
        }
        self.timers.cancel(&Timer::PassPause(call));
        self.mark_shared(call);
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

    fn found_nobody(&mut self, now: Duration, call: CallId, lane: Lane) {
        let Some(caller) = self.waiting.get(&call) else {
            return;
        };
        let pass_is_through = caller.seeking == Seeking::Anyone && !caller.tried.is_empty();
        if lane == Lane::Open && pass_is_through && !caller.paused {
            self.pause(now, call);
        }
    }

    /// Settles those who began to look in this turn and found nobody: a familiar agent is waited for or given up, a pass
    /// that is through pauses. Tells whether somebody looks on.
    fn settle_fresh(&mut self, now: Duration) -> bool {
        let fresh = core::mem::take(&mut self.fresh);
        let callers = fresh.iter().filter_map(|call| self.waiting.get(call));
        let unserved = callers.filter(|caller| caller.offers.is_empty() && !caller.withheld);
        // R63: in order of their places.
        let places: BTreeSet<Place> = unserved.map(|caller| caller.place()).collect();
        for place in places {
            let call = place.call;
            match self.waiting.get(&call).map(|caller| caller.seeking) {
                Some(Seeking::Familiar(agent)) => self.settle_familiar(now, call, agent),
                Some(Seeking::Anyone) => self.found_nobody(now, call, Lane::Open),
                Some(Seeking::WaitsFor(_)) | None => {}
            }
        }
        !self.fresh.is_empty()
    }
}
