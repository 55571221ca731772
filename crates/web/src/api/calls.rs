//! Calls: past ones from the store, live ones from the board, and ending one (to the engine).

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use engine::command::Command;
use model::fact::CallResult;
use model::{AgentId, CallId, FactRecord, QueueName, TicketId, Timestamp};
use serde::{Deserialize, Serialize};
use store::{CallFilter, Whose};
use utoipa::{IntoParams, ToSchema};

use super::call_body::{CallBody, talking_agent};
use super::legal_hold::LegalHoldBody;
use super::list::{self, List};
use super::tickets::readable_by;
use crate::app::App;
use crate::auth::permission::whose;
use crate::auth::{Action, Principal, authorise};
use crate::extract::{AgentRef, InPath, InQuery};
use crate::problem::{Code, Problem, ProblemDocument};
use crate::sight::Sight;
use crate::view::LiveCall;

/// A call with what hangs on it.
#[derive(Debug, Serialize, ToSchema)]
pub struct CallDetail {
    /// The call.
    #[serde(flatten)]
    pub call: CallBody,
    /// Its recordings, heard under `/v1/calls/{id}/recording?part=…`.
    pub recordings: Vec<RecordingBody>,
    /// Tickets that it is linked to.
    pub tickets: Vec<TicketLink>,
    /// Why it stays past its time; `null`: it goes as others do.
    pub legal_hold: Option<LegalHoldBody>,
}

/// A recording of a call.
#[derive(Debug, Serialize, ToSchema)]
pub struct RecordingBody {
    /// 1, 2, … within the call.
    pub part: u32,
    /// When it began.
    #[schema(value_type = String, format = DateTime)]
    pub started_at: Timestamp,
    /// Its length.
    pub duration_ms: u64,
    /// Its size.
    pub bytes: u64,
}

/// A ticket that a call is linked to.
#[derive(Debug, Serialize, ToSchema)]
pub struct TicketLink {
    /// Its id.
    #[schema(value_type = String)]
    pub id: TicketId,
    /// Its readable number.
    pub number: String,
}

/// Which calls.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CallQuery {
    /// `true`: those that live, oldest first, from the board. Else past and live ones from the store, newest first.
    #[serde(default)]
    live: bool,
    /// Of this queue.
    #[serde(rename = "filter[queue]")]
    queue: Option<String>,
    /// With this agent: an id, or `me`.
    #[serde(rename = "filter[agent]")]
    #[param(value_type = Option<String>)]
    agent: Option<AgentRef>,
    /// That ended so: `answered`, `abandoned`, `self_service`, `refused`, `failed`, `resumed`.
    #[serde(rename = "filter[result]")]
    #[param(value_type = Option<String>)]
    result: Option<CallResult>,
    /// The last id of the page before.
    #[param(value_type = Option<String>)]
    after: Option<u64>,
    /// Rows, 1 to 200; 50 when absent.
    limit: Option<u32>,
}

/// Calls. An agent sees those that he took.
#[utoipa::path(get, operation_id = "list_calls", path = "/v1/calls", tag = "calls", params(CallQuery),
    responses((status = 200, description = "Calls.", body = List<CallBody>)))]
pub(crate) async fn list(
    State(app): State<App>,
    who: Principal,
    InQuery(query): InQuery<CallQuery>,
) -> Result<Json<List<CallBody>>, Problem> {
    let (page, sight) = (
        list::page_request(query.after, query.limit)?,
        Sight::of(&app, &who),
    );
    let asked = query.agent.map(|agent| agent.resolve(&who));
    let whose = whose(&who, Action::SeeCalls, asked)?;
    if query.live {
        let limit = page.limit;
        let queue = query.queue.as_deref();
        return Ok(Json(live_calls(
            (&app, sight),
            &whose,
            queue,
            page.after,
            limit,
        )));
    }
    let filter = CallFilter {
        queue: query.queue.map(QueueName::new),
        whose,
        result: query.result,
    };
    let found = app.database().calls(&filter, page).await?;
    let items = found.items.into_iter().map(|cdr| {
        let live = app.view().call(cdr.call);
        CallBody::of_record(cdr, live.as_ref(), sight)
    });
    Ok(Json(List {
        items: items.collect(),
        next: found.next.map(|next| next.to_string()),
    }))
}

fn live_calls(
    (app, sight): (&App, Sight),
    whose: &Whose,
    queue: Option<&str>,
    after: Option<u64>,
    limit: u32,
) -> List<CallBody> {
    let fits = |call: &LiveCall| {
        let is_theirs = match whose {
            // Nobody's too.
            Whose::Everybody => true,
            Whose::One(_) | Whose::Circle(_) => concerned(call).any(|one| whose.holds(one)),
        };
        is_theirs
            && queue.is_none_or(|name| {
                call.queue
                    .as_ref()
                    .is_some_and(|queue| queue.as_str() == name)
            })
    };
    let one_more = limit as usize + 1;
    let found = app
        .view()
        .live_calls_after(after.map(CallId::new), one_more, fits);
    let page = list::cut(found, limit, |call| call.call.get());
    List {
        items: page
            .items
            .iter()
            .map(|call| CallBody::of_live(call, sight))
            .collect(),
        next: page.next,
    }
}

/// Who talks in a live call, and who is rung for it.
fn concerned(call: &LiveCall) -> impl Iterator<Item = AgentId> + '_ {
    let rung = call.ringing.iter().map(|(_, rung)| *rung);
    talking_agent(call).into_iter().chain(rung)
}

/// One call.
#[utoipa::path(get, operation_id = "get_call", path = "/v1/calls/{id}", tag = "calls", params(("id" = String, Path)),
    responses(
        (status = 200, description = "The call.", body = CallDetail),
        (status = 404, description = "No such call.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn read(
    State(app): State<App>,
    who: Principal,
    InPath(id): InPath<CallId>,
) -> Result<Json<CallDetail>, Problem> {
    let live = app.view().call(id);
    let record = app.database().call(id).await?;
    let owner = owner(&who, record.as_ref(), live.as_ref());
    let sight = Sight::of(&app, &who);
    let call = match (record, &live) {
        (Some(cdr), live) => CallBody::of_record(cdr, live.as_ref(), sight),
        // The projection may be a moment behind the board.
        (None, Some(live)) => CallBody::of_live(live, sight),
        (None, None) => return Err(Problem::new(Code::NoSuchCall)),
    };
    authorise(&who, Action::SeeCalls, owner)?;
    let recordings = app.database().recordings(id).await?;
    let tickets = app.database().tickets_of_call(id).await?;
    let legal_hold = app.database().legal_hold(id).await?;
    let reader = readable_by(&app, &who).await?;
    let is_readable = |ticket: &ticket::Ticket| {
        let reader = reader.as_ref();
        reader.is_none_or(|reader| reader.may_read(ticket))
    };
    Ok(Json(CallDetail {
        call,
        recordings: recordings
            .into_iter()
            .map(|recording| RecordingBody {
                part: recording.part,
                started_at: recording.started_at,
                duration_ms: recording.duration_ms,
                bytes: recording.bytes,
            })
            .collect(),
        tickets: tickets
            .into_iter()
            .filter(is_readable)
            .map(|ticket| TicketLink {
                id: ticket.id,
                number: ticket.number.to_string(),
            })
            .collect(),
        legal_hold: legal_hold.map(LegalHoldBody::from),
    }))
}

/// All facts of a call with the reasons of each decision: for those who may see all calls.
#[utoipa::path(get, operation_id = "get_call_timeline", path = "/v1/calls/{id}/timeline", tag = "calls", params(("id" = String, Path)),
    responses((status = 200, description = "Facts in order: `seq`, `at`, `type`, `data`.", body = Vec<Object>)))]
pub(crate) async fn timeline(
    State(app): State<App>,
    who: Principal,
    InPath(id): InPath<CallId>,
) -> Result<Json<Vec<FactRecord>>, Problem> {
    let owner = owner_of(&app, &who, id).await?;
    authorise(&who, Action::SeeDecisions, owner)?;
    let facts = app.database().timeline(id).await?;
    if facts.is_empty() {
        return Err(Problem::new(Code::NoSuchCall));
    }
    Ok(Json(facts))
}

/// Ends a call.
#[utoipa::path(post, operation_id = "hang_up_call", path = "/v1/calls/{id}/hangup", tag = "calls", params(("id" = String, Path)),
    responses(
        (status = 204, description = "The engine ends it."),
        (status = 404, description = "No such call, or it has ended.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn hang_up(
    State(app): State<App>,
    who: Principal,
    InPath(call): InPath<CallId>,
) -> Result<StatusCode, Problem> {
    let live = app.view().call(call);
    authorise(&who, Action::HangUp, owner(&who, None, live.as_ref()))?;
    app.commands().send(Command::HangUp { call }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Whose call it is: the asker's when he took part in it, else that of somebody within his reach who did, else the last agent's.
pub(super) fn owner(
    who: &Principal,
    record: Option<&model::Cdr>,
    live: Option<&LiveCall>,
) -> Option<AgentId> {
    let past = record.into_iter().flat_map(|cdr| {
        let parts = cdr.segments.iter().map(|part| part.agent);
        parts.chain(cdr.first_agent).chain(cdr.agent)
    });
    let took: BTreeSet<AgentId> = past.chain(live.into_iter().flat_map(concerned)).collect();
    if took.contains(&who.agent) {
        return Some(who.agent);
    }
    let circle = who.circle.as_ref();
    let near = circle.and_then(|circle| took.intersection(&circle.people).next());
    near.copied().or_else(|| record?.agent)
}

/// The same of a call by its id, whether or not it is there.
pub(super) async fn owner_of(
    app: &App,
    who: &Principal,
    id: CallId,
) -> Result<Option<AgentId>, Problem> {
    let record = app.database().call(id).await?;
    Ok(owner(who, record.as_ref(), app.view().call(id).as_ref()))
}
