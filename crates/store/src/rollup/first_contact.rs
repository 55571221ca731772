//! First contact (一次解决率, B2): tickets that were answered at once, and when their customer came back about the same.
//!
//! Both conditions are kept, so that a report chooses its window. He came back where that ticket is reopened, or where he, or somebody who
//! was merged with him, calls again and another ticket of the same category comes of it, as it is entered or corrected to be. A second
//! ticket of the same call is no second call, and a call that the house made is none of his.

use model::fact::Direction;
use model::{CallId, CustomerId, DAY_MS, TicketId, Timestamp};
use report::FCR_DAYS_MAX;

use super::ticket::TicketPlace;
use crate::cdr;
use crate::column::big;
use crate::database::Connection;
use crate::error::Result;

/// A call of a customer about a category, of which a ticket came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Contact {
    pub(crate) call: CallId,
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

/// He calls about the same, and another ticket comes of it. Looked back is as far as a report may ask.
pub(super) async fn came_back(
    conn: &mut Connection,
    ticket: TicketId,
    contact: &Contact,
) -> Result<()> {
    let called = cdr::record(conn, contact.call).await?;
    if called.is_some_and(|call| matches!(call.direction, Direction::Out | Direction::Internal)) {
        return Ok(());
    }
    let customer = big(contact.customer.get());
    let stands: Option<(i64,)> =
        sqlx::query_as("SELECT COALESCE(merged_into_id, id) FROM customer WHERE id = $1")
            .bind(customer)
            .fetch_optional(&mut *conn)
            .await?;
    let stands = stands.map_or(customer, |(id,)| id);
    sqlx::query(
        "UPDATE first_contact SET again_at = $4 WHERE at < $4 AND at >= $5 AND (again_at IS NULL OR again_at > $4)
         AND ticket_id IN (SELECT t.id FROM ticket t WHERE t.category = $3 AND t.id <> $1
           AND (t.source_call_id IS NULL OR t.source_call_id <> $6)
           AND t.customer_id IN (SELECT c.id FROM customer c WHERE c.id = $2 OR c.merged_into_id = $2))",
    )
    .bind(big(ticket.get()))
    .bind(stands)
    .bind(&contact.category)
    .bind(contact.at.as_ms())
    .bind(contact.at.as_ms() - i64::from(FCR_DAYS_MAX) * DAY_MS)
    .bind(big(contact.call.get()))
    .execute(conn)
    .await?;
    Ok(())
}
