//! Agents: who they are (from the store), what they do (from the live board), and asking for another state (to the engine).

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use engine::command::{Asker, Command};
use model::AgentId;
use store::AgentRecord;

use super::agent_body::{
    AgentBody, DesktopBody, DraftBody, PopBody, StateBody, TalkBody, WantedState,
};
use super::list::{self, List, PageQuery};
use crate::app::App;
use crate::auth::permission::whose;
use crate::auth::{Action, Principal, authorise};
use crate::extract::{AgentRef, Body, InPath, InQuery};
use crate::problem::{Code, Problem, ProblemDocument};
use crate::sight::Sight;

/// Agents by id, with their states.
#[utoipa::path(get, operation_id = "list_agents", path = "/v1/agents", tag = "agents", params(PageQuery),
    responses((status = 200, description = "Agents by id.", body = List<AgentBody>)))]
pub(crate) async fn list(
    State(app): State<App>,
    who: Principal,
    InQuery(query): InQuery<PageQuery>,
) -> Result<Json<List<AgentBody>>, Problem> {
    let whose = whose(&who, Action::SeeAgents, None)?;
    let mut agents = app.database().agents().await?;
    agents.retain(|agent| agent.is_active && whose.holds(agent.id));
    let page = list::page(agents, &query, |agent| agent.id)?;
    let lines = app.view().agents();
    let items = page.items.into_iter().map(|agent| {
        let line = lines.get(&agent.id);
        AgentBody::of(agent, line)
    });
    Ok(Json(List {
        items: items.collect(),
        next: page.next,
    }))
}

/// The whole state of one's own page (P9).
#[utoipa::path(get, operation_id = "get_my_desktop", path = "/v1/agents/me/session", tag = "agents",
    responses((status = 200, description = "State, pop, drafts, and the number of the last fact in them.", body = DesktopBody)))]
pub(crate) async fn desktop(
    State(app): State<App>,
    who: Principal,
) -> Result<Json<DesktopBody>, Problem> {
    authorise(&who, Action::FollowAgent, Some(who.agent))?;
    let agent = known(&app, who.agent).await?;
    let drafts = app.database().drafts(who.agent).await?;
    let sight = Sight::of(&app, &who);
    // Last of all: a page that follows from its number misses nothing (P9).
    let snapshot = app.view().agent(who.agent);
    let line = snapshot.line.as_ref();
    Ok(Json(DesktopBody {
        seq: snapshot.seq,
        run: app.events().run().to_owned(),
        pop: line
            .and_then(|line| line.pop.as_ref())
            .map(|pop| PopBody::of(pop, sight, &app.view().pop_pages())),
        talk: snapshot
            .talk
            .map(|live| TalkBody::of(&live, who.agent, sight)),
        agent: AgentBody::of(agent, line),
        drafts: drafts
            .into_iter()
            .map(|draft| DraftBody::of(draft, sight))
            .collect(),
    }))
}

/// An agent's state.
#[utoipa::path(get, operation_id = "get_agent_state", path = "/v1/agents/{id}/state", tag = "agents", params(("id" = String, Path, description = "An id, or `me`.")),
    responses((status = 200, description = "The state.", body = StateBody)))]
pub(crate) async fn state(
    State(app): State<App>,
    who: Principal,
    InPath(agent): InPath<AgentRef>,
) -> Result<Json<StateBody>, Problem> {
    let id = agent.resolve(&who);
    authorise(&who, Action::SeeAgents, Some(id))?;
    known(&app, id).await?;
    Ok(Json(StateBody::of(app.view().agent(id).line.as_ref())))
}

/// Asks for another state: one's own, or with the right for it another's. The state that follows comes as an event.
#[utoipa::path(put, operation_id = "put_agent_state", path = "/v1/agents/{id}/state", tag = "agents", params(("id" = String, Path, description = "An id, or `me`.")),
    request_body = WantedState,
    responses(
        (status = 204, description = "The engine took it."),
        (status = 409, description = "The present state does not allow it.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 422, description = "The body is not as it should be.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn put_state(
    State(app): State<App>,
    who: Principal,
    InPath(agent): InPath<AgentRef>,
    Body(wanted): Body<WantedState>,
) -> Result<StatusCode, Problem> {
    let agent = agent.resolve(&who);
    authorise(&who, Action::SetState, Some(agent))?;
    let by = if agent == who.agent {
        Asker::Agent
    } else {
        Asker::Supervisor
    };
    let request = wanted.try_into()?;
    let command = Command::SetAgentState { agent, request, by };
    app.commands().send(command).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The same as PUT, for clients that can only post.
#[utoipa::path(post, operation_id = "post_agent_state", path = "/v1/agents/{id}/state", tag = "agents", params(("id" = String, Path, description = "An id, or `me`.")),
    request_body = WantedState,
    responses((status = 204, description = "The engine took it.")))]
pub(crate) async fn post_state(
    app: State<App>,
    who: Principal,
    agent: InPath<AgentRef>,
    wanted: Body<WantedState>,
) -> Result<StatusCode, Problem> {
    put_state(app, who, agent, wanted).await
}

/// An agent who may sign in.
pub(super) async fn known(app: &App, agent: AgentId) -> Result<AgentRecord, Problem> {
    let found = app.database().agent(agent).await?;
    found
        .filter(|agent| agent.is_active)
        .ok_or_else(|| Problem::new(Code::NoSuchAgent))
}
