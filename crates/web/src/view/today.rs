//! What became of today's callers, queue by queue, counted from facts (D23, D24).
//!
//! A day begins at midnight of the house's clock, and a caller counts on the day on which he came. What was before the process is
//! counted from the log and added once it has been read; until then the reader is told since when. A changed threshold counts
//! from then on. Room is taken by queues and by callers who are there.

use std::collections::BTreeMap;

use model::service_level::Bounds;
use model::{
    Became, Callers, Counted, DAY_MS, Fact, Histogram, QueueName, ServiceCounts, Timestamp,
};

/// Today's counts.
#[derive(Clone, Debug, Default)]
pub struct Today {
    /// Since when they are counted: midnight, or the start of the process.
    pub since: Timestamp,
    /// By queue; one that nobody joined is absent.
    pub queues: BTreeMap<QueueName, QueueDay>,
    /// What each queue is counted by.
    pub bounds: BTreeMap<QueueName, Bounds>,
}

/// A queue's day.
#[derive(Clone, Debug, Default)]
pub struct QueueDay {
    /// What the service levels are made of.
    pub counts: ServiceCounts,
    /// Of those who joined, those who were led elsewhere: nobody there any more, waited too long, by a key, or by a supervisor.
    pub led_elsewhere: u64,
    /// Callers who were not let in: full, closed, nobody there, or the wait would have been too long.
    pub turned_away: u64,
    /// How long those waited who reached an agent, ringing included.
    pub waits: Histogram,
}

impl QueueDay {
    fn take(&mut self, became: Became, bounds: Bounds) {
        became.count(&mut self.counts, bounds);
        match became {
            Became::Joined | Became::Abandoned { .. } | Became::Resumed { .. } => {}
            Became::Answered { waited_ms } => self.waits.add(waited_ms),
            Became::LedElsewhere => self.led_elsewhere += 1,
            Became::TurnedAway => self.turned_away += 1,
        }
    }

    fn add(&mut self, other: &Self) {
        self.counts.add(&other.counts);
        self.led_elsewhere += other.led_elsewhere;
        self.turned_away += other.turned_away;
        self.waits.add_all(&other.waits);
    }
}

/// Keeps them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    today: Today,
    /// How far the house's clock is ahead of UTC, in ms.
    ahead_ms: i64,
    callers: Callers,
}

impl Tally {
    /// Counts from `since` on, by a clock that is so many minutes ahead of UTC.
    pub(crate) fn begin(&mut self, since: Timestamp, utc_offset_min: i32) {
        self.ahead_ms = i64::from(utc_offset_min) * 60_000;
        self.today.since = since;
    }

    /// An empty one of the whole day in which `at` lies, by the same clock and bounds.
    pub(crate) fn of_day(&self, at: Timestamp) -> Self {
        let mut tally = Self {
            ahead_ms: self.ahead_ms,
            ..Self::default()
        };
        tally.today.bounds.clone_from(&self.today.bounds);
        tally.today.since = self.midnight(at);
        tally
    }

    /// Since when it counts.
    pub(crate) const fn since(&self) -> Timestamp {
        self.today.since
    }

    /// What callers of each queue are counted by from here on. One that is gone keeps what it had.
    pub(crate) fn set_bounds(&mut self, bounds: BTreeMap<QueueName, Bounds>) {
        self.today.bounds.extend(bounds);
    }

    /// The queues of the configuration.
    pub(crate) fn queues(&self) -> impl Iterator<Item = &QueueName> {
        self.today.bounds.keys()
    }

    /// By what a queue is counted; `None`: it is not of the configuration.
    pub(crate) fn bounds_of(&self, queue: &QueueName) -> Option<Bounds> {
        self.today.bounds.get(queue).copied()
    }

    /// Today's counts as of a moment, which may be of another day than the last fact.
    pub(crate) fn read(&self, at: Timestamp) -> Today {
        let mut today = self.today.clone();
        self.turn_day(&mut today, at);
        today
    }

    /// Takes the next fact, and tells what it counts.
    pub(crate) fn apply(&mut self, at: Timestamp, fact: &Fact) -> Option<Counted> {
        let mut today = std::mem::take(&mut self.today);
        self.turn_day(&mut today, at);
        self.today = today;
        let counted = self.callers.apply(at, fact)?;
        // Who came on the day before counts there, where he was still waiting.
        if counted.came >= self.today.since {
            let bounds = self.bounds_of(&counted.queue).unwrap_or_default();
            let day = self.today.queues.entry(counted.queue.clone());
            day.or_default().take(counted.became, bounds);
        }
        Some(counted)
    }

    /// What came before it on the same day is added.
    pub(crate) fn add_earlier(&mut self, earlier: Self) {
        let mut before = earlier.today;
        self.turn_day(&mut before, self.today.since);
        for (queue, day) in &before.queues {
            let mine = self.today.queues.entry(queue.clone()).or_default();
            mine.add(day);
        }
        self.today.since = self.today.since.min(before.since);
        self.callers.add_earlier(earlier.callers);
    }

    /// A new day begins with nobody.
    fn turn_day(&self, today: &mut Today, at: Timestamp) {
        let midnight = self.midnight(at);
        if midnight > today.since {
            today.since = midnight;
            today.queues.clear();
        }
    }

    fn midnight(&self, at: Timestamp) -> Timestamp {
        let day = (at.as_ms() + self.ahead_ms).div_euclid(DAY_MS);
        Timestamp::from_ms(day * DAY_MS - self.ahead_ms)
    }
}

#[cfg(test)]
mod tests {
    use model::CallId;
    use model::fact::QueueExit;

    use super::*;

    const HOUR_MS: i64 = 3_600_000;
    /// 23:00 of a day that is 8 h ahead of UTC.
    const EVENING: Timestamp = Timestamp::from_ms(15 * HOUR_MS);

    fn after(hours: i64) -> Timestamp {
        Timestamp::from_ms(EVENING.as_ms() + hours * HOUR_MS)
    }

    fn joined(call: u64) -> Fact {
        Fact::QueueJoined {
            call: CallId::new(call),
            queue: "support".into(),
            position: 1,
            also: Vec::new(),
            regions: Vec::new(),
        }
    }

    fn left(call: u64) -> Fact {
        Fact::QueueLeft {
            call: CallId::new(call),
            queue: "support".into(),
            cause: QueueExit::Abandoned,
            waited_ms: 0,
            unserved: None,
        }
    }

    fn tally(since: Timestamp) -> Tally {
        let mut tally = Tally::default();
        tally.begin(since, 480);
        tally
    }

    /// Offered and abandoned.
    fn counts(today: &Today) -> (u64, u64) {
        let counts = today.queues.get("support").map(|day| day.counts);
        let counts = counts.unwrap_or_default();
        (counts.offered, counts.abandoned)
    }

    #[test]
    fn d24_a_day_ends_at_midnight_of_the_houses_clock_and_a_caller_counts_on_the_day_he_came() {
        let mut tally = tally(EVENING);
        tally.apply(EVENING, &joined(1));
        tally.apply(EVENING, &joined(2));
        tally.apply(EVENING, &left(1));
        let today = tally.read(EVENING);
        assert_eq!(today.since, EVENING, "the process is younger than the day");
        assert_eq!(counts(&today), (2, 1));
        let next = tally.read(after(1));
        assert_eq!((next.since, counts(&next)), (after(1), (0, 0)), "midnight");
        tally.apply(after(2), &joined(3));
        tally.apply(after(2), &left(2));
        assert_eq!(counts(&tally.read(after(2))), (1, 0));
    }

    #[test]
    fn d24_what_the_log_tells_of_the_day_is_added_and_another_day_is_not() {
        for (hours, expected) in [(-3, (2, 1)), (1, (1, 0))] {
            let began = after(hours);
            let mut tally = tally(began);
            tally.apply(began, &joined(9));
            let mut earlier = tally.of_day(after(-5));
            assert_eq!(earlier.since(), after(-23));
            earlier.apply(after(-5), &joined(1));
            earlier.apply(after(-5), &left(1));
            tally.add_earlier(earlier);
            let today = tally.read(began);
            assert_eq!(counts(&today), expected, "{hours} h");
            let since = if hours < 0 { after(-23) } else { began };
            assert_eq!(today.since, since);
        }
    }
}
