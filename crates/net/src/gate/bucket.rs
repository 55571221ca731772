//! A token bucket in one number: the time at which it will be full again.
//!
//! Equal to a count of tokens with its last change, without rounding and without a timer; a bucket whose time is past is as
//! good as a new one, which is why idle rows may be forgotten.

use core::time::Duration;

use super::Rate;

/// How much of its rate one source has used.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Bucket {
    full_at: Duration,
}

impl Bucket {
    /// Takes one token, or tells how long until there is one.
    pub(super) fn take(&mut self, now: Duration, rate: Rate) -> Result<(), Duration> {
        let full_at = self.after(now, rate);
        let wait = full_at.saturating_sub(now.saturating_add(refill_time(rate)));
        if wait.is_zero() {
            self.full_at = full_at;
            return Ok(());
        }
        Err(wait)
    }

    /// When it is full after one more token was taken.
    fn after(&self, now: Duration, rate: Rate) -> Duration {
        self.full_at.max(now).saturating_add(interval(rate))
    }
}

/// From empty to full.
pub(super) fn refill_time(rate: Rate) -> Duration {
    interval(rate).saturating_mul(rate.burst.max(1))
}

fn interval(rate: Rate) -> Duration {
    Duration::from_secs(1) / rate.per_second.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate {
        per_second: 100,
        burst: 300,
    };
    const START: Duration = Duration::from_secs(1_700_000_000);

    /// How many of `tries` pass at that time.
    fn passed(bucket: &mut Bucket, now: Duration, tries: u32) -> usize {
        (0..tries)
            .filter(|_| bucket.take(now, RATE).is_ok())
            .count()
    }

    #[test]
    fn a_burst_passes_and_then_the_rate() {
        let mut bucket = Bucket::default();
        assert_eq!(passed(&mut bucket, START, 1_000), 300);
        let second = Duration::from_secs(1);
        for n in 1..=10 {
            assert_eq!(passed(&mut bucket, START + second * n, 1_000), 100);
        }
        assert_eq!(passed(&mut bucket, START + second * 1_000, 1_000), 300);
    }

    #[test]
    fn the_wait_that_is_told_is_exact() {
        let mut bucket = Bucket::default();
        passed(&mut bucket, START, 1_000);
        let wait = bucket.take(START, RATE).unwrap_err();
        assert_eq!(wait, Duration::from_millis(10));
        let early = START + wait - Duration::from_nanos(1);
        assert!(bucket.take(early, RATE).is_err());
        assert_eq!(bucket.take(START + wait, RATE), Ok(()));
    }

    #[test]
    fn a_refusal_costs_nothing_so_that_nobody_is_banned_by_trying() {
        let mut bucket = Bucket::default();
        assert_eq!(passed(&mut bucket, START, 1_000_000), 300);
        assert_eq!(passed(&mut bucket, START + refill_time(RATE), 1_000), 300);
    }

    #[test]
    fn rates_of_nothing_count_as_one() {
        let nothing = Rate {
            per_second: 0,
            burst: 0,
        };
        let mut bucket = Bucket::default();
        assert_eq!(bucket.take(START, nothing), Ok(()));
        assert_eq!(bucket.take(START, nothing), Err(Duration::from_secs(1)));
    }
}
