//! How an article stands in its rows: one of its own, one for each version, one for each text.

use std::collections::{BTreeMap, BTreeSet};

use knowledge::{Article, ArticleFault, Content, Text, Version};
use model::{AgentId, ArticleId, TicketId, Timestamp};
use sqlx::FromRow;

use crate::column::{big, count};
use crate::database::Connection;
use crate::error::{Result, StoreError};
use crate::term;

#[derive(FromRow)]
struct Row {
    writer_id: i64,
    source_ticket_id: Option<i64>,
    newest: i64,
    live: Option<i64>,
    created_at: i64,
    updated_at: i64,
    version: i64,
}

#[derive(FromRow)]
struct VersionRow {
    number: i64,
    status: String,
    visibility: String,
    category: Option<String>,
    clip: Option<i64>,
    reviewer_id: Option<i64>,
    note: Option<String>,
    at: i64,
}

fn damaged(why: ArticleFault) -> StoreError {
    StoreError::damaged("article", why)
}

/// One article with the versions that it stands by.
pub(super) async fn article(conn: &mut Connection, id: ArticleId) -> Result<Option<Article>> {
    let row: Option<Row> = sqlx::query_as(
        "SELECT writer_id, source_ticket_id, newest, live, created_at, updated_at, version FROM article WHERE id = $1",
    )
    .bind(big(id.get()))
    .fetch_optional(&mut *conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let newest = version(conn, id, row.newest).await?;
    let former = match row.live.filter(|live| *live != row.newest) {
        Some(live) => version(conn, id, live).await?,
        None => None,
    };
    Ok(Some(Article {
        id,
        writer: AgentId::new(count(row.writer_id)),
        source: row.source_ticket_id.map(|id| TicketId::new(count(id))),
        newest: newest.ok_or_else(|| StoreError::damaged("article", "it has no version"))?,
        former,
        created_at: Timestamp::from_ms(row.created_at),
        updated_at: Timestamp::from_ms(row.updated_at),
        version: count(row.version),
    }))
}

/// One that must be there, in this version.
pub(super) async fn standing(
    conn: &mut Connection,
    id: ArticleId,
    version: u64,
) -> Result<Article> {
    let found = article(conn, id).await?;
    let found = found.ok_or(StoreError::NotFound("article"))?;
    if found.version != version {
        return Err(StoreError::Conflict {
            what: "article",
            current: found.version,
        });
    }
    Ok(found)
}

/// Its versions, the newest first.
pub(super) async fn versions(
    conn: &mut Connection,
    id: ArticleId,
    most: i64,
) -> Result<Vec<Version>> {
    let numbers: Vec<(i64,)> = sqlx::query_as(
        "SELECT number FROM article_version WHERE article_id = $1 ORDER BY number DESC LIMIT $2",
    )
    .bind(big(id.get()))
    .bind(most)
    .fetch_all(&mut *conn)
    .await?;
    let mut versions = Vec::with_capacity(numbers.len());
    for (number,) in numbers {
        versions.extend(version(conn, id, number).await?);
    }
    Ok(versions)
}

/// One version.
pub(super) async fn version(
    conn: &mut Connection,
    id: ArticleId,
    number: i64,
) -> Result<Option<Version>> {
    let row: Option<VersionRow> = sqlx::query_as(
        "SELECT number, status, visibility, category, clip, reviewer_id, note, at FROM article_version
         WHERE article_id = $1 AND number = $2",
    )
    .bind(big(id.get()))
    .bind(number)
    .fetch_optional(&mut *conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Version {
        number: narrow(row.number),
        status: row.status.parse().map_err(damaged)?,
        content: Content {
            texts: texts(conn, id, number).await?,
            visibility: row.visibility.parse().map_err(damaged)?,
            category: row.category,
            clip: row.clip.map(narrow),
        },
        writers: writers(conn, id, number).await?,
        reviewer: row.reviewer_id.map(|id| AgentId::new(count(id))),
        note: row.note,
        at: Timestamp::from_ms(row.at),
    }))
}

/// Numbers of versions and clips were 32 bits when they were written.
fn narrow(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

async fn texts(
    conn: &mut Connection,
    id: ArticleId,
    number: i64,
) -> Result<BTreeMap<knowledge::Language, Text>> {
    let rows: Vec<(String, String, String)> = sqlx::query_as(
        "SELECT language, title, body FROM article_text WHERE article_id = $1 AND number = $2",
    )
    .bind(big(id.get()))
    .bind(number)
    .fetch_all(conn)
    .await?;
    let text = |(language, title, body): (String, String, String)| {
        Ok((language.parse().map_err(damaged)?, Text { title, body }))
    };
    rows.into_iter().map(text).collect()
}

async fn writers(conn: &mut Connection, id: ArticleId, number: i64) -> Result<BTreeSet<AgentId>> {
    let rows: Vec<(i64,)> =
        sqlx::query_as("SELECT agent_id FROM article_writer WHERE article_id = $1 AND number = $2")
            .bind(big(id.get()))
            .bind(number)
            .fetch_all(conn)
            .await?;
    Ok(rows
        .into_iter()
        .map(|(id,)| AgentId::new(count(id)))
        .collect())
}

/// Writes an article, its newest version, the one that is live beside it, and one that `ended`.
pub(super) async fn put(
    conn: &mut Connection,
    article: &Article,
    ended: Option<&Version>,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO article (id, writer_id, source_ticket_id, newest, live, created_at, updated_at, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (id) DO UPDATE SET newest = excluded.newest, live = excluded.live, updated_at = excluded.updated_at,
           version = excluded.version",
    )
    .bind(big(article.id.get()))
    .bind(big(article.writer.get()))
    .bind(article.source.map(|id| big(id.get())))
    .bind(i64::from(article.newest.number))
    .bind(article.live().map(|live| i64::from(live.number)))
    .bind(article.created_at.as_ms())
    .bind(article.updated_at.as_ms())
    .bind(big(article.version))
    .execute(&mut *conn)
    .await?;
    for version in ended
        .into_iter()
        .chain(&article.former)
        .chain([&article.newest])
    {
        put_version(conn, article.id, version).await?;
    }
    put_terms(conn, article).await
}

async fn put_version(conn: &mut Connection, id: ArticleId, version: &Version) -> Result<()> {
    let content = &version.content;
    sqlx::query(
        "INSERT INTO article_version (article_id, number, status, visibility, category, clip, reviewer_id, note, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT (article_id, number) DO UPDATE SET status = excluded.status, visibility = excluded.visibility,
           category = excluded.category, clip = excluded.clip, reviewer_id = excluded.reviewer_id, note = excluded.note, at = excluded.at",
    )
    .bind(big(id.get()))
    .bind(i64::from(version.number))
    .bind(version.status.word())
    .bind(content.visibility.word())
    .bind(&content.category)
    .bind(content.clip.map(i64::from))
    .bind(version.reviewer.map(|id| big(id.get())))
    .bind(&version.note)
    .bind(version.at.as_ms())
    .execute(&mut *conn)
    .await?;
    sqlx::query("DELETE FROM article_text WHERE article_id = $1 AND number = $2")
        .bind(big(id.get()))
        .bind(i64::from(version.number))
        .execute(&mut *conn)
        .await?;
    for (language, text) in &content.texts {
        sqlx::query(
            "INSERT INTO article_text (article_id, number, language, title, body) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(big(id.get()))
        .bind(i64::from(version.number))
        .bind(language.tag())
        .bind(&text.title)
        .bind(&text.body)
        .execute(&mut *conn)
        .await?;
    }
    for writer in &version.writers {
        sqlx::query(
            "INSERT INTO article_writer (article_id, number, agent_id) VALUES ($1, $2, $3)
             ON CONFLICT (article_id, number, agent_id) DO NOTHING",
        )
        .bind(big(id.get()))
        .bind(i64::from(version.number))
        .bind(big(writer.get()))
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}

async fn put_terms(conn: &mut Connection, article: &Article) -> Result<()> {
    sqlx::query("DELETE FROM article_term WHERE article_id = $1")
        .bind(big(article.id.get()))
        .execute(&mut *conn)
        .await?;
    for version in article.former.iter().chain([&article.newest]) {
        let titles = version.content.texts.values().map(|text| &text.title);
        let terms: BTreeSet<String> = titles.flat_map(|title| term::of_title(title)).collect();
        for term in terms {
            sqlx::query("INSERT INTO article_term (term, article_id, number) VALUES ($1, $2, $3)")
                .bind(term)
                .bind(big(article.id.get()))
                .bind(i64::from(version.number))
                .execute(&mut *conn)
                .await?;
        }
    }
    Ok(())
}
