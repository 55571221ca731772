//! Drafts: what a call leaves with its agent until it becomes a ticket.
//!
//! One for each call and agent. Opening one again changes nothing, so an offer that is read twice after a crash, or made
//! twice, costs the agent nothing that he wrote. Each change reads and writes in one transaction: what the agent writes, what the directory
//! answers and what a colleague has written come at once, and none undoes another.

use ::ticket::{Draft, Written};
use model::{AgentId, CallId, Profile};

use super::ROWS_MAX;
use super::origin::CHANNEL;
use crate::Database;
use crate::column::{big, from_json, json_of};
use crate::database::Connection;
use crate::error::{Result, StoreError};

impl Database {
    /// Keeps a draft if the agent has none of this call yet and the call has not given its ticket.
    pub async fn open_draft(&self, draft: &Draft) -> Result<()> {
        let draft = draft.clone();
        self.write(move |conn| {
            Box::pin(async move {
                sqlx::query(
                    "INSERT INTO draft (call_id, agent_id, data, opened_at) SELECT $1, $2, $3, $4
                     WHERE NOT EXISTS (SELECT 1 FROM ticket WHERE channel = $5 AND source_ref = $6)
                     ON CONFLICT (call_id, agent_id) DO NOTHING",
                )
                .bind(big(draft.call.get()))
                .bind(big(draft.agent.get()))
                .bind(json_of("draft", &draft)?)
                .bind(draft.opened_at.as_ms())
                .bind(CHANNEL)
                .bind(draft.call.to_string())
                .execute(conn)
                .await?;
                Ok(())
            })
        })
        .await
    }

    /// Keeps a draft, over what was there.
    pub async fn save_draft(&self, draft: &Draft) -> Result<()> {
        let draft = draft.clone();
        self.write(move |conn| Box::pin(async move { put_draft(conn, &draft).await }))
            .await
    }

    /// B3: what its agent has written stands in the draft, over what stood there, if he has read it as it is. `NotFound` without a draft,
    /// `Conflict` where the version is another, `Refused` where it is too long. It has no row in the audit log: until it is a ticket it is his own
    /// sheet, and kept every few seconds.
    pub async fn write_draft(
        &self,
        (call, agent): (CallId, AgentId),
        version: u64,
        text: Written,
    ) -> Result<Draft> {
        self.write(move |conn| {
            Box::pin(async move {
                let found = draft(conn, call, agent).await?;
                let mut draft = found.ok_or(StoreError::NotFound("draft"))?;
                if draft.version != version {
                    let current = draft.version;
                    return Err(StoreError::Conflict {
                        what: "draft",
                        current,
                    });
                }
                draft.write(text)?;
                put_draft(conn, &draft).await?;
                Ok(draft)
            })
        })
        .await
    }

    /// Who calls stands in the draft of a call and an agent, if there is one.
    pub async fn identify_draft(
        &self,
        (call, agent): (CallId, AgentId),
        profile: &Profile,
    ) -> Result<()> {
        let profile = profile.clone();
        self.write(move |conn| {
            Box::pin(async move {
                if let Some(mut draft) = draft(conn, call, agent).await? {
                    draft.identify(&profile);
                    put_draft(conn, &draft).await?;
                }
                Ok(())
            })
        })
        .await
    }

    /// P6: what one agent wrote of a call stands in the draft of the next, who has written nothing.
    pub async fn inherit_draft(&self, call: CallId, from: AgentId, to: AgentId) -> Result<()> {
        self.write(move |conn| {
            Box::pin(async move {
                let former = draft(conn, call, from).await?;
                let own = draft(conn, call, to).await?;
                if let (Some(former), Some(mut own)) = (former, own)
                    && own.inherit(&former)
                {
                    put_draft(conn, &own).await?;
                }
                Ok(())
            })
        })
        .await
    }

    /// The draft of a call and an agent.
    pub async fn draft(&self, call: CallId, agent: AgentId) -> Result<Option<Draft>> {
        let mut conn = self.readers().acquire().await?;
        draft(&mut conn, call, agent).await
    }

    /// An agent's drafts, newest first, at most 200.
    pub async fn drafts(&self, agent: AgentId) -> Result<Vec<Draft>> {
        let rows: Vec<(String,)> = sqlx::query_as(
            "SELECT data FROM draft WHERE agent_id = $1 ORDER BY opened_at DESC, call_id DESC LIMIT $2",
        )
        .bind(big(agent.get()))
        .bind(ROWS_MAX)
        .fetch_all(self.readers())
        .await?;
        let drafts = rows.iter().map(|(data,)| from_json("draft", data));
        drafts.collect()
    }

    /// Forgets all drafts of a call: nobody talked to the caller.
    pub async fn discard_drafts(&self, call: CallId) -> Result<()> {
        self.write(move |conn| Box::pin(discard_drafts(conn, call)))
            .await
    }
}

pub(super) async fn put_draft(conn: &mut Connection, draft: &Draft) -> Result<()> {
    sqlx::query(
        "INSERT INTO draft (call_id, agent_id, data, opened_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (call_id, agent_id) DO UPDATE SET data = excluded.data",
    )
    .bind(big(draft.call.get()))
    .bind(big(draft.agent.get()))
    .bind(json_of("draft", draft)?)
    .bind(draft.opened_at.as_ms())
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn draft(
    conn: &mut Connection,
    call: CallId,
    agent: AgentId,
) -> Result<Option<Draft>> {
    let row: Option<(String,)> =
        sqlx::query_as("SELECT data FROM draft WHERE call_id = $1 AND agent_id = $2")
            .bind(big(call.get()))
            .bind(big(agent.get()))
            .fetch_optional(conn)
            .await?;
    row.map(|(data,)| from_json("draft", &data)).transpose()
}

pub(super) async fn discard_drafts(conn: &mut Connection, call: CallId) -> Result<()> {
    sqlx::query("DELETE FROM draft WHERE call_id = $1")
        .bind(big(call.get()))
        .execute(conn)
        .await?;
    Ok(())
}

pub(super) async fn link_to_drafts(conn: &mut Connection, call: CallId, path: &str) -> Result<()> {
    let rows: Vec<(String,)> = sqlx::query_as("SELECT data FROM draft WHERE call_id = $1")
        .bind(big(call.get()))
        .fetch_all(&mut *conn)
        .await?;
    for (data,) in rows {
        let mut draft: Draft = from_json("draft", &data)?;
        if !draft.recordings.iter().any(|known| known == path) {
            draft.recordings.push(path.to_owned());
            put_draft(conn, &draft).await?;
        }
    }
    Ok(())
}
