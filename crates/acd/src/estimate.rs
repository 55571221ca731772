//! The estimated wait (预计等待, D16): how long a caller will wait from here on, as a quantile.
//!
//! Pure: it is given who may serve him, how far each of them is, and how many come before him. Two counts meet in it: how often
//! agents will have been free by a time (`near`, `long_run`), and how often they must have been before it is his turn (`need`).
//! Nothing is known of the future but the recent past (`history`). It is silent when it does not know. How often what it says
//! comes true is measured by the virtual hotline; see decision 6.

use core::time::Duration;

use self::history::Cycle;
pub(crate) use self::history::History;
use self::long_run::LongRun;
use self::near::Near;
use self::need::Need;
use self::sample::count;

mod history;
mod long_run;
mod near;
mod need;
mod sample;
mod survival;

/// How far an estimate looks, in seconds; who would wait longer is told nothing.
const FAR: f64 = 2.0 * 3_600.0;
/// Of how many agents each is asked what he does; of more, the law of large numbers knows.
pub(crate) const AGENTS_MAX: usize = 20;
/// So many standard deviations above the mean lie half of a normal distribution, and four fifths.
const P50: f64 = 0.0;
const P80: f64 = 0.841_621;
/// After so many calls of each agent nothing is left of what he does now.
const CYCLES: f64 = 3.0;

/// How long a caller will wait from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Estimate {
    /// Half of those who stand as he does wait no longer: what is said.
    pub p50: Duration,
    /// Four fifths of them do: what limits are compared with.
    pub p80: Duration,
}

impl Estimate {
    /// A phone rings for him, or could.
    pub(crate) const NOW: Self = Self {
        p50: Duration::ZERO,
        p80: Duration::ZERO,
    };
}

/// How far an agent is with what he does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Pace {
    /// Free now: ready, or one of several who are rung for one caller, who still stands in line.
    Free,
    /// Is rung, he alone, for a caller: that one is as good as served.
    Rings,
    /// Talks since so long.
    Talks(Duration),
    /// Files since so long, and for so long more at most.
    Files(Duration, Duration),
}

/// An agent who may serve a caller.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Working<'a> {
    pub(crate) pace: Pace,
    /// Of the queue whose call he has.
    pub(crate) history: &'a History,
}

/// Those who may serve a caller.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Agents<'a> {
    /// Up to [`AGENTS_MAX`].
    Each(&'a [Working<'a>]),
    /// More: how many are free or are rung, and how many busy.
    Many { free: f64, busy: f64 },
}

/// What is known of a caller's chances.
#[derive(Debug)]
pub(crate) struct Outlook<'a> {
    pub(crate) agents: Agents<'a>,
    /// How many come before him for these agents, without those for whom an agent is rung as [`Pace::Rings`].
    pub(crate) ahead: f64,
    /// What his queue has seen lately.
    pub(crate) history: &'a History,
}

impl Outlook<'_> {
    /// The quantiles; `None` where too little is known, nobody is there, or it would be further than two hours.
    pub(crate) fn estimate(&self) -> Option<Estimate> {
        let (agents, free) = self.agents();
        if agents < 1.0 || !self.history.is_known() {
            return None;
        }
        // Somebody is there for him now.
        if free >= self.ahead + 1.0 {
            return Some(Estimate::NOW);
        }
        let cycle = self.history.cycle();
        let need = Need::new(self.ahead, free, self.history, cycle);
        let [p50, p80] = self.times(&need, cycle, agents);
        Some(Estimate {
            p50: told(p50?)?,
            p80: told(p80?)?,
        })
    }

    /// How many there are, and how many of them are free.
    fn agents(&self) -> (f64, f64) {
        match self.agents {
            Agents::Each(agents) => {
                let free = agents.iter().filter(|agent| agent.pace == Pace::Free);
                (count(agents.len()), count(free.count()))
            }
            Agents::Many { free, busy } => (free + busy, free),
        }
    }

    fn times(&self, need: &Need, cycle: Cycle, agents: f64) -> [Option<f64>; 2] {
        let takes = need.takes(agents / cycle.mean);
        let each = match self.agents {
            Agents::Each(each) if takes <= CYCLES * cycle.mean => each,
            Agents::Each(each) => return LongRun::of(each, cycle).times(need),
            Agents::Many { free, busy } => return LongRun::blind(free, busy, cycle).times(need),
        };
        let mut horizon = takes * need.margin();
        loop {
            let near = Near::new(each, self.history, cycle, horizon);
            let times = [P50, P80].map(|z| near.first(|at, freed| need.is_met(at, freed, z)));
            if times.iter().all(Option::is_some) || horizon > FAR {
                return times;
            }
            horizon *= 2.0;
        }
    }
}

/// To the millisecond.
fn told(seconds: f64) -> Option<Duration> {
    let near = (0.0..=FAR).contains(&seconds);
    near.then(|| Duration::from_millis((seconds * 1_000.0).round() as u64))
}

/// How often agents will have been free by a time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Freed {
    pub(crate) mean: f64,
    pub(crate) variance: f64,
    /// The third cumulant ÷ the variance: 1 of what comes by chance alone, 0 of the toss of a coin, -1 of what is nearly sure.
    pub(crate) skew: f64,
}

#[cfg(test)]
mod tests;
