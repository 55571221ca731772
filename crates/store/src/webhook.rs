//! Webhooks (事件推送, J5) as rows: where facts are told, which of them, by which secret, and how far that came.
//!
//! A secret is given once, when it is made; the table keeps it, since every message is signed with it. While a former one holds,
//! messages bear both signatures. Whoever changes a row raises `changes`: the sender, in whatever process it runs, looks again.

pub(crate) mod delivery;
pub(crate) mod log;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::{Timestamp, WebhookId};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use sqlx::FromRow;
use ticket::Actor;
use webhook::{Format, GivenUp, Topics, behind_origin, origin};

use crate::Database;
use crate::audit::{Act, audit};
use crate::column::{big, count, from_json, json_of, text_of};
use crate::database::Connection;
use crate::error::{Result, StoreError};
use crate::secret::Secret;

/// Most webhooks.
const WEBHOOKS_MAX: i64 = 16;
/// Bytes of a secret (Standard Webhooks: 24 to 64).
const SECRET_BYTES: usize = 32;

/// A webhook as its owner wants it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewWebhook {
    /// Where.
    pub url: String,
    /// What is told.
    pub topics: Topics,
    /// How.
    pub format: Format,
    /// Whether it is told anything.
    pub is_enabled: bool,
}

/// A webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// Its id.
    pub id: WebhookId,
    /// What its owner wants.
    pub wanted: NewWebhook,
    /// Why it is not told anything, where nobody but the receiver wanted that.
    pub disabled_because: Option<String>,
    /// By what its messages are signed.
    pub secret: Secret<String>,
    /// What they are signed by beside it, and until when.
    pub former: Option<(Secret<String>, Timestamp)>,
    /// The last fact that was made a message for it, if it is one of its topics.
    pub told_seq: u64,
    /// Rises with each change, its deliveries' too.
    pub changes: u64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
    /// For optimistic locking.
    pub version: u64,
}

impl Database {
    /// Makes a webhook that is told what comes after the fact `told_seq`; its secret is in it.
    pub async fn add_webhook(
        &self,
        new: NewWebhook,
        told_seq: u64,
        by: Actor,
        now: Timestamp,
    ) -> Result<Webhook> {
        let (id, secret) = (self.next_id(now), random_secret()?);
        let topics = json_of("webhook", &new.topics)?;
        self.write(move |conn| {
            Box::pin(async move {
                let (all,): (i64,) = sqlx::query_as("SELECT COUNT(*) FROM webhook")
                    .fetch_one(&mut *conn)
                    .await?;
                if all >= WEBHOOKS_MAX {
                    let why = format!("at most {WEBHOOKS_MAX} webhooks: remove one");
                    return Err(StoreError::Setting(why));
                }
                sqlx::query(
                    "INSERT INTO webhook (id, url, topics, format, secret, is_enabled, told_seq, created_at, updated_at)
                     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)",
                )
                .bind(big(id))
                .bind(new.url)
                .bind(topics)
                .bind(new.format.name())
                .bind(secret.expose())
                .bind(i64::from(new.is_enabled))
                .bind(big(told_seq))
                .bind(now.as_ms())
                .execute(&mut *conn)
                .await?;
                let made = found(conn, WebhookId::new(id)).await?;
                note(conn, "webhook.made", (None, Some(&made)), by, now).await?;
                Ok(made)
            })
        })
        .await
    }

    /// All webhooks, the oldest first.
    pub async fn webhooks(&self) -> Result<Vec<Webhook>> {
        let rows: Vec<Row> = sqlx::query_as("SELECT * FROM webhook ORDER BY id")
            .fetch_all(self.readers())
            .await?;
        rows.into_iter().map(Row::webhook).collect()
    }

    /// One of them.
    pub async fn webhook(&self, id: WebhookId) -> Result<Option<Webhook>> {
        let mut conn = self.readers().acquire().await?;
        one(&mut conn, id).await
    }

    /// Changes a webhook. One that is enabled again is told what comes after the fact `last_seq`; of one that is disabled, what
    /// waits is given up.
    pub async fn change_webhook(
        &self,
        id: WebhookId,
        version: u64,
        wanted: NewWebhook,
        last_seq: u64,
        by: Actor,
        now: Timestamp,
    ) -> Result<Webhook> {
        let topics = json_of("webhook", &wanted.topics)?;
        self.write(move |conn| {
            Box::pin(async move {
                let before = found(conn, id).await?;
                if before.version != version {
                    return Err(StoreError::Conflict {
                        what: "webhook",
                        current: before.version,
                    });
                }
                let begins_anew = wanted.is_enabled && !before.wanted.is_enabled;
                let told_seq = if begins_anew { last_seq } else { before.told_seq };
                sqlx::query(
                    "UPDATE webhook SET url = $2, topics = $3, format = $4, is_enabled = $5, disabled_because = NULL,
                     told_seq = $6, changes = changes + 1, updated_at = $7, version = version + 1 WHERE id = $1",
                )
                .bind(big(id.get()))
                .bind(&wanted.url)
                .bind(topics)
                .bind(wanted.format.name())
                .bind(i64::from(wanted.is_enabled))
                .bind(big(told_seq))
                .bind(now.as_ms())
                .execute(&mut *conn)
                .await?;
                let is_other_format = wanted.format != before.wanted.format;
                if begins_anew || is_other_format {
                    forget_calls(conn, id).await?;
                }
                if !wanted.is_enabled {
                    give_up_all(conn, id, GivenUp::Disabled).await?;
                } else if is_other_format {
                    // Who wants another format does not read the former one.
                    give_up_all(conn, id, GivenUp::Reformatted).await?;
                }
                let after = found(conn, id).await?;
                note(conn, "webhook.changed", (Some(&before), Some(&after)), by, now).await?;
                Ok(after)
            })
        })
        .await
    }

    /// The receiver wants nothing any more: nothing is told it until somebody enables the webhook again.
    pub async fn disable_webhook(&self, id: WebhookId, why: &str, now: Timestamp) -> Result<()> {
        let why = why.to_owned();
        self.write(move |conn| {
            Box::pin(async move {
                let before = one(conn, id).await?;
                sqlx::query(
                    "UPDATE webhook SET is_enabled = 0, disabled_because = $2, changes = changes + 1, updated_at = $3,
                     version = version + 1 WHERE id = $1",
                )
                .bind(big(id.get()))
                .bind(why)
                .bind(now.as_ms())
                .execute(&mut *conn)
                .await?;
                give_up_all(conn, id, GivenUp::Disabled).await?;
                let after = one(conn, id).await?;
                let change = (before.as_ref(), after.as_ref());
                note(conn, "webhook.disabled", change, Actor::System, now).await
            })
        })
        .await
    }

    /// Removes a webhook with all that was told it.
    pub async fn remove_webhook(&self, id: WebhookId, by: Actor, now: Timestamp) -> Result<()> {
        self.write(move |conn| {
            Box::pin(async move {
                let before = found(conn, id).await?;
                forget_calls(conn, id).await?;
                sqlx::query("DELETE FROM webhook_delivery WHERE webhook_id = $1")
                    .bind(big(id.get()))
                    .execute(&mut *conn)
                    .await?;
                sqlx::query("DELETE FROM webhook WHERE id = $1")
                    .bind(big(id.get()))
                    .execute(&mut *conn)
                    .await?;
                note(conn, "webhook.removed", (Some(&before), None), by, now).await
            })
        })
        .await
    }

    /// Gives a webhook another secret; the one that it had holds beside it until then.
    pub async fn renew_webhook_secret(
        &self,
        id: WebhookId,
        former_until: Timestamp,
        by: Actor,
        now: Timestamp,
    ) -> Result<Webhook> {
        let secret = random_secret()?;
        self.write(move |conn| {
            Box::pin(async move {
                sqlx::query(
                    "UPDATE webhook SET former_secret = secret, former_until = $2, secret = $3, changes = changes + 1,
                     updated_at = $4, version = version + 1 WHERE id = $1",
                )
                .bind(big(id.get()))
                .bind(former_until.as_ms())
                .bind(secret.expose())
                .bind(now.as_ms())
                .execute(&mut *conn)
                .await?;
                let after = found(conn, id).await?;
                let change = (Some(&after), Some(&after));
                note(conn, "webhook.secret_renewed", change, by, now).await?;
                Ok(after)
            })
        })
        .await
    }
}

async fn one(conn: &mut Connection, id: WebhookId) -> Result<Option<Webhook>> {
    let row: Option<Row> = sqlx::query_as("SELECT * FROM webhook WHERE id = $1")
        .bind(big(id.get()))
        .fetch_optional(conn)
        .await?;
    row.map(Row::webhook).transpose()
}

async fn found(conn: &mut Connection, id: WebhookId) -> Result<Webhook> {
    let found = one(conn, id).await?;
    found.ok_or(StoreError::NotFound("webhook"))
}

/// Into the audit log, without secrets.
async fn note(
    conn: &mut Connection,
    action: &str,
    (before, after): (Option<&Webhook>, Option<&Webhook>),
    by: Actor,
    now: Timestamp,
) -> Result<()> {
    let Some(webhook) = before.or(after) else {
        return Ok(());
    };
    // The path may hold the token by which the receiver knows us: that it changed is told, not what it is.
    let told = |it: &Webhook| {
        let behind = Sha256::digest(behind_origin(&it.wanted.url));
        json!({
            "origin": origin(&it.wanted.url), "path_sha256": text_of(&behind), "topics": it.wanted.topics, "format": it.wanted.format.name(),
            "enabled": it.wanted.is_enabled, "disabled_because": it.disabled_because,
        })
    };
    let act = Act {
        action,
        entity: "webhook",
        entity_id: webhook.id.to_string(),
        before: before.map(told),
        after: after.map(told),
    };
    audit(conn, now, by, act).await
}

async fn forget_calls(conn: &mut Connection, id: WebhookId) -> Result<()> {
    sqlx::query("DELETE FROM webhook_call WHERE webhook_id = $1")
        .bind(big(id.get()))
        .execute(conn)
        .await?;
    Ok(())
}

async fn give_up_all(conn: &mut Connection, id: WebhookId, why: GivenUp) -> Result<()> {
    sqlx::query(
        "UPDATE webhook_delivery SET state = 'given_up', given_up = $2 WHERE webhook_id = $1 AND state = 'pending'",
    )
    .bind(big(id.get()))
    .bind(why.name())
    .execute(conn)
    .await?;
    Ok(())
}

/// In the form that receivers' libraries take.
fn random_secret() -> Result<Secret<String>> {
    let mut bits = [0; SECRET_BYTES];
    getrandom::fill(&mut bits)
        .map_err(|error| StoreError::Setting(format!("no random numbers: {error}")))?;
    Ok(Secret::new(format!("whsec_{}", STANDARD.encode(bits))))
}

#[derive(FromRow)]
struct Row {
    id: i64,
    url: String,
    topics: String,
    format: String,
    secret: String,
    former_secret: Option<String>,
    former_until: Option<i64>,
    is_enabled: i64,
    disabled_because: Option<String>,
    told_seq: i64,
    changes: i64,
    created_at: i64,
    updated_at: i64,
    version: i64,
}

impl Row {
    fn webhook(self) -> Result<Webhook> {
        let format = self.format.parse();
        let former = self.former_secret.zip(self.former_until);
        Ok(Webhook {
            id: WebhookId::new(count(self.id)),
            wanted: NewWebhook {
                url: self.url,
                topics: from_json("webhook", &self.topics)?,
                format: format.map_err(|error| StoreError::damaged("webhook", error))?,
                is_enabled: self.is_enabled != 0,
            },
            disabled_because: self.disabled_because,
            secret: Secret::new(self.secret),
            former: former.map(|(secret, at)| (Secret::new(secret), Timestamp::from_ms(at))),
            told_seq: count(self.told_seq),
            changes: count(self.changes),
            created_at: Timestamp::from_ms(self.created_at),
            updated_at: Timestamp::from_ms(self.updated_at),
            version: count(self.version),
        })
    }
}
