//! A ticket (工单) that a script files: what it is about, and for which call.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::id::{CallId, CustomerId, QueueName, ScriptName};
use crate::number::Caller;

/// A script files a ticket. The fact is the promise that it is made; `call` and `part` together make it one ticket, however often
/// the fact is read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TicketAsked {
    /// The call.
    pub call: CallId,
    /// Which of the tickets of this call's scripts, from 1.
    pub part: u32,
    /// The script.
    pub script: ScriptName,
    /// Its node.
    pub node: String,
    /// Who calls.
    pub caller: Caller,
    /// The number that he dialled.
    pub called: String,
    /// His language.
    pub language: String,
    /// The customer, if the directory knows exactly one.
    pub customer: Option<CustomerId>,
    /// The queue whose matter it is, if it is a queue's.
    #[serde(default)]
    pub queue: Option<QueueName>,
    /// What it says.
    #[serde(flatten)]
    pub content: TicketContent,
}

/// What a ticket says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TicketContent {
    /// Of what kind, as the house calls it.
    pub ticket_type: String,
    /// What it is about, as the house calls it.
    pub category: Option<String>,
    /// One line.
    pub subject: String,
    /// What was found out, by name.
    #[serde(default)]
    pub fields: BTreeMap<String, TicketField>,
    /// Whether only supervisors see it: it is about how an agent has served (J3).
    #[serde(default)]
    pub for_leads: bool,
}

/// A value of a ticket's field, of the type that its script gave it. In JSON: `{"number": "99.50"}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TicketField {
    /// A text.
    Text(String),
    /// A number, exact, as people write it.
    Number(String),
    /// Yes or no.
    Truth(bool),
}
