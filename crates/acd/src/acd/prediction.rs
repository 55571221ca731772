//! Steps that relax by the predicted wait (B14): who would probably wait for longer than until the next step opens goes
//! straight to the first one whose agents could serve him sooner.
//!
//! He is looked at when he comes to a step. Its clock runs all the same (R69): a prediction that was too good costs him no
//! more than the rule without it. Where the estimate is silent (D16) that rule alone holds.

use core::time::Duration;

use model::{CallId, QueueName};

use super::Acd;
use crate::config::Relax;
use crate::timer::Timer;

impl Acd {
    /// Lets a caller on whom his step would keep for too long.
    pub(super) fn look_ahead(&mut self, now: Duration, call: CallId, name: &QueueName) {
        let opens = self.timers.at(&Timer::Step(call, name.clone()));
        let left = opens.map(|at| at.saturating_sub(now));
        let helps = left.and_then(|left| self.step_that_helps(now, call, name, left));
        if let Some(step) = helps {
            self.step_to(now, call, name, step);
        }
    }

    /// The first step in which he could be served sooner than in his own, where he waits there for longer than `left`.
    fn step_that_helps(
        &self,
        now: Duration,
        call: CallId,
        name: &QueueName,
        left: Duration,
    ) -> Option<usize> {
        let queue = self.queues.get(name)?;
        if queue.config.relax == Relax::Elapsed {
            return None;
        }
        let mut caller = self.waiting.get(&call)?.clone();
        let reached = caller.steps.get(name).copied()?;
        let here = self.outlook(now, &caller)?.p50;
        let mut further = reached + 1..queue.config.steps.len();
        let sooner = |step: &usize| {
            caller.steps.insert(name.clone(), *step);
            let there = self.outlook(now, &caller);
            there.is_some_and(|there| there.p50 < here)
        };
        (here > left).then(|| further.find(sooner)).flatten()
    }
}
