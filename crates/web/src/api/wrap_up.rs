//! While an agent files a call (C5): done, more time and what that costs those who wait, and what the call was about. Whether
//! the queue's mode allows it is the engine's word.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use engine::command::{Command, WRAP_UP_MORE_S};
use model::{AgentId, QueueName};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::auth::{Action, Principal, authorise};
use crate::extract::{AgentRef, Body, InPath};
use crate::problem::{Problem, ProblemDocument};
use crate::view::Phase;

/// What more time to file costs.
#[derive(Debug, Serialize, ToSchema)]
pub struct MoreTimeBody {
    /// Seconds that were asked for; the queue's most may leave fewer, as the event `agent.wrap_up` tells.
    pub added_s: u64,
    /// Callers who wait in his queues meanwhile.
    pub waiting: usize,
}

/// What a call was about.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CategoryWanted {
    /// A word of at most 64 characters.
    pub category: String,
}

/// Ends wrap-up before its time.
#[utoipa::path(post, operation_id = "end_wrap_up", path = "/v1/agents/{id}/wrap-up/end", tag = "agents", params(("id" = String, Path, description = "An id, or `me`.")),
    responses(
        (status = 204, description = "The engine took it."),
        (status = 409, description = "He is not in wrap-up, or its mode does not let him end it.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn end(
    State(app): State<App>,
    who: Principal,
    InPath(agent): InPath<AgentRef>,
) -> Result<StatusCode, Problem> {
    let agent = agent.resolve(&who);
    authorise(&who, Action::SetState, Some(agent))?;
    app.commands().send(Command::EndWrapUp { agent }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Asks for half a minute more to file, or for some where wrap-up is optional, and tells what it costs.
#[utoipa::path(post, operation_id = "more_wrap_up", path = "/v1/agents/{id}/wrap-up/more", tag = "agents", params(("id" = String, Path, description = "An id, or `me`.")),
    responses(
        (status = 200, description = "The engine took it; until when comes as the event `agent.wrap_up`.", body = MoreTimeBody),
        (status = 409, description = "There is nothing to file, or no more time for it.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn more(
    State(app): State<App>,
    who: Principal,
    InPath(agent): InPath<AgentRef>,
) -> Result<Json<MoreTimeBody>, Problem> {
    let agent = agent.resolve(&who);
    authorise(&who, Action::SetState, Some(agent))?;
    app.commands().send(Command::MoreWrapUp { agent }).await?;
    let waiting = waiting_for(&app, agent).await?;
    Ok(Json(MoreTimeBody {
        added_s: WRAP_UP_MORE_S,
        waiting,
    }))
}

/// Says what the call was about that he talks in or files. It ends a wrap-up that waits for that.
#[utoipa::path(post, operation_id = "categorise_call", path = "/v1/agents/{id}/wrap-up/category", tag = "agents", params(("id" = String, Path, description = "An id, or `me`.")),
    request_body = CategoryWanted,
    responses(
        (status = 204, description = "The engine took it."),
        (status = 409, description = "He neither talks in a call nor files one.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn categorise(
    State(app): State<App>,
    who: Principal,
    InPath(agent): InPath<AgentRef>,
    Body(wanted): Body<CategoryWanted>,
) -> Result<StatusCode, Problem> {
    let agent = agent.resolve(&who);
    authorise(&who, Action::SetState, Some(agent))?;
    let category = wanted.category.trim().to_owned();
    let command = Command::Categorise { agent, category };
    app.commands().send(command).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Callers for whom this agent might be ready.
async fn waiting_for(app: &App, agent: AgentId) -> Result<usize, Problem> {
    let record = app.database().agent(agent).await?;
    let memberships = record.map(|record| record.queues).unwrap_or_default();
    let queues: Vec<QueueName> = memberships.into_iter().map(|one| one.queue).collect();
    Ok(app.view().count_calls(|call| {
        let his = |queue: &QueueName| queues.contains(queue);
        call.phase == Phase::Queued && call.queue.as_ref().is_some_and(his)
    }))
}
