//! How far an agent's rights go (管辖范围, J1): to what is his own, to his groups, to their tree, to the whole house. Admins say so.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{AppendHeaders, IntoResponse};
use serde::{Deserialize, Serialize};
use store::{AgentRecord, Reach, StoreError};
use ticket::Actor;
use utoipa::ToSchema;

use super::agents::known;
use super::version;
use crate::app::App;
use crate::auth::principal::now;
use crate::auth::{Action, Principal, authorise};
use crate::extract::{AgentRef, Body, InPath};
use crate::problem::{Problem, ProblemDocument};

/// How far somebody's rights go.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReachBody {
    /// `own`, `group`, `tree`, `all`. The rights of admins go everywhere, whatever stands here.
    pub reach: &'static str,
    /// The groups of tickets within it, by name; `null` with `all`.
    pub groups: Option<Vec<String>>,
    /// How many people are within it, he among them; `null` with `all`.
    pub people: Option<u64>,
}

/// How far they are to go.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReachWanted {
    /// `own`, `group`, `tree`, `all`.
    pub reach: ReachWord,
}

/// How far.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReachWord {
    /// To what is his own.
    Own,
    /// To the groups of tickets that he is of, and their people.
    Group,
    /// To these groups and those below them.
    Tree,
    /// To the whole house.
    All,
}

impl From<ReachWord> for Reach {
    fn from(word: ReachWord) -> Self {
        match word {
            ReachWord::Own => Self::Own,
            ReachWord::Group => Self::Group,
            ReachWord::Tree => Self::Tree,
            ReachWord::All => Self::All,
        }
    }
}

/// How far an agent's rights go: for himself, and for those who may change it.
#[utoipa::path(get, operation_id = "get_agent_reach", path = "/v1/agents/{id}/reach", tag = "agents", params(("id" = String, Path, description = "An id, or `me`.")),
    responses(
        (status = 200, description = "His reach.", body = ReachBody, headers(("ETag" = String, description = "The version, for `If-Match`."))),
        (status = 403, description = "Not for this role.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "No such agent.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn read(
    State(app): State<App>,
    who: Principal,
    InPath(agent): InPath<AgentRef>,
) -> Result<impl IntoResponse, Problem> {
    let id = agent.resolve(&who);
    let action = match id == who.agent {
        true => Action::SeeAgents,
        false => Action::SetReach,
    };
    authorise(&who, action, Some(id))?;
    answer(&app, known(&app, id).await?).await
}

/// Says how far an agent's rights go from here on.
#[utoipa::path(put, operation_id = "put_agent_reach", path = "/v1/agents/{id}/reach", tag = "agents",
    params(("id" = String, Path, description = "An id, or `me`."), ("If-Match" = String, Header, description = "The `ETag` that was read.")),
    request_body = ReachWanted,
    responses(
        (status = 200, description = "His reach from here on.", body = ReachBody, headers(("ETag" = String, description = "The version."))),
        (status = 403, description = "For admins.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "No such agent.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 412, description = "The agent changed meanwhile; `current` is how it stands.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 422, description = "The body is not as it should be.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 428, description = "`If-Match` is missing.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn put(
    State(app): State<App>,
    who: Principal,
    InPath(agent): InPath<AgentRef>,
    headers: HeaderMap,
    Body(wanted): Body<ReachWanted>,
) -> Result<impl IntoResponse, Problem> {
    let id = agent.resolve(&who);
    authorise(&who, Action::SetReach, Some(id))?;
    let before = known(&app, id).await?;
    let Some(version) = version::matched(&headers)? else {
        return Err(conflict(&app, before).await?);
    };
    let (reach, by) = (wanted.reach.into(), Actor::Agent(who.agent));
    let set = app
        .database()
        .set_reach(id, reach, Some(version), by, now());
    match set.await {
        Ok(after) => answer(&app, after).await,
        Err(StoreError::Conflict { .. }) => {
            let stands = known(&app, id).await?;
            Err(conflict(&app, stands).await?)
        }
        Err(error) => Err(error.into()),
    }
}

async fn answer(app: &App, agent: AgentRecord) -> Result<impl IntoResponse + use<>, Problem> {
    let etag = version::etag(agent.version)?;
    let body = body(app, &agent).await?;
    Ok((AppendHeaders([(header::ETAG, etag)]), Json(body)))
}

/// 412 with how it stands.
async fn conflict(app: &App, agent: AgentRecord) -> Result<Problem, Problem> {
    Ok(version::conflict(&body(app, &agent).await?, agent.version))
}

async fn body(app: &App, agent: &AgentRecord) -> Result<ReachBody, Problem> {
    let rules = app.tickets().rules();
    let circle = app.database().circle(agent, &rules).await?;
    let people = circle.as_ref().map(|it| it.people.len() as u64);
    Ok(ReachBody {
        reach: agent.reach.word(),
        groups: circle.map(|it| it.groups.into_iter().collect()),
        people,
    })
}
