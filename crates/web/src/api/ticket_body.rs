//! A ticket as the API tells it.

use std::collections::BTreeMap;

use model::fact::TicketField;
use model::{AgentId, CallId, CustomerId, E164, QueueName, TicketId, Timestamp};
use serde::Serialize;
use ticket::{Entry, State, Ticket};
use utoipa::ToSchema;

/// A ticket.
#[derive(Debug, Serialize, ToSchema)]
pub struct TicketBody {
    /// Its id.
    #[schema(value_type = String)]
    pub id: TicketId,
    /// What people read out and type: `261118-0042-7`.
    pub number: String,
    /// `new`, `dispatched`, `in_progress`, …
    #[schema(value_type = String)]
    pub state: State,
    /// Whether work or a confirmation is outstanding.
    pub is_open: bool,
    /// 1 highest … 5 lowest.
    pub priority: u8,
    /// Of what kind it is, as the house calls it.
    pub ticket_type: Option<String>,
    /// What it is about, as the house calls it.
    pub category: Option<String>,
    /// One line.
    pub subject: String,
    /// What the matter is.
    pub body: String,
    /// What was found out, by name, each value with its type: `{"order": {"text": "007"}, "sum": {"number": "99.50"}, "paid": {"truth": true}}`.
    #[schema(value_type = Object)]
    pub fields: BTreeMap<String, TicketField>,
    /// Whether only supervisors and admins see it: it is about how an agent has served.
    pub for_leads: bool,
    /// Whom to call back.
    pub contact: ContactBody,
    /// The customer, once known.
    #[schema(value_type = Option<String>)]
    pub customer: Option<CustomerId>,
    /// The queue of the call that it came from.
    #[schema(value_type = Option<String>)]
    pub queue: Option<QueueName>,
    /// The call that it came from.
    #[schema(value_type = Option<String>)]
    pub source_call: Option<CallId>,
    /// The agent who took the matter.
    #[schema(value_type = Option<String>)]
    pub created_by: Option<AgentId>,
    /// When it is to be done.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub due_at: Option<Timestamp>,
    /// When it was submitted.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When anything about it last changed.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
    /// Its version, also in `ETag`.
    pub version: u64,
}

/// Whom to call back.
#[derive(Debug, Serialize, ToSchema)]
pub struct ContactBody {
    /// His name.
    pub name: Option<String>,
    /// His number as received.
    pub number: Option<String>,
    /// The number in international form.
    #[schema(value_type = Option<String>)]
    pub e164: Option<E164>,
}

/// A ticket with its calls and timeline.
#[derive(Debug, Serialize, ToSchema)]
pub struct TicketDetail {
    /// The ticket.
    #[serde(flatten)]
    pub ticket: TicketBody,
    /// The calls that are linked to it.
    #[schema(value_type = Vec<String>)]
    pub calls: Vec<CallId>,
    /// What happened to it, oldest first.
    pub entries: Vec<EntryBody>,
}

/// A line of a ticket's timeline.
#[derive(Debug, Serialize, ToSchema)]
pub struct EntryBody {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Who: `{"kind": "agent", "id": "7"}` or `{"kind": "system"}`.
    #[schema(value_type = Object)]
    pub actor: ticket::Actor,
    /// The state before; `null` for the first line.
    #[schema(value_type = Option<String>)]
    pub from: Option<State>,
    /// The state after.
    #[schema(value_type = String)]
    pub to: State,
    /// What: `{"type": "submit", "data": {…}}`.
    #[schema(value_type = Object)]
    pub event: ticket::Event,
}

impl From<Ticket> for TicketBody {
    fn from(ticket: Ticket) -> Self {
        Self {
            id: ticket.id,
            number: ticket.number.to_string(),
            state: ticket.state,
            is_open: ticket.state.is_open(),
            priority: ticket.priority.level(),
            ticket_type: ticket.ticket_type,
            category: ticket.category,
            subject: ticket.subject,
            body: ticket.body,
            fields: ticket.fields,
            for_leads: ticket.for_leads,
            contact: ContactBody {
                name: ticket.contact.name,
                number: ticket.contact.number,
                e164: ticket.contact.e164,
            },
            customer: ticket.customer,
            queue: ticket.queue,
            source_call: ticket.source_call,
            created_by: ticket.created_by,
            due_at: ticket.due_at,
            created_at: ticket.created_at,
            updated_at: ticket.updated_at,
            version: ticket.version,
        }
    }
}

impl From<Entry> for EntryBody {
    fn from(entry: Entry) -> Self {
        Self {
            at: entry.at,
            actor: entry.actor,
            from: entry.from,
            to: entry.to,
            event: entry.event,
        }
    }
}
