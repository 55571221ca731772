//! How the last canary of scripts stands (M6), as the facts tell it: what a start gives back to the engine.

use model::Fact;
use model::canary::Trial;
use sqlx::SqliteConnection;

use crate::Database;
use crate::column::{from_json, json_of};
use crate::error::Result;

impl Database {
    /// How the last canary stands, as far as a call in it went badly; it may be over.
    pub async fn canary(&self) -> Result<Option<Trial>> {
        let mut conn = self.readers().acquire().await?;
        known(&mut conn).await
    }
}

/// A call in a canary went badly, or it was taken back.
pub(crate) async fn note(conn: &mut SqliteConnection, fact: &Fact) -> Result<()> {
    if !matches!(fact, Fact::CanaryBad(_) | Fact::CanaryEnded(_)) {
        return Ok(());
    }
    let mut trial = known(conn).await?;
    Trial::apply(&mut trial, fact);
    sqlx::query(
        "INSERT INTO script_canary (id, trial) VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET trial = excluded.trial",
    )
    .bind(json_of("canary", &trial)?)
    .execute(conn)
    .await?;
    Ok(())
}

async fn known(conn: &mut SqliteConnection) -> Result<Option<Trial>> {
    let found: Option<(String,)> = sqlx::query_as("SELECT trial FROM script_canary WHERE id = 1")
        .fetch_optional(conn)
        .await?;
    let read = |(trial,): (String,)| from_json("canary", &trial);
    Ok(found.map(read).transpose()?.flatten())
}
