//! An agent does not take the caller for whom he is rung (R6). He says why once a day (C10).

use axum::extract::State;
use axum::http::StatusCode;
use engine::command::Command;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::auth::{Action, Principal, authorise};
use crate::extract::{AgentRef, Body, InPath};
use crate::problem::{Problem, ProblemDocument};

/// Why he does not take the call.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeclineWanted {
    /// A line of at most 100 characters; needed with his first decline of a day.
    #[serde(default)]
    pub reason: Option<String>,
}

/// Declines the call that rings: the caller goes to the next agent, and not to this one again in this pass.
#[utoipa::path(post, operation_id = "decline_offer", path = "/v1/agents/{id}/decline", tag = "agents", params(("id" = String, Path, description = "An id, or `me`.")),
    request_body = DeclineWanted,
    responses(
        (status = 204, description = "His phones stop."),
        (status = 409, description = "Nobody rings for him, or he has answered (`state_forbids`); his first decline of the day needs a reason (`reason_needed`).", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn decline(
    State(app): State<App>,
    who: Principal,
    InPath(agent): InPath<AgentRef>,
    Body(wanted): Body<DeclineWanted>,
) -> Result<StatusCode, Problem> {
    let agent = agent.resolve(&who);
    authorise(&who, Action::SetState, Some(agent))?;
    let reason = wanted.reason;
    app.commands()
        .send(Command::Decline { agent, reason })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
