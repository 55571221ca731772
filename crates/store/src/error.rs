//! What can go wrong with the store, in the words of whoever asked.

use std::path::{Path, PathBuf};

/// Why the store could not do it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No such row.
    #[error("no such {0}")]
    NotFound(&'static str),
    /// It would stand beside something that must be the only one of its kind, such as a login.
    #[error("{0} is taken")]
    Taken(&'static str),
    /// Somebody else changed the row first (optimistic locking); read it again.
    #[error("{what} was changed meanwhile: version {current} is current")]
    Conflict {
        /// What kind of row.
        what: &'static str,
        /// The version that stands in the store.
        current: u64,
    },
    /// A rule of the ticket refused.
    #[error(transparent)]
    Refused(#[from] ticket::Refused),
    /// What is said of a customer cannot stand.
    #[error(transparent)]
    Customer(#[from] model::CustomerFault),
    /// What is said of an article cannot stand, or a step cannot be taken.
    #[error(transparent)]
    Article(#[from] knowledge::ArticleFault),
    /// What a canned reply says cannot stand.
    #[error(transparent)]
    Reply(#[from] knowledge::ReplyFault),
    /// What a reminder says cannot stand.
    #[error(transparent)]
    Reminder(#[from] crate::reminder::ReminderFault),
    /// What cannot stand on a number list.
    #[error(transparent)]
    NumberList(#[from] model::NumberListFault),
    /// Facts did not follow on those that were applied: read them again from the log, from `after + 1` on.
    #[error("facts are missing: {after} was applied last, {got} came next")]
    Gap {
        /// The last fact that was applied.
        after: u64,
        /// The number that came.
        got: u64,
    },
    /// The settings are wrong.
    #[error("{0}")]
    Setting(String),
    /// The database was made by a newer program, or a migration that ran has changed since.
    #[error("migration: {0}")]
    Migration(String),
    /// A row cannot be read back.
    #[error("the {what} is damaged: {why}")]
    Damaged {
        /// What kind of row.
        what: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// The writer has had no room for 5 s, or no reader was free.
    #[error("the database is busy")]
    Busy,
    /// Another process serves calls from this database.
    #[error("another process serves calls from this database")]
    InUse,
    /// The database cannot be reached, for a while perhaps.
    #[error("the database cannot be reached: {0}")]
    Away(String),
    /// The database was closed.
    #[error("the database is closed")]
    Closed,
    /// The change was not committed, for a reason that is not its own.
    #[error("the change was not committed: {0}")]
    Lost(String),
    /// What the database said.
    #[error("database: {0}")]
    Database(sqlx::Error),
    /// A file could not be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// What the store gives.
pub type Result<T> = std::result::Result<T, StoreError>;

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        if matches!(error, sqlx::Error::PoolTimedOut) {
            Self::Busy
        } else if matches!(error, sqlx::Error::PoolClosed) {
            Self::Closed
        } else if is_away(&error) {
            Self::Away(error.to_string())
        } else {
            Self::Database(error)
        }
    }
}

/// Whether the connection is gone, or none can be had. PostgreSQL: class 08 is of connections, 57P of a server that goes down
/// or comes up, 53300 of one that has too many.
fn is_away(error: &sqlx::Error) -> bool {
    if matches!(error, sqlx::Error::Io(_) | sqlx::Error::Protocol(_)) {
        return true;
    }
    let code = error.as_database_error().and_then(|error| error.code());
    code.is_some_and(|code| {
        code.len() == 5 && (code.starts_with("08") || code.starts_with("57P") || code == "53300")
    })
}

impl StoreError {
    /// Whether the same again may well succeed: it is the database that is ill, and not what it was asked.
    pub const fn is_passing(&self) -> bool {
        matches!(
            self,
            Self::Busy | Self::Closed | Self::Away(_) | Self::InUse
        )
    }

    /// Of an insert: a broken uniqueness rule means that `what` is taken.
    pub(crate) fn or_taken(error: sqlx::Error, what: &'static str) -> Self {
        match error.as_database_error() {
            Some(database) if database.is_unique_violation() => Self::Taken(what),
            Some(_) | None => error.into(),
        }
    }

    /// What a member of a group hears that was not committed, for this reason.
    pub(crate) fn of_a_group(&self) -> Self {
        if let Self::Away(why) = self {
            Self::Away(why.clone())
        } else if matches!(self, Self::InUse) {
            Self::InUse
        } else {
            Self::Lost(self.to_string())
        }
    }

    pub(crate) fn damaged(what: &'static str, why: impl ToString) -> Self {
        Self::Damaged {
            what,
            why: why.to_string(),
        }
    }
}

/// Why a fact log could not do it.
#[derive(Debug, thiserror::Error)]
pub enum FactLogError {
    /// Another process writes this log.
    #[error("{}: another process writes this log", .0.display())]
    InUse(PathBuf),
    /// A fact cannot be read: its record was damaged, or its segment is gone. It is never skipped: whoever reads on asks for
    /// `resume_at`.
    #[error("{}: fact {seq} is damaged or missing", path.display())]
    Damaged {
        /// The segment in which it should stand.
        path: PathBuf,
        /// Its number.
        seq: u64,
        /// The next fact that can be read, if there is one.
        resume_at: Option<u64>,
    },
    /// A fact cannot be written as JSON.
    #[error("a fact cannot be written: {0}")]
    Unwritable(String),
    /// A fact longer than a record may be.
    #[error("a fact of {0} bytes is longer than a record may be")]
    TooLong(usize),
    /// The disk failed or is full.
    #[error("{}: {source}", path.display())]
    File {
        /// Which file or folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

impl FactLogError {
    /// Whether it is the fact's own fault: the same fact fails again however often it is tried, and only by giving it up do
    /// those behind it get through. Everything else may pass: a disk is repaired, a full one is emptied.
    pub fn is_permanent(&self) -> bool {
        match self {
            Self::Unwritable(_) | Self::TooLong(_) => true,
            Self::InUse(_) | Self::Damaged { .. } | Self::File { .. } => false,
        }
    }

    pub(crate) fn file(path: &Path, source: std::io::Error) -> Self {
        Self::File {
            path: path.to_owned(),
            source,
        }
    }
}
