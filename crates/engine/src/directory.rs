//! The agents as the engine knows them: by id, by login, with their place in the house.

use std::collections::BTreeMap;

use model::AgentId;

use crate::command::AgentEntry;

/// All agents.
#[derive(Debug, Default)]
pub(crate) struct Directory {
    agents: BTreeMap<AgentId, AgentEntry>,
    by_login: BTreeMap<String, AgentId>,
}

impl Directory {
    /// Adds or replaces; gives back the former entry.
    pub(crate) fn put(&mut self, agent: AgentEntry) -> Option<AgentEntry> {
        let former = self.remove(agent.id);
        self.by_login.insert(agent.login.clone(), agent.id);
        self.agents.insert(agent.id, agent);
        former
    }

    pub(crate) fn remove(&mut self, id: AgentId) -> Option<AgentEntry> {
        let former = self.agents.remove(&id)?;
        self.by_login.remove(&former.login);
        Some(former)
    }

    pub(crate) fn get(&self, id: AgentId) -> Option<&AgentEntry> {
        self.agents.get(&id)
    }

    /// All logins, in order.
    pub(crate) fn logins(&self) -> impl Iterator<Item = &str> {
        self.by_login.keys().map(String::as_str)
    }

    pub(crate) fn by_login(&self, login: &str) -> Option<&AgentEntry> {
        self.by_login.get(login).and_then(|id| self.agents.get(id))
    }
}
