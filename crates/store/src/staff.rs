//! Who works here, for those who only look: the file is read as it is, neither made nor brought up to date.

use std::collections::BTreeMap;
use std::str::FromStr as _;

use model::Membership;
use sqlx::ConnectOptions as _;
use sqlx::sqlite::SqliteConnectOptions;

use crate::column::from_json;
use crate::error::{Result, StoreError};

/// What an agent may be asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Staff {
    /// The queues that he serves.
    pub queues: Vec<Membership>,
    /// What he can do, and how well.
    pub skills: BTreeMap<String, u8>,
}

/// All agents who may sign in, by login; none where there is no file yet. `url` as for [`crate::Database::open`].
pub async fn look_up(url: &str) -> Result<Vec<Staff>> {
    let options = SqliteConnectOptions::from_str(url)
        .map_err(|error| StoreError::Setting(format!("store url `{url}`: {error}")))?;
    if !options.get_filename().exists() {
        return Ok(Vec::new());
    }
    let options = options.read_only(true).create_if_missing(false);
    let mut conn = options.disable_statement_logging().connect().await?;
    let rows: Vec<(String, String)> = sqlx::query_as(
        "SELECT queues, skills FROM agent WHERE removed_at IS NULL AND is_active = 1 ORDER BY login",
    )
    .fetch_all(&mut conn)
    .await?;
    let staff = rows.into_iter().map(|(queues, skills)| {
        Ok(Staff {
            queues: from_json("agent", &queues)?,
            skills: from_json("agent", &skills)?,
        })
    });
    staff.collect()
}
