//! What differs between the databases where words are looked for: SQLite keeps them in a table of FTS5 without texts, PostgreSQL as
//! `tsvector` under an index of its kind `GIN`. Which words a text has is said in one place for both (`search/segment`), so that
//! neither database splits a text by rules of its own.

use super::Connection;
use super::{postgres, sqlite};

/// Words that stand one behind the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Phrase {
    /// At least one; letters, digits and marks alone.
    pub(crate) words: Vec<String>,
    /// Whether the last of them is the beginning of one.
    pub(crate) is_beginning: bool,
}

/// Which words: each shelf is a table of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shelf {
    /// Those of all that has any.
    All,
    /// Those of open tickets alone, for lists of open ones: of a hundred that have a common word perhaps one is open.
    Open,
}

/// How a database says it, of one shelf. Pieces of texts name the table `w`.
pub(crate) struct Words {
    /// What makes the table, in a migration.
    pub(crate) table: &'static str,
    /// Joins it, up to what its ids are compared with.
    pub(crate) join: &'static str,
    /// Reads it.
    pub(crate) from: &'static str,
    /// Takes a document's words away; `$1` is its id.
    pub(crate) take: &'static str,
    /// Puts documents' words in place of those that they had; `(`, the id, [`Self::put_words`], the words, [`Self::put_end`] follow, a
    /// comma between two documents, then [`Self::put_over`].
    pub(crate) put: &'static str,
    /// Between an id and its words.
    pub(crate) put_words: &'static str,
    /// Behind the words.
    pub(crate) put_end: &'static str,
    /// Behind all documents.
    pub(crate) put_over: &'static str,
    /// The column of ids.
    pub(crate) id: &'static str,
    /// Before the question, which is bound.
    pub(crate) has: &'static str,
    /// Behind it.
    pub(crate) asked: &'static str,
    /// Before the question where documents are read one by one and no index is, and behind it; `None` where an index is as fast for
    /// beginnings of words.
    pub(crate) plainly: Option<(&'static str, &'static str)>,
    /// A document as it is bound: its words in their order.
    pub(crate) document: fn(&[String]) -> String,
    /// A question as it is bound: all its phrases.
    pub(crate) question: fn(&[Phrase]) -> String,
}

impl Words {
    /// Those of the database at the other end.
    pub(crate) fn of(conn: &Connection, shelf: Shelf) -> &'static Self {
        Self::on(conn.backend_name() == "PostgreSQL", shelf)
    }

    /// Those of a server, or of a file.
    pub(crate) const fn on(is_server: bool, shelf: Shelf) -> &'static Self {
        match (is_server, shelf) {
            (true, Shelf::All) => &postgres::words::ALL,
            (true, Shelf::Open) => &postgres::words::OPEN,
            (false, Shelf::All) => &sqlite::words::ALL,
            (false, Shelf::Open) => &sqlite::words::OPEN,
        }
    }
}
