//! Who is signed in: sessions of the pages. Bearer tokens of programs ([`crate::token`]) are made and kept in the same way.
//!
//! A token is 256 random bits that only its holder knows; the store keeps the SHA-256, so a stolen database signs nobody
//! in (equality of hashes needs no constant time). The CSRF token follows from the session's token and is kept nowhere.

use std::time::Duration;

use model::{AgentId, Timestamp};
use sha2::{Digest, Sha256};

use crate::Database;
use crate::column::{big, count, text_of};
use crate::error::{Result, StoreError};
use crate::secret::Secret;
use crate::token;

/// Longest text that is looked up as a token.
pub(crate) const TOKEN_BYTES_MAX: usize = 128;

/// A session that was just made; the only time that its token is seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuedSession {
    /// For the cookie.
    pub token: Secret<String>,
    /// For the page.
    pub csrf: Secret<String>,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// A session that was found by its token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Who signed in.
    pub agent: AgentId,
    /// What a request that changes something must show.
    pub csrf: Secret<String>,
    /// When it ends.
    pub expires_at: Timestamp,
}

impl Database {
    /// Begins a session that ends after `lasts` at the latest.
    pub async fn create_session(
        &self,
        agent: AgentId,
        now: Timestamp,
        lasts: Duration,
    ) -> Result<IssuedSession> {
        let token = random_token()?;
        let lasts_ms = i64::try_from(lasts.as_millis()).unwrap_or(i64::MAX);
        let expires_at = Timestamp::from_ms(now.as_ms().saturating_add(lasts_ms));
        let hash = hash_of(token.expose());
        self.write(move |conn| {
            Box::pin(async move {
                sqlx::query("INSERT INTO session (token_sha256, agent_id, created_at, expires_at) VALUES ($1, $2, $3, $4)")
                    .bind(hash)
                    .bind(big(agent.get()))
                    .bind(now.as_ms())
                    .bind(expires_at.as_ms())
                    .execute(conn)
                    .await?;
                Ok(())
            })
        })
        .await?;
        let csrf = csrf_of(token.expose());
        Ok(IssuedSession {
            token,
            csrf,
            expires_at,
        })
    }

    /// The session of a token, unless it has ended or its agent may not sign in.
    pub async fn session(&self, token: &str, now: Timestamp) -> Result<Option<Session>> {
        if token.len() > TOKEN_BYTES_MAX {
            return Ok(None);
        }
        let row: Option<(i64, i64)> = sqlx::query_as(
            "SELECT s.agent_id, s.expires_at FROM session s JOIN agent a ON a.id = s.agent_id
             WHERE s.token_sha256 = $1 AND s.expires_at > $2 AND a.is_active = 1",
        )
        .bind(hash_of(token))
        .bind(now.as_ms())
        .fetch_optional(self.readers())
        .await?;
        Ok(row.map(|(agent, expires_at)| Session {
            agent: AgentId::new(count(agent)),
            csrf: csrf_of(token),
            expires_at: Timestamp::from_ms(expires_at),
        }))
    }

    /// Ends a session; it is no error if there is none.
    pub async fn delete_session(&self, token: &str) -> Result<()> {
        let hash = hash_of(token);
        self.write(move |conn| {
            Box::pin(async move {
                sqlx::query("DELETE FROM session WHERE token_sha256 = $1")
                    .bind(hash)
                    .execute(conn)
                    .await?;
                Ok(())
            })
        })
        .await
    }

    /// Removes sessions and bearer tokens that have expired; gives how many.
    pub async fn purge_sessions(&self, now: Timestamp) -> Result<u64> {
        self.write(move |conn| {
            Box::pin(async move {
                let sessions = sqlx::query("DELETE FROM session WHERE expires_at <= $1")
                    .bind(now.as_ms())
                    .execute(&mut *conn)
                    .await?;
                let tokens = token::purge(conn, now).await?;
                Ok(sessions.rows_affected() + tokens)
            })
        })
        .await
    }
}

pub(crate) fn random_token() -> Result<Secret<String>> {
    let mut bits = [0; 32];
    getrandom::fill(&mut bits)
        .map_err(|error| StoreError::Setting(format!("no random numbers: {error}")))?;
    Ok(Secret::new(text_of(&bits)))
}

pub(crate) fn hash_of(token: &str) -> String {
    text_of(&Sha256::digest(token.as_bytes()))
}

/// Bound to the session, worthless for making its token.
fn csrf_of(token: &str) -> Secret<String> {
    let mut hash = Sha256::new();
    hash.update(b"csrf\0");
    hash.update(token.as_bytes());
    Secret::new(text_of(&hash.finalize()))
}
