//! The familiar agent (熟客): whether a caller waits for him, and when he gives up (R57-R64). Who it is: `familiarity.rs`.
//!
//! While a caller looks for his familiar agent he keeps his place and his score grows (R60); nobody else is offered to
//! him. Once he has given up, all other rules hold for him unchanged.

use core::time::Duration;

use model::{AgentId, AgentState, CallId, Ties};

use super::Acd;
use crate::agent::{Agent, Bound};
use crate::familiarity::{self, Familiar};
use crate::output::DirectEnd;
use crate::queue::Queue;
use crate::timer::Timer;
use crate::waiting::{Seeking, Waiting};

impl Acd {
    /// What is known of a caller: whom he looks for first, and whom he must not meet. Whom he tried already is not looked
    /// for again (R61), and a number that is no key makes nobody familiar (R64).
    pub(super) fn tie(&self, now: Duration, caller: &mut Waiting, ties: &Ties) {
        caller.apart.clone_from(&ties.apart);
        // B12: whom he seeks was named.
        if caller.personal.is_some() {
            return;
        }
        (caller.seeking, caller.team) = (Seeking::Anyone, None);
        let home = self.queues.get(caller.home());
        let Some(home) = home.filter(|home| home.config.strategy.familiar && caller.keyed) else {
            return;
        };
        let first_queue = |id: AgentId| {
            let agent = self.agents.get(&id)?;
            agent.queues.first().map(|first| first.queue.clone())
        };
        let (rules, name) = (&home.config.sticky, &home.config.name);
        match familiarity::of(ties, rules, name, now, first_queue) {
            Some(Familiar::Agent(agent)) if caller.may_meet(agent) => {
                caller.seeking = Seeking::Familiar(agent);
            }
            // R67: where all are of that team there is nobody to come first.
            Some(Familiar::Team(team)) if !caller.queues.contains(&team) => {
                (caller.seeking, caller.team) = (Seeking::Team, Some(team));
            }
            Some(Familiar::Agent(_) | Familiar::Team(_)) | None => {}
        }
    }

    /// The queue whose agents alone a caller looks for, while he does (R67).
    pub(super) fn team_of(&self, caller: &Waiting) -> Option<&Queue> {
        match caller.seeking {
            Seeking::Team | Seeking::WaitsForTeam => self.queues.get(caller.team.as_ref()?),
            Seeking::Anyone | Seeking::Familiar(_) | Seeking::WaitsFor(_) => None,
        }
    }

    /// R67: nobody of the team was to be had in this turn. It is waited for as a familiar agent is, but once.
    pub(super) fn settle_team(&mut self, now: Duration, call: CallId) {
        let Some(sticky_wait) = self.worth_waiting_for_team(now, call) else {
            return self.give_up_familiar(call);
        };
        if let Some(caller) = self.waiting.get_mut(&call) {
            caller.seeking = Seeking::WaitsForTeam;
            self.timers.set(Timer::StickyWait(call), now + sticky_wait);
        }
    }

    fn worth_waiting_for_team(&self, now: Duration, call: CallId) -> Option<Duration> {
        let caller = self.waiting.get(&call)?;
        let wait = self.queues.get(caller.home())?.config.sticky_wait;
        // R61: who was offered to one of them has had the team.
        if !caller.tried.is_empty() {
            return None;
        }
        let mut team = self.team_of(caller)?.members();
        let soon = team.any(|id| {
            let free_in = self.free_in(now, id);
            self.serves(caller, id) && caller.may_meet(id) && free_in.is_some_and(|it| it <= wait)
        });
        soon.then_some(wait)
    }

    /// A caller's familiar agent was not to be had in this turn: he waits for him (R59), or looks on for anyone in the
    /// same turn (R58).
    pub(super) fn settle_familiar(&mut self, now: Duration, call: CallId, id: AgentId) {
        let Some(sticky_wait) = self.worth_waiting(now, call, id) else {
            // R62: he may be worth a longer wait to the caller.
            if !self.ask(now, call, id) {
                self.give_up_familiar(call);
            }
            return;
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
        let wait = queue.config.sticky_wait;
        let soon = self.free_in(now, id).is_some_and(|left| left <= wait);
        let worth = soon && self.may_wait_for(caller, id) && self.has_room(queue, call, id);
        worth.then_some(wait)
    }

    /// Whether a caller may wait for an agent at all: not for one who had his chance (R61) or whom he must not meet (R66).
    pub(super) fn may_wait_for(&self, caller: &Waiting, id: AgentId) -> bool {
        self.serves(caller, id) && caller.may_meet(id)
    }

    /// R63: whether there is room for a caller in an agent's personal line, by the rules of a queue.
    pub(super) fn has_room(&self, queue: &Queue, call: CallId, id: AgentId) -> bool {
        let line = self.personal_lines.get(&id);
        let others = line.map_or(0, |line| line.iter().filter(|one| **one != call).count());
        others < queue.config.personal_line
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
        !agent.is_some_and(Agent::will_be_free)
    }

    /// The fall-back strategy takes over for this caller (R58-R61), from this turn on; for a named agent nobody does (B12).
    pub(super) fn give_up_familiar(&mut self, call: CallId) {
        self.leave_personal_line(call);
        if let Some(caller) = self.waiting.get_mut(&call)
            && caller.seeking != Seeking::Anyone
        {
            if caller.personal.is_some() {
                caller.end_personal(DirectEnd::Busy);
                return self.wake(call);
            }
            caller.seeking = Seeking::Anyone;
            self.refile(call);
        }
    }

    /// Ends a caller's wait for his familiar agent; whom he looks for stays.
    pub(super) fn leave_personal_line(&mut self, call: CallId) {
        let Some(caller) = self.waiting.get_mut(&call) else {
            return;
        };
        let id = match caller.seeking {
            Seeking::WaitsFor(id) => Some(id),
            Seeking::WaitsForTeam => None,
            Seeking::Anyone | Seeking::Familiar(_) | Seeking::Team => return,
        };
        caller.seeking = caller.seeking.whom();
        self.timers.cancel(&Timer::StickyWait(call));
        if let Some(id) = id
            && let Some(line) = self.personal_lines.get_mut(&id)
        {
            line.remove(&call);
            if line.is_empty() {
                self.personal_lines.remove(&id);
            }
        }
    }

    /// R58: the agent is not to be waited for any more.
    pub(super) fn release_personal_line(&mut self, id: AgentId) {
        for call in self.personal_lines.get(&id).cloned().unwrap_or_default() {
            let caller = self.waiting.get(&call);
            // B12: `mind_personal_waits` has its own word.
            if caller.is_none_or(|caller| caller.personal.is_none()) {
                self.give_up_familiar(call);
            }
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
        let sticky = sticky || caller.personal.is_some();
        match caller.seeking {
            Seeking::Anyone => true,
            Seeking::Team | Seeking::WaitsForTeam => sticky,
            Seeking::Familiar(id) | Seeking::WaitsFor(id) => sticky && self.serves(caller, id),
        }
    }
}
