//! The wait for a named agent (定向分派, B12): the script wants this one, and its caller hears the music of that agent's queue
//! until he is free.
//!
//! The home queue of an agent is the first of those that he serves: there the caller stands and counts. The ACD keeps him for that
//! agent alone and says how the wait ended, as it does of an agent who is rung outside queues (`ring.rs`).

use std::time::Duration;

use model::{AgentId, QueueName};

use super::Call;
use crate::context::Context;

impl Call {
    /// Whether the caller begins to wait; else the agent is rung or refused as without a wait: he cannot be reached at all, he
    /// has no queue, or a colleague calls him, who is no customer (R15).
    pub(super) fn wait_for_agent(
        &mut self,
        context: &mut Context,
        login: &str,
        wait_max: Duration,
        ring_timeout: Duration,
    ) -> bool {
        let Some((agent, home)) = self.worth_waiting_for(context, login) else {
            return false;
        };
        self.begin_wait(context, &home, None);
        self.personal = true;
        let since = self.score_since.unwrap_or(context.now);
        self.score_since = Some(since);
        context.tell_acd(acd::Input::JoinedFor {
            call: self.id,
            queues: home.into(),
            agent,
            wait_max,
            ring_timeout,
            head_start: context.now.saturating_sub(since),
            priority: self.priority,
            apart: self.ties().apart,
        });
        true
    }

    fn worth_waiting_for(&self, context: &Context, login: &str) -> Option<(AgentId, QueueName)> {
        let agent = context.directory.by_login(login)?;
        let exists = |name: &&QueueName| context.config.queues.contains_key(*name);
        let home = agent.served().map(|one| &one.queue).find(exists)?;
        let gone = context.acd.cannot_ring(agent.id) == Some(acd::DirectEnd::Unreachable);
        let may = self.caller_agent.is_none() && !self.is_kept_apart(agent.id) && !gone;
        may.then(|| (agent.id, home.clone()))
    }
}
