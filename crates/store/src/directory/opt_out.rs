//! Queues of his profile that an agent does not serve for now (C1).
//!
//! Whoever manages people gives the queues, and who has the right for it takes one out for a while; so each is written without the
//! other, and without the version that guards the rest of him. A name that his profile has lost goes with the next change.

use model::{AgentId, QueueName, Timestamp};

use super::agent::agent;
use crate::Database;
use crate::column::{big, json_of};
use crate::error::{Result, StoreError};

impl Database {
    /// He serves a queue of his profile from here on, or no longer; tells whether that is new. `NotFound` where his profile has no
    /// such queue.
    pub async fn serve_queue(
        &self,
        id: AgentId,
        queue: QueueName,
        serves: bool,
        now: Timestamp,
    ) -> Result<bool> {
        self.write(move |conn| {
            Box::pin(async move {
                let found = agent(conn, id).await?;
                let mut record = found.ok_or(StoreError::NotFound("agent"))?;
                if !record.queues.iter().any(|one| one.queue == queue) {
                    return Err(StoreError::NotFound("queue"));
                }
                let changed = match serves {
                    true => record.opted_out.remove(&queue),
                    false => record.opted_out.insert(queue),
                };
                // So the list is never longer than the profile.
                record
                    .opted_out
                    .retain(|name| record.queues.iter().any(|one| one.queue == *name));
                sqlx::query("UPDATE agent SET opted_out = $2, updated_at = $3 WHERE id = $1")
                    .bind(big(id.get()))
                    .bind(json_of("agent", &record.opted_out)?)
                    .bind(now.as_ms())
                    .execute(conn)
                    .await?;
                Ok(changed)
            })
        })
        .await
    }
}
