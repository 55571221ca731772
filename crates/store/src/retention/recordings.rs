//! Recordings that are older than the house keeps them.
//!
//! A recording goes in three steps: its row says that it goes (from there on nobody hears it, and no hold keeps it), its file is removed, its
//! row is removed. Whatever a kill cuts, the row is there as long as the file is, and the next sweep goes on with it: no file stays that nobody
//! knows of, and no row without one.

use std::io;
use std::path::{Component, Path, PathBuf};

use super::{Limit, Swept, settle};
use crate::Database;
use crate::database::Connection;
use crate::error::{Result, StoreError};

/// Those of former sweeps, and those of this one, in a step.
const FILES_MAX: i64 = 50;
/// After which time a file is tried again.
const AGAIN_MS: i64 = 60 * 60 * 1_000;

pub(super) const DUE: &str = "SELECT COUNT(*), MIN(started_at) FROM recording r WHERE started_at < $1 AND (gone_at IS NOT NULL
   OR NOT EXISTS (SELECT 1 FROM legal_hold h WHERE h.call_id = r.call_id AND (h.until IS NULL OR h.until > $2)))";

/// Whose file is to be removed.
#[derive(sqlx::FromRow)]
struct Going {
    call_id: i64,
    part: i64,
    path: String,
}

/// One step: rows that go, their files, then the rows.
pub(super) async fn step(database: &Database, limit: Limit, root: &Path) -> Result<Swept> {
    let (going, is_done) = database
        .write(move |conn| Box::pin(mark(conn, limit)))
        .await?;
    let root = root.to_owned();
    let files = tokio::task::spawn_blocking(move || remove_files(&root, going));
    let (gone, stuck) = files
        .await
        .map_err(|error| StoreError::Lost(error.to_string()))??;
    let swept = Swept {
        removed: gone.len() as u64,
        failed: stuck.len() as u64,
        is_done,
    };
    database
        .write(move |conn| {
            Box::pin(async move {
                forget(conn, &gone).await?;
                later(conn, &stuck, limit).await?;
                settle(conn, limit, swept).await
            })
        })
        .await
}

/// Those that a former sweep has left, and the oldest that are too old; gives also whether these are all.
async fn mark(conn: &mut Connection, limit: Limit) -> Result<(Vec<Going>, bool)> {
    let now = limit.now.as_ms();
    let mut going: Vec<Going> = sqlx::query_as(
        "SELECT call_id, part, path FROM recording WHERE gone_at IS NOT NULL AND gone_at <= $1 ORDER BY gone_at LIMIT $2",
    )
    .bind(now.saturating_sub(AGAIN_MS))
    .bind(FILES_MAX)
    .fetch_all(&mut *conn)
    .await?;
    let old: Vec<Going> = sqlx::query_as(
        "SELECT call_id, part, path FROM recording r WHERE started_at < $1 AND gone_at IS NULL
         AND NOT EXISTS (SELECT 1 FROM legal_hold h WHERE h.call_id = r.call_id AND (h.until IS NULL OR h.until > $2))
         ORDER BY started_at LIMIT $3",
    )
    .bind(limit.before.as_ms())
    .bind(now)
    .bind(FILES_MAX)
    .fetch_all(&mut *conn)
    .await?;
    for one in &old {
        sqlx::query("UPDATE recording SET gone_at = $3 WHERE call_id = $1 AND part = $2")
            .bind(one.call_id)
            .bind(one.part)
            .bind(now)
            .execute(&mut *conn)
            .await?;
        // A message is its sound.
        sqlx::query(
            "UPDATE voicemail SET removed_at = $3 WHERE call_id = $1 AND part = $2 AND removed_at IS NULL",
        )
        .bind(one.call_id)
        .bind(one.part)
        .bind(now)
        .execute(&mut *conn)
        .await?;
    }
    let most = FILES_MAX.unsigned_abs() as usize;
    let is_done = going.len() < most && old.len() < most;
    going.extend(old);
    Ok((going, is_done))
}

/// The folder as it is, if it holds anything: an empty one may be the place of a disk that is not mounted, and tells of no file whether it
/// is gone.
fn held(root: &Path) -> io::Result<PathBuf> {
    let root = root.canonicalize()?;
    match std::fs::read_dir(&root)?.next() {
        Some(entry) => entry.map(|_| root),
        None => Err(io::Error::new(
            io::ErrorKind::NotFound,
            "it is empty: is its disk mounted?",
        )),
    }
}

/// Gives those whose file is gone, and those whose file is not. Without the folder nothing is known of any.
fn remove_files(root: &Path, going: Vec<Going>) -> Result<(Vec<Going>, Vec<Going>)> {
    if going.is_empty() {
        return Ok((going, Vec::new()));
    }
    let root = held(root).map_err(|source| StoreError::File {
        path: root.to_owned(),
        source,
    })?;
    Ok(going
        .into_iter()
        .partition(|one| match remove_file(&root, &one.path) {
            Ok(()) => {
                tracing::info!(call = one.call_id, part = one.part, "a recording is removed: its time is over");
                true
            }
            Err(error) => {
                tracing::warn!(call = one.call_id, part = one.part, %error, "a recording cannot be removed");
                false
            }
        }))
}

/// Removes the file of a stored path, which is gone already perhaps, and a day's folder that is empty then.
fn remove_file(root: &Path, stored: &str) -> io::Result<()> {
    let Some(file) = below(root, stored)? else {
        return Ok(());
    };
    match std::fs::remove_file(&file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    if let Some(day) = file.parent().filter(|day| *day != root) {
        // Others stand in it, most of the time.
        let _is_not_empty = std::fs::remove_dir(day);
    }
    Ok(())
}

/// Where the file stands, if its folder is there. A path that leads elsewhere is none of ours (advisory 26).
fn below(root: &Path, stored: &str) -> io::Result<Option<PathBuf>> {
    let elsewhere = || io::Error::new(io::ErrorKind::InvalidInput, "its path leads elsewhere");
    let path = Path::new(stored);
    let is_plain = |step: Component<'_>| matches!(step, Component::Normal(_));
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
        return Err(elsewhere());
    };
    if !path.components().all(is_plain) {
        return Err(elsewhere());
    }
    match root.join(folder).canonicalize() {
        Ok(folder) if folder.starts_with(root) => Ok(Some(folder.join(name))),
        Ok(_) => Err(elsewhere()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

async fn forget(conn: &mut Connection, gone: &[Going]) -> Result<()> {
    for one in gone {
        sqlx::query("DELETE FROM recording WHERE call_id = $1 AND part = $2")
            .bind(one.call_id)
            .bind(one.part)
            .execute(&mut *conn)
            .await?;
    }
    Ok(())
}

async fn later(conn: &mut Connection, stuck: &[Going], limit: Limit) -> Result<()> {
    for one in stuck {
        sqlx::query("UPDATE recording SET gone_at = $3 WHERE call_id = $1 AND part = $2")
            .bind(one.call_id)
            .bind(one.part)
            .bind(limit.now.as_ms())
            .execute(&mut *conn)
            .await?;
    }
    Ok(())
}
