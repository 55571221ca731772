//! The loop of tables and tickets: reads the fact log at its own pace, keeps the calls' records and makes tickets.
//!
//! It owns no call and delays none. Everything that it does may be done twice with the same result, so a crash between
//! two of its steps costs nothing: at the next start it goes on after the last fact that the database has applied. Between facts, once a second,
//! it does what has its time: tickets wake, and what is kept no longer goes.
//!
//! A database that is ill is waited for. A fact that a healthy one refuses again and again is set aside, said and counted, so
//! that it holds up neither the facts behind it nor the start; it stands in the log as before.

mod desk;
mod sweeper;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use model::{FactRecord, TicketId};
use net::Clock;
use store::{Database, FactLogError, FactReader, StoreError, TicketDesk};
use tokio::sync::watch;
use tokio::time::MissedTickBehavior;

use crate::fan_out::Facts;
use desk::Desk;
pub(crate) use sweeper::Sweeper;

/// Facts in one transaction.
const BATCH_MAX: usize = 256;
/// How long a database that fails is left alone.
const RETRY_AFTER: Duration = Duration::from_millis(500);

/// How often tickets are woken (R14), and what is kept no longer is swept (E6).
const SWEEP_EVERY: Duration = Duration::from_secs(1);

/// How often a batch is tried before it is taken apart.
const TRIES_MAX: u32 = 5;
/// The start waits no longer for a database that takes nothing.
const STUCK_MAX: Duration = Duration::from_secs(10);

/// The loop's possessions.
pub(crate) struct DeskLoop {
    /// The database.
    pub database: Database,
    /// The log.
    pub reader: FactReader,
    /// How far the log goes.
    pub reached: watch::Receiver<u64>,
    /// For tickets' facts that a former process has left untold.
    pub facts: Facts,
    /// For tickets' times.
    pub clock: Clock,
    /// Where tickets begin and change.
    pub tickets: TicketDesk,
    /// Rises with each ticket of a script that stands in the store: who waits for its number looks again.
    pub filed: watch::Sender<u64>,
    /// Facts that the database refused.
    pub set_aside: Arc<AtomicU64>,
    /// Removes what is kept no longer.
    pub sweeper: Sweeper,
}

/// How far [`DeskLoop::catch_up`] came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CaughtUp {
    /// The last fact that is done with.
    pub applied: u64,
    /// Whether that was the last of the log.
    pub is_complete: bool,
}

impl DeskLoop {
    /// Applies what the log had at the start and the database had not; tickets that a crash delayed are made here. Gives up
    /// when nothing goes on for ten seconds: the start does not wait for an ill database.
    pub(crate) async fn catch_up(&self, applied: u64) -> CaughtUp {
        let mut desk = self.desk();
        desk.adopt_hours().await;
        desk.tell_again(&self.told_since(applied).await, &self.facts)
            .await;
        let reached = *self.reached.borrow();
        let mut next = applied + 1;
        let mut moved_at = Instant::now();
        while next <= reached && moved_at.elapsed() < STUCK_MAX {
            let before = next;
            next = self.apply_from(&mut desk, before).await;
            if next > before {
                moved_at = Instant::now();
            }
        }
        desk.remind_again(&self.facts).await;
        CaughtUp {
            applied: next - 1,
            is_complete: next > reached,
        }
    }

    /// The entries of tickets that the log has told behind what the database has met.
    async fn told_since(&self, applied: u64) -> BTreeSet<(TicketId, u64)> {
        let reader = self.reader.clone();
        let read = tokio::task::spawn_blocking(move || {
            let (mut told, mut next) = (BTreeSet::new(), applied + 1);
            // Behind a damage nothing is known: what stands there is told twice, and is the same.
            while let Ok(records) = reader.read_from(next, BATCH_MAX)
                && let Some(last) = records.last()
            {
                next = last.seq + 1;
                told.extend(
                    records
                        .iter()
                        .filter_map(|record| store::entry_of(&record.fact)),
                );
            }
            told
        });
        read.await.unwrap_or_default()
    }

    fn desk(&self) -> Desk {
        Desk::new(
            self.database.clone(),
            self.clock,
            self.tickets.clone(),
            self.filed.clone(),
        )
    }

    /// Runs until the log's writer is gone and everything is applied. `applied` is what the database has. Every second it wakes the
    /// tickets whose moment has come (R14).
    pub(crate) async fn run(mut self, applied: u64) {
        let mut desk = self.desk();
        let mut next = applied + 1;
        let mut sweep = tokio::time::interval(SWEEP_EVERY);
        sweep.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let reached = *self.reached.borrow_and_update();
            while next <= reached {
                next = self.apply_from(&mut desk, next).await;
            }
            tokio::select! {
                changed = self.reached.changed() => {
                    if changed.is_err() {
                        return;
                    }
                }
                _ = sweep.tick() => {
                    desk.sweep().await;
                    self.sweeper.step(&self.database, self.clock.now().into()).await;
                }
            }
        }
    }

    /// One batch; gives the next number to read. A failure is tried again; what fails for a lasting reason is taken apart.
    async fn apply_from(&self, desk: &mut Desk, next: u64) -> u64 {
        let reader = self.reader.clone();
        let read = tokio::task::spawn_blocking(move || reader.read_from(next, BATCH_MAX)).await;
        let records = match read {
            Ok(Ok(records)) => records,
            Ok(Err(FactLogError::Damaged {
                seq,
                resume_at: Some(resume_at),
                ..
            })) => {
                // What is lost is lost, and was said so: those that come after it are not held back by it.
                tracing::error!(seq, resume_at, "the fact log has lost facts");
                if let Err(error) = self.database.accept_gap(resume_at - 1).await {
                    tracing::error!(%error, "the database does not take the gap");
                    tokio::time::sleep(RETRY_AFTER).await;
                    return next;
                }
                return resume_at;
            }
            Ok(Err(error)) => {
                tracing::error!(%error, next, "the fact log cannot be read");
                Vec::new()
            }
            Err(error) => {
                tracing::error!(%error, "reading the fact log broke off");
                Vec::new()
            }
        };
        let Some(last) = records.last().map(|record| record.seq) else {
            tokio::time::sleep(RETRY_AFTER).await;
            return next;
        };
        let Err(error) = desk.apply(&records).await else {
            desk.tries = 0;
            return last + 1;
        };
        tracing::error!(%error, next, "the database does not take facts");
        tokio::time::sleep(RETRY_AFTER).await;
        desk.tries += u32::from(!error.is_passing());
        if desk.tries < TRIES_MAX {
            return next;
        }
        desk.tries = 0;
        self.apply_singly(desk, &records)
            .await
            .unwrap_or_else(|ill| {
                tracing::error!(error = %ill.error, next = ill.next, "the database is ill");
                ill.next
            })
    }

    /// Fact by fact, after all of them together were refused: what the database takes it gets, what it refuses is set
    /// aside. Gives the next number to read.
    async fn apply_singly(&self, desk: &mut Desk, records: &[FactRecord]) -> Result<u64, Ill> {
        let mut next = 0;
        for record in records {
            let ill = |error| Ill {
                error,
                next: record.seq,
            };
            let mut is_refused = false;
            if let Err(error) = desk.take(record).await {
                self.blame(record, error).await.map_err(ill)?;
                is_refused = true;
            }
            if let Err(error) = self.database.apply(std::slice::from_ref(record)).await {
                self.blame(record, error).await.map_err(ill)?;
                self.database.accept_gap(record.seq).await.map_err(ill)?;
                is_refused = true;
            }
            self.set_aside
                .fetch_add(u64::from(is_refused), Ordering::Relaxed);
            next = record.seq + 1;
        }
        Ok(next)
    }

    /// Whether it is the fact's fault: the database takes other things and gives them back. Else gives why it does not.
    async fn blame(&self, record: &FactRecord, error: StoreError) -> Result<(), StoreError> {
        // A connection that was lost and is back is no fault of the fact.
        if error.is_passing() {
            return Err(error);
        }
        self.database.ping().await?;
        let (seq, fact, call) = (record.seq, record.fact.name(), record.fact.call());
        tracing::error!(%error, seq, fact, ?call, "a fact is set aside: the database refuses it");
        Ok(())
    }
}

/// The database takes nothing.
struct Ill {
    error: StoreError,
    /// The fact that is to be tried again.
    next: u64,
}

#[cfg(test)]
mod tests;
