//! The facts of the former process that the database has not applied: it may be ill and lag behind the log, and what they say counts
//! all the same.
//!
//! Whoever reads a table at a start folds them behind it. The desk's loop, which applies them, begins after that.

use model::FactRecord;
use store::{Database, FactReader};

use super::checkpoint::read_on;

/// Where they stand.
#[derive(Clone, Debug)]
pub(crate) struct Unapplied {
    reader: FactReader,
    /// The last fact that the database has applied.
    applied: u64,
    /// The last fact of the former process.
    last_seq: u64,
}

impl Unapplied {
    /// Those up to fact `last_seq`. Fails where the database does not say how far it is.
    pub(crate) async fn behind(
        database: &Database,
        reader: FactReader,
        last_seq: u64,
    ) -> anyhow::Result<Self> {
        let applied = database.applied_seq().await?;
        Ok(Self {
            reader,
            applied,
            last_seq,
        })
    }

    /// What a table holds, with what they say. Fails where the log cannot be read.
    pub(super) async fn fold<T: Send + 'static>(
        &self,
        mut held: T,
        take: fn(&mut T, &FactRecord),
    ) -> anyhow::Result<T> {
        let Self {
            reader,
            applied: mut seq,
            last_seq,
        } = self.clone();
        let read = move || {
            read_on(&reader, &mut seq, last_seq, |record| {
                take(&mut held, record);
            })?;
            anyhow::Ok(held)
        };
        tokio::task::spawn_blocking(read).await?
    }
}
