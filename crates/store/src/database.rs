//! The database: one writer, several readers, on a file of SQLite or a server of PostgreSQL (decision 14).
//!
//! All changes go through one connection behind a queue that groups them into few commits (`writer`); reads have
//! connections of their own that cannot write and never wait for the writer. Query texts are the same for both databases; what
//! differs is said in `sqlite` and `postgres`, when a connection is made. A handle is cheap to clone. The call path never waits
//! for any of this: it speaks to the loops that do.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use model::{IdSource, Timestamp};
use sqlx::ConnectOptions as _;
use sqlx::any::AnyPoolOptions;
use tokio::sync::{Semaphore, mpsc, oneshot};

use crate::deed;
use crate::directory::customer::index;
use crate::error::{Result, StoreError};
use crate::migration;
use crate::rollup::AllBounds;
use link::Link;
use model::NumberPlan;
pub(crate) use writer::Work;
use writer::{Job, Order, Then};

pub use address::Address;
pub(crate) use address::Place;
pub(crate) use catalogue::{Column, ColumnKind, columns, go_on_behind, is_empty};
pub(crate) use statement::{Bound, Statement};
pub(crate) use words::{Phrase, Shelf, Words};

mod address;
mod catalogue;
mod link;
mod postgres;
mod sqlite;
mod statement;
mod words;
mod writer;

/// The driver whose words the store speaks: one that hands them on to the driver of the database.
pub(crate) type Driver = sqlx::Any;
/// A connection of it: what every query runs on.
pub(crate) type Connection = sqlx::AnyConnection;
/// Connections that are lent.
type Pool = sqlx::AnyPool;

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
    bounds: RwLock<AllBounds>,
}

impl Database {
    /// Opens the database and brings its schema up to date; [`Self::open_at`] with an address that is read first.
    pub async fn open(url: &str, region: &str) -> Result<Self> {
        Self::open_at(&Address::parse(url)?, region).await
    }

    /// Opens the database and brings its schema up to date. The file of SQLite and its folder are made if they are missing, a
    /// database of PostgreSQL is not. `region`: the country of numbers that come without a country code, `CN`.
    pub async fn open_at(address: &Address, region: &str) -> Result<Self> {
        // Nothing is made on the disk for settings that are wrong.
        let plan =
            NumberPlan::new(region).map_err(|error| StoreError::Setting(error.to_string()))?;
        sqlx::any::install_default_drivers();
        if let Place::File(path) = address.place() {
            sqlite::make_file(path)?;
        }
        let mut link = Link::open(address.clone()).await?;
        let mut conn = link.take().await?;
        if *address.place() == Place::Server {
            postgres::check(&mut conn).await?;
        }
        let steps = migration::migrate(&mut conn, address.place(), clock()).await?;
        if steps > 0 {
            tracing::info!(steps, "database schema brought up to date");
        }
        let customers = index::refresh(&mut conn, address.place(), &plan).await?;
        if customers > 0 {
            tracing::info!(customers, "what customers are found by was made anew");
        }
        link.give_back(conn);
        let readers = readers(address).await?;
        let (writer, orders) = mpsc::channel(QUEUE);
        tokio::spawn(writer::run(link, orders));
        Ok(Self {
            shared: Arc::new(Shared {
                readers,
                writer,
                plan,
                ids: Mutex::new(IdSource::new(model::id::SINGLE_NODE)),
                sign_ins: Semaphore::new(SIGN_INS),
                bounds: RwLock::default(),
            }),
        })
    }

    /// Makes this process the one that serves calls from the database, until it ends. [`StoreError::InUse`]: another one does.
    /// (Beside a file of SQLite it is the fact log that has one writer.)
    pub async fn claim(&self) -> Result<()> {
        let (asker, answer) = oneshot::channel();
        self.order(Order::Claim(asker)).await?;
        answer.await.map_err(|_| StoreError::Closed)?
    }

    /// Waits for what was asked before and closes the database; other handles get [`StoreError::Closed`] from here on.
    pub async fn close(self) {
        self.shared.readers.close().await;
        let (closed, wait) = oneshot::channel();
        if self.shared.writer.send(Order::Close(closed)).await.is_ok() {
            // An error means that another handle closed it meanwhile.
            let _ = wait.await;
        }
    }

    /// Whether a write reaches the disk and a read comes back (for `/readyz`).
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
        self.write_then(work, Box::new(|_| {})).await
    }

    /// The same, and `then` once it is committed: what follows the changes of the house follows in the order of their commits, whether
    /// or not their askers are still there.
    pub(crate) async fn write_then<T, F>(&self, work: F, then: Then<T>) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut Connection) -> Work<'c, T> + Send + 'static,
    {
        let (job, result) = Job::order(work, then);
        self.order(Order::Write(job)).await?;
        deed::begin();
        result.await.map_err(|_| StoreError::Closed)?
    }

    async fn order(&self, order: Order) -> Result<()> {
        let sent = self.shared.writer.send_timeout(order, PATIENCE).await;
        sent.map_err(|refused| match refused {
            mpsc::error::SendTimeoutError::Timeout(_) => StoreError::Busy,
            mpsc::error::SendTimeoutError::Closed(_) => StoreError::Closed,
        })
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

    /// By what callers of queues are counted.
    pub(crate) fn bounds_lock(&self) -> &RwLock<AllBounds> {
        &self.shared.bounds
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

/// Connections that read; one that is broken is replaced when it is asked for.
async fn readers(address: &Address) -> Result<Pool> {
    let place = address.place().clone();
    let pool = AnyPoolOptions::new()
        .max_connections(READERS)
        .acquire_timeout(PATIENCE)
        .after_connect(move |conn, _| {
            let place = place.clone();
            Box::pin(async move {
                match place {
                    Place::File(_) => sqlite::greet_reader(conn).await,
                    Place::Server => postgres::greet_reader(conn).await,
                }
            })
        });
    Ok(pool.connect_with(address.options().clone()).await?)
}

/// A connection that fills an empty database; the file of SQLite and its folder are made.
pub(crate) async fn connect_to_fill(address: &Address) -> Result<Connection> {
    sqlx::any::install_default_drivers();
    if let Place::File(path) = address.place() {
        sqlite::make_file(path)?;
    }
    let mut conn = address.options().connect().await?;
    match address.place() {
        Place::File(_) => sqlite::greet_writer(&mut conn).await?,
        Place::Server => {
            postgres::greet_writer(&mut conn).await?;
            postgres::check(&mut conn).await?;
        }
    }
    Ok(conn)
}

/// A connection for one look at a database as it is; `None` where its file is not there.
pub(crate) async fn connect_to_look(address: &Address) -> Result<Option<Connection>> {
    sqlx::any::install_default_drivers();
    let look = async {
        match address.place() {
            Place::File(path) if !path.exists() => Ok(None),
            Place::File(_) => Ok(Some(address.options_to_read().connect().await?)),
            Place::Server => {
                let mut conn = address.options().connect().await?;
                postgres::greet_reader(&mut conn).await?;
                postgres::check(&mut conn).await?;
                Ok(Some(conn))
            }
        }
    };
    let look = tokio::time::timeout(PATIENCE, look).await;
    look.unwrap_or_else(|_| Err(StoreError::Away("it does not answer".to_owned())))
}

fn clock() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.unwrap_or_default().into()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;

    use super::*;
    use crate::places;
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
    async fn s4_what_a_server_committed_outlasts_a_power_cut() {
        let url = crate::test_server::schema().await;
        let database = Database::open(&url, "CN").await.unwrap();
        let show = "SHOW synchronous_commit";
        let told = database.write(move |conn| {
            Box::pin(async move { Ok(sqlx::query_as(show).fetch_one(conn).await?) })
        });
        let ours: (String,) = told.await.unwrap();
        let theirs = sqlx::query_as(show).fetch_one(database.readers()).await;
        let theirs: (String,) = theirs.unwrap();
        // The server of the tests leaves it `off`.
        assert_eq!((ours.0.as_str(), theirs.0.as_str()), ("on", "off"));
    }

    #[tokio::test]
    async fn who_reads_cannot_write_and_sees_one_moment() {
        for empty in places::both().await {
            let database = Database::open_at(&empty.address, "CN").await.unwrap();
            let mut moment = database.readers().begin().await.unwrap();
            let count = "SELECT COUNT(*) FROM projection";
            let (before,): (i64,) = sqlx::query_as(count).fetch_one(&mut *moment).await.unwrap();
            database.ping().await.unwrap();
            let (after,): (i64,) = sqlx::query_as(count).fetch_one(&mut *moment).await.unwrap();
            assert_eq!(before, after, "one moment");
            let tried = sqlx::query("DELETE FROM projection")
                .execute(&mut *moment)
                .await;
            let told = tried.unwrap_err().to_string();
            assert!(
                told.contains("read-only") || told.contains("readonly"),
                "{told}"
            );
            drop(moment);
            let (seen,): (i64,) = sqlx::query_as(count)
                .fetch_one(database.readers())
                .await
                .unwrap();
            assert_eq!(seen, before + 1);
        }
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
