//! How far what is read from facts is: a number for each projection, written in the transaction that writes the projection.

use crate::column::{big, count};
use crate::database::Connection;
use crate::error::Result;

/// How far it is; 0 before the first fact.
pub(crate) async fn read(conn: &mut Connection, name: &str) -> Result<u64> {
    let row: Option<(i64,)> = sqlx::query_as("SELECT seq FROM projection WHERE name = $1")
        .bind(name)
        .fetch_optional(conn)
        .await?;
    Ok(row.map_or(0, |(seq,)| count(seq)))
}

/// It is so far.
pub(crate) async fn put(conn: &mut Connection, name: &str, seq: u64) -> Result<()> {
    sqlx::query(
        "INSERT INTO projection (name, seq) VALUES ($1, $2)
         ON CONFLICT (name) DO UPDATE SET seq = excluded.seq",
    )
    .bind(name)
    .bind(big(seq))
    .execute(conn)
    .await?;
    Ok(())
}
