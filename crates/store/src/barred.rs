//! Barred callers (A7): who they are, why, until when, and how often they called since.
//!
//! Hits are a projection of facts; all else is what people wrote. A running server notices changes by [`Database::barred_mark`].

use model::barred::BARRED_TEXT_MAX;
use model::{Bar, BarredCaller, Caller, Timestamp};
use serde_json::json;
use sqlx::FromRow;
use ticket::Actor;

use crate::Database;
use crate::audit::{Act, audit};
use crate::column::{big, count};
use crate::database::Connection;
use crate::error::{Result, StoreError};
use crate::page::{Page, PageRequest};

/// Most barred callers: the engine has all of them in memory.
const BARRED_MAX: i64 = 100_000;

/// What somebody wants barred.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewBarred {
    /// The number, in any spelling.
    pub number: String,
    /// What he is to meet.
    pub bar: Bar,
    /// Why.
    pub reason: String,
    /// Login of who wants it.
    pub owner: String,
    /// An appeal, what became of it.
    pub note: Option<String>,
    /// Until when.
    pub until: Option<Timestamp>,
}

/// What changes when the list does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BarredMark {
    rows: i64,
    last: i64,
    changed_at: i64,
}

impl Database {
    /// Bars a caller, or changes what stands about him; his hits stay. Gives the entry.
    pub async fn bar_caller(
        &self,
        new: NewBarred,
        by: Actor,
        now: Timestamp,
    ) -> Result<BarredCaller> {
        let key = self.barred_key(&new.number)?;
        for text in [Some(&new.reason), new.note.as_ref()].into_iter().flatten() {
            check_text(text)?;
        }
        // A7: nobody is barred without a reason that the next reader can judge.
        if new.reason.trim().is_empty() {
            return Err(StoreError::Setting("a reason is needed".to_owned()));
        }
        if new.until.is_some_and(|until| until <= now) {
            return Err(StoreError::Setting("the end lies in the past".to_owned()));
        }
        self.write(move |conn| {
            Box::pin(async move {
                let before = entry(conn, &key).await?;
                put(conn, &key, &new, now).await?;
                let after = entry(conn, &key).await?;
                let after = after.ok_or(StoreError::NotFound("barred caller"))?;
                let act = act("barred.put", &key, before.as_ref(), Some(&after));
                audit(conn, now, by, act).await?;
                Ok(after)
            })
        })
        .await
    }

    /// Takes a bar back.
    pub async fn unbar_caller(&self, number: &str, by: Actor, now: Timestamp) -> Result<()> {
        let key = self.barred_key(number)?;
        self.write(move |conn| {
            Box::pin(async move {
                let before = entry(conn, &key).await?;
                let before = before.ok_or(StoreError::NotFound("barred caller"))?;
                sqlx::query("DELETE FROM barred_caller WHERE number_key = $1")
                    .bind(&key)
                    .execute(&mut *conn)
                    .await?;
                audit(
                    conn,
                    now,
                    by,
                    act("barred.removed", &key, Some(&before), None),
                )
                .await
            })
        })
        .await
    }

    /// One entry, ended or not.
    pub async fn barred_caller(&self, number: &str) -> Result<Option<BarredCaller>> {
        let key = self.barred_key(number)?;
        let mut conn = self.readers().acquire().await?;
        entry(&mut conn, &key).await
    }

    /// All entries, ended ones too, the newest first; `after` is the id of [`Page::next`].
    pub async fn barred_callers(&self, page: PageRequest) -> Result<Page<(u64, BarredCaller)>> {
        let rows: Vec<Row> =
            sqlx::query_as("SELECT * FROM barred_caller WHERE id < $1 ORDER BY id DESC LIMIT $2")
                .bind(page.after.map_or(i64::MAX, big))
                .bind(page.rows() as i64 + 1)
                .fetch_all(self.readers())
                .await?;
        let rows = rows.into_iter().map(|row| {
            let id = count(row.id);
            row.read().map(|barred| (id, barred))
        });
        Ok(Page::cut(rows.collect::<Result<_>>()?, page, |(id, _)| *id))
    }

    /// Those that have not ended.
    pub async fn barred_now(&self, now: Timestamp) -> Result<Vec<BarredCaller>> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT * FROM barred_caller WHERE until IS NULL OR until > $1 ORDER BY id LIMIT $2",
        )
        .bind(now.as_ms())
        .bind(BARRED_MAX)
        .fetch_all(self.readers())
        .await?;
        rows.into_iter().map(Row::read).collect()
    }

    /// Changes whenever an entry is added, changed or taken back; hits do not count.
    pub async fn barred_mark(&self) -> Result<BarredMark> {
        let (rows, last, changed_at): (i64, Option<i64>, Option<i64>) =
            sqlx::query_as("SELECT COUNT(*), MAX(id), MAX(changed_at) FROM barred_caller")
                .fetch_one(self.readers())
                .await?;
        Ok(BarredMark {
            rows,
            last: last.unwrap_or(0),
            changed_at: changed_at.unwrap_or(0),
        })
    }

    /// A9: nobody is barred by a withheld number.
    fn barred_key(&self, number: &str) -> Result<String> {
        let key = self.plan().key(number).key;
        if Caller::new(&key, None).is_withheld() {
            let why = "a withheld number is nobody's: it cannot be barred";
            return Err(StoreError::Setting(why.to_owned()));
        }
        Ok(key)
    }
}

async fn entry(conn: &mut Connection, key: &str) -> Result<Option<BarredCaller>> {
    let row: Option<Row> = sqlx::query_as("SELECT * FROM barred_caller WHERE number_key = $1")
        .bind(key)
        .fetch_optional(conn)
        .await?;
    row.map(Row::read).transpose()
}

/// What the audit log says of a change.
fn act<'a>(
    action: &'a str,
    key: &str,
    before: Option<&BarredCaller>,
    after: Option<&BarredCaller>,
) -> Act<'a> {
    let told = |it: &BarredCaller| {
        json!({
            "action": it.bar, "reason": it.reason, "owner": it.owner, "note": it.note, "since": it.since,
            "until": it.until,
        })
    };
    Act {
        action,
        entity: "barred",
        entity_id: key.to_owned(),
        before: before.map(told),
        after: after.map(told),
    }
}

async fn put(conn: &mut Connection, key: &str, new: &NewBarred, now: Timestamp) -> Result<()> {
    // What stands there already can be changed, however full the list is.
    let (rows,): (i64,) =
        sqlx::query_as("SELECT COUNT(*) FROM barred_caller WHERE number_key <> $1")
            .bind(key)
            .fetch_one(&mut *conn)
            .await?;
    if rows >= BARRED_MAX {
        let why = format!("{BARRED_MAX} callers are barred already: take some back");
        return Err(StoreError::Setting(why));
    }
    sqlx::query(
        "INSERT INTO barred_caller (number_key, bar, reason, owner, note, since, until, hits, changed_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $6)
         ON CONFLICT (number_key) DO UPDATE SET bar = excluded.bar, reason = excluded.reason, owner = excluded.owner,
           note = excluded.note, until = excluded.until,
           changed_at = (SELECT CASE WHEN MAX(b.changed_at) >= excluded.changed_at THEN MAX(b.changed_at) + 1
             ELSE excluded.changed_at END FROM barred_caller b)",
    )
    .bind(key)
    .bind(new.bar.to_string())
    .bind(&new.reason)
    .bind(&new.owner)
    .bind(&new.note)
    .bind(now.as_ms())
    .bind(new.until.map(Timestamp::as_ms))
    .execute(conn)
    .await?;
    Ok(())
}

/// A barred caller has called: the fact tells it once.
pub(crate) async fn hit(conn: &mut Connection, number: &str, at: Timestamp) -> Result<()> {
    sqlx::query("UPDATE barred_caller SET hits = hits + 1, last_hit_at = $2 WHERE number_key = $1")
        .bind(number)
        .bind(at.as_ms())
        .execute(conn)
        .await?;
    Ok(())
}

fn check_text(text: &str) -> Result<()> {
    if text.chars().count() > BARRED_TEXT_MAX || text.chars().any(char::is_control) {
        let why = format!("a reason or note has at most {BARRED_TEXT_MAX} printable characters");
        return Err(StoreError::Setting(why));
    }
    Ok(())
}

#[derive(FromRow)]
struct Row {
    id: i64,
    number_key: String,
    bar: String,
    reason: String,
    owner: String,
    note: Option<String>,
    since: i64,
    until: Option<i64>,
    hits: i64,
    last_hit_at: Option<i64>,
}

impl Row {
    fn read(self) -> Result<BarredCaller> {
        let bar = self.bar.parse().map_err(|error: model::barred::NoBar| {
            let why = error.to_string();
            StoreError::Damaged {
                what: "barred caller",
                why,
            }
        })?;
        Ok(BarredCaller {
            number: self.number_key,
            bar,
            reason: self.reason,
            owner: self.owner,
            note: self.note,
            since: Timestamp::from_ms(self.since),
            until: self.until.map(Timestamp::from_ms),
            hits: count(self.hits),
            last_hit_at: self.last_hit_at.map(Timestamp::from_ms),
        })
    }
}
