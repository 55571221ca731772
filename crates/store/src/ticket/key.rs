//! Hard keys (判重键, D1) as the store keeps them: those of a ticket change with what it is about, and all of them where the house
//! changes its conditions.

use std::collections::BTreeSet;

use ::ticket::{Rules, State, Ticket};
use model::{DAY_MS, TicketId, Timestamp};
use sha2::{Digest, Sha256};

use super::row::{Row, select, tickets};
use super::{Clerk, TicketDesk};
use crate::column::{big, text_of};
use crate::database::Connection;
use crate::error::Result;

/// Tickets whose keys are made anew at once.
const RENEWED_MAX: i64 = 200;
/// The one row of what keys were made by.
const ROW: i64 = 1;

/// A key as it is kept: as long as any other.
pub(super) fn digest(key: &str) -> String {
    text_of(&Sha256::digest(key.as_bytes()))
}

/// Keeps the keys of a ticket as it is.
pub(super) async fn keep(conn: &mut Connection, rules: &Rules, ticket: &Ticket) -> Result<()> {
    sqlx::query("DELETE FROM ticket_key WHERE ticket_id = $1")
        .bind(big(ticket.id.get()))
        .execute(&mut *conn)
        .await?;
    let keys = rules.hard_keys(&ticket.matter);
    let keys: BTreeSet<String> = keys.iter().map(|(_, key)| digest(key)).collect();
    for key in keys {
        sqlx::query(
            "INSERT INTO ticket_key (dup_key, ticket_id, filed_at, is_plain) VALUES ($1, $2, $3, $4)",
        )
        .bind(key)
        .bind(big(ticket.id.get()))
        .bind(ticket.created_at.as_ms())
        .bind(i64::from(is_plain(ticket)))
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}

/// Keeps up with who may read a ticket, and whether it counts, after a step that leaves its keys as they are.
pub(super) async fn keep_up(conn: &mut Connection, ticket: &Ticket) -> Result<()> {
    sqlx::query("UPDATE ticket_key SET is_plain = $2 WHERE ticket_id = $1 AND is_plain <> $2")
        .bind(big(ticket.id.get()))
        .bind(i64::from(is_plain(ticket)))
        .execute(conn)
        .await?;
    Ok(())
}

/// Whether whoever may look for it may read it, and it counts among those of its keys.
fn is_plain(ticket: &Ticket) -> bool {
    ticket.state() != State::Void && !ticket.matter.for_leads && !ticket.handling.is_sensitive()
}

impl TicketDesk {
    /// Where the house has other conditions than keys were made by: makes those of the next tickets anew, the newest first, as far
    /// back as a condition looks. Tells whether there is more to do.
    pub async fn renew_keys(&self, now: Timestamp) -> Result<bool> {
        let clerk = self.clerk(now).await?;
        let conditions = clerk.rules.sameness();
        let kept: Option<(String, i64)> =
            sqlx::query_as("SELECT conditions, next_id FROM ticket_sameness WHERE id = $1")
                .bind(ROW)
                .fetch_optional(self.database.readers())
                .await?;
        let next = match kept {
            Some((made_by, next)) if made_by == conditions => next,
            None if conditions.is_empty() => 0,
            Some(_) | None => i64::MAX,
        };
        if next == 0 {
            return Ok(false);
        }
        self.database
            .write(move |conn| {
                Box::pin(async move { clerk.renew(conn, &conditions, next, now).await })
            })
            .await
    }
}

impl Clerk {
    async fn renew(
        &self,
        conn: &mut Connection,
        conditions: &str,
        next: i64,
        now: Timestamp,
    ) -> Result<bool> {
        let window_ms = i64::from(self.rules.sameness_days()) * DAY_MS;
        let mut query = select();
        query
            .push(" WHERE t.id < ")
            .push_bind(next)
            .push(" AND t.created_at >= ")
            .push_bind(now.as_ms() - window_ms)
            .push(" ORDER BY t.id DESC LIMIT ")
            .push_bind(RENEWED_MAX);
        let rows: Vec<Row> = query.build_query_as().fetch_all(&mut *conn).await?;
        let found = tickets(rows)?;
        for ticket in &found {
            keep(conn, &self.rules, ticket).await?;
        }
        let is_more = found.len() == RENEWED_MAX as usize;
        let last = found.last().map(|ticket| ticket.id);
        let next = last
            .filter(|_| is_more)
            .map_or(0, |id: TicketId| big(id.get()));
        sqlx::query(
            "INSERT INTO ticket_sameness (id, conditions, next_id) VALUES ($1, $2, $3)
             ON CONFLICT (id) DO UPDATE SET conditions = excluded.conditions, next_id = excluded.next_id",
        )
        .bind(ROW)
        .bind(conditions)
        .bind(next)
        .execute(conn)
        .await?;
        Ok(is_more)
    }
}
