//! Calendars that are closed out of turn (E9), as the facts tell it: what a start gives back to the engine.

use std::collections::BTreeMap;

use model::Fact;
use model::calendar::Closure;

use crate::Database;
use crate::column::{from_json, json_of};
use crate::database::Connection;
use crate::error::Result;

impl Database {
    /// What closes which calendar. One whose time is over stands here until the engine has told that.
    pub async fn closures(&self) -> Result<BTreeMap<String, Closure>> {
        let rows: Vec<(String, String)> =
            sqlx::query_as("SELECT calendar, closure FROM calendar_closure ORDER BY calendar")
                .fetch_all(self.readers())
                .await?;
        let read =
            |(calendar, closure): (String, String)| Ok((calendar, from_json("closure", &closure)?));
        rows.into_iter().map(read).collect()
    }
}

/// A calendar was closed, or opened again.
pub(crate) async fn note(conn: &mut Connection, fact: &Fact) -> Result<()> {
    let (calendar, closure) = if let Fact::CalendarClosed { calendar, closure } = fact {
        (calendar, Some(closure))
    } else if let Fact::CalendarOpened { calendar, .. } = fact {
        (calendar, None)
    } else {
        return Ok(());
    };
    sqlx::query("DELETE FROM calendar_closure WHERE calendar = $1")
        .bind(calendar)
        .execute(&mut *conn)
        .await?;
    if let Some(closure) = closure {
        sqlx::query("INSERT INTO calendar_closure (calendar, closure) VALUES ($1, $2)")
            .bind(calendar)
            .bind(json_of("closure", closure)?)
            .execute(conn)
            .await?;
    }
    Ok(())
}
