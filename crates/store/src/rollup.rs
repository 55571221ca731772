//! Sums by the quarter of an hour (I5): what reports are made of; a projection of facts.
//!
//! [`report::Tally`] says what each fact counts. What it remembers of live calls and of agents who are signed in stands in rows of its
//! own, written with the sums in the transaction that notes the facts. So each fact counts once, whatever a crash cuts and however
//! facts are batched. Facts from before these tables stood are not counted.

mod first_contact;
mod ivr;
mod made;
mod read;
mod rebuild;
mod ticket;
mod ticket_sums;

use std::collections::BTreeMap;
use std::sync::Arc;

use model::service_level::Bounds;
use model::{AgentId, CallId, DAY_MS, FactRecord, QueueName, TicketId, Timestamp};
use report::{AgentSums, CallTally, Counts, QUARTER_MS, QueueSums, Tally, TicketSums, quarter};

use crate::column::{big, count, from_json, json_of};
use crate::database::{Bound, Connection, Statement};
use crate::error::Result;
use crate::projection;

pub use ivr::OfNodes;
pub use made::{INTERVALS_MAX, ROWS_MAX, ReportWish};
pub use read::{OfAgents, OfQueues, StateRow, SumsOf, Window};
pub use rebuild::rebuild_tickets;
pub(crate) use ticket::{TicketCounts, TicketTally};
pub use ticket_sums::{OfTickets, TicketsBy};

/// Rows are kept for so many days: a report of 400, and the same of the year before.
pub const KEPT_DAYS: i64 = 800;
/// How long an abandon may be taken back (R80), in any house.
const RESUMED_WITHIN_MS: i64 = DAY_MS;
/// A call of which nothing is heard for so long has ended, and nobody told.
const SILENT_MS: i64 = 31 * DAY_MS;
/// When an agent's state last changed, in ms.
const SEEN: &str = "rollup.seen_at";

/// By what callers of queues are counted.
pub(crate) type AllBounds = Arc<BTreeMap<QueueName, Bounds>>;

/// Sums are kept by so long a time besides: of days and more these are read, and quarters at their edges. Days of most zones, and of those
/// of China, end where a block does; elsewhere an edge lies in the night, where there is little to read.
const BLOCK_MS: i64 = 16 * QUARTER_MS;

/// The block of a quarter.
const fn block(bucket: i64) -> i64 {
    bucket.div_euclid(BLOCK_MS) * BLOCK_MS
}

/// What a batch of facts counts.
pub(crate) struct Rollup {
    tally: Tally,
    bounds: AllBounds,
    /// Calls that the batch is about: when it last was, and whether there is a row.
    calls: BTreeMap<CallId, (Timestamp, bool)>,
    /// Agents that it is about, and whether there is a row.
    agents: BTreeMap<AgentId, bool>,
    /// As it stands in the table.
    seen_at: Timestamp,
}

impl Rollup {
    /// Before the first fact of the batch.
    pub(crate) async fn begin(conn: &mut Connection, bounds: AllBounds) -> Result<Self> {
        let seen_at = Timestamp::from_ms(big(projection::read(conn, SEEN).await?));
        Ok(Self {
            tally: Tally {
                seen_at,
                ..Tally::default()
            },
            bounds,
            calls: BTreeMap::new(),
            agents: BTreeMap::new(),
            seen_at,
        })
    }

    /// The next fact.
    pub(crate) async fn note(&mut self, conn: &mut Connection, record: &FactRecord) -> Result<()> {
        let concerned = report::tally::concerned(&record.fact);
        for call in &concerned.calls {
            self.meet_call(conn, *call, record.at).await?;
        }
        for agent in &concerned.agents {
            self.meet_agent(conn, *agent).await?;
        }
        self.tally.apply(record.at, &record.fact, &self.bounds);
        // At once, so that facts mean the same in whatever batches they come.
        let calls = &mut self.tally.calls;
        for call in &concerned.calls {
            if calls.get(call).is_some_and(is_over) {
                calls.remove(call);
            }
        }
        let agents = &mut self.tally.agents;
        for agent in &concerned.agents {
            if agents.get(agent).is_some_and(|agent| agent.is_over()) {
                agents.remove(agent);
            }
        }
        Ok(())
    }

    /// After the last fact: the sums, and what is remembered.
    pub(crate) async fn put(self, conn: &mut Connection) -> Result<()> {
        add(conn, &self.tally.counts).await?;
        for (call, (at, stands)) in &self.calls {
            match self.tally.calls.get(call) {
                Some(state) => put_call(conn, *call, *at, state).await?,
                None if *stands => forget(conn, OF_CALL, big(call.get())).await?,
                None => {}
            }
        }
        for (agent, stands) in &self.agents {
            match self.tally.agents.get(agent) {
                Some(state) => put_agent(conn, *agent, json_of("tally", state)?).await?,
                None if *stands => forget(conn, OF_AGENT, big(agent.get())).await?,
                None => {}
            }
        }
        let seen_at = self.tally.seen_at;
        if seen_at == self.seen_at {
            return Ok(());
        }
        projection::put(conn, SEEN, count(seen_at.as_ms())).await?;
        if quarter(seen_at) != quarter(self.seen_at) {
            forget_old(conn, seen_at.as_ms()).await?;
        }
        Ok(())
    }

    async fn meet_call(
        &mut self,
        conn: &mut Connection,
        call: CallId,
        at: Timestamp,
    ) -> Result<()> {
        if let Some((last, _)) = self.calls.get_mut(&call) {
            *last = at;
            return Ok(());
        }
        let state = remembered(
            conn,
            "SELECT state FROM tally_call WHERE call_id = $1",
            call.get(),
        );
        let state = state.await?;
        self.calls.insert(call, (at, state.is_some()));
        if let Some(state) = state {
            self.tally.calls.insert(call, from_json("tally", &state)?);
        }
        Ok(())
    }

    async fn meet_agent(&mut self, conn: &mut Connection, agent: AgentId) -> Result<()> {
        if self.agents.contains_key(&agent) {
            return Ok(());
        }
        let state = remembered(
            conn,
            "SELECT state FROM tally_agent WHERE agent_id = $1",
            agent.get(),
        );
        let state = state.await?;
        self.agents.insert(agent, state.is_some());
        if let Some(state) = state {
            self.tally.agents.insert(agent, from_json("tally", &state)?);
        }
        Ok(())
    }
}

/// Whether nothing more can come of a call.
fn is_over(call: &CallTally) -> bool {
    call.has_ended() && !call.may_be_resumed()
}

/// Where a row of sums stands.
struct Place {
    table: &'static str,
    keys: &'static [&'static str],
    key: Vec<Bound>,
}

/// Where the sums of a quarter are added: there, and to its block.
const fn both(
    quarters: &'static str,
    blocks: &'static str,
    bucket: i64,
) -> [(&'static str, i64); 2] {
    [(quarters, bucket), (blocks, block(bucket))]
}

/// Adds to the sums of each row.
async fn add(conn: &mut Connection, counts: &Counts) -> Result<()> {
    for ((bucket, queue), sums) in &counts.queues {
        for (table, bucket) in both("rollup_queue", "rollup_queue_block", *bucket) {
            let place = Place {
                table,
                keys: &["bucket_at", "queue"],
                key: vec![bucket.into(), queue.as_str().into()],
            };
            add_row(conn, place, QueueSums::COLUMNS, sums.values()).await?;
        }
    }
    for ((bucket, agent, queue), sums) in &counts.agents {
        let queue = queue.as_ref().map_or("", QueueName::as_str);
        for (table, bucket) in both("rollup_agent", "rollup_agent_block", *bucket) {
            let place = Place {
                table,
                keys: &["bucket_at", "agent_id", "queue"],
                key: vec![bucket.into(), big(agent.get()).into(), queue.into()],
            };
            add_row(conn, place, AgentSums::COLUMNS, sums.values()).await?;
        }
    }
    for ((bucket, agent, doing), ms) in &counts.states {
        for (table, bucket) in both("rollup_state", "rollup_state_block", *bucket) {
            let place = Place {
                table,
                keys: &["bucket_at", "agent_id", "doing", "reason"],
                key: vec![
                    bucket.into(),
                    big(agent.get()).into(),
                    doing.name().into(),
                    doing.reason().into(),
                ],
            };
            add_row(conn, place, &["ms"], vec![*ms]).await?;
        }
    }
    Ok(())
}

/// Adds what a ticket counts, in the transaction of its step (I8); when it stands in the tables, customers come back to what it is about.
pub(crate) async fn add_ticket(
    conn: &mut Connection,
    id: TicketId,
    counts: &TicketCounts,
) -> Result<()> {
    add_ticket_sums(conn, counts).await?;
    for (place, at) in &counts.answered {
        first_contact::answered(conn, id, place, *at).await?;
    }
    for at in &counts.reopened {
        first_contact::reopened(conn, id, *at).await?;
    }
    for contact in &counts.contacts {
        first_contact::came_back(conn, id, contact).await?;
    }
    Ok(())
}

async fn add_ticket_sums(conn: &mut Connection, counts: &TicketCounts) -> Result<()> {
    for ((bucket, group, kind), sums) in &counts.sums {
        for (table, bucket) in both("rollup_ticket", "rollup_ticket_block", *bucket) {
            let place = Place {
                table,
                keys: &["bucket_at", "work_group", "ticket_type"],
                key: vec![bucket.into(), group.as_str().into(), kind.as_str().into()],
            };
            add_row(conn, place, TicketSums::COLUMNS, sums.values()).await?;
        }
    }
    for ((bucket, group, kind), times) in &counts.times {
        for (clock, spread) in [("response", &times.response), ("resolve", &times.resolve)] {
            for (part, many) in spread.filled() {
                let place = Place {
                    table: "rollup_ticket_time",
                    keys: &["bucket_at", "work_group", "ticket_type", "clock", "part"],
                    key: vec![
                        (*bucket).into(),
                        group.as_str().into(),
                        kind.as_str().into(),
                        clock.into(),
                        i64::from(part).into(),
                    ],
                };
                add_row(conn, place, &["tickets"], vec![big(many)]).await?;
            }
        }
    }
    Ok(())
}

async fn add_row(
    conn: &mut Connection,
    place: Place,
    columns: &'static [&'static str],
    values: Vec<i64>,
) -> Result<()> {
    let (table, keys) = (place.table, place.keys);
    let mut query = Statement::new("INSERT INTO ");
    query.push(table).push(" (").push_list(keys);
    query.push(", ").push_list(columns).push(") VALUES (");
    let values = values.into_iter().map(Bound::from);
    for (index, value) in place.key.into_iter().chain(values).enumerate() {
        query
            .push(if index == 0 { "" } else { ", " })
            .push_bind(value);
    }
    query.push(") ON CONFLICT (").push_list(keys);
    query.push(") DO UPDATE SET ");
    for (index, column) in columns.iter().enumerate() {
        query.push(if index == 0 { "" } else { ", " }).push(column);
        query.push(" = ").push(table).push(".").push(column);
        query.push(" + excluded.").push(column);
    }
    query.build_query().execute(conn).await?;
    Ok(())
}

async fn remembered(conn: &mut Connection, query: &'static str, id: u64) -> Result<Option<String>> {
    let query = sqlx::query_as(query).bind(big(id));
    let row: Option<(String,)> = query.fetch_optional(conn).await?;
    Ok(row.map(|(state,)| state))
}

async fn put_call(
    conn: &mut Connection,
    call: CallId,
    at: Timestamp,
    state: &CallTally,
) -> Result<()> {
    let kept_ms = if state.has_ended() {
        RESUMED_WITHIN_MS
    } else {
        SILENT_MS
    };
    sqlx::query(
        "INSERT INTO tally_call (call_id, forget_at, state) VALUES ($1, $2, $3)
         ON CONFLICT (call_id) DO UPDATE SET forget_at = excluded.forget_at, state = excluded.state",
    )
    .bind(big(call.get()))
    .bind(at.as_ms().saturating_add(kept_ms))
    .bind(json_of("tally", state)?)
    .execute(conn)
    .await?;
    Ok(())
}

async fn put_agent(conn: &mut Connection, agent: AgentId, state: String) -> Result<()> {
    sqlx::query(
        "INSERT INTO tally_agent (agent_id, state) VALUES ($1, $2)
         ON CONFLICT (agent_id) DO UPDATE SET state = excluded.state",
    )
    .bind(big(agent.get()))
    .bind(state)
    .execute(conn)
    .await?;
    Ok(())
}

const OF_CALL: &str = "DELETE FROM tally_call WHERE call_id = $1";
const OF_AGENT: &str = "DELETE FROM tally_agent WHERE agent_id = $1";

async fn forget(conn: &mut Connection, query: &'static str, id: i64) -> Result<()> {
    sqlx::query(query).bind(id).execute(conn).await?;
    Ok(())
}

/// Once in a quarter of an hour: what nobody needs any more.
async fn forget_old(conn: &mut Connection, now_ms: i64) -> Result<()> {
    let oldest = now_ms.saturating_sub(KEPT_DAYS * DAY_MS);
    let oldest_block = block(oldest);
    for (query, before) in [
        ("DELETE FROM tally_call WHERE forget_at < $1", now_ms),
        ("DELETE FROM rollup_queue WHERE bucket_at < $1", oldest),
        ("DELETE FROM rollup_agent WHERE bucket_at < $1", oldest),
        ("DELETE FROM rollup_state WHERE bucket_at < $1", oldest),
        (
            "DELETE FROM rollup_queue_block WHERE bucket_at < $1",
            oldest_block,
        ),
        (
            "DELETE FROM rollup_agent_block WHERE bucket_at < $1",
            oldest_block,
        ),
        (
            "DELETE FROM rollup_state_block WHERE bucket_at < $1",
            oldest_block,
        ),
        ("DELETE FROM rollup_ticket WHERE bucket_at < $1", oldest),
        (
            "DELETE FROM rollup_ticket_block WHERE bucket_at < $1",
            oldest_block,
        ),
        (
            "DELETE FROM rollup_ticket_time WHERE bucket_at < $1",
            oldest,
        ),
        ("DELETE FROM first_contact WHERE bucket_at < $1", oldest),
    ] {
        forget(conn, query, before).await?;
    }
    Ok(())
}
