//! The calendars by which promises run, as they are kept (R10): a house whose hours change while nobody serves it, or between two questions,
//! counts what its tickets have used by the hours that held.

use std::sync::Arc;

use ::ticket::Rules;
use ::ticket::handling::HoursVersion;
use ::ticket::rules::{HoursBook, HoursInForce};
use model::Timestamp;

use super::TicketDesk;
use crate::column::{big, count, from_json, json_of};
use crate::database::Connection;
use crate::error::Result;

/// The book that was made of certain rules.
#[derive(Debug)]
pub(super) struct Adopted {
    rules: Arc<Rules>,
    book: Arc<HoursBook>,
}

impl TicketDesk {
    /// R10: what the rules say of hours holds from `now` on, where nobody has looked since they changed. Tickets that run by others are
    /// woken.
    pub async fn adopt_hours(&self, now: Timestamp) -> Result<()> {
        self.hours_of(&self.rules(), now).await.map(drop)
    }

    /// The book of these rules.
    pub(super) async fn hours_of(
        &self,
        rules: &Arc<Rules>,
        now: Timestamp,
    ) -> Result<Arc<HoursBook>> {
        let mut adopted = self.hours.lock().await;
        if let Some(adopted) = adopted.as_ref().filter(|it| Arc::ptr_eq(&it.rules, rules)) {
            return Ok(Arc::clone(&adopted.book));
        }
        let book = Arc::new(self.book_of(rules, now).await?);
        *adopted = Some(Adopted {
            rules: Arc::clone(rules),
            book: Arc::clone(&book),
        });
        Ok(book)
    }

    /// Beside a server nobody adopts hours: they change when the server reads the files again.
    async fn book_of(&self, rules: &Arc<Rules>, now: Timestamp) -> Result<HoursBook> {
        if self.leaves {
            let in_force = read(&mut *self.database.readers().acquire().await?).await?;
            if !in_force.in_force.is_empty() {
                return Ok(in_force);
            }
        }
        let to_adopt = Arc::clone(rules);
        self.database
            .write(move |conn| Box::pin(async move { adopt(conn, &to_adopt, now).await }))
            .await
    }
}

async fn adopt(conn: &mut Connection, rules: &Rules, now: Timestamp) -> Result<HoursBook> {
    let before = read(conn).await?;
    let mut book = before.clone();
    let others = book.adopt(rules, now);
    let calendars = book.calendars.iter();
    for (version, calendar) in calendars.filter(|(it, _)| !before.calendars.contains_key(it)) {
        sqlx::query("INSERT INTO calendar_version (version, spec) VALUES ($1, $2)")
            .bind(big(version.get()))
            .bind(json_of("calendar", calendar)?)
            .execute(&mut *conn)
            .await?;
    }
    let gone = before.in_force.keys();
    for name in gone.filter(|name| !book.in_force.contains_key(*name)) {
        sqlx::query("DELETE FROM ticket_hours WHERE ticket_type = $1")
            .bind(name)
            .execute(&mut *conn)
            .await?;
    }
    for name in others {
        let HoursInForce { version, since } = book.in_force.get(&name).copied().unwrap_or_default();
        sqlx::query(
            "INSERT INTO ticket_hours (ticket_type, version, since) VALUES ($1, $2, $3)
             ON CONFLICT (ticket_type) DO UPDATE SET version = excluded.version, since = excluded.since",
        )
        .bind(&name)
        .bind(big(version.get()))
        .bind(since.as_ms())
        .execute(&mut *conn)
        .await?;
    }
    wake_others(conn, now).await?;
    Ok(book)
}

/// Tickets that run by other hours than those of their type meet the change by themselves.
async fn wake_others(conn: &mut Connection, now: Timestamp) -> Result<()> {
    sqlx::query(
        "UPDATE ticket SET wake_at = $1 WHERE is_open = 1 AND hours <> 0 AND (wake_at IS NULL OR wake_at > $1)
           AND hours <> COALESCE((SELECT h.version FROM ticket_hours h WHERE h.ticket_type = ticket.ticket_type),
                                 (SELECT h.version FROM ticket_hours h WHERE h.ticket_type = ''))",
    )
    .bind(now.as_ms())
    .execute(conn)
    .await?;
    Ok(())
}

async fn read(conn: &mut Connection) -> Result<HoursBook> {
    let calendars: Vec<(i64, String)> =
        sqlx::query_as("SELECT version, spec FROM calendar_version")
            .fetch_all(&mut *conn)
            .await?;
    let version = |version: i64| HoursVersion::new(count(version));
    let calendars = calendars.into_iter();
    let calendars = calendars
        .map(|(id, spec)| Ok((version(id), from_json("calendar", &spec)?)))
        .collect::<Result<_>>()?;
    let in_force: Vec<(String, i64, i64)> =
        sqlx::query_as("SELECT ticket_type, version, since FROM ticket_hours")
            .fetch_all(conn)
            .await?;
    let in_force = in_force.into_iter().map(|(name, id, since)| {
        let stands = HoursInForce {
            version: version(id),
            since: Timestamp::from_ms(since),
        };
        (name, stands)
    });
    Ok(HoursBook {
        in_force: in_force.collect(),
        calendars,
    })
}
