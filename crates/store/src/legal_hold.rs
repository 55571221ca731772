//! Legal hold (法律保全, E6): a call whose record, facts and recordings stay past their time, why, and until when.
//!
//! It is of the call, so that what is recorded of it later is held too. A recording whose file is being removed already is not brought back.

use model::number_list::LIST_TEXT_MAX;
use model::{AgentId, CallId, Timestamp};
use serde_json::json;
use sqlx::FromRow;
use ticket::Actor;

use crate::Database;
use crate::audit::{Act, audit};
use crate::column::{big, count};
use crate::database::Connection;
use crate::error::{Result, StoreError};

/// What holds a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LegalHold {
    /// Why: 1 to 500 printable characters.
    pub reason: String,
    /// Until when; `None`: until somebody takes it back.
    pub until: Option<Timestamp>,
    /// Who wanted it.
    pub by: AgentId,
    /// Since when it stands so.
    pub since: Timestamp,
}

impl Database {
    /// What holds a call, if anything does; one whose end has come holds nothing any more, and is told all the same.
    pub async fn legal_hold(&self, call: CallId) -> Result<Option<LegalHold>> {
        let mut conn = self.readers().acquire().await?;
        read(&mut conn, call).await
    }

    /// Holds a call, or changes what stands about it. `NotFound` when there is no such call.
    pub async fn hold_call(
        &self,
        call: CallId,
        reason: String,
        until: Option<Timestamp>,
        by: AgentId,
        now: Timestamp,
    ) -> Result<LegalHold> {
        let is_text = (1..=LIST_TEXT_MAX).contains(&reason.chars().count());
        if !is_text || reason.trim().is_empty() || reason.chars().any(char::is_control) {
            let why = format!("a reason has 1 to {LIST_TEXT_MAX} printable characters");
            return Err(StoreError::Setting(why));
        }
        if until.is_some_and(|until| until <= now) {
            return Err(StoreError::Setting("the end lies in the past".to_owned()));
        }
        let hold = LegalHold {
            reason,
            until,
            by,
            since: now,
        };
        self.write(move |conn| {
            Box::pin(async move {
                let former = read(conn, call).await?;
                put(conn, call, &hold).await?;
                let act = act("call.held", call, former.as_ref(), Some(&hold));
                audit(conn, now, Actor::Agent(by), act).await?;
                Ok(hold)
            })
        })
        .await
    }

    /// Lets a call go as others do. `NotFound` when nothing holds it.
    pub async fn release_call(&self, call: CallId, by: AgentId, now: Timestamp) -> Result<()> {
        self.write(move |conn| {
            Box::pin(async move {
                let former = read(conn, call).await?;
                let former = former.ok_or(StoreError::NotFound("legal hold"))?;
                sqlx::query("DELETE FROM legal_hold WHERE call_id = $1")
                    .bind(big(call.get()))
                    .execute(&mut *conn)
                    .await?;
                let act = act("call.released", call, Some(&former), None);
                audit(conn, now, Actor::Agent(by), act).await
            })
        })
        .await
    }
}

fn act<'a>(
    action: &'a str,
    call: CallId,
    before: Option<&LegalHold>,
    after: Option<&LegalHold>,
) -> Act<'a> {
    let told = |hold: &LegalHold| json!({ "reason": hold.reason, "until": hold.until });
    Act {
        action,
        entity: "call",
        entity_id: call.to_string(),
        before: before.map(told),
        after: after.map(told),
    }
}

async fn put(conn: &mut Connection, call: CallId, hold: &LegalHold) -> Result<()> {
    let done = sqlx::query(
        "INSERT INTO legal_hold (call_id, reason, until, agent_id, at) SELECT id, $2, $3, $4, $5 FROM call_record WHERE id = $1
         ON CONFLICT (call_id) DO UPDATE SET reason = excluded.reason, until = excluded.until,
           agent_id = excluded.agent_id, at = excluded.at",
    )
    .bind(big(call.get()))
    .bind(&hold.reason)
    .bind(hold.until.map(Timestamp::as_ms))
    .bind(big(hold.by.get()))
    .bind(hold.since.as_ms())
    .execute(conn)
    .await?;
    if done.rows_affected() == 0 {
        return Err(StoreError::NotFound("call"));
    }
    Ok(())
}

async fn read(conn: &mut Connection, call: CallId) -> Result<Option<LegalHold>> {
    let row: Option<Row> =
        sqlx::query_as("SELECT reason, until, agent_id, at FROM legal_hold WHERE call_id = $1")
            .bind(big(call.get()))
            .fetch_optional(conn)
            .await?;
    Ok(row.map(|row| LegalHold {
        reason: row.reason,
        until: row.until.map(Timestamp::from_ms),
        by: AgentId::new(count(row.agent_id)),
        since: Timestamp::from_ms(row.at),
    }))
}

#[derive(FromRow)]
struct Row {
    reason: String,
    until: Option<i64>,
    agent_id: i64,
    at: i64,
}
