//! What is said to a file of SQLite when it is opened.
//!
//! WAL: readers never wait for the writer. `FULL`: what was committed outlasts a power cut (S4). The fact log can be read again for
//! calls, but not for an edited ticket, an agent or a token, and whoever asked for these was told that they stand. A group of
//! changes shares one commit, so that the price is one sync for each group.

use std::path::Path;

use super::Connection;
use super::catalogue::Catalogue;
use crate::error::{Result, StoreError};
use crate::private;

pub(super) mod words;

/// How a change begins: with the right to write, so that it never has to wait in its middle.
pub(super) const BEGIN: &str = "BEGIN IMMEDIATE";

/// How it tells what it holds.
pub(super) static CATALOGUE: Catalogue = Catalogue {
    tables: "SELECT COUNT(*) FROM sqlite_master",
    columns: "SELECT name, type FROM pragma_table_info($1) ORDER BY cid",
    // A key is the row's id, and a new one is always behind the last.
    keys: None,
};

/// The empty file before SQLite makes it: it would be for everybody to read. Its companions take over its rights.
pub(super) fn make_file(path: &Path) -> Result<()> {
    let failed = |path: &Path, source| StoreError::File {
        path: path.to_owned(),
        source,
    };
    if let Some(folder) = path.parent() {
        private::make_folder(folder).map_err(|source| failed(folder, source))?;
    }
    let mut options = private::file();
    options.write(true).create(true).truncate(false);
    let file = options.open(path);
    file.map(drop).map_err(|source| failed(path, source))
}

/// Of the connection that writes. (It waits for another process's lock for 5 s and minds foreign keys: the driver's own settings.)
pub(super) async fn greet_writer(conn: &mut Connection) -> sqlx::Result<()> {
    sqlx::raw_sql("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")
        .execute(conn)
        .await?;
    Ok(())
}

/// Of a connection that reads.
pub(super) async fn greet_reader(conn: &mut Connection) -> sqlx::Result<()> {
    sqlx::raw_sql("PRAGMA query_only = ON")
        .execute(conn)
        .await?;
    Ok(())
}
