//! Calls that are older than the house keeps them: the record with its facts, parts, survey and message, in bounded bites.
//!
//! A call of so many facts that one step does not take them loses them over several; its record goes with the last. It stays while it lives,
//! while a recording of it is there and while the law holds it. Its tickets keep its number.

use super::{Limit, ROWS_MAX, Swept};
use crate::database::Connection;
use crate::error::Result;

/// A recording that goes before its call holds it up no longer: `$3` is until when recordings go.
pub(super) const DUE: &str = "SELECT COUNT(*), MIN(started_at) FROM call_record c WHERE started_at < $1 AND ended_at IS NOT NULL
   AND NOT EXISTS (SELECT 1 FROM legal_hold h WHERE h.call_id = c.id AND (h.until IS NULL OR h.until > $2))
   AND NOT EXISTS (SELECT 1 FROM recording r WHERE r.call_id = c.id AND r.started_at >= $3)";

/// What hangs on a call besides its facts.
const OF_CALL: [&str; 6] = [
    "DELETE FROM call_part WHERE call_id = $1",
    "DELETE FROM survey_answer WHERE call_id = $1",
    "DELETE FROM survey WHERE call_id = $1",
    "DELETE FROM voicemail WHERE call_id = $1",
    "DELETE FROM legal_hold WHERE call_id = $1",
    "DELETE FROM call_record WHERE id = $1",
];

/// Removes the oldest calls, as many as their rows allow.
pub(super) async fn remove(conn: &mut Connection, limit: Limit) -> Result<Swept> {
    let calls: Vec<(i64,)> = sqlx::query_as(
        "SELECT id FROM call_record c WHERE started_at < $1 AND ended_at IS NOT NULL
         AND NOT EXISTS (SELECT 1 FROM legal_hold h WHERE h.call_id = c.id AND (h.until IS NULL OR h.until > $2))
         AND NOT EXISTS (SELECT 1 FROM recording r WHERE r.call_id = c.id)
         ORDER BY started_at LIMIT $3",
    )
    .bind(limit.before.as_ms())
    .bind(limit.now.as_ms())
    .bind(ROWS_MAX)
    .fetch_all(&mut *conn)
    .await?;
    let (due, mut removed, mut left) = (calls.len() as u64, 0, ROWS_MAX);
    for (call,) in calls {
        left -= remove_facts(conn, call, left).await?;
        if left <= 0 {
            break;
        }
        for text in OF_CALL {
            let done = sqlx::query(text).bind(call).execute(&mut *conn).await?;
            left = left.saturating_sub_unsigned(done.rows_affected());
        }
        removed += 1;
        if left <= 0 {
            break;
        }
    }
    Ok(Swept {
        removed,
        failed: 0,
        is_done: removed == due && left > 0,
    })
}

/// The first facts of a call, at most so many; gives how many went.
async fn remove_facts(conn: &mut Connection, call: i64, most: i64) -> Result<i64> {
    let done = sqlx::query(
        "DELETE FROM call_event WHERE call_id = $1 AND seq IN
           (SELECT seq FROM call_event WHERE call_id = $1 ORDER BY seq LIMIT $2)",
    )
    .bind(call)
    .bind(most)
    .execute(conn)
    .await?;
    Ok(i64::try_from(done.rows_affected()).unwrap_or(most))
}
