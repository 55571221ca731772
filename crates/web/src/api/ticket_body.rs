//! A ticket as the API tells it.

use std::collections::BTreeMap;

use model::fact::TicketField;
use model::{AgentId, CallId, CustomerId, E164, Masking, QueueName, TicketId, Timestamp};
use serde::Serialize;
use serde_json::Value;
use ticket::handling::{MergedInto, PauseReason};
use ticket::{Clock, ClockKind, Contact, Rules, State, Ticket};
use utoipa::ToSchema;

use super::ticket_timeline::{AbsorbedBody, EntryBody};
use crate::sight::{Shown, Sight};

/// A ticket.
#[derive(Debug, Serialize, ToSchema)]
pub struct TicketBody {
    /// Its id.
    #[schema(value_type = String)]
    pub id: TicketId,
    /// What people read out and type, behind the letters of its type: `TS-261118-0042-7`. A caller types the digits alone.
    pub number: String,
    /// `new`, `dispatched`, `in_progress`, …
    #[schema(value_type = String)]
    pub state: State,
    /// Whether work or a confirmation is outstanding.
    pub is_open: bool,
    /// 1 highest … 5 lowest.
    pub priority: u8,
    /// Whom it touches, 1 a whole service … 3 one person.
    pub impact: u8,
    /// How long it can wait, 1 not at all … 3 it can.
    pub urgency: u8,
    /// Whether the priority was set by hand, so that the matrix does not touch it.
    pub priority_locked: bool,
    /// Whether few may read it.
    pub sensitive: bool,
    /// Of what kind it is, as the house calls it.
    pub ticket_type: Option<String>,
    /// What it is about, as the house calls it.
    pub category: Option<String>,
    /// One line.
    pub subject: String,
    /// What the matter is; empty in lists for one that few may read, as are its fields.
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
    /// The agent who was asked first and stays responsible to the customer.
    #[schema(value_type = Option<String>)]
    pub owner: Option<AgentId>,
    /// The group that has it.
    pub group: Option<String>,
    /// The person who is asked and has not accepted yet.
    #[schema(value_type = Option<String>)]
    pub named: Option<AgentId>,
    /// The one person who has accepted it.
    #[schema(value_type = Option<String>)]
    pub assignee: Option<AgentId>,
    /// When it is due next, by what is promised and by hand.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub due_at: Option<Timestamp>,
    /// Whether that has passed.
    pub is_overdue: bool,
    /// What is promised, by name.
    #[schema(value_type = Object)]
    pub clocks: BTreeMap<&'static str, ClockBody>,
    /// What it waits for.
    pub pause: Option<PauseBody>,
    /// How often it was urged (催单), with what it took over.
    pub urges: u16,
    /// How often it was sent back (转回).
    pub returns: u16,
    /// How often it was opened again (重开).
    pub reopens: u16,
    /// How many have reported the matter.
    pub reporters: u16,
    /// The ticket that goes on for it.
    #[schema(value_type = Option<String>)]
    pub merged_into: Option<TicketId>,
    /// When it was submitted.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it was solved.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub resolved_at: Option<Timestamp>,
    /// When it was closed, merged or void.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub closed_at: Option<Timestamp>,
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
    pub number: Option<Shown>,
    /// The number in international form; `null` when it is masked.
    pub e164: Option<Shown>,
}

impl ContactBody {
    /// As somebody is told it; `known` are his numbers.
    pub(super) fn of(contact: Contact, sight: Sight, known: &Masking) -> Self {
        Self {
            name: contact.name.map(|name| sight.text(name, known)),
            number: contact.number.map(|number| sight.number(number)),
            e164: sight.e164(contact.e164),
        }
    }
}

/// A promise: how much business time it allows, and how it stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClockBody {
    /// What it allows, in ms of business time, with what extensions have added.
    pub allowed_ms: u64,
    /// When it is due; `null` while it waits or has stopped.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub due_at: Option<Timestamp>,
    /// Whether it runs.
    pub is_running: bool,
    /// When it was stopped.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub stopped_at: Option<Timestamp>,
    /// When it was due, if that was missed.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub breached_at: Option<Timestamp>,
}

/// What a ticket waits for.
#[derive(Debug, Serialize, ToSchema)]
pub struct PauseBody {
    /// `appointment`, `customer`, `third_party`, `parts` or `outside`.
    #[schema(value_type = String)]
    pub reason: PauseReason,
    /// When it goes on by itself.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub resume_at: Option<Timestamp>,
}

/// A ticket with its calls and timeline.
#[derive(Debug, Serialize, ToSchema)]
pub struct TicketDetail {
    /// The ticket.
    #[serde(flatten)]
    pub ticket: TicketBody,
    /// The calls that are linked to it or to what it took over, oldest first, at most 200.
    #[schema(value_type = Vec<String>)]
    pub calls: Vec<CallId>,
    /// What went into it (M3), each with what it brought; at most 200.
    pub absorbed: Vec<AbsorbedBody>,
    /// Who follows it.
    #[schema(value_type = Vec<String>)]
    pub watchers: Vec<AgentId>,
    /// Who proposed the solution, who has agreed, and who may agree next, step by step.
    #[schema(value_type = Object)]
    pub approval: Value,
    /// Who asks for how much more time (`asked`: agent and ms), and how often it was given.
    #[schema(value_type = Object)]
    pub extension: Value,
    /// When the customer is called back next, how often he was tried, how content he was.
    #[schema(value_type = Object)]
    pub visits: Value,
    /// Who was held responsible, and an objection that nobody has ruled on.
    #[schema(value_type = Object)]
    pub verdicts: Value,
    /// The tickets to which it is linked (关联), newest first, at most 200.
    #[schema(value_type = Vec<String>)]
    pub related: Vec<TicketId>,
    /// Whether nobody has looked for its duplicates yet: the search was late when it was submitted, and is done soon.
    pub duplicates_unchecked: bool,
    /// X11: whether it has a PIN, by which its caller hears by telephone how it stands although it is sensitive.
    pub has_pin: bool,
    /// M5: the ticket that goes on for it in the end, as it stands.
    pub survivor: Option<Box<TicketBody>>,
    /// What happened to it and to what it took over, oldest first: the first page of `GET /v1/tickets/{id}/timeline`.
    pub entries: Vec<EntryBody>,
    /// `after` of the next page of that.
    pub entries_next: Option<String>,
}

impl TicketBody {
    /// As it stands at a moment; `rules` know the letters of its type.
    pub fn of(ticket: Ticket, rules: &Rules, now: Timestamp, sight: Sight) -> Self {
        let known = numbers_of(&ticket.matter.contact);
        let text = |text: String| sight.text(text, &known);
        let number = rules.number(&ticket.number, ticket.matter.ticket_type.as_deref());
        let priority = ticket.priority().level();
        let Ticket {
            matter, handling, ..
        } = ticket;
        let due_at = handling.due_at();
        let pause = handling.pause.reason.map(|reason| PauseBody {
            reason,
            resume_at: handling.pause.resume_at,
        });
        let into = handling.merging.into.as_ref();
        Self {
            id: ticket.id,
            number,
            state: handling.state,
            is_open: handling.state.is_open(),
            priority,
            impact: handling.weight.impact.into(),
            urgency: handling.weight.urgency.into(),
            priority_locked: handling.weight.locked,
            sensitive: handling.is_sensitive(),
            ticket_type: matter.ticket_type,
            category: matter.category,
            subject: text(matter.subject),
            body: text(matter.body),
            fields: matter
                .fields
                .into_iter()
                .map(|(name, field)| (name, told(field, text)))
                .collect(),
            for_leads: matter.for_leads,
            contact: ContactBody::of(matter.contact, sight, &known),
            customer: matter.customer,
            queue: matter.queue,
            source_call: ticket.source_call,
            created_by: handling.people.creator,
            owner: handling.people.owner,
            named: handling.place.named,
            assignee: handling.place.assignee,
            is_overdue: handling.is_overdue(now),
            due_at,
            clocks: clocks(&handling.clocks),
            pause,
            urges: handling.urges(),
            returns: handling.counts.returns,
            reopens: handling.counts.reopens,
            reporters: handling.reporters(),
            merged_into: into.map(|into: &MergedInto| into.ticket),
            created_at: ticket.created_at,
            resolved_at: handling.times.resolved,
            closed_at: handling.times.closed,
            updated_at: ticket.updated_at,
            version: ticket.version,
            group: handling.place.group,
        }
    }
}

/// The numbers of whom to call back.
pub(super) fn numbers_of(contact: &Contact) -> Masking {
    let e164 = contact.e164.as_ref().map(E164::as_str);
    Masking::of(contact.number.as_deref().into_iter().chain(e164))
}

pub(super) fn told(field: TicketField, text: impl Fn(String) -> String) -> TicketField {
    match field {
        TicketField::Text(value) => TicketField::Text(text(value)),
        TicketField::Number(value) => TicketField::Number(text(value)),
        TicketField::Truth(_) => field,
    }
}

fn clocks(clocks: &BTreeMap<ClockKind, Clock>) -> BTreeMap<&'static str, ClockBody> {
    let told = clocks.iter().map(|(kind, clock)| {
        let runs = clock.is_running();
        let body = ClockBody {
            allowed_ms: u64::try_from(clock.allowed().as_millis()).unwrap_or(u64::MAX),
            due_at: clock.due_at().filter(|_| runs),
            is_running: runs,
            stopped_at: clock.stopped_at(),
            breached_at: clock.breach().map(|breach| breach.at),
        };
        (kind.name(), body)
    });
    told.collect()
}
