//! The calls that an agent handled lately: how many (least-calls), and how long they take (the sticky wait).
//!
//! A sliding window, never set to zero by a status change (R16, R48). Written once a call, when it ends (R13).

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
#[derive(Debug, Default)]
pub(crate) struct CallLog(VecDeque<Handled>);

#[derive(Clone, Copy, Debug)]
struct Handled {
    ended: Duration,
    talked: Duration,
}

impl CallLog {
    pub(crate) fn record(&mut self, ended: Duration, talked: Duration) {
        while let Some(first) = self.0.front() {
            if self.0.len() < CALLS_MAX && first.ended + WINDOW_MAX > ended {
                break;
            }
            self.0.pop_front();
        }
        self.0.push_back(Handled { ended, talked });
    }

    /// How many calls ended within the window, and when the oldest of them leaves it.
    pub(crate) fn count(&self, now: Duration, window: Duration) -> (u32, Option<Duration>) {
        let gone = self.0.partition_point(|call| call.ended + window <= now);
        let count = u32::try_from(self.0.len() - gone).unwrap_or(u32::MAX);
        (count, self.0.get(gone).map(|oldest| oldest.ended + window))
    }

    /// How long a call that has lasted `so_far` will go on: the mean of what the longer ones of his last calls had left.
    /// `None` when it outlasts all that is known.
    pub(crate) fn remaining_talk(&self, so_far: Duration) -> Option<Duration> {
        let sample = self.0.iter().rev().take(SAMPLE);
        let longer = sample.filter_map(|call| call.talked.checked_sub(so_far));
        let (sum, count) = longer.fold((Duration::ZERO, 0_u32), |(sum, count), left| {
            (sum + left, count + 1)
        });
        if self.0.is_empty() {
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

    #[test]
    fn the_window_slides_over_old_calls() {
        let mut log = CallLog::default();
        for ended in [100, 200, 300] {
            log.record(s(ended), s(30));
        }
        assert_eq!(log.count(s(300), s(200)), (2, Some(s(400))));
        assert_eq!(log.count(s(399), s(200)), (2, Some(s(400))));
        assert_eq!(log.count(s(400), s(200)), (1, Some(s(500))));
        assert_eq!(log.count(s(500), s(200)), (0, None));
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
        assert_eq!(log.0.len(), CALLS_MAX);
        log.record(s(10_000) + WINDOW_MAX, s(1));
        assert_eq!(log.0.len(), 1, "a week later the old ones are forgotten");
    }
}
