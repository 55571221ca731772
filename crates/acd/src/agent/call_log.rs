//! The calls that an agent handled lately: how many (least-calls), how much time they took (least-time), and how long
//! one of them goes on (the sticky wait).
//!
//! A sliding window, never set to zero by a status change (R16, R48). Written once a call, when it ends (R13); the time to
//! file it is added when it is filed (R51).

use core::time::Duration;
use std::collections::VecDeque;

/// The longest window that a queue may ask for; older calls are forgotten.
pub(crate) const WINDOW_MAX: Duration = Duration::from_secs(7 * 24 * 3_600);
/// A bound for the memory of one agent: a call every 2.5 minutes, day and night, for a week.
const CALLS_MAX: usize = 4_096;
/// Of how many calls the remaining talk time is read.
const SAMPLE: usize = 50;
/// How long a call takes when nothing is known of an agent.
const TALK_PRIOR: Duration = Duration::from_secs(180);

/// See the file's head.
#[derive(Clone, Debug, Default)]
pub(crate) struct CallLog {
    calls: VecDeque<Handled>,
    /// Time on all calls that were ever recorded, the forgotten ones included.
    time: Duration,
}

#[derive(Clone, Copy, Debug)]
struct Handled {
    ended: Duration,
    talked: Duration,
    /// Time on all calls before this one.
    before: Duration,
}

/// What was handled within a window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Load {
    pub(crate) calls: u32,
    /// Talk, hold and wrap-up.
    pub(crate) time: Duration,
    /// When the oldest of these calls leaves the window.
    pub(crate) expiry: Option<Duration>,
}

impl CallLog {
    pub(crate) fn record(&mut self, ended: Duration, talked: Duration) {
        while let Some(first) = self.calls.front() {
            if self.calls.len() < CALLS_MAX && first.ended + WINDOW_MAX > ended {
                break;
            }
            self.calls.pop_front();
        }
        let before = self.time;
        self.time += talked;
        self.calls.push_back(Handled {
            ended,
            talked,
            before,
        });
    }

    /// The last call was filed in so much time.
    pub(crate) fn filed(&mut self, took: Duration) {
        self.time += took;
    }

    /// What ended within the window.
    pub(crate) fn load(&self, now: Duration, window: Duration) -> Load {
        let gone = self
            .calls
            .partition_point(|call| call.ended + window <= now);
        let oldest = self.calls.get(gone);
        Load {
            calls: u32::try_from(self.calls.len() - gone).unwrap_or(u32::MAX),
            time: oldest.map_or(Duration::ZERO, |oldest| self.time - oldest.before),
            expiry: oldest.map(|oldest| oldest.ended + window),
        }
    }

    /// How long a call that has lasted `so_far` will go on: the mean of what the longer ones of his last calls had left.
    /// `None` when it outlasts all that is known.
    pub(crate) fn remaining_talk(&self, so_far: Duration) -> Option<Duration> {
        let sample = self.calls.iter().rev().take(SAMPLE);
        let longer = sample.filter_map(|call| call.talked.checked_sub(so_far));
        let (sum, count) = longer.fold((Duration::ZERO, 0_u32), |(sum, count), left| {
            (sum + left, count + 1)
        });
        if self.calls.is_empty() {
            return TALK_PRIOR.checked_sub(so_far);
        }
        sum.checked_div(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn load(log: &CallLog, now: u64) -> (u32, u64, Option<Duration>) {
        let load = log.load(s(now), s(200));
        (load.calls, load.time.as_secs(), load.expiry)
    }

    #[test]
    fn the_window_slides_over_old_calls() {
        let mut log = CallLog::default();
        for (ended, talked) in [(100, 10), (200, 20), (300, 40)] {
            log.record(s(ended), s(talked));
            log.filed(s(5));
        }
        assert_eq!(load(&log, 300), (2, 70, Some(s(400))));
        assert_eq!(load(&log, 399), (2, 70, Some(s(400))));
        assert_eq!(load(&log, 400), (1, 45, Some(s(500))));
        assert_eq!(load(&log, 500), (0, 0, None));
    }

    #[test]
    fn what_is_left_of_a_call_is_read_from_those_that_lasted_longer() {
        let mut log = CallLog::default();
        assert_eq!(log.remaining_talk(s(170)), Some(s(10)), "the prior");
        assert_eq!(log.remaining_talk(s(181)), None);
        for talked in [10, 60, 100] {
            log.record(s(1_000), s(talked));
        }
        assert_eq!(log.remaining_talk(s(50)), Some(s(30)), "(10 + 50) / 2");
        assert_eq!(log.remaining_talk(s(101)), None, "longer than any known");
    }

    #[test]
    fn memory_is_bounded() {
        let mut log = CallLog::default();
        for ended in 0..10_000 {
            log.record(s(ended), s(1));
        }
        assert_eq!(log.calls.len(), CALLS_MAX);
        log.record(s(10_000) + WINDOW_MAX, s(1));
        assert_eq!(
            log.calls.len(),
            1,
            "a week later the old ones are forgotten"
        );
    }
}
