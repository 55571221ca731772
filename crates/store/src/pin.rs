//! Which PINs by telephone were wrong of late (E9): a start gives them back to the engine, which counts tries.
//!
//! Rows are written with the facts' own transaction and go as soon as they are older than any process needs. A try that was one too
//! many counts for nothing and is no row, so that whoever goes on trying pushes nothing out.

use model::calendar::PinRefusal;
use model::{CallId, Fact, Timestamp};

use crate::Database;
use crate::column::{big, count};
use crate::database::Connection;
use crate::error::Result;

/// Those that are older go with the next.
const KEPT_MS: i64 = 24 * 3_600_000;
/// Most in an answer, the latest: the engine takes twenty of a calendar in an hour.
const ROWS_MAX: i64 = 10_000;

impl Database {
    /// What was wrong at this moment or later, in its order.
    pub async fn pin_refusals(&self, since: Timestamp) -> Result<Vec<PinRefusal>> {
        type Row = (i64, i64, String, String, Option<i64>, i64);
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT r.at, r.call_id, COALESCE(c.peer_key, ''), r.calendar, r.locked_until, r.for_all
             FROM pin_refusal r LEFT JOIN call_record c ON c.id = r.call_id
             WHERE r.at >= $1 AND r.wrong <> 0 ORDER BY r.at DESC, r.call_id DESC LIMIT $2",
        )
        .bind(since.as_ms())
        .bind(ROWS_MAX)
        .fetch_all(self.readers())
        .await?;
        let refusal = |(at, call, caller, calendar, until, for_all): Row| PinRefusal {
            at: Timestamp::from_ms(at),
            call: CallId::new(count(call)),
            caller,
            calendar,
            locked_until: until.map(Timestamp::from_ms),
            for_all: for_all != 0,
        };
        Ok(rows.into_iter().rev().map(refusal).collect())
    }
}

/// A PIN was wrong.
pub(crate) async fn note(conn: &mut Connection, at: Timestamp, fact: &Fact) -> Result<()> {
    let Some(refused) = PinRefusal::of(at, fact) else {
        return Ok(());
    };
    sqlx::query("DELETE FROM pin_refusal WHERE at < $1")
        .bind(at.as_ms().saturating_sub(KEPT_MS))
        .execute(&mut *conn)
        .await?;
    sqlx::query(
        "INSERT INTO pin_refusal (at, call_id, calendar, wrong, locked_until, for_all)
         VALUES ($1, $2, $3, 1, $4, $5)",
    )
    .bind(at.as_ms())
    .bind(big(refused.call.get()))
    .bind(refused.calendar)
    .bind(refused.locked_until.map(Timestamp::as_ms))
    .bind(i64::from(refused.for_all))
    .execute(conn)
    .await?;
    Ok(())
}
