//! A question to a server of PostgreSQL, in a transaction that cannot write and ends when its time is over.
//!
//! The server makes JSON of the row, so that columns of every type (dates, decimals, names of states) are read in one way.

use std::sync::OnceLock;
use std::time::Duration;

use serde_json::Value as Json;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions as _, PgPool};

use super::{Bound, CONNECTIONS, Cells, IDLE, figure};
use crate::database::Address;

/// PostgreSQL's code for a query that was ended.
pub(super) const ENDED: &str = "57014";

/// The server, reached when it is first asked.
pub(super) struct LazyServer {
    address: Address,
    pool: OnceLock<PgPool>,
}

impl LazyServer {
    pub(super) const fn new(address: Address) -> Self {
        let pool = OnceLock::new();
        Self { address, pool }
    }

    /// Within a runtime alone.
    fn pool(&self) -> sqlx::Result<&PgPool> {
        if let Some(pool) = self.pool.get() {
            return Ok(pool);
        }
        let options = PgConnectOptions::from_url(&self.address.options().database_url)?;
        Ok(self.pool.get_or_init(|| {
            PgPoolOptions::new()
                .max_connections(CONNECTIONS)
                .min_connections(0)
                .idle_timeout(IDLE)
                .connect_lazy_with(options.disable_statement_logging())
        }))
    }

    /// The first row. A query that goes on after its time is ended in the server.
    pub(super) async fn first_row(
        &self,
        text: String,
        bound: Vec<Bound>,
        timeout: Duration,
    ) -> sqlx::Result<Option<Cells>> {
        let mut turn = self.pool()?.begin_with("BEGIN READ ONLY").await?;
        let ends = format!(
            "SET LOCAL statement_timeout = {}",
            timeout.as_millis().max(1)
        );
        sqlx::raw_sql(AssertSqlSafe(ends))
            .execute(&mut *turn)
            .await?;
        // A comment may be the text's last line.
        let text =
            format!("SELECT CAST(row_to_json(row) AS TEXT) FROM (\n{text}\n) AS row LIMIT 1");
        let query = sqlx::query_as(AssertSqlSafe(text));
        let query = bound.into_iter().fold(query, |query, value| match value {
            Bound::Text(text) => query.bind(text),
            Bound::Truth(truth) => query.bind(truth),
            Bound::Whole(whole) => query.bind(whole),
            Bound::Real(real) => query.bind(real),
        });
        let row: Option<(String,)> = query.fetch_optional(&mut *turn).await?;
        turn.rollback().await?;
        Ok(row.map(|(row,)| cells(&row)))
    }
}

fn cells(row: &str) -> Cells {
    let Ok(Json::Object(columns)) = serde_json::from_str(row) else {
        return Cells::new();
    };
    let columns = columns.into_iter();
    columns.map(|(name, it)| (name, written(it))).collect()
}

fn written(value: Json) -> Option<String> {
    match value {
        Json::String(text) => Some(text),
        Json::Bool(truth) => Some(i64::from(truth).to_string()),
        Json::Number(number) => match number.as_i64() {
            Some(whole) => Some(whole.to_string()),
            None => figure(number.as_f64()?),
        },
        Json::Null | Json::Array(_) | Json::Object(_) => None,
    }
}
