//! What an agent owes to tickets (C2, C6): the groups of which he is, and that he is away, with who stands in for him.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{AppendHeaders, IntoResponse};
use model::{AgentId, Timestamp};
use serde::{Deserialize, Serialize};
use store::{Absence, DutyChange, StoreError};
use ticket::Actor;
use ticket::rules::GroupMembership;
use utoipa::ToSchema;

use super::agent_body::AgentBody;
use super::agents::known;
use super::customer_body::told;
use super::version;
use crate::app::App;
use crate::auth::principal::now;
use crate::auth::{Action, Principal, authorise};
use crate::extract::{AgentRef, Body, InPath};
use crate::problem::{Code, Problem, ProblemDocument};

/// An agent, with what he owes to tickets.
#[derive(Debug, Serialize, ToSchema)]
pub struct AgentDetail {
    /// The agent.
    #[serde(flatten)]
    pub agent: AgentBody,
    /// The groups of tickets of which he is, by name.
    pub groups: Vec<DutyGroupBody>,
    /// That he is away, or is to be; `null`: nothing is known of that.
    pub absence: Option<AbsenceBody>,
    /// For `If-Match`.
    pub version: u64,
}

/// That somebody is of a group.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DutyGroupBody {
    /// Which, as `tickets.toml` calls it.
    pub group: String,
    /// Whether he leads it.
    #[serde(default)]
    pub leads: bool,
    /// Whether he gets what is sent to the group as a whole.
    #[serde(default)]
    pub receives: bool,
    /// His share of what is given by turns, 0 to 1,000.
    #[serde(default = "one")]
    pub weight: u16,
    /// As many tickets as he takes, at most 10,000; 0: as many as come.
    #[serde(default)]
    pub tickets_max: u32,
}

/// That somebody is away.
#[derive(Debug, Serialize, ToSchema)]
pub struct AbsenceBody {
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    pub from: Timestamp,
    /// Until when; from then on he is here.
    #[schema(value_type = String, format = DateTime)]
    pub until: Timestamp,
    /// Who gets what is meant for him; `null`: nobody does.
    #[schema(value_type = Option<String>)]
    pub stand_in: Option<AgentId>,
}

/// That somebody is to be away.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AbsenceWanted {
    /// Since when; from this moment on without it.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub from: Option<Timestamp>,
    /// Until when.
    #[schema(value_type = String, format = DateTime)]
    pub until: Timestamp,
    /// Who gets what is meant for him.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub stand_in: Option<AgentId>,
}

/// What is to be otherwise; a field that is absent stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DutyWanted {
    /// That he is away; `null`: he is here.
    #[serde(default, deserialize_with = "told")]
    #[schema(value_type = Option<AbsenceWanted>)]
    pub absence: Option<Option<AbsenceWanted>>,
    /// All groups of which he is from here on.
    #[serde(default)]
    pub groups: Option<Vec<DutyGroupBody>>,
}

const fn one() -> u16 {
    1
}

/// One agent; `me` is whoever asks. `ETag` is the version of his record.
#[utoipa::path(get, operation_id = "get_agent", path = "/v1/agents/{id}", tag = "agents", params(("id" = String, Path, description = "An id, or `me`.")),
    responses(
        (status = 200, description = "The agent.", body = AgentDetail, headers(("ETag" = String, description = "The version, for `If-Match`."))),
        (status = 404, description = "No such agent.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn read(
    State(app): State<App>,
    who: Principal,
    InPath(agent): InPath<AgentRef>,
) -> Result<impl IntoResponse, Problem> {
    let id = agent.resolve(&who);
    authorise(&who, Action::SeeAgents, Some(id))?;
    tagged(detail(&app, id).await?)
}

/// Says that an agent is away, with who stands in for him, and of which groups of tickets he is: both together, or nothing.
#[utoipa::path(patch, operation_id = "change_agent", path = "/v1/agents/{id}", tag = "agents",
    params(("id" = String, Path, description = "An id, or `me`."), ("If-Match" = String, Header, description = "The `ETag` that was read.")),
    request_body = DutyWanted,
    responses(
        (status = 200, description = "The agent as he stands.", body = AgentDetail, headers(("ETag" = String, description = "The version."))),
        (status = 404, description = "No such agent.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 412, description = "He was changed meanwhile; `current` is how he stands.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 422, description = "There is no such group or stand-in, or the moments do not fit.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 428, description = "`If-Match` is missing.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn change(
    State(app): State<App>,
    who: Principal,
    InPath(agent): InPath<AgentRef>,
    headers: HeaderMap,
    Body(wanted): Body<DutyWanted>,
) -> Result<impl IntoResponse, Problem> {
    let id = agent.resolve(&who);
    authorise(&who, Action::ManageDuty, Some(id))?;
    let stands = detail(&app, id).await?;
    let Some(read) = version::matched(&headers)? else {
        return Err(version::conflict(&stands, stands.version));
    };
    let change = change_of(&app, wanted, &stands).await?;
    let by = Actor::Agent(who.agent);
    let changed = app
        .database()
        .change_duty(id, Some(read), change, by, now());
    match changed.await {
        Ok(_) => tagged(detail(&app, id).await?),
        Err(StoreError::Conflict { .. }) => {
            let stands = detail(&app, id).await?;
            Err(version::conflict(&stands, stands.version))
        }
        Err(StoreError::Setting(why)) => Err(Problem::new(Code::InvalidBody).detail(why)),
        Err(StoreError::NotFound(_)) => Err(Code::NoSuchAgent.into()),
        Err(other) => Err(other.into()),
    }
}

async fn change_of(
    app: &App,
    wanted: DutyWanted,
    stands: &AgentDetail,
) -> Result<DutyChange, Problem> {
    if let Some(Some(AbsenceWanted {
        stand_in: Some(person),
        ..
    })) = &wanted.absence
        && app.database().agent(*person).await?.is_none()
    {
        let why = format!("`stand_in`: no agent {person}");
        return Err(Problem::new(Code::InvalidBody).detail(why));
    }
    let groups = wanted.groups.map(|groups| {
        let groups = groups.into_iter();
        groups.map(|one| membership(app, one, stands)).collect()
    });
    Ok(DutyChange {
        absence: wanted.absence.map(|absence| {
            absence.map(|it| Absence {
                from: it.from.unwrap_or_else(now),
                until: it.until,
                stand_in: it.stand_in,
            })
        }),
        groups: groups.transpose()?,
    })
}

/// A group that the house has, or that he was of before the house gave it up.
fn membership(
    app: &App,
    body: DutyGroupBody,
    stands: &AgentDetail,
) -> Result<GroupMembership, Problem> {
    let rules = app.tickets().rules();
    let is_his = stands.groups.iter().any(|one| one.group == body.group);
    if !rules.groups.contains_key(&body.group) && !is_his {
        let known: Vec<&str> = rules.groups.keys().map(String::as_str).collect();
        let why = format!("no group `{}`, but: {}", body.group, known.join(", "));
        return Err(Problem::new(Code::NoSuchGroup).detail(why));
    }
    let membership = GroupMembership {
        group: body.group,
        weight: body.weight,
        takes: body.tickets_max,
        leads: body.leads,
        receives: body.receives,
    };
    // Its bounds are those of its text.
    let read = membership.to_string().parse::<GroupMembership>();
    read.map_err(|why| Problem::new(Code::InvalidBody).detail(why.to_string()))
}

async fn detail(app: &App, id: AgentId) -> Result<AgentDetail, Problem> {
    let record = known(app, id).await?;
    let (database, at) = (app.database(), now());
    let groups = database.groups_of(id).await?.into_iter();
    let absence = database.absence_of(id, at).await?;
    Ok(AgentDetail {
        version: record.version,
        agent: AgentBody::of(record, app.view().agent(id).line.as_ref()),
        groups: groups.map(DutyGroupBody::from).collect(),
        absence: absence.map(|it| AbsenceBody {
            from: it.from,
            until: it.until,
            stand_in: it.stand_in,
        }),
    })
}

fn tagged(detail: AgentDetail) -> Result<impl IntoResponse + use<>, Problem> {
    let etag = version::etag(detail.version)?;
    Ok((AppendHeaders([(header::ETAG, etag)]), Json(detail)))
}

impl From<GroupMembership> for DutyGroupBody {
    fn from(one: GroupMembership) -> Self {
        Self {
            group: one.group,
            leads: one.leads,
            receives: one.receives,
            weight: one.weight,
            tickets_max: one.takes,
        }
    }
}
