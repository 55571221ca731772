//! The estimated wait (预计等待, D16): how long a caller will wait from here on, as a quantile.
//!
//! Pure: it is given who may serve him, how far each of them is, and how many come before him; it answers with the time by
//! which enough of them will be free. Nothing is known of the future but the recent past: the last calls of the queue say how
//! long one goes on that has lasted so long, and how many of those who wait give up. It is silent when it does not know.

use core::time::Duration;

use self::history::Ends;
pub(crate) use self::history::History;

mod history;

/// How far an estimate looks; who would wait longer is told nothing.
const FAR: Duration = Duration::from_secs(2 * 3_600);
/// Of how many agents the pace is read; of more, every second, third … is asked.
pub(crate) const AGENTS_MAX: usize = 64;
/// Four fifths of a normal distribution lie below so many standard deviations.
const P80: f64 = 0.8416;

/// How long a caller will wait from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Estimate {
    /// Half of those who stand as he does wait no longer: what is said.
    pub p50: Duration,
    /// Four fifths of them do: what limits are compared with.
    pub p80: Duration,
}

/// How far an agent is with what he does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Pace {
    /// Free after so long, for certain: ready, or files a call.
    FreeIn(Duration),
    /// Talks since so long.
    Talks(Duration),
}

/// What is known of a caller's chances.
#[derive(Debug)]
pub(crate) struct Outlook<'a> {
    /// Those who may serve him, or a part of them.
    pub(crate) agents: &'a [Pace],
    /// How many agents each of them stands for.
    pub(crate) each: f64,
    /// How many come before him for these agents.
    pub(crate) ahead: f64,
    /// Time to file after each call.
    pub(crate) wrap_up: Duration,
    /// What his queue has seen lately.
    pub(crate) history: &'a History,
}

impl Outlook<'_> {
    /// The quantiles; `None` where too little is known, nobody is there, or it would be further than two hours.
    pub(crate) fn estimate(&self) -> Option<Estimate> {
        if self.agents.is_empty() || !self.history.is_known() {
            return None;
        }
        Some(Estimate {
            p50: self.time_until(0.0)?,
            p80: self.time_until(P80)?,
        })
    }

    /// The first whole second by which enough agents will have been free, so many standard deviations above the mean.
    fn time_until(&self, deviations: f64) -> Option<Duration> {
        let enough = |seconds: u64| {
            let at = Duration::from_secs(seconds);
            let need = 1.0 + self.still_ahead(at);
            // What comes by chance varies as its own number does; what is certain does not vary. Both sides are monotone.
            let (freed, certain) = self.freed(at);
            let by_chance = (need - certain).max(0.0);
            freed + 1e-9 >= need + deviations * by_chance.sqrt()
        };
        let (mut low, mut high) = (0, FAR.as_secs());
        if !enough(high) {
            return None;
        }
        while low < high {
            let middle = low.midpoint(high);
            match enough(middle) {
                true => high = middle,
                false => low = middle + 1,
            }
        }
        Some(Duration::from_secs(low))
    }

    /// How many of those ahead have not given up by then: on average they wait half of the time.
    fn still_ahead(&self, at: Duration) -> f64 {
        self.ahead / (1.0 + self.history.gives_up_a_second() * at.as_secs_f64() / 2.0)
    }

    /// How often the agents will have been free by then, on average, and how much of that is certain.
    fn freed(&self, at: Duration) -> (f64, f64) {
        let wrap_up = self.wrap_up;
        let busy = self.history.mean_talk() + wrap_up.as_secs_f64();
        let (mut freed, mut certain) = (0.0, 0.0);
        for pace in self.agents {
            let first = match *pace {
                Pace::FreeIn(left) if left <= at => Ends {
                    share: 1.0,
                    spare: (at - left).as_secs_f64(),
                },
                Pace::FreeIn(_) => Ends::default(),
                Pace::Talks(so_far) => {
                    let talk = at.checked_sub(wrap_up);
                    talk.map_or_else(Ends::default, |talk| self.history.ends_within(so_far, talk))
                }
            };
            freed += (first.share + first.spare / busy) * self.each;
            if first.share >= 1.0 {
                certain += self.each;
            }
        }
        (freed, certain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    /// Calls of so many seconds each, and nobody who gave up.
    fn calls(seconds: impl IntoIterator<Item = u64>) -> History {
        let mut history = History::default();
        for talk in seconds {
            history.talked(s(talk));
        }
        history
    }

    fn estimate(history: &History, agents: &[Pace], ahead: f64) -> Option<(u64, u64)> {
        let outlook = Outlook {
            agents,
            each: 1.0,
            ahead,
            wrap_up: s(10),
            history,
        };
        let told = outlook.estimate()?;
        Some((told.p50.as_secs(), told.p80.as_secs()))
    }

    #[test]
    fn d16_calls_that_all_last_the_same_give_the_exact_time() {
        let history = calls([100; 20]);
        let at = |seconds| Pace::Talks(s(seconds));
        // Free 60 s from now and 10 s of filing.
        assert_eq!(estimate(&history, &[at(40)], 0.0).unwrap().0, 70);
        // One ahead: another call of 110 s comes before him.
        assert_eq!(estimate(&history, &[at(40)], 1.0).unwrap().0, 180);
        // A second agent who files for 5 s more: he is taken by the one ahead.
        let two = [at(40), Pace::FreeIn(s(5))];
        assert_eq!(estimate(&history, &two, 0.0), Some((5, 5)), "certain");
        assert!(estimate(&history, &two, 1.0).unwrap().0 <= 70);
        assert_eq!(estimate(&history, &[Pace::FreeIn(s(0))], 0.0), Some((0, 0)));
    }

    #[test]
    fn d16_ten_busy_agents_with_calls_of_any_length_are_free_at_the_rate_of_the_calls() {
        // As good as exponential with a mean of 180 s: its quantiles.
        let sample =
            (0..100).map(|at| (-180.0 * (1.0 - (f64::from(at) + 0.5) / 100.0).ln()) as u64);
        let history = calls(sample);
        let agents = [Pace::Talks(s(60)); 10];
        let (mean, p80) = estimate(&history, &agents, 9.0).unwrap();
        // The tenth to be free: 10 of them within 190 s each, 190 s; more with the doubt.
        assert!((170..215).contains(&mean), "{mean}");
        assert!(p80 > mean + 20 && p80 < mean + 90, "{mean} {p80}");
    }

    #[test]
    fn d16_those_who_give_up_make_it_shorter_and_more_ahead_make_it_longer() {
        let patient = calls([100; 20]);
        let mut hasty = calls([100; 20]);
        for _ in 0..20 {
            hasty.waited(s(60), true);
        }
        let agents = [Pace::Talks(s(50)); 3];
        let told = |history: &History, ahead| estimate(history, &agents, ahead).unwrap().0;
        assert!(told(&hasty, 10.0) < told(&patient, 10.0));
        let mut last = 0;
        for ahead in 0..30 {
            let now = told(&patient, f64::from(ahead));
            assert!(now >= last, "{ahead}");
            last = now;
        }
    }

    #[test]
    fn d16_it_is_silent_when_it_does_not_know() {
        let agents = [Pace::Talks(s(50))];
        assert_eq!(estimate(&calls([100; 9]), &agents, 0.0), None, "nine calls");
        assert!(estimate(&calls([100; 10]), &agents, 0.0).is_some());
        assert_eq!(
            estimate(&calls([100; 20]), &[], 0.0),
            None,
            "nobody is there"
        );
        assert_eq!(estimate(&calls([100; 20]), &agents, 200.0), None, "too far");
    }
}
