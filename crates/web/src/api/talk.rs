//! What an agent, or a supervisor for him, does with the call that he talks in: hold, transfer, consult, a talk of three. The
//! engine decides whether it can be; how it goes on comes as events.

use axum::extract::State;
use axum::http::StatusCode;
use engine::{Command, TalkOrder, TransferTarget};
use model::transfer::NOTE_CHARS_MAX;
use model::{AgentId, CallId, QueueName};
use serde::Deserialize;
use utoipa::ToSchema;

use super::call_body::talking_agent;
use crate::app::App;
use crate::auth::{Action, Principal, authorise};
use crate::extract::{Body, InPath};
use crate::problem::{Code, Problem, ProblemDocument};

/// Longest name of a target.
const TARGET_CHARS_MAX: usize = 64;

/// An order.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WantedTalk {
    /// What is to be done.
    pub order: OrderWord,
    /// Whereto, with `transfer` and `consult`.
    #[serde(default)]
    pub to: Option<WantedTarget>,
    /// What the next agent is to know, with `transfer` and `consult`: at most 500 characters.
    #[serde(default)]
    pub note: Option<String>,
}

/// What can be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OrderWord {
    /// The caller hears music, the agent nothing.
    Hold,
    /// They hear each other again.
    Resume,
    /// The caller goes there, the agent is done.
    Transfer,
    /// The caller is held, and the target is called for the agent.
    Consult,
    /// The agent changes between the caller and whom he consults.
    Alternate,
    /// Caller and target are connected, the agent is done.
    Complete,
    /// All three hear each other.
    Join,
    /// Whom he consults leaves, and the agent is with the caller again.
    Drop,
    /// The caller goes to the survey of his queue, the agent is done; marked as pushed by the agent.
    Survey,
}

/// Whereto: exactly one of them.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WantedTarget {
    /// An agent, by login.
    Agent(String),
    /// A queue, by name.
    Queue(String),
    /// A number: one of ours, else an outside number.
    Number(String),
}

/// Holds, transfers, consults: for the agent who talks in the call, and for supervisors.
#[utoipa::path(post, operation_id = "order_talk", path = "/v1/calls/{id}/talk", tag = "calls", params(("id" = String, Path)),
    request_body = WantedTalk,
    responses(
        (status = 204, description = "The engine took it; what becomes of it comes as an event."),
        (status = 404, description = "No such call, or it has ended.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, description = "The call is not at a point where that can be done.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 422, description = "The body is not as it should be.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn order(
    State(app): State<App>,
    who: Principal,
    InPath(call): InPath<CallId>,
    Body(wanted): Body<WantedTalk>,
) -> Result<StatusCode, Problem> {
    let agent = talker(&app, &who, call)?;
    let order = wanted.try_into()?;
    let command = Command::Talk { call, agent, order };
    app.commands().send(command).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The agent in whose name it is done. Whoever may not see others' calls is not told which of them live.
pub(super) fn talker(app: &App, who: &Principal, call: CallId) -> Result<AgentId, Problem> {
    let live = app.view().call(call);
    let talks = live.as_ref().and_then(talking_agent);
    authorise(who, Action::HandleCall, talks)?;
    if live.is_none() {
        return Err(Problem::new(Code::NoSuchCall));
    }
    talks.ok_or_else(|| Problem::new(Code::StateForbids).detail("no agent talks in this call"))
}

impl TryFrom<WantedTalk> for TalkOrder {
    type Error = Problem;

    fn try_from(wanted: WantedTalk) -> Result<Self, Problem> {
        let invalid = |detail: &str| Problem::new(Code::InvalidBody).detail(detail);
        let goes_elsewhere = matches!(wanted.order, OrderWord::Transfer | OrderWord::Consult);
        if wanted.note.is_some() && !goes_elsewhere {
            return Err(invalid("a note goes with transfer and consult alone"));
        }
        let note = wanted.note.map(checked_note).transpose()?.flatten();
        let order = match (wanted.order, wanted.to) {
            (OrderWord::Transfer, Some(to)) => Self::Transfer {
                to: to.try_into()?,
                note,
            },
            (OrderWord::Consult, Some(to)) => Self::Consult {
                to: to.try_into()?,
                note,
            },
            (OrderWord::Transfer | OrderWord::Consult, None) => {
                return Err(invalid("transfer and consult need a target in `to`"));
            }
            (OrderWord::Hold, None) => Self::Hold,
            (OrderWord::Resume, None) => Self::Resume,
            (OrderWord::Alternate, None) => Self::Alternate,
            (OrderWord::Complete, None) => Self::Complete,
            (OrderWord::Join, None) => Self::Join,
            (OrderWord::Drop, None) => Self::Drop,
            (OrderWord::Survey, None) => Self::Survey,
            (
                OrderWord::Hold
                | OrderWord::Resume
                | OrderWord::Alternate
                | OrderWord::Complete
                | OrderWord::Join
                | OrderWord::Drop
                | OrderWord::Survey,
                Some(_),
            ) => return Err(invalid("a target goes with transfer and consult alone")),
        };
        Ok(order)
    }
}

/// Lines are fine in a note, other control characters are not; an empty one is none.
fn checked_note(note: String) -> Result<Option<String>, Problem> {
    let note = note.trim();
    let is_strange = |letter: char| letter.is_control() && letter != '\n';
    if note.chars().count() > NOTE_CHARS_MAX || note.chars().any(is_strange) {
        return Err(Problem::new(Code::InvalidBody).detail("a note has at most 500 characters"));
    }
    Ok((!note.is_empty()).then(|| note.to_owned()))
}

impl TryFrom<WantedTarget> for TransferTarget {
    type Error = Problem;

    fn try_from(wanted: WantedTarget) -> Result<Self, Problem> {
        let (name, make): (String, fn(String) -> Self) = match wanted {
            WantedTarget::Agent(login) => (login, Self::Agent),
            WantedTarget::Queue(queue) => (queue, |queue| Self::Queue(QueueName::new(queue))),
            WantedTarget::Number(number) => (number, Self::Number),
        };
        let name = name.trim();
        let length = name.chars().count();
        if (1..=TARGET_CHARS_MAX).contains(&length) && !name.chars().any(char::is_control) {
            Ok(make(name.to_owned()))
        } else {
            Err(Problem::new(Code::InvalidBody).detail("a target has 1 to 64 printable characters"))
        }
    }
}
