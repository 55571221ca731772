//! A scenario: the day that is played, as an admin writes it in TOML (`docs/simulate.md`).
//!
//! Who calls which number, how patient they are and how long they talk; who works when, and what goes wrong with phones
//! and network. Which queues, numbers and scripts there are is no part of it: that is the configuration which is tried out.
//! A scenario that was read is sound in itself; [`Scenario::check`] holds it against a configuration.

use std::collections::BTreeSet;
use std::time::Duration;

use engine::Config;
use serde::{Deserialize, Serialize};

pub use agents::{AgentGroup, Break, Shift};
pub(crate) use callers::Coming;
pub use callers::{Arrivals, CallerGroup};
pub use share::Share;
pub use time_of_day::{Start, TimeOfDay};

use crate::distribution::Distribution;

mod agents;
mod callers;
mod share;
mod time_of_day;

/// Most agents; each has an address and a login of his own.
const AGENTS_MAX: usize = 100_000;
/// Most days in a row.
const DAYS_MAX: u32 = 10_000;

/// A scenario.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// What it is, for people.
    #[serde(default)]
    pub title: String,
    /// From it follows everything that is left to chance.
    #[serde(default = "one")]
    pub seed: u64,
    /// When the first day begins, with the offset of its time zone: `2026-11-23T08:00:00+08:00`.
    #[serde(default)]
    pub start: Start,
    /// How long callers come on each day.
    #[serde(default = "ten")]
    pub hours: f64,
    /// Days in a row, in one and the same engine; each begins at the time of `start`.
    #[serde(default = "one_day")]
    pub days: u32,
    /// The threshold T of the service level, in s.
    #[serde(default = "twenty")]
    pub service_level_s: f64,
    /// Who hangs up sooner than this was not served badly: the short abandons of the fourth formula, in s.
    #[serde(default = "five")]
    pub short_abandon_s: f64,
    /// What happens to messages on their way.
    #[serde(default)]
    pub network: Network,
    /// How long a prompt lasts.
    #[serde(default = "prompt")]
    pub prompt: Distribution,
    /// Who calls.
    pub callers: Vec<CallerGroup>,
    /// Who works.
    pub agents: Vec<AgentGroup>,
}

/// What happens to messages on their way, each by itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Network {
    /// One way, at least, in ms.
    pub delay_ms: u32,
    /// At most so much more, in ms; messages may overtake each other.
    pub jitter_ms: u32,
    /// Share that is lost.
    pub loss: Share,
    /// Share that comes twice.
    pub doubled: Share,
    /// How long the directory takes to say who calls, in ms.
    pub directory_ms: u32,
}

impl Default for Network {
    fn default() -> Self {
        Self {
            delay_ms: 2,
            jitter_ms: 0,
            loss: Share::NONE,
            doubled: Share::NONE,
            directory_ms: 3,
        }
    }
}

impl Network {
    /// Whether phones must say things twice.
    pub(crate) fn is_lossy(&self) -> bool {
        self.loss != Share::NONE
    }
}

/// Why a scenario is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScenarioError {
    /// It cannot be read; the words hold line and column.
    #[error("{0}")]
    Malformed(String),
    /// A figure makes no sense.
    #[error("`{key}`: {wrong}")]
    Figure {
        /// Where.
        key: String,
        /// What is wrong.
        wrong: String,
    },
    /// It names what the configuration does not have.
    #[error("{0} is not in the configuration")]
    Unknown(String),
}

impl Scenario {
    /// The text of a scenario to begin with: a day of a small centre.
    pub const EXAMPLE: &str = include_str!("scenario/example.toml");

    /// Reads a scenario.
    ///
    /// # Errors
    /// What is wrong, with line and column where the text itself is.
    pub fn parse(text: &str) -> Result<Self, ScenarioError> {
        let scenario: Self = toml::from_str(text)
            .map_err(|error| ScenarioError::Malformed(error.to_string().trim_end().to_owned()))?;
        scenario.prove()?;
        Ok(scenario)
    }

    /// The length of a day.
    pub(crate) fn day(&self) -> Duration {
        Duration::from_secs_f64(self.hours * 3_600.0)
    }

    /// When callers come no more.
    pub(crate) fn ends_at(&self) -> Duration {
        let days_before = Duration::from_secs(86_400) * self.days.saturating_sub(1);
        self.start.at + days_before + self.day()
    }

    /// Whether the configuration has what it names.
    ///
    /// # Errors
    /// The first number, queue or file that is not there.
    pub fn check(&self, config: &Config) -> Result<(), ScenarioError> {
        for group in &self.callers {
            if config.numbers.find(&group.number).is_none() {
                let unknown = format!("the number {}", group.number);
                return Err(ScenarioError::Unknown(unknown));
            }
            if let Arrivals::Csv { file } = &group.arrivals {
                let unread = format!("{file} was not read: its times");
                return Err(ScenarioError::Unknown(unread));
            }
        }
        for serves in self.agents.iter().flat_map(|group| &group.queues) {
            if !config.queues.contains_key(&serves.queue) {
                let unknown = format!("the queue {}", serves.queue);
                return Err(ScenarioError::Unknown(unknown));
            }
        }
        Ok(())
    }

    fn prove(&self) -> Result<(), ScenarioError> {
        let figure = |holds: bool, key: &str, wrong: &str| {
            let (key, wrong) = (key.to_owned(), wrong.to_owned());
            holds
                .then_some(())
                .ok_or(ScenarioError::Figure { key, wrong })
        };
        let hours = 0.0..=24.0 * f64::from(DAYS_MAX);
        figure(hours.contains(&self.hours), "hours", "expected 0 to 240000")?;
        let one_after_another = self.days == 1 || self.hours <= 24.0;
        figure(one_after_another, "hours", "expected at most 24 a day")?;
        let days = 1..=DAYS_MAX;
        figure(days.contains(&self.days), "days", "expected 1 to 10000")?;
        let threshold = (0.0..=86_400.0).contains(&self.service_level_s);
        figure(threshold, "service_level_s", "expected 0 to 86400")?;
        let short = (0.0..=86_400.0).contains(&self.short_abandon_s);
        figure(short, "short_abandon_s", "expected 0 to 86400")?;
        figure(!self.callers.is_empty(), "callers", "expected at least one")?;
        for group in &self.callers {
            group.prove()?;
        }
        let count: usize = self.agents.iter().map(|group| group.count).sum();
        let some = (1..=AGENTS_MAX).contains(&count);
        figure(some, "agents", "expected 1 to 100000 in all")?;
        let mut logins = BTreeSet::new();
        for group in &self.agents {
            group.prove()?;
            let fresh = group.logins().all(|login| logins.insert(login));
            figure(fresh, "agents.first_login", "two agents have one login")?;
        }
        Ok(())
    }
}

const fn one() -> u64 {
    1
}

const fn one_day() -> u32 {
    1
}

const fn five() -> f64 {
    5.0
}

const fn ten() -> f64 {
    10.0
}

const fn twenty() -> f64 {
    20.0
}

fn prompt() -> Distribution {
    Distribution::fixed(Duration::from_secs(3))
}

#[cfg(test)]
mod tests;
