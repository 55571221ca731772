//! A supervisor's deed at a waiting caller (D2, D25), as `queue.supervised` tells it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::id::{AgentId, QueueName};

/// What a supervisor does with a waiting caller.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "deed", rename_all = "snake_case")]
pub enum Supervised {
    /// He was given another place (D2).
    Placed {
        /// His place before, 1 is next.
        from: u32,
        /// His place from here on.
        to: u32,
    },
    /// He was taken out of the line: the script has him.
    Withdrawn,
    /// He was put into another queue.
    Moved {
        /// Which.
        to: QueueName,
    },
    /// This agent is rung for him, out of turn (强派).
    Assigned {
        /// Who.
        agent: AgentId,
    },
}
