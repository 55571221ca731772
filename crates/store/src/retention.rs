//! Retention (保留期限, E6): one table of what is kept how long, and the steps by which the rest goes.
//!
//! A step is one short write of at most [`ROWS_MAX`] rows, so that nobody waits for the writer; who sweeps takes steps until a kind is
//! through. What a sweep took is counted with each step, and stands in the audit log when the kind is through, a crash between
//! two steps or none. Tickets, customers and articles never go by it. What is exactly as old as its time stays.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use model::{DAY_MS, Timestamp};
use serde_json::json;
use ticket::Actor;

use crate::Database;
use crate::audit::{Act, audit, cut_audit};
use crate::column::{big, count};
use crate::database::Connection;
use crate::error::Result;

mod calls;
mod recordings;

/// Most rows of one step.
pub const ROWS_MAX: i64 = 500;
/// A day, in ms.
/// A hundred years: what is to stay for ever.
const DAYS_MAX: u32 = 36_500;

/// What is kept for a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RetentionKind {
    /// Recordings with their files; a message leaves its box with its sound.
    Recordings,
    /// Records of calls that ended, their facts, what callers answered.
    Calls,
    /// Drafts that became no ticket.
    Drafts,
    /// Messages of webhooks that were taken or given up.
    Deliveries,
    /// Keys of requests that are not to be done twice (J3).
    Keys,
    /// Rows of the audit log.
    Audit,
}

/// A row of the table: what there is to say of a kind.
#[derive(Debug)]
pub struct RetentionRow {
    /// Its word, in the audit log and for programs.
    pub word: &'static str,
    /// Its name in English and Chinese.
    pub names: (&'static str, &'static str),
    /// Its key in `[retention]`; `None`: nobody says otherwise.
    pub key: Option<&'static str>,
    /// How many days it is kept where nobody says otherwise.
    pub days: u32,
    /// The fewest that may be said.
    pub least: u32,
    /// The most.
    pub most: u32,
    /// Hours from one sweep to the next.
    pub every_h: u8,
    /// Counts what would go, and finds its oldest; `$1`: what is older goes.
    due: &'static str,
    how: How,
}

/// How a kind goes.
#[derive(Clone, Copy, Debug)]
enum How {
    /// With files.
    Recordings,
    /// Out of several tables.
    Calls,
    /// Out of one table, by this text: `$1` as above, at most `$2` rows.
    Rows(&'static str),
    /// Off the beginning of a chain.
    Audit,
}

impl RetentionKind {
    /// All, in the order in which they are swept: a call goes once its recordings are gone.
    pub const ALL: [Self; 6] = [
        Self::Recordings,
        Self::Calls,
        Self::Drafts,
        Self::Deliveries,
        Self::Keys,
        Self::Audit,
    ];

    /// Its row.
    pub const fn row(self) -> &'static RetentionRow {
        match self {
            Self::Recordings => &RetentionRow {
                word: "recordings",
                names: ("recordings", "录音"),
                key: Some("recordings_days"),
                days: 180,
                least: 1,
                most: DAYS_MAX,
                every_h: 24,
                due: recordings::DUE,
                how: How::Recordings,
            },
            Self::Calls => &RetentionRow {
                word: "calls",
                names: ("calls and their facts", "通话及其事实"),
                key: Some("calls_days"),
                days: 1_095,
                least: 30,
                most: DAYS_MAX,
                every_h: 24,
                due: calls::DUE,
                how: How::Calls,
            },
            Self::Drafts => &RetentionRow {
                word: "drafts",
                names: ("drafts of tickets", "工单草稿"),
                key: Some("drafts_days"),
                days: 30,
                least: 1,
                most: 366,
                every_h: 24,
                due: "SELECT COUNT(*), MIN(opened_at) FROM draft WHERE opened_at < $1",
                how: How::Rows(
                    "DELETE FROM draft WHERE (call_id, agent_id) IN
               (SELECT call_id, agent_id FROM draft WHERE opened_at < $1 ORDER BY opened_at LIMIT $2)",
                ),
            },
            Self::Deliveries => &RetentionRow {
                word: "webhook_messages",
                names: ("messages of webhooks", "Webhook 消息"),
                key: Some("webhook_messages_days"),
                days: 7,
                least: 1,
                most: 366,
                every_h: 24,
                due: "SELECT COUNT(*), MIN(made_at) FROM webhook_delivery WHERE made_at < $1 AND state <> 'pending'",
                how: How::Rows(
                    "DELETE FROM webhook_delivery WHERE id IN
               (SELECT id FROM webhook_delivery WHERE made_at < $1 AND state <> 'pending' ORDER BY made_at LIMIT $2)",
                ),
            },
            Self::Keys => &RetentionRow {
                word: "idempotency_keys",
                names: ("idempotency keys", "幂等键"),
                key: None,
                days: 1,
                least: 1,
                most: 1,
                every_h: 1,
                due: "SELECT COUNT(*), MIN(created_at) FROM idempotency WHERE created_at < $1",
                how: How::Rows(
                    "DELETE FROM idempotency WHERE (principal, key) IN
               (SELECT principal, key FROM idempotency WHERE created_at < $1 ORDER BY created_at LIMIT $2)",
                ),
            },
            Self::Audit => &RetentionRow {
                word: "audit",
                names: ("the audit log", "审计日志"),
                key: Some("audit_days"),
                days: 1_825,
                least: 180,
                most: DAYS_MAX,
                every_h: 24,
                due: crate::audit::DUE,
                how: How::Audit,
            },
        }
    }
}

impl fmt::Display for RetentionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.row().word)
    }
}

/// How long each kind is kept in a house.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retention(BTreeMap<RetentionKind, u32>);

impl Default for Retention {
    fn default() -> Self {
        Self::new(|kind| kind.row().days)
    }
}

impl Retention {
    /// Each kind for so many days; what is beyond its row's bounds is taken to them.
    pub fn new(days: impl Fn(RetentionKind) -> u32) -> Self {
        let kept = RetentionKind::ALL.map(|kind| {
            let row = kind.row();
            (kind, days(kind).clamp(row.least, row.most))
        });
        Self(kept.into())
    }

    /// How many days.
    pub fn days(&self, kind: RetentionKind) -> u32 {
        self.0.get(&kind).copied().unwrap_or(kind.row().days)
    }

    /// What is older goes.
    pub fn before(&self, kind: RetentionKind, now: Timestamp) -> Timestamp {
        let ms = i64::from(self.days(kind)) * DAY_MS;
        Timestamp::from_ms(now.as_ms().saturating_sub(ms))
    }
}

/// What a step did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Swept {
    /// How many went.
    pub removed: u64,
    /// Files that could not be removed; they are tried again an hour later at the earliest.
    pub failed: u64,
    /// Whether none is left that is to go.
    pub is_done: bool,
}

impl Database {
    /// How many of a kind would go, and when the oldest of them is of.
    pub async fn retention_due(
        &self,
        kind: RetentionKind,
        retention: &Retention,
        now: Timestamp,
    ) -> Result<(u64, Option<Timestamp>)> {
        let before = |kind| retention.before(kind, now).as_ms();
        let query = sqlx::query_as(kind.row().due).bind(before(kind));
        let query = match kind.row().how {
            How::Rows(_) | How::Audit => query,
            How::Recordings => query.bind(now.as_ms()),
            How::Calls => query
                .bind(now.as_ms())
                .bind(before(RetentionKind::Recordings)),
        };
        let (all, oldest): (i64, Option<i64>) = query.fetch_one(self.readers()).await?;
        Ok((count(all), oldest.map(Timestamp::from_ms)))
    }

    /// One step of the sweep of a kind. `recordings`: the folder of the files.
    pub async fn retention_step(
        &self,
        kind: RetentionKind,
        retention: &Retention,
        recordings: &Path,
        now: Timestamp,
    ) -> Result<Swept> {
        let limit = Limit {
            kind,
            days: retention.days(kind),
            before: retention.before(kind, now),
            now,
        };
        match kind.row().how {
            How::Recordings => recordings::step(self, limit, recordings).await,
            How::Calls => {
                self.write(move |conn| {
                    Box::pin(async move {
                        let swept = calls::remove(conn, limit).await?;
                        settle(conn, limit, swept).await
                    })
                })
                .await
            }
            How::Rows(text) => {
                self.write(move |conn| {
                    Box::pin(async move {
                        let swept = remove_rows(conn, text, limit).await?;
                        settle(conn, limit, swept).await
                    })
                })
                .await
            }
            // Each cut is sealed by a row of its own.
            How::Audit => {
                self.write(move |conn| Box::pin(cut_audit(conn, limit.before, limit.now, ROWS_MAX)))
                    .await
            }
        }
    }
}

/// What goes in a sweep.
#[derive(Clone, Copy, Debug)]
struct Limit {
    kind: RetentionKind,
    days: u32,
    before: Timestamp,
    now: Timestamp,
}

/// The oldest that are too old.
async fn remove_rows(conn: &mut Connection, text: &'static str, limit: Limit) -> Result<Swept> {
    let done = sqlx::query(text)
        .bind(limit.before.as_ms())
        .bind(ROWS_MAX)
        .execute(conn)
        .await?;
    let removed = done.rows_affected();
    Ok(Swept {
        removed,
        failed: 0,
        is_done: removed < ROWS_MAX.unsigned_abs(),
    })
}

/// Counts what a step took, in its transaction; the sum is told when the kind is through.
async fn settle(conn: &mut Connection, limit: Limit, swept: Swept) -> Result<Swept> {
    if swept.removed > 0 {
        sqlx::query(
            "INSERT INTO retention_sweep (kind, removed) VALUES ($1, $2)
             ON CONFLICT (kind) DO UPDATE SET removed = retention_sweep.removed + excluded.removed",
        )
        .bind(limit.kind.row().word)
        .bind(big(swept.removed))
        .execute(&mut *conn)
        .await?;
    }
    if !swept.is_done {
        return Ok(swept);
    }
    let all: Option<(i64,)> =
        sqlx::query_as("DELETE FROM retention_sweep WHERE kind = $1 RETURNING removed")
            .bind(limit.kind.row().word)
            .fetch_optional(&mut *conn)
            .await?;
    // Keys tell nothing of anybody, and go each hour.
    if let Some((removed,)) = all.filter(|_| limit.kind != RetentionKind::Keys) {
        let act = Act {
            action: "retention.swept",
            entity: "retention",
            entity_id: limit.kind.row().word.to_owned(),
            before: None,
            after: Some(json!({ "removed": removed, "days": limit.days, "before": limit.before })),
        };
        audit(conn, limit.now, Actor::System, act).await?;
    }
    Ok(swept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e6_what_is_said_is_within_the_bounds_of_its_row() {
        for kind in RetentionKind::ALL {
            let row = kind.row();
            assert!((row.least..=row.most).contains(&row.days), "{kind}");
            let days = |said| Retention::new(|_| said).days(kind);
            assert_eq!((days(0), days(u32::MAX)), (row.least, row.most), "{kind}");
        }
    }
}
