//! What the house says of tickets: types with their fields, catalogue, groups; and the dry run of its rules of dispatch (C1).

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use ticket::Rules;
use ticket::rules::Facts;
use utoipa::{IntoParams, ToSchema};

use super::list::{self, List, PageQuery};
use super::ticket_rules_body::{CategoryBody, RulesBody, TrialBody};
use crate::app::App;
use crate::auth::{Action, Principal, authorise};
use crate::extract::{Body, InQuery};
use crate::problem::{Code, Problem, ProblemDocument};

/// Most tickets of a dry run.
const TRIED_MAX: u32 = 10_000;
/// Tickets of a dry run where nobody says how many.
const TRIED: u32 = 1_000;
/// Longest word that somebody types to find a category, in characters.
const TYPED_CHARS_MAX: usize = 64;

/// Which categories.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CategoryQuery {
    /// What somebody types: a number, a key or a part of a label (`3.2`, `kd`); the closest come first. Without it all of them.
    q: Option<String>,
    /// `next` of the page before.
    after: Option<String>,
    /// Rows, 1 to 200; 50 when absent.
    limit: Option<u32>,
}

/// Over which tickets.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TrialQuery {
    /// The last so many tickets, 1 to 10,000; 1,000 when absent.
    last: Option<u32>,
}

/// Rules that do not stand yet.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WantedTrial {
    /// The text of a `tickets.toml`.
    pub text: String,
    /// The last so many tickets, 1 to 10,000; 1,000 when absent.
    #[serde(default)]
    pub last: Option<u32>,
}

/// What the house says of tickets: types with their fields, and groups.
#[utoipa::path(get, operation_id = "get_ticket_rules", path = "/v1/tickets/rules", tag = "tickets",
    responses((status = 200, description = "Types and groups, as the configuration stands.", body = RulesBody)))]
pub(crate) async fn read(
    State(app): State<App>,
    who: Principal,
) -> Result<Json<RulesBody>, Problem> {
    authorise(&who, Action::SeeTickets, Some(who.agent))?;
    Ok(Json(RulesBody::of(&app.ticket_rules())))
}

/// What tickets may be about, found while somebody talks (A3).
#[utoipa::path(get, operation_id = "list_ticket_categories", path = "/v1/tickets/categories", tag = "tickets", params(CategoryQuery),
    responses((status = 200, description = "Categories: the closest first, or all by name.", body = List<CategoryBody>)))]
pub(crate) async fn categories(
    State(app): State<App>,
    who: Principal,
    InQuery(query): InQuery<CategoryQuery>,
) -> Result<Json<List<CategoryBody>>, Problem> {
    authorise(&who, Action::SeeTickets, Some(who.agent))?;
    let rules = app.ticket_rules();
    let catalogue = &rules.catalogue;
    let page = PageQuery::of(query.after, query.limit);
    let Some(typed) = query.q.filter(|typed| !typed.trim().is_empty()) else {
        let rows = catalogue.all().map(|one| CategoryBody::of(one, &rules));
        return Ok(Json(list::page(rows.collect(), &page, |row| {
            row.code.clone()
        })?));
    };
    if typed.chars().count() > TYPED_CHARS_MAX {
        return Err(Problem::new(Code::MalformedParameter).detail("`q` has at most 64 characters"));
    }
    let limit = list::page_request(None, page.limit())?.limit;
    // By closeness, which no key of a row tells: one page.
    let found = catalogue.find(&typed).into_iter().take(limit as usize);
    let items = found.map(|one| CategoryBody::of(one, &rules)).collect();
    Ok(Json(List { items, next: None }))
}

/// Which of the last tickets would go where by the rules that stand, and by which of them (C1). Nothing is moved.
#[utoipa::path(get, operation_id = "try_standing_ticket_rules", path = "/v1/tickets/rules/try", tag = "tickets", params(TrialQuery),
    responses((status = 200, description = "Both courses are those of the rules that stand.", body = TrialBody)))]
pub(crate) async fn try_standing(
    State(app): State<App>,
    who: Principal,
    InQuery(query): InQuery<TrialQuery>,
) -> Result<Json<TrialBody>, Problem> {
    authorise(&who, Action::TryTicketRules, None)?;
    let standing = app.ticket_rules();
    let tried = Arc::clone(&standing);
    let last = last_of(query.last, Code::MalformedParameter)?;
    Ok(Json(run(&app, &standing, &tried, last).await?))
}

/// The same of a text that does not stand yet, and what it would change. A text that is wrong is answered with what is wrong in it.
#[utoipa::path(post, operation_id = "try_ticket_rules", path = "/v1/tickets/rules/try", tag = "tickets", request_body = WantedTrial,
    responses(
        (status = 200, description = "What would come of it, or what is wrong with it.", body = TrialBody),
        (status = 422, description = "The body is not as it should be.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn try_text(
    State(app): State<App>,
    who: Principal,
    Body(wanted): Body<WantedTrial>,
) -> Result<Json<TrialBody>, Problem> {
    authorise(&who, Action::TryTicketRules, None)?;
    let last = last_of(wanted.last, Code::InvalidBody)?;
    let read = app.read_ticket_rules();
    let read = tokio::task::spawn_blocking(move || read(wanted.text)).await;
    let read = read.map_err(|error| Problem::internal(&error))?;
    let Some(tried) = read.rules else {
        return Ok(Json(TrialBody::refused(&read.findings)));
    };
    let trial = run(&app, &app.ticket_rules(), &tried, last).await?;
    Ok(Json(trial.with(&read.findings)))
}

async fn run(app: &App, standing: &Rules, tried: &Rules, last: u32) -> Result<TrialBody, Problem> {
    let past = app.database().past_tickets(last).await?;
    let facts = past
        .iter()
        .map(|past| Facts::of(&past.ticket, &past.channel, past.vip));
    let trial = tried.try_on(standing, facts);
    Ok(TrialBody::of(&trial, past.iter().map(|past| &past.ticket)))
}

/// Over how many tickets; `code`: what is said of a number that is too high.
fn last_of(last: Option<u32>, code: Code) -> Result<u32, Problem> {
    let last = last.unwrap_or(TRIED);
    if (1..=TRIED_MAX).contains(&last) {
        return Ok(last);
    }
    let detail = format!("last is {last}: expected 1 to {TRIED_MAX}");
    Err(Problem::new(code).detail(detail))
}
