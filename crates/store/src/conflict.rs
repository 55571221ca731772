//! Conflicts (回避): a caller and an agent who must not meet, why, and until when (R66).
//!
//! Read with the profile of each call (`ties.rs`): a change holds from the next call on. The list is bounded, and so is what
//! stands about one number, since a decision has all of it before it.

use model::number_list::LIST_TEXT_MAX;
use model::ties::APART_MAX;
use model::{AgentId, Caller, Timestamp};
use sqlx::FromRow;

use crate::Database;
use crate::column::{big, count};
use crate::database::Connection;
use crate::error::{Result, StoreError};
use crate::page::{Page, PageRequest};

/// Most entries.
const CONFLICTS_MAX: i64 = 100_000;

/// Who are to be kept apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewConflict {
    /// The caller's number, in any spelling.
    pub number: String,
    /// The agent's login.
    pub login: String,
    /// Why.
    pub reason: String,
    /// Login of who wants it.
    pub owner: String,
    /// Until when.
    pub until: Option<Timestamp>,
}

/// An entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The caller's number, in E.164 form where it has one.
    pub number: String,
    /// The agent.
    pub agent: AgentId,
    /// His login.
    pub login: String,
    /// Why.
    pub reason: String,
    /// Login of who wanted it.
    pub owner: String,
    /// Since when.
    pub since: Timestamp,
    /// Until when; `None`: until somebody takes it back.
    pub until: Option<Timestamp>,
}

impl Database {
    /// Keeps a caller and an agent apart, or changes what stands about them.
    pub async fn keep_apart(&self, new: NewConflict, now: Timestamp) -> Result<Conflict> {
        let key = self.conflict_key(&new.number)?;
        let length = new.reason.chars().count();
        if new.reason.trim().is_empty()
            || length > LIST_TEXT_MAX
            || new.reason.chars().any(char::is_control)
        {
            let why = format!("a reason has 1 to {LIST_TEXT_MAX} printable characters");
            return Err(StoreError::Setting(why));
        }
        if new.until.is_some_and(|until| until <= now) {
            return Err(StoreError::Setting("the end lies in the past".to_owned()));
        }
        let agent = self.agent_by_login(&new.login).await?;
        let agent = agent.ok_or(StoreError::NotFound("agent"))?.id;
        self.write(move |conn| {
            Box::pin(async move {
                put(conn, &key, agent, &new, now).await?;
                let found = one(conn, &key, agent).await?;
                found.ok_or(StoreError::NotFound("conflict"))
            })
        })
        .await
    }

    /// Lets them meet again.
    pub async fn end_conflict(&self, number: &str, login: &str) -> Result<()> {
        let key = self.conflict_key(number)?;
        let agent = self.agent_by_login(login).await?;
        let agent = agent.ok_or(StoreError::NotFound("agent"))?.id;
        self.write(move |conn| {
            Box::pin(async move {
                let done =
                    sqlx::query("DELETE FROM conflict WHERE number_key = $1 AND agent_id = $2")
                        .bind(key)
                        .bind(big(agent.get()))
                        .execute(conn)
                        .await?;
                if done.rows_affected() == 0 {
                    return Err(StoreError::NotFound("conflict"));
                }
                Ok(())
            })
        })
        .await
    }

    /// All entries, ended ones too, the newest first; `after` is the id of [`Page::next`].
    pub async fn conflicts(&self, page: PageRequest) -> Result<Page<(u64, Conflict)>> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT c.*, a.login FROM conflict c JOIN agent a ON a.id = c.agent_id
             WHERE c.id < $1 ORDER BY c.id DESC LIMIT $2",
        )
        .bind(page.after.map_or(i64::MAX, big))
        .bind(page.rows() as i64 + 1)
        .fetch_all(self.readers())
        .await?;
        let rows = rows.into_iter().map(|row| (count(row.id), row.into()));
        Ok(Page::cut(rows.collect(), page, |(id, _)| *id))
    }

    /// A9: a withheld number is nobody's.
    fn conflict_key(&self, number: &str) -> Result<String> {
        let key = self.plan().key(number).key;
        if Caller::new(&key, None).is_withheld() {
            let why = "a withheld number is nobody's: nobody can be kept apart from it";
            return Err(StoreError::Setting(why.to_owned()));
        }
        Ok(key)
    }
}

async fn put(
    conn: &mut Connection,
    key: &str,
    agent: AgentId,
    new: &NewConflict,
    now: Timestamp,
) -> Result<()> {
    // What stands there already can be changed, however full the list is.
    let (all, of_number): (i64, i64) = sqlx::query_as(
        "SELECT COUNT(*), COUNT(CASE WHEN number_key = $1 THEN 1 END) FROM conflict
         WHERE NOT (number_key = $1 AND agent_id = $2)",
    )
    .bind(key)
    .bind(big(agent.get()))
    .fetch_one(&mut *conn)
    .await?;
    if all >= CONFLICTS_MAX || of_number >= APART_MAX as i64 {
        let why = format!(
            "at most {CONFLICTS_MAX} conflicts, and {APART_MAX} of one number: take some back"
        );
        return Err(StoreError::Setting(why));
    }
    sqlx::query(
        "INSERT INTO conflict (number_key, agent_id, reason, owner, since, until) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (number_key, agent_id) DO UPDATE
         SET reason = excluded.reason, owner = excluded.owner, until = excluded.until",
    )
    .bind(key)
    .bind(big(agent.get()))
    .bind(&new.reason)
    .bind(&new.owner)
    .bind(now.as_ms())
    .bind(new.until.map(Timestamp::as_ms))
    .execute(conn)
    .await?;
    Ok(())
}

async fn one(conn: &mut Connection, key: &str, agent: AgentId) -> Result<Option<Conflict>> {
    let row: Option<Row> = sqlx::query_as(
        "SELECT c.*, a.login FROM conflict c JOIN agent a ON a.id = c.agent_id
         WHERE c.number_key = $1 AND c.agent_id = $2",
    )
    .bind(key)
    .bind(big(agent.get()))
    .fetch_optional(conn)
    .await?;
    Ok(row.map(Conflict::from))
}

#[derive(FromRow)]
struct Row {
    id: i64,
    number_key: String,
    agent_id: i64,
    login: String,
    reason: String,
    owner: String,
    since: i64,
    until: Option<i64>,
}

impl From<Row> for Conflict {
    fn from(row: Row) -> Self {
        Self {
            number: row.number_key,
            agent: AgentId::new(count(row.agent_id)),
            login: row.login,
            reason: row.reason,
            owner: row.owner,
            since: Timestamp::from_ms(row.since),
            until: row.until.map(Timestamp::from_ms),
        }
    }
}
