//! What people do to tickets: T1 by hand or by another system, and every order of the state machine, under optimistic locking.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse};
use model::fact::TicketField;
use model::{CallId, CustomerId, Masking, TicketId, Timestamp};
use serde::Deserialize;
use store::{Command, NewTicket, StoreError};
use ticket::duplicate::Choice;
use ticket::handling::{Level, Receiver};
use ticket::{Actor, By, Contact, Matter, Order, Refused, Ticket, TicketKind};
use utoipa::ToSchema;

use super::ticket_body::{TicketBody, numbers_of};
use super::ticket_duplicates;
use super::ticket_refusal;
use super::tickets::{conflict, known, readable_by};
use super::version;
use crate::app::App;
use crate::auth::permission::ticket_rights;
use crate::auth::principal::now;
use crate::auth::{Action, Principal, authorise};
use crate::extract::{Body, InPath};
use crate::problem::{Code, Problem, ProblemDocument};
use crate::sight::{self, Sight, unmasked};

/// A ticket that somebody enters.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TicketEntry {
    /// One line of at most 200 characters.
    pub subject: String,
    /// What the matter is, at most 20,000 characters.
    #[serde(default)]
    pub body: String,
    /// Of what kind it is; without it the kind of its category.
    #[serde(default)]
    pub ticket_type: Option<String>,
    /// What it is about.
    #[serde(default)]
    pub category: Option<String>,
    /// What was found out, by name: `{"order": {"text": "007"}}`.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub fields: BTreeMap<String, TicketField>,
    /// Whom to call back: his name and number. Either this number or `customer` is needed.
    #[serde(default)]
    pub contact: ContactEntry,
    /// The customer.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub customer: Option<CustomerId>,
    /// The call that it came from.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub call: Option<CallId>,
    /// What another system calls it: sent again, it is the same ticket, and the answer is 200 instead of 201.
    #[serde(default)]
    pub source_ref: Option<String>,
    /// By when it is to be done, beside what is promised.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub due_at: Option<Timestamp>,
    /// Whom it touches, 1 a whole service … 3 one person; together with `urgency`.
    #[serde(default)]
    #[schema(value_type = Option<u8>)]
    pub impact: Option<Level>,
    /// How long it can wait, 1 not at all … 3 it can.
    #[serde(default)]
    #[schema(value_type = Option<u8>)]
    pub urgency: Option<Level>,
    /// Who gets it: `{"group": "network", "person": "7"}`; without it as the rules of dispatch say.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub receiver: Option<Receiver>,
    /// The answer, where it was given at once: the ticket is closed (直接答复).
    #[serde(default)]
    pub answer: Option<String>,
    /// Whether nobody has verified who sends it: where the house holds such tickets back, it waits to be released.
    #[serde(default)]
    pub unverified: bool,
    /// What it is to tickets of the same hard key, where such are there (`ticket.duplicate`): `{"choice": "merge_into", "ticket": "…"}`,
    /// `link` or `append_to` with `ticket`, or `different` with `reason`. What is appended makes no ticket: the answer is 200 with the other one.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub duplicate: Option<Choice>,
}

/// Whom to call back.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactEntry {
    /// His name.
    #[serde(default)]
    pub name: Option<String>,
    /// His number, as it was given.
    #[serde(default)]
    pub number: Option<String>,
}

/// An order: its word, and what belongs to it.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "the shape that the document shows of an order")]
pub struct TicketOrderBody {
    /// `claim`, `dispatch`, `urge`, …
    #[schema(rename = "type")]
    kind: String,
    /// What belongs to it: `{"to": {"group": "network"}}`.
    data: Option<serde_json::Value>,
}

/// T1, T2: a ticket begins, numbered, weighed and sent where it belongs.
#[utoipa::path(post, operation_id = "enter_ticket", path = "/v1/tickets", tag = "tickets", request_body = TicketEntry,
    responses(
        (status = 201, description = "It stands.", body = TicketBody, headers(("ETag" = String, description = "The version."))),
        (status = 200, description = "It stood there already, by its `source_ref`, or was appended to this one.", body = TicketBody),
        (status = 409, description = "Its type is not answered at once, its receiver cannot have it, or the same matter is there (`ticket.duplicate`, with `duplicates`).", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 422, description = "Something is missing, too long or of another form.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn enter(
    State(app): State<App>,
    who: Principal,
    Body(entry): Body<TicketEntry>,
) -> Result<impl IntoResponse, Problem> {
    authorise(&who, Action::WorkOnTickets, Some(who.agent))?;
    let rules = app.tickets().rules();
    let category = entry.category.as_deref().unwrap_or_default();
    let kind = entry.ticket_type.as_deref();
    let kind = kind.or_else(|| rules.kind_of_category(category));
    fits(rules.kind(kind.unwrap_or_default()), &entry.fields)?;
    if let Some(other) = entry.duplicate.as_ref().and_then(Choice::ticket) {
        known(&app, &who, other).await?;
    }
    unmasked(entry.contact.number.as_deref())?;
    let mut new = new_ticket(entry)?;
    new.reader = readable_by(&app, &who).await?;
    let matter = new.matter.clone();
    let by = By {
        actor: Actor::Agent(who.agent),
        rights: ticket_rights(&who),
    };
    let entered = match app.tickets().enter(new, by, now()).await {
        Ok(entered) => entered,
        Err(StoreError::Refused(Refused::Duplicate)) => {
            return Err(ticket_duplicates::undecided(&app, &who, matter).await?);
        }
        Err(other) => return Err(failed(other)),
    };
    if !entered.is_new {
        // It may have become one that is not for everybody.
        known(&app, &who, entered.ticket.id).await?;
    }
    let etag = version::etag(entered.ticket.version)?;
    let status = if entered.is_new {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    let body = TicketBody::of(entered.ticket, &rules, now(), Sight::of(&app, &who));
    Ok((status, AppendHeaders([(header::ETAG, etag)]), Json(body)))
}

fn new_ticket(entry: TicketEntry) -> Result<NewTicket, Problem> {
    let weight = match (entry.impact, entry.urgency) {
        (Some(impact), Some(urgency)) => Some((impact, urgency)),
        (None, None) => None,
        (Some(_), None) | (None, Some(_)) => {
            let why = "`impact` and `urgency` come together";
            return Err(Problem::new(Code::InvalidBody).detail(why));
        }
    };
    if entry
        .source_ref
        .as_deref()
        .is_some_and(|it| it.is_empty() || it.len() > 200)
    {
        let why = "`source_ref` has 1 to 200 bytes";
        return Err(Problem::new(Code::InvalidBody).detail(why));
    }
    Ok(NewTicket {
        matter: Matter {
            ticket_type: entry.ticket_type,
            category: entry.category,
            subject: entry.subject,
            body: entry.body,
            fields: entry.fields,
            contact: Contact {
                name: entry.contact.name,
                number: entry.contact.number,
                e164: None,
            },
            customer: entry.customer,
            ..Matter::default()
        },
        source_ref: entry.source_ref,
        call: entry.call,
        due_at: entry.due_at,
        weight,
        receiver: entry.receiver,
        answer: entry.answer,
        is_stranger: entry.unverified,
        choice: entry.duplicate,
        reader: None,
    })
}

/// A4: what the type needs at submission is there, and has its form.
fn fits(kind: &TicketKind, fields: &BTreeMap<String, TicketField>) -> Result<(), Problem> {
    let missing = kind.missing_at_submit(fields);
    if !missing.is_empty() {
        return Err(Problem::new(Code::FieldsMissing).detail(missing.join(", ")));
    }
    has_form(kind, fields)
}

pub(super) fn has_form(
    kind: &TicketKind,
    fields: &BTreeMap<String, TicketField>,
) -> Result<(), Problem> {
    let misfits = kind.misfits(fields);
    if misfits.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = misfits.iter().map(|field| field.name.as_str()).collect();
    Err(Problem::new(Code::FieldMisfits).detail(names.join(", ")))
}

/// An order of the state machine (T3 to T31): `{"type": "claim"}`, `{"type": "append", "data": {"text": "…"}}`.
///
/// Which are taken in which state, by whom, stands in docs/tickets.md. `If-Match` names the version that was read; `append`, `urge` and
/// `track` need none.
#[utoipa::path(post, operation_id = "order_ticket", path = "/v1/tickets/{id}/events", tag = "tickets",
    params(("id" = String, Path), ("If-Match" = Option<String>, Header, description = "The `ETag` that was read.")),
    request_body = TicketOrderBody,
    responses(
        (status = 200, description = "The ticket as it stands now.", body = TicketBody, headers(("ETag" = String, description = "The version."))),
        (status = 403, description = "The order is not yours to give for this ticket (`ticket.not_yours`).", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "No such ticket.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, description = "Not in this state (`state.not_allowed`), or a rule refuses.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 412, description = "It changed meanwhile; `current` is how it stands.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 422, description = "Something is missing, too long or of another form.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 428, description = "`If-Match` is missing.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn order(
    State(app): State<App>,
    who: Principal,
    InPath(id): InPath<TicketId>,
    headers: HeaderMap,
    Body(order): Body<Order>,
) -> Result<impl IntoResponse, Problem> {
    authorise(&who, Action::WorkOnTickets, Some(who.agent))?;
    give(&app, &who, id, &headers, order).await
}

/// Gives an order in the name of who asks, by the version that he has read where it depends on one.
pub(super) async fn give(
    app: &App,
    who: &Principal,
    id: TicketId,
    headers: &HeaderMap,
    mut order: Order,
) -> Result<impl IntoResponse + use<>, Problem> {
    let (before, sight) = (known(app, who, id).await?, Sight::of(app, who));
    if sight == Sight::Masked {
        restore(&mut order, &before)?;
    }
    let version = if order.transition().is_blind() && !headers.contains_key(header::IF_MATCH) {
        None
    } else {
        let Some(version) = version::matched(headers)? else {
            return Err(conflict(app, before, sight));
        };
        Some(version)
    };
    if let Order::Merge { into } = &order {
        known(app, who, *into).await?;
    }
    let rules = app.tickets().rules();
    if let Some(correction) = order.correction() {
        let mut matter = before.matter.clone();
        matter
            .revise(correction)
            .map_err(|refused| ticket_refusal::problem(&refused))?;
        let kind = rules.kind(matter.ticket_type.as_deref().unwrap_or_default());
        has_form(kind, &matter.fields)?;
    }
    let command = Command {
        ticket: id,
        version,
        order,
        by: By {
            actor: Actor::Agent(who.agent),
            rights: ticket_rights(who),
        },
        at: now(),
    };
    let ticket = match app.tickets().order(command).await {
        Ok(worked) => worked.ticket,
        Err(StoreError::Conflict { .. }) => {
            return Err(conflict(app, known(app, who, id).await?, sight));
        }
        Err(other) => return Err(failed(other)),
    };
    let etag = version::etag(ticket.version)?;
    let body = TicketBody::of(ticket, &rules, now(), sight);
    Ok((AppendHeaders([(header::ETAG, etag)]), Json(body)))
}

/// F7: what somebody sends back as he was told it, masked, stays as it stands.
fn restore(order: &mut Order, stands: &Ticket) -> Result<(), Problem> {
    let matter = &stands.matter;
    let known = numbers_of(&matter.contact);
    let restored = |given: &mut String, stood: &str| sight::restore(given, stood, &known);
    let fields = if let Order::Correct(correction) = order {
        if let Some(subject) = &mut correction.subject {
            restored(subject, &matter.subject)?;
        }
        if let Some(body) = &mut correction.body {
            restored(body, &matter.body)?;
        }
        let contact = correction.contact.as_ref();
        unmasked(contact.and_then(|contact| contact.number.as_deref()))?;
        &mut correction.fields
    } else if let Order::Fill { fields } = order {
        fields
    } else {
        return Ok(());
    };
    let given = fields.iter_mut();
    let given = given.filter_map(|(name, field)| field.as_mut().map(|field| (name, field)));
    restore_fields(given, &matter.fields, &known)
}

/// The same of fields.
pub(super) fn restore_fields<'f>(
    given: impl Iterator<Item = (&'f String, &'f mut TicketField)>,
    stood: &BTreeMap<String, TicketField>,
    known: &Masking,
) -> Result<(), Problem> {
    for (name, given) in given {
        let (TicketField::Text(given) | TicketField::Number(given)) = given else {
            continue;
        };
        if let Some(TicketField::Text(stood) | TicketField::Number(stood)) = stood.get(name) {
            sight::restore(given, stood, known)?;
        }
    }
    Ok(())
}

pub(super) fn failed(error: StoreError) -> Problem {
    if let StoreError::Refused(refused) = &error {
        return ticket_refusal::problem(refused);
    }
    if let StoreError::NotFound(_) = error {
        return Code::NoSuchTicket.into();
    }
    error.into()
}
