//! How often the wait that a caller is told comes true (D16): of callers told by when half of those who stand as they do
//! have an agent, half should.
//!
//! A caller's estimate is that of the moment in which he joins; his wait ends when the first phone rings for him, for that
//! an agent is free is what the estimate says. For whom an agent is free at once nothing is estimated. Who hangs up before
//! the time that he was told is not left out: he counts as one who waited so far (Kaplan and Meier), in steps of a 64th of
//! that time, so that the room does not grow with the callers.

use std::collections::BTreeMap;
use std::time::Duration;

use acd::Estimate;
use model::{CallId, QueueName, Timestamp};

/// Steps up to the time that was told.
const STEPS: usize = 64;

/// Of a queue.
#[derive(Clone, Debug, Default)]
pub(crate) struct Calibration {
    /// Callers for whom there was an estimate.
    pub(crate) told: u64,
    /// Callers who had to wait, and of whose wait nothing was known.
    pub(crate) silent: u64,
    pub(crate) p50: Quantile,
    pub(crate) p80: Quantile,
}

/// What came of one quantile.
#[derive(Clone, Debug)]
pub(crate) struct Quantile {
    /// By the share of the told time after which it was so: found an agent, and left without one.
    found: [u64; STEPS],
    left: [u64; STEPS],
    /// Who waited for longer than he was told.
    longer: u64,
}

#[derive(Clone, Debug)]
struct Told {
    queue: QueueName,
    at: Timestamp,
    estimate: Estimate,
}

/// All queues.
#[derive(Debug, Default)]
pub(crate) struct Calibrations {
    pub(crate) queues: BTreeMap<QueueName, Calibration>,
    waiting: BTreeMap<CallId, Told>,
}

impl Calibrations {
    /// He has joined, and nobody is free for him.
    pub(crate) fn joined(
        &mut self,
        at: Timestamp,
        call: CallId,
        queue: &QueueName,
        estimate: Option<Estimate>,
    ) {
        let of = self.queues.entry(queue.clone()).or_default();
        let Some(estimate) = estimate else {
            of.silent += 1;
            return;
        };
        of.told += 1;
        let queue = queue.clone();
        let told = Told {
            queue,
            at,
            estimate,
        };
        self.waiting.insert(call, told);
    }

    /// An agent was found for him.
    pub(crate) fn found(&mut self, at: Timestamp, call: CallId) {
        self.ends(at, call, true);
    }

    /// He is in line no more.
    pub(crate) fn left(&mut self, at: Timestamp, call: CallId) {
        self.ends(at, call, false);
    }

    fn ends(&mut self, at: Timestamp, call: CallId, found: bool) {
        let Some(Told {
            queue,
            at: since,
            estimate,
        }) = self.waiting.remove(&call)
        else {
            return;
        };
        let of = self.queues.entry(queue).or_default();
        let waited = Duration::from_millis(at.ms_since(since));
        of.p50.ends(waited, estimate.p50, found);
        of.p80.ends(waited, estimate.p80, found);
    }
}

impl Default for Quantile {
    fn default() -> Self {
        Self {
            found: [0; STEPS],
            left: [0; STEPS],
            longer: 0,
        }
    }
}

impl Quantile {
    fn ends(&mut self, waited: Duration, told: Duration, found: bool) {
        let share = waited.as_secs_f64() / told.as_secs_f64();
        let counts = match found {
            true => &mut self.found,
            false => &mut self.left,
        };
        // Who was told no time at all and waited, waited longer; so does `NaN`, of no time and no wait, never come here.
        let step = match share <= 1.0 {
            true => ((share * STEPS as f64) as usize).min(STEPS - 1),
            false => STEPS,
        };
        match counts.get_mut(step) {
            Some(count) => *count += 1,
            None => self.longer += 1,
        }
    }

    /// The share of callers who waited no longer than they were told; `None`: there were none.
    pub(crate) fn met(&self) -> Option<f64> {
        let all: u64 = self.found.iter().chain(&self.left).sum::<u64>() + self.longer;
        let (mut at_risk, mut beyond) = (all as f64, 1.0);
        for (found, left) in self.found.iter().zip(&self.left) {
            if at_risk > 0.0 {
                beyond *= 1.0 - *found as f64 / at_risk;
            }
            at_risk -= (found + left) as f64;
        }
        (all > 0).then_some(1.0 - beyond)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn met(ends: &[(u64, bool)]) -> Option<f64> {
        let mut quantile = Quantile::default();
        for (waited, found) in ends {
            quantile.ends(
                Duration::from_secs(*waited),
                Duration::from_secs(64),
                *found,
            );
        }
        quantile.met()
    }

    #[test]
    fn d16_who_hangs_up_early_counts_as_far_as_he_waited() {
        assert_eq!(met(&[]), None);
        assert_eq!(
            met(&[(10, true), (64, true), (65, true), (99, false)]),
            Some(0.5)
        );
        // Of four one is found at 10; one leaves at 20, unknown; of the two who are left one is found at 30.
        let share = met(&[(10, true), (20, false), (30, true), (80, true)]).unwrap();
        assert!((share - (1.0 - 0.75 * 0.5)).abs() < 1e-12, "{share}");
    }
}
