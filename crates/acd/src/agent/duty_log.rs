//! The hours on duty: when an agent was ready, rang, talked or filed, within a sliding window (R47, R49).
//!
//! A break and signing out are no duty. The span that still runs is counted up to the moment of the question.

use core::time::Duration;
use std::collections::VecDeque;

use super::WINDOW_MAX;

/// A bound for the memory of one agent: a break every 2.5 minutes, day and night, for a week.
const SPANS_MAX: usize = 4_096;

/// See the file's head.
#[derive(Clone, Debug, Default)]
pub(crate) struct DutyLog {
    spans: VecDeque<(Duration, Duration)>,
    /// Since when he is on duty.
    since: Option<Duration>,
}

impl DutyLog {
    pub(crate) fn begin(&mut self, now: Duration) {
        self.since.get_or_insert(now);
    }

    pub(crate) fn end(&mut self, now: Duration) {
        let Some(since) = self.since.take() else {
            return;
        };
        while let Some((_, end)) = self.spans.front() {
            if self.spans.len() < SPANS_MAX && *end + WINDOW_MAX > now {
                break;
            }
            self.spans.pop_front();
        }
        self.spans.push_back((since, now));
    }

    /// How long he was on duty within the window.
    pub(crate) fn within(&self, now: Duration, window: Duration) -> Duration {
        let start = now.saturating_sub(window);
        let spans = self.spans.iter().copied();
        spans
            .chain(self.since.map(|since| (since, now)))
            .map(|(from, to)| to.saturating_sub(from.max(start)))
            .sum()
    }

    /// R47: whether he comes to work anew: no duty within the window before the span that runs.
    pub(crate) fn is_new(&self, now: Duration, window: Duration) -> bool {
        let last = self.spans.back();
        last.is_none_or(|(_, end)| *end + window <= now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn duty_is_what_lies_within_the_window() {
        let mut log = DutyLog::default();
        assert!(log.is_new(s(0), s(100)));
        log.begin(s(0));
        log.begin(s(5));
        log.end(s(30));
        log.end(s(40));
        log.begin(s(50));
        assert_eq!(log.within(s(60), s(100)), s(40));
        assert_eq!(log.within(s(60), s(40)), s(20), "10 of the first span");
        assert_eq!(log.within(s(200), s(100)), s(100));
        assert!(!log.is_new(s(129), s(100)));
        assert!(log.is_new(s(130), s(100)));
    }

    #[test]
    fn memory_is_bounded() {
        let mut log = DutyLog::default();
        for second in 0..10_000 {
            log.begin(s(2 * second));
            log.end(s(2 * second + 1));
        }
        assert_eq!(log.spans.len(), SPANS_MAX);
    }
}
