//! Where the audit log begins once its oldest rows are cut off (E6).
//!
//! The last row that was cut off, with its hash, is the *seal*: the first row that stands follows on it as it followed on that row. The seal
//! stands beside the head and in the log itself, in a row of the transaction that cuts. The newest row of a cut always stands: it is younger than
//! what it cut. Whoever writes into the database may add such a row of his own, and make the chain anew: against him an anchor helps that was
//! written down elsewhere.

use model::Timestamp;
use serde_json::{Value, json};
use ticket::Actor;

use super::{Act, AuditAnchor, Row, audit};
use crate::column::{big, count};
use crate::database::Connection;
use crate::error::Result;
use crate::retention::{Retention, RetentionKind, Swept};

/// The rows before the first that stays.
pub(crate) const DUE: &str = "SELECT COUNT(*), MIN(at) FROM audit_log
   WHERE seq < COALESCE((SELECT MIN(seq) FROM audit_log WHERE at >= $1), 9223372036854775807)";

const CUT: &str = "audit.cut";

/// Cuts off the first rows as far as they are older, at most so many.
pub(crate) async fn cut(
    conn: &mut Connection,
    before: Timestamp,
    now: Timestamp,
    most: i64,
) -> Result<Swept> {
    let rows: Vec<(i64, i64, String)> =
        sqlx::query_as("SELECT seq, at, hash FROM audit_log ORDER BY seq LIMIT $1")
            .bind(most)
            .fetch_all(&mut *conn)
            .await?;
    let is_old = |(_, at, _): &&(i64, i64, String)| *at < before.as_ms();
    let old: Vec<_> = rows.iter().take_while(is_old).collect();
    let swept = Swept {
        removed: old.len() as u64,
        failed: 0,
        is_done: big(old.len() as u64) < most,
    };
    let Some((last, _, hash)) = old.last() else {
        return Ok(swept);
    };
    sqlx::query("DELETE FROM audit_log WHERE seq <= $1")
        .bind(last)
        .execute(&mut *conn)
        .await?;
    sqlx::query("UPDATE audit_head SET seq = $1, hash = $2 WHERE id = 2")
        .bind(last)
        .bind(hash)
        .execute(&mut *conn)
        .await?;
    let act = Act {
        action: CUT,
        entity: "audit_log",
        entity_id: last.to_string(),
        before: None,
        after: Some(json!({ "hash": hash, "removed": swept.removed, "before": before })),
    };
    audit(conn, now, Actor::System, act).await?;
    Ok(swept)
}

/// The seal beside the head.
pub(super) async fn head(conn: &mut Connection) -> Result<AuditAnchor> {
    let (seq, hash): (i64, String) =
        sqlx::query_as("SELECT seq, hash FROM audit_head WHERE id = 2")
            .fetch_one(conn)
            .await?;
    let seq = count(seq);
    Ok(AuditAnchor { seq, hash })
}

/// The seal that a row of the log tells; none, where it says that rows went sooner than any house may let them go.
pub(super) fn seal_of(row: &Row) -> Option<AuditAnchor> {
    if row.action != CUT {
        return None;
    }
    let after: Value = serde_json::from_str(row.after.as_deref()?).ok()?;
    let before: Timestamp = serde_json::from_value(after.get("before")?.clone()).ok()?;
    let shortest = Retention::new(|kind| kind.row().least);
    if before > shortest.before(RetentionKind::Audit, Timestamp::from_ms(row.at)) {
        return None;
    }
    Some(AuditAnchor {
        seq: row.entity_id.parse().ok()?,
        hash: after.get("hash")?.as_str()?.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use model::DAY_MS;

    use super::*;

    #[test]
    fn e6_rows_that_went_too_soon_are_sealed_by_nothing() {
        let before = |days: i64| Timestamp::from_ms(1_795_000_000_000 - days * DAY_MS);
        let row = |days: i64, action: &str| Row {
            seq: 9,
            at: 1_795_000_000_000,
            actor_kind: "system".to_owned(),
            actor_id: None,
            action: action.to_owned(),
            entity: "audit_log".to_owned(),
            entity_id: "4".to_owned(),
            before: None,
            after: Some(json!({ "hash": "ab", "removed": 4, "before": before(days) }).to_string()),
            prev_hash: String::new(),
            hash: String::new(),
        };
        let sealed = AuditAnchor {
            seq: 4,
            hash: "ab".to_owned(),
        };
        assert_eq!(seal_of(&row(180, CUT)), Some(sealed));
        assert_eq!(seal_of(&row(179, CUT)), None);
        assert_eq!(seal_of(&row(400, "retention.swept")), None);
    }
}
