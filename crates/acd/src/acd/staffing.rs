//! Staffing: a queue in which nobody is signed in sends its callers on (D7, D8).
//!
//! Not ready is staffed: he may be back in a minute. The engine's script decides where the callers go.

use core::time::Duration;

use model::QueueName;
use model::fact::QueueExit;

use super::Acd;
use crate::timer::Timer;

/// D8: one agent's signing out and in again does not empty the queue.
const GRACE: Duration = Duration::from_secs(10);

impl Acd {
    /// D8: keeps the timer of a queue in which callers wait and nobody is signed in.
    pub(super) fn watch_staffing(&mut self, now: Duration, name: &QueueName) {
        let Some(queue) = self.queues.get(name) else {
            return;
        };
        let timer = Timer::NoAgents(name.clone());
        if queue.is_staffed() || queue.config.wait_without_agents || queue.line.is_empty() {
            self.timers.cancel(&timer);
        } else if self.timers.at(&timer).is_none() {
            self.timers.set(timer, now + GRACE);
        }
    }

    /// D8: nobody came back within the grace.
    pub(super) fn nobody_came(&mut self, now: Duration, name: &QueueName) {
        self.empty_line(now, name, QueueExit::NoAgents);
    }
}
