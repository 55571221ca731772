//! Calls that leave the house as a list (话单导出, I9): walked over in the order in which they began, and who took them out stands in
//! the audit log.

use std::ops::Range;

use model::fact::CallResult;
use model::{CallId, Cdr, Timestamp, Zone};
use report::Table;
use report::calls::{self, CallWords};
use serde_json::json;
use ticket::Actor;

use crate::Database;
use crate::Whose;
use crate::audit::{Act, audit};
use crate::cdr::{CallFilter, records};
use crate::column::big;
use crate::database::Statement;
use crate::error::Result;

/// Most calls of a workbook, which is made as a whole.
pub const WORKBOOK_MAX: usize = 20_000;
/// Calls of a batch.
const BATCH: i64 = 500;

/// Which calls are taken out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallExport {
    /// Those that began in this time.
    pub time: Range<Timestamp>,
    /// Of them.
    pub filter: CallFilter,
}

/// How far an export is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExportedTo {
    began: Timestamp,
    call: CallId,
}

impl Database {
    /// Notes that somebody takes calls out; before the first of them is given.
    pub async fn note_call_export(
        &self,
        export: &CallExport,
        format: &'static str,
        actor: Actor,
        now: Timestamp,
    ) -> Result<()> {
        let CallExport { time, filter } = export;
        let agent = match &filter.whose {
            Whose::One(agent) => Some(*agent),
            Whose::Everybody | Whose::Circle(_) => None,
        };
        let after = json!({
            "from": time.start,
            "to": time.end,
            "queue": filter.queue,
            "agent": agent,
            "result": filter.result.map(CallResult::name),
            "format": format,
        });
        self.write(move |conn| {
            Box::pin(async move {
                let act = Act {
                    action: "calls.exported",
                    entity: "calls",
                    entity_id: String::new(),
                    before: None,
                    after: Some(after),
                };
                audit(conn, now, actor, act).await
            })
        })
        .await
    }

    /// What a list of calls needs beside their records; `zone` is the clock on which it tells moments.
    pub async fn call_words(&self, zone: Zone) -> Result<CallWords> {
        let people = self.agents().await?.into_iter();
        let agents = people.map(|one| (one.id, one.login)).collect();
        Ok(CallWords { zone, agents })
    }

    /// The next calls of an export, and how far it is with them; none at its end.
    pub async fn exported_calls(
        &self,
        export: &CallExport,
        after: Option<ExportedTo>,
    ) -> Result<(Vec<Cdr>, Option<ExportedTo>)> {
        let CallExport { time, filter } = export;
        let mut query = Statement::new("SELECT record FROM call_record WHERE started_at >= ");
        let from = after.map_or(time.start, |after| after.began);
        query.push_bind(from.as_ms());
        query.push(" AND started_at < ").push_bind(time.end.as_ms());
        if let Some(after) = after {
            query
                .push(" AND (started_at > ")
                .push_bind(after.began.as_ms());
            query
                .push(" OR id > ")
                .push_bind(big(after.call.get()))
                .push(")");
        }
        if filter.whose != Whose::Everybody {
            query.push(" AND EXISTS (SELECT 1 FROM call_part p WHERE p.call_id = call_record.id");
            filter.whose.narrow(&mut query, "p.agent_id");
            query.push(")");
        }
        if let Some(queue) = &filter.queue {
            query.push(" AND queue = ").push_bind(queue.as_str());
        }
        if let Some(result) = filter.result {
            query.push(" AND result = ").push_bind(result.name());
        }
        query
            .push(" ORDER BY started_at, id LIMIT ")
            .push_bind(BATCH);
        let rows: Vec<(String,)> = query.build_query_as().fetch_all(self.readers()).await?;
        let calls = records(rows)?;
        let last = calls.last().map(|last| ExportedTo {
            began: last.started_at,
            call: last.call,
        });
        Ok((calls, last))
    }

    /// All calls of an export as a table; `None` when they are more than [`WORKBOOK_MAX`].
    pub async fn call_table(
        &self,
        export: &CallExport,
        words: &CallWords,
        is_chinese: bool,
    ) -> Result<Option<Table>> {
        let mut table = Table {
            head: calls::head(is_chinese),
            ..Table::default()
        };
        let mut after = None;
        loop {
            let (calls, last) = self.exported_calls(export, after).await?;
            if last.is_none() {
                return Ok(Some(table));
            }
            after = last;
            let rows = calls.iter().map(|call| calls::row(call, words));
            table.rows.extend(rows);
            if table.rows.len() > WORKBOOK_MAX {
                return Ok(None);
            }
        }
    }
}
