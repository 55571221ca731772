//! Sweeps what is kept no longer (E6): one short step a tick, so that neither facts nor writers wait, until a kind is through; then that kind
//! rests as long as its row says.

use std::collections::BTreeMap;
use std::path::PathBuf;

use model::Timestamp;
use store::{Database, Retention, RetentionKind};

const HOUR_MS: i64 = 60 * 60 * 1_000;

/// See the file's head.
#[derive(Debug)]
pub(crate) struct Sweeper {
    retention: Retention,
    /// Folder of the recordings.
    recordings: PathBuf,
    /// When each kind is swept next.
    next_at: BTreeMap<RetentionKind, Timestamp>,
}

impl Sweeper {
    /// One that begins with its first tick.
    pub(crate) fn new(retention: Retention, recordings: PathBuf) -> Self {
        let next_at = RetentionKind::ALL.map(|kind| (kind, Timestamp::from_ms(0)));
        Self {
            retention,
            recordings,
            next_at: next_at.into(),
        }
    }

    /// One step of the first kind that is due. What fails is tried again in an hour.
    pub(super) async fn step(&mut self, database: &Database, now: Timestamp) {
        let Some(kind) = self.due(now) else {
            return;
        };
        let step = database.retention_step(kind, &self.retention, &self.recordings, now);
        let rest_h = match step.await {
            Ok(swept) if !swept.is_done => return,
            Ok(_) => kind.row().every_h,
            Err(error) => {
                tracing::error!(%error, %kind, "what is kept no longer is removed later");
                1
            }
        };
        let next_at = now.as_ms().saturating_add(i64::from(rest_h) * HOUR_MS);
        self.next_at.insert(kind, Timestamp::from_ms(next_at));
    }

    fn due(&self, now: Timestamp) -> Option<RetentionKind> {
        let mut due = self.next_at.iter().filter(|(_, at)| **at <= now);
        due.next().map(|(kind, _)| *kind)
    }
}
