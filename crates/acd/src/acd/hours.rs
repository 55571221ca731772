//! Hours of a queue (D28): when it is closed it takes nobody in, nor anybody whose turn would probably come after it closes.
//!
//! Who stands in line when it closes stays there: he came in time. What sends him on is what sends everybody on, his
//! `max_wait` and agents who go home (D8). A caller who comes back from a transfer (D31) was in line before. Who stands in several
//! queues (A12) stands in those that are open.

use core::time::Duration;

use model::calendar::CalendarState;
use model::fact::QueueExit;
use model::{QueueName, Timestamp};

use super::Acd;
use crate::waiting::Waiting;

impl Acd {
    /// Leaves out the queues that are closed at this moment.
    pub(super) fn keep_open(&self, now: Duration, caller: &mut Waiting) -> Result<(), QueueExit> {
        let open = |name: &QueueName| self.is_open(now, name);
        if !caller.queues.iter().all(open) {
            let queues = caller.queues.filtered(open);
            caller.queues = queues.ok_or(QueueExit::Closed)?;
        }
        Ok(())
    }

    pub(super) fn is_open(&self, now: Duration, name: &QueueName) -> bool {
        let queue = self.queues.get(name);
        let hours = queue.and_then(|queue| queue.config.hours.as_ref());
        hours.is_none_or(|hours| hours.state_at(Timestamp::from(now)) == CalendarState::Open)
    }

    /// Whether a caller's home queue will probably be closed before his turn comes; not while too little is known to say.
    pub(super) fn closes_before(&self, now: Duration, caller: &Waiting) -> bool {
        let home = self.queues.get(caller.home());
        let Some(hours) = home.and_then(|home| home.config.hours.as_ref()) else {
            return false;
        };
        let at = Timestamp::from(now);
        let Some((closes, _)) = hours.next_change(at) else {
            return false;
        };
        let left = Duration::from_millis(closes.ms_since(at));
        self.outlook(now, caller)
            .is_some_and(|told| told.p80 > left)
    }
}
