//! The invariants as a program: what must hold between two inputs, whatever came before.
//!
//! That an agent is in one offer or call at most needs no check: what binds him is one value. Called by tests after each step, and by the engine after it survived a panic.

use std::collections::{BTreeMap, BTreeSet};

use model::decision::ReasonCode;
use model::{AgentId, CallId, OfferId, QueueName};

use super::Acd;
use crate::agent::{Agent, Bound};
use crate::offer::Offer;
use crate::queue::{Lane, Queue};
use crate::timer::Timer;
use crate::waiting::{Holder, Seeking, Waiting};

/// Tells a breach.
fn ensure(holds: bool, breach: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(breach()) }
}

impl Acd {
    pub(super) fn check(&self) -> Result<(), String> {
        ensure(self.fresh.is_empty() && self.dirty.is_empty(), || {
            "a turn left work behind".to_owned()
        })?;
        for (id, agent) in &self.agents {
            self.check_agent(*id, agent)?;
        }
        for (id, offer) in &self.offers {
            self.check_offer(*id, offer)?;
        }
        for caller in self.waiting.values() {
            self.check_caller(caller)?;
        }
        let stand = |call: &CallId| self.waiting.contains_key(call);
        ensure(self.promised.iter().all(stand), || {
            "a promise without a place".to_owned()
        })?;
        for queue in self.queues.values() {
            self.check_queue(queue)?;
        }
        Ok(())
    }

    fn check_agent(&self, id: AgentId, agent: &Agent) -> Result<(), String> {
        ensure(agent.state == agent.derive(), || {
            format!("agent {id}: state {:?} does not follow", agent.state)
        })?;
        ensure(agent.standing == agent.stands(), || {
            format!("agent {id}: his queues were told {:?}", agent.standing)
        })?;
        let held = match &agent.bound {
            Bound::Free | Bound::Talk { .. } | Bound::Consult { .. } => true,
            Bound::Offer { offer, .. } => self.offers.get(offer).is_some_and(|of| of.agent == id),
            Bound::WrapUp { until, .. } => self.timers.at(&Timer::WrapUp(id)) == Some(*until),
        };
        ensure(held, || {
            format!("agent {id}: nothing holds him in {:?}", agent.bound)
        })?;
        ensure(
            agent.offer().is_none() || agent.own_calls.latest().is_none(),
            || format!("agent {id}: is offered a call in a call of his own"),
        )?;
        let backs_off = self.timers.at(&Timer::BackOff(id)).is_some();
        ensure(agent.backs_off == backs_off, || {
            format!("agent {id}: backs off without end")
        })
    }

    fn check_offer(&self, id: OfferId, offer: &Offer) -> Result<(), String> {
        let agent = self.agents.get(&offer.agent);
        ensure(agent.and_then(Agent::offer) == Some(id), || {
            format!("offer {id}: agent {} does not know it", offer.agent)
        })?;
        let limit = match offer.held {
            Some(_) => Timer::Called(offer.call),
            None => Timer::Ring(id),
        };
        ensure(self.timers.at(&limit).is_some(), || {
            format!("offer {id}: rings or is held for ever")
        })?;
        let known = match &offer.queue {
            None => self.directs.get(&offer.call) == Some(&id),
            Some(_) => self
                .waiting
                .get(&offer.call)
                .is_some_and(|caller| caller.offers.contains(&id)),
        };
        ensure(known, || {
            format!("offer {id}: call {} does not know it", offer.call)
        })
    }

    fn check_caller(&self, caller: &Waiting) -> Result<(), String> {
        let call = caller.call;
        for name in caller.queues.iter() {
            self.check_stand(caller, name)?;
            self.check_step(caller, name)?;
        }
        ensure(self.is_kept(caller), || {
            format!("call {call}: nobody is there and nobody counts the time")
        })?;
        ensure(!caller.alone || caller.offers.len() == 1, || {
            format!("call {call}: alone with {} phones", caller.offers.len())
        })?;
        let live = caller.offers.iter().all(|id| self.offers.contains_key(id));
        ensure(live, || format!("call {call}: has a dead offer"))?;
        let pauses = self.timers.at(&Timer::PassPause(call)).is_some();
        ensure(caller.paused == pauses, || {
            format!("call {call}: pauses without end")
        })?;
        let last_ring = self.timers.at(&Timer::LastRing(call)).is_some();
        let deadline = self.timers.at(&Timer::MaxWait(call)).is_some();
        ensure(deadline == (last_ring || caller.too_late), || {
            format!("call {call}: nobody says when it is too late to ring")
        })?;
        let withheld = self.timers.at(&Timer::Withheld(call)).is_some();
        ensure(caller.withheld == withheld, || {
            format!("call {call}: withheld without end")
        })?;
        let awaited = self.timers.at(&Timer::LookUp(call)).is_some();
        ensure(caller.awaited == awaited, || {
            format!("call {call}: awaits the directory without end")
        })?;
        self.check_holder(caller)?;
        let budget = self.timers.at(&Timer::Route(call)).is_some();
        let asked = caller.advice.is_asked();
        ensure(
            asked == budget && (!asked || caller.offers.is_empty()),
            || format!("call {call}: {:?} without end", caller.advice),
        )?;
        self.check_familiar(caller)
    }

    /// D21: a place without anybody on the line is known as one, and somebody looks after it.
    fn check_holder(&self, caller: &Waiting) -> Result<(), String> {
        let call = caller.call;
        let called = self.timers.at(&Timer::Called(call)).is_some();
        let looked_after = match caller.holder {
            Holder::Caller => !called,
            Holder::Promise => {
                !called && caller.offers.is_empty() && self.timers.at(&Timer::DialAhead).is_some()
            }
            Holder::Called => called,
        };
        let known = self.promised.contains(&call) != caller.is_here();
        ensure(looked_after && known, || {
            format!("call {call}: nobody looks after {:?}", caller.holder)
        })
    }

    /// A caller in one of his queues.
    fn check_stand(&self, caller: &Waiting, name: &QueueName) -> Result<(), String> {
        let (call, place) = (caller.call, caller.place());
        let Some(queue) = self.queues.get(name) else {
            return Err(format!("call {call}: queue {name} is gone"));
        };
        let lane = queue.lane(caller);
        ensure(
            queue.line.contains(&place) && queue.lanes.find(place) == lane,
            || format!("call {call}: not in its lane {lane:?} of {name}"),
        )?;
        ensure(
            caller.tried.is_empty() != queue.retrying.contains(&call),
            || format!("call {call}: its tried-set is not listed in {name}"),
        )?;
        // B15: he waits for his turn to be asked about.
        let to_be_asked = lane == Some(Lane::Unasked) && !queue.may_ask();
        let begins = lane.filter(|_| self.may_ring(call, name) && !to_be_asked);
        let spare = begins.and_then(|_| self.weigh(call, name, 1)?.chosen().next());
        ensure(spare.is_none(), || {
            format!("call {call}: waits although {spare:?} of {name} is a candidate")
        })
    }

    /// R69: a step that is not the last has its clock, and somebody who could meet it (R70).
    fn check_step(&self, caller: &Waiting, name: &QueueName) -> Result<(), String> {
        let call = caller.call;
        let steps = self.queues.get(name).map(|queue| queue.config.steps.len());
        let reached = caller.steps.get(name).copied();
        let timed = self.timers.at(&Timer::Step(call, name.clone())).is_some();
        let right = match (steps.unwrap_or(0), reached) {
            (0, reached) => reached.is_none() && !timed,
            (steps, Some(reached)) => reached < steps && timed == (reached + 1 < steps),
            (_, None) => false,
        };
        ensure(right, || {
            format!(
                "call {call}: at step {reached:?} of {steps:?} in {name}, with a clock: {timed}"
            )
        })
    }

    fn check_familiar(&self, caller: &Waiting) -> Result<(), String> {
        let call = caller.call;
        let waits = match caller.seeking {
            Seeking::WaitsFor(agent) => self
                .personal_lines
                .get(&agent)
                .is_some_and(|line| line.contains(&call)),
            Seeking::WaitsForTeam => true,
            Seeking::Familiar(_) | Seeking::Team => {
                !caller.offers.is_empty() || caller.is_kept_back()
            }
            Seeking::Anyone => true,
        };
        let timed = self.timers.at(&Timer::StickyWait(call)).is_some();
        let waits_for = matches!(caller.seeking, Seeking::WaitsFor(_) | Seeking::WaitsForTeam);
        ensure(waits && timed == waits_for, || {
            format!("call {call}: {:?} without end", caller.seeking)
        })
    }

    fn check_queue(&self, queue: &Queue) -> Result<(), String> {
        let name = &queue.config.name;
        let mut tally: BTreeMap<ReasonCode, u32> = BTreeMap::new();
        let mut ready = BTreeSet::new();
        for (id, standing) in queue.standings() {
            let Some(agent) = self.agents.get(&id) else {
                return Err(format!("queue {name}: agent {id} is gone"));
            };
            ensure(agent.standing == standing, || {
                format!("queue {name}: agent {id} stands in it as {standing:?}")
            })?;
            match standing {
                Some(reason) => *tally.entry(reason).or_default() += 1,
                None => {
                    ready.insert(id);
                }
            }
        }
        let listed: BTreeSet<AgentId> = queue.ready.agents().collect();
        ensure(ready == listed && tally == queue.tally, || {
            format!("queue {name}: its ready set or tally is wrong")
        })?;
        let callers = self.waiting.values().map(Box::as_ref);
        let asked = |caller: &&Waiting| caller.advice.is_asked() && caller.home() == name;
        let asked = callers.filter(asked).count();
        ensure(asked == queue.asked, || {
            format!("queue {name}: {} asked about, {asked} are", queue.asked)
        })?;
        let waiting = self.waiting.values();
        let callers = waiting
            .filter(|caller| caller.queues.contains(name))
            .count();
        ensure(callers == queue.line.len(), || {
            format!("queue {name}: {} in line, {callers} wait", queue.line.len())
        })?;
        let waiting = self.waiting.values();
        let uneven =
            waiting.filter(|caller| caller.queues.contains(name) && !caller.came_as_everybody());
        ensure(uneven.count() == queue.uneven, || {
            format!(
                "queue {name}: {} did not come as everybody, or more, or fewer",
                queue.uneven
            )
        })
    }
}
