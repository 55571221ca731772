//! The database: one writer, several readers, on an SQLite file in WAL mode.
//!
//! All changes go through one connection behind a queue that groups them into few commits (`writer`); reads have
//! connections of their own that cannot write and never wait for the writer. A handle is cheap to clone. The call path
//! never waits for any of this: it speaks to the loops that do.

use std::fmt;
use std::path::Path;
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use model::{IdSource, Timestamp};
use sqlx::ConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use tokio::sync::{Semaphore, mpsc, oneshot};

use crate::error::{Result, StoreError};
use crate::migration;
use crate::private;
use model::NumberPlan;
use writer::{Job, Order, Work};

pub(crate) use statement::Statement;

mod statement;
mod writer;

/// The driver whose words the store speaks.
pub(crate) type Driver = sqlx::Sqlite;
/// A connection of it: what every query runs on.
pub(crate) type Connection = sqlx::SqliteConnection;
/// Connections that are lent.
type Pool = sqlx::SqlitePool;

/// Connections that read.
const READERS: u32 = 4;
/// Orders that may wait for the writer (S8); whoever comes then waits up to [`PATIENCE`].
const QUEUE: usize = 1_024;
/// How long anybody waits for room, a reader, or another process's lock.
const PATIENCE: Duration = Duration::from_secs(5);
/// Passwords checked at once: each takes 19 MiB and a core.
const SIGN_INS: usize = 2;

/// A handle on the open database.
#[derive(Clone)]
pub struct Database {
    shared: Arc<Shared>,
}

struct Shared {
    readers: Pool,
    writer: mpsc::Sender<Order>,
    plan: NumberPlan,
    ids: Mutex<IdSource>,
    sign_ins: Semaphore,
}

impl Database {
    /// Opens the file and brings its schema up to date. `url`: `sqlite://data/trunkline.db`, the folder is made if it is
    /// missing. `region`: the country of numbers that come without a country code, `CN`.
    pub async fn open(url: &str, region: &str) -> Result<Self> {
        // Nothing is made on the disk for settings that are wrong.
        let plan =
            NumberPlan::new(region).map_err(|error| StoreError::Setting(error.to_string()))?;
        let options = options(url)?;
        let mut conn = options.connect().await?;
        let steps = migration::migrate(&mut conn, clock()).await?;
        if steps > 0 {
            tracing::info!(steps, "database schema brought up to date");
        }
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .acquire_timeout(PATIENCE)
            .connect_with(options.pragma("query_only", "ON"))
            .await?;
        let (writer, orders) = mpsc::channel(QUEUE);
        tokio::spawn(writer::run(conn, orders));
        Ok(Self {
            shared: Arc::new(Shared {
                readers,
                writer,
                plan,
                ids: Mutex::new(IdSource::new(model::id::SINGLE_NODE)),
                sign_ins: Semaphore::new(SIGN_INS),
            }),
        })
    }

    /// Waits for what was asked before and closes the file; other handles get [`StoreError::Closed`] from here on.
    pub async fn close(self) {
        self.shared.readers.close().await;
        let (closed, wait) = oneshot::channel();
        if self.shared.writer.send(Order::Close(closed)).await.is_ok() {
            // An error means that another handle closed it meanwhile.
            let _ = wait.await;
        }
    }

    /// Whether a write reaches the file and a read comes back (for `/readyz`).
    pub async fn ping(&self) -> Result<()> {
        self.write(|conn| {
            Box::pin(async move {
                sqlx::query(
                    "INSERT INTO projection (name, seq) VALUES ('ping', 0)
                     ON CONFLICT (name) DO UPDATE SET seq = 1 - projection.seq",
                )
                .execute(conn)
                .await?;
                Ok(())
            })
        })
        .await?;
        let (_one,): (i64,) = sqlx::query_as("SELECT 1").fetch_one(self.readers()).await?;
        Ok(())
    }

    /// Runs `work` on the writer, inside a savepoint of a group; gives its result once the group is committed.
    pub(crate) async fn write<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut Connection) -> Work<'c, T> + Send + 'static,
    {
        let (job, result) = Job::order(work);
        self.shared
            .writer
            .send_timeout(Order::Write(job), PATIENCE)
            .await
            .map_err(|refused| match refused {
                mpsc::error::SendTimeoutError::Timeout(_) => StoreError::Busy,
                mpsc::error::SendTimeoutError::Closed(_) => StoreError::Closed,
            })?;
        result.await.map_err(|_| StoreError::Closed)?
    }

    /// A number in the form in which numbers are compared.
    pub fn number_key(&self, number: &str) -> String {
        self.plan().key(number).key
    }

    /// The connections that read.
    pub(crate) fn readers(&self) -> &Pool {
        &self.shared.readers
    }

    /// How numbers are read.
    pub(crate) fn plan(&self) -> &NumberPlan {
        &self.shared.plan
    }

    /// A fresh id.
    pub(crate) fn next_id(&self, now: Timestamp) -> u64 {
        let mut ids = self
            .shared
            .ids
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        ids.next(now.into())
    }

    /// Leave to check one password.
    pub(crate) fn sign_ins(&self) -> &Semaphore {
        &self.shared.sign_ins
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Database").finish_non_exhaustive()
    }
}

/// A file in WAL mode. `FULL`: what was committed outlasts a power cut. The fact log can be read again for calls, but not
/// for an edited ticket, an agent or a token, and whoever asked for these was told that they stand. A group of changes
/// shares one commit, so that the price is one sync for each group. (Readers do not write; the setting is idle there.)
fn options(url: &str) -> Result<SqliteConnectOptions> {
    let wrong = |why: &dyn fmt::Display| StoreError::Setting(format!("store url `{url}`: {why}"));
    if !url.starts_with("sqlite:") {
        return Err(wrong(
            &"only SQLite files so far: write `sqlite://data/trunkline.db`",
        ));
    }
    let options = SqliteConnectOptions::from_str(url).map_err(|error| wrong(&error))?;
    if url.contains(":memory:") || url.contains("mode=memory") {
        return Err(wrong(&"the store outlives the process: name a file"));
    }
    make_file(options.get_filename())?;
    Ok(options
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(PATIENCE)
        .disable_statement_logging())
}

/// The empty file before SQLite makes it: it would be for everybody to read. Its companions take over its rights.
fn make_file(path: &Path) -> Result<()> {
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

fn clock() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.unwrap_or_default().into()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::scratch::Scratch;

    async fn opened(scratch: &Scratch) -> Database {
        let url = format!("sqlite://{}/data/trunkline.db", scratch.path().display());
        Database::open(&url, "CN").await.unwrap()
    }

    #[tokio::test]
    async fn s4_what_was_committed_outlasts_a_power_cut() {
        let scratch = Scratch::new();
        let database = opened(&scratch).await;
        let told = database.write(|conn| {
            Box::pin(async move {
                let (mode,): (String,) = sqlx::query_as("PRAGMA journal_mode")
                    .fetch_one(&mut *conn)
                    .await?;
                let (level,): (i64,) = sqlx::query_as("PRAGMA synchronous").fetch_one(conn).await?;
                Ok((mode, level))
            })
        });
        // SQLite's number for FULL.
        assert_eq!(told.await.unwrap(), ("wal".to_owned(), 2));
    }

    #[tokio::test]
    async fn s23_nobody_else_reads_the_database() {
        let scratch = Scratch::new();
        let database = opened(&scratch).await;
        database.ping().await.unwrap();
        let data = scratch.path().join("data");
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&data), 0o700);
        let mut names = Vec::new();
        for entry in fs::read_dir(&data).unwrap() {
            let entry = entry.unwrap();
            assert_eq!(mode(&entry.path()), 0o600, "{}", entry.path().display());
            names.push(entry.file_name());
        }
        assert!(
            names.len() > 1,
            "the write-ahead log is among them: {names:?}"
        );
    }
}
