//! What is to be added to the sums.

use std::collections::BTreeMap;

use model::{AgentId, QueueName, Timestamp};
use serde::{Deserialize, Serialize};

use super::Doing;
use crate::quarter;
use crate::sums::{AgentSums, QueueSums};

/// To which sums of an agent's talks something belongs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TalkKey {
    /// When the caller entered the queue, or the call began.
    pub came: Timestamp,
    /// The queue, if one brought it.
    pub queue: Option<QueueName>,
}

/// Sums by the beginning of their quarter of an hour, in ms.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Of queues.
    pub queues: BTreeMap<(i64, QueueName), QueueSums>,
    /// Of agents by queue.
    pub agents: BTreeMap<(i64, AgentId, Option<QueueName>), AgentSums>,
    /// What agents did, in ms.
    pub states: BTreeMap<(i64, AgentId, Doing), i64>,
}

impl Counts {
    /// More of a queue.
    pub(super) fn queue(&mut self, came: Timestamp, queue: &QueueName, more: &QueueSums) {
        if !more.is_zero() {
            let key = (quarter(came), queue.clone());
            self.queues.entry(key).or_default().add(more);
        }
    }

    /// More of an agent.
    pub(super) fn agent(&mut self, agent: AgentId, key: &TalkKey, more: &AgentSums) {
        if !more.is_zero() {
            let key = (quarter(key.came), agent, key.queue.clone());
            self.agents.entry(key).or_default().add(more);
        }
    }

    /// More of both: what an agent did for a queue.
    pub(super) fn talk(
        &mut self,
        agent: Option<AgentId>,
        key: &TalkKey,
        more: (QueueSums, AgentSums),
    ) {
        if let Some(queue) = &key.queue {
            self.queue(key.came, queue, &more.0);
        }
        if let Some(agent) = agent {
            self.agent(agent, key, &more.1);
        }
    }

    /// Whether nothing is to be added.
    pub fn is_empty(&self) -> bool {
        self.queues.is_empty() && self.agents.is_empty() && self.states.is_empty()
    }
}
