//! Callbacks (回呼, D21): who waits to be called back, and taking one back. For supervisors and admins.
//!
//! The list is the engine's state of that moment, asked by a question; what becomes of a callback comes as events.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use engine::command::Command;
use engine::{Answer, CallbackReport, Question};
use model::{CallId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::list::{self, List, PageQuery};
use crate::app::App;
use crate::auth::{Action, Principal, authorise};
use crate::extract::{Body, InPath, InQuery};
use crate::problem::{Problem, ProblemDocument};

/// Somebody who is to be called back.
#[derive(Debug, Serialize, ToSchema)]
pub struct CallbackBody {
    /// The callback: the call that asked for it.
    pub id: String,
    /// Whom to call.
    pub number: String,
    /// The number that he had dialled.
    pub called: String,
    /// In which queue.
    pub queue: String,
    /// `asked` (his call is not over), `waiting`, `ringing`, `on_line`, or `pausing` between two tries.
    pub state: String,
    /// His place in that queue's line, 1 is next; `null` while it pauses.
    pub position: Option<u32>,
    /// Since when he waits by his score.
    #[schema(value_type = String, format = DateTime)]
    pub since: Timestamp,
    /// Until when he is tried.
    #[schema(value_type = String, format = DateTime)]
    pub until: Timestamp,
    /// How often he was tried.
    pub attempts: u32,
    /// When he stands in line again.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub next_at: Option<Timestamp>,
}

/// Why one is taken back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CallbackCancelled {
    /// A line of at most 200 characters.
    pub reason: String,
}

/// Callbacks that are open, oldest first.
#[utoipa::path(get, operation_id = "list_callbacks", path = "/v1/callbacks", tag = "calls", params(PageQuery),
    responses(
        (status = 200, description = "Who waits to be called back.", body = List<CallbackBody>),
        (status = 503, description = "The engine is busy.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn list(
    State(app): State<App>,
    who: Principal,
    InQuery(query): InQuery<PageQuery>,
) -> Result<Json<List<CallbackBody>>, Problem> {
    authorise(&who, Action::SuperviseLine, None)?;
    let Answer::Callbacks(open) = app.questions().ask(Question::Callbacks).await? else {
        return Err(Problem::internal(&"the engine answered another question"));
    };
    // Ids rise with time.
    let page = list::page(open, &query, |report| report.callback)?;
    Ok(Json(List {
        items: page.items.into_iter().map(CallbackBody::from).collect(),
        next: page.next,
    }))
}

/// Takes a callback back: nobody is called. One who is on the line already is no callback any more.
#[utoipa::path(post, operation_id = "cancel_callback", path = "/v1/callbacks/{id}/cancel", tag = "calls", params(("id" = String, Path)),
    request_body = CallbackCancelled,
    responses(
        (status = 204, description = "He is not called."),
        (status = 404, description = "No such callback, or it is over.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, description = "He is on the line already.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 422, description = "The body is not as it should be.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn cancel(
    State(app): State<App>,
    who: Principal,
    InPath(callback): InPath<CallId>,
    Body(wanted): Body<CallbackCancelled>,
) -> Result<StatusCode, Problem> {
    authorise(&who, Action::SuperviseLine, None)?;
    let command = Command::CancelCallback {
        callback,
        by: who.agent,
        reason: wanted.reason,
    };
    app.commands().send(command).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl From<CallbackReport> for CallbackBody {
    fn from(report: CallbackReport) -> Self {
        Self {
            id: report.callback.to_string(),
            number: report.number,
            called: report.called,
            queue: report.queue.to_string(),
            state: report.state,
            position: report.position,
            since: report.since,
            until: report.until,
            attempts: report.attempts,
            next_at: report.next_at,
        }
    }
}
