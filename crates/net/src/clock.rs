//! The one clock of the shell: time since the Unix epoch that never jumps.
//!
//! The wall clock is read once, at the start; from there on only the monotonic clock counts. So every `now` that the
//! cores see is comparable with every other one, across engine loop and media threads, and an administrator who sets the
//! system's time cannot make a timer fire early or a call last for a negative time. The price: after such a change the
//! time here differs from the wall's until the process restarts. Deliberately without sleeping and timers.

use core::time::Duration;
use std::time::{Instant, SystemTime};

/// A monotonic clock anchored to the wall clock at its start; copies agree with each other.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    started: Instant,
    epoch_at_start: Duration,
}

impl Clock {
    /// Reads the wall clock once. A wall clock before 1970 counts as 1970.
    #[must_use]
    pub fn start() -> Self {
        let epoch_at_start = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        Self {
            started: Instant::now(),
            epoch_at_start,
        }
    }

    /// Time since the Unix epoch; never less than an earlier answer.
    #[must_use]
    pub fn now(&self) -> Duration {
        self.epoch_at_start + self.started.elapsed()
    }

    /// How long from now until `at`; zero if that is past.
    #[must_use]
    pub fn until(&self, at: Duration) -> Duration {
        at.saturating_sub(self.now())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_the_time_since_1970_and_never_goes_back() {
        let clock = Clock::start();
        let wall = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap();
        assert!(clock.now().abs_diff(wall) < Duration::from_secs(1));
        let readings: Vec<Duration> = (0..1_000).map(|_| clock.now()).collect();
        assert!(readings.is_sorted());
    }

    #[test]
    fn copies_agree() {
        let clock = Clock::start();
        let copy = clock;
        let (before, between, after) = (clock.now(), copy.now(), clock.now());
        assert!(before <= between && between <= after);
    }

    #[test]
    fn until_is_zero_for_the_past() {
        let clock = Clock::start();
        assert_eq!(clock.until(Duration::from_secs(1)), Duration::ZERO);
        let ahead = clock.until(clock.now() + Duration::from_secs(60));
        assert!(ahead > Duration::from_secs(59) && ahead <= Duration::from_secs(60));
    }
}
