//! Mailboxes (留言信箱, G2): where callers leave messages, who hears them, and what becomes of them.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::id::{MailboxName, QueueName};

/// All mailboxes of a house.
pub type Mailboxes = BTreeMap<MailboxName, Mailbox>;

/// One mailbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mailbox {
    /// Its name by language.
    pub names: BTreeMap<String, String>,
    /// Who hears it.
    pub hearers: Hearers,
    /// So many messages that nobody has heard fit; one more is refused before it is spoken.
    pub messages_max: u32,
    /// What is made of each message, if it becomes a ticket (G7).
    pub ticket: Option<MessageTicket>,
}

/// Who hears a mailbox, besides those who may hear all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hearers {
    /// The agents of a queue.
    Queue(QueueName),
    /// These, by login.
    Agents(BTreeSet<String>),
}

/// The ticket that a message becomes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MessageTicket {
    /// Of what kind, as the house calls it.
    pub kind: String,
    /// What it is about, as the house calls it.
    pub category: String,
    /// When it is due, counted from the message.
    pub due_ms: u64,
}

impl Mailbox {
    /// Whether somebody hears it who serves these queues.
    pub fn is_heard_by(&self, login: &str, queues: &[QueueName]) -> bool {
        match &self.hearers {
            Hearers::Queue(queue) => queues.contains(queue),
            Hearers::Agents(logins) => logins.contains(login),
        }
    }
}
