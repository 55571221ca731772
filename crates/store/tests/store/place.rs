//! Where the databases of these tests are: files of SQLite.

use crate::scratch::Scratch;

/// The address of an empty database.
pub(crate) async fn empty(scratch: &Scratch) -> String {
    format!("sqlite://{}/data/trunkline.db", scratch.path().display())
}
