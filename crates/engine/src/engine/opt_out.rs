//! An agent serves all queues of his profile, but for those out of which somebody with the right for it has taken him (C1).
//!
//! The distribution is told of the queues that are left, and of nothing else: to it, opting out and losing a queue are the same.
//! A phone that rings for a caller of that queue rings on. Who may opt out is decided where people are known, and kept there.

use model::{AgentId, Fact, QueueName};

use super::Engine;
use crate::command::{AgentEntry, CommandError};

/// What the distribution must know of an agent.
pub(super) fn profile(agent: &AgentEntry) -> acd::AgentProfile {
    acd::AgentProfile {
        id: agent.id,
        login: agent.login.clone(),
        queues: agent.served().cloned().collect(),
        skills: agent.skills.clone(),
    }
}

impl Engine {
    /// C1: told as a fact each time, since the store, which is asked first, passes on true changes alone.
    pub(super) fn serve_queue(
        &mut self,
        agent: AgentId,
        queue: QueueName,
        serves: bool,
        by: AgentId,
    ) -> Result<(), CommandError> {
        let entry = self.context.directory.get(agent);
        let mut entry = entry.ok_or(CommandError::UnknownAgent(agent))?.clone();
        if !entry.queues.iter().any(|one| one.queue == queue) {
            let why = format!("`{queue}` is no queue of his profile");
            return Err(CommandError::NotAllowed(why));
        }
        if serves {
            entry.opted_out.remove(&queue);
        } else {
            entry.opted_out.insert(queue.clone());
        }
        let profile = profile(&entry);
        self.context.directory.put(entry);
        self.context.tell_acd(acd::Input::AgentPut(profile));
        self.context.fact(Fact::AgentQueueChanged {
            agent,
            queue,
            serves,
            by,
        });
        Ok(())
    }
}
