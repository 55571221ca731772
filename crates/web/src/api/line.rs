//! What a supervisor does with a caller who waits (D2, D25): another place, out of the line, another queue, one agent.
//!
//! The engine decides whether it can be; who did it and why stands in `queue.supervised`.

use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use engine::command::{Command, LineOrder};
use model::{CallId, QueueName};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::auth::{Action, Principal, authorise};
use crate::extract::{Body, InPath};
use crate::problem::{Code, Problem, ProblemDocument};

/// An order.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WantedLine {
    /// What is to be done.
    pub order: LineWord,
    /// With `place`: strictly before callers of a lower one, 0 to 9.
    #[serde(default)]
    pub priority: Option<u8>,
    /// With `place`: his head start in seconds, in place of the one with which he joined.
    #[serde(default)]
    pub head_start_s: Option<u32>,
    /// With `move` the queue's name, with `assign` the agent's login.
    #[serde(default)]
    pub to: Option<String>,
    /// Why: a line of at most 200 characters.
    pub reason: String,
}

/// What can be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LineWord {
    /// Another place in his line.
    Place,
    /// Out of the line: his script goes on.
    Withdraw,
    /// Into another queue, with what he has waited.
    Move,
    /// This agent is rung for him, out of turn.
    Assign,
}

/// Deals with a waiting caller: for supervisors.
#[utoipa::path(post, operation_id = "order_line", path = "/v1/calls/{id}/line", tag = "calls", params(("id" = String, Path)),
    request_body = WantedLine,
    responses(
        (status = 204, description = "Done; what becomes of it comes as an event."),
        (status = 404, description = "No such call, or it has ended.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, description = "He does not wait, or it cannot be done.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 422, description = "The body is not as it should be.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn order(
    State(app): State<App>,
    who: Principal,
    InPath(call): InPath<CallId>,
    Body(wanted): Body<WantedLine>,
) -> Result<StatusCode, Problem> {
    authorise(&who, Action::SuperviseLine, None)?;
    let command = Command::Supervise {
        call,
        by: who.agent,
        reason: wanted.reason.clone(),
        order: wanted.try_into()?,
    };
    app.commands().send(command).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl TryFrom<WantedLine> for LineOrder {
    type Error = Problem;

    fn try_from(wanted: WantedLine) -> Result<Self, Problem> {
        let head_start = wanted.head_start_s.map(|s| Duration::from_secs(s.into()));
        let priority = wanted.priority;
        match (
            wanted.order,
            wanted.to,
            priority.is_some() || head_start.is_some(),
        ) {
            (LineWord::Place, None, true) => Ok(Self::Place {
                priority,
                head_start,
            }),
            (LineWord::Withdraw, None, false) => Ok(Self::Withdraw),
            (LineWord::Move, Some(to), false) => Ok(Self::Move {
                to: QueueName::new(to),
            }),
            (LineWord::Assign, Some(to), false) => Ok(Self::Assign { to }),
            (LineWord::Place | LineWord::Withdraw | LineWord::Move | LineWord::Assign, _, _) => {
                let told = "`place` goes with `priority` or `head_start_s`, `move` and `assign` with `to`, `withdraw` with neither";
                Err(Problem::new(Code::InvalidBody).detail(told))
            }
        }
    }
}
