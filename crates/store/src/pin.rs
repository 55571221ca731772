//! Which PINs were refused by telephone of late (E9): a start gives them back to the engine, which counts tries.
//!
//! Rows are written with the facts' own transaction and go as soon as they are older than any process needs.

use model::calendar::PinRefusal;
use model::{CallId, Fact, Timestamp};
use sqlx::SqliteConnection;

use crate::Database;
use crate::column::{big, count};
use crate::error::Result;

/// Those that are older go with the next.
const KEPT_MS: i64 = 24 * 3_600_000;
/// Most in an answer; the engine lets nobody come near it.
const ROWS_MAX: i64 = 10_000;

impl Database {
    /// What was refused at this moment or later, in its order.
    pub async fn pin_refusals(&self, since: Timestamp) -> Result<Vec<PinRefusal>> {
        type Row = (i64, i64, String, String, i64, Option<i64>, i64);
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT r.at, r.call_id, COALESCE(c.peer_key, ''), r.calendar, r.wrong, r.locked_until, r.for_all
             FROM pin_refusal r LEFT JOIN call_record c ON c.id = r.call_id
             WHERE r.at >= $1 ORDER BY r.at, r.call_id LIMIT $2",
        )
        .bind(since.as_ms())
        .bind(ROWS_MAX)
        .fetch_all(self.readers())
        .await?;
        let refusal = |(at, call, caller, calendar, wrong, until, for_all): Row| PinRefusal {
            at: Timestamp::from_ms(at),
            call: CallId::new(count(call)),
            caller,
            calendar,
            wrong: wrong != 0,
            locked_until: until.map(Timestamp::from_ms),
            for_all: for_all != 0,
        };
        Ok(rows.into_iter().map(refusal).collect())
    }
}

/// A PIN was refused.
pub(crate) async fn note(conn: &mut SqliteConnection, at: Timestamp, fact: &Fact) -> Result<()> {
    let Fact::CalendarPinRefused {
        call,
        calendar,
        locked_until,
        for_all,
        wrong,
    } = fact
    else {
        return Ok(());
    };
    sqlx::query("DELETE FROM pin_refusal WHERE at < $1")
        .bind(at.as_ms().saturating_sub(KEPT_MS))
        .execute(&mut *conn)
        .await?;
    sqlx::query(
        "INSERT INTO pin_refusal (at, call_id, calendar, wrong, locked_until, for_all)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(at.as_ms())
    .bind(big(call.get()))
    .bind(calendar)
    .bind(i64::from(*wrong))
    .bind(locked_until.map(Timestamp::as_ms))
    .bind(i64::from(*for_all))
    .execute(conn)
    .await?;
    Ok(())
}
