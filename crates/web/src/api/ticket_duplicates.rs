//! Tickets about the same matter (判重, D4 to D8): the list for a draft and for a ticket, and what two are to each other.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{AppendHeaders, IntoResponse};
use model::fact::TicketField;
use model::{CustomerId, TicketId};
use serde::{Deserialize, Serialize};
use store::{Duplicate, Duplicates, PageRequest, Related, Suspect};
use ticket::duplicate::Relation;
use ticket::rules::Why;
use ticket::{Actor, By, Contact, Matter, Rules};
use utoipa::ToSchema;

use super::list::PageQuery;
use super::ticket_body::TicketBody;
use super::ticket_orders::{ContactEntry, failed};
use super::tickets::{known, listed, readable_by};
use super::version;
use crate::app::App;
use crate::auth::permission::ticket_rights;
use crate::auth::principal::now;
use crate::auth::{Action, Principal, authorise};
use crate::extract::{Body, InPath, InQuery};
use crate::problem::{Code, Problem, ProblemDocument};
use crate::sight::{Sight, unmasked};

/// What is known of a ticket that is not entered yet; nothing of it is needed.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DuplicateSearch {
    /// One line.
    #[serde(default)]
    pub subject: String,
    /// Of what kind it is; without it the kind of its category.
    #[serde(default)]
    pub ticket_type: Option<String>,
    /// What it is about.
    #[serde(default)]
    pub category: Option<String>,
    /// What was found out, by name.
    #[schema(value_type = Object)]
    #[serde(default)]
    pub fields: BTreeMap<String, TicketField>,
    /// Whom to call back.
    #[serde(default)]
    pub contact: ContactEntry,
    /// The customer.
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    pub customer: Option<CustomerId>,
}

/// Tickets about the same matter.
#[derive(Debug, Serialize, ToSchema)]
pub struct DuplicateList {
    /// How many in all.
    pub total: usize,
    /// How many of them by a condition of the house: one who enters a ticket beside these has to choose.
    pub hard: usize,
    /// What is offered first.
    pub suggestion: DuplicateSuggestion,
    /// A page of them, newest first.
    pub items: Vec<DuplicateBody>,
    /// What to ask for as `after` to get the next page; `null` at the end.
    pub next: Option<String>,
}

/// D8: what is offered first.
#[derive(Debug, Serialize, ToSchema)]
pub struct DuplicateSuggestion {
    /// `append`: add to `ticket`, or urge it; `new`: enter one.
    pub action: &'static str,
    /// The newest open ticket of the same caller in the same category.
    #[schema(value_type = Option<String>)]
    pub ticket: Option<TicketId>,
}

/// A ticket about what may be the same.
#[derive(Debug, Serialize, ToSchema)]
pub struct DuplicateBody {
    /// The ticket, as lists tell it.
    pub ticket: TicketBody,
    /// Whether a condition of the house holds.
    pub is_hard: bool,
    /// Whether so much is alike that it is likely the same.
    pub is_likely: bool,
    /// How much is alike.
    pub points: u16,
    /// Why it is listed: conditions that hold, then what is alike.
    pub reasons: Vec<ReasonBody>,
}

/// Why a ticket is listed.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReasonBody {
    /// A condition's name, or `contact`, `category`, `parent`, `place`, `subject`, `product`, `closed`.
    pub code: String,
    /// What people read, in `zh-CN` and `en`.
    #[schema(value_type = Object)]
    pub label: BTreeMap<&'static str, String>,
}

/// What two tickets are to each other.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RelationEntry {
    /// The other one.
    #[schema(value_type = String)]
    pub ticket: TicketId,
    /// `related`: they belong together; `different`: they do not, and neither is proposed for the other again.
    #[schema(value_type = String)]
    pub relation: Relation,
    /// How that is known; needed for `different`.
    #[serde(default)]
    pub reason: String,
}

impl DuplicateList {
    fn of(found: Duplicates, rules: &Rules, sight: Sight) -> Self {
        let at = now();
        let body = |one: Duplicate| DuplicateBody {
            ticket: listed(TicketBody::of(one.ticket, rules, at, sight)),
            is_hard: one.is_hard,
            is_likely: one.is_likely,
            points: one.points,
            reasons: one.why.into_iter().map(Into::into).collect(),
        };
        Self {
            total: found.total,
            hard: found.hard,
            suggestion: DuplicateSuggestion {
                action: if found.open.is_some() {
                    "append"
                } else {
                    "new"
                },
                ticket: found.open,
            },
            items: found.page.items.into_iter().map(body).collect(),
            next: found.page.next.map(|next| next.to_string()),
        }
    }
}

impl From<Why> for ReasonBody {
    fn from(why: Why) -> Self {
        Self {
            code: why.code,
            label: [("zh-CN", why.zh), ("en", why.en)].into(),
        }
    }
}

/// D4: all tickets about the same matter as one that is being entered.
#[utoipa::path(post, operation_id = "find_duplicates", path = "/v1/tickets/duplicates", tag = "tickets", params(PageQuery),
    request_body = DuplicateSearch,
    responses((status = 200, description = "What is there already, newest first.", body = DuplicateList)))]
pub(crate) async fn search(
    State(app): State<App>,
    who: Principal,
    InQuery(page): InQuery<PageQuery>,
    Body(search): Body<DuplicateSearch>,
) -> Result<Json<DuplicateList>, Problem> {
    authorise(&who, Action::SeeTickets, Some(who.agent))?;
    let page = page.request()?;
    unmasked(search.contact.number.as_deref())?;
    let matter = Matter {
        ticket_type: search.ticket_type,
        category: search.category,
        subject: search.subject,
        fields: search.fields,
        contact: Contact {
            name: search.contact.name,
            number: search.contact.number,
            e164: None,
        },
        customer: search.customer,
        ..Matter::default()
    };
    let suspect = Suspect { matter, own: None };
    Ok(Json(found(&app, &who, suspect, page).await?))
}

/// D4: all tickets about the same matter as this one; what was said to be different is left out.
#[utoipa::path(get, operation_id = "list_duplicates", path = "/v1/tickets/{id}/duplicates", tag = "tickets",
    params(("id" = String, Path), PageQuery),
    responses(
        (status = 200, description = "What is there beside it, newest first.", body = DuplicateList),
        (status = 404, description = "No such ticket.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn of_ticket(
    State(app): State<App>,
    who: Principal,
    InPath(id): InPath<TicketId>,
    InQuery(page): InQuery<PageQuery>,
) -> Result<Json<DuplicateList>, Problem> {
    authorise(&who, Action::SeeTickets, Some(who.agent))?;
    let page = page.request()?;
    let ticket = known(&app, &who, id).await?;
    if ticket.handling.is_sensitive() {
        // A13: what it is like tells what it is about.
        app.tickets()
            .note_read(id, Actor::Agent(who.agent), now())
            .await?;
    }
    let suspect = Suspect {
        matter: ticket.matter,
        own: Some(id),
    };
    Ok(Json(found(&app, &who, suspect, page).await?))
}

/// D6: says of two tickets what they are to each other; said again it changes nothing.
#[utoipa::path(post, operation_id = "relate_tickets", path = "/v1/tickets/{id}/relations", tag = "tickets",
    params(("id" = String, Path)), request_body = RelationEntry,
    responses(
        (status = 200, description = "The ticket as it stands now.", body = TicketBody, headers(("ETag" = String, description = "The version."))),
        (status = 404, description = "One of them is not there.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, description = "They are one.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 422, description = "`different` needs a reason.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn relate(
    State(app): State<App>,
    who: Principal,
    InPath(id): InPath<TicketId>,
    Body(entry): Body<RelationEntry>,
) -> Result<impl IntoResponse, Problem> {
    authorise(&who, Action::WorkOnTickets, Some(who.agent))?;
    known(&app, &who, id).await?;
    known(&app, &who, entry.ticket).await?;
    let said = Related {
        ticket: id,
        other: entry.ticket,
        relation: entry.relation,
        reason: entry.reason,
        by: By {
            actor: Actor::Agent(who.agent),
            rights: ticket_rights(&who),
        },
        at: now(),
    };
    let related = app.tickets().relate(said).await;
    let ticket = related.map_err(failed)?.ticket;
    let etag = version::etag(ticket.version)?;
    let body = TicketBody::of(ticket, &app.tickets().rules(), now(), Sight::of(&app, &who));
    Ok((AppendHeaders([(header::ETAG, etag)]), Json(body)))
}

/// D6: 409 with the first page of what is there.
pub(super) async fn undecided(
    app: &App,
    who: &Principal,
    matter: Matter,
) -> Result<Problem, Problem> {
    let suspect = Suspect { matter, own: None };
    let list = found(app, who, suspect, PageRequest::default()).await?;
    let list = serde_json::to_value(list).map_err(|error| Problem::internal(&error))?;
    Ok(Problem::new(Code::TicketDuplicate).duplicates(list))
}

async fn found(
    app: &App,
    who: &Principal,
    suspect: Suspect,
    page: PageRequest,
) -> Result<DuplicateList, Problem> {
    let reader = readable_by(app, who).await?;
    let desk = app.tickets();
    let found = desk
        .duplicates(suspect, reader.as_ref(), page, now())
        .await?;
    Ok(DuplicateList::of(found, &desk.rules(), Sight::of(app, who)))
}
