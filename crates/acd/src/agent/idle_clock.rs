//! The idle clock: how long an agent has been without a call, breaks taken out (R40-R44).
//!
//! It runs from signing in (never from "infinite", R41), stands still while he is not ready or offline (R42), starts
//! anew when a handled call ends, and is not touched by offers that he misses or that are taken back (R10, R22, R44).

use core::time::Duration;

/// See the file's head.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct IdleClock {
    /// What was earned before the clock last stood still.
    earned: Duration,
    /// Since when it runs.
    runs_since: Option<Duration>,
}

impl IdleClock {
    pub(crate) fn run(&mut self, now: Duration) {
        self.runs_since.get_or_insert(now);
    }

    pub(crate) fn stop(&mut self, now: Duration) {
        if let Some(since) = self.runs_since.take() {
            self.earned += now.saturating_sub(since);
        }
    }

    /// Starts anew; a clock that stands still goes on standing.
    pub(crate) fn restart(&mut self, now: Duration) {
        self.earned = Duration::ZERO;
        self.runs_since = self.runs_since.map(|_| now);
    }

    pub(crate) fn elapsed(&self, now: Duration) -> Duration {
        let running = self
            .runs_since
            .map_or(Duration::ZERO, |since| now.saturating_sub(since));
        self.earned + running
    }

    /// When it would have started had there been no break; stands still while the clock runs.
    pub(crate) fn origin(&self, now: Duration) -> Duration {
        now.saturating_sub(self.elapsed(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn breaks_are_taken_out_and_the_origin_stands_still_while_it_runs() {
        let mut clock = IdleClock::default();
        clock.run(s(100));
        clock.stop(s(160));
        clock.run(s(500));
        assert_eq!(clock.elapsed(s(520)), s(80));
        assert_eq!(clock.origin(s(520)), clock.origin(s(900)));
        clock.restart(s(1_000));
        assert_eq!(clock.elapsed(s(1_007)), s(7));
        clock.stop(s(1_010));
        clock.restart(s(1_020));
        assert_eq!(clock.elapsed(s(2_000)), s(0), "it stands still");
    }
}
