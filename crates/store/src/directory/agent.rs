//! Agents: who may sign in, which queues he serves, what he may do.
//!
//! A login belongs to one agent at a time. One who is removed frees his login and keeps his name, so that old calls can
//! still say who took them. Passwords stand as argon2id and as the two HA1s that his phone needs; none of them shows in
//! `Debug`. Whoever writes over a version that is not current gets `Conflict`.

use std::collections::{BTreeMap, BTreeSet};

use model::{AgentId, Membership, QueueName, Timestamp};
use serde::{Deserialize, Serialize};

use super::reach::Reach;
use crate::Database;
use crate::column::{big, bytes_of, count, from_json, json_of, text_of};
use crate::database::Connection;
use crate::error::{Result, StoreError};
use crate::password::verify_password;
use crate::secret::Secret;

/// Longest login: it is dialled, and stands in SIP URIs.
const LOGIN_CHARS_MAX: usize = 32;
/// Longest name.
const NAME_CHARS_MAX: usize = 80;

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
    pub queues: Vec<Membership>,
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
    /// His number outside the house (C14), as it would be dialled.
    pub outside_number: Option<String>,
    /// He is to be rung there though a phone of the house is registered.
    pub is_outside: bool,
    /// The queues that he does not serve for now (C1), also such as are his no longer.
    pub opted_out: BTreeSet<QueueName>,
    /// How far his rights go (J1); the rights of admins go everywhere.
    pub reach: Reach,
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
    pub queues: Vec<Membership>,
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
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT id, login, display_name, locale, queues, skills, roles, ha1_md5, ha1_sha256, is_active, version,
                    outside_number, is_outside, opted_out, reach
             FROM agent WHERE removed_at IS NULL ORDER BY login",
        )
        .fetch_all(self.readers())
        .await?;
        rows.into_iter().map(AgentRecord::from_row).collect()
    }

    /// One agent.
    pub async fn agent(&self, id: AgentId) -> Result<Option<AgentRecord>> {
        let mut conn = self.readers().acquire().await?;
        agent(&mut conn, id).await
    }

    /// One agent by login.
    pub async fn agent_by_login(&self, login: &str) -> Result<Option<AgentRecord>> {
        let row: Option<Row> = sqlx::query_as(
            "SELECT id, login, display_name, locale, queues, skills, roles, ha1_md5, ha1_sha256, is_active, version,
                    outside_number, is_outside, opted_out, reach
             FROM agent WHERE login = $1 AND removed_at IS NULL",
        )
        .bind(login)
        .fetch_optional(self.readers())
        .await?;
        row.map(AgentRecord::from_row).transpose()
    }

    /// The agent if the password is right and he may sign in; as slow for a login that nobody has (S12).
    pub async fn sign_in(&self, login: &str, password: &str) -> Result<Option<AgentRecord>> {
        let found: Option<(i64, String)> = sqlx::query_as(
            "SELECT id, pw_hash FROM agent WHERE login = $1 AND removed_at IS NULL AND is_active = 1",
        )
        .bind(login)
        .fetch_optional(self.readers())
        .await?;
        let (id, phc) = found.map_or((None, None), |(id, phc)| (Some(id), Some(Secret::new(phc))));
        let password = Secret::new(password.to_owned());
        let permit = self.sign_ins().acquire().await;
        let permit = permit.map_err(|_| StoreError::Closed)?;
        let checked = tokio::task::spawn_blocking(move || {
            let phc = phc.as_ref().map(|phc| phc.expose().as_str());
            verify_password(password.expose(), phc)
        });
        let is_right = checked.await.unwrap_or(false);
        drop(permit);
        match id {
            Some(id) if is_right => self.agent(AgentId::new(count(id))).await,
            Some(_) | None => Ok(None),
        }
    }

    /// Adds an agent. `Taken` if the login is.
    pub async fn add_agent(&self, new: NewAgent, now: Timestamp) -> Result<AgentRecord> {
        let record = AgentRecord {
            id: AgentId::new(self.next_id(now)),
            login: new.login,
            name: new.name,
            locale: new.locale,
            queues: new.queues,
            skills: new.skills,
            roles: new.roles,
            ha1_md5: new.password.ha1_md5,
            ha1_sha256: new.password.ha1_sha256,
            is_active: true,
            version: 1,
            outside_number: None,
            is_outside: false,
            opted_out: BTreeSet::new(),
            reach: Reach::All,
        };
        record.check()?;
        let password_hash = new.password.password_hash;
        self.write(move |conn| {
            Box::pin(async move {
                insert(conn, &record, &password_hash, now).await?;
                Ok(record)
            })
        })
        .await
    }

    /// Writes all but the password, his place ([`Database::set_place`]), his reach ([`Database::set_reach`]) and what he opted out of ([`Database::serve_queue`]). `Conflict` unless `agent.version` is current, `NotFound`, or `Taken` if the login is.
    /// HA1s cover the login, so after a new login the phone needs [`Database::set_password`]. One who may not sign in any
    /// more is signed out.
    pub async fn put_agent(&self, agent: AgentRecord, now: Timestamp) -> Result<AgentRecord> {
        agent.check()?;
        self.write(move |conn| Box::pin(put(conn, agent, now)))
            .await
    }

    /// A new password; his sessions end.
    pub async fn set_password(
        &self,
        id: AgentId,
        password: NewPassword,
        now: Timestamp,
    ) -> Result<()> {
        self.write(move |conn| {
            Box::pin(async move {
                let changed = sqlx::query(
                    "UPDATE agent SET pw_hash = $2, ha1_md5 = $3, ha1_sha256 = $4, updated_at = $5, version = version + 1
                     WHERE id = $1 AND removed_at IS NULL",
                )
                .bind(big(id.get()))
                .bind(password.password_hash.expose())
                .bind(text_of(password.ha1_md5.expose()))
                .bind(text_of(password.ha1_sha256.expose()))
                .bind(now.as_ms())
                .execute(&mut *conn)
                .await?;
                if changed.rows_affected() == 0 {
                    return Err(StoreError::NotFound("agent"));
                }
                end_sessions(conn, id).await
            })
        })
        .await
    }

    /// Takes him out of the directory: his login is free again, his sessions and tokens end, old calls keep his name.
    pub async fn remove_agent(&self, id: AgentId, now: Timestamp) -> Result<()> {
        self.write(move |conn| {
            Box::pin(async move {
                let changed = sqlx::query(
                    "UPDATE agent SET removed_at = $2, updated_at = $2, is_active = 0, version = version + 1
                     WHERE id = $1 AND removed_at IS NULL",
                )
                .bind(big(id.get()))
                .bind(now.as_ms())
                .execute(&mut *conn)
                .await?;
                if changed.rows_affected() == 0 {
                    return Err(StoreError::NotFound("agent"));
                }
                sqlx::query("DELETE FROM api_token WHERE agent_id = $1")
                    .bind(big(id.get()))
                    .execute(&mut *conn)
                    .await?;
                end_sessions(conn, id).await
            })
        })
        .await
    }
}

type Row = (
    i64,
    String,
    String,
    String,
    String,
    String,
    String,
    String,
    String,
    i64,
    i64,
    Option<String>,
    i64,
    String,
    String,
);

impl AgentRecord {
    /// The queues that he serves at present (C1), in order.
    pub fn served(&self) -> impl Iterator<Item = &Membership> {
        let queues = self.queues.iter();
        queues.filter(|one| !self.opted_out.contains(&one.queue))
    }

    fn from_row(row: Row) -> Result<Self> {
        let (
            id,
            login,
            name,
            locale,
            queues,
            skills,
            roles,
            md5,
            sha256,
            is_active,
            version,
            outside_number,
            is_outside,
            opted_out,
            reach,
        ) = row;
        Ok(Self {
            id: AgentId::new(count(id)),
            login,
            name,
            locale,
            queues: from_json("agent", &queues)?,
            skills: from_json("agent", &skills)?,
            roles: from_json("agent", &roles)?,
            ha1_md5: Secret::new(bytes_of("agent", &md5)?),
            ha1_sha256: Secret::new(bytes_of("agent", &sha256)?),
            is_active: is_active != 0,
            version: count(version),
            outside_number,
            is_outside: is_outside != 0,
            opted_out: from_json("agent", &opted_out)?,
            reach: Reach::kept(&reach),
        })
    }

    /// A login is dialled and stands in a SIP URI: letters, digits and `-_.` only.
    fn check(&self) -> Result<()> {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let length = self.login.chars().count();
        if !(1..=LOGIN_CHARS_MAX).contains(&length) || !self.login.chars().all(is_plain) {
            return Err(StoreError::Setting(format!(
                "a login has 1 to {LOGIN_CHARS_MAX} letters, digits, `-`, `_` or `.`"
            )));
        }
        if self.name.trim().is_empty() || self.name.chars().nth(NAME_CHARS_MAX).is_some() {
            return Err(StoreError::Setting(format!(
                "a name has 1 to {NAME_CHARS_MAX} characters"
            )));
        }
        Ok(())
    }
}

pub(super) async fn agent(conn: &mut Connection, id: AgentId) -> Result<Option<AgentRecord>> {
    let row: Option<Row> = sqlx::query_as(
        "SELECT id, login, display_name, locale, queues, skills, roles, ha1_md5, ha1_sha256, is_active, version,
                    outside_number, is_outside, opted_out, reach
         FROM agent WHERE id = $1 AND removed_at IS NULL",
    )
    .bind(big(id.get()))
    .fetch_optional(conn)
    .await?;
    row.map(AgentRecord::from_row).transpose()
}

async fn insert(
    conn: &mut Connection,
    record: &AgentRecord,
    password_hash: &Secret<String>,
    now: Timestamp,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO agent (id, login, display_name, locale, queues, skills, roles, pw_hash, ha1_md5, ha1_sha256, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)",
    )
    .bind(big(record.id.get()))
    .bind(&record.login)
    .bind(&record.name)
    .bind(&record.locale)
    .bind(json_of("agent", &record.queues)?)
    .bind(json_of("agent", &record.skills)?)
    .bind(json_of("agent", &record.roles)?)
    .bind(password_hash.expose())
    .bind(text_of(record.ha1_md5.expose()))
    .bind(text_of(record.ha1_sha256.expose()))
    .bind(now.as_ms())
    .execute(conn)
    .await
    .map_err(|error| StoreError::or_taken(error, "login"))?;
    Ok(())
}

async fn put(conn: &mut Connection, record: AgentRecord, now: Timestamp) -> Result<AgentRecord> {
    let changed = sqlx::query(
        "UPDATE agent SET login = $3, display_name = $4, locale = $5, queues = $6, skills = $7, roles = $8, is_active = $9,
           updated_at = $10, version = version + 1
         WHERE id = $1 AND version = $2 AND removed_at IS NULL",
    )
    .bind(big(record.id.get()))
    .bind(big(record.version))
    .bind(&record.login)
    .bind(&record.name)
    .bind(&record.locale)
    .bind(json_of("agent", &record.queues)?)
    .bind(json_of("agent", &record.skills)?)
    .bind(json_of("agent", &record.roles)?)
    .bind(i64::from(record.is_active))
    .bind(now.as_ms())
    .execute(&mut *conn)
    .await
    .map_err(|error| StoreError::or_taken(error, "login"))?;
    let stands = agent(conn, record.id)
        .await?
        .ok_or(StoreError::NotFound("agent"))?;
    if changed.rows_affected() == 0 {
        return Err(StoreError::Conflict {
            what: "agent",
            current: stands.version,
        });
    }
    if !record.is_active {
        end_sessions(conn, record.id).await?;
    }
    Ok(stands)
}

async fn end_sessions(conn: &mut Connection, id: AgentId) -> Result<()> {
    sqlx::query("DELETE FROM session WHERE agent_id = $1")
        .bind(big(id.get()))
        .execute(conn)
        .await?;
    Ok(())
}
