//! Strict precedence (D1, D4): the weight of a caller's home queue, then his own priority, lead his place.
//!
//! Opt-in, since whoever comes strictly first can keep others waiting for ever. The order alone is made of it: who has no
//! candidate holds nobody up, so a heavier queue keeps no agent from a lighter one whom it could not use (R73). Who is
//! passed over by precedence alone for too long raises an alarm, once.

use core::time::Duration;
use std::collections::BTreeSet;

use model::{AgentId, CallId};

use super::Acd;
use crate::output::Output;
use crate::timer::Timer;
use crate::waiting::{Place, Waiting};

impl Acd {
    /// Changes what a caller's place is made of: he leaves each of his lines and takes his new place there.
    pub(super) fn replace(&mut self, call: CallId, change: impl FnOnce(&mut Waiting)) {
        let Some(caller) = self.waiting.get_mut(&call) else {
            return;
        };
        for name in caller.queues.iter() {
            if let Some(queue) = self.queues.get_mut(name) {
                queue.strike(caller);
            }
        }
        change(caller);
        for name in caller.queues.iter() {
            if let Some(queue) = self.queues.get_mut(name) {
                queue.line_up(caller);
            }
        }
        self.wake(call);
    }

    /// D2: another priority or head start while he waits.
    pub(super) fn prioritised(
        &mut self,
        call: CallId,
        priority: Option<u8>,
        head_start: Option<Duration>,
    ) {
        self.replace(call, |caller| {
            caller.priority = priority.unwrap_or(caller.priority);
            caller.head_start = head_start.unwrap_or(caller.head_start);
        });
    }

    /// D4: his home queue, or its weight, is another one.
    pub(super) fn weigh_by_home(&mut self, call: CallId) {
        let Some(caller) = self.waiting.get(&call) else {
            return;
        };
        let home = self.queues.get(caller.home());
        let weight = home.map_or(0, |home| home.config.weight);
        if caller.weight != weight {
            self.replace(call, |caller| caller.weight = weight);
        }
    }

    /// D1: an agent has answered a caller. Those who could have had him, by their scores before that caller, were passed over.
    pub(super) fn note_passed_over(&mut self, now: Duration, served: &Waiting, id: AgentId) {
        for call in self.passed_over(&served.place(), id) {
            let Some(caller) = self.waiting.get_mut(&call) else {
                continue;
            };
            caller.passed_over = caller.passed_over.saturating_add(1);
            let home = self.queues.get(caller.home());
            let starving = home.map_or(Duration::MAX, |home| home.config.starving);
            let timer = Timer::Starving(call);
            if !caller.alarmed && self.timers.at(&timer).is_none() {
                let at = caller.joined.saturating_add(starving);
                self.timers.set(timer, at.max(now));
            }
        }
    }

    /// Costs nothing where all are equal: nobody stands behind a served caller with a better score.
    fn passed_over(&self, served: &Place, id: AgentId) -> BTreeSet<CallId> {
        let Some(agent) = self.agents.get(&id) else {
            return BTreeSet::new();
        };
        let mut passed = BTreeSet::new();
        for queue in agent
            .queues
            .iter()
            .filter_map(|one| self.queues.get(&one.queue))
        {
            let lower = queue.line.backwards();
            let lower = lower.take_while(|place| place.precedence > served.precedence);
            for place in lower.filter(|place| place.since < served.since) {
                let caller = self.waiting.get(&place.call);
                let could = caller.is_some_and(|caller| {
                    let anyone = caller
                        .seeking
                        .familiar()
                        .is_none_or(|familiar| familiar == id);
                    let team = self.team_of(caller).is_none_or(|team| team.serves(id));
                    let meets = anyone && team && caller.may_meet(id);
                    let free = meets && caller.is_here() && caller.offers.is_empty();
                    free && queue.needs(caller).are_met(&agent.skills)
                });
                if could {
                    passed.insert(place.call);
                }
            }
        }
        passed
    }

    /// D1: he has waited too long.
    pub(super) fn starves(&mut self, now: Duration, call: CallId) {
        if let Some(caller) = self.waiting.get_mut(&call) {
            caller.alarmed = true;
            self.outputs.push_back(Output::Starving {
                call,
                queue: caller.home().clone(),
                waited: caller.waited(now),
                passed_over: caller.passed_over,
            });
        }
    }
}
