//! Start after a crash: what was cut is told, repaired and closed, before the first new call (S4, S5).

use std::path::Path;

use model::fact::{CallResult, EndedBy};
use model::{Fact, Timestamp};
use store::{Database, FactLog};

use crate::fan_out::Facts;

/// Opens the log and brings the database's numbering in line with it. Gives the number that the database has applied.
pub(crate) async fn open_log(dir: &Path, database: &Database) -> anyhow::Result<(FactLog, u64)> {
    let applied = database.applied_seq().await?;
    let (log, report) = FactLog::open(dir, applied)?;
    if report.torn_bytes > 0 {
        tracing::warn!(
            bytes = report.torn_bytes,
            "the last fact was cut by a crash and is gone"
        );
    }
    for (first, last) in &report.lost {
        tracing::error!(first, last, "the fact log has lost facts");
        if *last > applied {
            database.accept_gap(*last).await?;
        }
    }
    Ok((log, database.applied_seq().await?))
}

/// Ends the calls that a crash cut: their legs are gone. The database must have caught up with the log.
pub(crate) async fn close_cut_calls(
    database: &Database,
    facts: &Facts,
    now: Timestamp,
) -> anyhow::Result<usize> {
    let open = database.open_calls().await?;
    for call in &open {
        let result = if call.connected_at.is_some() {
            CallResult::Answered
        } else {
            CallResult::Failed
        };
        facts.tell(
            now,
            Fact::CallEnded {
                call: call.call,
                result,
                by: EndedBy::System,
                agent: call.agent,
                answered_late: false,
            },
        );
    }
    Ok(open.len())
}

/// Repairs recordings that a crash cut, and tells those that no fact has told yet.
pub(crate) async fn adopt_recordings(
    root: &Path,
    database: &Database,
    facts: &Facts,
    now: Timestamp,
) -> anyhow::Result<usize> {
    let root = root.to_owned();
    let found = tokio::task::spawn_blocking(move || store::recording::recover(&root)).await??;
    let mut adopted = 0;
    for file in found {
        let known = database
            .recordings(file.call)
            .await?
            .iter()
            .any(|recording| recording.path == file.path);
        if !known && database.call(file.call).await?.is_some() {
            adopted += 1;
            let store::recording::FoundRecording {
                call,
                path,
                started_at,
                duration_ms,
                bytes,
                ..
            } = file;
            facts.tell(
                now,
                Fact::RecordingReady {
                    call,
                    path,
                    started_at,
                    duration_ms,
                    bytes,
                },
            );
        }
    }
    Ok(adopted)
}
