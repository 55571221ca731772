//! The packet budget of S17: a token bucket for what the peer itself sends.
//!
//! Strangers are turned away before it, so that they cannot use it up; the bucket refills with time alone, so that a leg is
//! heard again at once when a burst is over.

use core::time::Duration;

/// Packets that may come at once, in seconds of the budget.
const BURST_S: u32 = 1;

/// A token bucket.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Budget {
    per_second: u32,
    /// Tokens, each a second divided by the rate, as the time that they took to gather.
    gathered: Duration,
    at: Duration,
}

impl Budget {
    /// A full bucket.
    pub(crate) fn new(now: Duration, per_second: u32) -> Self {
        Self {
            per_second: per_second.max(1),
            gathered: Duration::from_secs(BURST_S.into()),
            at: now,
        }
    }

    /// Takes one token if there is one.
    pub(crate) fn take(&mut self, now: Duration) -> bool {
        let most = Duration::from_secs(BURST_S.into());
        self.gathered = (self.gathered + now.saturating_sub(self.at)).min(most);
        self.at = self.at.max(now);
        let Some(left) = self
            .gathered
            .checked_sub(Duration::from_secs(1) / self.per_second)
        else {
            return false;
        };
        self.gathered = left;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s17_a_burst_is_cut_and_forgiven() {
        let mut budget = Budget::new(Duration::ZERO, 200);
        let taken = |budget: &mut Budget, at: u64, n: u32| {
            (0..n)
                .filter(|_| budget.take(Duration::from_millis(at)))
                .count()
        };
        assert_eq!(taken(&mut budget, 0, 5_000), 200);
        assert_eq!(
            taken(&mut budget, 20, 1),
            1,
            "the very next packet of the peer"
        );
        assert_eq!(taken(&mut budget, 1_000, 5_000), 199);
        assert_eq!(
            taken(&mut budget, 60_000, 5_000),
            200,
            "never more than a second's worth"
        );
    }
}
