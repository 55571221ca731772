//! Where an agent is rung: at a phone of the house, or at his number outside (C14); or not at all, as long as his phone stays on the
//! line (C15). The number is set by whoever manages people; an agent chooses between both, and stands by by dialling.

use axum::Json;
use axum::extract::State;
use engine::Command;
use model::AgentId;
use serde::{Deserialize, Serialize};
use store::StoreError;
use utoipa::ToSchema;

use crate::app::App;
use crate::auth::principal::now;
use crate::auth::{Action, Principal, authorise};
use crate::extract::{AgentRef, Body, InPath};
use crate::problem::{Code, Problem, ProblemDocument};

/// Where he is rung.
#[derive(Debug, Serialize, ToSchema)]
pub struct AgentPlaceBody {
    /// `house`: at his registered phones, and outside while there is none; `outside`: there in any case;
    /// `standby`: his phone stays on the line.
    pub place: PlaceWord,
    /// His number outside; `null`: he has none.
    pub number: Option<String>,
}

/// Where he wants to be rung.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaceWanted {
    /// `house` or `outside`; either hangs up a phone that stays on the line. `standby` is chosen by dialling.
    pub place: PlaceWord,
}

/// A place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PlaceWord {
    /// At a phone of the house.
    House,
    /// At his number outside.
    Outside,
    /// On the line (C15).
    Standby,
}

/// Where an agent is rung.
#[utoipa::path(get, operation_id = "get_agent_place", path = "/v1/agents/{id}/place", tag = "agents", params(("id" = String, Path, description = "An id, or `me`.")),
    responses(
        (status = 200, description = "His place.", body = AgentPlaceBody),
        (status = 404, description = "No such agent.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn read(
    State(app): State<App>,
    who: Principal,
    InPath(agent): InPath<AgentRef>,
) -> Result<Json<AgentPlaceBody>, Problem> {
    let agent = agent.resolve(&who);
    // A private number: for himself and for those who may change his state.
    authorise(&who, Action::SetState, Some(agent))?;
    Ok(Json(of(&app, agent).await?))
}

/// Chooses where an agent is rung. The next ring goes there within two seconds.
#[utoipa::path(put, operation_id = "put_agent_place", path = "/v1/agents/{id}/place", tag = "agents", params(("id" = String, Path, description = "An id, or `me`.")),
    request_body = PlaceWanted,
    responses(
        (status = 200, description = "His place from now on.", body = AgentPlaceBody),
        (status = 404, description = "No such agent.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, description = "He has no number outside, or his phone is not on the line.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn put(
    State(app): State<App>,
    who: Principal,
    InPath(agent): InPath<AgentRef>,
    Body(wanted): Body<PlaceWanted>,
) -> Result<Json<AgentPlaceBody>, Problem> {
    let agent = agent.resolve(&who);
    authorise(&who, Action::SetState, Some(agent))?;
    let now_at = of(&app, agent).await?;
    if wanted.place == PlaceWord::Standby {
        return match now_at.place {
            PlaceWord::Standby => Ok(Json(now_at)),
            PlaceWord::House | PlaceWord::Outside => {
                let why =
                    "he stands by once his phone has dialled the number of the house for that";
                Err(Problem::new(Code::StateForbids).detail(why))
            }
        };
    }
    let is_outside = wanted.place == PlaceWord::Outside;
    let set = app.database().set_place(agent, is_outside, now()).await;
    match set {
        Ok(()) => {
            app.commands().send(Command::LeaveStandby { agent }).await?;
            let number = now_at.number;
            let place = wanted.place;
            Ok(Json(AgentPlaceBody { place, number }))
        }
        Err(StoreError::NotFound(what)) => {
            let why = format!("he has no {what}");
            Err(Problem::new(Code::StateForbids).detail(why))
        }
        Err(error) => Err(error.into()),
    }
}

async fn of(app: &App, agent: AgentId) -> Result<AgentPlaceBody, Problem> {
    let found = app.database().agent(agent).await?;
    let found = found.filter(|agent| agent.is_active);
    let found = found.ok_or_else(|| Problem::new(Code::NoSuchAgent))?;
    let line = app.view().agent(agent).line;
    let stands_by = line.is_some_and(|line| line.standby);
    Ok(AgentPlaceBody {
        place: match (stands_by, found.is_outside) {
            (true, _) => PlaceWord::Standby,
            (false, true) => PlaceWord::Outside,
            (false, false) => PlaceWord::House,
        },
        number: found.outside_number,
    })
}
