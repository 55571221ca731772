//! Somebody is told something on his page (通知, J8).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::id::{AgentId, CustomerId, NotificationId, ReminderId, TicketId};

/// What stands at `/v1/notifications` of one person, and is told to him alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Notified {
    /// Who is told.
    pub agent: AgentId,
    /// Its number among his.
    pub notification: NotificationId,
    /// `assigned`, `warned`, `mentioned`, …
    pub kind: String,
    /// What it says, by language (`zh-CN`, `en`): of a ticket its number, and none of anybody's words, since others read them here (A13).
    pub title: BTreeMap<String, String>,
    /// Of which ticket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<TicketId>,
    /// Of which entry of its timeline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<u64>,
    /// Of which customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<CustomerId>,
    /// Which reminder it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reminder: Option<ReminderId>,
}
