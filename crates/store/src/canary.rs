//! How canaries of scripts stand (M6): those of their facts that still say something, a row each, written once.
//!
//! The fold of these rows is [`Trials`], as that of all facts would be. A canary that is laid in another's place makes what was
//! counted of that one void; what was taken back stays.

use model::Fact;
use model::canary::Trials;

use crate::Database;
use crate::column::{big, from_json, json_of};
use crate::database::Connection;
use crate::error::Result;

/// Ends that are kept. A text that was taken back holds back all that is tried beside it, so that another end comes after its own only
/// when it has left the files: what so many others have followed waits in no file.
const ENDS_MAX: i64 = 1_000;

impl Database {
    /// How canaries stand.
    pub async fn canaries(&self) -> Result<Trials> {
        let mut conn = self.readers().acquire().await?;
        known(&mut conn).await
    }
}

/// A canary is laid, a call in it went badly, or it was taken back.
pub(crate) async fn note(conn: &mut Connection, seq: u64, fact: &Fact) -> Result<()> {
    if let Fact::CanaryLaid { canary } = fact {
        let trials = known(conn).await?;
        if trials.lays(canary.as_ref()).is_none() {
            return Ok(());
        }
        let last = trials.last().map(|trial| &trial.canary);
        if canary.is_some() && canary.as_ref() != last {
            sqlx::query("DELETE FROM canary_fact WHERE kind <> 'canary.ended'")
                .execute(&mut *conn)
                .await?;
        }
    } else if !matches!(fact, Fact::CanaryBad(_) | Fact::CanaryEnded(_)) {
        return Ok(());
    }
    sqlx::query("INSERT INTO canary_fact (seq, kind, fact) VALUES ($1, $2, $3)")
        .bind(big(seq))
        .bind(fact.name())
        .bind(json_of("canary", fact)?)
        .execute(&mut *conn)
        .await?;
    if let Fact::CanaryEnded(_) = fact {
        sqlx::query(
            "DELETE FROM canary_fact WHERE kind = 'canary.ended' AND seq <= (SELECT seq FROM canary_fact
             WHERE kind = 'canary.ended' ORDER BY seq DESC LIMIT 1 OFFSET $1)",
        )
        .bind(ENDS_MAX)
        .execute(conn)
        .await?;
    }
    Ok(())
}

/// The fold of the rows.
pub(crate) async fn known(conn: &mut Connection) -> Result<Trials> {
    let rows: Vec<(String,)> = sqlx::query_as("SELECT fact FROM canary_fact ORDER BY seq")
        .fetch_all(conn)
        .await?;
    let mut trials = Trials::default();
    for (fact,) in rows {
        trials.apply(&from_json("canary", &fact)?);
    }
    Ok(trials)
}
