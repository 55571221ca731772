//! Calls as a list for spreadsheets (话单导出, I9): CSV that is sent while it is read, or a workbook of a bounded size. Who took out which
//! calls stands in the audit log before the first of them is sent.

use std::io;

use async_stream::try_stream;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use futures_util::Stream;
use model::fact::CallResult;
use model::{QueueName, Timestamp};
use report::calls::{self, CallWords};
use serde::Deserialize;
use store::sheet::written;
use store::{CallExport, CallFilter, Database, Whose, call_export};
use ticket::Actor;
use utoipa::IntoParams;

use super::reports::{CSV, Format, XLSX, period, saved, workbook, zone};
use crate::app::App;
use crate::auth::principal::now;
use crate::auth::{Action, Principal, authorise};
use crate::extract::{AgentRef, InQuery};
use crate::locale::Locale;
use crate::problem::{Code, Problem, ProblemDocument};

/// Which calls.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CallExportQuery {
    /// That began at this moment or later; without it on `to`'s day.
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<Timestamp>,
    /// That began before this moment; now without it. 400 days after `from` at most.
    #[param(value_type = Option<String>, format = DateTime)]
    to: Option<Timestamp>,
    /// On whose clock moments are told: `Asia/Shanghai`; the house's without it.
    tz: Option<String>,
    /// `csv` or `xlsx`; without it what `Accept` asks for, else `csv`.
    format: Option<String>,
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
}

/// Calls as a list, oldest first.
#[utoipa::path(get, operation_id = "export_calls", path = "/v1/calls/export", tag = "reports", params(CallExportQuery),
    responses(
        (status = 200, description = "The list: a head, and a row for each call.", content(
            (String = "text/csv"), (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))),
        (status = 422, description = "`to` is not after `from`, the time is longer than 400 days, or a workbook would have more than 20,000 calls.", body = ProblemDocument, content_type = "application/problem+json"),
    ))]
pub(crate) async fn export(
    State(app): State<App>,
    who: Principal,
    headers: HeaderMap,
    InQuery(query): InQuery<CallExportQuery>,
) -> Result<Response, Problem> {
    authorise(&who, Action::ExportCalls, None)?;
    let format = Format::of(
        query.format.as_deref(),
        &headers,
        &[Format::Csv, Format::Xlsx],
    )?;
    let zone = zone(&app, query.tz.as_deref())?;
    let export = CallExport {
        time: period(&zone, query.from, query.to)?,
        filter: CallFilter {
            queue: query.queue.map(QueueName::new),
            whose: query
                .agent
                .map_or(Whose::Everybody, |agent| Whose::One(agent.resolve(&who))),
            result: query.result,
        },
    };
    let database = app.database();
    let words = database.call_words(zone).await?;
    let locale = Locale::accepted(&headers)
        .or(who.locale)
        .unwrap_or_default();
    let is_chinese = locale == Locale::Chinese;
    let actor = Actor::Agent(who.agent);
    let noted = database.note_call_export(&export, format.name(), actor, now());
    noted.await?;
    match format {
        Format::Xlsx => {
            let book = book(database, &export, &words, is_chinese).await?;
            Ok(saved("calls", "xlsx", XLSX, Body::from(book)))
        }
        Format::Csv | Format::Json => {
            let head = calls::head(is_chinese);
            let lines = lines(database.clone(), export, head, words);
            Ok(saved("calls", "csv", CSV, Body::from_stream(lines)))
        }
    }
}

/// The list, line by line, as fast as it is taken. Where the database fails it breaks off, so that nobody takes a part for the whole.
fn lines(
    database: Database,
    export: CallExport,
    head: Vec<String>,
    words: CallWords,
) -> impl Stream<Item = io::Result<Bytes>> {
    try_stream! {
        yield Bytes::from(format!("{}{}", written::BOM, written::csv_line(&head)));
        let mut after = None;
        loop {
            let batch = database.exported_calls(&export, after).await;
            let (calls, last) = batch.map_err(io::Error::other)?;
            if last.is_none() {
                break;
            }
            after = last;
            let rows = calls.iter().map(|call| written::csv_row(&calls::row(call, &words)));
            yield Bytes::from(rows.collect::<String>());
        }
    }
}

async fn book(
    database: &Database,
    export: &CallExport,
    words: &CallWords,
    is_chinese: bool,
) -> Result<Vec<u8>, Problem> {
    let table = database.call_table(export, words, is_chinese).await?;
    let table = table.ok_or_else(|| {
        let most = call_export::WORKBOOK_MAX;
        let detail =
            format!("a workbook has {most} calls at most: ask for a shorter time, or for csv");
        Problem::new(Code::InvalidBody).detail(detail)
    })?;
    workbook(table, "calls", "").await
}
