//! The writer's connection: made when it is needed, given up when a group failed on it, and made again.
//!
//! One that has rested is asked whether it is still there before anything is built on it. Where the process has claimed the
//! database, each connection claims it anew: it is the session that holds the claim.

use std::time::{Duration, Instant};

use sqlx::{ConnectOptions as _, Connection as _};

use super::address::{Address, Place};
use super::{Connection, PATIENCE, postgres, sqlite};
use crate::error::{Result, StoreError};

/// After so long a rest a connection is asked whether it is there.
const REST: Duration = Duration::from_secs(1);

/// A connection that comes back.
pub(super) struct Link {
    address: Address,
    conn: Option<Connection>,
    used_at: Instant,
    has_claimed: bool,
}

impl Link {
    /// Reaches the database.
    pub(super) async fn open(address: Address) -> Result<Self> {
        let mut link = Self {
            address,
            conn: None,
            used_at: Instant::now(),
            has_claimed: false,
        };
        let conn = link.connect().await?;
        link.give_back(conn);
        Ok(link)
    }

    /// How a change begins.
    pub(super) const fn begin(&self) -> &'static str {
        self.address.place().begin()
    }

    /// The connection, for one group.
    pub(super) async fn take(&mut self) -> Result<Connection> {
        if let Some(mut conn) = self.conn.take() {
            if self.used_at.elapsed() < REST || is_there(&mut conn).await {
                return Ok(conn);
            }
            tracing::warn!("the connection to the database was lost");
        }
        self.connect().await
    }

    /// The group was committed: the connection is whole.
    pub(super) fn give_back(&mut self, conn: Connection) {
        self.conn = Some(conn);
        self.used_at = Instant::now();
    }

    /// Makes this process the one that serves calls from the database, which another session may have forbidden. (Beside a file
    /// it is the fact log that has one writer.)
    pub(super) async fn claim(&mut self) -> Result<()> {
        let mut conn = self.take().await?;
        claim(&self.address, &mut conn).await?;
        self.has_claimed = true;
        self.give_back(conn);
        Ok(())
    }

    /// Ends it in good order.
    pub(super) async fn close(self) {
        let Some(conn) = self.conn else {
            return;
        };
        if let Ok(Err(error)) = tokio::time::timeout(PATIENCE, conn.close()).await {
            tracing::warn!(%error, "database closed badly");
        }
    }

    async fn connect(&mut self) -> Result<Connection> {
        let connected = async {
            let mut conn = self.address.options().connect().await?;
            greet_writer(&self.address, &mut conn).await?;
            if self.has_claimed {
                claim(&self.address, &mut conn).await?;
            }
            Ok(conn)
        };
        let connected = tokio::time::timeout(PATIENCE, connected).await;
        connected.unwrap_or_else(|_| Err(StoreError::Away("it does not answer".to_owned())))
    }
}

async fn is_there(conn: &mut Connection) -> bool {
    let answer = tokio::time::timeout(PATIENCE, conn.ping()).await;
    answer.is_ok_and(|answer| answer.is_ok())
}

async fn greet_writer(address: &Address, conn: &mut Connection) -> Result<()> {
    match address.place() {
        Place::File(_) => Ok(sqlite::greet_writer(conn).await?),
        Place::Server => Ok(postgres::greet_writer(conn).await?),
    }
}

async fn claim(address: &Address, conn: &mut Connection) -> Result<()> {
    match address.place() {
        Place::File(_) => Ok(()),
        Place::Server if postgres::serve(conn).await? => Ok(()),
        Place::Server => Err(StoreError::InUse),
    }
}
