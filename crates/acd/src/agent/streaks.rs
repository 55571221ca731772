//! What went wrong at an agent in a row (R6-R8, C8, C9): missed, declined and unreachable are three results with three counts.
//!
//! Misses and device faults have limits and take him out; declines have none. Each result that leaves him alone for a while
//! does so for twice as long as the last time, up to the queue's ceiling. An answered call ends all of it; a phone that
//! rings has shown that it is no broken one, and nothing more.

use core::time::Duration;

/// R7: so many device faults in a row, and the agent is not ready.
const FAULTS_MAX: u32 = 2;

/// See the file's head.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Streaks {
    /// Missed calls in a row (R8).
    misses: u32,
    /// Device faults in a row (R7): his phone's, not his.
    faults: u32,
    /// How often in a row he was left alone for a decline.
    declines: u32,
    /// The same for a fault of his phone: it goes on where R7 begins anew.
    outages: u32,
}

impl Streaks {
    /// A call was answered.
    pub(crate) fn answered(&mut self) {
        *self = Self::default();
    }

    /// His phone rings.
    pub(crate) const fn rang(&mut self) {
        self.faults = 0;
    }

    /// R8: whether he is at the limit; it then counts anew. Zero is no limit.
    pub(crate) const fn missed(&mut self, limit: u32) -> bool {
        self.misses = self.misses.saturating_add(1);
        let full = limit > 0 && self.misses >= limit;
        if full {
            self.misses = 0;
        }
        full
    }

    /// R6, C9: for how long he is left alone.
    pub(crate) fn declined(&mut self, delay: Duration, ceiling: Duration) -> Duration {
        self.faults = 0;
        doubled(&mut self.declines, delay, ceiling)
    }

    /// R7, C9: for how long he is left alone; `None` when it was one fault too many.
    pub(crate) fn unreachable(&mut self, delay: Duration, ceiling: Duration) -> Option<Duration> {
        let delay = doubled(&mut self.outages, delay, ceiling);
        self.faults = self.faults.saturating_add(1);
        if self.faults >= FAULTS_MAX {
            self.faults = 0;
            return None;
        }
        Some(delay)
    }
}

/// The delay, doubled as often as it was given in a row, and once more the next time.
fn doubled(times: &mut u32, delay: Duration, ceiling: Duration) -> Duration {
    let factor = 2_u32.saturating_pow(*times);
    *times = times.saturating_add(1);
    // A ceiling below the delay itself cuts nothing of it.
    delay.saturating_mul(factor).min(ceiling.max(delay))
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn c9_each_delay_doubles_on_its_own_up_to_the_ceiling_until_a_call_is_answered() {
        let mut streaks = Streaks::default();
        let declines: Vec<_> = (0..5).map(|_| streaks.declined(s(10), s(60))).collect();
        assert_eq!(declines, [s(10), s(20), s(40), s(60), s(60)]);
        assert_eq!(streaks.unreachable(s(5), s(60)), Some(s(5)));
        streaks.rang();
        assert_eq!(streaks.unreachable(s(5), s(60)), Some(s(10)));
        assert_eq!(streaks.unreachable(s(5), s(60)), None, "two in a row");
        assert_eq!(streaks.unreachable(s(5), s(60)), Some(s(40)));
        streaks.answered();
        assert_eq!(streaks.declined(s(10), s(60)), s(10));
        assert_eq!(streaks.declined(s(90), s(60)), s(90));
        for _ in 0..100 {
            assert!(streaks.declined(s(0), s(60)).is_zero());
        }
        assert_eq!(
            streaks.declined(Duration::MAX, Duration::MAX),
            Duration::MAX
        );
    }

    #[test]
    fn c8_a_broken_phone_is_no_missed_call_and_a_missed_call_no_broken_phone() {
        let mut streaks = Streaks::default();
        assert!(!streaks.missed(2));
        streaks.unreachable(s(5), s(60));
        streaks.declined(s(10), s(60));
        assert!(streaks.missed(2), "the streak of misses stood still");
        assert!(!streaks.missed(2), "and begins anew");
        assert_eq!(streaks.unreachable(s(5), s(60)), Some(s(10)));
        assert!(!streaks.missed(0) && !streaks.missed(0));
    }
}
