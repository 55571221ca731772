//! A backup of a house while it serves, and the house that is made of it elsewhere (J9).
//!
//! A folder: `backup.json` says what it holds, `tables/NAME.jsonl.gz` has the rows of a table, one in a line, `facts/` the fact log up to
//! the moment of the tables, and a folder for each tree of files (configuration, scripts and sounds, recordings). `SHA256SUMS` is
//! written last, for `sha256sum -c`: a folder without it is no backup. Rows are written in a form of no database, so a house
//! moves from SQLite to PostgreSQL and back in this way (decision 15).
//!
//! What was acknowledged before it began is in it, whole: the tables are read in one transaction, and the log goes exactly as far as
//! they know of it, so that no fact tells of a row that is not there.

mod facts;
mod manifest;
mod restore;
mod seal;
mod table;

use std::fs;
use std::path::{Path, PathBuf};

use model::Timestamp;
use sqlx::Connection as _;

use crate::column::count;
use crate::database::{Address, Connection, connect_to_look};
use crate::error::{FactLogError, StoreError};
use crate::{cdr, migration, private, projection, search};
pub use manifest::{Manifest, TableNote};
pub use restore::Saved;
use seal::Seal;

/// The folder's parts that are not trees of the house.
const TABLES: &str = "tables";
const FACTS: &str = "facts";
const MANIFEST: &str = "backup.json";
const SUMS: &str = "SHA256SUMS";

/// What is to be backed up.
#[derive(Clone, Debug)]
pub struct BackupOrder {
    /// Where it is written; it must not be there yet.
    pub folder: PathBuf,
    /// The program that writes it, with its version.
    pub program: String,
    /// When it begins.
    pub now: Timestamp,
    /// The database.
    pub address: Address,
    /// The folder of the fact log.
    pub facts: PathBuf,
    /// Folders that are copied as they are, under these names.
    pub trees: Vec<Tree>,
    /// Folders that are left out where they lie inside one of these.
    pub except: Vec<PathBuf>,
}

/// A folder of files.
#[derive(Clone, Debug)]
pub struct Tree {
    /// Its name in the backup.
    pub name: &'static str,
    /// Where it is, or goes.
    pub at: PathBuf,
}

/// How far a backup or a restore is.
#[derive(Clone, Copy, Debug)]
pub struct Progress<'a> {
    /// What is worked on: a table or a file.
    pub what: &'a str,
    /// So many tables or files are done.
    pub done: usize,
    /// Of so many.
    pub all: usize,
}

/// Why a backup could not be made or used.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A backup is never written over, nor a house.
    #[error("{} is there already and not empty", .0.display())]
    Exists(PathBuf),
    /// The database that is to be filled holds tables.
    #[error("the database {0} holds tables already: a backup goes into an empty one")]
    Filled(String),
    /// There is no database.
    #[error("there is no database at {0}")]
    NoDatabase(String),
    /// What is there is no backup, or not all of one.
    #[error("{} has no {SUMS}: it is no backup, or one that was cut while it was made", .0.display())]
    NotWhole(PathBuf),
    /// A file of it is gone.
    #[error("{0} is missing from the backup")]
    Missing(String),
    /// A file of it is not what was written.
    #[error("{0} is not what was written: its SHA-256 differs")]
    Changed(String),
    /// A file cannot be read, though it is what was written.
    #[error("{file}: {why}")]
    Unreadable {
        /// Which.
        file: String,
        /// Why.
        why: String,
    },
    /// Another program wrote it, in a form of its own.
    #[error("it is a backup of form {0}; this program reads form {known}", known = manifest::FORM)]
    Form(u32),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The fact log.
    #[error(transparent)]
    FactLog(#[from] FactLogError),
    /// The system.
    #[error("{}: {source}", path.display())]
    File {
        /// What it was about.
        path: PathBuf,
        /// What it said.
        source: std::io::Error,
    },
}

impl From<sqlx::Error> for BackupError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

fn failed(path: &Path) -> impl Fn(std::io::Error) -> BackupError {
    move |source| BackupError::File {
        path: path.to_owned(),
        source,
    }
}

/// Writes a backup of a house that may be serving; gives what it holds. It stands under its name once it is whole.
pub async fn back_up(
    order: &BackupOrder,
    told: &mut (dyn FnMut(Progress<'_>) + Send),
) -> Result<Manifest, BackupError> {
    must_be_empty(&order.folder)?;
    let partial = order.folder.with_added_extension("partial");
    remove(&partial)?;
    private::make_folder(&partial).map_err(failed(&partial))?;
    let mut seal = Seal::new(&partial);
    // Before the tables are read: all that is known of then was told of rows that are in them.
    let told_before = facts::last_seq(&order.facts)?;
    let mut manifest = tables(order, &mut seal, told).await?;
    manifest.facts = manifest.facts.max(told_before);
    facts::copy(&order.facts, manifest.facts, &mut seal)?;
    for tree in &order.trees {
        let inside: Vec<_> = order
            .except
            .iter()
            .chain([&order.folder, &partial])
            .collect();
        seal.tree(tree, &inside, told)?;
        manifest.trees.push(tree.name.to_owned());
    }
    seal.text(MANIFEST, &manifest.text())?;
    seal.finish()?;
    fs::rename(&partial, &order.folder).map_err(failed(&order.folder))?;
    Ok(manifest)
}

/// All tables as they are at one moment.
async fn tables(
    order: &BackupOrder,
    seal: &mut Seal,
    told: &mut (dyn FnMut(Progress<'_>) + Send),
) -> Result<Manifest, BackupError> {
    let conn = connect_to_look(&order.address).await?;
    let mut conn = conn.ok_or_else(|| BackupError::NoDatabase(order.address.to_string()))?;
    let mut moment = conn.begin().await?;
    let steps = migration::applied(&mut moment).await?;
    let mut manifest = Manifest::begin(&order.program, order.now, steps);
    let names = kept(manifest.steps.len());
    for (done, name) in names.iter().enumerate() {
        told(Progress {
            what: name,
            done,
            all: names.len(),
        });
        let rows = table::write(&mut moment, name, seal).await?;
        manifest.tables.push(rows);
    }
    manifest.facts = known_facts(&mut moment).await?;
    moment.commit().await?;
    conn.close().await?;
    Ok(manifest)
}

/// The tables that are kept after so many steps of the schema, in the order in which they are filled: what is made again of others is left out.
fn kept(steps: usize) -> Vec<&'static str> {
    let mut tables = migration::tables(steps);
    tables.retain(|table| *table != search::TABLE);
    tables
}

/// The highest number of a fact that any table knows of.
async fn known_facts(conn: &mut Connection) -> Result<u64, BackupError> {
    let applied = projection::read(conn, cdr::APPLIED).await?;
    let (told,): (i64,) =
        sqlx::query_as("SELECT CAST(COALESCE(MAX(told_seq), 0) AS BIGINT) FROM webhook")
            .fetch_one(conn)
            .await?;
    Ok(applied.max(count(told)))
}

/// Refuses a folder with anything in it.
fn must_be_empty(folder: &Path) -> Result<(), BackupError> {
    match fs::read_dir(folder) {
        Ok(mut entries) => match entries.next() {
            None => Ok(()),
            Some(_) => Err(BackupError::Exists(folder.to_owned())),
        },
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(failed(folder)(error)),
    }
}

/// What an earlier try has left.
fn remove(partial: &Path) -> Result<(), BackupError> {
    match fs::remove_dir_all(partial) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(failed(partial)(error)),
        Ok(()) | Err(_) => Ok(()),
    }
}
