//! Who saw a number whole that his house masks, and why (F7): a row of the audit log each time.

use model::Timestamp;
use serde_json::json;
use ticket::Actor;

use crate::Database;
use crate::audit::{Act, audit};
use crate::error::Result;

/// What a number was seen of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeenOf {
    /// Of a customer, by his id.
    Customer(u64),
    /// Of a call.
    Call(u64),
    /// Of a ticket.
    Ticket(u64),
}

impl SeenOf {
    const fn row(self) -> (&'static str, &'static str, u64) {
        match self {
            Self::Customer(id) => ("customer", "customer.unmasked", id),
            Self::Call(id) => ("call", "call.unmasked", id),
            Self::Ticket(id) => ("ticket", "ticket.unmasked", id),
        }
    }
}

impl Database {
    /// Notes it. The numbers do not stand in the row: whose they are tells it.
    pub async fn note_unmasked(
        &self,
        what: SeenOf,
        reason: String,
        by: Actor,
        now: Timestamp,
    ) -> Result<()> {
        self.write(move |conn| {
            Box::pin(async move {
                let (entity, action, id) = what.row();
                let act = Act {
                    action,
                    entity,
                    entity_id: id.to_string(),
                    before: None,
                    after: Some(json!({ "reason": reason })),
                };
                audit(conn, now, by, act).await
            })
        })
        .await
    }
}
