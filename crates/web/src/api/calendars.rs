//! Calendars (工作日历): how they stand, what comes next and why, their days (E8); and closing one out of turn (E9).
//!
//! Everybody may look; supervisors and admins close and open. What was closed always has an end.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use engine::command::Command;
use engine::{Answer, CalendarReport, Closing, Question};
use model::Timestamp;
use model::calendar::{Change, ClosedBy, Closure, DAYS_MAX, Day, DayClass, Why};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::list::{self, List, PageQuery};
use crate::app::App;
use crate::auth::{Action, Principal, authorise};
use crate::extract::{Body, InPath, InQuery};
use crate::problem::{Code, Problem, ProblemDocument};

/// A calendar at a moment.
#[derive(Debug, Serialize, ToSchema)]
pub struct CalendarBody {
    /// Its name in `calendars.toml`.
    pub name: String,
    /// Its zone, an IANA name.
    pub zone: String,
    /// The moment.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// What holds then: `open`, `closed`, `holiday`, `emergency`.
    pub state: &'static str,
    /// Why.
    pub why: CalendarWhyBody,
    /// What comes next; `null`: it never changes.
    pub next: Option<ChangeBody>,
    /// What closes it out of turn.
    pub closure: Option<ClosureBody>,
    /// Its days from that moment on.
    pub days: Vec<DayBody>,
}

/// A reason in both languages; what the house has written itself is the same in both.
#[derive(Debug, Serialize, ToSchema)]
pub struct CalendarWhyBody {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

/// A change to come.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangeBody {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// What holds from then on.
    pub state: &'static str,
    /// Why.
    pub why: CalendarWhyBody,
}

/// What closes a calendar out of turn.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClosureBody {
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    pub since: Timestamp,
    /// The first moment at which it holds no more.
    #[schema(value_type = String, format = DateTime)]
    pub until: Timestamp,
    /// Why; empty when it was closed by telephone.
    pub reason: String,
    /// The agent who closed it.
    pub agent: Option<String>,
    /// The call in which it was closed, by telephone.
    pub call: Option<String>,
}

/// A day.
#[derive(Debug, Serialize, ToSchema)]
pub struct DayBody {
    /// `2026-10-10`, in the calendar's zone.
    pub date: String,
    /// `mon` … `sun`.
    pub weekday: &'static str,
    /// `open`, `closed` or `holiday`.
    pub class: &'static str,
    /// Its periods, `09:00-12:00`.
    pub hours: Vec<String>,
    /// Why.
    pub why: CalendarWhyBody,
}

/// Which moment, and how many days.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MomentQuery {
    /// The moment; now without it.
    #[param(value_type = Option<String>, format = DateTime)]
    pub at: Option<Timestamp>,
    /// How many days from then on, at most 400; 7 without it.
    pub days: Option<u16>,
}

/// How a calendar is to be closed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClosureWanted {
    /// Until when; it has to end, within `[closing] max_h` hours.
    #[schema(value_type = String, format = DateTime)]
    pub until: Timestamp,
    /// Why: a line of at most 200 characters. It stands in the fact, and people see it.
    pub reason: String,
}

/// All calendars as they stand, by name, without days.
#[utoipa::path(get, operation_id = "list_calendars", path = "/v1/calendars", tag = "queues", params(PageQuery),
    responses(
        (status = 200, description = "Calendars by name.", body = List<CalendarBody>),
        (status = 503, description = "The engine is busy.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn list(
    State(app): State<App>,
    who: Principal,
    InQuery(query): InQuery<PageQuery>,
) -> Result<Json<List<CalendarBody>>, Problem> {
    authorise(&who, Action::SeeQueues, None)?;
    let calendars = ask(&app, None, None, 0).await?;
    let page = list::page(calendars, &query, |calendar| calendar.name.clone())?;
    Ok(Json(List {
        items: page.items.into_iter().map(CalendarBody::from).collect(),
        next: page.next,
    }))
}

/// One calendar at a moment, with its days.
#[utoipa::path(get, operation_id = "get_calendar", path = "/v1/calendars/{name}", tag = "queues", params(("name" = String, Path), MomentQuery),
    responses(
        (status = 200, description = "How it stands then.", body = CalendarBody),
        (status = 404, description = "No such calendar.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 503, description = "The engine is busy.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn read(
    State(app): State<App>,
    who: Principal,
    InPath(name): InPath<String>,
    InQuery(query): InQuery<MomentQuery>,
) -> Result<Json<CalendarBody>, Problem> {
    authorise(&who, Action::SeeQueues, None)?;
    let days = query.days.unwrap_or(7).min(DAYS_MAX);
    let calendars = ask(&app, Some(name.clone()), query.at, days).await?;
    let found = calendars.into_iter().find(|calendar| calendar.name == name);
    let found = found.ok_or_else(|| Problem::new(Code::NoSuchCalendar))?;
    Ok(Json(found.into()))
}

/// Closes a calendar out of turn, or changes why and until when it is closed. Callers who wait go on waiting.
#[utoipa::path(put, operation_id = "close_calendar", path = "/v1/calendars/{name}/closure", tag = "queues", params(("name" = String, Path)),
    request_body = ClosureWanted,
    responses(
        (status = 204, description = "It is closed, for scripts, queues and callbacks at once."),
        (status = 404, description = "No such calendar.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 422, description = "The body is not as it should be.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn close(
    State(app): State<App>,
    who: Principal,
    InPath(calendar): InPath<String>,
    Body(wanted): Body<ClosureWanted>,
) -> Result<StatusCode, Problem> {
    authorise(&who, Action::CloseCalendars, None)?;
    let closing = Closing {
        until: wanted.until,
        reason: Some(wanted.reason),
        by: ClosedBy::Agent(who.agent),
    };
    let command = Command::CloseCalendar { calendar, closing };
    app.commands().send(command).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes a closing back: the calendar's hours hold again.
#[utoipa::path(delete, operation_id = "open_calendar", path = "/v1/calendars/{name}/closure", tag = "queues", params(("name" = String, Path)),
    responses(
        (status = 204, description = "Its hours hold."),
        (status = 404, description = "No such calendar.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, description = "It is not closed out of turn.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn open(
    State(app): State<App>,
    who: Principal,
    InPath(calendar): InPath<String>,
) -> Result<StatusCode, Problem> {
    authorise(&who, Action::CloseCalendars, None)?;
    let by = ClosedBy::Agent(who.agent);
    let command = Command::OpenCalendar { calendar, by };
    app.commands().send(command).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn ask(
    app: &App,
    name: Option<String>,
    at: Option<Timestamp>,
    days: u16,
) -> Result<Vec<CalendarReport>, Problem> {
    let question = Question::Calendars { name, at, days };
    let Answer::Calendars(calendars) = app.questions().ask(question).await? else {
        return Err(Problem::internal(&"the engine answered another question"));
    };
    Ok(calendars)
}

impl From<CalendarReport> for CalendarBody {
    fn from(report: CalendarReport) -> Self {
        Self {
            name: report.name,
            zone: report.zone,
            at: report.at,
            state: report.standing.state.name(),
            why: report.standing.why.into(),
            next: report.standing.next.map(ChangeBody::from),
            closure: report.closure.map(ClosureBody::from),
            days: report.days.into_iter().map(DayBody::from).collect(),
        }
    }
}

impl From<Change> for ChangeBody {
    fn from(change: Change) -> Self {
        Self {
            at: change.at,
            state: change.state.name(),
            why: change.why.into(),
        }
    }
}

impl From<Closure> for ClosureBody {
    fn from(closure: Closure) -> Self {
        let (agent, call) = match closure.by {
            ClosedBy::Agent(agent) => (Some(agent.to_string()), None),
            ClosedBy::Call(call) => (None, Some(call.to_string())),
        };
        Self {
            since: closure.since,
            until: closure.until,
            reason: closure.reason,
            agent,
            call,
        }
    }
}

impl From<Day> for DayBody {
    fn from(day: Day) -> Self {
        Self {
            date: day.date,
            weekday: day.weekday,
            class: match day.class {
                DayClass::Open => "open",
                DayClass::Closed => "closed",
                DayClass::Holiday => "holiday",
            },
            hours: day.hours,
            why: day.why.into(),
        }
    }
}

impl From<Why> for CalendarWhyBody {
    fn from(why: Why) -> Self {
        Self {
            zh: why.zh,
            en: why.en,
        }
    }
}
