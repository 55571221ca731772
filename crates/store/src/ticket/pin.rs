//! PINs of tickets (查询密码, X11): what a caller keys in to hear of a sensitive one. Drawn by the house, told once, kept as a hash.
//!
//! A try is counted before it is compared, so that calls side by side get no more of them than calls in a row: three in a call, six
//! in an hour from one number, ten in an hour for what was asked, whether there is such a ticket or not. Withheld numbers are not
//! counted as one caller: whoever blows a whistle withholds his. A right PIN gives its own try back and no other. Tries stand in
//! the database, so that no restart is worth one.

use model::{AgentId, CallId, TicketId, Timestamp};
use ticket::Actor;
use tokio::sync::Semaphore;

use crate::Database;
use crate::audit::{Act, audit};
use crate::column::big;
use crate::database::Connection;
use crate::error::{Result, StoreError};
use crate::password::{hash_password, verify_password};
use crate::secret::Secret;

/// Digits of a PIN: drawn at random, so that none is likelier than another.
const DIGITS: u32 = 6;
/// Tries of one call.
const OF_CALL: i64 = 3;
/// Tries of one number within [`WINDOW_MS`].
const OF_CALLER: i64 = 6;
/// Tries for one ticket's or telephone's number within [`WINDOW_MS`].
const OF_ASKED: i64 = 10;
/// Tries of all together within [`WINDOW_MS`]: what the table holds at most.
const OF_ALL: i64 = 10_000;
/// For so long a try counts.
const WINDOW_MS: i64 = 3_600_000;
/// Hashes that one try is compared with, whether there are so many or not: time tells nobody how many sensitive tickets there are.
pub(super) const COMPARED: usize = 4;
/// Tries that are compared at once: each takes tens of milliseconds and 19 MiB.
static AT_ONCE: Semaphore = Semaphore::const_new(2);

/// Whose try it is, and for what.
#[derive(Clone, Debug)]
pub(super) struct Try {
    pub(super) call: CallId,
    /// What he asked for, as it is compared.
    pub(super) asked: String,
    /// His number, as it is compared; empty where it was withheld.
    pub(super) caller: String,
    pub(super) at: Timestamp,
}

impl Database {
    /// Draws a PIN for a ticket, in place of the one that it has; it is shown this once. `NotFound` when there is no such ticket.
    pub async fn draw_ticket_pin(
        &self,
        id: TicketId,
        by: AgentId,
        now: Timestamp,
    ) -> Result<Secret<String>> {
        let pin = random_pin()?;
        let drawn = pin.clone();
        let hashed = tokio::task::spawn_blocking(move || hash_password(drawn.expose()));
        let hash = hashed.await.map_err(|error| failed(&error))??;
        self.write(move |conn| {
            Box::pin(async move {
                let put = sqlx::query(
                    "INSERT INTO ticket_pin (ticket_id, hash, agent_id, at) SELECT id, $2, $3, $4 FROM ticket WHERE id = $1
                     ON CONFLICT (ticket_id) DO UPDATE SET hash = excluded.hash, agent_id = excluded.agent_id, at = excluded.at",
                )
                .bind(big(id.get()))
                .bind(hash.expose())
                .bind(big(by.get()))
                .bind(now.as_ms())
                .execute(&mut *conn)
                .await?;
                if put.rows_affected() == 0 {
                    return Err(StoreError::NotFound("ticket"));
                }
                audit(conn, now, Actor::Agent(by), act("ticket.pin_drawn", id)).await
            })
        })
        .await?;
        Ok(pin)
    }

    /// Takes a ticket's PIN away. `NotFound` when it has none.
    pub async fn remove_ticket_pin(&self, id: TicketId, by: AgentId, now: Timestamp) -> Result<()> {
        self.write(move |conn| {
            Box::pin(async move {
                let gone = sqlx::query("DELETE FROM ticket_pin WHERE ticket_id = $1")
                    .bind(big(id.get()))
                    .execute(&mut *conn)
                    .await?;
                if gone.rows_affected() == 0 {
                    return Err(StoreError::NotFound("ticket pin"));
                }
                audit(conn, now, Actor::Agent(by), act("ticket.pin_removed", id)).await
            })
        })
        .await
    }

    /// Whether a ticket has a PIN.
    pub async fn has_ticket_pin(&self, id: TicketId) -> Result<bool> {
        let mut conn = self.readers().acquire().await?;
        Ok(!hashes(&mut conn, &[id]).await?.is_empty())
    }

    /// Which of these the PIN opens, the first of them; each is the hashes of one ticket. `None`: none is taken any more.
    pub(super) async fn try_pin(
        &self,
        one: Try,
        pin: Secret<String>,
        doors: Vec<Vec<Secret<String>>>,
    ) -> Result<Option<Option<usize>>> {
        let permit = AT_ONCE.acquire().await.map_err(|error| failed(&error))?;
        let Some(counted) = self.count_try(one).await? else {
            return Ok(None);
        };
        let compared = tokio::task::spawn_blocking(move || opened(pin.expose(), &doors)).await;
        drop(permit);
        let opened = match compared {
            Ok(None) => return Ok(Some(None)),
            Ok(Some(door)) => Ok(Some(Some(door))),
            // Not compared: nothing was learned by it.
            Err(error) => Err(failed(&error)),
        };
        self.give_back(counted).await?;
        opened
    }

    /// Counts a try; `None`: it may not be made.
    async fn count_try(&self, one: Try) -> Result<Option<i64>> {
        self.write(move |conn| Box::pin(async move { count(conn, &one).await }))
            .await
    }

    async fn give_back(&self, counted: i64) -> Result<()> {
        self.write(move |conn| {
            Box::pin(async move {
                sqlx::query("DELETE FROM ticket_pin_try WHERE id = $1")
                    .bind(counted)
                    .execute(conn)
                    .await?;
                Ok(())
            })
        })
        .await
    }
}

async fn count(conn: &mut Connection, one: &Try) -> Result<Option<i64>> {
    sqlx::query("DELETE FROM ticket_pin_try WHERE at <= $1")
        .bind(one.at.as_ms().saturating_sub(WINDOW_MS))
        .execute(&mut *conn)
        .await?;
    let (of_call, of_asked, of_caller, of_all): (i64, i64, i64, i64) = sqlx::query_as(
        "SELECT CAST(COALESCE(SUM(CASE WHEN call_id = $1 THEN 1 ELSE 0 END), 0) AS BIGINT),
           CAST(COALESCE(SUM(CASE WHEN asked = $2 THEN 1 ELSE 0 END), 0) AS BIGINT),
           CAST(COALESCE(SUM(CASE WHEN caller_key = $3 THEN 1 ELSE 0 END), 0) AS BIGINT), COUNT(*) FROM ticket_pin_try",
    )
    .bind(big(one.call.get()))
    .bind(&one.asked)
    .bind(&one.caller)
    .fetch_one(&mut *conn)
    .await?;
    let is_over = of_call >= OF_CALL
        || of_asked >= OF_ASKED
        || (of_caller >= OF_CALLER && !one.caller.is_empty())
        || of_all >= OF_ALL;
    if is_over {
        return Ok(None);
    }
    let (counted,): (i64,) = sqlx::query_as(
        "INSERT INTO ticket_pin_try (at, call_id, asked, caller_key) VALUES ($1, $2, $3, $4) RETURNING id",
    )
    .bind(one.at.as_ms())
    .bind(big(one.call.get()))
    .bind(&one.asked)
    .bind(&one.caller)
    .fetch_one(conn)
    .await?;
    Ok(Some(counted))
}

/// The hashes of these tickets.
pub(super) async fn hashes(conn: &mut Connection, ids: &[TicketId]) -> Result<Vec<Secret<String>>> {
    let mut found = Vec::new();
    for id in ids {
        let row: Option<(String,)> =
            sqlx::query_as("SELECT hash FROM ticket_pin WHERE ticket_id = $1")
                .bind(big(id.get()))
                .fetch_optional(&mut *conn)
                .await?;
        found.extend(row.map(|(hash,)| Secret::new(hash)));
    }
    Ok(found)
}

/// The first that the PIN opens. As many hashes are reckoned whatever there is, and whatever fits.
fn opened(pin: &str, doors: &[Vec<Secret<String>>]) -> Option<usize> {
    let mut first = None;
    let hashes = doors.iter().enumerate();
    let hashes = hashes.flat_map(|(door, hashes)| hashes.iter().map(move |hash| (door, hash)));
    let mut compared = 0;
    for (door, hash) in hashes.take(COMPARED) {
        let fits = verify_password(pin, Some(hash.expose()));
        first = first.or(fits.then_some(door));
        compared += 1;
    }
    for _ in compared..COMPARED {
        verify_password(pin, None);
    }
    first
}

/// Digits at random, each PIN as likely as any other.
fn random_pin() -> Result<Secret<String>> {
    let all = 10_u32.pow(DIGITS);
    loop {
        let mut bits = [0; 4];
        getrandom::fill(&mut bits).map_err(|error| failed(&error))?;
        let drawn = u32::from_le_bytes(bits);
        // What is beyond the last whole round would make some likelier.
        if drawn < u32::MAX - u32::MAX % all {
            let digits = DIGITS as usize;
            return Ok(Secret::new(format!("{:0digits$}", drawn % all)));
        }
    }
}

fn failed(error: &dyn std::fmt::Display) -> StoreError {
    StoreError::Setting(format!("a PIN: {error}"))
}

fn act(action: &str, id: TicketId) -> Act<'_> {
    Act {
        action,
        entity: "ticket",
        entity_id: id.to_string(),
        before: None,
        after: None,
    }
}
