//! Both databases for one test of the crate's own parts: an empty file of SQLite and an empty schema of PostgreSQL.

use sqlx::ConnectOptions as _;

use crate::database::{Address, Connection, Place};
use crate::scratch::Scratch;
use crate::test_server;

/// One of them, and the folder that it stands in.
pub(crate) struct Empty {
    pub(crate) address: Address,
    _scratch: Scratch,
}

/// Both.
pub(crate) async fn both() -> [Empty; 2] {
    [
        file(),
        Empty {
            address: Address::parse(&test_server::schema().await).unwrap(),
            _scratch: Scratch::new(),
        },
    ]
}

/// The file of SQLite.
pub(crate) fn file() -> Empty {
    sqlx::any::install_default_drivers();
    let scratch = Scratch::new();
    let path = scratch.path().join("test.db");
    std::fs::File::create(&path).unwrap();
    let url = format!("sqlite://{}", path.display());
    Empty {
        address: Address::parse(&url).unwrap(),
        _scratch: scratch,
    }
}

impl Empty {
    /// A connection that nobody has greeted.
    pub(crate) async fn connect(&self) -> Connection {
        self.address.options().connect().await.unwrap()
    }

    pub(crate) fn place(&self) -> &Place {
        self.address.place()
    }
}
