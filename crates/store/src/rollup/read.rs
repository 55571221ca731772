//! Sums as they stand in the tables, a row for each quarter of an hour.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, PoisonError};

use model::service_level::Bounds;
use model::{AgentId, QueueName, Timestamp};
use report::{AgentSums, QueueSums};
use sqlx::any::AnyRow;
use sqlx::{FromRow, Row};

use super::AllBounds;
use crate::Database;
use crate::column::count;
use crate::database::Statement;
use crate::error::Result;

/// What an agent did in a quarter of an hour.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct StateRow {
    /// The beginning of the quarter, in ms.
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

struct QueueRow((i64, QueueName), QueueSums);

struct AgentRow((i64, AgentId, Option<QueueName>), AgentSums);

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

    /// The sums of queues by the beginning of each quarter of an hour that lies in `time`, in ms.
    pub async fn queue_sums(
        &self,
        time: Range<Timestamp>,
    ) -> Result<BTreeMap<(i64, QueueName), QueueSums>> {
        let mut query = Statement::new("SELECT bucket_at, queue, ");
        query
            .push_list(QueueSums::COLUMNS)
            .push(" FROM rollup_queue");
        within(&mut query, &time);
        let rows: Vec<QueueRow> = query.build_query_as().fetch_all(self.readers()).await?;
        Ok(rows.into_iter().map(|row| (row.0, row.1)).collect())
    }

    /// The sums of agents by quarter and by the queue whose calls they were.
    pub async fn agent_sums(
        &self,
        time: Range<Timestamp>,
    ) -> Result<BTreeMap<(i64, AgentId, Option<QueueName>), AgentSums>> {
        let mut query = Statement::new("SELECT bucket_at, agent_id, queue, ");
        query
            .push_list(AgentSums::COLUMNS)
            .push(" FROM rollup_agent");
        within(&mut query, &time);
        let rows: Vec<AgentRow> = query.build_query_as().fetch_all(self.readers()).await?;
        Ok(rows.into_iter().map(|row| (row.0, row.1)).collect())
    }

    /// How agents spent the quarters, in their order.
    pub async fn state_sums(&self, time: Range<Timestamp>) -> Result<Vec<StateRow>> {
        let mut query =
            Statement::new("SELECT bucket_at, agent_id, doing, reason, ms FROM rollup_state");
        within(&mut query, &time);
        query.push(" ORDER BY bucket_at, agent_id, doing, reason");
        Ok(query.build_query_as().fetch_all(self.readers()).await?)
    }
}

fn within(query: &mut Statement, time: &Range<Timestamp>) {
    query
        .push(" WHERE bucket_at >= ")
        .push_bind(time.start.as_ms());
    query.push(" AND bucket_at < ").push_bind(time.end.as_ms());
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
fn values(row: &AnyRow, key: usize) -> sqlx::Result<Vec<i64>> {
    (key..row.len()).map(|index| row.try_get(index)).collect()
}
