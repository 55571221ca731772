//! Agents: who they are (from the store), what they do (from the live board), and asking for another state (to the engine).

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use engine::command::{Asker, Command, StateRequest};
use model::{AgentId, AgentState, CallId, OfferId, QueueName, Timestamp};
use serde::{Deserialize, Serialize};
use store::{AgentRecord, Role};
use utoipa::{IntoParams, ToSchema};

use super::list::{self, List};
use crate::app::App;
use crate::auth::{Action, Principal, authorise};
use crate::desktop::fitted;
use crate::extract::{AgentRef, Body, InPath, InQuery};
use crate::problem::{Code, Problem, ProblemDocument};
use crate::view::{AgentLine, CurrentPop};

/// Most characters of a reason to be not ready.
const REASON_CHARS_MAX: usize = 32;

/// An agent.
#[derive(Debug, Serialize, ToSchema)]
pub struct AgentBody {
    /// His id.
    #[schema(value_type = String)]
    pub id: AgentId,
    /// His user name, and the number by which colleagues dial him.
    pub login: String,
    /// His name.
    pub name: String,
    /// The queues that he serves.
    #[schema(value_type = Vec<String>)]
    pub queues: Vec<QueueName>,
    /// What he may do: `agent`, `supervisor`, `admin`.
    #[schema(value_type = Vec<String>)]
    pub roles: Vec<Role>,
    /// What he does.
    pub state: StateBody,
}

/// What an agent does at this moment.
#[derive(Debug, Serialize, ToSchema)]
pub struct StateBody {
    /// `offline`, `not_ready`, `ready`, `reserved`, `ringing`, `talking`, `wrap_up`.
    pub state: &'static str,
    /// Why he is not ready.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The call that holds him.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub call: Option<CallId>,
    /// Since when; `null` when nothing was heard of him since the start.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub since: Option<Timestamp>,
    /// Whether a phone of his is registered.
    pub registered: bool,
}

impl StateBody {
    /// Of a line of the board; an agent without one is offline.
    pub fn of(line: Option<&AgentLine>) -> Self {
        let state = line.map_or(&AgentState::Offline, |line| &line.state);
        let reason = match state {
            AgentState::NotReady { reason } => Some(reason.as_str().to_owned()),
            AgentState::Offline
            | AgentState::Ready
            | AgentState::Reserved { .. }
            | AgentState::Ringing { .. }
            | AgentState::Talking { .. }
            | AgentState::WrapUp { .. } => None,
        };
        Self {
            state: state.name(),
            reason,
            call: state.call(),
            since: line.and_then(|line| line.since),
            registered: line.is_some_and(|line| line.registered),
        }
    }
}

impl AgentBody {
    fn of(agent: AgentRecord, line: Option<&AgentLine>) -> Self {
        Self {
            id: agent.id,
            login: agent.login,
            name: agent.name,
            queues: agent.queues,
            roles: agent.roles.into_iter().collect(),
            state: StateBody::of(line),
        }
    }
}

/// The whole state of an agent's page (P9): load it, then follow the events after `seq`.
#[derive(Debug, Serialize, ToSchema)]
pub struct DesktopBody {
    /// The last fact that stands in it.
    pub seq: u64,
    /// Who.
    pub agent: AgentBody,
    /// The pop on his screen, if any.
    pub pop: Option<PopBody>,
}

/// A pop as it stands: key, stage, and the payload of `pop.offer` with what came later.
#[derive(Debug, Serialize, ToSchema)]
pub struct PopBody {
    /// The call.
    #[schema(value_type = String)]
    pub call: CallId,
    /// The offer: with the call the pop's key.
    #[schema(value_type = String)]
    pub offer: OfferId,
    /// The queue that offered it.
    #[schema(value_type = Option<String>)]
    pub queue: Option<QueueName>,
    /// `offered`, `connected`, `ended`.
    pub stage: &'static str,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    pub since: Timestamp,
    /// The last fact that touched it; what is older is to be dropped (P0).
    pub seq: u64,
    /// Direction, caller, called, waited_s, language, path, customer, suggestion.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    pub pop: model::fact::Pop,
}

impl From<&CurrentPop> for PopBody {
    fn from(current: &CurrentPop) -> Self {
        Self {
            call: current.offer.call,
            offer: current.offer.id,
            queue: current.offer.queue.clone(),
            stage: current.stage.name(),
            since: current.stage.since(),
            seq: current.seq,
            pop: fitted(&current.pop),
        }
    }
}

/// The state that somebody asks for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WantedState {
    /// Which.
    pub state: WantedWord,
    /// Why, with `not_ready`: a word of at most 32 characters.
    #[serde(default)]
    pub reason: Option<String>,
}

/// The states that a person may ask for.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WantedWord {
    /// Take calls.
    Ready,
    /// Take no calls.
    NotReady,
    /// Sign out of the queues.
    Offline,
}

impl TryFrom<WantedState> for StateRequest {
    type Error = Problem;

    fn try_from(wanted: WantedState) -> Result<Self, Problem> {
        let invalid = |detail: &str| Problem::new(Code::InvalidBody).detail(detail);
        match (wanted.state, wanted.reason) {
            (WantedWord::Ready, None) => Ok(Self::Ready),
            (WantedWord::Offline, None) => Ok(Self::Offline),
            (WantedWord::Ready | WantedWord::Offline, Some(_)) => {
                Err(invalid("a reason goes with not_ready alone"))
            }
            (WantedWord::NotReady, None) => Err(invalid("not_ready needs a reason")),
            (WantedWord::NotReady, Some(reason)) => {
                let length = reason.chars().count();
                let is_word = (1..=REASON_CHARS_MAX).contains(&length)
                    && !reason.chars().any(char::is_control)
                    && !reason.trim().is_empty();
                if is_word {
                    Ok(Self::NotReady {
                        reason: reason.trim().into(),
                    })
                } else {
                    Err(invalid("a reason has 1 to 32 characters"))
                }
            }
        }
    }
}

/// Which agents.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AgentQuery {
    /// The last id of the page before.
    #[param(value_type = Option<String>)]
    after: Option<u64>,
    /// Rows, 1 to 200; 50 when absent.
    limit: Option<u32>,
}

/// Agents by id, with their states.
#[utoipa::path(get, operation_id = "list_agents", path = "/v1/agents", tag = "agents", params(AgentQuery),
    responses((status = 200, description = "Agents by id.", body = List<AgentBody>)))]
pub(crate) async fn list(
    State(app): State<App>,
    who: Principal,
    InQuery(query): InQuery<AgentQuery>,
) -> Result<Json<List<AgentBody>>, Problem> {
    authorise(&who, Action::SeeAgents, None)?;
    let page = list::page_request(query.after, query.limit)?;
    let mut agents = app.database().agents().await?;
    agents.retain(|agent| agent.is_active && page.after.is_none_or(|after| agent.id.get() > after));
    agents.sort_by_key(|agent| agent.id);
    let page = list::cut(agents, page.limit, |agent| agent.id.get());
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

/// One agent; `me` is whoever asks.
#[utoipa::path(get, operation_id = "get_agent", path = "/v1/agents/{id}", tag = "agents", params(("id" = String, Path, description = "An id, or `me`.")),
    responses(
        (status = 200, description = "The agent.", body = AgentBody),
        (status = 404, description = "No such agent.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn read(
    State(app): State<App>,
    who: Principal,
    InPath(agent): InPath<AgentRef>,
) -> Result<Json<AgentBody>, Problem> {
    let id = agent.resolve(&who);
    authorise(&who, Action::SeeAgents, Some(id))?;
    let line = app.view().agent(id).line;
    Ok(Json(AgentBody::of(known(&app, id).await?, line.as_ref())))
}

/// The whole state of one's own page (P9).
#[utoipa::path(get, operation_id = "get_my_desktop", path = "/v1/agents/me/session", tag = "agents",
    responses((status = 200, description = "State, pop, and the number of the last fact in them.", body = DesktopBody)))]
pub(crate) async fn desktop(
    State(app): State<App>,
    who: Principal,
) -> Result<Json<DesktopBody>, Problem> {
    authorise(&who, Action::FollowAgent, Some(who.agent))?;
    let agent = known(&app, who.agent).await?;
    let snapshot = app.view().agent(who.agent);
    let line = snapshot.line.as_ref();
    Ok(Json(DesktopBody {
        seq: snapshot.seq,
        pop: line.and_then(|line| line.pop.as_ref()).map(PopBody::from),
        agent: AgentBody::of(agent, line),
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

/// Ends wrap-up before its time.
#[utoipa::path(post, operation_id = "end_wrap_up", path = "/v1/agents/{id}/wrap-up/end", tag = "agents", params(("id" = String, Path, description = "An id, or `me`.")),
    responses(
        (status = 204, description = "The engine took it."),
        (status = 409, description = "He is not in wrap-up.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn end_wrap_up(
    State(app): State<App>,
    who: Principal,
    InPath(agent): InPath<AgentRef>,
) -> Result<StatusCode, Problem> {
    let agent = agent.resolve(&who);
    authorise(&who, Action::SetState, Some(agent))?;
    app.commands().send(Command::EndWrapUp { agent }).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn known(app: &App, agent: AgentId) -> Result<AgentRecord, Problem> {
    let found = app.database().agent(agent).await?;
    found
        .filter(|agent| agent.is_active)
        .ok_or_else(|| Problem::new(Code::NoSuchAgent))
}
