//! Who works here, for those who only look: the database is read as it is, neither made nor brought up to date.

use std::collections::BTreeMap;

use model::Membership;

use crate::column::from_json;
use crate::database::{Address, Connection, connect_to_look};
use crate::error::Result;

/// What an agent may be asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Staff {
    /// The queues that he serves.
    pub queues: Vec<Membership>,
    /// What he can do, and how well.
    pub skills: BTreeMap<String, u8>,
}

/// PostgreSQL's word for a table that is not there.
const NO_TABLE: &str = "42P01";

/// All agents who may sign in, by login; none where there is no database yet.
pub async fn look_up(address: &Address) -> Result<Vec<Staff>> {
    let Some(mut conn) = connect_to_look(address).await? else {
        return Ok(Vec::new());
    };
    let staff = rows(&mut conn).await?.into_iter().map(|(queues, skills)| {
        Ok(Staff {
            queues: from_json("agent", &queues)?,
            skills: from_json("agent", &skills)?,
        })
    });
    staff.collect()
}

async fn rows(conn: &mut Connection) -> Result<Vec<(String, String)>> {
    let rows = sqlx::query_as(
        "SELECT queues, skills FROM agent WHERE removed_at IS NULL AND is_active = 1 ORDER BY login",
    )
    .fetch_all(conn)
    .await;
    match rows {
        Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some(NO_TABLE) => {
            Ok(Vec::new())
        }
        rows => Ok(rows?),
    }
}
