//! Start after a crash: what was cut is told, repaired and closed, before the first new call (S4, S5). After an orderly end
//! there is less to close: agents, who are told offline at every start and then get back what they had asked for (C20).

mod canaries;
mod checkpoint;
mod closings;
mod history;
mod keeper;
mod pins;
mod remains;
mod unapplied;

use std::collections::BTreeMap;
use std::path::Path;

use engine::RestoredCallback;
use model::calendar::{Closure, PinRefusal};
use model::canary::Trials;
use model::fact::{CallResult, EndedBy, Voicemail};
use model::{AgentId, Fact, RecordingId, Timestamp};
use store::{Database, FactLog};

use crate::fan_out::Facts;
pub(crate) use canaries::canaries;
pub(crate) use checkpoint::{Known, Sources};
pub(crate) use closings::closings;
pub(crate) use history::{Formerly, Reach};
pub(crate) use keeper::Keeper;
pub(crate) use pins::pins;
use remains::Remains;
pub(crate) use unapplied::Unapplied;

/// How long after its last sign of life a former process's agents get their states back: the longest registration, within
/// which every phone gives such a sign.
const STATES_LAST_MS: u64 = 2 * 3_600 * 1_000;

/// What the former process leaves to the next.
#[derive(Debug, Default)]
pub(crate) struct House {
    /// What its agents were and had asked for.
    pub(crate) agents: BTreeMap<AgentId, Formerly>,
    /// Which calendars it had left closed (E9).
    pub(crate) closings: BTreeMap<String, Closure>,
    /// Which PINs of calendars were wrong by telephone in the last hour (E9).
    pub(crate) pins: Vec<PinRefusal>,
    /// How canaries of scripts stood (M6); `None` if that could not be read.
    pub(crate) canaries: Option<Trials>,
    /// Whom it had promised to call back.
    pub(crate) callbacks: Vec<RestoredCallback>,
    /// What its facts say, to be read on from; `None` if they could not be read.
    pub(crate) known: Option<Known>,
}

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

/// Ends the calls that a crash cut, and before each what still rang or waited: their legs are gone. The database must have
/// caught up with the log.
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
        let mut remains = Remains::default();
        remains.read(&database.timeline(call.call).await?);
        for fact in remains.of_call(call.call, now) {
            facts.tell(now, fact);
        }
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

/// Tells that agents of the former process are offline and their phones unknown; `last_seq` is that process's last fact.
/// Gives whom it had promised to call back, what agents were and what they had asked for; the latter not if that process ended too long ago: who was ready on
/// Friday is not on Monday.
pub(crate) async fn sign_off_agents(
    sources: Sources,
    last_seq: u64,
    database: &Database,
    facts: &Facts,
    now: Timestamp,
) -> anyhow::Result<House> {
    let read = move || Known::read(&sources, last_seq);
    let known = tokio::task::spawn_blocking(read).await??;
    let remains = known.remains();
    // Facts alone may be old in a quiet hour; phones refresh all the time.
    let alive_at = remains
        .last_at()
        .max(database.registrations_written_at().await?);
    let is_restart = alive_at.is_some_and(|at| now.ms_since(at) <= STATES_LAST_MS);
    for fact in remains.of_agents(is_restart) {
        facts.tell(now, fact);
    }
    Ok(House {
        callbacks: remains.callbacks(),
        agents: remains.formerly(is_restart),
        known: Some(known),
        ..House::default()
    })
}

/// What a caller was saying into a mailbox when the process ended: it is his message, as far as it goes.
async fn cut_message(
    database: &Database,
    id: RecordingId,
    length_ms: u64,
) -> anyhow::Result<Option<Voicemail>> {
    let timeline = database.timeline(id.call).await?;
    let (mut began, mut is_left) = (None, false);
    for record in timeline {
        if let Fact::VoicemailBegan(voicemail) = record.fact {
            began = began.or((voicemail.message == id).then_some(voicemail));
        } else if let Fact::VoicemailLeft(voicemail) = record.fact {
            is_left |= voicemail.message == id;
        }
    }
    let began = began.filter(|_| !is_left);
    Ok(began.map(|began| Voicemail {
        length_ms,
        ..*began
    }))
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
        let known = database.knows_recording(&file.path).await?;
        if database.call(file.id.call).await?.is_none() {
            continue;
        }
        // Before its sound, which then finds its ticket. A way down in good order tells the sound of a message that nobody
        // said to be done.
        if let Some(left) = cut_message(database, file.id, file.duration_ms).await? {
            facts.tell(now, Fact::VoicemailLeft(Box::new(left)));
        }
        if !known {
            adopted += 1;
            let store::recording::FoundRecording {
                id,
                path,
                started_at,
                duration_ms,
                bytes,
                ..
            } = file;
            facts.tell(
                now,
                Fact::RecordingReady {
                    call: id.call,
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
