//! A group of callers: when they come, what they dial and press, and what each of them is like.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Scenario, ScenarioError, Share};
use crate::distribution::Distribution;
use crate::random::Random;

/// What the rows of a profile stand for.
const HALF_HOUR: Duration = Duration::from_secs(1_800);
/// Most calls an hour: above it the wire's time between two calls is not what is looked at.
const PER_HOUR_MAX: f64 = 10_000_000.0;

/// A group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallerGroup {
    /// What it is, for people.
    #[serde(default)]
    pub name: String,
    /// The number that they dial.
    pub number: String,
    /// What they press, one key for each prompt that they hear.
    #[serde(default)]
    pub keys: String,
    /// How long a prompt plays before they press.
    #[serde(default = "a_second")]
    pub presses_after: Distribution,
    /// When they come.
    pub arrivals: Arrivals,
    /// How long they listen to music before they hang up; without it for ever.
    #[serde(default)]
    pub patience: Option<Distribution>,
    /// How long they talk.
    pub talk: Distribution,
    /// Share of calls that the agent ends.
    #[serde(default)]
    pub agent_hangs_up: Share,
    /// Share of calls by customers who have called before; the directory knows who served them last.
    #[serde(default)]
    pub familiar: Share,
    /// How many such customers there are.
    #[serde(default = "a_thousand")]
    pub customers: u32,
    /// Share of these customers who are VIPs.
    #[serde(default)]
    pub vips: Share,
    /// Share of calls that show no number.
    #[serde(default)]
    pub withheld: Share,
}

/// When callers come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Arrivals {
    /// At random, at one rate all day (a Poisson process).
    Poisson {
        /// Calls an hour.
        per_hour: f64,
    },
    /// At random, at a rate for each half hour from the start of the day on; after the last row nobody comes.
    Profile {
        /// Calls in each half hour.
        half_hours: Vec<f64>,
    },
    /// At these times of each day.
    Times {
        /// Seconds after the start of the day.
        s: Vec<f64>,
    },
    /// As a file says: one time a line, in seconds after the start of the day. Whoever has files reads it and gives
    /// [`Arrivals::Times`] in its place.
    Csv {
        /// Its path, from the scenario's folder.
        file: String,
    },
}

impl CallerGroup {
    pub(super) fn prove(&self) -> Result<(), ScenarioError> {
        let wrong = |key: &str, wrong: &str| {
            let key = format!("callers.{key}");
            let wrong = wrong.to_owned();
            Err(ScenarioError::Figure { key, wrong })
        };
        let dialled = |key: char| key.is_ascii_digit() || "*#".contains(key);
        if self.number.is_empty() || !self.number.chars().all(dialled) {
            return wrong("number", "expected digits");
        }
        if !self.keys.chars().all(dialled) {
            return wrong("keys", "expected keys: 0-9 * #");
        }
        if self.customers == 0 || self.customers > 10_000_000 {
            return wrong("customers", "expected 1 to 10000000");
        }
        let rate = |per_hour: f64| (0.0..=PER_HOUR_MAX).contains(&per_hour);
        let good = match &self.arrivals {
            Arrivals::Poisson { per_hour } => rate(*per_hour),
            Arrivals::Profile { half_hours } => half_hours.iter().all(|calls| rate(*calls * 2.0)),
            Arrivals::Times { s } => s.iter().all(|at| (0.0..=86_400.0).contains(at)),
            Arrivals::Csv { file } => !file.is_empty(),
        };
        if good {
            Ok(())
        } else {
            wrong(
                "arrivals",
                "expected rates of 0 to 10000000 an hour and times of 0 to 86400 s",
            )
        }
    }
}

/// The arrivals of a group, one after another.
#[derive(Debug)]
pub(crate) struct Coming {
    day: u32,
    /// Since the start of the day.
    within: Duration,
    /// Of given times: the next of them, and all in order.
    next: usize,
    times: Vec<f64>,
}

impl Coming {
    pub(crate) fn new(arrivals: &Arrivals) -> Self {
        let mut times = match arrivals {
            Arrivals::Times { s } => s.clone(),
            Arrivals::Poisson { .. } | Arrivals::Profile { .. } | Arrivals::Csv { .. } => {
                Vec::new()
            }
        };
        times.sort_by(f64::total_cmp);
        Self {
            day: 0,
            within: Duration::ZERO,
            next: 0,
            times,
        }
    }

    /// When the next one comes; `None`: nobody comes any more.
    pub(crate) fn next(
        &mut self,
        scenario: &Scenario,
        arrivals: &Arrivals,
        random: &mut Random,
    ) -> Option<Duration> {
        while self.day < scenario.days {
            if let Some(within) = self.within_day(arrivals, random)
                && within <= scenario.day()
            {
                self.within = within;
                return Some(scenario.start.at + Duration::from_secs(86_400) * self.day + within);
            }
            (self.day, self.within, self.next) = (self.day + 1, Duration::ZERO, 0);
        }
        None
    }

    fn within_day(&mut self, arrivals: &Arrivals, random: &mut Random) -> Option<Duration> {
        match arrivals {
            Arrivals::Poisson { per_hour } => {
                Some(self.within + gap(random.exponential() * 3_600.0 / per_hour)?)
            }
            Arrivals::Profile { half_hours } => self.by_profile(half_hours, random.exponential()),
            Arrivals::Times { .. } => {
                let at = gap(*self.times.get(self.next)?);
                self.next += 1;
                at
            }
            // `Scenario::check` has refused it.
            Arrivals::Csv { .. } => None,
        }
    }

    /// A Poisson process whose rate changes: one unit of "expected calls" is walked through the rows.
    fn by_profile(&self, half_hours: &[f64], mut expected: f64) -> Option<Duration> {
        let length = HALF_HOUR.as_secs_f64();
        let within = self.within.as_secs_f64();
        let first = (within / length) as usize;
        let mut from = within;
        for (row, calls) in half_hours.iter().enumerate().skip(first) {
            let end = (row + 1) as f64 * length;
            let left = (end - from) / length * calls;
            if expected < left {
                return gap(from + expected / calls * length);
            }
            expected -= left;
            from = end;
        }
        None
    }
}

/// Seconds as time; none where there is no end to them.
fn gap(seconds: f64) -> Option<Duration> {
    Duration::try_from_secs_f64(seconds).ok()
}

fn a_second() -> Distribution {
    Distribution::fixed(Duration::from_secs(1))
}

const fn a_thousand() -> u32 {
    1_000
}
