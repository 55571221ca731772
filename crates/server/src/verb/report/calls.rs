//! `trunkline report calls`: calls as a list (I9), written as they are read.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::Context as _;
use ivr::told;
use model::{QueueName, Zone};
use report::calls::{self, CallWords};
use speech::Language;
use store::sheet::written;
use store::{CallExport, CallFilter, Database, Whose, call_export};
use ticket::Actor;

use super::{agent_of, put, time};
use crate::Failure;
use crate::cli::{FileArgs, TimeArgs};
use crate::config::Source;
use crate::verb::{block_on, by_fault, now, open_store};

/// Which calls.
pub(super) struct Wanted<'a> {
    pub(super) time: &'a TimeArgs,
    pub(super) queue: Option<&'a str>,
    pub(super) agent: Option<&'a str>,
}

pub(super) fn run(
    source: &Source,
    wanted: &Wanted<'_>,
    file: &FileArgs,
    (json, language): (bool, Language),
) -> Result<(), Failure> {
    block_on(async {
        let (settings, database) = open_store(source).await?;
        let house = Zone::ahead(settings.tickets.utc_offset_min);
        let done = give(&database, wanted, file, (json, language, house)).await;
        database.close().await;
        done
    })
}

async fn give(
    database: &Database,
    wanted: &Wanted<'_>,
    file: &FileArgs,
    (json, language, house): (bool, Language, Zone),
) -> Result<(), Failure> {
    let (time, zone) = time(wanted.time, house)?;
    let agent = match wanted.agent {
        None => None,
        Some(login) => Some(agent_of(database, login).await?),
    };
    let filter = CallFilter {
        queue: wanted.queue.map(QueueName::new),
        whose: agent.map_or(Whose::Everybody, Whose::One),
        result: None,
    };
    let export = CallExport { time, filter };
    let format = match (json, &file.xlsx) {
        (true, _) => "json",
        (false, Some(_)) => "xlsx",
        (false, None) => "csv",
    };
    let noted = database.note_call_export(&export, format, Actor::System, now());
    noted.await.map_err(by_fault)?;
    let words = database.call_words(zone).await.map_err(by_fault)?;
    let is_chinese = language == Language::Chinese;
    match &file.xlsx {
        Some(path) => workbook(database, (&export, &words), is_chinese, path).await,
        None => {
            let out = opened(file)?;
            list(database, (&export, &words), (json, is_chinese), out).await
        }
    }
}

async fn workbook(
    database: &Database,
    (export, words): (&CallExport, &CallWords),
    is_chinese: bool,
    path: &Path,
) -> Result<(), Failure> {
    let table = database.call_table(export, words, is_chinese);
    let table = table.await.map_err(by_fault)?.ok_or_else(|| {
        let most = call_export::WORKBOOK_MAX;
        Failure::Refused(told!(
            "a workbook has {most} calls at most: ask for a shorter time, or for --csv",
            "工作簿最多 {most} 通话：请缩短时间，或使用 --csv"
        ))
    })?;
    let book = written::xlsx(&table, "calls", "");
    put(path, &book.context("the workbook cannot be made")?)
}

/// Where lines go.
fn opened(file: &FileArgs) -> Result<Box<dyn Write>, Failure> {
    let Some(path) = file.csv.as_deref().filter(|path| *path != Path::new("-")) else {
        return Ok(Box::new(std::io::stdout().lock()));
    };
    let named = || format!("{} cannot be written", path.display());
    let file = File::create(path).with_context(named)?;
    Ok(Box::new(BufWriter::new(file)))
}

/// Line by line: a year of calls is more than fits into memory.
async fn list(
    database: &Database,
    (export, words): (&CallExport, &CallWords),
    (json, is_chinese): (bool, bool),
    mut out: Box<dyn Write>,
) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::System(error.into());
    if !json {
        let head = written::csv_line(&calls::head(is_chinese));
        write!(out, "{}{head}", written::BOM).map_err(failed)?;
    }
    let mut after = None;
    loop {
        let batch = database.exported_calls(export, after).await;
        let (calls, last) = batch.map_err(by_fault)?;
        if last.is_none() {
            return out.flush().map_err(failed);
        }
        after = last;
        for call in &calls {
            let line = if json {
                let text = serde_json::to_string(call);
                text.map_err(|error| Failure::System(error.into()))? + "\n"
            } else {
                written::csv_row(&calls::row(call, words))
            };
            out.write_all(line.as_bytes()).map_err(failed)?;
        }
    }
}
