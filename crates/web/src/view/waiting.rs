//! Who waits where at this moment, counted from the live board (A12, D25).
//!
//! A caller who stands in several lines is one caller: he waits in his home queue, and is `also` there in the others, so that the
//! sum over all queues is the number of people who wait.

use std::collections::BTreeMap;

use model::{CallId, QueueName, Timestamp};

use super::board::Board;
use super::line::Phase;

/// Who waits in a queue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WaitingNow {
    /// Callers whose home queue it is, those for whom a phone rings included.
    pub waiting: u32,
    /// Callers of other queues who stand here too.
    pub also: u32,
    /// Who of `waiting` has waited longest, and since when.
    pub oldest: Option<(Timestamp, CallId)>,
}

impl Board {
    /// By queue; one in which nobody stands is absent.
    pub(crate) fn waiting(&self) -> BTreeMap<QueueName, WaitingNow> {
        let mut all: BTreeMap<QueueName, WaitingNow> = BTreeMap::new();
        for live in self.calls().values() {
            let (Phase::Queued, Some(home)) = (live.phase, &live.queue) else {
                continue;
            };
            let row = all.entry(home.clone()).or_default();
            row.waiting += 1;
            let since = live.waiting_since.unwrap_or(live.started_at);
            let his = (since, live.call);
            row.oldest = Some(row.oldest.map_or(his, |oldest| oldest.min(his)));
            for other in &live.also {
                all.entry(other.clone()).or_default().also += 1;
            }
        }
        all
    }
}
