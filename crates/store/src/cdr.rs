//! Calls, read from facts and from nothing else (invariant 9): records, timelines, recordings.
//!
//! [`Database::apply`] takes facts in order and in one transaction with the number of the last one, so each fact counts
//! once, whatever is read twice after a crash. What a record says is computed by [`model::Cdr`] alone; the columns
//! beside it are for finding and for reports. A call that a crash cut stays open until a fact ends it.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use model::fact::{CallResult, Direction, EndedBy, FactRecord};
use model::{AgentId, CallId, Cdr, Fact, QueueName, Timestamp};
use serde::Serialize;

use crate::Database;
use crate::canary;
use crate::closure;
use crate::column::{big, count, from_json, json_of};
use crate::database::Connection;
use crate::error::{Result, StoreError};
use crate::heat;
use crate::number_list;
use crate::page::{Page, PageRequest};
use crate::pin;
use crate::projection;
use crate::recording::id_of_path;
use crate::reminder;
use crate::rollup::{AllBounds, Rollup};
use crate::survey;
use crate::ticket;
use model::NumberPlan;

pub use list::CallFilter;

mod list;

/// Most facts of a timeline, most open calls: bounds of one answer.
const ROWS_MAX: i64 = 10_000;
/// The projection of calls: the last fact that was applied.
pub(crate) const APPLIED: &str = "calls";
/// Up to where facts may be missing.
const EXCUSED: &str = "calls.excused";

/// A recording of a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Recording {
    /// The call.
    pub call: CallId,
    /// 1, 2, … within the call.
    pub part: u32,
    /// Path below the recordings folder.
    pub path: String,
    /// When it began.
    pub started_at: Timestamp,
    /// Its length.
    pub duration_ms: u64,
    /// Its size.
    pub bytes: u64,
}

impl Database {
    /// The number of the last fact that was applied; 0 before the first.
    pub async fn applied_seq(&self) -> Result<u64> {
        let mut conn = self.readers().acquire().await?;
        projection::read(&mut conn, APPLIED).await
    }

    /// Applies facts in order, each once: those that were applied before are passed over. Where one is missing it applies
    /// none and gives [`StoreError::Gap`].
    pub async fn apply(&self, facts: &[FactRecord]) -> Result<()> {
        if facts.is_empty() {
            return Ok(());
        }
        let (facts, plan, bounds) = (facts.to_vec(), *self.plan(), self.bounds());
        self.write(move |conn| Box::pin(apply(conn, facts, plan, bounds)))
            .await
    }

    /// Facts up to `through` may be missing, since the log has lost some for good (its recovery report, or
    /// [`crate::FactLogError::Damaged`], names them). Those that can be read are still to be applied.
    pub async fn accept_gap(&self, through: u64) -> Result<()> {
        self.write(move |conn| {
            Box::pin(async move {
                let before = projection::read(conn, EXCUSED).await?;
                tracing::error!(through, "facts are lost: calls may be incomplete");
                projection::put(conn, EXCUSED, before.max(through)).await
            })
        })
        .await
    }

    /// Calls, newest first, those that live included.
    pub async fn calls(&self, filter: &CallFilter, page: PageRequest) -> Result<Page<Cdr>> {
        let mut query = filter.list(page);
        let rows: Vec<(String,)> = query.build_query_as().fetch_all(self.readers()).await?;
        Ok(Page::cut(records(rows)?, page, |cdr| cdr.call.get()))
    }

    /// One call.
    pub async fn call(&self, id: CallId) -> Result<Option<Cdr>> {
        let mut conn = self.readers().acquire().await?;
        record(&mut conn, id).await
    }

    /// All facts of a call, in order, at most 10,000.
    pub async fn timeline(&self, id: CallId) -> Result<Vec<FactRecord>> {
        let rows: Vec<(i64, i64, String)> = sqlx::query_as(
            "SELECT seq, at, fact FROM call_event WHERE call_id = $1 ORDER BY seq LIMIT $2",
        )
        .bind(big(id.get()))
        .bind(ROWS_MAX)
        .fetch_all(self.readers())
        .await?;
        let fact = |(seq, at, fact): (i64, i64, String)| {
            Ok(FactRecord {
                seq: count(seq),
                at: Timestamp::from_ms(at),
                fact: from_json("fact", &fact)?,
            })
        };
        rows.into_iter().map(fact).collect()
    }

    /// The recordings of a call, in order; not those whose time is over.
    pub async fn recordings(&self, id: CallId) -> Result<Vec<Recording>> {
        let rows: Vec<(i64, String, i64, i64, i64)> = sqlx::query_as(
            "SELECT part, path, started_at, duration_ms, bytes FROM recording
             WHERE call_id = $1 AND gone_at IS NULL ORDER BY part",
        )
        .bind(big(id.get()))
        .fetch_all(self.readers())
        .await?;
        let recording = |(part, path, started_at, duration_ms, bytes)| Recording {
            call: id,
            part: u32::try_from(part).unwrap_or(u32::MAX),
            path,
            started_at: Timestamp::from_ms(started_at),
            duration_ms: count(duration_ms),
            bytes: count(bytes),
        };
        Ok(rows.into_iter().map(recording).collect())
    }

    /// Whether a recording of this path is known.
    pub async fn knows_recording(&self, path: &str) -> Result<bool> {
        let found: Option<(i64,)> = sqlx::query_as("SELECT part FROM recording WHERE path = $1")
            .bind(path)
            .fetch_optional(self.readers())
            .await?;
        Ok(found.is_some())
    }

    /// Calls that began and never ended, oldest first, at most 10,000: at start, those that a crash cut.
    pub async fn open_calls(&self) -> Result<Vec<Cdr>> {
        let rows = sqlx::query_as(
            "SELECT record FROM call_record WHERE ended_at IS NULL ORDER BY id LIMIT $1",
        )
        .bind(ROWS_MAX)
        .fetch_all(self.readers())
        .await?;
        records(rows)
    }
}

pub(crate) fn records(rows: Vec<(String,)>) -> Result<Vec<Cdr>> {
    rows.iter()
        .map(|(record,)| from_json("call", record))
        .collect()
}

async fn apply(
    conn: &mut Connection,
    facts: Vec<FactRecord>,
    plan: NumberPlan,
    bounds: AllBounds,
) -> Result<()> {
    let mut last = projection::read(conn, APPLIED).await?;
    let excused = projection::read(conn, EXCUSED).await?;
    let mut changed = BTreeMap::new();
    let mut ended = BTreeSet::new();
    let mut rollup = Rollup::begin(conn, bounds).await?;
    for fact in facts {
        if fact.seq <= last {
            continue;
        }
        let is_next = fact.seq == last + 1;
        if !is_next && fact.seq - 1 > excused {
            let (after, got) = (last, fact.seq);
            return Err(StoreError::Gap { after, got });
        }
        last = fact.seq;
        closure::note(conn, &fact.fact).await?;
        survey::note(conn, fact.at, &fact.fact).await?;
        pin::note(conn, fact.at, &fact.fact).await?;
        canary::note(conn, fact.seq, &fact.fact).await?;
        ticket::timeline::note(conn, &fact.fact).await?;
        reminder::note(conn, &fact.fact).await?;
        rollup.note(conn, &fact).await?;
        if let Some(call) = fact.fact.call() {
            apply_one(conn, call, &fact, &mut changed).await?;
        }
        if let Fact::CallEnded { call, .. } = fact.fact {
            ended.insert(call);
        }
    }
    heat::add(conn, &ended).await?;
    rollup.put(conn).await?;
    for cdr in changed.values() {
        put_record(conn, cdr, plan).await?;
    }
    projection::put(conn, APPLIED, last).await
}

/// The fact into the call's timeline and into its record; a recording into its own row.
async fn apply_one(
    conn: &mut Connection,
    call: CallId,
    fact: &FactRecord,
    changed: &mut BTreeMap<CallId, Cdr>,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO call_event (call_id, seq, at, kind, fact) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(big(call.get()))
    .bind(big(fact.seq))
    .bind(fact.at.as_ms())
    .bind(fact.fact.name())
    .bind(json_of("fact", &fact.fact)?)
    .execute(&mut *conn)
    .await?;
    put_recording(conn, &fact.fact).await?;
    number_list::hit(conn, &fact.fact, fact.at).await?;
    if let Fact::QueueResumed(resumed) = &fact.fact
        && let Some(former) = known(conn, resumed.former, changed).await?
    {
        former.resumed();
    }
    if let Some(cdr) = Cdr::begin(fact.at, &fact.fact) {
        changed.insert(call, cdr);
        return Ok(());
    }
    match known(conn, call, changed).await? {
        Some(cdr) => cdr.apply(fact.at, &fact.fact),
        // Without its arrival (in a gap that was accepted) a call has facts but no record.
        None => tracing::warn!(%call, seq = fact.seq, "a fact of a call that never arrived"),
    }
    Ok(())
}

/// The record of a call as it stands in this batch.
async fn known<'c>(
    conn: &mut Connection,
    call: CallId,
    changed: &'c mut BTreeMap<CallId, Cdr>,
) -> Result<Option<&'c mut Cdr>> {
    Ok(match changed.entry(call) {
        Entry::Occupied(known) => Some(known.into_mut()),
        Entry::Vacant(place) => record(conn, call).await?.map(|cdr| place.insert(cdr)),
    })
}

/// A call as it stands.
pub(crate) async fn record(conn: &mut Connection, id: CallId) -> Result<Option<Cdr>> {
    let row: Option<(String,)> = sqlx::query_as("SELECT record FROM call_record WHERE id = $1")
        .bind(big(id.get()))
        .fetch_optional(conn)
        .await?;
    row.map(|(record,)| from_json("call", &record)).transpose()
}

async fn put_record(conn: &mut Connection, cdr: &Cdr, plan: NumberPlan) -> Result<()> {
    let number = match cdr.direction {
        Direction::In | Direction::Internal | Direction::Callback => cdr.caller.number.as_deref(),
        // In a call out the customer is the one who was called.
        Direction::Out => Some(cdr.called.as_str()),
    };
    let key = number
        .map(|number| plan.key(number).key)
        .filter(|key| !key.is_empty());
    sqlx::query(
        "INSERT INTO call_record (id, peer_key, service_number, customer_id, queue, agent_id, first_agent_id, result, ended_by,
           started_at, queued_at, connected_at, ended_at, ivr_ms, wait_ms, ring_ms, talk_ms, hold_ms, record)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
         ON CONFLICT (id) DO UPDATE SET customer_id = excluded.customer_id, queue = excluded.queue,
           agent_id = excluded.agent_id, first_agent_id = excluded.first_agent_id, result = excluded.result,
           ended_by = excluded.ended_by, queued_at = excluded.queued_at, connected_at = excluded.connected_at,
           ended_at = excluded.ended_at, ivr_ms = excluded.ivr_ms, wait_ms = excluded.wait_ms, ring_ms = excluded.ring_ms,
           talk_ms = excluded.talk_ms, hold_ms = excluded.hold_ms, record = excluded.record",
    )
    .bind(big(cdr.call.get()))
    .bind(key)
    .bind(&cdr.called)
    .bind(cdr.customer.map(|id| big(id.get())))
    .bind(cdr.queue.as_ref().map(QueueName::as_str))
    .bind(cdr.agent.map(|id| big(id.get())))
    .bind(cdr.first_agent.map(|id| big(id.get())))
    .bind(cdr.result.map(CallResult::name))
    .bind(cdr.ended_by.map(EndedBy::name))
    .bind(cdr.started_at.as_ms())
    .bind(cdr.queued_at.map(Timestamp::as_ms))
    .bind(cdr.connected_at.map(Timestamp::as_ms))
    .bind(cdr.ended_at.map(Timestamp::as_ms))
    .bind(big(cdr.ivr_ms))
    .bind(big(cdr.wait_ms))
    .bind(big(cdr.ring_ms))
    .bind(big(cdr.talk_ms))
    .bind(big(cdr.hold_ms))
    .bind(json_of("call", cdr)?)
    .execute(&mut *conn)
    .await?;
    put_parts(conn, cdr).await
}

/// Each agent's part; who took part once did so for ever.
async fn put_parts(conn: &mut Connection, cdr: &Cdr) -> Result<()> {
    let parts = cdr.segments.iter().map(|part| part.agent);
    let agents: BTreeSet<AgentId> = parts.chain(cdr.first_agent).chain(cdr.agent).collect();
    for agent in agents {
        sqlx::query(
            "INSERT INTO call_part (agent_id, call_id, queue) VALUES ($1, $2, $3)
             ON CONFLICT (agent_id, call_id) DO UPDATE SET queue = excluded.queue",
        )
        .bind(big(agent.get()))
        .bind(big(cdr.call.get()))
        .bind(cdr.queue.as_ref().map(QueueName::as_str))
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}

async fn put_recording(conn: &mut Connection, fact: &Fact) -> Result<()> {
    let Fact::RecordingReady {
        call,
        path,
        started_at,
        duration_ms,
        bytes,
    } = fact
    else {
        return Ok(());
    };
    sqlx::query(
        "INSERT INTO recording (call_id, part, path, started_at, duration_ms, bytes)
         VALUES ($1, COALESCE($6, (SELECT COALESCE(MAX(part), 0) + 1 FROM recording WHERE call_id = $1)), $2, $3, $4, $5)
         ON CONFLICT (path) DO UPDATE SET duration_ms = excluded.duration_ms, bytes = excluded.bytes",
    )
    .bind(big(call.get()))
    .bind(path)
    .bind(started_at.as_ms())
    .bind(big(*duration_ms))
    .bind(big(*bytes))
    .bind(id_of_path(path).filter(|id| id.call == *call).map(|id| i64::from(id.part)))
    .execute(conn)
    .await?;
    Ok(())
}
