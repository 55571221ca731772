//! Messages (留言) in mailboxes (G1, G2): made from their facts, heard and removed by people.
//!
//! A message that is written down twice is one message. Its sound is the call's recording of the same id. Who removes a message takes it out
//! of its box; the recording stays with its call.

use model::fact::Voicemail;
use model::{AgentId, MailboxName, RecordingId, Timestamp};
use serde_json::json;
use sqlx::FromRow;
use ticket::Actor;

use crate::Database;
use crate::audit::{Act, audit};
use crate::column::{big, count, from_json, json_of};
use crate::database::Connection;
use crate::error::{Result, StoreError};
use crate::page::{Page, PageRequest};

/// A message in its box.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftMessage {
    /// Where it stands among all messages: the later, the higher.
    pub place: u64,
    /// What was left, by whom.
    pub voicemail: Voicemail,
    /// When.
    pub left_at: Timestamp,
    /// The length of its recording, once that is complete.
    pub duration_ms: Option<u64>,
    /// Who heard it, and when.
    pub heard: Option<(AgentId, Timestamp)>,
}

impl Database {
    /// Writes a message down; once more changes nothing.
    pub async fn leave_message(&self, voicemail: &Voicemail, at: Timestamp) -> Result<()> {
        let (voicemail, data) = (voicemail.clone(), json_of("voicemail", voicemail)?);
        self.write(move |conn| {
            Box::pin(async move {
                sqlx::query(
                    "INSERT INTO voicemail (call_id, part, mailbox, data, left_at) VALUES ($1, $2, $3, $4, $5)
                     ON CONFLICT (call_id, part) DO NOTHING",
                )
                .bind(big(voicemail.message.call.get()))
                .bind(i64::from(voicemail.message.part))
                .bind(voicemail.mailbox.as_str())
                .bind(data)
                .bind(at.as_ms())
                .execute(conn)
                .await?;
                Ok(())
            })
        })
        .await
    }

    /// The messages of a box, newest first; `after` is the id of [`Page::next`].
    pub async fn messages(
        &self,
        mailbox: &MailboxName,
        page: PageRequest,
    ) -> Result<Page<LeftMessage>> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT v.*, r.duration_ms FROM voicemail v
             LEFT JOIN recording r ON r.call_id = v.call_id AND r.part = v.part
             WHERE v.mailbox = $1 AND v.removed_at IS NULL AND v.id < $2 ORDER BY v.id DESC LIMIT $3",
        )
        .bind(mailbox.as_str())
        .bind(page.after.map_or(i64::MAX, big))
        .bind(page.rows() as i64 + 1)
        .fetch_all(self.readers())
        .await?;
        let messages: Result<Vec<LeftMessage>> = rows.into_iter().map(Row::message).collect();
        Ok(Page::cut(messages?, page, |message| message.place))
    }

    /// How many messages stand in a box, and how many of them nobody has heard.
    pub async fn count_messages(&self, mailbox: &MailboxName) -> Result<(u64, u64)> {
        let (all, new): (i64, i64) = sqlx::query_as(
            "SELECT COUNT(*), COUNT(CASE WHEN heard_at IS NULL THEN 1 END) FROM voicemail
             WHERE mailbox = $1 AND removed_at IS NULL",
        )
        .bind(mailbox.as_str())
        .fetch_one(self.readers())
        .await?;
        Ok((count(all), count(new)))
    }

    /// One message, unless somebody has removed it.
    pub async fn message(&self, id: RecordingId) -> Result<Option<LeftMessage>> {
        let mut conn = self.readers().acquire().await?;
        message(&mut conn, id).await
    }

    /// Marks a message as heard, or as new again; gives it and whether that changed anything. `NotFound` when it is removed.
    pub async fn mark_message(
        &self,
        id: RecordingId,
        by: AgentId,
        heard: bool,
        now: Timestamp,
    ) -> Result<(LeftMessage, bool)> {
        self.write(move |conn| {
            Box::pin(async move {
                let changed = sqlx::query(
                    "UPDATE voicemail SET heard_at = $3, heard_by = $4
                     WHERE call_id = $1 AND part = $2 AND removed_at IS NULL AND (heard_at IS NULL) = $5",
                )
                .bind(big(id.call.get()))
                .bind(i64::from(id.part))
                .bind(heard.then_some(now.as_ms()))
                .bind(heard.then_some(big(by.get())))
                .bind(heard)
                .execute(&mut *conn)
                .await?;
                let found = message(conn, id).await?.ok_or(StoreError::NotFound("message"))?;
                Ok((found, changed.rows_affected() > 0))
            })
        })
        .await
    }

    /// Takes a message out of its box; who did stands in the audit log. `NotFound` when it is not there.
    pub async fn remove_message(&self, id: RecordingId, by: AgentId, now: Timestamp) -> Result<()> {
        self.write(move |conn| {
            Box::pin(async move {
                let removed: Option<(String,)> = sqlx::query_as(
                    "UPDATE voicemail SET removed_at = $3 WHERE call_id = $1 AND part = $2 AND removed_at IS NULL
                     RETURNING mailbox",
                )
                .bind(big(id.call.get()))
                .bind(i64::from(id.part))
                .bind(now.as_ms())
                .fetch_optional(&mut *conn)
                .await?;
                let (mailbox,) = removed.ok_or(StoreError::NotFound("message"))?;
                let act = Act {
                    action: "message.removed",
                    entity: "message",
                    entity_id: id.to_string(),
                    before: Some(json!({ "mailbox": mailbox })),
                    after: None,
                };
                audit(conn, now, Actor::Agent(by), act).await
            })
        })
        .await
    }
}

async fn message(conn: &mut Connection, id: RecordingId) -> Result<Option<LeftMessage>> {
    let row: Option<Row> = sqlx::query_as(
        "SELECT v.*, r.duration_ms FROM voicemail v
         LEFT JOIN recording r ON r.call_id = v.call_id AND r.part = v.part
         WHERE v.call_id = $1 AND v.part = $2 AND v.removed_at IS NULL",
    )
    .bind(big(id.call.get()))
    .bind(i64::from(id.part))
    .fetch_optional(conn)
    .await?;
    row.map(Row::message).transpose()
}

#[derive(FromRow)]
struct Row {
    id: i64,
    data: String,
    left_at: i64,
    heard_at: Option<i64>,
    heard_by: Option<i64>,
    duration_ms: Option<i64>,
}

impl Row {
    fn message(self) -> Result<LeftMessage> {
        let heard = self.heard_by.zip(self.heard_at);
        Ok(LeftMessage {
            place: count(self.id),
            voicemail: from_json("voicemail", &self.data)?,
            left_at: Timestamp::from_ms(self.left_at),
            duration_ms: self.duration_ms.map(count),
            heard: heard.map(|(by, at)| (AgentId::new(count(by)), Timestamp::from_ms(at))),
        })
    }
}
