//! What was true of a caller who left a queue before anybody was offered him (R19): there is no decision that could tell it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ReasonCode;

/// Kept in `queue.left`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Unserved {
    /// The agents of his home queue as he came.
    pub joined: Attendance,
    /// And as he left.
    pub left: Attendance,
    /// What he waited for in particular as he left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub awaited: Option<Awaited>,
}

/// What the agents of a queue were at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Attendance {
    /// How many took calls.
    pub ready: u32,
    /// How many did not, by the reason.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub others: BTreeMap<ReasonCode, u32>,
}

/// What keeps a caller from agents who are ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Awaited {
    /// The directory had not said whom he knows (R57).
    Directory,
    /// The external decision had not answered (B15).
    Route,
    /// His familiar agent was busy (R59).
    Familiar,
    /// The team of his familiar agent was busy (R67).
    Team,
}

impl Awaited {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Directory, Self::Route, Self::Familiar, Self::Team];
}
