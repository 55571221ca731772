//! Offers in facts: which phone rings for whom, what the agent's page shows meanwhile (P4), and why it ended without fault of his.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::id::{AgentId, CallId, OfferId, QueueName};
use crate::number::Caller;
use crate::number_list::ListKind;
use crate::profile::Profile;
use crate::transfer::HandedOn;

/// Which ringing attempt, at whom, for which call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Offer {
    /// Its id; the `leg id` of the pop rules, since one offer rings one phone.
    pub id: OfferId,
    /// The call.
    pub call: CallId,
    /// The agent.
    pub agent: AgentId,
    /// The queue that offers; `None` when the script or a person named this agent.
    pub queue: Option<QueueName>,
}

/// What the agent's page shows while the phone rings (P4); `null` fields are unknown, not empty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Pop {
    /// `in`: the caller dialled us; `callback`: we have called him back (D21).
    pub direction: String,
    /// Who calls.
    pub caller: Caller,
    /// The number that was dialled.
    pub called: String,
    /// How long the caller has waited, in s.
    pub waited_s: u64,
    /// The queue's name by language, for people; empty without a queue.
    #[serde(default)]
    pub queue_name: BTreeMap<String, String>,
    /// The language that the caller chose.
    pub language: String,
    /// The path through the script: `menu welcome`, `1`, `queue support`.
    pub path: Vec<String>,
    /// What the caller keyed in and what was looked up for him, by the script's name for it; secrets left out (E16, S22).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub answers: BTreeMap<String, String>,
    /// The profile, or `pending` while the directory has not answered (P3).
    pub customer: PopCustomer,
    /// What the agent may best do: `append`, `urge`, `new`.
    pub suggestion: String,
    /// A colleague hands the call on, or asks about it (P6).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handed_on: Option<HandedOn>,
    /// How his wrap-up of it will end, as `agent.wrap_up` says it (C5); none where no queue gives him time to file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wrap_up: Option<String>,
    /// Whether he may send the caller to the survey of the queue (J1, J2).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub survey: bool,
    /// What whoever serves him should know at a glance.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<PopFlag>,
}

/// A flag of a pop, shown as text and colour.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PopFlag {
    /// The number list on which he is.
    pub list: ListKind,
    /// Why he is there.
    pub remark: String,
    /// His level by it; 0 for none.
    #[serde(default)]
    pub vip_level: u8,
}

/// The directory's part of a pop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "status", content = "profile", rename_all = "snake_case")]
pub enum PopCustomer {
    /// The directory has not answered; `call.identified` fills it in (P3).
    Pending,
    /// The number was withheld: no candidates (P10).
    Withheld,
    /// What the directory knows.
    Known(Box<Profile>),
}

/// Why ringing ended without fault of the agent (P0).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CancelCause {
    /// Another agent answered (R22).
    AnsweredElsewhere,
    /// The caller hung up (R10).
    CallerLeft,
    /// The caller left the queue: deadline or key.
    QueueLeft,
    /// The agent is no longer ready (R21).
    AgentNotReady,
    /// It turned out that he and the caller are kept apart (R66).
    KeptApart,
    /// The call failed.
    Failed,
}
