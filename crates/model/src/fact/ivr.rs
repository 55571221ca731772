//! Words of scripts in facts: how a node was left (E23).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A node that was left for another one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NodeLeft {
    /// Its name.
    pub node: String,
    /// The word of what led on: a key, `failure`, `next`, `found`, `no_agents`, …. Facts of former versions have the words of all
    /// causes for which an exit stands, with `/` between them.
    pub exit: String,
    /// What was tried there in vain.
    #[serde(flatten)]
    pub failed: FailedTries,
}

/// Tries that failed during one stay at a node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FailedTries {
    /// By silence.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub timeouts: u16,
    /// By keys that do not fit.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub wrong_keys: u16,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
const fn is_zero(number: &u16) -> bool {
    *number == 0
}
