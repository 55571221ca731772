//! Somebody is told something on his page (通知, J8).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::id::{AgentId, NotificationId, TicketId};

/// What stands at `/v1/notifications` of one person, and is told to him alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notified {
    /// Who is told.
    pub agent: AgentId,
    /// Its number among his.
    pub notification: NotificationId,
    /// `assigned`, `warned`, `mentioned`, …
    pub kind: String,
    /// What it says, by language (`zh-CN`, `en`): of a ticket its number and none of its words, since others read them here (A13).
    pub title: BTreeMap<String, String>,
    /// The ticket.
    pub ticket: TicketId,
    /// The entry of its timeline.
    pub entry: u64,
}
