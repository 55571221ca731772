//! What is written down: the log with its fan-out, the event stream, and the loop that keeps tables and tickets.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use anyhow::Context as _;
use net::Clock;
use store::{Database, FactReader, TicketDesk};
use tokio::sync::watch;
use web::EventHub;

use super::start;
use crate::config::settings::Settings;
use crate::desk_loop::{DeskLoop, Sweeper};
use crate::fan_out::{Facts, FanOut};
use crate::recovery::{self, House, Keeper, Reach, Sources};
use crate::vital::Pulse;

/// How long the way down waits for the tables.
const CATCH_UP_MAX: Duration = Duration::from_secs(5);

/// The checkpoint's file, beside the folder of the log.
const CHECKPOINT: &str = "histories.checkpoint";

/// The ledger.
pub(super) struct Ledger {
    pub(super) hub: Arc<EventHub>,
    pub(super) facts: Facts,
    /// Where tickets begin and change.
    pub(super) tickets: TicketDesk,
    /// Facts that the database refused, for `/metrics`.
    pub(super) set_aside: Arc<AtomicU64>,
    /// Rises with each ticket of a script that stands in the store.
    pub(super) filed: watch::Receiver<u64>,
    reader: FactReader,
    fan_out: FanOut,
    desk: tokio::task::JoinHandle<()>,
    /// Who writes the checkpoint, if anything is known.
    keeper: Option<tokio::task::JoinHandle<()>>,
    database: Database,
}

impl Ledger {
    /// Opens the log, closes what a crash had cut, and starts the loops. The second value is what the former process
    /// leaves (C20, D21).
    pub(super) async fn open(
        settings: &Settings,
        database: &Database,
        clock: Clock,
        pulse: Pulse,
        reach: Reach,
        tickets: TicketDesk,
    ) -> anyhow::Result<(Self, House)> {
        let (log, applied) = recovery::open_log(&settings.data.dir.join("facts"), database)
            .await
            .context("the fact log cannot be opened")?;
        let (reader, last_seq) = (log.reader(), log.last_seq());
        let hub = start::event_hub(settings, last_seq, reader.clone(), clock);
        let (facts, fan_out) =
            FanOut::start(log, hub.clone(), pulse).context("the fan-out thread cannot start")?;
        let told = facts.clone();
        let tickets = tickets.telling(move |fact| told.tell(clock.now().into(), fact));
        let desk = DeskLoop {
            database: database.clone(),
            reader: reader.clone(),
            reached: fan_out.reached(),
            facts: facts.clone(),
            clock,
            tickets: tickets.clone(),
            filed: watch::Sender::new(0),
            set_aside: Arc::default(),
            sweeper: Sweeper::new(settings.retention.kept(), settings.recordings.dir.clone()),
        };
        let caught_up = desk.catch_up(applied).await;
        let sources = Sources {
            path: settings.data.dir.join(CHECKPOINT),
            reader: reader.clone(),
            reach,
        };
        let former = start::Former {
            settings,
            database,
            sources: sources.clone(),
            last_seq,
            is_caught_up: caught_up.is_complete,
        };
        let mut formerly = start::recover(former, &facts, clock).await;
        let keeper = formerly.known.take().map(|known| Keeper {
            known,
            sources,
            reached: fan_out.reached(),
        });
        let keeper = keeper.map(|keeper| tokio::spawn(keeper.run()));
        let set_aside = desk.set_aside.clone();
        let filed = desk.filed.subscribe();
        let desk = tokio::spawn(desk.run(caught_up.applied));
        let database = database.clone();
        let ledger = Self {
            hub,
            facts,
            tickets,
            set_aside,
            filed,
            reader,
            fan_out,
            desk,
            keeper,
            database,
        };
        Ok((ledger, formerly))
    }

    /// Reads the log, and tells how far it goes.
    pub(super) fn reading(&self) -> (FactReader, watch::Receiver<u64>) {
        (self.reader.clone(), self.fan_out.reached())
    }

    /// Counts today's callers of the former process out of the log, while everything else goes on (D24).
    pub(super) fn count_earlier(&self) {
        let hub = self.hub.clone();
        let counting = std::thread::Builder::new().name("today".to_owned());
        let started = counting.spawn(move || hub.count_earlier());
        if let Err(error) = started {
            tracing::error!(%error, "today's callers are counted from this start on: no thread reads the log");
        }
    }

    /// Writes all that was told and gives the tables a moment; what they lack they get at the next start.
    /// Whether all that was told stands in the log.
    pub(super) async fn close(self) -> bool {
        let Self {
            hub,
            facts,
            tickets,
            set_aside: _,
            filed: _,
            reader: _,
            fan_out,
            desk,
            keeper,
            database,
        } = self;
        fan_out.begin_to_close();
        drop((hub, facts, tickets));
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
        let is_whole = tokio::task::spawn_blocking(move || fan_out.join()).await;
        if let Some(keeper) = keeper {
            // Without it the next start reads more of the log.
            let _late = tokio::time::timeout(CATCH_UP_MAX, keeper).await;
        }
        database.close().await;
        is_whole.unwrap_or_else(|error| {
            tracing::error!(%error, "the fan-out thread cannot be joined");
            false
        })
    }
}
