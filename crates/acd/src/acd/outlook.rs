//! What a caller may expect: who may serve him, how far they are, and who comes before him (D16).
//!
//! It changes nothing, and its cost is bounded: of many agents a few are asked whom they may serve, and none what he does.

use core::time::Duration;
use std::collections::BTreeMap;

use model::decision::ReasonCode;
use model::{AgentId, CallId, QueueName};

use super::Acd;
use crate::agent::{Agent, Bound};
use crate::estimate::{AGENTS_MAX, Agents, Estimate, History, Outlook, Pace, Working};
use crate::offer::Offer;
use crate::queue::{AWAY, Queue};
use crate::waiting::Waiting;

/// Of more agents than are asked one by one, so many say for all whom they may serve.
const SPOKESMEN: usize = 16;

/// Of so many agents at most it is asked how long they talk, while little else is known.
const UNDER_WAY_MAX: usize = 64;

/// Agents who may serve a caller, or a part of them.
pub(super) struct Staff<'a> {
    pub(super) agents: Vec<(AgentId, &'a Agent)>,
    /// How many of those who were asked are at work.
    at_work: usize,
    /// How many agents each of those who were asked stands for.
    pub(super) each: f64,
}

impl Acd {
    /// How long a waiting caller will wait from now on; `None` when too little is known to say (D16).
    pub fn estimate(&self, now: Duration, call: CallId) -> Option<Estimate> {
        self.outlook(now, self.waiting.get(&call)?)
    }

    /// D16: a caller's wait is over, by an agent or not.
    pub(super) fn note_wait(&mut self, now: Duration, caller: &Waiting, gave_up: bool) {
        // B12: how long one agent let somebody wait tells nothing of the queue.
        if !caller.is_here() || caller.personal.is_some() {
            return;
        }
        if let Some(home) = self.queues.get_mut(caller.home()) {
            home.history.waited(caller.waited(now), gave_up);
        }
    }

    /// D16: a phone rings no more, answered or not; one alone, for what several do together takes nobody's time.
    pub(super) fn note_ring(&mut self, now: Duration, offer: &Offer, answered: bool) {
        let queue = offer
            .queue
            .as_ref()
            .and_then(|name| self.queues.get_mut(name));
        if let (Some(queue), Some(since)) = (queue, offer.rang_at)
            && (answered || !offer.shared)
        {
            queue.history.rang(now.saturating_sub(since), answered);
        }
    }

    /// D16: an agent's call is over. The first of a day are the short ones, so it counts, too, how long others have been under way.
    pub(super) fn note_talk(
        &mut self,
        now: Duration,
        name: &QueueName,
        id: AgentId,
        lasted: Duration,
    ) {
        let Some(queue) = self.queues.get_mut(name) else {
            return;
        };
        queue.history.talked(lasted);
        if !queue.history.is_young() {
            return;
        }
        let stride = queue.size().div_ceil(UNDER_WAY_MAX).max(1);
        let asked = queue.roster().iter().step_by(stride);
        let asked = asked.filter(|other| **other != id);
        let bound = asked.filter_map(|other| Some(&self.agents.get(other)?.bound));
        let so_far = bound.filter_map(|bound| match bound {
            Bound::Talk { queue, since, .. } if queue.as_ref() == Some(name) => {
                Some(now.saturating_sub(*since))
            }
            Bound::Talk { .. }
            | Bound::Free
            | Bound::Offer { .. }
            | Bound::Consult { .. }
            | Bound::WrapUp { .. } => None,
        });
        let so_far: Vec<Duration> = so_far.collect();
        queue.history.are_under_way(&so_far, small(stride));
    }

    /// The same of somebody who may not stand in line yet.
    pub(super) fn outlook(&self, now: Duration, caller: &Waiting) -> Option<Estimate> {
        let home = self.queues.get(caller.home())?;
        if !caller.offers.is_empty() {
            return Some(Estimate::NOW);
        }
        // B12, R59: he waits for one agent, whose time is not known; that another is ready does not help him.
        if caller.waits_for_one() {
            return None;
        }
        if !home.history.is_known() {
            return None;
        }
        if self.is_turn_of(caller) {
            return Some(Estimate::NOW);
        }
        let staff = self.staff(caller, AGENTS_MAX, SPOKESMEN);
        let ahead = self.ahead(caller, &staff);
        let history = &home.history;
        let outlook = |agents, ahead| Outlook {
            agents,
            ahead,
            history,
        };
        if staff.each > 1.0 {
            return outlook(self.many(caller, &staff), ahead).estimate();
        }
        let agents = staff.agents.iter();
        let agents = agents.map(|(_, agent)| self.working(now, agent, history));
        let agents: Vec<Working<'_>> = agents.collect();
        let rung = self.rung_alone(caller, &staff);
        outlook(Agents::Each(&agents), (ahead - rung).max(0.0)).estimate()
    }

    /// Whether somebody is ready for a caller and none comes before him with that agent; asked before any list is made.
    fn is_turn_of(&self, caller: &Waiting) -> bool {
        let place = caller.place();
        let is_first = |queue: &Queue| queue.line.rank(&place) == 0;
        let queues = || {
            let names = caller.queues.iter();
            names.filter_map(|name| self.queues.get(name))
        };
        let serves_him_first = |agent: &Agent| {
            let queues = agent.queues.iter();
            let mut queues = queues.filter_map(|one| self.queues.get(&one.queue));
            queues.all(is_first)
        };
        let is_ready = |queue: &Queue| {
            let needs = queue.needs(caller);
            let ready = queue.ready.agents().take(SPOKESMEN);
            let mut ready = ready.filter_map(|id| Some((id, self.agents.get(&id)?)));
            ready.any(|(id, agent)| {
                meets(caller, id) && needs.are_met(&agent.skills) && serves_him_first(agent)
            })
        };
        queues().all(is_first) && queues().any(is_ready)
    }

    /// Those at work who may serve a caller as he stands now; of more than `all` members of his queues, `most` or so.
    pub(super) fn staff(&self, caller: &Waiting, all: usize, most: usize) -> Staff<'_> {
        let queues = caller.queues.iter();
        let queues: Vec<&Queue> = queues.filter_map(|name| self.queues.get(name)).collect();
        let members: usize = queues.iter().map(|queue| queue.size()).sum();
        let stride = match members > all {
            true => members.div_ceil(most),
            false => 1,
        };
        let mut agents = Vec::with_capacity(members.div_ceil(stride));
        let mut at_work = 0;
        for (at, queue) in queues.into_iter().enumerate() {
            // Who serves several of the caller's queues is one agent.
            let first = |agent: &Agent| {
                let mut before = caller.queues.iter().take(at);
                !before.any(|name| agent.membership(name).is_some())
            };
            let asked = queue.roster().iter().step_by(stride);
            let asked = asked.filter_map(|id| Some((*id, self.agents.get(id)?)));
            let needs = queue.needs(caller);
            agents.extend(asked.filter(|(id, agent)| {
                let comes = agent.will_be_free();
                at_work += usize::from(comes);
                comes && meets(caller, *id) && first(agent) && needs.are_met(&agent.skills)
            }));
        }
        let each = f64::from(u32::try_from(stride).unwrap_or(u32::MAX));
        Staff {
            agents,
            at_work,
            each,
        }
    }

    /// The same of many agents: how many of all who are at work, as many a share as of those who were asked.
    fn many(&self, caller: &Waiting, staff: &Staff<'_>) -> Agents<'static> {
        let queues = caller.queues.iter();
        let queues = queues.filter_map(|name| self.queues.get(name));
        let (mut at_work, mut free) = (0.0, 0.0);
        for queue in queues {
            let away: u32 = AWAY
                .iter()
                .filter_map(|reason| queue.tally.get(reason))
                .sum();
            let rung = queue.tally.get(&ReasonCode::Reserved).copied();
            at_work += (small(queue.size()) - f64::from(away)).max(0.0);
            free += small(queue.ready.len()) + f64::from(rung.unwrap_or(0));
        }
        let share = small(staff.agents.len()) / small(staff.at_work).max(1.0);
        Agents::Many {
            free: free * share,
            busy: (at_work - free).max(0.0) * share,
        }
    }

    fn working<'a>(&'a self, now: Duration, agent: &Agent, home: &'a History) -> Working<'a> {
        let queue = match &agent.bound {
            Bound::Talk { queue, .. } | Bound::WrapUp { queue, .. } => queue.as_ref(),
            Bound::Free | Bound::Offer { .. } | Bound::Consult { .. } => None,
        };
        let history = queue.and_then(|name| self.queues.get(name));
        let history = history.map(|queue| &queue.history);
        Working {
            pace: self.pace(now, agent),
            history: history.filter(|it| it.is_known()).unwrap_or(home),
        }
    }

    pub(super) fn pace(&self, now: Duration, agent: &Agent) -> Pace {
        match (&agent.bound, agent.own_calls.since()) {
            (Bound::Talk { since, .. } | Bound::Consult { since, .. }, _) => {
                Pace::Talks(now.saturating_sub(*since))
            }
            (Bound::WrapUp { since, until, .. }, _) => {
                Pace::Files(now.saturating_sub(*since), until.saturating_sub(now))
            }
            (Bound::Free | Bound::Offer { .. }, Some(since)) => {
                Pace::Talks(now.saturating_sub(since))
            }
            (Bound::Offer { call, .. }, None) if self.is_rung_alone(*call) => Pace::Rings,
            (Bound::Free | Bound::Offer { .. }, None) => Pace::Free,
        }
    }

    /// Whether one phone rings for a caller; of those of a group that rings together all but one will be free again.
    fn is_rung_alone(&self, call: CallId) -> bool {
        let caller = self.waiting.get(&call);
        caller.is_none_or(|caller| caller.offers.len() == 1)
    }

    /// How many of these agents are rung, each alone, for somebody who stands before a caller.
    fn rung_alone(&self, caller: &Waiting, staff: &Staff<'_>) -> f64 {
        let place = caller.place();
        let rung = staff.agents.iter().filter(|(_, agent)| {
            let Bound::Offer { call, .. } = &agent.bound else {
                return false;
            };
            let other = self.waiting.get(call);
            other.is_some_and(|other| other.offers.len() == 1 && other.place() < place)
        });
        small(rung.count())
    }

    /// How many come before a caller for these agents.
    ///
    /// Callers of another queue count by how much of its staff is his too; and no more of them than these agents take from that
    /// queue until his turn, the others of his agents being his queue's alone.
    pub(super) fn ahead(&self, caller: &Waiting, staff: &Staff<'_>) -> f64 {
        let place = caller.place();
        let rank = |queue: &Queue| small(queue.line.rank(&place));
        let own = caller
            .queues
            .iter()
            .filter_map(|name| self.queues.get(name));
        let own: f64 = own.map(rank).sum();
        let mut shared: BTreeMap<&QueueName, f64> = BTreeMap::new();
        for (_, agent) in &staff.agents {
            let others = agent.queues.iter().map(|membership| &membership.queue);
            for name in others.filter(|name| !caller.queues.contains(name)) {
                *shared.entry(name).or_default() += 1.0;
            }
        }
        let all = small(staff.agents.len());
        let others = shared.into_iter().filter_map(|(name, shared)| {
            let queue = self.queues.get(name)?;
            let theirs = (shared * staff.each / small(queue.size()).max(1.0)).min(1.0);
            let most = (own + 1.0) * shared / (all - shared).max(1e-9);
            Some((rank(queue) * theirs).min(most))
        });
        own + others.sum::<f64>()
    }
}

/// R66: whom he must not meet is as good as not there.
fn meets(caller: &Waiting, id: AgentId) -> bool {
    !caller.apart.contains(&id) && Some(id) != caller.caller_agent
}

/// A small number.
fn small(number: usize) -> f64 {
    u32::try_from(number).map_or(f64::MAX, f64::from)
}
