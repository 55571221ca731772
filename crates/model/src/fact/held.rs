//! Who is told of a hold that lasts (C19).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Whom a long hold was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HoldTold {
    /// The agent who holds: his page shows it.
    Agent,
    /// The caller: he heard that he is not forgotten.
    Caller,
    /// Supervisors: the fact is their alarm.
    Supervisor,
}
