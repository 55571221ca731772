//! Reports (报表, I5, I7): figures by quarter of an hour, hour, day, week, month or year, each with its formula, as JSON, CSV or a
//! workbook of Excel.
//!
//! An agent sees himself, a supervisor the people of his reach and the tickets of its groups; queues are for supervisors who reach the
//! whole house.

use std::ops::Range;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use model::{DAY_MS, Interval, QueueName, ScriptName, Timestamp, Zone};
use report::{Subject, Table};
use serde::Deserialize;
use store::sheet::written;
use store::{ReportWish, SumsOf, Whose};
use utoipa::IntoParams;

use super::report_body::ReportBody;
use crate::app::App;
use crate::auth::permission::whose;
use crate::auth::principal::now;
use crate::auth::{Action, Principal, authorise};
use crate::extract::{AgentRef, InPath, InQuery};
use crate::locale::Locale;
use crate::problem::{Code, Problem, ProblemDocument};

/// The longest time of a report, in days: a year and the month before it.
const DAYS_MAX: i64 = 400;
pub(super) const CSV: &str = "text/csv; charset=utf-8";
pub(super) const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// Which report.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ReportQuery {
    /// From which moment on, to the quarter of an hour; without it from the first moment of `to`'s day on.
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<Timestamp>,
    /// Before which moment; now without it. 400 days after `from` at most.
    #[param(value_type = Option<String>, format = DateTime)]
    to: Option<Timestamp>,
    /// `quarter_hour`, `hour`, `day`, `week` (from Monday on), `month`, `year`, or `none`: one row for each. `none` without it.
    by: Option<String>,
    /// On whose clock days begin: `Asia/Shanghai`; the house's without it.
    tz: Option<String>,
    /// `json`, `csv` or `xlsx`; without it what `Accept` asks for, else `json`.
    format: Option<String>,
    /// Of this queue's callers alone.
    #[serde(rename = "filter[queue]")]
    queue: Option<String>,
    /// Of this agent alone: an id, or `me`; without it of all whose figures one may see.
    #[serde(rename = "filter[agent]")]
    #[param(value_type = Option<String>)]
    agent: Option<AgentRef>,
    /// Of tickets that this group had; of those of no group, where it is empty.
    #[serde(rename = "filter[group]")]
    group: Option<String>,
    /// Of tickets of this type; of those of no type, where it is empty.
    #[serde(rename = "filter[type]")]
    ticket_type: Option<String>,
    /// Of nodes of this script.
    #[serde(rename = "filter[script]")]
    script: Option<String>,
    /// Of the report of tickets: in so many days nobody calls again about what was done at the first contact, 1 to 90; 7 without it.
    #[param(minimum = 1, maximum = 90)]
    fcr_days: Option<u32>,
}

/// As what it is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Json,
    Csv,
    Xlsx,
}

/// Figures with their formulas.
#[utoipa::path(get, operation_id = "read_report", path = "/v1/reports/{subject}", tag = "reports",
    params(("subject" = String, Path, description = "`queues`, `agents`, `groups`, `tickets` or `ivr`."), ReportQuery),
    responses(
        (status = 200, description = "Rows, the row of all, and each figure with its formula.", content(
            (ReportBody = "application/json"), (String = "text/csv"), (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))),
        (status = 404, description = "No such report.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 422, description = "`to` is not after `from`, the time is longer than 400 days, or there would be more than 10,000 intervals or 20,000 rows.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn read(
    State(app): State<App>,
    who: Principal,
    headers: HeaderMap,
    InPath(subject): InPath<String>,
    InQuery(query): InQuery<ReportQuery>,
) -> Result<Response, Problem> {
    let subject = Subject::ALL.into_iter().find(|it| it.name() == subject);
    let subject = subject.ok_or(Code::NoSuchReport)?;
    let all = [Format::Json, Format::Csv, Format::Xlsx];
    let format = Format::of(query.format.as_deref(), &headers, &all)?;
    let wish = wish(&app, &who, subject, query)?;
    let report = app.database().report(&wish, now()).await?;
    let report = report.ok_or_else(|| {
        let detail = format!(
            "more than {} intervals or {} rows: ask for a shorter time or longer intervals",
            store::rollup::INTERVALS_MAX,
            store::rollup::ROWS_MAX
        );
        Problem::new(Code::InvalidBody).detail(detail)
    })?;
    let locale = Locale::accepted(&headers)
        .or(who.locale)
        .unwrap_or_default();
    let is_chinese = locale == Locale::Chinese;
    match format {
        Format::Json => Ok(Json(ReportBody::of(&report)).into_response()),
        Format::Csv => {
            let text = written::csv(&report.table(is_chinese));
            Ok(saved(subject.name(), "csv", CSV, text.into()))
        }
        Format::Xlsx => {
            let formulas = if is_chinese { "公式" } else { "formulas" };
            let book = workbook(report.table(is_chinese), subject.name(), formulas).await?;
            Ok(saved(subject.name(), "xlsx", XLSX, book.into()))
        }
    }
}

/// A workbook, made beside what others wait for: of many rows it takes a while.
pub(super) async fn workbook(
    table: Table,
    title: &'static str,
    formulas: &'static str,
) -> Result<Vec<u8>, Problem> {
    let made = tokio::task::spawn_blocking(move || written::xlsx(&table, title, formulas));
    let made = made.await.map_err(|error| Problem::internal(&error))?;
    made.map_err(|error| Problem::internal(&error))
}

/// What is asked for, if it is one that is answered and he may see it.
fn wish(
    app: &App,
    who: &Principal,
    subject: Subject,
    query: ReportQuery,
) -> Result<ReportWish, Problem> {
    fits(subject, &query)?;
    let whose = visible(who, subject, query.agent)?;
    let by = match &query.by {
        None => Interval::Whole,
        Some(word) => Interval::named(word).ok_or_else(|| {
            let words = Interval::ALL.map(Interval::name).join(", ");
            let detail = format!("by is {word:?}: expected {words}");
            Problem::new(Code::MalformedParameter).detail(detail)
        })?,
    };
    if !subject.can_be_cut(by) {
        let detail = format!(
            "{} are counted by the hour: by=hour or longer",
            subject.name()
        );
        return Err(Problem::new(Code::MalformedParameter).detail(detail));
    }
    let zone = zone(app, query.tz.as_deref())?;
    let time = period(&zone, query.from, query.to)?;
    let of = SumsOf {
        queue: query.queue.map(QueueName::new),
        whose,
        group: query.group,
        ticket_type: query.ticket_type,
        fcr_days: query.fcr_days,
        script: query.script.map(ScriptName::new),
    };
    Ok(ReportWish {
        subject,
        time,
        by,
        zone,
        of,
    })
}

/// The clock that is asked for, or the house's.
pub(super) fn zone(app: &App, name: Option<&str>) -> Result<Zone, Problem> {
    let Some(name) = name else {
        return Ok(Zone::ahead(app.tickets().utc_offset_min()));
    };
    Zone::named(name).ok_or_else(|| {
        let detail = format!("tz is {name:?}: expected an IANA name such as \"Asia/Shanghai\"");
        Problem::new(Code::MalformedParameter).detail(detail)
    })
}

/// The time that is asked for, if it is one that is answered.
pub(super) fn period(
    zone: &Zone,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
) -> Result<Range<Timestamp>, Problem> {
    let to = to.unwrap_or_else(now);
    let day = || zone.day_of(Timestamp::from_ms(to.as_ms().saturating_sub(1)));
    let from = from.unwrap_or_else(day);
    let wrong = |why: &str| Err(Problem::new(Code::InvalidBody).detail(why));
    if from >= to {
        return wrong("`to` comes after `from`");
    }
    if to.as_ms().saturating_sub(from.as_ms()) > DAYS_MAX * DAY_MS {
        return wrong("a time of 400 days at most");
    }
    Ok(from..to)
}

/// A filter that says nothing of what a report is about would be ignored: it is refused.
fn fits(subject: Subject, query: &ReportQuery) -> Result<(), Problem> {
    let of_calls = matches!(subject, Subject::Queues | Subject::Agents);
    let of_tickets = matches!(subject, Subject::Groups | Subject::Tickets);
    let filters = [
        (
            "fcr_days",
            query.fcr_days.is_some(),
            subject == Subject::Tickets,
        ),
        ("filter[queue]", query.queue.is_some(), of_calls),
        (
            "filter[agent]",
            query.agent.is_some(),
            subject == Subject::Agents,
        ),
        ("filter[group]", query.group.is_some(), of_tickets),
        ("filter[type]", query.ticket_type.is_some(), of_tickets),
        (
            "filter[script]",
            query.script.is_some(),
            subject == Subject::Ivr,
        ),
    ];
    if query
        .fcr_days
        .is_some_and(|days| !(1..=report::FCR_DAYS_MAX).contains(&days))
    {
        let detail = format!("fcr_days is 1 to {}", report::FCR_DAYS_MAX);
        return Err(Problem::new(Code::MalformedParameter).detail(detail));
    }
    let stranger = filters.iter().find(|(_, asked, fits)| *asked && !fits);
    stranger.map_or(Ok(()), |(name, ..)| {
        let detail = format!("{name} is not for the report of {}", subject.name());
        Err(Problem::new(Code::MalformedParameter).detail(detail))
    })
}

/// Whose figures; refused where he may not see them. Who names nobody sees as many agents, or groups, as his reach holds.
fn visible(who: &Principal, subject: Subject, asked: Option<AgentRef>) -> Result<Whose, Problem> {
    match subject {
        Subject::Queues | Subject::Ivr => {
            authorise(who, Action::SeeReports, None).map(|()| Whose::Everybody)
        }
        Subject::Agents => {
            let asked = asked.map(|agent| agent.resolve(who));
            whose(who, Action::SeeReports, asked)
        }
        Subject::Groups | Subject::Tickets => match whose(who, Action::SeeReports, None)? {
            // Tickets are a group's figures: one of it alone has none.
            Whose::One(_) => Err(Problem::new(Code::Forbidden)),
            of @ (Whose::Everybody | Whose::Circle(_)) => Ok(of),
        },
    }
}

impl Format {
    /// The one that is asked for among those that are given; the first of them where nothing is asked.
    pub(super) fn of(
        word: Option<&str>,
        headers: &HeaderMap,
        given: &[Self],
    ) -> Result<Self, Problem> {
        if let Some(word) = word {
            let found = given.iter().find(|format| format.name() == word);
            return found.copied().ok_or_else(|| {
                let names: Vec<&str> = given.iter().map(|format| format.name()).collect();
                let detail = format!("format is {word:?}: expected {}", names.join(" or "));
                Problem::new(Code::MalformedParameter).detail(detail)
            });
        }
        let accept = headers.get(header::ACCEPT).and_then(|it| it.to_str().ok());
        let mut kinds = accept
            .unwrap_or_default()
            .split(',')
            .map(|kind| kind.split(';').next().unwrap_or_default().trim());
        let found = kinds.find_map(|kind| given.iter().find(|format| format.kind() == kind));
        Ok(found.or(given.first()).copied().unwrap_or(Self::Json))
    }

    /// Its word in requests.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
        }
    }

    const fn kind(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Csv => "text/csv",
            Self::Xlsx => XLSX,
        }
    }
}

/// A file to be saved.
pub(super) fn saved(name: &str, ending: &str, kind: &'static str, body: Body) -> Response {
    let mut response = ([(header::CONTENT_TYPE, kind)], body).into_response();
    let saved = format!("attachment; filename=\"{name}.{ending}\"");
    if let Ok(saved) = HeaderValue::from_str(&saved) {
        response
            .headers_mut()
            .insert(header::CONTENT_DISPOSITION, saved);
    }
    response
}
