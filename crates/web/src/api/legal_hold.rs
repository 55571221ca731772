//! Legal hold (法律保全, E6): a call with its recordings stays past its time, why, and until when. For supervisors who
//! reach the whole house and for admins.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use model::{AgentId, CallId, Timestamp};
use serde::{Deserialize, Serialize};
use store::{LegalHold, StoreError};
use utoipa::ToSchema;

use crate::app::App;
use crate::auth::principal::now;
use crate::auth::{Action, Principal, authorise};
use crate::extract::{Body, InPath};
use crate::problem::{Code, Problem, ProblemDocument};

/// What holds a call past its time.
#[derive(Debug, Serialize, ToSchema)]
pub struct LegalHoldBody {
    /// Why.
    pub reason: String,
    /// Until when; `null` = until somebody takes it back. From then on it holds nothing.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub until: Option<Timestamp>,
    /// Who wanted it.
    #[schema(value_type = String)]
    pub by: AgentId,
    /// Since when it stands so.
    #[schema(value_type = String, format = DateTime)]
    pub since: Timestamp,
}

/// What is to hold a call.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LegalHoldWanted {
    /// Why, 1 to 500 characters.
    pub reason: String,
    /// Until when; absent = until somebody takes it back.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub until: Option<Timestamp>,
}

/// Holds a call with its facts and recordings, those that come later too, or changes what stands about it.
#[utoipa::path(put, operation_id = "hold_call_for_law", path = "/v1/calls/{id}/hold", tag = "calls", params(("id" = String, Path)),
    request_body = LegalHoldWanted,
    responses(
        (status = 200, description = "What holds it.", body = LegalHoldBody),
        (status = 404, description = "No such call.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 422, description = "The body is not as it should be.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn put(
    State(app): State<App>,
    who: Principal,
    InPath(call): InPath<CallId>,
    Body(wanted): Body<LegalHoldWanted>,
) -> Result<Json<LegalHoldBody>, Problem> {
    authorise(&who, Action::HoldForLaw, None)?;
    let LegalHoldWanted { reason, until } = wanted;
    let database = app.database();
    let held = database
        .hold_call(call, reason, until, who.agent, now())
        .await;
    Ok(Json(held.map_err(mistake)?.into()))
}

/// Lets a call go when its time is over, as others do.
#[utoipa::path(delete, operation_id = "release_call", path = "/v1/calls/{id}/hold", tag = "calls", params(("id" = String, Path)),
    responses(
        (status = 204, description = "Nothing holds it."),
        (status = 404, description = "Nothing held it.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn delete(
    State(app): State<App>,
    who: Principal,
    InPath(call): InPath<CallId>,
) -> Result<StatusCode, Problem> {
    authorise(&who, Action::HoldForLaw, None)?;
    let released = app.database().release_call(call, who.agent, now()).await;
    released.map_err(mistake)?;
    Ok(StatusCode::NO_CONTENT)
}

/// What the asker can mend.
fn mistake(error: StoreError) -> Problem {
    if let StoreError::Setting(why) = &error {
        return Problem::new(Code::InvalidBody).detail(why.clone());
    }
    if let StoreError::NotFound(what) = &error {
        let is_call = *what == "call";
        return Problem::new(if is_call {
            Code::NoSuchCall
        } else {
            Code::NoLegalHold
        });
    }
    error.into()
}

impl From<LegalHold> for LegalHoldBody {
    fn from(hold: LegalHold) -> Self {
        Self {
            reason: hold.reason,
            until: hold.until,
            by: hold.by,
            since: hold.since,
        }
    }
}
