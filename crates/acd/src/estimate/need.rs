//! How often agents must be free before it is a caller's turn: once for each who comes before him and does not give up, and once
//! for himself.
//!
//! With `x` callers ahead the next to go is served with probability `r = μ / (μ + θx)`, agents being free at the rate `μ` and each
//! caller giving up at the rate `θ`; so of the `x` steps to his turn `Σ r` fall to agents (Palm's queue, as in `sim::theory`). He
//! himself does not give up: what is told is how long he would wait.

use super::history::{Cycle, History};
use super::{FAR, Freed};

/// So many of those ahead are added one by one; of the others the sum is an integral.
const SINGLE: f64 = 8.0;

/// See the file's head.
#[derive(Clone, Copy, Debug)]
pub(super) struct Need {
    ahead: f64,
    /// Agents who are free for certain.
    free: f64,
    /// A second.
    gives_up: f64,
    /// The squares of how far off what is known of talks and of patience may be, as shares.
    talk_doubt: f64,
    patience_doubt: f64,
}

/// `Σ r`, `Σ r²` and `Σ r³`.
#[derive(Clone, Copy, Debug)]
struct Sums {
    r: f64,
    r2: f64,
    r3: f64,
}

impl Need {
    pub(super) fn new(ahead: f64, free: f64, history: &History, cycle: Cycle) -> Self {
        let (gives_up, gave_up) = history.gives_up_a_second();
        Self {
            ahead,
            free,
            gives_up,
            talk_doubt: cycle.spread / history.calls().max(1.0),
            patience_doubt: 1.0 / gave_up.max(1.0),
        }
    }

    /// About how long it takes if agents are free so often a second.
    pub(super) fn takes(&self, a_second: f64) -> f64 {
        (self.sums(self.gives_up / a_second).r / a_second).min(FAR)
    }

    /// How many times as long it takes at most in four cases of five, or so.
    pub(super) fn margin(&self) -> f64 {
        1.2 + 1.6 / (1.0 + self.ahead).sqrt()
    }

    /// Whether by a time, in seconds, so many agents are free that it is his turn, with so many standard deviations to spare.
    ///
    /// The number is whole, so half of one lies between "not yet" and "now"; its skew is taken off as Cornish and Fisher do.
    pub(super) fn is_met(&self, at: f64, freed: Freed, z: f64) -> bool {
        let Freed {
            mean,
            variance,
            skew,
        } = freed;
        if mean <= 0.0 {
            return false;
        }
        let Sums { r, r2, r3 } = self.sums(self.gives_up * at / mean);
        let regular = 1.0 - variance / mean;
        let chance = (mean / r * (r2 - regular * r3)).max(0.0);
        let talk = (mean - self.free).max(0.0).powi(2) * self.talk_doubt;
        let patience = (r - r2).powi(2) * self.patience_doubt;
        let spare = z * (chance + talk + patience).sqrt() - skew / 6.0 * (z * z - 1.0);
        mean + 1e-9 >= r - 0.5 + (1.0 - r3 / r2) / 3.0 + spare
    }

    /// `ratio`: `θ / μ`.
    fn sums(&self, ratio: f64) -> Sums {
        let r = |x: f64| 1.0 / (1.0 + ratio * x);
        let mut sums = Sums {
            r: 1.0,
            r2: 1.0,
            r3: 1.0,
        };
        let single = self.ahead.min(SINGLE).floor();
        let mut x = 1.0;
        while x <= single {
            let r = r(x);
            sums.r += r;
            sums.r2 += r * r;
            sums.r3 += r * r * r;
            x += 1.0;
        }
        let others = self.ahead - single;
        let (first, last) = (r(single + 0.5), r(self.ahead + 0.5));
        match ratio * self.ahead > 1e-6 {
            true => {
                sums.r += (first / last).ln() / ratio;
                sums.r2 += (first - last) / ratio;
                sums.r3 += (first * first - last * last) / (2.0 * ratio);
            }
            false => {
                sums.r += others;
                sums.r2 += others;
                sums.r3 += others;
            }
        }
        sums
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn need(ahead: f64, gives_up: f64) -> Need {
        Need {
            ahead,
            free: 0.0,
            gives_up,
            talk_doubt: 0.0,
            patience_doubt: 0.0,
        }
    }

    /// Agents are free by chance alone, once a second.
    fn quantile(need: &Need, z: f64) -> f64 {
        let by = |at: f64| Freed {
            mean: at,
            variance: at,
            skew: 1.0,
        };
        let steps = (1..10_000).map(|step| f64::from(step) / 100.0);
        let mut met = steps.filter(|at| need.is_met(*at, by(*at), z));
        met.next().unwrap()
    }

    /// The quantiles of Erlang's distribution with so many phases.
    #[test]
    fn d16_without_patience_it_is_the_time_of_so_many_events() {
        let table = [
            (0.0, 0.693, 1.609),
            (1.0, 1.678, 2.994),
            (4.0, 4.671, 6.721),
            (29.0, 29.67, 34.48),
        ];
        for (ahead, p50, p80) in table {
            let need = need(ahead, 0.0);
            let (half, most) = (
                quantile(&need, super::super::P50),
                quantile(&need, super::super::P80),
            );
            assert!((half / p50 - 1.0).abs() < 0.05, "{ahead}: {half} for {p50}");
            assert!((most / p80 - 1.0).abs() < 0.03, "{ahead}: {most} for {p80}");
        }
    }

    /// The mean of Palm's queue is `Σ 1 / (μ + θx)`; whether one adds it up or integrates makes no difference.
    #[test]
    fn d16_those_who_give_up_are_not_waited_for() {
        for (ahead, gives_up) in [(3.0, 0.2), (20.0, 0.05), (300.0, 0.01)] {
            let exact: f64 = (0..=300)
                .map(f64::from)
                .filter(|x| *x <= ahead)
                .map(|x| 1.0 / (1.0 + gives_up * x))
                .sum();
            let takes = need(ahead, gives_up).takes(1.0);
            assert!(
                (takes / exact - 1.0).abs() < 0.005,
                "{ahead}: {takes} for {exact}"
            );
        }
    }
}
