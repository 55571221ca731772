//! What a caller and the agents have to do with one another: who knows him, and whom he must not meet (R57, R65-R68).
//!
//! What the directory knows, without a judgement: who of them is familiar follows from the rules of the queue that asks.
//! Every list is bounded by who reads it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::id::{AgentId, QueueName};
use crate::time::Timestamp;

/// Most talks of a caller that are told.
pub const TALKS_MAX: usize = 10;
/// Most agents that are kept apart from a caller.
pub const APART_MAX: usize = 50;

/// What he and the agents have to do with one another, as the directory knows it.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Ties {
    /// The agent who looks after the customer.
    pub owner: Option<AgentId>,
    /// His last talks, newest first, at most [`TALKS_MAX`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub talks: Vec<Talk>,
    /// Agents whom he must not meet (R66), at most [`APART_MAX`].
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub apart: BTreeSet<AgentId>,
    /// Of all these the agents who have left the house, with the first of the queues that they served (R67).
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub gone: BTreeMap<AgentId, QueueName>,
}

/// A talk with an agent that is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Talk {
    /// Who.
    pub agent: AgentId,
    /// The queue that brought it; `None` when he was named.
    pub queue: Option<QueueName>,
    /// When it began.
    pub since: Timestamp,
    /// How long it lasted, hold included.
    pub talk_ms: u64,
}

impl Ties {
    /// Of a caller whom this agent looks after.
    pub fn owned_by(agent: AgentId) -> Self {
        Self {
            owner: Some(agent),
            ..Self::default()
        }
    }
}
