//! Where the databases of these tests are: schemas of a server of PostgreSQL.

use crate::scratch::Scratch;
use crate::test_server;

/// The address of an empty database.
pub(crate) async fn empty(_scratch: &Scratch) -> String {
    test_server::schema().await
}
