//! What webhooks were told: a log of messages and what came of them, kept for a while; each can be sent once more.

use model::{DeliveryId, Timestamp, WebhookId};
use sqlx::FromRow;

use super::delivery::{Tried, changed};
use crate::Database;
use crate::column::{big, count};
use crate::error::{Result, StoreError};
use crate::page::{Page, PageRequest};

/// Which messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryFilter {
    /// Of this webhook.
    pub webhook: WebhookId,
    /// In this state: `pending`, `delivered`, `given_up`.
    pub state: Option<String>,
}

/// A message and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Its id, by which its receiver knows it.
    pub id: DeliveryId,
    /// For which webhook.
    pub webhook: WebhookId,
    /// The number of its fact; 0 for a trial.
    pub seq: u64,
    /// What it tells.
    pub kind: String,
    /// Its body.
    pub body: String,
    /// `pending`, `delivered`, `given_up`.
    pub state: String,
    /// Why it was given up.
    pub given_up: Option<String>,
    /// When it was made.
    pub made_at: Timestamp,
    /// When it is sent next, if it waits.
    pub due_at: Timestamp,
    /// How often it was sent.
    pub sent: u64,
    /// The last try.
    pub tried: Option<Tried>,
}

impl Database {
    /// Messages of a webhook, newest first.
    pub async fn deliveries(
        &self,
        filter: &DeliveryFilter,
        page: PageRequest,
    ) -> Result<Page<Delivery>> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT * FROM webhook_delivery WHERE webhook_id = $1 AND id < $2 AND ($3 IS NULL OR state = $3)
             ORDER BY id DESC LIMIT $4",
        )
        .bind(big(filter.webhook.get()))
        .bind(page.after.map_or(i64::MAX, big))
        .bind(&filter.state)
        .bind(page.rows() as i64 + 1)
        .fetch_all(self.readers())
        .await?;
        let deliveries = rows.into_iter().map(Delivery::from).collect();
        Ok(Page::cut(deliveries, page, |delivery| delivery.id.get()))
    }

    /// One message of a webhook.
    pub async fn delivery(&self, webhook: WebhookId, id: DeliveryId) -> Result<Option<Delivery>> {
        let row: Option<Row> =
            sqlx::query_as("SELECT * FROM webhook_delivery WHERE webhook_id = $1 AND id = $2")
                .bind(big(webhook.get()))
                .bind(big(id.get()))
                .fetch_optional(self.readers())
                .await?;
        Ok(row.map(Delivery::from))
    }

    /// Sends a message once more, as if it had never been sent, under the same id. `NotFound` when it is not kept.
    pub async fn send_again(
        &self,
        webhook: WebhookId,
        id: DeliveryId,
        now: Timestamp,
    ) -> Result<()> {
        self.write(move |conn| {
            Box::pin(async move {
                let done = sqlx::query(
                    "UPDATE webhook_delivery SET state = 'pending', given_up = NULL, sent = 0, due_at = $3, made_at = $3,
                     expires_at = NULL WHERE webhook_id = $1 AND id = $2",
                )
                .bind(big(webhook.get()))
                .bind(big(id.get()))
                .bind(now.as_ms())
                .execute(&mut *conn)
                .await?;
                if done.rows_affected() == 0 {
                    return Err(StoreError::NotFound("delivery"));
                }
                changed(conn, webhook).await
            })
        })
        .await
    }
}

#[derive(FromRow)]
struct Row {
    id: i64,
    webhook_id: i64,
    seq: i64,
    kind: String,
    body: String,
    state: String,
    given_up: Option<String>,
    made_at: i64,
    due_at: i64,
    sent: i64,
    tried_at: Option<i64>,
    took_ms: Option<i64>,
    status: Option<i64>,
    failure: Option<String>,
    answer: Option<String>,
}

impl From<Row> for Delivery {
    fn from(row: Row) -> Self {
        let tried = row.tried_at.map(|at| Tried {
            at: Timestamp::from_ms(at),
            took_ms: count(row.took_ms.unwrap_or(0)),
            status: row.status.and_then(|status| u16::try_from(status).ok()),
            failure: row.failure,
            answer: row.answer,
        });
        Self {
            id: DeliveryId::new(count(row.id)),
            webhook: WebhookId::new(count(row.webhook_id)),
            seq: count(row.seq),
            kind: row.kind,
            body: row.body,
            state: row.state,
            given_up: row.given_up,
            made_at: Timestamp::from_ms(row.made_at),
            due_at: Timestamp::from_ms(row.due_at),
            sent: count(row.sent),
            tried,
        }
    }
}
