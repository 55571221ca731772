//! What is said to a server of PostgreSQL when it is reached, so that it keeps the promises that a file of SQLite keeps.
//!
//! Writers of all processes come one after the other (an advisory lock of each transaction, as `BEGIN IMMEDIATE` does), readers see
//! one moment in a transaction and cannot write, and a commit is on the disk (S4). Both locks are of the schema: several houses
//! may share a database. They are the session's and the transaction's, so a pooler that changes these does not do.

use std::time::{Duration, Instant};

use super::Connection;
use super::catalogue::Catalogue;
use crate::error::{Result, StoreError};

pub(super) mod words;

/// The oldest server that is tried: the oldest that its makers kept when this was written.
const VERSION_MIN: i64 = 140_000;

/// How a change begins. `tru` in letters of ASCII names the lock; whoever waits for longer than `lock_timeout` gives up.
pub(super) const BEGIN: &str =
    "BEGIN; SELECT pg_advisory_xact_lock(7631477, hashtext(current_schema()))";

/// The lock of the one process that serves calls from this database.
const SERVE: &str = "SELECT pg_try_advisory_lock(7631478, hashtext(current_schema()))";

/// The server lets a session's locks fall a moment after its client has taken leave: a process that starts as its forerunner ends waits for that.
const LEAVING: Duration = Duration::from_secs(2);

/// What any session is told. A peer that is gone is noticed within half a minute, and its locks fall.
const GREETING: &str = "SET client_min_messages = warning; SET lock_timeout = '5s'; SET tcp_keepalives_idle = 10; \
     SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3; SET idle_in_transaction_session_timeout = 0;";

/// `local` and whatever waits for a standby besides is left as the house wants it.
const DURABLE: &str = "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'";

/// How it tells what it holds.
pub(super) static CATALOGUE: Catalogue = Catalogue {
    tables: "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = current_schema()",
    columns: "SELECT CAST(column_name AS TEXT), CAST(data_type AS TEXT) FROM information_schema.columns
      WHERE table_schema = current_schema() AND table_name = $1 ORDER BY ordinal_position",
    keys: Some(
        "SELECT format('SELECT setval(pg_get_serial_sequence(%L, %L), COALESCE(MAX(%I), 0) + 1, false) FROM %I',
           table_name, column_name, column_name, table_name)
         FROM information_schema.columns
         WHERE table_schema = current_schema() AND table_name = $1 AND is_identity = 'YES'",
    ),
};

/// Of the connection that writes.
pub(super) async fn greet_writer(conn: &mut Connection) -> sqlx::Result<()> {
    sqlx::raw_sql(GREETING).execute(&mut *conn).await?;
    sqlx::raw_sql("SET statement_timeout = 0")
        .execute(&mut *conn)
        .await?;
    sqlx::raw_sql(DURABLE).execute(conn).await?;
    Ok(())
}

/// A common word and one that nobody wrote, a customer of two tickets and one of ten thousand want different plans: each question has its own,
/// made in a millisecond. With one for all, words that are nowhere took a second and more of five million tickets.
const PLANS: &str = "SET plan_cache_mode = force_custom_plan";

/// Of a connection that reads: a transaction sees one moment, and none writes.
pub(super) async fn greet_reader(conn: &mut Connection) -> sqlx::Result<()> {
    sqlx::raw_sql(GREETING).execute(&mut *conn).await?;
    sqlx::raw_sql(PLANS).execute(&mut *conn).await?;
    sqlx::raw_sql(
        "SET default_transaction_isolation = 'repeatable read'; SET default_transaction_read_only = on",
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Whether the server is one that the store can use.
pub(super) async fn check(conn: &mut Connection) -> Result<()> {
    let (version, encoding, fsync): (i64, String, String) = sqlx::query_as(
        "SELECT CAST(current_setting('server_version_num') AS BIGINT), current_setting('server_encoding'),
           current_setting('fsync')",
    )
    .fetch_one(conn)
    .await?;
    if version < VERSION_MIN {
        return Err(StoreError::Setting(format!(
            "PostgreSQL {} is too old: {} or later is needed",
            version / 10_000,
            VERSION_MIN / 10_000
        )));
    }
    if encoding != "UTF8" {
        return Err(StoreError::Setting(format!(
            "the database is in {encoding}: make one with `createdb --encoding=UTF8 --template=template0`"
        )));
    }
    if fsync == "off" {
        tracing::warn!("the server's `fsync` is off: a power cut may take what was committed");
    }
    Ok(())
}

/// Makes this session the one that serves; `false`: another does.
pub(super) async fn serve(conn: &mut Connection) -> sqlx::Result<bool> {
    let begun = Instant::now();
    loop {
        let (is_ours,): (bool,) = sqlx::query_as(SERVE).fetch_one(&mut *conn).await?;
        if is_ours || begun.elapsed() > LEAVING {
            return Ok(is_ours);
        }
        tokio::time::sleep(LEAVING / 20).await;
    }
}
