//! The one place where facts get their number: written down first, told afterwards (S4).
//!
//! A thread of its own: it appends to the fact log by one `write`, then publishes to the event stream, then says how far
//! the log goes. Whoever projects facts into tables reads the log at his own pace, so that a slow database delays
//! nobody. `fsync` follows at most 20 ms later.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use model::{Fact, FactRecord, Timestamp};
use store::{FactLog, FactLogError};
use tokio::sync::watch;
use web::EventHub;

use crate::vital::Pulse;

/// Facts that wait for the log; a disk that stalls longer than these last loses facts, and says so.
const WAITING_MAX: usize = 65_536;
/// S4: durable at most so long after the effect was announced.
const SYNC_EVERY: Duration = Duration::from_millis(20);
/// Facts written by one `write`.
const BATCH_MAX: usize = 256;
/// How long a log that cannot be written is left alone before the next try.
const RETRY_AFTER: Duration = Duration::from_millis(100);

/// The way in for facts.
#[derive(Clone, Debug)]
pub(crate) struct Facts {
    told: SyncSender<(Timestamp, Fact)>,
    closing: Arc<AtomicBool>,
}

impl Facts {
    /// Tells a fact; never waits.
    pub(crate) fn tell(&self, at: Timestamp, fact: Fact) {
        let name = fact.name();
        match self.told.try_send((at, fact)) {
            Ok(()) => {}
            Err(TrySendError::Full(_)) => {
                tracing::error!(fact = name, "the fact log stalls: a fact is lost")
            }
            Err(TrySendError::Disconnected(_)) if self.closing.load(Ordering::Relaxed) => {
                tracing::debug!(fact = name, "told after the log was closed")
            }
            Err(TrySendError::Disconnected(_)) => {
                tracing::error!(
                    fact = name,
                    "the thread of the fact log is dead: a fact is lost"
                )
            }
        }
    }
}

/// The running thread.
#[derive(Debug)]
pub(crate) struct FanOut {
    /// Gives how many facts it gave up at the end.
    thread: JoinHandle<u64>,
    reached: watch::Receiver<u64>,
    closing: Arc<AtomicBool>,
}

impl FanOut {
    /// Starts the thread; it ends when the last `Facts` is dropped and everything is written and durable.
    pub(crate) fn start(
        log: FactLog,
        hub: Arc<EventHub>,
        pulse: Pulse,
    ) -> std::io::Result<(Facts, Self)> {
        let (told, waiting) = sync_channel(WAITING_MAX);
        let (reach, reached) = watch::channel(log.last_seq());
        let closing = Arc::new(AtomicBool::new(false));
        let writer = Writer {
            log,
            hub,
            reach,
            closing: closing.clone(),
            given_up: 0,
        };
        let thread = std::thread::Builder::new()
            .name("fan-out".into())
            .spawn(move || {
                let _ends_with_the_thread = pulse;
                writer.run(&waiting)
            })?;
        let facts = Facts {
            told,
            closing: closing.clone(),
        };
        let fan_out = Self {
            thread,
            reached,
            closing,
        };
        Ok((facts, fan_out))
    }

    /// From here on a fact that the disk refuses is given up instead of tried again, so that a full disk cannot keep the
    /// process from ending.
    pub(crate) fn begin_to_close(&self) {
        self.closing.store(true, Ordering::Relaxed);
    }

    /// How far the log goes.
    pub(crate) fn reached(&self) -> watch::Receiver<u64> {
        self.reached.clone()
    }

    /// Waits for the thread; all `Facts` must be gone. Whether nothing was given up for want of time.
    pub(crate) fn join(self) -> bool {
        match self.thread.join() {
            Ok(given_up) => given_up == 0,
            Err(_) => {
                tracing::error!("the fan-out thread panicked");
                false
            }
        }
    }
}

struct Writer {
    log: FactLog,
    hub: Arc<EventHub>,
    reach: watch::Sender<u64>,
    closing: Arc<AtomicBool>,
    given_up: u64,
}

impl Writer {
    /// Until nobody is left who could tell; gives how many facts were given up at the end.
    fn run(mut self, told: &Receiver<(Timestamp, Fact)>) -> u64 {
        let mut unsynced_since: Option<Instant> = None;
        loop {
            let wait = unsynced_since.map_or(Duration::from_secs(3_600), |since| {
                SYNC_EVERY.saturating_sub(since.elapsed())
            });
            match told.recv_timeout(wait) {
                Ok(first) => {
                    let batch: Vec<_> = std::iter::once(first)
                        .chain(told.try_iter().take(BATCH_MAX - 1))
                        .collect();
                    self.write(batch);
                    unsynced_since.get_or_insert_with(Instant::now);
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    self.sync();
                    return self.given_up;
                }
            }
            if unsynced_since.is_some_and(|since| since.elapsed() >= SYNC_EVERY) {
                self.sync();
                unsynced_since = None;
            }
        }
    }

    /// Facts of one time share one `write`; each is announced when it stands in the log.
    fn write(&mut self, batch: Vec<(Timestamp, Fact)>) {
        let mut batch = batch.into_iter().peekable();
        while let Some((at, fact)) = batch.next() {
            let mut facts = vec![fact];
            while let Some((_, fact)) = batch.next_if(|(next, _)| *next == at) {
                facts.push(fact);
            }
            let records = self.append(at, facts);
            for record in records {
                self.hub.publish(Arc::new(record));
            }
        }
        self.reach.send_replace(self.log.last_seq());
    }

    /// Tries for ever while the disk may get better. A fact that can never be written is lost alone, and at the end nothing
    /// is tried twice.
    fn append(&mut self, at: Timestamp, facts: Vec<Fact>) -> Vec<FactRecord> {
        loop {
            let error = match self.log.append(at, facts.clone()) {
                Ok(records) => return records,
                Err(error) => error,
            };
            let is_lasting = matches!(
                error,
                FactLogError::Unwritable(_) | FactLogError::TooLong(_)
            );
            if is_lasting && facts.len() > 1 {
                let alone = facts.into_iter().map(|fact| self.append(at, vec![fact]));
                return alone.flatten().collect();
            }
            if is_lasting || self.closing.load(Ordering::Relaxed) {
                self.given_up += if is_lasting { 0 } else { facts.len() as u64 };
                for fact in &facts {
                    let (fact, call) = (fact.name(), fact.call());
                    tracing::error!(%error, fact, ?call, "a fact is lost: the log does not take it");
                }
                return Vec::new();
            }
            tracing::error!(%error, "the fact log cannot be written");
            std::thread::sleep(RETRY_AFTER);
        }
    }

    fn sync(&mut self) {
        if let Err(error) = self.log.sync() {
            tracing::error!(%error, "the fact log cannot be made durable");
        }
    }
}

#[cfg(test)]
mod tests;
