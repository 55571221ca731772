//! The roster: agents are added, changed and deleted, and become members of queues.

use core::time::Duration;
use std::sync::Arc;

use model::fact::CancelCause;
use model::{AgentId, Membership};

use super::Acd;
use crate::agent::{Agent, AgentProfile, Bound, Requested, cause};
use crate::timer::Timer;

impl Acd {
    pub(super) fn agent_put(&mut self, now: Duration, profile: AgentProfile) {
        let id = profile.id;
        if let Some(agent) = self.agents.get_mut(&id) {
            agent.removed = false;
            let login = core::mem::replace(&mut agent.login, profile.login.into());
            let queues = core::mem::replace(&mut agent.queues, profile.queues);
            agent.skills = profile.skills.into();
            self.transfer_member(now, id, &login, &queues);
        } else {
            self.agents.insert(id, Agent::new(profile));
        }
        self.enrol(now, id);
    }

    /// Takes him out of the queues that he no longer serves, and renames him in the others.
    fn transfer_member(
        &mut self,
        now: Duration,
        id: AgentId,
        login: &Arc<str>,
        queues: &[Membership],
    ) {
        for Membership { queue: name, .. } in queues {
            let (Some(agent), Some(queue)) = (self.agents.get(&id), self.queues.get_mut(name))
            else {
                continue;
            };
            if agent.membership(name).is_some() {
                queue.rename_member(id, login, &agent.login);
                queue.recount(now, id, agent);
                self.dirty.insert(name);
                self.thin_personal_line(id);
                self.staff_changed(now, name);
            } else {
                queue.remove_member(id, login);
                self.thin_personal_line(id);
                self.staff_changed(now, name);
            }
        }
    }

    /// Makes him a member of each of his queues.
    pub(super) fn enrol(&mut self, now: Duration, id: AgentId) {
        let Some(agent) = self.agents.get(&id).filter(|agent| !agent.removed) else {
            return;
        };
        for Membership { queue: name, .. } in agent.queues.clone() {
            let (Some(agent), Some(queue)) = (self.agents.get(&id), self.queues.get_mut(&name))
            else {
                continue;
            };
            if !queue.serves(id) {
                queue.add_member(now, id, agent);
                self.dirty.insert(&name);
                self.staff_changed(now, &name);
            }
        }
    }

    pub(super) fn agent_removed(&mut self, now: Duration, id: AgentId) {
        let Some(agent) = self.agents.get_mut(&id) else {
            return;
        };
        agent.wish = Requested::Offline;
        if let Some(offer) = agent.offer() {
            self.withdraw(now, offer, CancelCause::AgentNotReady, cause::REMOVED);
        }
        self.release_personal_line(id);
        self.mind_personal_waits(now, id);
        self.leave_queues(now, id);
        if let Some(agent) = self.agents.get_mut(&id) {
            agent.removed = true;
            if !matches!(agent.bound, Bound::Talk { .. } | Bound::Consult { .. }) {
                self.forget_agent(now, id);
            }
        }
    }

    fn leave_queues(&mut self, now: Duration, id: AgentId) {
        let Some(agent) = self.agents.get(&id) else {
            return;
        };
        let login = agent.login.clone();
        for Membership { queue: name, .. } in agent.queues.clone() {
            if let Some(queue) = self.queues.get_mut(&name) {
                queue.remove_member(id, &login);
                self.staff_changed(now, &name);
            }
        }
    }

    /// The end of a deleted agent, once no call holds him.
    pub(super) fn forget_agent(&mut self, now: Duration, id: AgentId) {
        if let Some(agent) = self.agents.get_mut(&id) {
            // What came in since he was deleted counts for nothing: the last that is told of him is that he is offline.
            agent.bound = Bound::Free;
            agent.own_calls.clear();
            agent.wish = Requested::Offline;
            self.publish(now, id, cause::REMOVED);
            self.agents.remove(&id);
        }
        self.timers.cancel(&Timer::WrapUp(id));
        self.timers.cancel(&Timer::BackOff(id));
    }
}
