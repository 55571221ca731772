//! Number lists (A7, F5, F6): what stands about which numbers, why, until when, and how often it decided a call since.
//!
//! Hits are a projection of facts; all else is what people wrote. A running server notices changes by [`Database::number_lists_mark`].

use model::number_list::{LIST_TEXT_MAX, Place, Scope};
use model::{
    Bar, Fact, HouseNames, ListKind, NumberEntry, NumberEntryId, NumberListFault, Numbers,
    Timestamp,
};
use serde_json::json;
use ticket::Actor;

use self::row::Row;
use crate::Database;
use crate::audit::{Act, audit};
use crate::column::big;
use crate::database::Connection;
use crate::error::{Result, StoreError};
use crate::page::{Page, PageRequest};

mod row;

/// Most entries: the engine has all of them in memory.
const ENTRIES_MAX: i64 = 100_000;

/// What is to stand about some numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewNumberEntry {
    /// On which list.
    pub list: ListKind,
    /// Which numbers, as people write them ([`Numbers::read`]).
    pub numbers: String,
    /// Where; none: everywhere.
    pub scope: Vec<Place>,
    /// What they meet; of the black list alone.
    pub bar: Option<Bar>,
    /// Their level, 1 to 9; of the VIPs' list alone, 0 of others.
    pub vip_level: u8,
    /// Why.
    pub reason: String,
    /// Login of who wants it.
    pub owner: String,
    /// An appeal, what became of it.
    pub note: Option<String>,
    /// Until when.
    pub until: Option<Timestamp>,
}

/// Which entries are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NumberEntryFilter {
    /// Of this list.
    pub list: Option<ListKind>,
    /// That fit this number, in any spelling; whether they hold, and where, is not asked.
    pub number: Option<String>,
}

/// What changes when a list does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NumberListsMark {
    rows: i64,
    last: i64,
    changed_at: i64,
}

impl Database {
    /// Enters numbers on a list. [`NumberListFault`] for what cannot stand; `names` are what it may name of the house.
    pub async fn add_number_entry(
        &self,
        new: NewNumberEntry,
        names: &HouseNames,
        by: Actor,
        now: Timestamp,
    ) -> Result<NumberEntry> {
        let id = NumberEntryId::new(self.next_id(now));
        let entry = self.checked(new, names, now)?.entry(id, now);
        self.write(move |conn| {
            Box::pin(async move {
                let (rows,): (i64,) = sqlx::query_as("SELECT COUNT(*) FROM number_list")
                    .fetch_one(&mut *conn)
                    .await?;
                if rows >= ENTRIES_MAX {
                    return Err(NumberListFault::Full(rows).into());
                }
                put(conn, &entry, now).await?;
                tell(conn, "number_list.added", None, Some(&entry), by, now).await?;
                Ok(entry)
            })
        })
        .await
    }

    /// Changes an entry: all but when it was entered and its hits. `Conflict` unless `version` is current, `NotFound`, or a [`NumberListFault`].
    pub async fn change_number_entry(
        &self,
        id: NumberEntryId,
        version: u64,
        new: NewNumberEntry,
        names: &HouseNames,
        by: Actor,
        now: Timestamp,
    ) -> Result<NumberEntry> {
        let wanted = self.checked(new, names, now)?;
        self.write(move |conn| {
            Box::pin(async move {
                let before = standing(conn, id).await?;
                if before.version != version {
                    return Err(StoreError::Conflict {
                        what: "number list entry",
                        current: before.version,
                    });
                }
                let after = NumberEntry {
                    since: before.since,
                    hits: before.hits,
                    last_hit_at: before.last_hit_at,
                    version: before.version + 1,
                    ..wanted.entry(id, now)
                };
                put(conn, &after, now).await?;
                let told = (Some(&before), Some(&after));
                tell(conn, "number_list.changed", told.0, told.1, by, now).await?;
                Ok(after)
            })
        })
        .await
    }

    /// Takes an entry back.
    pub async fn remove_number_entry(
        &self,
        id: NumberEntryId,
        by: Actor,
        now: Timestamp,
    ) -> Result<()> {
        self.write(move |conn| {
            Box::pin(async move {
                let before = standing(conn, id).await?;
                sqlx::query("DELETE FROM number_list WHERE id = $1")
                    .bind(big(id.get()))
                    .execute(&mut *conn)
                    .await?;
                tell(conn, "number_list.removed", Some(&before), None, by, now).await
            })
        })
        .await
    }

    /// One entry, ended or not.
    pub async fn number_entry(&self, id: NumberEntryId) -> Result<Option<NumberEntry>> {
        let mut conn = self.readers().acquire().await?;
        one(&mut conn, id).await
    }

    /// Entries, ended ones too, the last entered first; `after` is the id of [`Page::next`].
    pub async fn number_entries(
        &self,
        filter: &NumberEntryFilter,
        page: PageRequest,
    ) -> Result<Page<NumberEntry>> {
        let key = filter.number.as_ref().map(|it| self.plan().key(it).key);
        // Bound texts of one length compare alike in both databases: they are digits.
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT * FROM number_list WHERE id < $1 AND ($2 = '' OR list = $2) AND ($3 = 0
               OR (match_kind = 'exact' AND first_key = $4)
               OR (match_kind = 'prefix' AND SUBSTR($4, 1, LENGTH(first_key)) = first_key)
               OR (match_kind = 'range' AND LENGTH(first_key) = LENGTH($4) AND (SUBSTR(first_key, 1, 1) = '+') = (SUBSTR($4, 1, 1) = '+')
                 AND first_key <= $4 AND last_key >= $4))
             ORDER BY id DESC LIMIT $5",
        )
        .bind(page.after.map_or(i64::MAX, big))
        .bind(filter.list.map_or("", ListKind::name))
        .bind(i64::from(key.is_some()))
        .bind(key.unwrap_or_default())
        .bind(page.rows() as i64 + 1)
        .fetch_all(self.readers())
        .await?;
        let rows = rows.into_iter().map(Row::read).collect::<Result<_>>()?;
        Ok(Page::cut(rows, page, |entry: &NumberEntry| entry.id.get()))
    }

    /// Those that have not ended, the first entered first.
    pub async fn number_entries_now(&self, now: Timestamp) -> Result<Vec<NumberEntry>> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT * FROM number_list WHERE until IS NULL OR until > $1 ORDER BY id LIMIT $2",
        )
        .bind(now.as_ms())
        .bind(ENTRIES_MAX)
        .fetch_all(self.readers())
        .await?;
        rows.into_iter().map(Row::read).collect()
    }

    /// Changes whenever an entry is added, changed or taken back; hits do not count.
    pub async fn number_lists_mark(&self) -> Result<NumberListsMark> {
        let (rows, last, changed_at): (i64, Option<i64>, Option<i64>) =
            sqlx::query_as("SELECT COUNT(*), MAX(id), MAX(changed_at) FROM number_list")
                .fetch_one(self.readers())
                .await?;
        Ok(NumberListsMark {
            rows,
            last: last.unwrap_or(0),
            changed_at: changed_at.unwrap_or(0),
        })
    }

    fn checked(&self, new: NewNumberEntry, names: &HouseNames, now: Timestamp) -> Result<Wanted> {
        let numbers = Numbers::read(&new.numbers, self.plan())?;
        let scope = names.scope(new.scope.iter().cloned())?;
        if new.bar.is_some() != (new.list == ListKind::Black) {
            return Err(NumberListFault::NeedsAction.into());
        }
        let has_level = (1..=model::customer::VIP_MAX).contains(&new.vip_level);
        if has_level != (new.list == ListKind::Vip) || (!has_level && new.vip_level != 0) {
            return Err(NumberListFault::NeedsLevel.into());
        }
        if let Some(bar) = &new.bar {
            names.check(bar)?;
        }
        // A7: nobody is listed without a reason that the next reader can judge.
        let texts = [Some(&new.reason), new.note.as_ref()];
        if new.reason.trim().is_empty() || texts.into_iter().flatten().any(|it| !is_text(it)) {
            return Err(NumberListFault::Text.into());
        }
        if new.until.is_some_and(|until| until <= now) {
            return Err(NumberListFault::End.into());
        }
        Ok(Wanted {
            numbers,
            scope,
            new,
        })
    }
}

/// What may stand, with its names as the house writes them.
struct Wanted {
    numbers: Numbers,
    scope: Scope,
    new: NewNumberEntry,
}

impl Wanted {
    fn entry(self, id: NumberEntryId, now: Timestamp) -> NumberEntry {
        let Self {
            numbers,
            scope,
            new,
        } = self;
        NumberEntry {
            id,
            list: new.list,
            numbers,
            scope,
            bar: new.bar,
            vip_level: new.vip_level,
            reason: new.reason,
            owner: new.owner,
            note: new.note,
            since: now,
            until: new.until,
            hits: 0,
            last_hit_at: None,
            version: 1,
        }
    }
}

fn is_text(text: &str) -> bool {
    text.chars().count() <= LIST_TEXT_MAX && !text.chars().any(char::is_control)
}

async fn one(conn: &mut Connection, id: NumberEntryId) -> Result<Option<NumberEntry>> {
    let row: Option<Row> = sqlx::query_as("SELECT * FROM number_list WHERE id = $1")
        .bind(big(id.get()))
        .fetch_optional(conn)
        .await?;
    row.map(Row::read).transpose()
}

async fn standing(conn: &mut Connection, id: NumberEntryId) -> Result<NumberEntry> {
    let found = one(conn, id).await?;
    found.ok_or(StoreError::NotFound("number list entry"))
}

/// Writes an entry in place of what stood under its id.
async fn put(conn: &mut Connection, entry: &NumberEntry, now: Timestamp) -> Result<()> {
    let keys = row::keys(&entry.numbers);
    let scope = row::scope_text(&entry.scope)?;
    let same: Option<(i64,)> = sqlx::query_as(
        "SELECT id FROM number_list WHERE list = $1 AND match_kind = $2 AND first_key = $3 AND last_key = $4 AND scope = $5 AND id <> $6",
    )
    .bind(entry.list.name())
    .bind(keys.kind)
    .bind(keys.first)
    .bind(keys.last)
    .bind(&scope)
    .bind(big(entry.id.get()))
    .fetch_optional(&mut *conn)
    .await?;
    if let Some((id,)) = same {
        let id = NumberEntryId::new(crate::column::count(id));
        return Err(NumberListFault::Same(id).into());
    }
    sqlx::query(
        "INSERT INTO number_list (id, list, match_kind, first_key, last_key, scope, action, vip_level, reason, owner, note, since, until, hits, changed_at, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 0,
           (SELECT CASE WHEN MAX(b.changed_at) >= $14 THEN MAX(b.changed_at) + 1 ELSE $14 END FROM number_list b), $15)
         ON CONFLICT (id) DO UPDATE SET list = excluded.list, match_kind = excluded.match_kind, first_key = excluded.first_key, last_key = excluded.last_key,
           scope = excluded.scope, action = excluded.action, vip_level = excluded.vip_level, reason = excluded.reason, owner = excluded.owner,
           note = excluded.note, until = excluded.until, changed_at = excluded.changed_at, version = excluded.version",
    )
    .bind(big(entry.id.get()))
    .bind(entry.list.name())
    .bind(keys.kind)
    .bind(keys.first)
    .bind(keys.last)
    .bind(scope)
    .bind(entry.bar.as_ref().map(Bar::to_string))
    .bind(i64::from(entry.vip_level))
    .bind(&entry.reason)
    .bind(&entry.owner)
    .bind(&entry.note)
    .bind(entry.since.as_ms())
    .bind(entry.until.map(Timestamp::as_ms))
    .bind(now.as_ms())
    .bind(big(entry.version))
    .execute(conn)
    .await?;
    Ok(())
}

/// A row of the audit log.
async fn tell(
    conn: &mut Connection,
    action: &str,
    before: Option<&NumberEntry>,
    after: Option<&NumberEntry>,
    by: Actor,
    now: Timestamp,
) -> Result<()> {
    let id = before.or(after).map(|entry| entry.id.to_string());
    let told = |it: &NumberEntry| {
        json!({
            "list": it.list, "numbers": it.numbers.to_string(), "scope": it.scope, "action": it.bar, "vip_level": it.vip_level,
            "reason": it.reason, "owner": it.owner, "note": it.note, "since": it.since, "until": it.until,
        })
    };
    let act = Act {
        action,
        entity: "number_list",
        entity_id: id.unwrap_or_default(),
        before: before.map(told),
        after: after.map(told),
    };
    audit(conn, now, by, act).await
}

/// An entry has decided a call: the fact tells it once. Facts of earlier releases name the number alone.
pub(crate) async fn hit(conn: &mut Connection, fact: &Fact, at: Timestamp) -> Result<()> {
    let Fact::CallerListed { entry, number, .. } = fact else {
        return Ok(());
    };
    match entry {
        Some(id) => {
            sqlx::query("UPDATE number_list SET hits = hits + 1, last_hit_at = $2 WHERE id = $1")
                .bind(big(id.get()))
                .bind(at.as_ms())
                .execute(conn)
                .await?
        }
        None => {
            sqlx::query(
                "UPDATE number_list SET hits = hits + 1, last_hit_at = $2
                 WHERE list = 'black' AND match_kind = 'exact' AND scope = '[]' AND first_key = $1",
            )
            .bind(number)
            .bind(at.as_ms())
            .execute(conn)
            .await?
        }
    };
    Ok(())
}
