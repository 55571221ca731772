//! Two customers who are one (F9), and the way back.
//!
//! What happened stays where it stands: calls, tickets and notes of the merged customer are found through him (`merged_into`), and
//! none is rewritten. Numbers and contacts move, so that a call finds the one who stands; what moved is kept with the merge. An
//! undo within [`UNDO_MS`] gives the merged customer back exactly as he was, and takes from the other what came from him.

use std::collections::BTreeSet;

use model::{CustomerFault, CustomerId, Timestamp};
use ticket::Actor;

use moved::Moved;

use super::{CustomerRecord, check_standing, row, tell};
use crate::Database;
use crate::column::{big, count, from_json, json_of};
use crate::database::Connection;
use crate::error::{Result, StoreError};

mod moved;

/// A merge can be undone for 7 days.
const UNDO_MS: i64 = 7 * 24 * 3_600_000;

/// A merge of two customers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merged {
    /// Who was merged.
    pub merged: CustomerRecord,
    /// Who stands for both.
    pub stands: CustomerRecord,
}

impl Database {
    /// `merged` becomes one with `into`, who stands for both. A [`CustomerFault::Merged`] when one of them was merged meanwhile:
    /// of two merges that cross, one is done.
    pub async fn merge_customers(
        &self,
        merged: CustomerId,
        into: CustomerId,
        by: Actor,
        now: Timestamp,
    ) -> Result<Merged> {
        let id = self.next_id(now);
        self.write(move |conn| {
            Box::pin(async move { merge(conn, id, merged, into, by, now).await })
        })
        .await
    }

    /// Takes the merge of a customer back. `NotFound` for a stranger; a [`CustomerFault::NotMerged`] when there is none, or one that is older than [`UNDO_MS`];
    /// [`CustomerFault::MergedSince`] when the other one was merged himself since: that merge goes first.
    pub async fn unmerge_customer(
        &self,
        merged: CustomerId,
        by: Actor,
        now: Timestamp,
    ) -> Result<Merged> {
        self.write(move |conn| Box::pin(async move { unmerge(conn, merged, by, now).await }))
            .await
    }
}

async fn merge(
    conn: &mut Connection,
    id: u64,
    merged: CustomerId,
    into: CustomerId,
    by: Actor,
    now: Timestamp,
) -> Result<Merged> {
    if merged == into {
        return Err(CustomerFault::Itself.into());
    }
    // Both rows are taken in the order of their ids, so that two merges that cross wait for one another and the second sees the first.
    for customer in BTreeSet::from([merged, into]) {
        next_version(conn, customer, now).await?;
    }
    let loser = row::standing(conn, merged).await?;
    let winner = row::standing(conn, into).await?;
    check_standing(&loser)?;
    check_standing(&winner)?;
    let moved = moved::hand_over(conn, &loser, &winner).await?;
    sqlx::query("UPDATE customer SET merged_into_id = $2 WHERE id = $1 OR merged_into_id = $1")
        .bind(big(merged.get()))
        .bind(big(into.get()))
        .execute(&mut *conn)
        .await?;
    sqlx::query(
        "INSERT INTO customer_merge (id, merged_id, into_id, at, moved) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(big(id))
    .bind(big(merged.get()))
    .bind(big(into.get()))
    .bind(now.as_ms())
    .bind(json_of("merge of customers", &moved)?)
    .execute(&mut *conn)
    .await?;
    told(conn, "customer.merged", &loser, &winner, by, now).await
}

async fn unmerge(
    conn: &mut Connection,
    merged: CustomerId,
    by: Actor,
    now: Timestamp,
) -> Result<Merged> {
    row::standing(conn, merged).await?;
    let (id, into, moved) = undoable(conn, merged, now).await?;
    for customer in BTreeSet::from([merged, into]) {
        next_version(conn, customer, now).await?;
    }
    let loser = row::standing(conn, merged).await?;
    let winner = row::standing(conn, into).await?;
    if let Some(other) = winner.merged_into {
        return Err(CustomerFault::MergedSince(other).into());
    }
    sqlx::query("UPDATE customer_merge SET undone_at = $2 WHERE id = $1")
        .bind(id)
        .bind(now.as_ms())
        .execute(&mut *conn)
        .await?;
    moved::give_back(conn, &loser, &winner, &moved).await?;
    told(conn, "customer.unmerged", &loser, &winner, by, now).await
}

/// The merge that can be undone: its id, into whom, and what moved.
async fn undoable(
    conn: &mut Connection,
    merged: CustomerId,
    now: Timestamp,
) -> Result<(i64, CustomerId, Moved)> {
    let found: Option<(i64, i64, i64, String)> = sqlx::query_as(
        "SELECT id, into_id, at, moved FROM customer_merge WHERE merged_id = $1 AND undone_at IS NULL
         ORDER BY id DESC LIMIT 1",
    )
    .bind(big(merged.get()))
    .fetch_optional(conn)
    .await?;
    let fresh = found.filter(|(_, _, at, _)| now.as_ms() - at <= UNDO_MS);
    let (id, into, _, moved) = fresh.ok_or(CustomerFault::NotMerged)?;
    let into = CustomerId::new(count(into));
    Ok((id, into, from_json("merge of customers", &moved)?))
}

/// A version more; whoever else changes this customer waits until it is done.
async fn next_version(conn: &mut Connection, id: CustomerId, now: Timestamp) -> Result<()> {
    let done =
        sqlx::query("UPDATE customer SET version = version + 1, updated_at = $2 WHERE id = $1")
            .bind(big(id.get()))
            .bind(now.as_ms())
            .execute(conn)
            .await?;
    if done.rows_affected() == 0 {
        return Err(StoreError::NotFound("customer"));
    }
    Ok(())
}

async fn told(
    conn: &mut Connection,
    action: &str,
    loser: &CustomerRecord,
    winner: &CustomerRecord,
    by: Actor,
    now: Timestamp,
) -> Result<Merged> {
    let merged = row::standing(conn, loser.id).await?;
    let stands = row::standing(conn, winner.id).await?;
    tell(conn, action, Some(loser), &merged, by, now).await?;
    tell(conn, action, Some(winner), &stands, by, now).await?;
    Ok(Merged { merged, stands })
}
