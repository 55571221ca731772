//! Tickets: lists, one with its timeline, and T5 `correct` by its own path, under optimistic locking (`ETag` is the version, `If-Match` names the
//! one that was read). Whoever comes late gets the document as it stands and loses no text.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{AppendHeaders, IntoResponse};
use model::fact::TicketField;
use model::{CallId, CustomerId, QueueName, TicketId, Timestamp};
use serde::Deserialize;
use store::page::LIMIT_MAX;
use store::{Reader, TicketFilter, TicketKey, TicketOrder};
use ticket::{Actor, Correction, Number, Order, Priority, Ticket};
use utoipa::{IntoParams, ToSchema};

use super::list::{List, PageQuery};
use super::search;
use super::ticket_body::{TicketBody, TicketDetail, numbers_of};
use super::ticket_orders;
use super::ticket_timeline::{self, AbsorbedBody};
use super::version;
use crate::app::App;
use crate::auth::principal::now;
use crate::auth::{Action, Principal, authorise};
use crate::extract::{AgentRef, Body, InPath, InQuery};
use crate::problem::{Code, Problem, ProblemDocument};
use crate::sight::Sight;

/// Which tickets.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TicketQuery {
    /// In this state: `new`, `dispatched`, …
    #[serde(rename = "filter[state]")]
    #[param(value_type = Option<String>)]
    state: Option<ticket::State>,
    /// Open, or ended. Without it lists of work (by group, assignee, named, owner, or in the order of what is due) hold open ones, others both.
    #[serde(rename = "filter[open]")]
    open: Option<bool>,
    /// Of this customer.
    #[serde(rename = "filter[customer]")]
    #[param(value_type = Option<String>)]
    customer: Option<CustomerId>,
    /// Entered by this agent: an id, or `me`.
    #[serde(rename = "filter[created_by]")]
    #[param(value_type = Option<String>)]
    created_by: Option<AgentRef>,
    /// Of whom this agent was asked first.
    #[serde(rename = "filter[owner]")]
    #[param(value_type = Option<String>)]
    owner: Option<AgentRef>,
    /// Accepted by this agent.
    #[serde(rename = "filter[assignee]")]
    #[param(value_type = Option<String>)]
    assignee: Option<AgentRef>,
    /// Sent to this agent, who has not accepted yet.
    #[serde(rename = "filter[named]")]
    #[param(value_type = Option<String>)]
    named: Option<AgentRef>,
    /// Followed by this agent.
    #[serde(rename = "filter[watcher]")]
    #[param(value_type = Option<String>)]
    watcher: Option<AgentRef>,
    /// With this group.
    #[serde(rename = "filter[group]")]
    group: Option<String>,
    /// Whose call waited in this queue.
    #[serde(rename = "filter[queue]")]
    #[param(value_type = Option<String>)]
    queue: Option<QueueName>,
    /// Of this call.
    #[serde(rename = "filter[call]")]
    #[param(value_type = Option<String>)]
    call: Option<CallId>,
    /// Of this priority, 1 to 5.
    #[serde(rename = "filter[priority]")]
    priority: Option<u8>,
    /// Of this type.
    #[serde(rename = "filter[type]")]
    ticket_type: Option<String>,
    /// About this, or something below it.
    #[serde(rename = "filter[category]")]
    category: Option<String>,
    /// With this contact number, however it is written.
    #[serde(rename = "filter[contact]")]
    contact: Option<String>,
    /// Due before this moment.
    #[serde(rename = "filter[due_before]")]
    #[param(value_type = Option<String>, format = DateTime)]
    due_before: Option<Timestamp>,
    /// Whose customer is to be called back before this moment.
    #[serde(rename = "filter[visit_before]")]
    #[param(value_type = Option<String>, format = DateTime)]
    visit_before: Option<Timestamp>,
    /// With this readable number, with its letters or without.
    #[serde(rename = "filter[number]")]
    number: Option<String>,
    /// With all these words (J7), in its number, its subject, its text or what was written to it; of the last 90 days, unless `since` is there.
    #[serde(rename = "filter[text]")]
    text: Option<String>,
    /// With `filter[text]`: of tickets that began then or later.
    #[param(value_type = Option<String>, format = DateTime)]
    since: Option<Timestamp>,
    /// `newest`: the newest first; `due`: what is due next first. `newest` when absent.
    sort: Option<TicketSort>,
    /// `next` of the page before, in the same order.
    after: Option<String>,
    /// Rows, 1 to 200; 50 when absent.
    limit: Option<u32>,
}

/// In which order.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TicketSort {
    /// The newest first.
    Newest,
    /// What is due next first.
    Due,
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
    /// Of what kind it is.
    #[serde(default)]
    pub ticket_type: Option<String>,
    /// What it is about.
    #[serde(default)]
    pub category: Option<String>,
    /// Fields by name; `null` takes one out.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub fields: BTreeMap<String, Option<TicketField>>,
    /// The customer.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub customer: Option<CustomerId>,
}

impl From<TicketChange> for Correction {
    fn from(change: TicketChange) -> Self {
        Self {
            subject: change.subject,
            body: change.body,
            ticket_type: change.ticket_type,
            category: change.category,
            fields: change.fields,
            contact: None,
            customer: change.customer,
        }
    }
}

impl TicketQuery {
    fn order(&self) -> TicketOrder {
        match self.sort {
            Some(TicketSort::Due) => TicketOrder::Due,
            Some(TicketSort::Newest) | None => TicketOrder::Newest,
        }
    }

    async fn filter(&self, app: &App, who: &Principal) -> Result<TicketFilter, Problem> {
        let rules = app.tickets().rules();
        let agent = |it: Option<AgentRef>| it.map(|agent| agent.resolve(who));
        let text = self.text.as_deref().map(search::question).transpose()?;
        if text.is_none() && self.since.is_some() {
            return Err(
                Problem::new(Code::MalformedParameter).detail("`since` goes with `filter[text]`")
            );
        }
        let priority = self.priority.map(Priority::new).transpose();
        let priority = priority
            .map_err(|why| Problem::new(Code::MalformedParameter).detail(why.to_string()))?;
        Ok(TicketFilter {
            state: self.state,
            is_open: self.open,
            customer: self.customer,
            created_by: agent(self.created_by),
            owner: agent(self.owner),
            assignee: agent(self.assignee),
            named: agent(self.named),
            watcher: agent(self.watcher),
            group: self.group.clone(),
            queue: self.queue.clone(),
            call: self.call,
            priority,
            ticket_type: self.ticket_type.clone(),
            categories: self
                .category
                .as_deref()
                .map(|code| rules.catalogue.below(code)),
            number_key: self
                .contact
                .as_deref()
                .map(|number| app.database().number_key(number)),
            due_before: self.due_before,
            visit_before: self.visit_before,
            number: None,
            text: text.map(|question| (question, search::since(self.since))),
            readable_by: readable_by(app, who).await?,
            order: self.order(),
        })
    }
}

/// J1, A13, J3: who reads those within his reach, few of the sensitive ones, and none that are about how agents serve unless he leads;
/// `None` reads all.
pub(super) async fn readable_by(app: &App, who: &Principal) -> Result<Option<Reader>, Problem> {
    let within = who.circle.as_deref().cloned();
    let leads = authorise(who, Action::SeeLeadTickets, Some(who.agent)).is_ok();
    if within.is_none() && leads {
        return Ok(None);
    }
    let reader = app.tickets().reader(who.agent, now()).await?;
    Ok(Some(Reader {
        within,
        leads,
        ..reader
    }))
}

/// Tickets, the newest first, or what is due next.
#[utoipa::path(get, operation_id = "list_tickets", path = "/v1/tickets", tag = "tickets", params(TicketQuery),
    responses((status = 200, description = "Tickets.", body = List<TicketBody>)))]
pub(crate) async fn list(
    State(app): State<App>,
    who: Principal,
    InQuery(query): InQuery<TicketQuery>,
) -> Result<Json<List<TicketBody>>, Problem> {
    authorise(&who, Action::SeeTickets, Some(who.agent))?;
    let page = PageQuery::of(query.after.clone(), query.limit);
    let (after, limit) = page.request_by::<TicketKey>()?;
    if after.is_some_and(|key| key.order() != query.order()) {
        let why = "after: expected `next` of a page in the same order";
        return Err(Problem::new(Code::MalformedParameter).detail(why));
    }
    let filter = query.filter(&app, &who).await?;
    let (items, next) = match query.number {
        Some(number) => (by_number(&app, &number, &filter).await?, None),
        None => {
            let found = app.database().tickets(&filter, after, limit).await?;
            (found.items, found.next)
        }
    };
    let (rules, at, sight) = (app.tickets().rules(), now(), Sight::of(&app, &who));
    let bodies = items.into_iter();
    Ok(Json(List {
        items: bodies
            .map(|it| listed(TicketBody::of(it, &rules, at, sight)))
            .collect(),
        next: next.map(|next| next.to_string()),
    }))
}

/// A13: a list tells that a sensitive ticket is there, and how it stands; what it says is read by opening it.
pub(super) fn listed(mut ticket: TicketBody) -> TicketBody {
    if ticket.sensitive {
        ticket.body.clear();
        ticket.fields.clear();
    }
    ticket
}

/// The ticket of a number, if it fits the other filters; a slip of the finger finds nothing.
async fn by_number(app: &App, number: &str, filter: &TicketFilter) -> Result<Vec<Ticket>, Problem> {
    let Ok(number) = number.parse::<Number>() else {
        return Ok(Vec::new());
    };
    let filter = TicketFilter {
        number: Some(number),
        ..filter.clone()
    };
    let found = app.database().tickets(&filter, None, 1);
    Ok(found.await?.items)
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
    authorise(&who, Action::SeeTickets, Some(who.agent))?;
    let ticket = known(&app, &who, id).await?;
    if ticket.handling.is_sensitive() {
        // A13: nobody reads it unseen.
        app.tickets()
            .note_read(id, Actor::Agent(who.agent), now())
            .await?;
    }
    let etag = version::etag(ticket.version)?;
    let (rules, at, sight) = (app.tickets().rules(), now(), Sight::of(&app, &who));
    let known = numbers_of(&ticket.matter.contact);
    let survivor = match &ticket.handling.merging.into {
        Some(_) => survivor(&app, &who, id).await?,
        None => None,
    };
    let reader = readable_by(&app, &who).await?;
    let calls = app.tickets().calls_of(&ticket, reader.as_ref()).await?;
    let timeline =
        ticket_timeline::page((&app, sight), id, reader.as_ref(), (None, LIMIT_MAX)).await?;
    let absorbed = app.tickets().taken_over(id, reader.as_ref()).await?;
    let absorbed = absorbed.into_iter();
    let handling = ticket.handling.clone();
    let detail = TicketDetail {
        ticket: TicketBody::of(ticket, &rules, at, sight),
        calls,
        absorbed: absorbed.map(|one| AbsorbedBody::of(one, &rules)).collect(),
        watchers: handling.people.watchers.into_iter().collect(),
        approval: sight.value(&handling.approval, &known),
        extension: sight.value(&handling.extension, &known),
        visits: sight.value(&handling.visits, &known),
        verdicts: sight.value(&handling.verdicts, &known),
        related: app.tickets().related_to(id, reader.as_ref()).await?,
        duplicates_unchecked: app.tickets().is_unchecked(id).await?,
        has_pin: app.database().has_ticket_pin(id).await?,
        survivor: survivor.map(|it| Box::new(TicketBody::of(it, &rules, at, sight))),
        entries: timeline.items,
        entries_next: timeline.next,
    };
    Ok((AppendHeaders([(header::ETAG, etag)]), Json(detail)))
}

/// M5: the ticket that goes on for it in the end, if it is there for who asks; a look at a sensitive one is noted (A13).
async fn survivor(app: &App, who: &Principal, id: TicketId) -> Result<Option<Ticket>, Problem> {
    let found = app.tickets().survivor_of(id).await?;
    let reader = readable_by(app, who).await?;
    let is_his = |it: &Ticket| reader.as_ref().is_none_or(|reader| reader.may_read(it));
    let found = found.filter(is_his);
    if let Some(found) = found.as_ref().filter(|it| it.handling.is_sensitive()) {
        app.tickets()
            .note_read(found.id, Actor::Agent(who.agent), now())
            .await?;
    }
    Ok(found)
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
    authorise(&who, Action::WorkOnTickets, Some(who.agent))?;
    let order = Order::Correct(change.into());
    ticket_orders::give(&app, &who, id, &headers, order).await
}

/// A ticket, if it is there for who asks.
pub(super) async fn known(app: &App, who: &Principal, id: TicketId) -> Result<Ticket, Problem> {
    let found = app.database().ticket(id).await?;
    let found = found.ok_or_else(|| Problem::new(Code::NoSuchTicket))?;
    let is_readable = match readable_by(app, who).await? {
        Some(reader) => reader.may_read(&found),
        None => true,
    };
    // Whether it is there is not for everybody to know.
    is_readable
        .then_some(found)
        .ok_or_else(|| Problem::new(Code::NoSuchTicket))
}

/// 412 with the ticket as it stands.
pub(super) fn conflict(app: &App, current: Ticket, sight: Sight) -> Problem {
    let version = current.version;
    let body = TicketBody::of(current, &app.tickets().rules(), now(), sight);
    version::conflict(&body, version)
}
