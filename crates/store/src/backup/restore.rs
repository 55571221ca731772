//! A house out of a backup: looked through before anything is touched, then put where nothing stands.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use model::Timestamp;
use sqlx::Connection as _;

use super::{
    BackupError, FACTS, MANIFEST, Manifest, Progress, failed, kept, must_be_empty, remove, seal,
    table,
};
use crate::database::{
    Address, Connection, connect_to_fill, connect_to_look, go_on_behind, is_empty,
};
use crate::{migration, private, search};

/// A backup that was looked through: all of it is what was written.
#[derive(Debug)]
pub struct Saved {
    folder: PathBuf,
    manifest: Manifest,
    sums: BTreeMap<String, String>,
}

impl Saved {
    /// Looks through a backup.
    ///
    /// # Errors
    /// The first file that is missing or is not what was written.
    pub fn open(
        folder: &Path,
        told: &mut (dyn FnMut(Progress<'_>) + Send),
    ) -> Result<Self, BackupError> {
        let sums = seal::sums(folder)?;
        for (done, (name, sum)) in sums.iter().enumerate() {
            told(Progress {
                what: name,
                done,
                all: sums.len(),
            });
            seal::prove(folder, name, sum)?;
        }
        Ok(Self {
            manifest: manifest(folder)?,
            folder: folder.to_owned(),
            sums,
        })
    }

    /// What it holds.
    pub const fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Copies one of its trees to where nothing stands yet.
    ///
    /// # Errors
    /// [`BackupError::Exists`] where something does.
    pub fn tree(
        &self,
        name: &str,
        to: &Path,
        told: &mut (dyn FnMut(Progress<'_>) + Send),
    ) -> Result<(), BackupError> {
        must_be_empty(to)?;
        let partial = to.with_added_extension("partial");
        remove(&partial)?;
        private::make_folder(&partial).map_err(failed(&partial))?;
        let files = self.sums.keys();
        let files =
            files.filter_map(|file| Some((file, file.strip_prefix(name)?.strip_prefix('/')?)));
        let files: Vec<_> = files.collect();
        for (done, (file, within)) in files.iter().enumerate() {
            told(Progress {
                what: file,
                done,
                all: files.len(),
            });
            put(&self.folder.join(file), &partial.join(within))?;
        }
        fs::rename(&partial, to).map_err(failed(to))
    }

    /// Copies its fact log to where none is yet.
    ///
    /// # Errors
    /// As of [`Self::tree`].
    pub fn facts(
        &self,
        to: &Path,
        told: &mut (dyn FnMut(Progress<'_>) + Send),
    ) -> Result<(), BackupError> {
        self.tree(FACTS, to, told)
    }

    /// Whether a database can be filled.
    ///
    /// # Errors
    /// [`BackupError::Filled`] where tables stand.
    pub async fn must_be_empty(&self, address: &Address) -> Result<(), BackupError> {
        let Some(mut conn) = connect_to_look(address).await? else {
            return Ok(());
        };
        let is_empty = is_empty(&mut conn).await?;
        conn.close().await?;
        match is_empty {
            true => Ok(()),
            false => Err(BackupError::Filled(address.to_string())),
        }
    }

    /// Fills an empty database, in one transaction.
    ///
    /// # Errors
    /// [`BackupError::Filled`] where tables stand; [`crate::StoreError::Migration`] for a backup of a newer program.
    pub async fn tables(
        &self,
        address: &Address,
        now: Timestamp,
        told: &mut (dyn FnMut(Progress<'_>) + Send),
    ) -> Result<(), BackupError> {
        let mut conn = connect_to_fill(address).await?;
        let mut turn = conn.begin_with(address.place().begin()).await?;
        if !is_empty(&mut turn).await? {
            return Err(BackupError::Filled(address.to_string()));
        }
        migration::make(&mut turn, address.place(), &self.manifest.steps, now).await?;
        self.fill(&mut turn, told).await?;
        search::begin_anew(&mut turn).await?;
        turn.commit().await?;
        conn.close().await?;
        Ok(())
    }

    async fn fill(
        &self,
        conn: &mut Connection,
        told: &mut (dyn FnMut(Progress<'_>) + Send),
    ) -> Result<(), BackupError> {
        let tables = &self.manifest.tables;
        let known = kept(self.manifest.steps.len());
        if !tables.iter().map(|table| table.name.as_str()).eq(known) {
            return Err(BackupError::Unreadable {
                file: MANIFEST.to_owned(),
                why: "its tables are not those of its schema".to_owned(),
            });
        }
        for (done, note) in tables.iter().enumerate() {
            told(Progress {
                what: &note.name,
                done,
                all: tables.len(),
            });
            table::read(conn, note, &self.folder).await?;
            go_on_behind(conn, &note.name).await?;
        }
        Ok(())
    }
}

fn manifest(folder: &Path) -> Result<Manifest, BackupError> {
    let path = folder.join(MANIFEST);
    let text = fs::read_to_string(&path).map_err(failed(&path))?;
    let unreadable = |error: serde_json::Error| BackupError::Unreadable {
        file: MANIFEST.to_owned(),
        why: error.to_string(),
    };
    #[derive(serde::Deserialize)]
    struct Formed {
        form: u32,
    }
    let Formed { form } = serde_json::from_str(&text).map_err(unreadable)?;
    if form != super::manifest::FORM {
        return Err(BackupError::Form(form));
    }
    serde_json::from_str(&text).map_err(unreadable)
}

/// A copy that only its owner reads.
fn put(from: &Path, to: &Path) -> Result<(), BackupError> {
    if let Some(above) = to.parent() {
        private::make_folder(above).map_err(failed(above))?;
    }
    let mut source = fs::File::open(from).map_err(failed(from))?;
    let mut options = private::file();
    let copied = options
        .write(true)
        .create_new(true)
        .open(to)
        .and_then(|mut file| {
            std::io::copy(&mut source, &mut file)?;
            file.sync_all()
        });
    copied.map_err(failed(to))
}
