//! Reminders (定时提醒, J8): of a ticket or a customer, for oneself or for a colleague who may read it, at a moment or by business time.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse};
use model::{AgentId, Masking, ReminderId, Timestamp};
use store::StoreError;
use store::reminder::{
    NewReminder, Reminder, ReminderAbout, ReminderChange, ReminderFault, ReminderFilter,
};

use super::list::{self, List};
use super::reminder_body::{
    Preset, ReminderBody, ReminderChangeWanted, ReminderQuery, ReminderWanted, When,
};
use super::{customer_body, ticket_body, tickets, version};
use crate::app::App;
use crate::auth::principal::now;
use crate::auth::{Action, Principal, authorise};
use crate::extract::{AgentRef, Body, InPath, InQuery};
use crate::problem::{Code, Problem, ProblemDocument};
use crate::sight::{self, Sight};

/// Most minutes of business time in which somebody is reminded: 30 days of eight hours.
const BUSINESS_MIN_MAX: u32 = 30 * 8 * 60;

/// The asker's reminders that are not done, the last made first; or those that are, or those that he made for others.
#[utoipa::path(get, operation_id = "list_reminders", path = "/v1/reminders", tag = "tickets", params(ReminderQuery),
    responses((status = 200, description = "Reminders, the last made first.", body = List<ReminderBody>)))]
pub(crate) async fn list(
    State(app): State<App>,
    who: Principal,
    InQuery(query): InQuery<ReminderQuery>,
) -> Result<Json<List<ReminderBody>>, Problem> {
    authorise(&who, Action::SeeTickets, Some(who.agent))?;
    let page = list::page_request(query.after, query.limit)?;
    let filter = ReminderFilter {
        agent: who.agent,
        for_others: query.for_others,
        is_done: query.done,
    };
    let found = app.database().reminders(filter, page).await?;
    let mut items = Vec::with_capacity(found.items.len());
    for reminder in found.items {
        items.push(body(&app, &who, reminder).await?);
    }
    Ok(Json(List {
        items,
        next: found.next.map(|next| next.to_string()),
    }))
}

/// Makes a reminder of a ticket or a customer, for the asker or for a colleague who may read it.
#[utoipa::path(post, operation_id = "add_reminder", path = "/v1/reminders", tag = "tickets", request_body = ReminderWanted,
    responses(
        (status = 201, description = "The reminder.", body = ReminderBody, headers(("ETag" = String, description = "The version."))),
        (status = 404, description = "No such agent, ticket or customer, or none that the asker, or whom it reminds, may read.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, description = "Its person has 200 that are not done.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 422, description = "The body is not as it should be.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn add(
    State(app): State<App>,
    who: Principal,
    Body(wanted): Body<ReminderWanted>,
) -> Result<impl IntoResponse, Problem> {
    authorise(&who, Action::WorkOnTickets, Some(who.agent))?;
    let about = match (wanted.ticket, wanted.customer) {
        (Some(ticket), None) => ReminderAbout::Ticket(ticket),
        (None, Some(customer)) => ReminderAbout::Customer(customer),
        (None, None) | (Some(_), Some(_)) => return Err(wrong("one of `ticket` and `customer`")),
    };
    let agent = wanted.agent.unwrap_or(AgentRef::Me).resolve(&who);
    may_see(&app, &who, about).await?;
    if agent != who.agent {
        may_see(&app, &colleague(&app, &who, agent).await?, about).await?;
    }
    let due_at = moment(&app, &wanted.when(), now())?;
    let due_at = due_at.ok_or_else(|| wrong(WHEN))?;
    let new = NewReminder {
        agent,
        about,
        words: wanted.text,
        due_at,
    };
    let added = app.database().add_reminder(new, who.agent, now()).await;
    Ok((
        StatusCode::CREATED,
        answer(&app, &who, added.map_err(mistake)?).await?,
    ))
}

/// One reminder; `ETag` is its version.
#[utoipa::path(get, operation_id = "get_reminder", path = "/v1/reminders/{id}", tag = "tickets", params(("id" = String, Path)),
    responses(
        (status = 200, description = "The reminder.", body = ReminderBody, headers(("ETag" = String, description = "The version, for `If-Match`."))),
        (status = 404, description = "No such reminder of the asker's, and none that he made.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn read(
    State(app): State<App>,
    who: Principal,
    InPath(id): InPath<ReminderId>,
) -> Result<impl IntoResponse, Problem> {
    authorise(&who, Action::SeeTickets, Some(who.agent))?;
    let reminder = known(&app, &who, id).await?;
    answer(&app, &who, reminder).await
}

/// Says a reminder otherwise, puts it off, or says that it is done. One that is put off is told at its other moment, though it was told before.
#[utoipa::path(patch, operation_id = "change_reminder", path = "/v1/reminders/{id}", tag = "tickets",
    params(("id" = String, Path), ("If-Match" = String, Header, description = "The `ETag` that was read.")),
    request_body = ReminderChangeWanted,
    responses(
        (status = 200, description = "The reminder as it stands.", body = ReminderBody, headers(("ETag" = String, description = "The version."))),
        (status = 404, description = "No such reminder of the asker's, and none that he made.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 412, description = "It changed meanwhile; `current` is how it stands.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 422, description = "The body is not as it should be.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 428, description = "`If-Match` is missing.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn change(
    State(app): State<App>,
    who: Principal,
    InPath(id): InPath<ReminderId>,
    headers: HeaderMap,
    Body(wanted): Body<ReminderChangeWanted>,
) -> Result<impl IntoResponse, Problem> {
    let version = writable(&app, &who, id, &headers).await?;
    let due_at = moment(&app, &wanted.when(), now())?;
    let mut words = wanted.text;
    if let Some(words) = &mut words {
        let stands = known(&app, &who, id).await?;
        let numbers = numbers(&app, &who, stands.about).await?;
        sight::restore(words, &stands.words, &numbers)?;
    }
    let change = ReminderChange {
        due_at,
        words,
        is_done: wanted.done,
    };
    let changed = app.database();
    let changed = changed.change_reminder(id, version, change, who.agent, now());
    match changed.await {
        Ok(reminder) => answer(&app, &who, reminder).await,
        Err(StoreError::Conflict { .. }) => Err(conflict(&app, &who, id).await?),
        Err(error) => Err(mistake(error)),
    }
}

/// Takes a reminder away.
#[utoipa::path(delete, operation_id = "remove_reminder", path = "/v1/reminders/{id}", tag = "tickets",
    params(("id" = String, Path), ("If-Match" = String, Header, description = "The `ETag` that was read.")),
    responses(
        (status = 204, description = "It is gone."),
        (status = 404, description = "No such reminder of the asker's, and none that he made.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 412, description = "It changed meanwhile; `current` is how it stands.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 428, description = "`If-Match` is missing.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn remove(
    State(app): State<App>,
    who: Principal,
    InPath(id): InPath<ReminderId>,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    let version = writable(&app, &who, id, &headers).await?;
    let removed = app.database();
    match removed.remove_reminder(id, version, who.agent, now()).await {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        Err(StoreError::Conflict { .. }) => Err(conflict(&app, &who, id).await?),
        Err(error) => Err(mistake(error)),
    }
}

const WHEN: &str = "one of `due_at`, `preset` and `after_business_min` says when";

/// When somebody is reminded; `None` where nothing is said of it.
fn moment(app: &App, when: &When, now: Timestamp) -> Result<Option<Timestamp>, Problem> {
    let rules = app.ticket_rules();
    let calendar = match &when.calendar {
        None => &rules.calendar,
        Some(name) => rules
            .calendars
            .get(name)
            .ok_or_else(|| wrong("`calendar` names none of the house's calendars"))?,
    };
    let found = match (when.due_at, when.preset, when.after_business_min) {
        (None, None, None) if when.calendar.is_none() => return Ok(None),
        (Some(due_at), None, None) if when.calendar.is_none() => Some(due_at),
        (None, Some(Preset::TomorrowMorning), None) => calendar.next_morning(now),
        (None, None, Some(minutes)) if (1..=BUSINESS_MIN_MAX).contains(&minutes) => {
            let time = Duration::from_secs(60 * u64::from(minutes));
            calendar.business_after(now, time)
        }
        (None, None, Some(_)) => return Err(wrong("`after_business_min` is 1 to 14400")),
        (_, _, _) => return Err(wrong(WHEN)),
    };
    let found = found.ok_or_else(|| wrong("the calendar has no hours then"))?;
    Ok(Some(found))
}

/// The ticket or customer has to be there for him.
async fn may_see(app: &App, who: &Principal, about: ReminderAbout) -> Result<(), Problem> {
    match about {
        ReminderAbout::Ticket(ticket) => {
            authorise(who, Action::SeeTickets, Some(who.agent))?;
            tickets::known(app, who, ticket).await?;
        }
        ReminderAbout::Customer(customer) => {
            authorise(who, Action::SeeCustomers, None)?;
            let found = app.database().customer(customer).await?;
            found.ok_or_else(|| Problem::new(Code::NoSuchCustomer))?;
        }
    }
    Ok(())
}

/// A colleague with his own rights, come in as the asker did.
async fn colleague(app: &App, who: &Principal, agent: AgentId) -> Result<Principal, Problem> {
    let record = app.database().agent(agent).await?;
    let record = record.filter(|record| record.is_active);
    let record = record.ok_or_else(|| Problem::new(Code::NoSuchAgent))?;
    Principal::new(app, record, who.via.clone()).await
}

async fn known(app: &App, who: &Principal, id: ReminderId) -> Result<Reminder, Problem> {
    let found = app.database().reminder(id).await?;
    found
        .filter(|reminder| reminder.is_of(who.agent))
        .ok_or_else(|| Problem::new(Code::NoSuchReminder))
}

/// The version that was read, of one that he may change.
async fn writable(
    app: &App,
    who: &Principal,
    id: ReminderId,
    headers: &HeaderMap,
) -> Result<u64, Problem> {
    authorise(who, Action::WorkOnTickets, Some(who.agent))?;
    let reminder = known(app, who, id).await?;
    let version = version::matched(headers)?;
    match version {
        Some(version) => Ok(version),
        None => Err(conflict(app, who, reminder.id).await?),
    }
}

async fn body(app: &App, who: &Principal, reminder: Reminder) -> Result<ReminderBody, Problem> {
    let numbers = numbers(app, who, reminder.about).await?;
    Ok(ReminderBody::of(reminder, Sight::of(app, who), &numbers))
}

/// The numbers of whom it is about, where they are masked for who asks (F7).
async fn numbers(app: &App, who: &Principal, about: ReminderAbout) -> Result<Masking, Problem> {
    if Sight::of(app, who) == Sight::Whole {
        return Ok(Masking::default());
    }
    let found = match about {
        ReminderAbout::Ticket(ticket) => {
            let ticket = app.database().ticket(ticket).await?;
            ticket.map(|ticket| ticket_body::numbers_of(&ticket.matter.contact))
        }
        ReminderAbout::Customer(customer) => {
            let customer = app.database().customer(customer).await?;
            customer.as_ref().map(customer_body::numbers_of)
        }
    };
    Ok(found.unwrap_or_default())
}

async fn answer(
    app: &App,
    who: &Principal,
    reminder: Reminder,
) -> Result<impl IntoResponse + use<>, Problem> {
    let etag = version::etag(reminder.version)?;
    let body = body(app, who, reminder).await?;
    Ok((AppendHeaders([(header::ETAG, etag)]), Json(body)))
}

async fn conflict(app: &App, who: &Principal, id: ReminderId) -> Result<Problem, Problem> {
    let current = known(app, who, id).await?;
    let version = current.version;
    let body = body(app, who, current).await?;
    Ok(version::conflict(&body, version))
}

fn wrong(detail: &str) -> Problem {
    Problem::new(Code::InvalidBody).detail(detail)
}

fn mistake(error: StoreError) -> Problem {
    if let StoreError::NotFound(_) = &error {
        return Problem::new(Code::NoSuchReminder);
    }
    let StoreError::Reminder(fault) = &error else {
        return error.into();
    };
    let code = match fault {
        ReminderFault::Words | ReminderFault::Moment => Code::InvalidBody,
        ReminderFault::Full => Code::TooManyReminders,
    };
    Problem::new(code).detail(fault.to_string())
}
