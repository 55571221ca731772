//! An agent (坐席).

use model::{AgentId, NotReadyReason, QueueName};

/// What the core is told of an agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentProfile {
    /// Who.
    pub id: AgentId,
    /// His login; the order of agents within a queue is the order of their logins (linear, round-robin).
    pub login: String,
    /// The queues that he serves. A name without a queue is kept: the queue may come with the next configuration.
    pub queues: Vec<QueueName>,
}

/// A state that an agent, or a supervisor for him, may ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Requested {
    /// Takes calls (示闲).
    Ready,
    /// Takes none, for a reason (示忙).
    NotReady(NotReadyReason),
    /// Signs out (签出).
    Offline,
}
