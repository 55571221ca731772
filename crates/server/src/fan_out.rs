//! The one place where facts get their number: written down first, told afterwards (S4).
//!
//! A thread of its own: it appends to the fact log by one `write`, then publishes to the event stream, then says how far
//! the log goes. Whoever projects facts into tables reads the log at his own pace, so that a slow database delays
//! nobody. `fsync` follows at most 20 ms later.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use model::{Fact, Timestamp};
use store::FactLog;
use tokio::sync::watch;
use web::EventHub;

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
pub(crate) struct Facts(SyncSender<(Timestamp, Fact)>);

impl Facts {
    /// Tells a fact; never waits.
    pub(crate) fn tell(&self, at: Timestamp, fact: Fact) {
        let name = fact.name();
        match self.0.try_send((at, fact)) {
            Ok(()) => {}
            Err(TrySendError::Full(_)) => {
                tracing::error!(fact = name, "the fact log stalls: a fact is lost")
            }
            Err(TrySendError::Disconnected(_)) => {
                tracing::debug!(fact = name, "told after the log was closed")
            }
        }
    }
}

/// The running thread.
#[derive(Debug)]
pub(crate) struct FanOut {
    thread: JoinHandle<()>,
    reached: watch::Receiver<u64>,
}

impl FanOut {
    /// Starts the thread; it ends when the last `Facts` is dropped and everything is written and durable.
    pub(crate) fn start(log: FactLog, hub: Arc<EventHub>) -> std::io::Result<(Facts, Self)> {
        let (facts, told) = sync_channel(WAITING_MAX);
        let (reach, reached) = watch::channel(log.last_seq());
        let thread = std::thread::Builder::new()
            .name("fan-out".into())
            .spawn(move || Writer { log, hub, reach }.run(&told))?;
        Ok((Facts(facts), Self { thread, reached }))
    }

    /// How far the log goes.
    pub(crate) fn reached(&self) -> watch::Receiver<u64> {
        self.reached.clone()
    }

    /// Waits for the thread; all `Facts` must be gone.
    pub(crate) fn join(self) {
        if self.thread.join().is_err() {
            tracing::error!("the fan-out thread panicked");
        }
    }
}

struct Writer {
    log: FactLog,
    hub: Arc<EventHub>,
    reach: watch::Sender<u64>,
}

impl Writer {
    fn run(mut self, told: &Receiver<(Timestamp, Fact)>) {
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
                    return;
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
            let records = loop {
                match self.log.append(at, facts.clone()) {
                    Ok(records) => break records,
                    Err(error) => {
                        tracing::error!(%error, "the fact log cannot be written");
                        std::thread::sleep(RETRY_AFTER);
                    }
                }
            };
            for record in records {
                self.hub.publish(Arc::new(record));
            }
        }
        self.reach.send_replace(self.log.last_seq());
    }

    fn sync(&mut self) {
        if let Err(error) = self.log.sync() {
            tracing::error!(%error, "the fact log cannot be made durable");
        }
    }
}
