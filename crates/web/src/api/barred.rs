//! Barred callers (A7): who they are, why and until when, and how often they called since. For supervisors and admins.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use model::{Bar, BarredCaller, Timestamp};
use serde::{Deserialize, Serialize};
use store::{NewBarred, StoreError};
use ticket::Actor;
use utoipa::ToSchema;

use super::list::{List, PageQuery};
use crate::app::App;
use crate::auth::principal::now;
use crate::auth::{Action, Principal, authorise};
use crate::extract::{Body, InPath, InQuery};
use crate::problem::{Code, Problem, ProblemDocument};

/// A barred caller.
#[derive(Debug, Serialize, ToSchema)]
pub struct BarredBody {
    /// His number, in E.164 form where it has one.
    pub number: String,
    /// `reject`, `busy`, or `script:NAME`.
    pub action: String,
    /// Why.
    pub reason: String,
    /// Login of who barred him.
    pub owner: String,
    /// An appeal, and what became of it.
    pub note: Option<String>,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    pub since: Timestamp,
    /// Until when; `null` = until somebody takes it back.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub until: Option<Timestamp>,
    /// Calls that met it.
    pub hits: u64,
    /// The last of them.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_hit_at: Option<Timestamp>,
}

/// What is to stand about a caller.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BarWanted {
    /// `reject`, `busy`, or `script:NAME`; a script that does not exist rejects.
    #[schema(value_type = String)]
    pub action: Bar,
    /// Why, at most 500 characters.
    pub reason: String,
    /// An appeal, and what became of it.
    #[serde(default)]
    pub note: Option<String>,
    /// Until when; absent = until somebody takes it back.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub until: Option<Timestamp>,
}

/// Barred callers, the last barred first; ended ones too.
#[utoipa::path(get, operation_id = "list_barred_callers", path = "/v1/barred-callers", tag = "calls", params(PageQuery),
    responses((status = 200, description = "Barred callers.", body = List<BarredBody>)))]
pub(crate) async fn list(
    State(app): State<App>,
    who: Principal,
    InQuery(query): InQuery<PageQuery>,
) -> Result<Json<List<BarredBody>>, Problem> {
    authorise(&who, Action::BarCallers, None)?;
    let page = query.request()?;
    let found = app.database().barred_callers(page).await?;
    Ok(Json(List {
        items: found
            .items
            .into_iter()
            .map(|(_, barred)| barred.into())
            .collect(),
        next: found.next.map(|id| id.to_string()),
    }))
}

/// Bars a caller, or changes what stands about him. Calls meet it within two seconds.
#[utoipa::path(put, operation_id = "bar_caller", path = "/v1/barred-callers/{number}", tag = "calls",
    params(("number" = String, Path, description = "A number in any spelling.")), request_body = BarWanted,
    responses(
        (status = 200, description = "The entry.", body = BarredBody),
        (status = 422, description = "The body is not as it should be.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn put(
    State(app): State<App>,
    who: Principal,
    InPath(number): InPath<String>,
    Body(wanted): Body<BarWanted>,
) -> Result<Json<BarredBody>, Problem> {
    authorise(&who, Action::BarCallers, None)?;
    let new = NewBarred {
        number,
        bar: wanted.action,
        reason: wanted.reason,
        owner: who.login.clone(),
        note: wanted.note,
        until: wanted.until,
    };
    let barred = app
        .database()
        .bar_caller(new, Actor::Agent(who.agent), now())
        .await;
    Ok(Json(barred.map_err(mistake)?.into()))
}

/// Takes a bar back.
#[utoipa::path(delete, operation_id = "unbar_caller", path = "/v1/barred-callers/{number}", tag = "calls",
    params(("number" = String, Path, description = "A number in any spelling.")),
    responses(
        (status = 204, description = "His calls are taken again."),
        (status = 404, description = "He is not barred.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn delete(
    State(app): State<App>,
    who: Principal,
    InPath(number): InPath<String>,
) -> Result<StatusCode, Problem> {
    authorise(&who, Action::BarCallers, None)?;
    let done = app
        .database()
        .unbar_caller(&number, Actor::Agent(who.agent), now())
        .await;
    done.map_err(mistake)?;
    Ok(StatusCode::NO_CONTENT)
}

/// What the asker can mend.
fn mistake(error: StoreError) -> Problem {
    if let StoreError::Setting(why) = &error {
        return Problem::new(Code::InvalidBody).detail(why.clone());
    }
    if let StoreError::NotFound(_) = &error {
        return Problem::new(Code::NotBarred);
    }
    error.into()
}

impl From<BarredCaller> for BarredBody {
    fn from(barred: BarredCaller) -> Self {
        Self {
            number: barred.number,
            action: barred.bar.to_string(),
            reason: barred.reason,
            owner: barred.owner,
            note: barred.note,
            since: barred.since,
            until: barred.until,
            hits: barred.hits,
            last_hit_at: barred.last_hit_at,
        }
    }
}
