//! Versions of scripts (E20): every text that callers were led by, numbered from 1 in each script, so that what a call went
//! through can be read later, compared and brought back.
//!
//! History only grows: a text that is brought back becomes the newest version. Of each script the last [`KEPT_MAX`] are kept.

use std::collections::BTreeMap;

use model::{ScriptName, Timestamp};
use similar::TextDiff;
use sqlx::FromRow;

use crate::Database;
use crate::column::{big, count};
use crate::database::Connection;
use crate::error::{Result, StoreError};
use crate::page::{Page, PageRequest};

/// Versions that are kept of a script.
pub const KEPT_MAX: u32 = 200;
/// Lines of the text around a change in a comparison.
const AROUND: usize = 3;

/// A version of a script, without its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptVersion {
    /// 1, 2, 3 … within the script.
    pub number: u32,
    /// Since when callers were led by it.
    pub since: Timestamp,
    /// Login of who brought it; `None`: it was found in the file.
    pub by: Option<String>,
    /// The version whose text it brings back.
    pub restores: Option<u32>,
    /// Bytes of its text.
    pub size: u64,
}

/// Who brought an older text back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// The script.
    pub script: ScriptName,
    /// The version.
    pub number: u32,
    /// Login of who did it.
    pub by: String,
}

impl Database {
    /// Keeps the texts that lead callers from now on; a text that is the newest of its script already makes no version. Gives
    /// the version of each.
    pub async fn keep_scripts(
        &self,
        texts: BTreeMap<ScriptName, String>,
        restored: Option<Restored>,
        now: Timestamp,
    ) -> Result<BTreeMap<ScriptName, u32>> {
        self.write(move |conn| {
            Box::pin(async move {
                let mut numbers = BTreeMap::new();
                for (script, text) in texts {
                    let restored = restored.as_ref().filter(|it| it.script == script);
                    let number = keep(conn, &script, &text, restored, now).await?;
                    numbers.insert(script, number);
                }
                Ok(numbers)
            })
        })
        .await
    }

    /// As which versions these texts would be kept.
    pub async fn script_numbers(
        &self,
        texts: &BTreeMap<ScriptName, String>,
    ) -> Result<BTreeMap<ScriptName, u32>> {
        let mut conn = self.readers().acquire().await?;
        let mut numbers = BTreeMap::new();
        for (script, text) in texts {
            let place = place(&mut conn, script, text).await?;
            numbers.insert(script.clone(), small(place.number()));
        }
        Ok(numbers)
    }

    /// The versions of a script, the newest first; `after` is the number of [`Page::next`].
    pub async fn script_versions(
        &self,
        script: &ScriptName,
        page: PageRequest,
    ) -> Result<Page<ScriptVersion>> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT number, since, by_login, restores, OCTET_LENGTH(text) AS size FROM script_version
             WHERE script = $1 AND number < $2 ORDER BY number DESC LIMIT $3",
        )
        .bind(script.as_str())
        .bind(page.after.map_or(i64::MAX, big))
        .bind(page.rows() as i64 + 1)
        .fetch_all(self.readers())
        .await?;
        let rows = rows.into_iter().map(Row::read);
        let number = |version: &ScriptVersion| u64::from(version.number);
        Ok(Page::cut(rows.collect(), page, number))
    }

    /// The text of a version.
    pub async fn script_text(&self, script: &ScriptName, number: u32) -> Result<String> {
        let found: Option<(String,)> =
            sqlx::query_as("SELECT text FROM script_version WHERE script = $1 AND number = $2")
                .bind(script.as_str())
                .bind(i64::from(number))
                .fetch_optional(self.readers())
                .await?;
        let (text,) = found.ok_or(StoreError::NotFound("script version"))?;
        Ok(text)
    }

    /// What changed from one version to another, as a unified diff; empty where nothing did.
    pub async fn script_diff(&self, script: &ScriptName, from: u32, to: u32) -> Result<String> {
        let before = self.script_text(script, from).await?;
        let after = self.script_text(script, to).await?;
        let names = (
            format!("{script} version {from}"),
            format!("{script} version {to}"),
        );
        Ok(TextDiff::from_lines(&before, &after)
            .unified_diff()
            .context_radius(AROUND)
            .header(&names.0, &names.1)
            .to_string())
    }
}

/// Where a text stands among the versions of its script.
enum Place {
    /// It is the newest.
    Known(i64),
    /// It would be the next.
    Next(i64),
}

impl Place {
    const fn number(&self) -> i64 {
        match self {
            Self::Known(number) | Self::Next(number) => *number,
        }
    }
}

async fn place(conn: &mut Connection, script: &ScriptName, text: &str) -> Result<Place> {
    let newest: Option<(i64, String)> = sqlx::query_as(
        "SELECT number, text FROM script_version WHERE script = $1 ORDER BY number DESC LIMIT 1",
    )
    .bind(script.as_str())
    .fetch_optional(conn)
    .await?;
    Ok(match newest {
        Some((number, known)) if known == text => Place::Known(number),
        Some((number, _)) => Place::Next(number.saturating_add(1)),
        None => Place::Next(1),
    })
}

async fn keep(
    conn: &mut Connection,
    script: &ScriptName,
    text: &str,
    restored: Option<&Restored>,
    now: Timestamp,
) -> Result<u32> {
    let number = match place(conn, script, text).await? {
        Place::Known(number) => return Ok(small(number)),
        Place::Next(number) => number,
    };
    sqlx::query(
        "INSERT INTO script_version (script, number, text, since, by_login, restores) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(script.as_str())
    .bind(number)
    .bind(text)
    .bind(now.as_ms())
    .bind(restored.map(|it| it.by.clone()))
    .bind(restored.map(|it| i64::from(it.number)))
    .execute(&mut *conn)
    .await?;
    sqlx::query("DELETE FROM script_version WHERE script = $1 AND number <= $2")
        .bind(script.as_str())
        .bind(number.saturating_sub(i64::from(KEPT_MAX)))
        .execute(conn)
        .await?;
    Ok(small(number))
}

fn small(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[derive(FromRow)]
struct Row {
    number: i64,
    since: i64,
    by_login: Option<String>,
    restores: Option<i64>,
    size: i64,
}

impl Row {
    fn read(self) -> ScriptVersion {
        ScriptVersion {
            number: small(self.number),
            since: Timestamp::from_ms(self.since),
            by: self.by_login,
            restores: self.restores.map(small),
            size: count(self.size),
        }
    }
}
