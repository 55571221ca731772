//! The members of a queue: agents come and go, change their standing and their seats.
//!
//! Each member is counted exactly once: in the ready set, or in the tally under the reason why he is no candidate, which
//! stands in his row. Seats are numbered when a decision needs them, not at each of ten thousand arrivals.

use core::time::Duration;
use std::collections::BTreeMap;
use std::sync::Arc;

use model::AgentId;
use model::decision::ReasonCode;

use super::Queue;
use crate::agent::Agent;
use crate::ready::Competence;
use crate::selection::Candidate;

impl Queue {
    pub(crate) fn add_member(&mut self, now: Duration, id: AgentId, agent: &Agent) {
        if let Err(at) = self.roster.binary_search(&id) {
            self.roster.insert(at, id);
        }
        self.members.entry(id).or_default();
        self.seats.insert((agent.login.clone(), id));
        self.reseat = true;
        self.count_in(now, id, agent);
    }

    pub(crate) fn remove_member(&mut self, id: AgentId, login: &Arc<str>) {
        if self.serves(id) {
            self.count_out(id);
            let staff = self.members.remove(&id).and_then(|member| member.staff);
            if let Some(skills) = staff {
                count_down(&mut self.staff, &skills);
            }
            if let Ok(at) = self.roster.binary_search(&id) {
                self.roster.remove(at);
            }
            self.seats.remove(&(login.clone(), id));
            self.reseat = true;
        }
    }

    /// His login changed: another seat, the same facts.
    pub(crate) fn rename_member(&mut self, id: AgentId, from: &Arc<str>, to: &Arc<str>) {
        if self.seats.remove(&(from.clone(), id)) {
            self.seats.insert((to.clone(), id));
            self.reseat = true;
        }
    }

    /// His standing, his skills, his tier or his weight changed. One who was deleted in a call and comes back has left his
    /// queues already.
    pub(crate) fn recount(&mut self, now: Duration, id: AgentId, agent: &Agent) {
        if self.serves(id) {
            self.count_out(id);
            self.count_in(now, id, agent);
        }
    }

    fn count_in(&mut self, now: Duration, id: AgentId, agent: &Agent) {
        match agent.standing {
            None => self.admit(now, id, agent),
            Some(reason) => *self.tally.entry(reason).or_default() += 1,
        }
        let Some(member) = self.members.get_mut(&id) else {
            return;
        };
        member.standing = agent.standing;
        let is_staff = agent.standing != Some(ReasonCode::Offline);
        let staff = is_staff.then_some(&agent.skills);
        // From call to call he is the same staff.
        if member.staff.as_ref() != staff {
            if let Some(former) = member.staff.take() {
                count_down(&mut self.staff, &former);
            }
            if let Some(skills) = staff {
                member.staff = Some(skills.clone());
                *self.staff.entry(skills.clone()).or_default() += 1;
            }
        }
    }

    fn count_out(&mut self, id: AgentId) {
        let Some(member) = self.members.get(&id) else {
            return;
        };
        match member.standing {
            None => self.ready.remove(id),
            Some(reason) => count_down(&mut self.tally, &reason),
        }
    }

    fn admit(&mut self, now: Duration, id: AgentId, agent: &Agent) {
        let Some(member) = self.members.get(&id) else {
            return;
        };
        let membership = agent.membership(&self.config.name);
        let share = self.share(now, member, agent);
        let candidate = Candidate {
            agent: id,
            seat: member.seat,
            weight: membership.map_or(1, |membership| membership.weight),
            calls: share.calls,
            time: share.time,
            idle_since: agent.idle.origin(now).into(),
            ready_since: agent.ready_since.into(),
            last_connected: member.last_connected,
            signed_in: agent.signed_in.into(),
        };
        let competence = Competence {
            tier: membership.map_or(1, |membership| membership.tier),
            skills: agent.skills.clone(),
        };
        self.ready.put(candidate, competence, share.expiry);
    }

    /// Takes the facts of all ready agents anew, after the window of least-calls may have changed.
    pub(crate) fn readmit(&mut self, now: Duration, agents: &BTreeMap<AgentId, Agent>) {
        self.ready.reorder(self.config.ordering());
        let ready: Vec<AgentId> = self.ready.agents().collect();
        for id in ready {
            if let Some(agent) = agents.get(&id) {
                self.admit(now, id, agent);
            }
        }
    }

    /// Brings seats and counts up to date, before a decision.
    pub(crate) fn refresh(&mut self, now: Duration, agents: &BTreeMap<AgentId, Agent>) {
        if core::mem::take(&mut self.reseat) {
            self.number_seats();
        }
        while let Some(id) = self.ready.outdated(now) {
            match agents.get(&id) {
                Some(agent) => self.admit(now, id, agent),
                None => self.ready.remove(id),
            }
        }
    }

    fn number_seats(&mut self) {
        let mut next_seat = 0;
        for (seat, key) in (0_u32..).zip(&self.seats) {
            if let Some(member) = self.members.get_mut(&key.1) {
                member.seat = seat;
            }
            // R33: the one who was offered last may have left; his place in the order of logins has not.
            if self.last_offered.as_ref().is_some_and(|last| key <= last) {
                next_seat = seat + 1;
            }
        }
        self.next_seat = next_seat;
        let members = &self.members;
        self.ready
            .reseat(|id| members.get(&id).map_or(0, |member| member.seat));
    }
}

/// Takes one away, and the entry with the last.
fn count_down<K: Ord>(counts: &mut BTreeMap<K, u32>, key: &K) {
    if let Some(count) = counts.get_mut(key) {
        *count = count.saturating_sub(1);
        if *count == 0 {
            counts.remove(key);
        }
    }
}
