//! The audit log (C21, F7): who did what to what, before and after, in a chain of hashes.
//!
//! A row is written in the transaction of what it tells, so that neither stands without the other. Rows are only added, and the oldest
//! cut off when their time is over (`cut`). What they hold is as sensitive as what was changed; secrets never stand in them.

use model::{AgentId, Timestamp};
use serde_json::Value;
use sqlx::FromRow;
use ticket::Actor;

use crate::Database;
use crate::column::{big, count};
use crate::database::Connection;
use crate::error::{Result, StoreError};
use crate::page::{Page, PageRequest};

pub use chain::{AuditFault, AuditReport};
pub(crate) use cut::{DUE, cut as cut_audit};

mod chain;
mod cut;

/// Rows that a walk over the log reads at once.
const BATCH: i64 = 1_000;

/// What was done to what.
#[derive(Clone, Debug, PartialEq)]
pub struct Act<'a> {
    /// What was done, as a word of the noun: `customer.merged`.
    pub action: &'a str,
    /// The kind of what it was done to: `customer`.
    pub entity: &'a str,
    /// Its id, or its name where it has none.
    pub entity_id: String,
    /// How it stood before; `None` when it was not there.
    pub before: Option<Value>,
    /// How it stands after; `None` when it is gone.
    pub after: Option<Value>,
}

/// A row of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// Its number, without gaps.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: Actor,
    /// What was done.
    pub action: String,
    /// The kind of what it was done to.
    pub entity: String,
    /// Its id or name.
    pub entity_id: String,
    /// How it stood before, as JSON.
    pub before: Option<String>,
    /// How it stands after, as JSON.
    pub after: Option<String>,
}

/// A row of the log and its hash, written down elsewhere (on paper, in a mail) to be compared later.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditAnchor {
    /// The row.
    pub seq: u64,
    /// Its hash.
    pub hash: String,
}

/// Adds a row, in the transaction of what it tells. Whoever adds rows beside it waits at the head, whatever process he is.
pub(crate) async fn audit(
    conn: &mut Connection,
    at: Timestamp,
    actor: Actor,
    act: Act<'_>,
) -> Result<()> {
    let (kind, actor_id) = match actor {
        Actor::Agent(agent) => ("agent", Some(big(agent.get()))),
        Actor::System => ("system", None),
        Actor::Customer => ("customer", None),
    };
    let (seq, prev_hash): (i64, String) =
        sqlx::query_as("UPDATE audit_head SET seq = seq + 1 WHERE id = 1 RETURNING seq, hash")
            .fetch_one(&mut *conn)
            .await?;
    let mut row = Row {
        seq,
        at: at.as_ms(),
        actor_kind: kind.to_owned(),
        actor_id,
        action: act.action.to_owned(),
        entity: act.entity.to_owned(),
        entity_id: act.entity_id,
        before: act.before.map(|value| value.to_string()),
        after: act.after.map(|value| value.to_string()),
        prev_hash,
        hash: String::new(),
    };
    row.hash = chain::hash(&row);
    insert(conn, &row).await?;
    sqlx::query("UPDATE audit_head SET hash = $1 WHERE id = 1")
        .bind(row.hash)
        .execute(conn)
        .await?;
    Ok(())
}

async fn insert(conn: &mut Connection, row: &Row) -> Result<()> {
    sqlx::query(
        "INSERT INTO audit_log (seq, at, actor_kind, actor_id, action, entity, entity_id, before, after, prev_hash, hash)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(row.seq)
    .bind(row.at)
    .bind(&row.actor_kind)
    .bind(row.actor_id)
    .bind(&row.action)
    .bind(&row.entity)
    .bind(&row.entity_id)
    .bind(&row.before)
    .bind(&row.after)
    .bind(&row.prev_hash)
    .bind(&row.hash)
    .execute(conn)
    .await?;
    Ok(())
}

impl Database {
    /// Rows, newest first, about one thing (its kind and its id) or about all; `after` is the number of [`Page::next`].
    pub async fn audit_entries(
        &self,
        about: Option<(&str, &str)>,
        page: PageRequest,
    ) -> Result<Page<AuditEntry>> {
        let before = page.after.map_or(i64::MAX, big);
        let limit = page.rows() as i64 + 1;
        let rows: Vec<Row> = match about {
            Some((entity, id)) => {
                sqlx::query_as(
                    "SELECT * FROM audit_log WHERE entity = $1 AND entity_id = $2 AND seq < $3
                     ORDER BY seq DESC LIMIT $4",
                )
                .bind(entity)
                .bind(id)
                .bind(before)
                .bind(limit)
                .fetch_all(self.readers())
                .await?
            }
            None => {
                sqlx::query_as("SELECT * FROM audit_log WHERE seq < $1 ORDER BY seq DESC LIMIT $2")
                    .bind(before)
                    .bind(limit)
                    .fetch_all(self.readers())
                    .await?
            }
        };
        let entries = rows.into_iter().map(Row::read).collect::<Result<_>>()?;
        Ok(Page::cut(entries, page, |entry: &AuditEntry| entry.seq))
    }

    /// Walks over the whole log up to the row that is the last when it begins. `anchor`: a row whose hash is known from
    /// elsewhere.
    pub async fn verify_audit(&self, anchor: Option<&AuditAnchor>) -> Result<AuditReport> {
        // Of one moment: rows may be cut off meanwhile.
        let mut moment = self.readers().begin().await?;
        let (last, hash): (i64, String) =
            sqlx::query_as("SELECT seq, hash FROM audit_head WHERE id = 1")
                .fetch_one(&mut *moment)
                .await?;
        let cut = cut::head(&mut moment).await?;
        let mut report = AuditReport::behind(&cut);
        let mut sealed = AuditAnchor::default();
        loop {
            let rows: Vec<Row> = sqlx::query_as(
                "SELECT * FROM audit_log WHERE seq > $1 AND seq <= $2 ORDER BY seq LIMIT $3",
            )
            .bind(big(report.last))
            .bind(last)
            .bind(BATCH)
            .fetch_all(&mut *moment)
            .await?;
            if rows.is_empty() {
                break;
            }
            for row in rows {
                report.follow(&row);
                sealed = cut::seal_of(&row).unwrap_or(sealed);
                let known = anchor.filter(|anchor| big(anchor.seq) == row.seq);
                if known.is_some_and(|anchor| anchor.hash != row.hash) {
                    report.fault(AuditFault::Rewritten(count(row.seq)));
                }
            }
        }
        if sealed != cut {
            report.fault(AuditFault::Unsealed(cut.seq));
        }
        if let Some(anchor) = anchor.filter(|anchor| anchor.seq <= cut.seq && **anchor != cut) {
            report.fault(match anchor.seq == cut.seq {
                true => AuditFault::Rewritten(cut.seq),
                false => AuditFault::Outdated(cut.seq),
            });
        }
        report.finish((count(last), &hash));
        if let Some(anchor) = anchor.filter(|anchor| anchor.seq > report.last) {
            report.fault(AuditFault::Rewritten(anchor.seq));
        }
        Ok(report)
    }
}

#[derive(FromRow)]
struct Row {
    seq: i64,
    at: i64,
    actor_kind: String,
    actor_id: Option<i64>,
    action: String,
    entity: String,
    entity_id: String,
    before: Option<String>,
    after: Option<String>,
    prev_hash: String,
    hash: String,
}

impl Row {
    fn read(self) -> Result<AuditEntry> {
        let actor = match (self.actor_kind.as_str(), self.actor_id) {
            ("agent", Some(agent)) => Actor::Agent(AgentId::new(count(agent))),
            ("system", None) => Actor::System,
            ("customer", None) => Actor::Customer,
            (kind, _) => return Err(StoreError::damaged("audit row", format!("actor {kind}"))),
        };
        Ok(AuditEntry {
            seq: count(self.seq),
            at: Timestamp::from_ms(self.at),
            actor,
            action: self.action,
            entity: self.entity,
            entity_id: self.entity_id,
            before: self.before,
            after: self.after,
        })
    }
}
