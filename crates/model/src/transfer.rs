//! The words of what happens to a call while somebody talks in it: holds, transfers, consults.
//!
//! A transfer takes the call (its data, its pop, its recording) from one agent to another place (N2, P6); a consult is the
//! talk of two agents about it while the caller waits (R15). These are the parts of the facts that tell them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::id::{AgentId, QueueName};

/// Most characters of the note that goes with a transfer.
pub const NOTE_CHARS_MAX: usize = 500;

/// Somebody in a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    /// Who called.
    Caller,
    /// An agent.
    Agent(AgentId),
    /// Somebody outside, whom we called by a trunk.
    Number(String),
}

/// How a call is handed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TransferKind {
    /// Without asking first.
    Blind,
    /// After a consult.
    Attended,
}

/// Where a transfer was ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TransferWay {
    /// On the agent's phone (REFER, Replaces).
    Phone,
    /// On his page or by the API.
    Desk,
}

/// Where a call is handed on to, or who is consulted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TransferTo {
    /// An agent.
    Agent(AgentId),
    /// A queue.
    Queue(QueueName),
    /// A number: of ours, or outside.
    Number(String),
}

/// A transfer, as its facts tell it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Transfer {
    /// How.
    pub kind: TransferKind,
    /// Where it was ordered.
    pub by: TransferWay,
    /// Whose call it was.
    pub from: AgentId,
    /// Whereto.
    pub to: TransferTo,
}

/// Why nobody was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NotReached {
    /// He is in a call, files, or takes none.
    Busy,
    /// It rang and nobody answered.
    NoAnswer,
    /// He refused.
    Declined,
    /// There is no phone, no way, or no such place.
    Unreachable,
    /// The queue took nobody in, or let him wait for too long.
    Queue,
    /// The agent took the caller back.
    TakenBack,
}

/// How a consult ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConsultEnd {
    /// The caller was connected with the one who was consulted.
    Completed,
    /// The agent went back to the caller.
    Dropped,
    /// The one who was consulted hung up.
    Left,
    /// He was not reached.
    NotReached(NotReached),
    /// The caller hung up, or the call broke.
    CallOver,
}

/// A colleague, as a screen shows him.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Colleague {
    /// Who.
    pub agent: AgentId,
    /// His login.
    pub login: String,
    /// His name.
    pub name: String,
}

/// What the pop of a call that was handed on, or of a consult, says about that (P6).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HandedOn {
    /// By whom.
    pub by: Colleague,
    /// He asks first: the caller is not on the line yet.
    pub consult: bool,
    /// The call comes back from a transfer that failed (D31).
    pub back: bool,
    /// What he wrote, at most 500 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}
