//! Wrong passwords, counted for each pair of source and user (G9, S9, S12).
//!
//! Invariants: in no minute are more than so many answers of one pair judged; a row costs the same whatever the user is
//! called, and there are at most so many rows. When one more comes, the oldest goes, but a pair that is shut out goes only
//! when all are: a guesser cannot make himself forgotten by a flood of made-up names.

use crate::{config::Limits, random::Random, source::Source};
use core::time::Duration;
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    net::IpAddr,
};

/// How long a wrong password counts.
const WINDOW: Duration = Duration::from_secs(60);

/// A pair of source and user: a keyed code, so that a long name costs no memory and no two names can be made to collide.
pub(super) type Pair = [u8; 32];

/// When a pair was wrong, oldest first; never more times than are allowed.
type Times = VecDeque<Duration>;

/// The pairs that were wrong within the last minute, or a little longer.
#[derive(Debug)]
pub(super) struct Guesses {
    per_minute_max: usize,
    rows_max: usize,
    rows: BTreeMap<Pair, Times>,
    /// Shut out or not, last wrong answer, pair: in the order in which they may go.
    by_age: BTreeSet<(bool, Duration, Pair)>,
}

impl Guesses {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            // With 0 of either nobody could ever prove a password, or anybody could guess for ever.
            per_minute_max: limits.wrong_passwords_per_minute_max.max(1),
            rows_max: limits.wrong_password_rows_max.max(1),
            rows: BTreeMap::new(),
            by_age: BTreeSet::new(),
        }
    }

    pub(super) fn pair(random: &Random, source: IpAddr, user: &str) -> Pair {
        let source = Source::of(source).bytes();
        random.code(b"guess", &[&source, user.as_bytes()])
    }

    /// Has the pair used up its tries? A try comes back a minute after it was spent.
    pub(super) fn is_shut_out(&self, now: Duration, pair: &Pair) -> bool {
        self.rows.get(pair).is_some_and(|times| {
            let recent = times.iter().filter(|time| counts(now, **time)).count();
            recent >= self.per_minute_max
        })
    }

    /// Notes a wrong answer.
    pub(super) fn note(&mut self, now: Duration, pair: Pair) {
        self.forget_old(now);
        let mut times = self.take(&pair);
        times.retain(|time| counts(now, *time));
        if times.len() >= self.per_minute_max {
            times.pop_front();
        }
        times.push_back(now);
        if self.rows.len() >= self.rows_max
            && let Some((_, _, oldest)) = self.by_age.first().copied()
        {
            self.take(&oldest);
        }
        self.by_age.insert((self.is_full(&times), now, pair));
        self.rows.insert(pair, times);
    }

    /// Forgets who was wrong more than a minute ago, shut out or not.
    fn forget_old(&mut self, now: Duration) {
        for shut_out in [false, true] {
            loop {
                let mut rest = self.by_age.range((shut_out, Duration::ZERO, [0; 32])..);
                let Some((_, last, pair)) = rest.next().copied() else {
                    break;
                };
                if counts(now, last) {
                    break;
                }
                self.take(&pair);
            }
        }
    }

    /// Takes a row out of both tables; empty when there was none.
    fn take(&mut self, pair: &Pair) -> Times {
        let times = self.rows.remove(pair).unwrap_or_default();
        if let Some(last) = times.back() {
            self.by_age.remove(&(self.is_full(&times), *last, *pair));
        }
        times
    }

    fn is_full(&self, times: &Times) -> bool {
        times.len() >= self.per_minute_max
    }
}

fn counts(now: Duration, time: Duration) -> bool {
    now.saturating_sub(time) < WINDOW
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::from_secs(1_000);

    fn guesses(per_minute: usize, rows: usize) -> Guesses {
        Guesses::new(&Limits {
            wrong_passwords_per_minute_max: per_minute,
            wrong_password_rows_max: rows,
            ..Limits::default()
        })
    }

    fn pair(user: &str) -> Pair {
        let here = "192.0.2.1".parse().unwrap();
        Guesses::pair(&Random::new(&[1; 32], 1), here, user)
    }

    /// In any minute, not in any minute of the clock: a try comes back when its own minute is over.
    #[test]
    fn g9_no_sixty_seconds_hold_more_than_ten_tries() {
        let mut guesses = guesses(10, 100);
        let mut judged = Vec::new();
        for second in 0..300 {
            let now = NOW + Duration::from_secs(second);
            for _ in 0..3 {
                if !guesses.is_shut_out(now, &pair("1001")) {
                    guesses.note(now, pair("1001"));
                    judged.push(second);
                }
            }
        }
        assert_eq!(judged.len(), 50, "ten in each of five minutes");
        for span in judged.windows(11) {
            assert!(span[10] - span[0] >= 60, "{span:?}");
        }
    }

    #[test]
    fn s7_the_table_is_bounded_and_the_oldest_goes() {
        let mut guesses = guesses(1, 3);
        for (second, user) in ["a", "b", "c", "d"].into_iter().enumerate() {
            guesses.note(NOW + Duration::from_secs(second as u64), pair(user));
        }
        let now = NOW + Duration::from_secs(4);
        let out = ["a", "b", "c", "d"].map(|user| guesses.is_shut_out(now, &pair(user)));
        assert_eq!(out, [false, true, true, true]);
        assert_eq!((guesses.rows.len(), guesses.by_age.len()), (3, 3));
    }

    #[test]
    fn g9_made_up_names_do_not_drive_out_who_is_shut_out() {
        let mut guesses = guesses(2, 10);
        guesses.note(NOW, pair("1001"));
        guesses.note(NOW, pair("1001"));
        for number in 0..1_000 {
            guesses.note(NOW + Duration::from_secs(1), pair(&number.to_string()));
        }
        assert!(guesses.is_shut_out(NOW + Duration::from_secs(1), &pair("1001")));
        assert_eq!((guesses.rows.len(), guesses.by_age.len()), (10, 10));
        let later = NOW + Duration::from_secs(61);
        assert!(!guesses.is_shut_out(later, &pair("1001")));
        guesses.note(later, pair("x"));
        let left = (guesses.rows.len(), guesses.by_age.len());
        assert_eq!(left, (1, 1), "what is over is forgotten");
    }
}
