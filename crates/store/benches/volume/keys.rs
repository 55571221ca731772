//! Indexes that rows would be put into one by one: taken away before a store is filled, made again out of all rows at once.

use sqlx::{AnyConnection, AssertSqlSafe};

use crate::fill::Tell;

/// Of words; what makes them writes into no other index.
const OF_WORDS: &str = "search_words_words";

/// What makes the indexes again.
#[derive(Debug)]
pub(crate) struct Keys(Vec<(String, String)>);

impl Keys {
    /// Takes away each that keeps no rule.
    pub(crate) async fn take(conn: &mut AnyConnection) -> sqlx::Result<Self> {
        let known = if conn.backend_name() == "SQLite" {
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql NOT LIKE 'CREATE UNIQUE%' ORDER BY name"
        } else {
            "SELECT CAST(indexname AS TEXT), indexdef FROM pg_indexes
             WHERE schemaname = current_schema() AND indexdef NOT LIKE 'CREATE UNIQUE%' ORDER BY 1"
        };
        let known: Vec<(String, String)> = sqlx::query_as(known).fetch_all(&mut *conn).await?;
        for (name, _) in &known {
            let text = format!("DROP INDEX {name}");
            sqlx::raw_sql(AssertSqlSafe(text))
                .execute(&mut *conn)
                .await?;
        }
        Ok(Self(known))
    }

    /// Makes those of all rows but words.
    pub(crate) async fn put_back(
        &mut self,
        conn: &mut AnyConnection,
        tell: Tell<'_>,
    ) -> sqlx::Result<()> {
        let (words, others) = std::mem::take(&mut self.0)
            .into_iter()
            .partition(|(name, _)| name == OF_WORDS);
        self.0 = others;
        self.make(conn, tell).await?;
        self.0 = words;
        Ok(())
    }

    /// Makes what is left.
    pub(crate) async fn make(
        &mut self,
        conn: &mut AnyConnection,
        tell: Tell<'_>,
    ) -> sqlx::Result<()> {
        let many = self.0.len() as u64;
        for (done, (_, text)) in (0..).zip(self.0.drain(..)) {
            tell("indexes", done, many);
            sqlx::raw_sql(AssertSqlSafe(text))
                .execute(&mut *conn)
                .await?;
        }
        Ok(())
    }
}
