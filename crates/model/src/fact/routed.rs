//! What became of a question to an external decision (外部决策, B15), as `route.answered` tells it.
//!
//! With it the day can be played again: the same answer after the same time gives the same decision (R3).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::decision::RouteOutcome;
use crate::id::{AgentId, QueueName};

/// A settled question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Routed {
    /// The queue that asked: the caller's home queue.
    pub queue: QueueName,
    /// What became of it.
    pub outcome: RouteOutcome,
    /// From the question to the answer, in ms; 0 where nobody was asked.
    pub took_ms: u64,
    /// Why there is no answer, in a word: `http_500`, `redirect`, `too_large`, `not_json`, …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// Who was named and serves the queue, in the answer's order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub agents: Vec<AgentId>,
    /// Which names of the answer were passed over, and why.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub ignored: BTreeMap<String, Ignored>,
    /// The priority that the caller got by the answer (D1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<u8>,
}

/// Why a name of an answer was passed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Ignored {
    /// Nobody here has that login.
    Unknown,
    /// He does not serve the queue.
    Elsewhere,
}
