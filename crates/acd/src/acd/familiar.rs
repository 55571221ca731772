//! The familiar agent (熟客): whether a caller waits for him, and when he gives up (R57-R64).
//!
//! While a caller looks for his familiar agent he keeps his place and his score grows (R60); nobody else is offered to
//! him. Once he has given up, all other rules hold for him unchanged.

use core::time::Duration;

use model::{AgentId, AgentState, CallId};

use super::Acd;
use crate::agent::{Agent, Bound, Requested};
use crate::timer::Timer;
use crate::waiting::{Seeking, Waiting};

impl Acd {
    /// A caller's familiar agent was not to be had in this turn: he waits for him (R59), or looks on for anyone in the
    /// same turn (R58).
    pub(super) fn settle_familiar(&mut self, now: Duration, call: CallId, id: AgentId) {
        let Some(sticky_wait) = self.worth_waiting(now, call, id) else {
            return self.give_up_familiar(call);
        };
        if let Some(caller) = self.waiting.get_mut(&call) {
            caller.seeking = Seeking::WaitsFor(id);
            self.personal_lines.entry(id).or_default().insert(call);
            self.timers.set(Timer::StickyWait(call), now + sticky_wait);
        }
    }

    /// How long to wait for a familiar agent at most; `None`: not at all.
    fn worth_waiting(&self, now: Duration, call: CallId, id: AgentId) -> Option<Duration> {
        let caller = self.waiting.get(&call)?;
        let queue = self.queues.get(caller.home())?;
        // R61: who had his chance is not waited for.
        if !self.serves(caller, id) || caller.tried.contains(&id) {
            return None;
        }
        let ahead = self.personal_lines.get(&id).map_or(0, |line| line.len());
        let wait = queue.config.sticky_wait;
        let soon = self.free_in(now, id).is_some_and(|left| left <= wait);
        (soon && ahead < queue.config.personal_line).then_some(wait)
    }

    /// Whether an agent serves any of a caller's queues and has what the caller needs there.
    fn serves(&self, caller: &Waiting, id: AgentId) -> bool {
        let Some(agent) = self.agents.get(&id) else {
            return false;
        };
        let mut queues = caller
            .queues
            .iter()
            .filter_map(|name| self.queues.get(name));
        queues.any(|queue| queue.serves(id) && queue.needs(caller).are_met(&agent.skills))
    }

    /// The predicted time until an agent is free (R59); `None` when he will not be, or nobody knows.
    pub(super) fn free_in(&self, now: Duration, id: AgentId) -> Option<Duration> {
        let agent = self.agents.get(&id)?;
        if self.will_not_be_free(id) {
            return None;
        }
        let left = |timer| self.timers.at(&timer).map(|at| at.saturating_sub(now));
        match agent.state {
            AgentState::Offline | AgentState::NotReady { .. } => None,
            AgentState::Ready => left(Timer::BackOff(id)).or(Some(Duration::ZERO)),
            AgentState::WrapUp { .. } => left(Timer::WrapUp(id)),
            AgentState::Reserved { .. }
            | AgentState::Ringing { .. }
            | AgentState::Talking { .. } => self.talk_left(now, agent),
        }
    }

    fn talk_left(&self, now: Duration, agent: &Agent) -> Option<Duration> {
        let (since, queue) = match (&agent.bound, agent.own_calls.since()) {
            (Bound::Talk { since, queue, .. }, _) => (*since, queue.as_ref()),
            (Bound::Consult { since, .. }, _) => (*since, None),
            (Bound::Free | Bound::Offer { .. } | Bound::WrapUp { .. }, Some(since)) => {
                (since, None)
            }
            (Bound::Free | Bound::Offer { .. } | Bound::WrapUp { .. }, None) => (now, None),
        };
        let talk = agent.calls.remaining_talk(now.saturating_sub(since))?;
        let queue = queue.and_then(|name| self.queues.get(name));
        Some(talk + queue.map_or(Duration::ZERO, |queue| queue.config.wrap_up))
    }

    /// Whether he will go to a break, off the phone or home after what he does.
    pub(super) fn will_not_be_free(&self, id: AgentId) -> bool {
        let agent = self.agents.get(&id);
        agent.is_none_or(|agent| agent.wish != Requested::Ready || !agent.registered)
    }

    /// The fall-back strategy takes over for this caller (R58-R61), from this turn on.
    pub(super) fn give_up_familiar(&mut self, call: CallId) {
        self.leave_personal_line(call);
        if let Some(caller) = self.waiting.get_mut(&call)
            && caller.seeking != Seeking::Anyone
        {
            caller.seeking = Seeking::Anyone;
            self.refile(call);
        }
    }

    /// Ends a caller's wait for his familiar agent; whom he looks for stays.
    pub(super) fn leave_personal_line(&mut self, call: CallId) {
        let Some(caller) = self.waiting.get_mut(&call) else {
            return;
        };
        let Seeking::WaitsFor(id) = caller.seeking else {
            return;
        };
        caller.seeking = Seeking::Familiar(id);
        self.timers.cancel(&Timer::StickyWait(call));
        if let Some(line) = self.personal_lines.get_mut(&id) {
            line.remove(&call);
            if line.is_empty() {
                self.personal_lines.remove(&id);
            }
        }
    }

    /// R58: the agent is not to be waited for any more.
    pub(super) fn release_personal_line(&mut self, id: AgentId) {
        for call in self.personal_lines.get(&id).cloned().unwrap_or_default() {
            self.give_up_familiar(call);
        }
    }

    /// R58: the agent serves other queues than before; who stands in none of them does not wait for him.
    pub(super) fn thin_personal_line(&mut self, id: AgentId) {
        for call in self.personal_lines.get(&id).cloned().unwrap_or_default() {
            let caller = self.waiting.get(&call);
            if caller.is_none_or(|caller| !self.serves(caller, id)) {
                self.give_up_familiar(call);
            }
        }
    }

    /// Whether a caller's home queue still has him look for his familiar agent, who serves one of his queues.
    pub(super) fn looks_on(&self, caller: &Waiting) -> bool {
        let sticky = self
            .queues
            .get(caller.home())
            .is_some_and(|home| home.config.strategy.familiar);
        let familiar = caller.seeking.familiar();
        familiar.is_none_or(|id| sticky && self.serves(caller, id))
    }
}
