//! First contact (一次解决率, B2): tickets that were answered at once, and when their customer came back about the same.
//!
//! Both conditions are kept, so that a report chooses its window. He came back where that ticket is reopened, or where he calls and another
//! ticket of the same category comes of it, as it is entered or corrected to be.

use model::{CustomerId, TicketId, Timestamp};

use super::ticket::TicketPlace;
use crate::column::big;
use crate::database::Connection;
use crate::error::Result;

/// A call of a customer about a category, of which a ticket came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Contact {
    pub(crate) customer: CustomerId,
    pub(crate) category: String,
    pub(crate) at: Timestamp,
}

/// A ticket was answered at once.
pub(super) async fn answered(
    conn: &mut Connection,
    ticket: TicketId,
    (bucket, group, kind): &TicketPlace,
    at: Timestamp,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO first_contact (ticket_id, at, bucket_at, work_group, ticket_type) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (ticket_id, at) DO NOTHING",
    )
    .bind(big(ticket.get()))
    .bind(at.as_ms())
    .bind(*bucket)
    .bind(group)
    .bind(kind)
    .execute(conn)
    .await?;
    Ok(())
}

/// It was not over.
pub(super) async fn reopened(conn: &mut Connection, ticket: TicketId, at: Timestamp) -> Result<()> {
    sqlx::query(
        "UPDATE first_contact SET again_at = $2 WHERE ticket_id = $1 AND at <= $2 AND (again_at IS NULL OR again_at > $2)",
    )
    .bind(big(ticket.get()))
    .bind(at.as_ms())
    .execute(conn)
    .await?;
    Ok(())
}

/// He calls about the same, and another ticket comes of it.
pub(super) async fn came_back(
    conn: &mut Connection,
    ticket: TicketId,
    contact: &Contact,
) -> Result<()> {
    sqlx::query(
        "UPDATE first_contact SET again_at = $4 WHERE at < $4 AND (again_at IS NULL OR again_at > $4)
         AND ticket_id IN (SELECT id FROM ticket WHERE customer_id = $2 AND category = $3 AND id <> $1)",
    )
    .bind(big(ticket.get()))
    .bind(big(contact.customer.get()))
    .bind(&contact.category)
    .bind(contact.at.as_ms())
    .execute(conn)
    .await?;
    Ok(())
}
