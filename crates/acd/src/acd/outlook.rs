//! What a caller may expect: who may serve him, how far they are, and who comes before him (D16).
//!
//! Callers of other queues who come before him count by how much of their queue's staff is his too. It changes nothing, and
//! its cost is bounded: of many agents a part is asked.

use core::time::Duration;
use std::collections::BTreeMap;

use model::{AgentId, CallId, QueueName};

use super::Acd;
use crate::agent::{Agent, Bound};
use crate::estimate::{AGENTS_MAX, Estimate, Outlook, Pace};
use crate::queue::Queue;
use crate::timer::Timer;
use crate::waiting::Waiting;

impl Acd {
    /// How long a waiting caller will wait from now on; `None` when too little is known to say (D16).
    pub fn estimate(&self, now: Duration, call: CallId) -> Option<Estimate> {
        self.outlook(now, self.waiting.get(&call)?)
    }

    /// D16: a caller's wait is over, by an agent or not.
    pub(super) fn note_wait(&mut self, now: Duration, caller: &Waiting, gave_up: bool) {
        if !caller.is_here() {
            return;
        }
        if let Some(home) = self.queues.get_mut(caller.home()) {
            home.history.waited(caller.waited(now), gave_up);
        }
    }

    /// The same of somebody who may not stand in line yet.
    pub(super) fn outlook(&self, now: Duration, caller: &Waiting) -> Option<Estimate> {
        let home = self.queues.get(caller.home())?;
        let (agents, each) = self.sample(caller);
        let paces = agents.iter().map(|(id, agent)| self.pace(now, *id, agent));
        let paces: Vec<Pace> = paces.collect();
        let outlook = Outlook {
            agents: &paces,
            each,
            ahead: self.ahead(caller, &agents, each),
            wrap_up: home.config.wrap_up,
            history: &home.history,
        };
        outlook.estimate()
    }

    /// Those at work who may serve a caller as he stands now, or every second, third … of them; and how many each stands for.
    pub(super) fn sample(&self, caller: &Waiting) -> (Vec<(AgentId, &Agent)>, f64) {
        let queues = caller.queues.iter();
        let queues: Vec<&Queue> = queues.filter_map(|name| self.queues.get(name)).collect();
        let members: usize = queues.iter().map(|queue| queue.size()).sum();
        let stride = members.div_ceil(AGENTS_MAX).max(1);
        let mut agents = Vec::new();
        for (at, queue) in queues.into_iter().enumerate() {
            // Who serves several of the caller's queues is one agent.
            let first = |agent: &Agent| {
                let mut before = caller.queues.iter().take(at);
                !before.any(|name| agent.membership(name).is_some())
            };
            let asked = queue.members().step_by(stride);
            let asked = asked.filter_map(|id| Some((id, self.agents.get(&id)?)));
            let needs = queue.needs(caller);
            agents.extend(asked.filter_map(|(id, agent)| {
                let serves = first(agent) && needs.are_met(&agent.skills);
                // R66: whom he must not meet is as good as not there.
                let meets = !caller.apart.contains(&id) && Some(id) != caller.caller_agent;
                let comes = serves && meets && !self.will_not_be_free(id);
                comes.then_some((id, agent))
            }));
        }
        (agents, f64::from(u32::try_from(stride).unwrap_or(u32::MAX)))
    }

    /// A phone that rings is as good as free: the one for whom it rings still stands in line.
    pub(super) fn pace(&self, now: Duration, id: AgentId, agent: &Agent) -> Pace {
        match (&agent.bound, agent.own_calls.since()) {
            (Bound::Talk { since, .. } | Bound::Consult { since, .. }, _) => {
                Pace::Talks(now.saturating_sub(*since))
            }
            (Bound::WrapUp { .. }, _) => {
                let ends = self.timers.at(&Timer::WrapUp(id));
                Pace::FreeIn(ends.map_or(Duration::ZERO, |at| at.saturating_sub(now)))
            }
            (Bound::Free | Bound::Offer { .. }, Some(since)) => {
                Pace::Talks(now.saturating_sub(since))
            }
            (Bound::Free | Bound::Offer { .. }, None) => Pace::FreeIn(Duration::ZERO),
        }
    }

    /// How many come before a caller for these agents.
    pub(super) fn ahead(&self, caller: &Waiting, agents: &[(AgentId, &Agent)], each: f64) -> f64 {
        let mut shared: BTreeMap<&QueueName, f64> = BTreeMap::new();
        for (_, agent) in agents {
            for membership in &agent.queues {
                *shared.entry(&membership.queue).or_default() += each;
            }
        }
        let place = caller.place();
        let before = shared.into_iter().filter_map(|(name, shared)| {
            let queue = self.queues.get(name)?;
            let ahead = u32::try_from(queue.line.range(..place).count()).ok()?;
            let staff = u32::try_from(queue.size()).ok()?;
            let share = match caller.queues.contains(name) {
                true => 1.0,
                false => (shared / f64::from(staff)).min(1.0),
            };
            Some(f64::from(ahead) * share)
        });
        before.sum()
    }
}
