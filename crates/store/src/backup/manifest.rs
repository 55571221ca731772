//! `backup.json`: what a backup holds, and which program wrote it.

use model::Timestamp;
use serde::{Deserialize, Serialize};

/// The form of backups that this program writes and reads.
pub(super) const FORM: u32 = 1;

/// What a backup holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The form of the folder.
    pub form: u32,
    /// The program that wrote it, with its version.
    pub program: String,
    /// When it began.
    pub made_at: Timestamp,
    /// The steps of the schema that the database had: number and checksum.
    pub steps: Vec<(i64, i64)>,
    /// The last fact of the log that is in it; 0 for none.
    pub facts: u64,
    /// Its tables, in the order in which they are filled.
    pub tables: Vec<TableNote>,
    /// Its trees of files.
    pub trees: Vec<String>,
}

/// A table of a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableNote {
    /// Its name.
    pub name: String,
    /// The columns, in the order in which a row has them.
    pub columns: Vec<String>,
    /// How many rows it has.
    pub rows: u64,
}

impl Manifest {
    pub(super) fn begin(program: &str, made_at: Timestamp, steps: Vec<(i64, i64)>) -> Self {
        Self {
            form: FORM,
            program: program.to_owned(),
            made_at,
            steps,
            facts: 0,
            tables: Vec::new(),
            trees: Vec::new(),
        }
    }

    /// As it is written.
    pub(super) fn text(&self) -> String {
        let text = serde_json::to_string_pretty(self);
        // Numbers, texts and lists of them: there is nothing that JSON could not say.
        text.unwrap_or_default()
    }

    /// How many rows all tables have.
    pub fn rows(&self) -> u64 {
        self.tables.iter().map(|table| table.rows).sum()
    }
}
