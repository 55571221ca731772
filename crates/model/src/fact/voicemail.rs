//! What happens to messages (留言) that callers leave in mailboxes (G1, G2).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::id::{AgentId, MailboxName, QueueName};
use crate::mailbox::MessageTicket;
use crate::number::Caller;
use crate::recording::RecordingId;

/// A caller begins to speak, or has left what he said: all that becomes of it is made from this.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Voicemail {
    /// The recording, which is the message's id.
    pub message: RecordingId,
    /// The mailbox.
    pub mailbox: MailboxName,
    /// Who calls.
    pub caller: Caller,
    /// The number that he dialled.
    pub called: String,
    /// His language.
    pub language: String,
    /// The queue whose agents hear it, if it is a queue's.
    pub queue: Option<QueueName>,
    /// How long he spoke, as far as the call knows; 0 as he begins.
    pub length_ms: u64,
    /// The ticket that it becomes (G7).
    pub ticket: Option<MessageTicket>,
}

/// Somebody heard a message, or wants it to be new again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VoicemailHeard {
    /// The message.
    pub message: RecordingId,
    /// The mailbox.
    pub mailbox: MailboxName,
    /// Who.
    pub by: AgentId,
    /// Whether it counts as heard from here on.
    pub heard: bool,
}
