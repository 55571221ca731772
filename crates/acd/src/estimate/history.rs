//! What a queue has seen lately: how long its calls lasted, and how many of those who waited gave up.
//!
//! A fixed number of each, the oldest forgotten. Written once a call: by the end of the talk, by the end of the wait.

use core::time::Duration;
use std::collections::VecDeque;

/// Of so many calls and waits.
const KEPT: usize = 100;
/// With fewer calls nothing is known (D16).
const KNOWN: usize = 10;

/// See the file's head.
#[derive(Clone, Debug, Default)]
pub(crate) struct History {
    talks: VecDeque<Duration>,
    /// The same in order, each with the sum of those up to and with it.
    sorted: Vec<(Duration, Duration)>,
    /// How long each waited, and whether he gave up.
    waits: VecDeque<(Duration, bool)>,
}

/// What becomes of a call within a time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Ends {
    /// How probably it has ended by then.
    pub(crate) share: f64,
    /// How long ago by then, on average, in seconds; zero where it has not.
    pub(crate) spare: f64,
}

impl History {
    /// A call has lasted so long.
    pub(crate) fn talked(&mut self, talk: Duration) {
        if self.talks.len() >= KEPT {
            self.talks.pop_front();
        }
        self.talks.push_back(talk);
        let mut sorted: Vec<Duration> = self.talks.iter().copied().collect();
        sorted.sort_unstable();
        let sums = sorted.into_iter().scan(Duration::ZERO, |sum, talk| {
            *sum += talk;
            Some((talk, *sum))
        });
        self.sorted = sums.collect();
    }

    /// A caller's wait is over.
    pub(crate) fn waited(&mut self, waited: Duration, gave_up: bool) {
        if self.waits.len() >= KEPT {
            self.waits.pop_front();
        }
        self.waits.push_back((waited, gave_up));
    }

    pub(crate) fn is_known(&self) -> bool {
        self.talks.len() >= KNOWN
    }

    /// In seconds, at least one.
    pub(crate) fn mean_talk(&self) -> f64 {
        let sum = self.sum_of(self.sorted.len());
        (sum.as_secs_f64() / count(self.talks.len()).max(1.0)).max(1.0)
    }

    /// How probably a caller who waits gives up in a second: those who did, over all that was waited.
    pub(crate) fn gives_up_a_second(&self) -> f64 {
        let waited: Duration = self.waits.iter().map(|(waited, _)| *waited).sum();
        let gave_up = self.waits.iter().filter(|(_, gave_up)| *gave_up).count();
        count(gave_up) / waited.as_secs_f64().max(1.0)
    }

    /// What becomes within a time of a call that has lasted `so_far`: what became of those that lasted longer. One that outlasts
    /// all that is known is taken to end like a new one.
    pub(crate) fn ends_within(&self, so_far: Duration, time: Duration) -> Ends {
        let (so_far, past) = match self.up_to(so_far) {
            past if past < self.sorted.len() => (so_far, past),
            _ => (Duration::ZERO, 0),
        };
        let end = so_far.saturating_add(time);
        let ended = self.up_to(end);
        let longer = count(self.sorted.len().saturating_sub(past));
        if longer < 1.0 || ended <= past {
            return Ends::default();
        }
        let within = count(ended - past);
        let lasted = self.sum_of(ended).saturating_sub(self.sum_of(past));
        Ends {
            share: within / longer,
            spare: (within * end.as_secs_f64() - lasted.as_secs_f64()) / longer,
        }
    }

    /// How many lasted so long at most.
    fn up_to(&self, talk: Duration) -> usize {
        self.sorted.partition_point(|(known, _)| *known <= talk)
    }

    /// Of the shortest ones.
    fn sum_of(&self, shortest: usize) -> Duration {
        let last = shortest.checked_sub(1).and_then(|at| self.sorted.get(at));
        last.map_or(Duration::ZERO, |(_, sum)| *sum)
    }
}

/// A small number.
fn count(number: usize) -> f64 {
    u32::try_from(number).map_or(f64::MAX, f64::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn d16_what_is_left_of_a_call_is_read_from_those_that_lasted_longer() {
        let mut history = History::default();
        for talk in [10, 60, 100, 140] {
            history.talked(s(talk));
        }
        assert_eq!(history.ends_within(s(0), s(9)), Ends::default());
        // Of 60, 100 and 140 two end within 50 s of the 50th second: 40 s and 0 s before it is over.
        let ends = history.ends_within(s(50), s(50));
        assert!((ends.share - 2.0 / 3.0).abs() < 1e-9, "{ends:?}");
        assert!((ends.spare - 40.0 / 3.0).abs() < 1e-9, "{ends:?}");
        assert_eq!(
            history.ends_within(s(140), s(10)),
            history.ends_within(s(0), s(10))
        );
        assert!((history.mean_talk() - 77.5).abs() < 1e-9);
    }

    #[test]
    fn d16_giving_up_is_counted_over_all_that_was_waited_and_memory_is_bounded() {
        let mut history = History::default();
        history.waited(s(30), true);
        history.waited(s(70), false);
        assert!((history.gives_up_a_second() - 0.01).abs() < 1e-9);
        for _ in 0..1_000 {
            history.waited(s(10), false);
            history.talked(s(10));
        }
        assert!(history.gives_up_a_second() < 1e-9);
        assert_eq!(
            (
                history.talks.len(),
                history.waits.len(),
                history.sorted.len()
            ),
            (KEPT, KEPT, KEPT)
        );
    }
}
