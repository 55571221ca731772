//! Canned replies (C18): personal ones, those of a group, those of the house. One that is removed stands in the audit log alone.

use std::collections::{BTreeMap, BTreeSet};

use knowledge::{Language, Reply, ReplyFault, Shelf, Wording};
use model::{AgentId, ReplyId, Timestamp};
use sqlx::FromRow;
use ticket::Actor;

use crate::Database;
use crate::audit::{Act, audit};
use crate::column::{big, count, json_value};
use crate::database::{Connection, Statement};
use crate::error::{Result, StoreError};
use crate::page::{Page, PageRequest};
use crate::term;

/// Most replies of a shelf.
const SHELF_MAX: u64 = 1_000;
/// Longest question, in characters.
const QUESTION_CHARS_MAX: usize = 120;

/// Which replies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReplyFilter {
    /// Of this shelf alone.
    pub shelf: Option<Shelf>,
    /// Of this category.
    pub category: Option<String>,
    /// A name in characters, pinyin or initials.
    pub text: Option<String>,
}

/// Who asks for replies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplyReader {
    /// Who.
    pub agent: AgentId,
    /// The groups whose replies he reads; `None`: those of all.
    pub groups: Option<BTreeSet<String>>,
}

impl ReplyReader {
    /// Whether a shelf is there for him.
    pub fn may_read(&self, shelf: &Shelf) -> bool {
        match shelf {
            Shelf::Personal(agent) => *agent == self.agent,
            Shelf::Group(name) => self
                .groups
                .as_ref()
                .is_none_or(|groups| groups.contains(name)),
            Shelf::House => true,
        }
    }

    /// The same for lists.
    fn narrow(&self, query: &mut Statement) {
        query
            .push(" AND (r.shelf = 'house' OR r.agent_id = ")
            .push_bind(big(self.agent.get()));
        match &self.groups {
            None => {
                query.push(" OR r.shelf = 'group'");
            }
            Some(groups) => {
                for group in groups {
                    query.push(" OR r.work_group = ").push_bind(group.as_str());
                }
            }
        }
        query.push(")");
    }
}

#[derive(FromRow)]
struct Row {
    id: i64,
    shelf: String,
    agent_id: Option<i64>,
    work_group: Option<String>,
    name: String,
    category: Option<String>,
    used: i64,
    used_at: Option<i64>,
    created_at: i64,
    updated_at: i64,
    version: i64,
}

const COLUMNS: &str = "SELECT r.id, r.shelf, r.agent_id, r.work_group, r.name, r.category, r.used, r.used_at, r.created_at, r.updated_at,
   r.version FROM reply r WHERE ";

impl Row {
    async fn read(self, conn: &mut Connection) -> Result<Reply> {
        let shelf = match (self.shelf.as_str(), self.agent_id, self.work_group) {
            ("personal", Some(agent), None) => Shelf::Personal(AgentId::new(count(agent))),
            ("group", None, Some(group)) => Shelf::Group(group),
            ("house", None, None) => Shelf::House,
            (other, _, _) => return Err(StoreError::damaged("reply", format!("shelf {other}"))),
        };
        let rows: Vec<(String, String)> =
            sqlx::query_as("SELECT language, body FROM reply_text WHERE reply_id = $1")
                .bind(self.id)
                .fetch_all(conn)
                .await?;
        let text = |(language, body): (String, String)| {
            let language = language.parse::<Language>();
            Ok((
                language.map_err(|why| StoreError::damaged("reply", why))?,
                body,
            ))
        };
        let texts: Result<BTreeMap<Language, String>> = rows.into_iter().map(text).collect();
        Ok(Reply {
            id: ReplyId::new(count(self.id)),
            shelf,
            wording: Wording {
                name: self.name,
                texts: texts?,
                category: self.category,
            },
            used: count(self.used),
            used_at: self.used_at.map(Timestamp::from_ms),
            created_at: Timestamp::from_ms(self.created_at),
            updated_at: Timestamp::from_ms(self.updated_at),
            version: count(self.version),
        })
    }
}

impl Database {
    /// Puts a reply on a shelf. [`ReplyFault`] where it cannot stand.
    pub async fn add_reply(
        &self,
        shelf: Shelf,
        wording: Wording,
        by: AgentId,
        now: Timestamp,
    ) -> Result<Reply> {
        wording.check()?;
        let reply = Reply {
            id: ReplyId::new(self.next_id(now)),
            shelf,
            wording,
            used: 0,
            used_at: None,
            created_at: now,
            updated_at: now,
            version: 1,
        };
        self.write(move |conn| {
            Box::pin(async move {
                check_room(conn, &reply.shelf).await?;
                insert(conn, &reply).await?;
                put_words(conn, &reply).await?;
                tell(conn, "reply.added", (None, Some(&reply)), by, now).await?;
                Ok(reply)
            })
        })
        .await
    }

    /// One reply.
    pub async fn reply(&self, id: ReplyId) -> Result<Option<Reply>> {
        let mut conn = self.readers().acquire().await?;
        one(&mut conn, id).await
    }

    /// Replies that somebody may use, the last made first.
    pub async fn replies(
        &self,
        filter: &ReplyFilter,
        reader: &ReplyReader,
        page: PageRequest,
    ) -> Result<Page<Reply>> {
        let mut query = Statement::new(COLUMNS);
        query.push("1 = 1");
        if let Some(after) = page.after {
            query.push(" AND r.id < ").push_bind(big(after));
        }
        if let Some(shelf) = &filter.shelf {
            let (word, agent, group) = columns(shelf);
            query.push(" AND r.shelf = ").push_bind(word);
            if let Some(agent) = agent {
                query.push(" AND r.agent_id = ").push_bind(agent);
            }
            if let Some(group) = group {
                query.push(" AND r.work_group = ").push_bind(group);
            }
        }
        if let Some(category) = &filter.category {
            query
                .push(" AND r.category = ")
                .push_bind(category.as_str());
        }
        reader.narrow(&mut query);
        if let Some(text) = &filter.text {
            push_text(&mut query, text);
        }
        query
            .push(" ORDER BY r.id DESC LIMIT ")
            .push_bind(page.rows() as i64 + 1);
        let mut conn = self.readers().acquire().await?;
        let rows: Vec<Row> = query.build_query_as().fetch_all(&mut *conn).await?;
        let found = Page::cut(rows, page, |row| count(row.id));
        let mut items = Vec::with_capacity(found.items.len());
        for row in found.items {
            items.push(row.read(&mut conn).await?);
        }
        Ok(Page {
            items,
            next: found.next,
        })
    }

    /// Says a reply otherwise. `NotFound`, `Conflict` unless `version` is current, or [`ReplyFault`].
    pub async fn change_reply(
        &self,
        id: ReplyId,
        version: u64,
        wording: Wording,
        by: AgentId,
        now: Timestamp,
    ) -> Result<Reply> {
        wording.check()?;
        self.write(move |conn| {
            Box::pin(async move {
                let before = standing(conn, id, version).await?;
                if before.wording == wording {
                    return Ok(before);
                }
                let after = Reply {
                    wording,
                    updated_at: now,
                    version: before.version + 1,
                    ..before.clone()
                };
                sqlx::query("UPDATE reply SET name = $2, category = $3, updated_at = $4, version = $5 WHERE id = $1")
                    .bind(big(id.get()))
                    .bind(&after.wording.name)
                    .bind(&after.wording.category)
                    .bind(now.as_ms())
                    .bind(big(after.version))
                    .execute(&mut *conn)
                    .await?;
                put_words(conn, &after).await?;
                tell(conn, "reply.changed", (Some(&before), Some(&after)), by, now).await?;
                Ok(after)
            })
        })
        .await
    }

    /// Takes a reply off its shelf. `NotFound`, or `Conflict` unless `version` is current.
    pub async fn remove_reply(
        &self,
        id: ReplyId,
        version: u64,
        by: AgentId,
        now: Timestamp,
    ) -> Result<()> {
        self.write(move |conn| {
            Box::pin(async move {
                let before = standing(conn, id, version).await?;
                clear_words(conn, id).await?;
                sqlx::query("DELETE FROM reply WHERE id = $1")
                    .bind(big(id.get()))
                    .execute(&mut *conn)
                    .await?;
                tell(conn, "reply.removed", (Some(&before), None), by, now).await
            })
        })
        .await
    }

    /// A reply was used. `NotFound` where it was removed meanwhile.
    pub async fn count_reply(&self, id: ReplyId, now: Timestamp) -> Result<()> {
        self.write(move |conn| {
            Box::pin(async move {
                let done =
                    sqlx::query("UPDATE reply SET used = used + 1, used_at = $2 WHERE id = $1")
                        .bind(big(id.get()))
                        .bind(now.as_ms())
                        .execute(conn)
                        .await?;
                match done.rows_affected() {
                    0 => Err(StoreError::NotFound("reply")),
                    _ => Ok(()),
                }
            })
        })
        .await
    }
}

/// A shelf as its columns say it.
fn columns(shelf: &Shelf) -> (&'static str, Option<i64>, Option<&str>) {
    match shelf {
        Shelf::Personal(agent) => ("personal", Some(big(agent.get())), None),
        Shelf::Group(group) => ("group", None, Some(group)),
        Shelf::House => ("house", None, None),
    }
}

async fn check_room(conn: &mut Connection, shelf: &Shelf) -> Result<()> {
    let (word, agent, group) = columns(shelf);
    let (many,): (i64,) = sqlx::query_as(
        "SELECT COUNT(*) FROM reply WHERE shelf = $1 AND COALESCE(agent_id, 0) = $2 AND COALESCE(work_group, '') = $3",
    )
    .bind(word)
    .bind(agent.unwrap_or_default())
    .bind(group.unwrap_or_default())
    .fetch_one(conn)
    .await?;
    if count(many) >= SHELF_MAX {
        return Err(ReplyFault::Full(SHELF_MAX).into());
    }
    Ok(())
}

async fn one(conn: &mut Connection, id: ReplyId) -> Result<Option<Reply>> {
    let mut query = Statement::new(COLUMNS);
    query.push("r.id = ").push_bind(big(id.get()));
    let row: Option<Row> = query.build_query_as().fetch_optional(&mut *conn).await?;
    match row {
        Some(row) => row.read(conn).await.map(Some),
        None => Ok(None),
    }
}

async fn standing(conn: &mut Connection, id: ReplyId, version: u64) -> Result<Reply> {
    let found = one(conn, id).await?.ok_or(StoreError::NotFound("reply"))?;
    if found.version != version {
        return Err(StoreError::Conflict {
            what: "reply",
            current: found.version,
        });
    }
    Ok(found)
}

async fn insert(conn: &mut Connection, reply: &Reply) -> Result<()> {
    let (word, agent, group) = columns(&reply.shelf);
    sqlx::query(
        "INSERT INTO reply (id, shelf, agent_id, work_group, name, category, created_at, updated_at, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(big(reply.id.get()))
    .bind(word)
    .bind(agent)
    .bind(group)
    .bind(&reply.wording.name)
    .bind(&reply.wording.category)
    .bind(reply.created_at.as_ms())
    .bind(reply.updated_at.as_ms())
    .bind(big(reply.version))
    .execute(conn)
    .await?;
    Ok(())
}

/// Texts, and what the name is found by.
async fn put_words(conn: &mut Connection, reply: &Reply) -> Result<()> {
    clear_words(conn, reply.id).await?;
    for (language, body) in &reply.wording.texts {
        sqlx::query("INSERT INTO reply_text (reply_id, language, body) VALUES ($1, $2, $3)")
            .bind(big(reply.id.get()))
            .bind(language.tag())
            .bind(body)
            .execute(&mut *conn)
            .await?;
    }
    for term in term::of_title(&reply.wording.name) {
        sqlx::query("INSERT INTO reply_term (term, reply_id) VALUES ($1, $2)")
            .bind(term)
            .bind(big(reply.id.get()))
            .execute(&mut *conn)
            .await?;
    }
    Ok(())
}

async fn clear_words(conn: &mut Connection, id: ReplyId) -> Result<()> {
    for text in [
        "DELETE FROM reply_text WHERE reply_id = $1",
        "DELETE FROM reply_term WHERE reply_id = $1",
    ] {
        sqlx::query(text)
            .bind(big(id.get()))
            .execute(&mut *conn)
            .await?;
    }
    Ok(())
}

/// Replies whose names hold all terms of a question; one without a letter finds nothing.
fn push_text(query: &mut Statement, text: &str) {
    let text: String = text.trim().chars().take(QUESTION_CHARS_MAX).collect();
    let asked = term::of_question(&text);
    if asked.is_empty() {
        query.push(" AND 1 = 0");
    }
    for asked in asked {
        query.push(" AND EXISTS (SELECT 1 FROM reply_term t WHERE t.reply_id = r.id AND ");
        asked.push(query);
        query.push(")");
    }
}

async fn tell(
    conn: &mut Connection,
    action: &str,
    (before, after): (Option<&Reply>, Option<&Reply>),
    by: AgentId,
    now: Timestamp,
) -> Result<()> {
    let told = |reply: Option<&Reply>| reply.map(|it| json_value("reply", it)).transpose();
    let about = after.or(before).map(|reply| reply.id.to_string());
    let act = Act {
        action,
        entity: "reply",
        entity_id: about.unwrap_or_default(),
        before: told(before)?,
        after: told(after)?,
    };
    audit(conn, now, Actor::Agent(by), act).await
}
