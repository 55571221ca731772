//! A pass over the agents for one caller, and the pause between two passes (R9).
//!
//! T(c), the tried-set, grows with each agent who had his chance, through whichever of the caller's queues. When all
//! candidates of all of them are in it the caller pauses, for as long as his home queue says; his place in line stays, and
//! whoever becomes a candidate meanwhile is offered at once.

use core::time::Duration;
use std::collections::BTreeSet;

use model::{AgentId, CallId};

use super::Acd;
use crate::timer::Timer;

/// A queue without `pass_pause` must not make us try without pause what we cannot do.
const WITHHELD_MIN: Duration = Duration::from_secs(1);

impl Acd {
    /// R9: every candidate has been tried, so a pause comes before the next pass.
    pub(super) fn pause(&mut self, now: Duration, call: CallId) {
        let Some(caller) = self.waiting.get_mut(&call) else {
            return;
        };
        let queue = self.queues.get(caller.home());
        let length = queue.map_or(Duration::ZERO, |queue| queue.config.pass_pause);
        caller.paused = true;
        self.timers.set(Timer::PassPause(call), now + length);
    }

    /// A shortage of ours: one attempt for a caller, then a pause, else we would try again and again in one turn.
    pub(super) fn withhold(&mut self, now: Duration, call: CallId) {
        let Some(caller) = self.waiting.get_mut(&call) else {
            return;
        };
        let queue = self.queues.get(caller.home());
        let length = queue.map_or(Duration::ZERO, |queue| queue.config.pass_pause);
        caller.withheld = true;
        let at = now + length.max(WITHHELD_MIN);
        self.timers.set(Timer::Withheld(call), at);
    }

    /// D10: his deadline is so near that another phone would be cut off. Those that ring go on.
    pub(super) fn last_ring(&mut self, call: CallId) {
        if let Some(caller) = self.waiting.get_mut(&call) {
            caller.too_late = true;
            self.file(call);
        }
    }

    /// The pause after a shortage of ours is over.
    pub(super) fn allow(&mut self, call: CallId) {
        if let Some(caller) = self.waiting.get_mut(&call) {
            caller.withheld = false;
            self.refile(call);
        }
    }

    /// R9: T(c) is emptied.
    pub(super) fn next_pass(&mut self, call: CallId) {
        self.timers.cancel(&Timer::PassPause(call));
        let Some(caller) = self.waiting.get_mut(&call) else {
            return;
        };
        caller.tried.clear();
        caller.paused = false;
        for name in caller.queues.iter() {
            if let Some(queue) = self.queues.get_mut(name) {
                queue.retrying.remove(&call);
            }
        }
        self.renew_route(call);
        self.refile(call);
    }

    /// R9: an agent who became ready ends the pause of those who have tried him already; for others he is a candidate.
    pub(super) fn end_pauses(&mut self, id: AgentId) {
        let Some(agent) = self.agents.get(&id) else {
            return;
        };
        let queues = agent.queues.iter();
        let queues = queues.filter_map(|one| self.queues.get(&one.queue));
        let retrying = queues.flat_map(|queue| queue.retrying.iter().copied());
        let tried_him = retrying.filter(|call| {
            let caller = self.waiting.get(call);
            caller.is_some_and(|caller| caller.offers.is_empty() && caller.tried.contains(&id))
        });
        // A caller of several queues is listed in each of them.
        for call in tried_him.collect::<BTreeSet<_>>() {
            self.next_pass(call);
        }
    }
}
