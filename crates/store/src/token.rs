//! Bearer tokens of programs: a name, the agent for whom one acts, its scopes, its end, and when it was last used.
//!
//! The token is shown once, when it is made; the store keeps its hash, as of sessions. Making one and taking one back each leave a row
//! in the audit log, in which neither token nor hash stands. A token never does more than its agent may: scopes only narrow that.

mod scope;

use model::{AgentId, Timestamp};
use serde_json::json;
use sqlx::FromRow;
use ticket::Actor;

pub use scope::{Scope, Scopes, UnknownScope};

use crate::Database;
use crate::audit::{Act, audit};
use crate::column::{big, count};
use crate::database::Connection;
use crate::error::{Result, StoreError};
use crate::secret::Secret;
use crate::session::{TOKEN_BYTES_MAX, hash_of, random_token};

/// Longest name.
const NAME_CHARS_MAX: usize = 80;
/// Most tokens.
const TOKENS_MAX: i64 = 200;
/// How often it is written down that a token is in use.
const NOTED_EVERY_MS: u64 = 60_000;

/// A token as somebody wants it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewApiToken {
    /// Its name, unique, 1 to 80 characters.
    pub name: String,
    /// For whom it acts.
    pub agent: AgentId,
    /// What it may do of what he may.
    pub scopes: Scopes,
    /// When it ends; `None` for never.
    pub expires_at: Option<Timestamp>,
}

/// A bearer token, without the token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiToken {
    /// Its name, unique.
    pub name: String,
    /// For whom it acts.
    pub agent: AgentId,
    /// What it may do of what he may.
    pub scopes: Scopes,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends; `None` for never.
    pub expires_at: Option<Timestamp>,
    /// When it was last used, to the minute; `None` for never.
    pub last_used_at: Option<Timestamp>,
}

impl ApiToken {
    /// Whether it is in use and that has not been written down for a minute.
    pub fn is_to_be_noted(&self, now: Timestamp) -> bool {
        self.last_used_at
            .is_none_or(|last| now.ms_since(last) >= NOTED_EVERY_MS)
    }
}

impl Database {
    /// Makes a bearer token. `Taken` if the name is. The only time that the token is seen.
    pub async fn create_api_token(
        &self,
        new: NewApiToken,
        by: Actor,
        now: Timestamp,
    ) -> Result<(Secret<String>, ApiToken)> {
        checked(&new, now)?;
        let token = random_token()?;
        let hash = hash_of(token.expose());
        let made = self
            .write(move |conn| {
                Box::pin(async move {
                    let made = insert(conn, &hash, new, now).await?;
                    note(conn, "token.made", (None, Some(&made)), by, now).await?;
                    Ok(made)
                })
            })
            .await?;
        Ok((token, made))
    }

    /// The bearer token, unless it has ended or its agent may not sign in.
    pub async fn api_token(&self, token: &str, now: Timestamp) -> Result<Option<ApiToken>> {
        if token.len() > TOKEN_BYTES_MAX {
            return Ok(None);
        }
        let row: Option<Row> = sqlx::query_as(
            "SELECT t.name, t.agent_id, t.scopes, t.created_at, t.expires_at, t.last_used_at
             FROM api_token t JOIN agent a ON a.id = t.agent_id
             WHERE t.token_sha256 = $1 AND (t.expires_at IS NULL OR t.expires_at > $2) AND a.is_active = 1",
        )
        .bind(hash_of(token))
        .bind(now.as_ms())
        .fetch_optional(self.readers())
        .await?;
        Ok(row.map(Row::read))
    }

    /// All bearer tokens by name.
    pub async fn api_tokens(&self) -> Result<Vec<ApiToken>> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT name, agent_id, scopes, created_at, expires_at, last_used_at FROM api_token ORDER BY name",
        )
        .fetch_all(self.readers())
        .await?;
        Ok(rows.into_iter().map(Row::read).collect())
    }

    /// Notes that a token is in use, unless that stands there for less than a minute.
    pub async fn note_token_use(&self, name: &str, now: Timestamp) -> Result<()> {
        let name = name.to_owned();
        let lately = now.as_ms().saturating_sub(big(NOTED_EVERY_MS));
        self.write(move |conn| {
            Box::pin(async move {
                sqlx::query("UPDATE api_token SET last_used_at = $2 WHERE name = $1 AND (last_used_at IS NULL OR last_used_at <= $3)")
                    .bind(name)
                    .bind(now.as_ms())
                    .bind(lately)
                    .execute(conn)
                    .await?;
                Ok(())
            })
        })
        .await
    }

    /// Takes a bearer token back.
    pub async fn delete_api_token(&self, name: &str, by: Actor, now: Timestamp) -> Result<()> {
        let name = name.to_owned();
        self.write(move |conn| {
            Box::pin(async move {
                let row: Option<Row> = sqlx::query_as(
                    "DELETE FROM api_token WHERE name = $1
                     RETURNING name, agent_id, scopes, created_at, expires_at, last_used_at",
                )
                .bind(name)
                .fetch_optional(&mut *conn)
                .await?;
                let gone = row.map(Row::read).ok_or(StoreError::NotFound("token"))?;
                note(conn, "token.revoked", (Some(&gone), None), by, now).await
            })
        })
        .await
    }
}

/// Removes those that have ended; gives how many.
pub(crate) async fn purge(conn: &mut Connection, now: Timestamp) -> Result<u64> {
    let removed = sqlx::query("DELETE FROM api_token WHERE expires_at <= $1")
        .bind(now.as_ms())
        .execute(conn)
        .await?;
    Ok(removed.rows_affected())
}

fn checked(new: &NewApiToken, now: Timestamp) -> Result<()> {
    let is_named = !new.name.trim().is_empty() && new.name.chars().nth(NAME_CHARS_MAX).is_none();
    let why = if !is_named || new.name.chars().any(char::is_control) {
        format!("name: a token's name has 1 to {NAME_CHARS_MAX} characters")
    } else if new.scopes.is_nothing() {
        "scopes: a token without a scope may do nothing: name at least one".to_owned()
    } else if new.expires_at.is_some_and(|end| end <= now) {
        "expires_at: that moment is past".to_owned()
    } else {
        return Ok(());
    };
    Err(StoreError::Setting(why))
}

async fn insert(
    conn: &mut Connection,
    hash: &str,
    new: NewApiToken,
    now: Timestamp,
) -> Result<ApiToken> {
    let (all,): (i64,) = sqlx::query_as("SELECT COUNT(*) FROM api_token")
        .fetch_one(&mut *conn)
        .await?;
    if all >= TOKENS_MAX {
        let why = format!("at most {TOKENS_MAX} tokens: take one back");
        return Err(StoreError::Setting(why));
    }
    sqlx::query(
        "INSERT INTO api_token (token_sha256, name, agent_id, scopes, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(hash)
    .bind(&new.name)
    .bind(big(new.agent.get()))
    .bind(new.scopes.to_string())
    .bind(now.as_ms())
    .bind(new.expires_at.map(Timestamp::as_ms))
    .execute(conn)
    .await
    .map_err(|error| StoreError::or_taken(error, "token name"))?;
    Ok(ApiToken {
        name: new.name,
        agent: new.agent,
        scopes: new.scopes,
        created_at: now,
        expires_at: new.expires_at,
        last_used_at: None,
    })
}

async fn note(
    conn: &mut Connection,
    action: &str,
    (before, after): (Option<&ApiToken>, Option<&ApiToken>),
    by: Actor,
    now: Timestamp,
) -> Result<()> {
    let told = |it: &ApiToken| json!({ "agent": it.agent, "scopes": it.scopes.to_string(), "expires_at": it.expires_at });
    let act = Act {
        action,
        entity: "token",
        entity_id: before
            .or(after)
            .map(|it| it.name.clone())
            .unwrap_or_default(),
        before: before.map(told),
        after: after.map(told),
    };
    audit(conn, now, by, act).await
}

#[derive(FromRow)]
struct Row {
    name: String,
    agent_id: i64,
    scopes: String,
    created_at: i64,
    expires_at: Option<i64>,
    last_used_at: Option<i64>,
}

impl Row {
    fn read(self) -> ApiToken {
        ApiToken {
            name: self.name,
            agent: AgentId::new(count(self.agent_id)),
            scopes: Scopes::kept(&self.scopes),
            created_at: Timestamp::from_ms(self.created_at),
            expires_at: self.expires_at.map(Timestamp::from_ms),
            last_used_at: self.last_used_at.map(Timestamp::from_ms),
        }
    }
}
