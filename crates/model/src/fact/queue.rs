//! Words of queues in facts: why a caller left one without an agent.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Why a caller left a queue without an agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum QueueExit {
    /// The caller hung up.
    Abandoned,
    /// `max_wait_s` is over.
    Timeout,
    /// `max_waiting` callers were there.
    Full,
    /// Nobody is signed in.
    NoAgents,
    /// The queue's hours are over.
    Closed,
    /// He pressed a key that leads elsewhere.
    Key,
    /// A supervisor took him out of the line (D25).
    Withdrawn,
    /// A supervisor put him into another queue (D25).
    Moved,
    /// The call failed.
    Failed,
}

impl QueueExit {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Abandoned,
        Self::Timeout,
        Self::Full,
        Self::NoAgents,
        Self::Closed,
        Self::Key,
        Self::Withdrawn,
        Self::Moved,
        Self::Failed,
    ];

    /// The word in facts and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Abandoned => "abandoned",
            Self::Timeout => "timeout",
            Self::Full => "full",
            Self::NoAgents => "no_agents",
            Self::Closed => "closed",
            Self::Key => "key",
            Self::Withdrawn => "withdrawn",
            Self::Moved => "moved",
            Self::Failed => "failed",
        }
    }
}
