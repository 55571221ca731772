use crate::Database;
use crate::error::Result;
use crate::secret::Secret;
use model::{AgentId, Timestamp};
use std::time::Duration;

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

/// A bearer token, without the token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiToken {
    /// Its name, unique.
    pub name: String,
    /// For whom it acts.
    pub agent: AgentId,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends; `None` for never.
    pub expires_at: Option<Timestamp>,
}

impl Database {
    /// Begins a session.
    pub async fn create_session(
        &self,
        agent: AgentId,
        now: Timestamp,
        lasts: Duration,
    ) -> Result<IssuedSession> {
        let _ = (agent, now, lasts);
        todo!()
    }
    /// The session of a token, unless it ended or its agent may not sign in.
    pub async fn session(&self, token: &str, now: Timestamp) -> Result<Option<Session>> {
        let _ = (token, now);
        todo!()
    }
    /// Ends a session; it is no error if there is none.
    pub async fn delete_session(&self, token: &str) -> Result<()> {
        let _ = token;
        todo!()
    }
    /// Removes what has expired; gives how many.
    pub async fn purge_sessions(&self, now: Timestamp) -> Result<u64> {
        let _ = now;
        todo!()
    }
    /// Makes a bearer token. `Taken` if the name is.
    pub async fn create_api_token(
        &self,
        name: &str,
        agent: AgentId,
        now: Timestamp,
        expires_at: Option<Timestamp>,
    ) -> Result<Secret<String>> {
        let _ = (name, agent, now, expires_at);
        todo!()
    }
    /// The bearer token, unless it ended or its agent may not sign in.
    pub async fn api_token(&self, token: &str, now: Timestamp) -> Result<Option<ApiToken>> {
        let _ = (token, now);
        todo!()
    }
    /// All bearer tokens by name.
    pub async fn api_tokens(&self) -> Result<Vec<ApiToken>> {
        todo!()
    }
    /// Removes a bearer token.
    pub async fn delete_api_token(&self, name: &str) -> Result<()> {
        let _ = name;
        todo!()
    }
}
