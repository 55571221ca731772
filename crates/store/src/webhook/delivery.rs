//! Messages that wait for their webhooks, and what came of sending them.
//!
//! Messages are written down in the transaction that notes how far the facts were made messages: each fact becomes them once,
//! whatever breaks off. A message keeps its id however often it is sent, and is sent at least once.

use model::{CallId, DeliveryId, Timestamp, WebhookId};
use sqlx::FromRow;
use webhook::{GivenUp, Message, Waiting, opens_thread};

use crate::Database;
use crate::column::{big, count, cut};
use crate::database::Connection;
use crate::error::{Result, StoreError};

/// Characters of an answer that are kept.
const ANSWER_CHARS_MAX: usize = 500;

/// What became of facts for one webhook.
#[derive(Clone, Debug)]
pub struct Fed {
    /// Which.
    pub webhook: WebhookId,
    /// The last of the facts.
    pub told_seq: u64,
    /// Messages in their order.
    pub messages: Vec<Message>,
    /// What is remembered of calls from here on; `None`: nothing.
    pub memories: Vec<(CallId, Option<String>)>,
}

/// What came of a message.
#[derive(Clone, Debug)]
pub struct Settled {
    /// Which.
    pub id: DeliveryId,
    /// The try, if there was one.
    pub tried: Option<Tried>,
    /// Where that leaves it.
    pub state: DeliveryState,
}

/// One try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried {
    /// When.
    pub at: Timestamp,
    /// How long it took, in ms.
    pub took_ms: u64,
    /// The status of the answer.
    pub status: Option<u16>,
    /// Why there was no answer.
    pub failure: Option<String>,
    /// How the answer begins.
    pub answer: Option<String>,
}

/// Where a message stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryState {
    /// It waits until then.
    Pending(Timestamp),
    /// It was taken.
    Delivered,
    /// It is not sent any more.
    GivenUp(GivenUp),
}

impl DeliveryState {
    /// The word in APIs and tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending(_) => "pending",
            Self::Delivered => "delivered",
            Self::GivenUp(_) => "given_up",
        }
    }
}

impl Database {
    /// Writes messages down, and how far the facts were made messages. Gives those that wait, of webhooks that are there and
    /// enabled.
    pub async fn feed_webhooks(
        &self,
        fed: Vec<Fed>,
        now: Timestamp,
    ) -> Result<Vec<(WebhookId, Waiting)>> {
        let ids: Vec<Vec<DeliveryId>> =
            fed.iter().map(|fed| self.ids(&fed.messages, now)).collect();
        self.write(move |conn| {
            Box::pin(async move {
                let mut waiting = Vec::new();
                for (fed, ids) in fed.into_iter().zip(ids) {
                    if moved(conn, &fed).await? {
                        let new = insert(conn, fed.webhook, fed.messages, ids, now).await?;
                        waiting.extend(new.into_iter().map(|it| (fed.webhook, it)));
                    }
                }
                Ok(waiting)
            })
        })
        .await
    }

    /// Writes a trial's messages down; the sender finds them by itself. `NotFound` without such a webhook.
    pub async fn try_webhook(
        &self,
        id: WebhookId,
        messages: Vec<Message>,
        now: Timestamp,
    ) -> Result<Vec<DeliveryId>> {
        let ids = self.ids(&messages, now);
        self.write(move |conn| {
            Box::pin(async move {
                changed(conn, id).await?;
                insert(conn, id, messages, ids.clone(), now).await?;
                Ok(ids)
            })
        })
        .await
    }

    fn ids(&self, messages: &[Message], now: Timestamp) -> Vec<DeliveryId> {
        let ids = messages.iter().map(|_| DeliveryId::new(self.next_id(now)));
        ids.collect()
    }

    /// What a webhook's format remembers of a call.
    pub async fn webhook_memory(&self, id: WebhookId, call: CallId) -> Result<Option<String>> {
        let row: Option<(String,)> = sqlx::query_as(
            "SELECT memory FROM webhook_call WHERE webhook_id = $1 AND call_id = $2",
        )
        .bind(big(id.get()))
        .bind(big(call.get()))
        .fetch_optional(self.readers())
        .await?;
        Ok(row.map(|(memory,)| memory))
    }

    /// All messages of a webhook that wait, in their order.
    pub async fn waiting_deliveries(&self, id: WebhookId) -> Result<Vec<Waiting>> {
        let rows: Vec<WaitingRow> = sqlx::query_as(
            "SELECT id, kind, lane, thread, made_at, expires_at, sent, due_at FROM webhook_delivery
             WHERE webhook_id = $1 AND state = 'pending' ORDER BY id",
        )
        .bind(big(id.get()))
        .fetch_all(self.readers())
        .await?;
        rows.into_iter().map(WaitingRow::waiting).collect()
    }

    /// The body of a message, while it waits.
    pub async fn delivery_body(&self, id: DeliveryId) -> Result<Option<String>> {
        let row: Option<(String,)> =
            sqlx::query_as("SELECT body FROM webhook_delivery WHERE id = $1 AND state = 'pending'")
                .bind(big(id.get()))
                .fetch_optional(self.readers())
                .await?;
        Ok(row.map(|(body,)| body))
    }

    /// Writes down what came of messages.
    pub async fn settle_deliveries(&self, settled: Vec<Settled>) -> Result<()> {
        self.write(move |conn| {
            Box::pin(async move {
                for settled in settled {
                    settle(conn, settled).await?;
                }
                Ok(())
            })
        })
        .await
    }
}

/// The sender is to look again.
pub(super) async fn changed(conn: &mut Connection, id: WebhookId) -> Result<()> {
    let done = sqlx::query("UPDATE webhook SET changes = changes + 1 WHERE id = $1")
        .bind(big(id.get()))
        .execute(conn)
        .await?;
    if done.rows_affected() == 0 {
        return Err(StoreError::NotFound("webhook"));
    }
    Ok(())
}

/// Notes how far the facts were made messages, and what is remembered of calls; whether the webhook is there, enabled, and was
/// not further already.
async fn moved(conn: &mut Connection, fed: &Fed) -> Result<bool> {
    let done = sqlx::query(
        "UPDATE webhook SET told_seq = $2 WHERE id = $1 AND is_enabled = 1 AND told_seq < $2",
    )
    .bind(big(fed.webhook.get()))
    .bind(big(fed.told_seq))
    .execute(&mut *conn)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    for (call, memory) in &fed.memories {
        let (webhook, call) = (big(fed.webhook.get()), big(call.get()));
        let query = match memory {
            Some(memory) => sqlx::query(
                "INSERT INTO webhook_call (webhook_id, call_id, memory) VALUES ($1, $2, $3)
                 ON CONFLICT (webhook_id, call_id) DO UPDATE SET memory = excluded.memory",
            )
            .bind(webhook)
            .bind(call)
            .bind(memory),
            None => sqlx::query("DELETE FROM webhook_call WHERE webhook_id = $1 AND call_id = $2")
                .bind(webhook)
                .bind(call),
        };
        query.execute(&mut *conn).await?;
    }
    Ok(true)
}

async fn insert(
    conn: &mut Connection,
    webhook: WebhookId,
    messages: Vec<Message>,
    ids: Vec<DeliveryId>,
    now: Timestamp,
) -> Result<Vec<Waiting>> {
    let mut waiting = Vec::new();
    for (message, id) in messages.into_iter().zip(ids) {
        sqlx::query(
            "INSERT INTO webhook_delivery (id, webhook_id, seq, kind, lane, thread, body, state, made_at, expires_at, due_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, 'pending', $8, $9, $8)",
        )
        .bind(big(id.get()))
        .bind(big(webhook.get()))
        .bind(big(message.seq))
        .bind(message.kind)
        .bind(message.lane.to_string())
        .bind(&message.thread)
        .bind(message.body)
        .bind(now.as_ms())
        .bind(message.expires_at.map(Timestamp::as_ms))
        .execute(&mut *conn)
        .await?;
        waiting.push(Waiting {
            id,
            lane: message.lane,
            opens: opens_thread(message.kind),
            thread: message.thread,
            made_at: now,
            expires_at: message.expires_at,
            sent: 0,
            due_at: now,
        });
    }
    Ok(waiting)
}

async fn settle(conn: &mut Connection, settled: Settled) -> Result<()> {
    let id = big(settled.id.get());
    if let Some(tried) = settled.tried {
        let took_ms = big(tried.took_ms);
        sqlx::query(
            "UPDATE webhook_delivery SET sent = sent + 1, tried_at = $2, took_ms = $3, status = $4, failure = $5, answer = $6
             WHERE id = $1",
        )
        .bind(id)
        .bind(tried.at.as_ms())
        .bind(took_ms)
        .bind(tried.status.map(i64::from))
        .bind(tried.failure)
        .bind(tried.answer.map(|answer| cut(&answer, ANSWER_CHARS_MAX)))
        .execute(&mut *conn)
        .await?;
    }
    let (due_at, given_up) = match settled.state {
        DeliveryState::Pending(at) => (Some(at.as_ms()), None),
        DeliveryState::Delivered => (None, None),
        DeliveryState::GivenUp(why) => (None, Some(why.name())),
    };
    sqlx::query(
        "UPDATE webhook_delivery SET state = $2, due_at = COALESCE($3, due_at), given_up = $4
         WHERE id = $1 AND state = 'pending'",
    )
    .bind(id)
    .bind(settled.state.name())
    .bind(due_at)
    .bind(given_up)
    .execute(conn)
    .await?;
    Ok(())
}

#[derive(FromRow)]
struct WaitingRow {
    id: i64,
    kind: String,
    lane: String,
    thread: Option<String>,
    made_at: i64,
    expires_at: Option<i64>,
    sent: i64,
    due_at: i64,
}

impl WaitingRow {
    fn waiting(self) -> Result<Waiting> {
        let lane = self.lane.parse();
        Ok(Waiting {
            id: DeliveryId::new(count(self.id)),
            lane: lane.map_err(|error| StoreError::damaged("delivery", error))?,
            opens: opens_thread(&self.kind),
            thread: self.thread,
            made_at: Timestamp::from_ms(self.made_at),
            expires_at: self.expires_at.map(Timestamp::from_ms),
            sent: u32::try_from(self.sent).unwrap_or(u32::MAX),
            due_at: Timestamp::from_ms(self.due_at),
        })
    }
}
