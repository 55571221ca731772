//! Notes of people about a customer: what was agreed, what to mind. They are only added.

use model::customer::{NOTE_CHARS_MAX, is_text};
use model::{AgentId, CustomerFault, CustomerId, Timestamp};
use serde_json::json;
use ticket::Actor;

use super::{check_standing, row};
use crate::Database;
use crate::audit::{Act, audit};
use crate::column::big;
use crate::error::Result;
use crate::search;

/// A note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerNote {
    /// Its id.
    pub id: u64,
    /// Whom it is about.
    pub customer: CustomerId,
    /// When it was written.
    pub at: Timestamp,
    /// Who wrote it.
    pub agent: AgentId,
    /// Its text, of lines.
    pub body: String,
}

impl Database {
    /// Writes a note of 1 to [`NOTE_CHARS_MAX`] characters about a customer who was not merged.
    pub async fn add_customer_note(
        &self,
        customer: CustomerId,
        body: &str,
        agent: AgentId,
        now: Timestamp,
    ) -> Result<CustomerNote> {
        let body = body.trim().to_owned();
        // A note has lines.
        let line = body.replace(['\n', '\r', '\t'], " ");
        if body.is_empty() || !is_text(&line, NOTE_CHARS_MAX) {
            let (field, max) = ("body", NOTE_CHARS_MAX);
            return Err(CustomerFault::Text { field, max }.into());
        }
        let note = CustomerNote {
            id: self.next_id(now),
            customer,
            at: now,
            agent,
            body,
        };
        self.write(move |conn| {
            Box::pin(async move {
                check_standing(&row::standing(conn, customer).await?)?;
                sqlx::query(
                    "INSERT INTO customer_note (id, customer_id, at, agent_id, body) VALUES ($1, $2, $3, $4, $5)",
                )
                .bind(big(note.id))
                .bind(big(customer.get()))
                .bind(now.as_ms())
                .bind(big(agent.get()))
                .bind(&note.body)
                .execute(&mut *conn)
                .await?;
                search::index_note(conn, note.id, &note.body).await?;
                let act = Act {
                    action: "customer.noted",
                    entity: "customer",
                    entity_id: customer.to_string(),
                    before: None,
                    after: Some(json!({ "note": note.id.to_string(), "body": note.body })),
                };
                audit(conn, now, Actor::Agent(agent), act).await?;
                Ok(note)
            })
        })
        .await
    }
}
