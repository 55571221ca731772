//! The last durations of one kind: as they came, and in order, so that their quantiles are there at once.
//!
//! A fixed number, the oldest forgotten. Each new one is put in its place; nothing is sorted again.

use core::time::Duration;
use std::collections::VecDeque;

use super::survival;

/// Of so many. More would be surer of the mean, and later to see that the day has changed.
pub(super) const KEPT: usize = 512;
/// Nothing lasts longer than this: sums of squares cannot overflow.
const LONGEST: Duration = Duration::from_secs(30 * 86_400);

/// See the file's head.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sample {
    /// In µs.
    recent: VecDeque<u64>,
    sorted: Vec<u64>,
    sum: u64,
    squares: u128,
    /// By what share they last longer than those that are over say.
    longer: f64,
}

impl Sample {
    pub(super) fn add(&mut self, lasted: Duration) {
        if self.recent.len() >= KEPT
            && let Some(oldest) = self.recent.pop_front()
        {
            self.sorted.remove(self.shorter(oldest));
            self.sum -= oldest;
            self.squares -= u128::from(oldest).pow(2);
            self.longer = 0.0;
        }
        let lasted = micros(lasted);
        self.recent.push_back(lasted);
        self.sorted.insert(self.shorter(lasted), lasted);
        self.sum += lasted;
        self.squares += u128::from(lasted).pow(2);
    }

    pub(super) fn len(&self) -> usize {
        self.recent.len()
    }

    /// Nothing is forgotten yet: what is known began with those that ended first.
    pub(super) fn is_young(&self) -> bool {
        self.len() < KEPT
    }

    /// Others have been under way for so long, each of whom stands for so many.
    pub(super) fn are_under_way(&mut self, so_far: &[Duration], each: f64) {
        let so_far: Vec<u64> = so_far.iter().map(|so_far| micros(*so_far)).collect();
        let over = self.sum as f64 / count(self.len()).max(1.0);
        let mean = survival::mean(&self.sorted, &so_far, each);
        self.longer = (mean / over.max(1.0) - 1.0).max(0.0);
    }

    /// In seconds; zero of none.
    pub(super) fn mean(&self) -> f64 {
        self.stretch() * self.sum as f64 / 1e6 / count(self.len()).max(1.0)
    }

    /// In seconds squared; zero of none.
    pub(super) fn variance(&self) -> f64 {
        let known = count(self.len()).max(1.0);
        let mean = self.sum as f64 / 1e6 / known;
        let squares = self.squares as f64 / 1e12 / known;
        self.stretch().powi(2) * (squares - mean * mean).max(0.0)
    }

    fn stretch(&self) -> f64 {
        1.0 + self.longer
    }

    /// How many lasted less.
    fn shorter(&self, us: u64) -> usize {
        self.sorted.partition_point(|known| *known < us)
    }

    /// All of them, from their beginning on.
    pub(super) fn all(&self) -> Beyond<'_> {
        Beyond::of(&self.sorted, 0.0)
    }

    /// Those that lasted longer than `so_far`. What outlasts all that is known is taken to begin anew.
    pub(super) fn beyond(&self, so_far: Duration) -> Beyond<'_> {
        let past = self.shorter(micros(so_far) + 1);
        match self.sorted.get(past..) {
            Some(longer) if !longer.is_empty() => Beyond::of(longer, so_far.as_secs_f64()),
            _ => self.all(),
        }
    }
}

/// What is known of how long something goes on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Beyond<'a> {
    longer: &'a [u64],
    /// How many these are.
    known: f64,
    so_far: f64,
}

impl<'a> Beyond<'a> {
    /// It is over at once.
    pub(super) const NOTHING: Self = Self {
        longer: &[],
        known: 0.0,
        so_far: 0.0,
    };

    fn of(longer: &'a [u64], so_far: f64) -> Self {
        let known = count(longer.len());
        Self {
            longer,
            known,
            so_far,
        }
    }

    /// From now on, in seconds; zero where nothing is known.
    pub(super) fn quantile(&self, share: f64) -> f64 {
        let at = (share * self.known) as u32 as usize;
        let known = self.longer.get(at).or(self.longer.last());
        known.map_or(0.0, |us| (*us as f64 / 1e6 - self.so_far).max(0.0))
    }

    /// From now on, in seconds, by eight quantiles.
    pub(super) fn mean(&self) -> f64 {
        let shares = [1.0, 3.0, 5.0, 7.0, 9.0, 11.0, 13.0, 15.0];
        let sum: f64 = shares.iter().map(|share| self.quantile(share / 16.0)).sum();
        sum / 8.0
    }
}

/// In µs.
pub(super) fn micros(lasted: Duration) -> u64 {
    u64::try_from(lasted.min(LONGEST).as_micros()).unwrap_or(0)
}

/// A small number.
pub(super) fn count(number: usize) -> f64 {
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
        let mut sample = Sample::default();
        for talk in [100, 10, 140, 60] {
            sample.add(s(talk));
        }
        let after_50 = sample.beyond(s(50));
        let left = [0.0, 0.4, 0.9].map(|share| after_50.quantile(share));
        assert_eq!(left, [10.0, 50.0, 90.0]);
        assert_eq!(sample.beyond(s(140)).quantile(0.0), 10.0, "begins anew");
        assert_eq!(Beyond::NOTHING.quantile(0.5), 0.0);
        assert!((sample.mean() - 77.5).abs() < 1e-9);
        assert!((sample.variance() - 2_318.75).abs() < 1e-6);
    }

    /// An agent who says at once that he is done is one of four, not left out.
    #[test]
    fn d16_filing_that_takes_no_time_counts_among_all() {
        let mut sample = Sample::default();
        for filing in [0, 0, 0, 20] {
            sample.add(s(filing));
        }
        let all = [0.1, 0.7, 0.8].map(|share| sample.all().quantile(share));
        assert_eq!(all, [0.0, 0.0, 20.0]);
    }

    #[test]
    fn d16_memory_is_bounded_and_forgets_the_oldest() {
        let mut sample = Sample::default();
        sample.add(Duration::MAX);
        for number in 0..3 * KEPT as u64 {
            sample.add(s(number % 7));
        }
        assert_eq!((sample.len(), sample.sorted.len()), (KEPT, KEPT));
        assert!(sample.sorted.is_sorted());
        assert!((sample.mean() - 3.0).abs() < 0.02, "{}", sample.mean());
    }
}
