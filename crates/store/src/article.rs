//! Articles of the knowledge base (E7, E8): the rules of the `knowledge` crate, asked and written in one transaction with their row of the
//! audit log.
//!
//! Nothing is deleted: former versions, and those that were given up, stay to be read by who writes and reviews.

use knowledge::{Article, By, Content, Step, Version};
use model::{ArticleId, TicketId, Timestamp};
use serde_json::json;
use ticket::Actor;

use crate::Database;
use crate::audit::{Act, audit};
use crate::column::{big, json_value};
use crate::database::Connection;
use crate::error::{Result, StoreError};

pub use search::{ArticleFilter, Listed};
pub use usefulness::{UsedIn, Usefulness};

mod row;
mod search;
mod source;
mod usefulness;

/// Most versions of an article in an answer.
const VERSIONS_MAX: i64 = 200;

/// An article, and what its readers thought of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArticleRecord {
    /// The article.
    pub article: Article,
    /// Of what use it was.
    pub usefulness: Usefulness,
}

impl Database {
    /// Begins an article as a draft of who asks; `source`: the ticket that it is made of.
    pub async fn add_article(
        &self,
        content: Content,
        source: Option<TicketId>,
        by: By,
        now: Timestamp,
    ) -> Result<Article> {
        let id = ArticleId::new(self.next_id(now));
        let article = Article::begin(id, content, source, by.agent, now)?;
        self.write(move |conn| {
            Box::pin(async move {
                row::put(conn, &article, None).await?;
                tell(conn, "article.begun", None, &article, by, now).await?;
                Ok(article)
            })
        })
        .await
    }

    /// One article.
    pub async fn article(&self, id: ArticleId) -> Result<Option<ArticleRecord>> {
        let mut conn = self.readers().acquire().await?;
        let Some(article) = row::article(&mut conn, id).await? else {
            return Ok(None);
        };
        let usefulness = usefulness::of(&mut conn, id).await?;
        Ok(Some(ArticleRecord {
            article,
            usefulness,
        }))
    }

    /// Its versions, the newest first, at most 200.
    pub async fn article_versions(&self, id: ArticleId) -> Result<Vec<Version>> {
        let mut conn = self.readers().acquire().await?;
        row::versions(&mut conn, id, VERSIONS_MAX).await
    }

    /// Writes on the draft of an article. `NotFound`, `Conflict` unless `version` is current, or [`ArticleFault`].
    pub async fn write_article(
        &self,
        id: ArticleId,
        version: u64,
        content: Content,
        by: By,
        now: Timestamp,
    ) -> Result<Article> {
        self.write(move |conn| {
            Box::pin(async move {
                let before = row::standing(conn, id, version).await?;
                let mut after = before.clone();
                if after.write(content, by, now)? {
                    row::put(conn, &after, None).await?;
                    tell(conn, "article.written", Some(&before), &after, by, now).await?;
                }
                Ok(after)
            })
        })
        .await
    }

    /// Takes a step of the table. What identifies the customer of its ticket keeps an article from being reviewed and published, and so
    /// does a ticket that few may read.
    pub async fn step_article(
        &self,
        id: ArticleId,
        version: u64,
        (step, note): (Step, Option<String>),
        by: By,
        now: Timestamp,
    ) -> Result<Article> {
        self.write(move |conn| {
            Box::pin(async move {
                let before = row::standing(conn, id, version).await?;
                let mut after = before.clone();
                let ended = after.take(step, note, by, now)?;
                source::check(conn, &after, step).await?;
                row::put(conn, &after, ended.as_ref()).await?;
                let action = format!("article.{}", step.word());
                tell(conn, &action, Some(&before), &after, by, now).await?;
                Ok(after)
            })
        })
        .await
    }
}

/// A row of the audit log. A private article's words are its writer's: of it stands there that it was changed.
async fn tell(
    conn: &mut Connection,
    action: &str,
    before: Option<&Article>,
    after: &Article,
    by: By,
    now: Timestamp,
) -> Result<()> {
    let told = |article: &Article| {
        let newest = &article.newest;
        match newest.content.visibility {
            knowledge::Visibility::Private => {
                Ok(json!({ "number": newest.number, "status": newest.status }))
            }
            knowledge::Visibility::Internal | knowledge::Visibility::Public => {
                json_value("article", newest)
            }
        }
    };
    let act = Act {
        action,
        entity: "article",
        entity_id: after.id.to_string(),
        before: before.map(told).transpose()?,
        after: Some(told(after)?),
    };
    audit(conn, now, Actor::Agent(by.agent), act).await
}

/// The article must be there.
async fn must_stand(conn: &mut Connection, id: ArticleId) -> Result<()> {
    let found: Option<(i64,)> = sqlx::query_as("SELECT id FROM article WHERE id = $1")
        .bind(big(id.get()))
        .fetch_optional(conn)
        .await?;
    found.map(|_| ()).ok_or(StoreError::NotFound("article"))
}
