//! Where a waiting caller stands, as he may be told (D15): how many are ahead of him, whether that number can be relied on,
//! and how long it will probably take.
//!
//! A number is exact while the line is served in its order: one queue that takes its agents as they come, and callers who
//! came as everybody does. Where skills, familiar agents, priorities or head starts play a part, callers are passed over or come
//! before others, and the number is about right. It changes nothing.

use core::time::Duration;

use model::CallId;

use super::Acd;
use crate::queue::Queue;

/// Where a caller stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// How many callers of his home queue are served before him, as things are.
    pub ahead: u32,
    /// Whether nobody may be passed over or come before others.
    pub exact: bool,
    /// The median of his wait from now on; `None` when too little is known to say (D16).
    pub wait: Option<Duration>,
}

impl Acd {
    /// Where a waiting caller stands; `None` when he does not wait.
    pub fn standing(&self, now: Duration, call: CallId) -> Option<Standing> {
        let caller = self.waiting.get(&call)?;
        let home = self.queues.get(caller.home())?;
        if let (Some(_), Some(agent)) = (caller.personal, caller.seeking.familiar()) {
            // B12: those who wait for others are not before him, and one agent's time is not known.
            return Some(Standing {
                ahead: u32::try_from(self.ahead_for(caller, agent)).unwrap_or(u32::MAX),
                exact: true,
                wait: None,
            });
        }
        Some(Standing {
            ahead: self.position(call)?.saturating_sub(1),
            exact: caller.queues.also().is_empty() && Self::keeps_order(home),
            wait: self.outlook(now, caller).map(|told| told.p50),
        })
    }

    /// Whether a queue serves its callers in the order in which they came.
    fn keeps_order(queue: &Queue) -> bool {
        let rules = &queue.config;
        rules.steps.is_empty() && !rules.strategy.familiar && queue.uneven == 0
    }
}
