//! Sums of tickets made anew out of their timelines (I8): the same fold as that of each step, in one transaction, so that who reads meanwhile
//! sees the former sums or the other ones. What tickets did before their sums were kept is counted too.

use ::ticket::Entry;
use model::{TicketId, Timestamp};
use sqlx::Connection as _;

use super::{TicketCounts, TicketTally, add_ticket_sums, first_contact, forget_old};
use crate::Database;
use crate::column::{big, count, from_json};
use crate::database::{Address, Connection, connect_to_fill};
use crate::error::Result;

/// Tickets whose sums are written together.
const TICKETS_AT_ONCE: i64 = 500;

/// What of a timeline is read.
const ALL: &str = "SELECT entry FROM ticket_event WHERE ticket_id = $1 ORDER BY seq";
/// Whose it is, and about what.
const ABOUT: &str = "SELECT entry FROM ticket_event WHERE ticket_id = $1 AND kind IN ('submit', 'correct', 'reclassify') ORDER BY seq";

/// Makes the sums of all tickets anew; gives how many tickets there are. Nobody else may write meanwhile: it is one transaction on a
/// connection of its own, since it takes as long as it takes. `now`: what is older than sums are kept is left out. `tell` hears after each
/// page how many are done.
pub async fn rebuild_tickets(
    address: &Address,
    now: Timestamp,
    tell: &(dyn Fn(u64) + Send + Sync),
) -> Result<u64> {
    let mut conn = connect_to_fill(address).await?;
    let mut turn = conn.begin_with(address.place().begin()).await?;
    let done = rebuild(&mut turn, now, tell).await?;
    turn.commit().await?;
    conn.close().await?;
    Ok(done)
}

impl Database {
    /// How many tickets there are.
    pub async fn ticket_count(&self) -> Result<u64> {
        let (many,): (i64,) = sqlx::query_as("SELECT COUNT(*) FROM ticket")
            .fetch_one(self.readers())
            .await?;
        Ok(count(many))
    }
}

async fn rebuild(
    conn: &mut Connection,
    now: Timestamp,
    tell: &(dyn Fn(u64) + Send + Sync),
) -> Result<u64> {
    for table in [
        "DELETE FROM rollup_ticket",
        "DELETE FROM rollup_ticket_block",
        "DELETE FROM rollup_ticket_time",
        "DELETE FROM first_contact",
    ] {
        sqlx::query(table).execute(&mut *conn).await?;
    }
    let (mut after, mut done) = (None, 0);
    loop {
        let ids = page(conn, after).await?;
        let Some(last) = ids.last() else { break };
        after = Some(*last);
        let mut counts = TicketCounts::default();
        for id in &ids {
            let one = played(conn, *id).await?;
            counts.add_sums(one);
        }
        add_ticket_sums(conn, &counts).await?;
        done += ids.len() as u64;
        tell(done);
    }
    // Who came back is told once all that was answered stands there.
    let mut after = None;
    loop {
        let ids = page(conn, after).await?;
        let Some(last) = ids.last() else { break };
        after = Some(*last);
        for id in &ids {
            let (_, counts) = folded(conn, *id, ABOUT).await?;
            for contact in &counts.contacts {
                first_contact::came_back(conn, *id, contact).await?;
            }
        }
    }
    forget_old(conn, now.as_ms()).await?;
    Ok(done)
}

async fn page(conn: &mut Connection, after: Option<TicketId>) -> Result<Vec<TicketId>> {
    let rows: Vec<(i64,)> =
        sqlx::query_as("SELECT id FROM ticket WHERE id > $1 ORDER BY id LIMIT $2")
            .bind(after.map_or(i64::MIN, |id| big(id.get())))
            .bind(TICKETS_AT_ONCE)
            .fetch_all(conn)
            .await?;
    Ok(rows
        .into_iter()
        .map(|(id,)| TicketId::new(count(id)))
        .collect())
}

/// A ticket from its first entry on; what it answered at once, and since when it stands where it stands, is written.
async fn played(conn: &mut Connection, id: TicketId) -> Result<TicketCounts> {
    let (tally, counts) = folded(conn, id, ALL).await?;
    for (place, at) in &counts.answered {
        first_contact::answered(conn, id, place, *at).await?;
    }
    for at in &counts.reopened {
        first_contact::reopened(conn, id, *at).await?;
    }
    sqlx::query("UPDATE ticket SET state_at = $2 WHERE id = $1")
        .bind(big(id.get()))
        .bind(tally.since.map(Timestamp::as_ms))
        .execute(conn)
        .await?;
    Ok(counts)
}

async fn folded(
    conn: &mut Connection,
    id: TicketId,
    what: &'static str,
) -> Result<(TicketTally, TicketCounts)> {
    let (mut tally, mut counts) = (TicketTally::default(), TicketCounts::default());
    let rows: Vec<(String,)> = sqlx::query_as(what)
        .bind(big(id.get()))
        .fetch_all(conn)
        .await?;
    for (entry,) in rows {
        let entry: Entry = from_json("ticket entry", &entry)?;
        tally.apply(&entry, &mut counts);
    }
    Ok((tally, counts))
}
