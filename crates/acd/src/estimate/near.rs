//! How often agents will have been free within the next few calls: each agent by what he does now.
//!
//! Time is a grid. On it are laid, for each agent, quantiles of what is left of his call and of filing it, then whole calls one
//! after the other (the renewal equation). Agents are independent of one another, so their means, variances and third cumulants add.

use super::history::{Cycle, History};
use super::sample::{Beyond, count};
use super::{Freed, Pace, Working};

/// Times of the grid.
const STEPS: usize = 40;
/// Quantiles of all agents together, and of one.
const POINTS: usize = 96;
const POINTS_MIN: usize = 4;
const POINTS_MAX: usize = 32;
/// Quantiles of a whole call.
const CALLS: usize = 12;
/// Multiples of these, less what is whole of them, spread evenly however many there are (Weyl).
const GOLDEN: f64 = 0.618_033_988_75;
const PLASTIC: f64 = 0.754_877_666_25;

/// Each of the times, in seconds, and what there is by then.
pub(super) struct Near([(f64, Freed); STEPS]);

impl Near {
    /// Up to a horizon, in seconds.
    pub(super) fn new(agents: &[Working<'_>], home: &History, cycle: Cycle, horizon: f64) -> Self {
        let mut grid = Grid {
            step: horizon.max(0.1) / count(STEPS),
            firsts: [First::default(); STEPS],
        };
        let points = (POINTS / agents.len().max(1)).clamp(POINTS_MIN, POINTS_MAX);
        for (number, agent) in agents.iter().enumerate() {
            grid.lay(agent, Points::of(number, points), cycle);
        }
        let calls = whole_calls(home, cycle, grid.step);
        Self(grid.renewed(&calls))
    }

    /// The first time by which it is enough, in seconds.
    pub(super) fn first(&self, enough: impl Fn(f64, Freed) -> bool) -> Option<f64> {
        let at = self.0.partition_point(|(at, freed)| !enough(*at, *freed));
        self.0.get(at).map(|(at, _)| *at)
    }
}

/// Which quantiles are taken of an agent: as many of each, shifted against those of the others, so that of many agents a few
/// will do.
#[derive(Clone, Copy, Debug)]
struct Points {
    points: usize,
    weight: f64,
    /// The first of the quantiles, in steps of their weight.
    shift: f64,
    /// The first quantile of a second duration that has nothing to do with the first.
    other: f64,
}

impl Points {
    fn of(number: usize, points: usize) -> Self {
        let agent = count(number + 1);
        Self {
            points,
            weight: 1.0 / count(points),
            shift: part(agent * GOLDEN),
            other: part(agent * PLASTIC),
        }
    }

    /// Pairs of quantiles.
    fn shares(self) -> impl Iterator<Item = (f64, f64)> {
        (0..self.points).map(move |point| {
            let point = count(point);
            (self.share(point), part(point * GOLDEN + self.other))
        })
    }

    fn share(self, point: f64) -> f64 {
        (point + self.shift) * self.weight
    }
}

/// What is not whole of a small number.
fn part(number: f64) -> f64 {
    number - f64::from(number as u32)
}

/// What an agent has to do before he is free: ring, then two durations, in seconds; and no longer than `most`.
struct Left<'a> {
    ring: f64,
    first: Beyond<'a>,
    then: Beyond<'a>,
    most: f64,
}

impl<'a> Left<'a> {
    /// `None`: nothing.
    fn of(agent: &Working<'a>, cycle: Cycle) -> Option<Self> {
        let Working { pace, history } = agent;
        let call = |ring, first| Self {
            ring,
            first,
            then: history.filings.all(),
            most: f64::INFINITY,
        };
        match *pace {
            Pace::Free => None,
            Pace::Rings => Some(call(cycle.ring, history.talks.all())),
            Pace::Talks(so_far) => Some(call(0.0, history.talks.beyond(so_far))),
            Pace::Files(so_far, left) => Some(Self {
                ring: 0.0,
                first: history.filings.beyond(so_far),
                then: Beyond::NOTHING,
                most: left.as_secs_f64(),
            }),
        }
    }

    fn quantile(&self, (share, other): (f64, f64)) -> f64 {
        let time = self.ring + self.first.quantile(share) + self.then.quantile(other);
        time.min(self.most)
    }
}

/// Agents who are free for the first time in a step: how many on average, the sum of the times, and by how much the squares and
/// cubes of their probabilities grow.
#[derive(Clone, Copy, Debug, Default)]
struct First {
    freed: f64,
    time: f64,
    squares: f64,
    cubes: f64,
}

struct Grid {
    step: f64,
    firsts: [First; STEPS],
}

impl Grid {
    fn lay(&mut self, agent: &Working<'_>, points: Points, cycle: Cycle) {
        let Some(left) = Left::of(agent, cycle) else {
            return self.put_certain();
        };
        let mut times = [0.0; POINTS_MAX];
        let times = times.get_mut(..points.points).unwrap_or_default();
        for (time, shares) in times.iter_mut().zip(points.shares()) {
            *time = left.quantile(shares);
        }
        times.sort_unstable_by(f64::total_cmp);
        for (time, (share, _)) in times.iter().zip(points.shares()) {
            self.put(*time, points.weight, share);
        }
    }

    /// At once.
    fn put_certain(&mut self) {
        if let Some(first) = self.firsts.first_mut() {
            first.freed += 1.0;
            first.squares += 1.0;
            first.cubes += 1.0;
        }
    }

    /// `so_far`: how probably this agent is free by then.
    fn put(&mut self, time: f64, weight: f64, so_far: f64) {
        if let Some(first) = self.firsts.get_mut((time / self.step) as usize) {
            first.freed += weight;
            first.time += weight * time;
            first.squares += 2.0 * so_far * weight;
            first.cubes += 3.0 * so_far * so_far * weight;
        }
    }

    /// The same with the calls that follow.
    fn renewed(&self, calls: &[Call]) -> [(f64, Freed); STEPS] {
        let mut all = [Renewal::default(); STEPS];
        let mut sum = Sums::default();
        let mut times = [(0.0, Freed::default()); STEPS];
        for (at, first) in self.firsts.iter().enumerate() {
            let mut now = Renewal {
                freed: first.freed,
                time: first.time,
                pairs: 0.0,
            };
            for call in calls {
                let then = at.checked_sub(call.steps).and_then(|then| all.get(then));
                if let Some(then) = then {
                    now.freed += call.share * then.freed;
                    now.time += call.share * (then.time + call.seconds * then.freed);
                    now.pairs += call.share * (then.freed + then.pairs);
                }
            }
            sum.add(first, &now);
            let moment = match now.freed > 1e-9 {
                true => now.time / now.freed,
                false => (count(at) + 0.5) * self.step,
            };
            if let (Some(slot), Some(time)) = (all.get_mut(at), times.get_mut(at)) {
                *slot = now;
                *time = (moment, sum.freed());
            }
        }
        times
    }
}

/// One in so many of the whole calls.
#[derive(Clone, Copy, Debug)]
struct Call {
    steps: usize,
    seconds: f64,
    share: f64,
}

fn whole_calls(home: &History, cycle: Cycle, step: f64) -> Vec<Call> {
    let (talk, filing) = (home.talks.all(), home.filings.all());
    let seconds: [f64; CALLS] = core::array::from_fn(|point| {
        let share = (count(point) + 0.5) / count(CALLS);
        let other = part(count(point + 1) * GOLDEN);
        cycle.ring + talk.quantile(share) + filing.quantile(other)
    });
    // The few quantiles miss the longest calls: what they lack is spread over all.
    let stretch = cycle.mean * count(CALLS) / seconds.iter().sum::<f64>().max(1.0);
    let calls = seconds.iter().map(|seconds| Call {
        steps: ((seconds * stretch / step + 0.5) as usize).max(1),
        seconds: seconds * stretch,
        share: 1.0 / count(CALLS),
    });
    calls.filter(|call| call.steps < STEPS).collect()
}

/// What happens in a step, calls that follow included.
#[derive(Clone, Copy, Debug, Default)]
struct Renewal {
    freed: f64,
    time: f64,
    /// Pairs of times at which one agent is free, of which the second falls here.
    pairs: f64,
}

/// Up to a step.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    first: First,
    renewal: Renewal,
}

impl Sums {
    fn add(&mut self, first: &First, renewal: &Renewal) {
        self.first.freed += first.freed;
        self.first.squares += first.squares;
        self.first.cubes += first.cubes;
        self.renewal.freed += renewal.freed;
        self.renewal.pairs += renewal.pairs;
    }

    /// Of each agent the variance is `E[N] + E[N(N - 1)] - E[N]²`; `E[N]` is taken to grow for all as the first times do.
    fn freed(&self) -> Freed {
        let (first, mean) = (self.first, self.renewal.freed);
        let each = mean / first.freed.max(1e-9);
        let variance = mean + 2.0 * self.renewal.pairs - first.squares * each * each;
        let variance = variance.max(0.0);
        // Of the first times, each a coin, the third cumulant is p (1 - p)(1 - 2p); of what follows about the variance.
        let coins = first.freed - 3.0 * first.squares + 2.0 * first.cubes;
        let third = coins + variance - (first.freed - first.squares);
        Freed {
            mean,
            variance,
            skew: (third / variance.max(1e-3)).clamp(-1.0, 1.0),
        }
    }
}
