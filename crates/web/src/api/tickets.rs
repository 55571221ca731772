//! Tickets: lists, one with its timeline, and T5 `correct` under optimistic locking (`ETag` is the version, `If-Match` names the
//! one that was read). Whoever comes late gets the document as it stands and loses no text.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{AppendHeaders, IntoResponse};
use model::{CustomerId, Fact, TicketId};
use serde::Deserialize;
use store::{StoreError, TicketFilter};
use ticket::{Correction, Number, Refused, Ticket};
use utoipa::{IntoParams, ToSchema};

use super::list::{self, List};
use super::ticket_body::{TicketBody, TicketDetail};
use super::version;
use crate::app::App;
use crate::auth::permission::reaches_all;
use crate::auth::principal::now;
use crate::auth::{Action, Principal, authorise};
use crate::extract::{AgentRef, Body, InPath, InQuery};
use crate::problem::{Code, Problem, ProblemDocument};

/// Which tickets.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TicketQuery {
    /// In this state: `new`, `dispatched`, …
    #[serde(rename = "filter[state]")]
    #[param(value_type = Option<String>)]
    state: Option<ticket::State>,
    /// Of this customer.
    #[serde(rename = "filter[customer]")]
    #[param(value_type = Option<String>)]
    customer: Option<CustomerId>,
    /// Taken by this agent: an id, or `me`.
    #[serde(rename = "filter[created_by]")]
    #[param(value_type = Option<String>)]
    created_by: Option<AgentRef>,
    /// With this readable number.
    #[serde(rename = "filter[number]")]
    number: Option<String>,
    /// The last id of the page before.
    #[param(value_type = Option<String>)]
    after: Option<u64>,
    /// Rows, 1 to 200; 50 when absent.
    limit: Option<u32>,
}

/// New values; a field that is absent stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TicketChange {
    /// One line of at most 200 characters.
    #[serde(default)]
    pub subject: Option<String>,
    /// What the matter is, at most 20,000 characters.
    #[serde(default)]
    pub body: Option<String>,
}

impl From<TicketChange> for Correction {
    fn from(change: TicketChange) -> Self {
        Self {
            subject: change.subject,
            body: change.body,
        }
    }
}

/// Tickets, newest first.
#[utoipa::path(get, operation_id = "list_tickets", path = "/v1/tickets", tag = "tickets", params(TicketQuery),
    responses((status = 200, description = "Tickets, newest first.", body = List<TicketBody>)))]
pub(crate) async fn list(
    State(app): State<App>,
    who: Principal,
    InQuery(query): InQuery<TicketQuery>,
) -> Result<Json<List<TicketBody>>, Problem> {
    authorise(&who, Action::SeeTickets, None)?;
    let page = list::page_request(query.after, query.limit)?;
    let filter = TicketFilter {
        state: query.state,
        customer: query.customer,
        created_by: query.created_by.map(|agent| agent.resolve(&who)),
        without_leads: !reaches_all(&who, Action::SeeLeadTickets),
    };
    let (items, next) = match query.number {
        Some(number) => (by_number(&app, &number, &filter).await?, None),
        None => {
            let found = app.database().tickets(&filter, page).await?;
            (found.items, found.next)
        }
    };
    Ok(Json(List {
        items: items.into_iter().map(TicketBody::from).collect(),
        next: next.map(|next| next.to_string()),
    }))
}

/// The ticket of a number, if it fits the other filters; a slip of the finger finds nothing.
async fn by_number(app: &App, number: &str, filter: &TicketFilter) -> Result<Vec<Ticket>, Problem> {
    let Ok(number) = number.parse::<Number>() else {
        return Ok(Vec::new());
    };
    let fits = |ticket: &Ticket| {
        !(filter.without_leads && ticket.for_leads)
            && filter.state.is_none_or(|state| ticket.state == state)
            && filter
                .customer
                .is_none_or(|customer| ticket.customer == Some(customer))
            && filter
                .created_by
                .is_none_or(|agent| ticket.created_by == Some(agent))
    };
    let found = app.database().ticket_by_number(&number).await?;
    Ok(found.filter(fits).into_iter().collect())
}

/// One ticket with its calls and timeline; `ETag` is its version.
#[utoipa::path(get, operation_id = "get_ticket", path = "/v1/tickets/{id}", tag = "tickets", params(("id" = String, Path)),
    responses(
        (status = 200, description = "The ticket.", body = TicketDetail, headers(("ETag" = String, description = "The version, for `If-Match`."))),
        (status = 404, description = "No such ticket.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn read(
    State(app): State<App>,
    who: Principal,
    InPath(id): InPath<TicketId>,
) -> Result<impl IntoResponse, Problem> {
    authorise(&who, Action::SeeTickets, None)?;
    let ticket = known(&app, &who, id).await?;
    let etag = version::etag(ticket.version)?;
    let calls = app.database().calls_of_ticket(id).await?;
    let entries = app.database().ticket_entries(id).await?;
    let detail = TicketDetail {
        ticket: ticket.into(),
        calls,
        entries: entries.into_iter().map(Into::into).collect(),
    };
    Ok((AppendHeaders([(header::ETAG, etag)]), Json(detail)))
}

/// T5: corrects a ticket that nobody has accepted yet.
#[utoipa::path(patch, operation_id = "correct_ticket", path = "/v1/tickets/{id}", tag = "tickets",
    params(("id" = String, Path), ("If-Match" = String, Header, description = "The `ETag` that was read.")),
    request_body = TicketChange,
    responses(
        (status = 200, description = "The ticket as it stands now.", body = TicketBody, headers(("ETag" = String, description = "The version."))),
        (status = 409, description = "It is not corrected any more.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 412, description = "It changed meanwhile; `current` is how it stands.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 422, description = "A text is missing or too long.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 428, description = "`If-Match` is missing.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn correct(
    State(app): State<App>,
    who: Principal,
    InPath(id): InPath<TicketId>,
    headers: HeaderMap,
    Body(change): Body<TicketChange>,
) -> Result<impl IntoResponse, Problem> {
    let before = known(&app, &who, id).await?;
    authorise(&who, Action::ChangeTicket, before.created_by)?;
    let Some(version) = version::matched(&headers)? else {
        return Err(conflict(before));
    };
    let corrected = app
        .database()
        .correct_ticket(id, version, who.agent, change.into(), now())
        .await;
    let ticket = match corrected {
        Ok(ticket) => ticket,
        Err(StoreError::Conflict { .. }) => return Err(conflict(known(&app, &who, id).await?)),
        Err(StoreError::NotFound(_)) => return Err(Code::NoSuchTicket.into()),
        Err(StoreError::Refused(refused)) => return Err(refusal(&refused)),
        Err(other) => return Err(other.into()),
    };
    if ticket.version != version {
        app.tell(Fact::TicketChanged {
            ticket: id,
            event: "correct".to_owned(),
        });
    }
    let etag = version::etag(ticket.version)?;
    Ok((
        AppendHeaders([(header::ETAG, etag)]),
        Json(TicketBody::from(ticket)),
    ))
}

/// A ticket, if it is there for who asks.
async fn known(app: &App, who: &Principal, id: TicketId) -> Result<Ticket, Problem> {
    let found = app.database().ticket(id).await?;
    let found =
        found.filter(|ticket| !ticket.for_leads || reaches_all(who, Action::SeeLeadTickets));
    found.ok_or_else(|| Problem::new(Code::NoSuchTicket))
}

fn conflict(current: Ticket) -> Problem {
    let version = current.version;
    version::conflict(&TicketBody::from(current), version)
}

fn refusal(refused: &Refused) -> Problem {
    let code = match refused {
        Refused::NotCorrectable(_) => Code::StateForbids,
        Refused::NoContact | Refused::NoSubject | Refused::TooLong { .. } => Code::InvalidBody,
    };
    Problem::new(code).detail(refused.to_string())
}
