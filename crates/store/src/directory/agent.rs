use crate::Database;
use crate::error::Result;
use crate::secret::Secret;
use model::{AgentId, QueueName, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What a person may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Takes calls.
    Agent,
    /// Watches queues and people.
    Supervisor,
    /// Changes people and configuration.
    Admin,
}

/// An agent as the store keeps him.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentRecord {
    /// His id.
    pub id: AgentId,
    /// User name of his phone and of the page; also the number by which colleagues dial him: `1001`.
    pub login: String,
    /// His name.
    pub name: String,
    /// His language: `zh-CN`, `en-US`.
    pub locale: String,
    /// The queues that he serves, in order.
    pub queues: Vec<QueueName>,
    /// Skill and level.
    pub skills: BTreeMap<String, u8>,
    /// What he may do.
    pub roles: BTreeSet<Role>,
    /// MD5 of `login:realm:password` (RFC 7616).
    pub ha1_md5: Secret<[u8; 16]>,
    /// SHA-256 of the same (RFC 8760).
    pub ha1_sha256: Secret<[u8; 32]>,
    /// Whether he may sign in.
    pub is_active: bool,
    /// For optimistic locking.
    pub version: u64,
}

/// Everything that a password becomes; the HA1s need the realm and are made by the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPassword {
    /// From [`crate::hash_password`].
    pub password_hash: Secret<String>,
    /// MD5 of `login:realm:password`.
    pub ha1_md5: Secret<[u8; 16]>,
    /// SHA-256 of the same.
    pub ha1_sha256: Secret<[u8; 32]>,
}

/// An agent to be added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAgent {
    /// See [`AgentRecord`].
    pub login: String,
    /// See [`AgentRecord`].
    pub name: String,
    /// See [`AgentRecord`].
    pub locale: String,
    /// See [`AgentRecord`].
    pub queues: Vec<QueueName>,
    /// See [`AgentRecord`].
    pub skills: BTreeMap<String, u8>,
    /// See [`AgentRecord`].
    pub roles: BTreeSet<Role>,
    /// His password.
    pub password: NewPassword,
}

impl Database {
    /// All agents by login, those that may not sign in included.
    pub async fn agents(&self) -> Result<Vec<AgentRecord>> {
        todo!()
    }
    /// One agent.
    pub async fn agent(&self, id: AgentId) -> Result<Option<AgentRecord>> {
        let _ = id;
        todo!()
    }
    /// One agent by login.
    pub async fn agent_by_login(&self, login: &str) -> Result<Option<AgentRecord>> {
        let _ = login;
        todo!()
    }
    /// The agent if the password is right and he is active; takes the same time for unknown logins (S12).
    pub async fn sign_in(&self, login: &str, password: &str) -> Result<Option<AgentRecord>> {
        let _ = (login, password);
        todo!()
    }
    /// Adds an agent. `Taken` if the login is.
    pub async fn add_agent(&self, agent: NewAgent, now: Timestamp) -> Result<AgentRecord> {
        let _ = (agent, now);
        todo!()
    }
    /// Writes all but the password and HA1s. `Conflict` unless `agent.version` is current, `Taken` if the login is. A change of login needs a new password too (HA1 covers it).
    pub async fn put_agent(&self, agent: AgentRecord, now: Timestamp) -> Result<AgentRecord> {
        let _ = (agent, now);
        todo!()
    }
    /// A new password; his sessions end.
    pub async fn set_password(
        &self,
        id: AgentId,
        password: NewPassword,
        now: Timestamp,
    ) -> Result<()> {
        let _ = (id, password, now);
        todo!()
    }
    /// Takes him out of the directory: login free again, sessions and tokens gone; calls keep his name.
    pub async fn remove_agent(&self, id: AgentId, now: Timestamp) -> Result<()> {
        let _ = (id, now);
        todo!()
    }
}
