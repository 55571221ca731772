//! What a verb of the command line has changed beside a server: it tells nobody, so its facts wait in the outbox for the server that runs, or for the
//! next one.
//!
//! Whoever tells a fact takes it first, in a transaction: from there on it is like one of his own, so that none is told twice, and one that a kill
//! keeps from the log is told at the next start.

use model::{Fact, TicketId};

use super::TicketDesk;
use super::timeline::posted;
use crate::column::big;
use crate::database::Connection;
use crate::error::Result;

/// Facts that are taken at once.
const LEFT_MAX: i64 = 1_000;

impl TicketDesk {
    /// A desk beside the one of a server, for a verb: what it changes is told by the server, and promises run by the hours that are in force there.
    #[must_use]
    pub fn beside_a_server(self) -> Self {
        Self {
            leaves: true,
            ..self
        }
    }

    /// Tells what verbs have changed meanwhile, at most 1,000 facts, each ticket's in its order; gives what was told.
    pub async fn tell_left(&self) -> Result<Vec<Fact>> {
        let waits: Option<(i64,)> =
            sqlx::query_as("SELECT seq FROM ticket_outbox WHERE is_left = 1 LIMIT 1")
                .fetch_optional(self.database.readers())
                .await?;
        if waits.is_none() {
            return Ok(Vec::new());
        }
        self.write(|conn| Box::pin(take(conn))).await
    }
}

async fn take(conn: &mut Connection) -> Result<Vec<Fact>> {
    let rows: Vec<(i64, i64, String)> = sqlx::query_as(
        "UPDATE ticket_outbox SET is_left = 0 WHERE is_left = 1 AND (ticket_id, seq) IN
           (SELECT ticket_id, seq FROM ticket_outbox WHERE is_left = 1 ORDER BY ticket_id, seq LIMIT $1)
         RETURNING ticket_id, seq, fact",
    )
    .bind(LEFT_MAX)
    .fetch_all(conn)
    .await?;
    in_order(rows)
}

/// What was left of one ticket.
pub(super) async fn take_of(conn: &mut Connection, id: TicketId) -> Result<Vec<Fact>> {
    let rows: Vec<(i64, i64, String)> = sqlx::query_as(
        "UPDATE ticket_outbox SET is_left = 0 WHERE ticket_id = $1 AND is_left = 1
         RETURNING ticket_id, seq, fact",
    )
    .bind(big(id.get()))
    .fetch_all(conn)
    .await?;
    in_order(rows)
}

fn in_order(mut rows: Vec<(i64, i64, String)>) -> Result<Vec<Fact>> {
    rows.sort_unstable();
    let mut facts = Vec::with_capacity(rows.len());
    for (_, _, row) in &rows {
        facts.extend(posted(row)?);
    }
    Ok(facts)
}
