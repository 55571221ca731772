//! How often agents will have been free in the long run, or of many agents: by mean and spread of a cycle alone.
//!
//! By Smith's renewal theorem: who is free after `R` has been so `1 + (t - R) / μ + (c² - 1) / 2` times by `t`, a cycle having the
//! mean `μ` and the spread `c²`. Of many agents of whom nothing is known the mean of all that is `t / μ` at any time.

use super::history::Cycle;
use super::need::Need;
use super::sample::count;
use super::{FAR, Freed, P50, P80, Pace, Working};

/// How near is near enough, as a share.
const PRECISION: f64 = 0.000_5;

/// See the file's head.
#[derive(Clone, Copy, Debug)]
pub(super) struct LongRun {
    /// What there is at once; or is short, if nobody is free for long.
    start: f64,
    /// How many more than on average have all of their call before them, for which they start; it shows as calls end.
    behind: f64,
    /// By how many cycles it shows.
    shows: f64,
    agents: f64,
    cycle: Cycle,
    /// The variance of where an agent is in his call, and how soon it shows, by cycles.
    phase: (f64, f64),
}

impl LongRun {
    /// Of agents of whom is known what they do.
    pub(super) fn of(each: &[Working<'_>], cycle: Cycle) -> Self {
        let agents = count(each.len());
        let left: f64 = each.iter().map(|agent| agent.left(cycle)).sum();
        let irregular = (1.0 - cycle.spread).max(0.0);
        Self {
            start: agents * (1.0 + cycle.spread) / 2.0 - left / cycle.mean,
            behind: 0.0,
            shows: 0.0,
            agents,
            cycle,
            // Half of what a straight line is off the stairs of calls that all last the same.
            phase: (irregular / 24.0, 6.0),
        }
    }

    /// Of so many that it does not matter what each of them does.
    pub(super) fn blind(free: f64, busy: f64, cycle: Cycle) -> Self {
        let irregular = (1.0 - cycle.spread).max(0.0);
        let ring = (cycle.ring / cycle.mean).min(0.5);
        Self {
            start: free,
            // Whoever rings is counted as free, and has a whole call before him, the others what is left of theirs. So many rings
            // are to be expected; one more or less is half a call, however far one looks.
            behind: free - busy * ring / (1.0 - ring),
            shows: (1.0 - cycle.spread - ring).max(0.0) / 2.0,
            agents: free + busy,
            cycle,
            phase: (irregular / 6.0, 6.0),
        }
    }

    fn by(&self, at: f64) -> Freed {
        let cycles = at / self.cycle.mean;
        let (phase, soon) = self.phase;
        let phase = phase * (1.0 - (-soon * cycles).exp());
        let of_each = self.cycle.spread * cycles + phase;
        let behind = match self.shows > 0.0 {
            true => self.behind * self.shows * (1.0 - (-cycles / self.shows).exp()),
            false => 0.0,
        };
        Freed {
            mean: (self.start + self.agents * cycles - behind).max(0.0),
            variance: self.agents * of_each,
            skew: (of_each / cycles.max(1e-9)).min(1.0),
        }
    }

    /// When a caller's turn has come: half of the time, and in four cases of five.
    pub(super) fn times(&self, need: &Need) -> [Option<f64>; 2] {
        [P50, P80].map(|z| {
            let is_met = |at: f64| need.is_met(at, self.by(at), z);
            let (mut low, mut high) = (0.0, FAR);
            if is_met(low) || !is_met(high) {
                return is_met(low).then_some(low);
            }
            while high - low > PRECISION * high.max(10.0) {
                let middle = f64::midpoint(low, high);
                match is_met(middle) {
                    true => high = middle,
                    false => low = middle,
                }
            }
            Some(high)
        })
    }
}

impl Working<'_> {
    /// On average, in seconds.
    fn left(&self, cycle: Cycle) -> f64 {
        let history = self.history;
        match self.pace {
            Pace::Free => 0.0,
            Pace::Rings => cycle.mean,
            Pace::Talks(so_far) => history.talks.beyond(so_far).mean() + history.filings.mean(),
            Pace::Files(so_far, left) => history
                .filings
                .beyond(so_far)
                .mean()
                .min(left.as_secs_f64()),
        }
    }
}
