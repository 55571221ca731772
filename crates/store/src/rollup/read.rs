//! Sums as they stand in the tables, added up by the database over each interval that is asked for.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, PoisonError};

use model::service_level::Bounds;
use model::{AgentId, DAY_MS, Interval, QueueName, ScriptName, Timestamp, Zone};
use report::{AgentSums, AgentTally, Counts, QUARTER_MS, QueueSums};
use sqlx::any::AnyRow;
use sqlx::{FromRow, Row};

use super::{AllBounds, BLOCK_MS, block};
use crate::column::{big, count, from_json};
use crate::database::{Connection, Statement};
use crate::error::{Result, StoreError};
use crate::{Database, Whose};

const HOUR_MS: i64 = 4 * QUARTER_MS;
/// Sums that are read for one report; who gets more of them asked for too much.
pub(super) const SUMS_MAX: usize = 100_000;

/// A time whose rows are read at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// Which quarters.
    time: Range<Timestamp>,
    /// A beginning of an interval, at the window's own or before it, in ms.
    base: i64,
    /// How long its intervals are, in ms.
    step: i64,
}

/// Of whom sums are; the default asks for all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SumsOf {
    /// Of this queue; `None`: of all.
    pub queue: Option<QueueName>,
    /// Whose, of agents; of tickets those of the groups of his circle.
    pub whose: Whose,
    /// Of tickets that this group had; `None`: of all.
    pub group: Option<String>,
    /// Of tickets of this type; `None`: of all.
    pub ticket_type: Option<String>,
    /// Of nodes of this script; `None`: of all.
    pub script: Option<ScriptName>,
    /// In so many days nobody calls again about what was done at the first contact; `None`: [`report::FCR_DAYS`].
    pub fcr_days: Option<u32>,
}

/// What an agent did in an interval.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct StateRow {
    /// The beginning of the interval, in ms.
    pub bucket_at: i64,
    /// The agent's number.
    pub agent_id: i64,
    /// As [`report::Doing::name`] says it.
    pub doing: String,
    /// Why he was not ready; empty in all other states.
    pub reason: String,
    /// For how long.
    pub ms: i64,
}

/// The sums of queues by the beginning of an interval, in ms.
pub type OfQueues = BTreeMap<(i64, QueueName), QueueSums>;
/// The sums of agents by the beginning of an interval and the queue whose calls they were.
pub type OfAgents = BTreeMap<(i64, AgentId, Option<QueueName>), AgentSums>;

struct QueueRow((i64, QueueName), QueueSums);

struct AgentRow((i64, AgentId, Option<QueueName>), AgentSums);

impl Window {
    /// The windows in which a time is read, so that its intervals are those of a clock on the wall; `None` when there are more than
    /// `most` intervals. Their edges are those of quarters.
    pub fn of(
        time: &Range<Timestamp>,
        by: Interval,
        zone: &Zone,
        most: usize,
    ) -> Option<Vec<Self>> {
        let intervals = by.cut(time, zone, most)?;
        let one = |time: Range<Timestamp>, step| {
            let end = by.end_of(time.start, zone).unwrap_or(time.end);
            let base = if step == i64::MAX {
                time.start.as_ms()
            } else {
                end.as_ms() - step
            };
            Self { time, base, step }
        };
        Some(match by {
            Interval::QuarterHour => vec![one(time.clone(), QUARTER_MS)],
            // A clock change moves the hours of the day after it at the most.
            Interval::Hour => {
                let days = Interval::Day.cut(time, zone, most)?.into_iter();
                days.map(|day| one(day, HOUR_MS)).collect()
            }
            Interval::Day | Interval::Week | Interval::Month | Interval::Year | Interval::Whole => {
                intervals
                    .into_iter()
                    .map(|time| one(time, i64::MAX))
                    .collect()
            }
        })
    }

    /// The beginning of the interval of a quarter, if it lies here.
    fn interval_of(&self, bucket: i64) -> Option<i64> {
        let time = self.time.start.as_ms()..self.time.end.as_ms();
        time.contains(&bucket)
            .then(|| self.beginning(bucket.saturating_sub(self.base) / self.step))
    }

    pub(super) fn beginning(&self, index: i64) -> i64 {
        let begun = self.base.saturating_add(index.saturating_mul(self.step));
        begun.max(self.time.start.as_ms())
    }

    /// How long it is.
    pub(super) const fn length_ms(&self) -> i64 {
        self.time.end.as_ms() - self.time.start.as_ms()
    }

    /// `SELECT` the number of the interval and what follows.
    pub(super) fn select(&self, what: &'static str) -> Statement {
        let mut query = Statement::new("");
        self.push_select(&mut query, what);
        query
    }

    /// The same within another query.
    pub(super) fn push_select(&self, query: &mut Statement, what: &'static str) {
        query.push("SELECT (bucket_at - ");
        query.push_bind(self.base).push(") / ").push_bind(self.step);
        query.push(what);
    }

    /// The rows of the window, and `WHERE`: blocks where they lie within one interval, quarters elsewhere.
    pub(super) fn rows(&self, query: &mut Statement, quarters: &'static str, blocks: &'static str) {
        let (start, end) = (self.time.start.as_ms(), self.time.end.as_ms());
        let first = block(start.saturating_add(BLOCK_MS - 1));
        let last = block(end);
        if self.step < end.saturating_sub(start) || first >= last {
            query.push(quarters);
            self.within(query);
            return;
        }
        for (place, (table, from, to)) in (0..).zip([
            (quarters, start, first),
            (blocks, first, last),
            (quarters, last, end),
        ]) {
            query.push(match place {
                0 => "(SELECT * FROM ",
                _ => " UNION ALL SELECT * FROM ",
            });
            query
                .push(table)
                .push(" WHERE bucket_at >= ")
                .push_bind(from)
                .push(" AND bucket_at < ")
                .push_bind(to);
        }
        query.push(") s WHERE 1 = 1");
    }

    pub(super) fn within(&self, query: &mut Statement) {
        query
            .push(" WHERE bucket_at >= ")
            .push_bind(self.time.start.as_ms());
        query
            .push(" AND bucket_at < ")
            .push_bind(self.time.end.as_ms());
    }
}

impl Database {
    /// By what callers of queues are counted from here on: told at the start, before facts are applied, and after each reload. What
    /// has been counted stays. A queue that is absent is judged by the defaults.
    pub fn set_bounds(&self, bounds: BTreeMap<QueueName, Bounds>) {
        let mut holds = self
            .bounds_lock()
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        *holds = Arc::new(bounds);
    }

    pub(crate) fn bounds(&self) -> AllBounds {
        let holds = self.bounds_lock().read();
        Arc::clone(&holds.unwrap_or_else(PoisonError::into_inner))
    }

    /// The sums of queues, as of one moment; of a few more than 100,000 the rest is missing, here and below.
    pub async fn queue_sums(&self, windows: &[Window], of: &SumsOf) -> Result<OfQueues> {
        let mut moment = self.readers().begin().await?;
        let mut sums = OfQueues::new();
        for window in windows {
            if sums.len() > SUMS_MAX {
                break;
            }
            let mut query = window.select(" AS part, queue, ");
            query.push_sums(QueueSums::COLUMNS).push(" FROM ");
            window.rows(&mut query, "rollup_queue", "rollup_queue_block");
            if let Some(queue) = &of.queue {
                query.push(" AND queue = ").push_bind(queue.as_str());
            }
            query.push(" GROUP BY 1, queue LIMIT ").push_bind(limit());
            let rows: Vec<QueueRow> = query.build_query_as().fetch_all(&mut *moment).await?;
            let rows = rows.into_iter();
            sums.extend(
                rows.map(|QueueRow((part, queue), sums)| ((window.beginning(part), queue), sums)),
            );
        }
        Ok(sums)
    }

    /// The sums of agents, as of one moment.
    pub async fn agent_sums(&self, windows: &[Window], of: &SumsOf) -> Result<OfAgents> {
        let mut moment = self.readers().begin().await?;
        let mut sums = OfAgents::new();
        for window in windows {
            if sums.len() > SUMS_MAX {
                break;
            }
            let mut query = window.select(" AS part, agent_id, queue, ");
            query.push_sums(AgentSums::COLUMNS).push(" FROM ");
            window.rows(&mut query, "rollup_agent", "rollup_agent_block");
            of.whose.narrow(&mut query, "agent_id");
            if let Some(queue) = &of.queue {
                query.push(" AND queue = ").push_bind(queue.as_str());
            }
            query
                .push(" GROUP BY 1, agent_id, queue LIMIT ")
                .push_bind(limit());
            let rows: Vec<AgentRow> = query.build_query_as().fetch_all(&mut *moment).await?;
            let rows = rows.into_iter();
            sums.extend(rows.map(|AgentRow((part, agent, queue), sums)| {
                ((window.beginning(part), agent, queue), sums)
            }));
        }
        Ok(sums)
    }

    /// How agents spent their time, as of one moment; `now`: those who are signed in do what they do until then.
    pub async fn state_sums(
        &self,
        windows: &[Window],
        of: &SumsOf,
        now: Option<Timestamp>,
    ) -> Result<Vec<StateRow>> {
        let mut moment = self.readers().begin().await?;
        let mut sums: BTreeMap<(i64, i64, String, String), i64> = BTreeMap::new();
        for window in windows {
            if sums.len() > SUMS_MAX {
                break;
            }
            for (span, agent, states) in states(&mut moment, window, of).await? {
                let from = window.beginning(span);
                for state in states.split(BETWEEN) {
                    let (doing, reason, ms) = state_of(state)?;
                    let key = (from, agent, doing.to_owned(), reason.to_owned());
                    *sums.entry(key).or_default() += ms;
                }
            }
        }
        if let Some(now) = now {
            for ((bucket, agent, doing), ms) in going_on(&mut moment, of, now).await?.states {
                let Some(part) = windows.iter().find_map(|it| it.interval_of(bucket)) else {
                    continue;
                };
                let (doing, reason) = (doing.name().to_owned(), doing.reason().to_owned());
                *sums
                    .entry((part, big(agent.get()), doing, reason))
                    .or_default() += ms;
            }
        }
        let sums = sums.into_iter();
        Ok(sums
            .map(|((bucket_at, agent_id, doing, reason), ms)| StateRow {
                bucket_at,
                agent_id,
                doing,
                reason,
                ms,
            })
            .collect())
    }
}

/// Between the states of an agent, and within one: no name has it.
const BETWEEN: char = '\u{1e}';
const WITHIN: char = '\u{1f}';

/// How each agent spent each interval: one text, since a row of its own for each state is slow to be read.
async fn states(
    conn: &mut Connection,
    window: &Window,
    of: &SumsOf,
) -> Result<Vec<(i64, i64, String)>> {
    let mut query = Statement::new("SELECT span, agent_id, STRING_AGG(doing || ");
    query.push_bind(WITHIN.to_string()).push(" || reason || ");
    query.push_bind(WITHIN.to_string());
    query
        .push(" || CAST(ms AS TEXT), ")
        .push_bind(BETWEEN.to_string());
    query.push(") AS states FROM (");
    window.push_select(&mut query, " AS span, agent_id, doing, reason, ");
    // The few rows of a day are added up by whoever reads the text: no database sorts them first.
    let is_day = window.length_ms() <= DAY_MS;
    query.push(match is_day {
        true => "ms FROM ",
        false => "CAST(SUM(ms) AS BIGINT) AS ms FROM ",
    });
    window.rows(&mut query, "rollup_state", "rollup_state_block");
    of.whose.narrow(&mut query, "agent_id");
    if !is_day {
        query.push(" GROUP BY 1, agent_id, doing, reason LIMIT ");
        query.push_bind(limit());
    }
    query.push(") s GROUP BY span, agent_id");
    Ok(query.build_query_as().fetch_all(conn).await?)
}

fn state_of(text: &str) -> Result<(&str, &str, i64)> {
    let read = || {
        let (doing, rest) = text.split_once(WITHIN)?;
        let (reason, ms) = rest.split_once(WITHIN)?;
        Some((doing, reason, ms.parse().ok()?))
    };
    read().ok_or_else(|| StoreError::damaged("states of agents", text))
}

/// More than are read together: then a report is refused.
pub(super) fn limit() -> i64 {
    SUMS_MAX as i64 + 1
}

/// What agents who are signed in have done since their last change.
async fn going_on(conn: &mut Connection, of: &SumsOf, now: Timestamp) -> Result<Counts> {
    let mut query = Statement::new("SELECT agent_id, state FROM tally_agent WHERE 1 = 1");
    of.whose.narrow(&mut query, "agent_id");
    let rows: Vec<(i64, String)> = query.build_query_as().fetch_all(conn).await?;
    let mut counts = Counts::default();
    for (agent, state) in rows {
        let state: AgentTally = from_json("tally", &state)?;
        let more = state.until(AgentId::new(count(agent)), now);
        counts.states.extend(more.states);
    }
    Ok(counts)
}

impl<'r> FromRow<'r, AnyRow> for QueueRow {
    fn from_row(row: &'r AnyRow) -> sqlx::Result<Self> {
        let queue: String = row.try_get(1)?;
        let key = (row.try_get(0)?, QueueName::new(queue));
        Ok(Self(key, QueueSums::of(values(row, 2)?)))
    }
}

impl<'r> FromRow<'r, AnyRow> for AgentRow {
    fn from_row(row: &'r AnyRow) -> sqlx::Result<Self> {
        let agent = AgentId::new(count(row.try_get(1)?));
        let queue: String = row.try_get(2)?;
        let queue = (!queue.is_empty()).then(|| QueueName::new(queue));
        let key = (row.try_get(0)?, agent, queue);
        Ok(Self(key, AgentSums::of(values(row, 3)?)))
    }
}

/// The sums behind a row's key.
pub(super) fn values(row: &AnyRow, key: usize) -> sqlx::Result<Vec<i64>> {
    (key..row.len()).map(|index| row.try_get(index)).collect()
}
