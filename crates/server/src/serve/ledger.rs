//! What is written down: the log with its fan-out, the event stream, and the loop that keeps tables and tickets.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use net::Clock;
use store::Database;
use web::EventHub;

use super::start;
use crate::config::settings::Settings;
use crate::desk_loop::DeskLoop;
use crate::fan_out::{Facts, FanOut};
use crate::recovery;

/// How long the way down waits for the tables.
const CATCH_UP_MAX: Duration = Duration::from_secs(5);

/// The ledger.
pub(super) struct Ledger {
    pub(super) hub: Arc<EventHub>,
    pub(super) facts: Facts,
    fan_out: FanOut,
    desk: tokio::task::JoinHandle<()>,
    database: Database,
}

impl Ledger {
    /// Opens the log, closes what a crash had cut, and starts the loops.
    pub(super) async fn open(
        settings: &Settings,
        database: &Database,
        clock: Clock,
    ) -> anyhow::Result<Self> {
        let (log, applied) = recovery::open_log(&settings.data.dir.join("facts"), database)
            .await
            .context("the fact log cannot be opened")?;
        let reader = log.reader();
        let hub = start::event_hub(log.last_seq(), reader.clone());
        let (facts, fan_out) =
            FanOut::start(log, hub.clone()).context("the fan-out thread cannot start")?;
        let desk = DeskLoop {
            database: database.clone(),
            reader,
            reached: fan_out.reached(),
            facts: facts.clone(),
            clock,
            utc_offset_min: settings.tickets.utc_offset_min,
        };
        desk.catch_up(applied).await;
        start::recover(settings, database, &facts, clock).await?;
        let desk = tokio::spawn(desk.run(database.applied_seq().await?));
        let database = database.clone();
        Ok(Self {
            hub,
            facts,
            fan_out,
            desk,
            database,
        })
    }

    /// Writes all that was told and gives the tables a moment; what they lack they get at the next start.
    pub(super) async fn close(self) {
        let Self {
            hub,
            facts,
            fan_out,
            desk,
            database,
        } = self;
        drop((hub, facts));
        let reached = *fan_out.reached().borrow();
        let caught_up = async {
            while database
                .applied_seq()
                .await
                .is_ok_and(|applied| applied < reached)
            {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let _late = tokio::time::timeout(CATCH_UP_MAX, caught_up).await;
        desk.abort();
        let _aborted = desk.await;
        if tokio::task::spawn_blocking(move || fan_out.join())
            .await
            .is_err()
        {
            tracing::error!("the fan-out thread cannot be joined");
        }
        database.close().await;
    }
}
