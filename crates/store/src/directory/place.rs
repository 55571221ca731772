//! Where an agent is rung: at a phone of the house, or outside (C14).
//!
//! His number is written by whoever manages people, the choice between both places by himself; so each is written without the
//! other, and without the version that guards the rest of him.

use model::{AgentId, Timestamp};

use crate::Database;
use crate::column::big;
use crate::error::{Result, StoreError};

impl Database {
    /// Sets his number outside, or takes it away; without one he is rung in the house.
    pub async fn set_outside_number(
        &self,
        id: AgentId,
        number: Option<String>,
        now: Timestamp,
    ) -> Result<()> {
        self.write(move |conn| {
            Box::pin(async move {
                let changed = sqlx::query(
                    "UPDATE agent SET outside_number = $2, is_outside = CASE WHEN $2 IS NULL THEN 0 ELSE is_outside END,
                       updated_at = $3, version = version + 1
                     WHERE id = $1 AND removed_at IS NULL",
                )
                .bind(big(id.get()))
                .bind(number)
                .bind(now.as_ms())
                .execute(conn)
                .await?;
                match changed.rows_affected() {
                    0 => Err(StoreError::NotFound("agent")),
                    _ => Ok(()),
                }
            })
        })
        .await
    }

    /// He is rung outside from here on, or in the house. `NotFound` where he has no number outside.
    pub async fn set_place(&self, id: AgentId, is_outside: bool, now: Timestamp) -> Result<()> {
        self.write(move |conn| {
            Box::pin(async move {
                let changed = sqlx::query(
                    "UPDATE agent SET is_outside = $2, updated_at = $3
                     WHERE id = $1 AND removed_at IS NULL AND ($2 = 0 OR outside_number IS NOT NULL)",
                )
                .bind(big(id.get()))
                .bind(i64::from(is_outside))
                .bind(now.as_ms())
                .execute(conn)
                .await?;
                match changed.rows_affected() {
                    0 => Err(StoreError::NotFound("outside number")),
                    _ => Ok(()),
                }
            })
        })
        .await
    }
}
