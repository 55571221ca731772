//! A group of agents: when they work, how they answer, and what goes wrong with them and their phones.

use std::time::Duration;

use model::{Membership, Skills};
use serde::{Deserialize, Serialize};

use super::{ScenarioError, Share, TimeOfDay};
use crate::distribution::Distribution;

/// A group; its agents have logins in a row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgentGroup {
    /// What it is, for people.
    #[serde(default)]
    pub name: String,
    /// How many.
    pub count: usize,
    /// The login of the first; the others follow.
    #[serde(default = "first_login")]
    pub first_login: u64,
    /// The queues that they serve: `support`, `support/2` in the second tier, `support*3` with three shares.
    pub queues: Vec<Membership>,
    /// What they can do, and how well.
    #[serde(default)]
    pub skills: Skills,
    /// When they work; without it they are there before the first caller and stay until the last has gone.
    #[serde(default)]
    pub shift: Option<Shift>,
    /// When they pause.
    #[serde(default)]
    pub breaks: Vec<Break>,
    /// How long they let it ring.
    #[serde(default = "answers")]
    pub answer: Distribution,
    /// How long they file; without it as long as the queue gives them.
    #[serde(default)]
    pub wrap_up: Option<Distribution>,
    /// Share of rings that they let pass.
    #[serde(default)]
    pub miss: Share,
    /// Share of rings that they decline.
    #[serde(default)]
    pub decline: Share,
    /// How long it takes them to see that they were set to not ready.
    #[serde(default = "notices")]
    pub notices: Distribution,
    /// How often a phone dies, per hour of work.
    #[serde(default)]
    pub crashes_per_hour: f64,
    /// How long a phone that died stays away.
    #[serde(default = "crash")]
    pub crash: Distribution,
}

/// From when to when, on each day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shift {
    /// Comes.
    pub from: TimeOfDay,
    /// Goes, once he has no call.
    pub to: TimeOfDay,
}

/// A pause, on each day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Break {
    /// From when on.
    pub from: TimeOfDay,
    /// How long.
    pub length: Distribution,
    /// At most so much later, evenly, so that not all go at once.
    #[serde(default)]
    pub spread_minutes: u32,
}

impl AgentGroup {
    /// The logins of its agents.
    pub(crate) fn logins(&self) -> impl Iterator<Item = u64> + use<> {
        let first = self.first_login;
        (0..self.count as u64).map(move |number| first.saturating_add(number))
    }

    pub(super) fn prove(&self) -> Result<(), ScenarioError> {
        let wrong = |key: &str, wrong: &str| {
            let key = format!("agents.{key}");
            let wrong = wrong.to_owned();
            Err(ScenarioError::Figure { key, wrong })
        };
        if self.queues.is_empty() {
            return wrong("queues", "expected at least one");
        }
        if self.first_login == 0 || self.first_login > 1_000_000_000 {
            return wrong("first_login", "expected 1 to 1000000000");
        }
        if !(0.0..=3_600.0).contains(&self.crashes_per_hour) {
            return wrong("crashes_per_hour", "expected 0 to 3600");
        }
        if self.shift.is_some_and(|shift| shift.from == shift.to) {
            return wrong("shift", "expected an end that is not its beginning");
        }
        if self.miss.get() + self.decline.get() > 1.0 {
            return wrong("decline", "expected at most 1 together with `miss`");
        }
        Ok(())
    }
}

const fn first_login() -> u64 {
    1_001
}

fn answers() -> Distribution {
    Distribution::fixed(Duration::from_secs(3))
}

fn notices() -> Distribution {
    Distribution::fixed(Duration::from_secs(30))
}

fn crash() -> Distribution {
    Distribution::fixed(Duration::from_secs(120))
}
