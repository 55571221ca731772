//! Conflicts (R66): callers and agents who must not meet, why, and until when. For supervisors and admins.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use model::Timestamp;
use serde::{Deserialize, Serialize};
use store::{Conflict, NewConflict, StoreError};
use utoipa::ToSchema;

use super::list::{List, PageQuery};
use crate::app::App;
use crate::auth::principal::now;
use crate::auth::{Action, Principal, authorise};
use crate::extract::{Body, InPath, InQuery};
use crate::problem::{Code, Problem, ProblemDocument};

/// A caller and an agent who must not meet.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConflictBody {
    /// The caller's number, in E.164 form where it has one.
    pub number: String,
    /// The agent's login.
    pub agent: String,
    /// Why.
    pub reason: String,
    /// Login of who wanted it.
    pub owner: String,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    pub since: Timestamp,
    /// Until when; `null` = until somebody takes it back.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub until: Option<Timestamp>,
}

/// What is to stand about them.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConflictWanted {
    /// Why, at most 500 characters.
    pub reason: String,
    /// Until when; absent = until somebody takes it back.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub until: Option<Timestamp>,
}

/// Conflicts, the newest first; ended ones too.
#[utoipa::path(get, operation_id = "list_conflicts", path = "/v1/conflicts", tag = "calls", params(PageQuery),
    responses((status = 200, description = "Who must not meet.", body = List<ConflictBody>)))]
pub(crate) async fn list(
    State(app): State<App>,
    who: Principal,
    InQuery(query): InQuery<PageQuery>,
) -> Result<Json<List<ConflictBody>>, Problem> {
    authorise(&who, Action::KeepApart, None)?;
    let page = query.request()?;
    let found = app.database().conflicts(page).await?;
    Ok(Json(List {
        items: found.items.into_iter().map(|(_, it)| it.into()).collect(),
        next: found.next.map(|id| id.to_string()),
    }))
}

/// Keeps a caller and an agent apart, or changes what stands about them. It holds from the caller's next call on.
#[utoipa::path(put, operation_id = "keep_apart", path = "/v1/conflicts/{number}/{agent}", tag = "calls",
    params(
        ("number" = String, Path, description = "A number in any spelling."),
        ("agent" = String, Path, description = "The agent's login."),
    ),
    request_body = ConflictWanted,
    responses(
        (status = 200, description = "The entry.", body = ConflictBody),
        (status = 404, description = "There is no such agent.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 422, description = "The body is not as it should be.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn put(
    State(app): State<App>,
    who: Principal,
    InPath((number, login)): InPath<(String, String)>,
    Body(wanted): Body<ConflictWanted>,
) -> Result<Json<ConflictBody>, Problem> {
    authorise(&who, Action::KeepApart, None)?;
    let new = NewConflict {
        number,
        login,
        reason: wanted.reason,
        owner: who.login.clone(),
        until: wanted.until,
    };
    let conflict = app.database().keep_apart(new, now()).await;
    Ok(Json(conflict.map_err(mistake)?.into()))
}

/// Lets them meet again.
#[utoipa::path(delete, operation_id = "end_conflict", path = "/v1/conflicts/{number}/{agent}", tag = "calls",
    params(
        ("number" = String, Path, description = "A number in any spelling."),
        ("agent" = String, Path, description = "The agent's login."),
    ),
    responses(
        (status = 204, description = "They may meet."),
        (status = 404, description = "They were not kept apart.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn delete(
    State(app): State<App>,
    who: Principal,
    InPath((number, login)): InPath<(String, String)>,
) -> Result<StatusCode, Problem> {
    authorise(&who, Action::KeepApart, None)?;
    let done = app.database().end_conflict(&number, &login).await;
    done.map_err(mistake)?;
    Ok(StatusCode::NO_CONTENT)
}

/// What the asker can mend.
fn mistake(error: StoreError) -> Problem {
    if let StoreError::Setting(why) = &error {
        return Problem::new(Code::InvalidBody).detail(why.clone());
    }
    if let StoreError::NotFound(what) = &error {
        let code = if *what == "agent" {
            Code::NoSuchAgent
        } else {
            Code::NoConflict
        };
        return Problem::new(code);
    }
    error.into()
}

impl From<Conflict> for ConflictBody {
    fn from(conflict: Conflict) -> Self {
        Self {
            number: conflict.number,
            agent: conflict.login,
            reason: conflict.reason,
            owner: conflict.owner,
            since: conflict.since,
            until: conflict.until,
        }
    }
}
