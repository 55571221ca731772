//! One listener's stream: first what he missed, then what comes, with a heartbeat in between.
//!
//! A heartbeat carries the number of the last fact although none concerned the listener: whoever was idle for hours resumes
//! from there, not from the last event that he happened to get. Dropping a subscription takes it off the hub.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use model::{FactRecord, Timestamp};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use super::{CannotListen, EventHub};
use crate::desktop::{self, Frame, Viewer};

/// How often a silent stream says that it lives (API conventions: 15 s).
pub const HEARTBEAT: Duration = Duration::from_secs(15);
/// Facts read from the log at once.
const PAGE: usize = 512;

/// Which facts come before those of the queue: some that are in memory, or a stretch of the log.
#[derive(Debug)]
pub(super) struct Backlog {
    /// Facts at hand, told first.
    pub(super) records: VecDeque<Arc<FactRecord>>,
    /// What the log has after them.
    pub(super) log: Option<LogStretch>,
    /// Facts before this moment are not told again.
    pub(super) not_before: Timestamp,
}

/// The facts after `after`, up to and with `until`.
#[derive(Clone, Copy, Debug)]
pub(super) struct LogStretch {
    pub(super) after: u64,
    pub(super) until: u64,
}

/// What a stream says next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// An event.
    Frame(Frame),
    /// Nothing happened; all facts up to this number are told.
    Heartbeat(u64),
}

/// A listener's place at the hub.
pub struct Subscription {
    hub: Arc<EventHub>,
    viewer: Viewer,
    id: u64,
    backlog: Backlog,
    facts: mpsc::Receiver<Arc<FactRecord>>,
    heartbeat_at: Instant,
}

impl Subscription {
    pub(super) fn new(
        hub: Arc<EventHub>,
        viewer: Viewer,
        id: u64,
        backlog: Backlog,
        facts: mpsc::Receiver<Arc<FactRecord>>,
    ) -> Self {
        Self {
            hub,
            viewer,
            id,
            backlog,
            facts,
            heartbeat_at: Instant::now() + HEARTBEAT,
        }
    }

    /// Reads the first page of the log, if it needs one, so that `Gone` is told before the answer begins.
    pub async fn prepare(&mut self) -> Result<(), CannotListen> {
        if let Some(stretch) = self.backlog.log {
            self.read_page(stretch).await?;
        }
        let first = self.backlog.records.front();
        if first.is_some_and(|first| first.at < self.backlog.not_before) {
            return Err(CannotListen::Gone);
        }
        Ok(())
    }

    /// What comes next; `None` when the listener was cut off, the log has a gap or the process ends.
    pub async fn next(&mut self) -> Option<Said> {
        loop {
            let record = match self.missed().await.ok()? {
                Some(record) => record,
                None => match self.queued().await? {
                    Next::Fact(record) => record,
                    Next::Silence(seq) => return Some(Said::Heartbeat(seq)),
                },
            };
            if let Some(frame) = desktop::frame(&record, &self.viewer, self.hub.view()) {
                self.heartbeat_at = Instant::now() + HEARTBEAT;
                return Some(Said::Frame(frame));
            }
        }
    }

    /// The next fact of the backlog; `None` when all are told.
    async fn missed(&mut self) -> Result<Option<Arc<FactRecord>>, CannotListen> {
        if self.backlog.records.is_empty()
            && let Some(stretch) = self.backlog.log
        {
            self.read_page(stretch).await?;
        }
        Ok(self.backlog.records.pop_front())
    }

    /// The next fact of the queue, or the end of a silence.
    async fn queued(&mut self) -> Option<Next> {
        tokio::select! {
            biased;
            fact = self.facts.recv() => fact.map(Next::Fact),
            () = sleep_until(self.heartbeat_at) => {
                self.heartbeat_at = Instant::now() + HEARTBEAT;
                // The number first, then the queue: all up to that number has been told if the queue is empty then.
                let seq = self.hub.last_seq();
                match self.facts.try_recv() {
                    Ok(record) => Some(Next::Fact(record)),
                    Err(mpsc::error::TryRecvError::Empty) => Some(Next::Silence(seq)),
                    Err(mpsc::error::TryRecvError::Disconnected) => None,
                }
            }
        }
    }

    /// Reads the next page of the log into the backlog. A page that does not begin right after the last number means that
    /// the log forgot what lies between.
    async fn read_page(&mut self, stretch: LogStretch) -> Result<(), CannotListen> {
        let hub = Arc::clone(&self.hub);
        let page = tokio::task::spawn_blocking(move || (hub.read)(stretch.after, PAGE))
            .await
            .map_err(|_| CannotListen::Gone)?;
        let last = page.last().ok_or(CannotListen::Gone)?.seq;
        if page
            .first()
            .is_none_or(|first| first.seq != stretch.after + 1)
        {
            return Err(CannotListen::Gone);
        }
        self.backlog.log = (last < stretch.until).then_some(LogStretch {
            after: last,
            ..stretch
        });
        // What came after `until` is in the queue already.
        let missed = page
            .into_iter()
            .filter(|record| record.seq <= stretch.until);
        self.backlog.records.extend(missed.map(Arc::new));
        Ok(())
    }
}

enum Next {
    Fact(Arc<FactRecord>),
    Silence(u64),
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.hub.unsubscribe(&self.viewer, self.id);
    }
}
