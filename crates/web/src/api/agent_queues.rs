//! The queues of an agent's profile, and which of them he serves (C1). Going to work is one act for all of them; to opt out of one
//! needs a right, for oneself too.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use engine::command::Command;
use engine::{Answer, Question};
use model::{AgentId, QueueName};
use serde::{Deserialize, Serialize};
use store::StoreError;
use utoipa::ToSchema;

use super::agents::known;
use crate::app::App;
use crate::auth::principal::now;
use crate::auth::{Action, Principal, authorise};
use crate::extract::{AgentRef, Body, InPath};
use crate::problem::{Code, Problem, ProblemDocument};

/// The queues of his profile.
#[derive(Debug, Serialize, ToSchema)]
pub struct AgentQueues {
    /// Whether the asker may change them.
    pub may_change: bool,
    /// In the profile's order.
    pub items: Vec<AgentQueueBody>,
}

/// A queue of his profile.
#[derive(Debug, Serialize, ToSchema)]
pub struct AgentQueueBody {
    /// Its name.
    #[schema(value_type = String)]
    pub name: QueueName,
    /// Its name by language, for people; empty where the configuration has no such queue.
    pub title: BTreeMap<String, String>,
    /// Whether he serves it when he is at work.
    pub serves: bool,
}

/// Whether he is to serve a queue.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ServeWanted {
    /// `false` takes him out of it.
    pub serves: bool,
}

/// The queues of an agent's profile.
#[utoipa::path(get, operation_id = "list_agent_queues", path = "/v1/agents/{id}/queues", tag = "agents", params(("id" = String, Path, description = "An id, or `me`.")),
    responses(
        (status = 200, description = "His queues.", body = AgentQueues),
        (status = 404, description = "No such agent.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn list(
    State(app): State<App>,
    who: Principal,
    InPath(agent): InPath<AgentRef>,
) -> Result<Json<AgentQueues>, Problem> {
    let agent = agent.resolve(&who);
    authorise(&who, Action::SeeAgents, Some(agent))?;
    Ok(Json(of(&app, &who, agent).await?))
}

/// Takes an agent out of one of his queues, or puts him in again; it lasts over restarts. What rings goes on ringing.
#[utoipa::path(put, operation_id = "put_agent_queue", path = "/v1/agents/{id}/queues/{queue}", tag = "agents",
    params(("id" = String, Path, description = "An id, or `me`."), ("queue" = String, Path, description = "A queue of his profile.")),
    request_body = ServeWanted,
    responses(
        (status = 200, description = "His queues from now on.", body = AgentQueues),
        (status = 403, description = "This needs the right of a supervisor.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "No such agent, or no such queue in his profile.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn put(
    State(app): State<App>,
    who: Principal,
    InPath((agent, queue)): InPath<(AgentRef, String)>,
    Body(wanted): Body<ServeWanted>,
) -> Result<Json<AgentQueues>, Problem> {
    let (agent, queue) = (agent.resolve(&who), QueueName::new(queue));
    authorise(&who, Action::ServeQueue, Some(agent))
        .map_err(|_| Problem::new(Code::OptOutForbidden))?;
    known(&app, agent).await?;
    let database = app.database();
    let set = database.serve_queue(agent, queue.clone(), wanted.serves, now());
    let is_new = match set.await {
        Ok(is_new) => is_new,
        Err(StoreError::NotFound("queue")) => return Err(Problem::new(Code::NotHisQueue)),
        Err(error) => return Err(error.into()),
    };
    if is_new {
        let (serves, by) = (wanted.serves, who.agent);
        let command = Command::ServeQueue {
            agent,
            queue,
            serves,
            by,
        };
        app.commands().send(command).await?;
    }
    Ok(Json(of(&app, &who, agent).await?))
}

async fn of(app: &App, who: &Principal, agent: AgentId) -> Result<AgentQueues, Problem> {
    let found = known(app, agent).await?;
    let Answer::Queues(queues) = app.questions().ask(Question::Queues).await? else {
        return Err(Problem::internal(&"the engine answered another question"));
    };
    let title = |name: &QueueName| {
        let queue = queues.iter().find(|queue| queue.name == *name);
        queue.map(|queue| queue.title.clone()).unwrap_or_default()
    };
    let items = found.queues.iter().map(|one| AgentQueueBody {
        name: one.queue.clone(),
        title: title(&one.queue),
        serves: !found.opted_out.contains(&one.queue),
    });
    Ok(AgentQueues {
        may_change: authorise(who, Action::ServeQueue, Some(agent)).is_ok(),
        items: items.collect(),
    })
}
