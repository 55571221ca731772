//! Of what use an article was: what its readers say, each once, and the tickets that it solved.

use knowledge::{By, Status};
use model::{AgentId, ArticleId, TicketId, Timestamp};
use serde_json::json;
use ticket::Actor;

use super::{must_stand, row};
use crate::Database;
use crate::audit::{Act, audit};
use crate::column::{big, count};
use crate::database::Connection;
use crate::error::{Result, StoreError};
use crate::page::{Page, PageRequest};

/// Most articles that solved one ticket.
const USES_MAX: i64 = 20;

/// Of what use an article was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usefulness {
    /// Those to whom it was of use.
    pub useful: u64,
    /// Those to whom it was not.
    pub useless: u64,
    /// The tickets that name it.
    pub used: u64,
}

/// A ticket that names an article as what solved it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UsedIn {
    /// The ticket.
    pub ticket: TicketId,
    /// The article.
    pub article: ArticleId,
    /// Who said so.
    pub agent: AgentId,
    /// When.
    pub at: Timestamp,
}

/// What stands about an article.
pub(super) async fn of(conn: &mut Connection, id: ArticleId) -> Result<Usefulness> {
    let (useful, useless, used): (i64, i64, i64) = sqlx::query_as(
        "SELECT (SELECT COUNT(*) FROM article_vote WHERE article_id = $1 AND useful = 1),
           (SELECT COUNT(*) FROM article_vote WHERE article_id = $1 AND useful = 0),
           (SELECT COUNT(*) FROM article_use WHERE article_id = $1)",
    )
    .bind(big(id.get()))
    .fetch_one(conn)
    .await?;
    Ok(Usefulness {
        useful: count(useful),
        useless: count(useless),
        used: count(used),
    })
}

impl Database {
    /// Whether an article was of use to somebody; his last word counts.
    pub async fn vote_article(
        &self,
        id: ArticleId,
        agent: AgentId,
        useful: bool,
        now: Timestamp,
    ) -> Result<()> {
        self.write(move |conn| {
            Box::pin(async move {
                must_stand(conn, id).await?;
                sqlx::query(
                    "INSERT INTO article_vote (article_id, agent_id, useful, at) VALUES ($1, $2, $3, $4)
                     ON CONFLICT (article_id, agent_id) DO UPDATE SET useful = excluded.useful, at = excluded.at",
                )
                .bind(big(id.get()))
                .bind(big(agent.get()))
                .bind(i64::from(useful))
                .bind(now.as_ms())
                .execute(&mut *conn)
                .await?;
                let act = about(id, "article.voted", json!({ "useful": useful }));
                audit(conn, now, Actor::Agent(agent), act).await
            })
        })
        .await
    }

    /// A ticket names the article that solved it: one that is live. Said twice it stands as it was said first. `Taken` when it names as
    /// many as a ticket may.
    pub async fn use_article(
        &self,
        id: ArticleId,
        ticket: TicketId,
        by: By,
        now: Timestamp,
    ) -> Result<()> {
        self.write(move |conn| {
            Box::pin(async move {
                let article = row::article(conn, id).await?;
                let live = article.as_ref().and_then(|article| article.live());
                live.filter(|live| live.status == Status::Published)
                    .ok_or(StoreError::NotFound("article"))?;
                let (named,): (i64,) = sqlx::query_as(
                    "SELECT COUNT(*) FROM article_use WHERE ticket_id = $1 AND article_id <> $2",
                )
                .bind(big(ticket.get()))
                .bind(big(id.get()))
                .fetch_one(&mut *conn)
                .await?;
                if named >= USES_MAX {
                    return Err(StoreError::Taken("place for another article"));
                }
                let done = sqlx::query(
                    "INSERT INTO article_use (ticket_id, article_id, agent_id, at) VALUES ($1, $2, $3, $4)
                     ON CONFLICT (ticket_id, article_id) DO NOTHING",
                )
                .bind(big(ticket.get()))
                .bind(big(id.get()))
                .bind(big(by.agent.get()))
                .bind(now.as_ms())
                .execute(&mut *conn)
                .await?;
                if done.rows_affected() == 0 {
                    return Ok(());
                }
                let act = about(id, "article.used", json!({ "ticket": ticket }));
                audit(conn, now, Actor::Agent(by.agent), act).await
            })
        })
        .await
    }

    /// It did not solve that ticket after all. `NotFound` where it was not said.
    pub async fn unuse_article(
        &self,
        id: ArticleId,
        ticket: TicketId,
        by: By,
        now: Timestamp,
    ) -> Result<()> {
        self.write(move |conn| {
            Box::pin(async move {
                let done =
                    sqlx::query("DELETE FROM article_use WHERE ticket_id = $1 AND article_id = $2")
                        .bind(big(ticket.get()))
                        .bind(big(id.get()))
                        .execute(&mut *conn)
                        .await?;
                if done.rows_affected() == 0 {
                    return Err(StoreError::NotFound("article"));
                }
                let act = about(id, "article.unused", json!({ "ticket": ticket }));
                audit(conn, now, Actor::Agent(by.agent), act).await
            })
        })
        .await
    }

    /// The articles that a ticket names, the first named first.
    pub async fn articles_of_ticket(&self, ticket: TicketId) -> Result<Vec<UsedIn>> {
        let rows: Vec<(i64, i64, i64, i64)> = sqlx::query_as(
            "SELECT ticket_id, article_id, agent_id, at FROM article_use WHERE ticket_id = $1 ORDER BY at, article_id",
        )
        .bind(big(ticket.get()))
        .fetch_all(self.readers())
        .await?;
        Ok(rows.into_iter().map(used_in).collect())
    }

    /// The tickets that name an article, the newest ticket first.
    pub async fn tickets_of_article(
        &self,
        id: ArticleId,
        page: PageRequest,
    ) -> Result<Page<UsedIn>> {
        let rows: Vec<(i64, i64, i64, i64)> = sqlx::query_as(
            "SELECT ticket_id, article_id, agent_id, at FROM article_use WHERE article_id = $1 AND ticket_id < $2
             ORDER BY ticket_id DESC LIMIT $3",
        )
        .bind(big(id.get()))
        .bind(page.after.map_or(i64::MAX, big))
        .bind(page.rows() as i64 + 1)
        .fetch_all(self.readers())
        .await?;
        let rows = rows.into_iter().map(used_in).collect();
        Ok(Page::cut(rows, page, |it: &UsedIn| it.ticket.get()))
    }
}

fn used_in((ticket, article, agent, at): (i64, i64, i64, i64)) -> UsedIn {
    UsedIn {
        ticket: TicketId::new(count(ticket)),
        article: ArticleId::new(count(article)),
        agent: AgentId::new(count(agent)),
        at: Timestamp::from_ms(at),
    }
}

fn about(id: ArticleId, action: &'static str, after: serde_json::Value) -> Act<'static> {
    Act {
        action,
        entity: "article",
        entity_id: id.to_string(),
        before: None,
        after: Some(after),
    }
}
