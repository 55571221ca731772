//! The external decision (外部决策, B15): what a queue may ask of it, where a caller stands with it, and the breaker before it.
//!
//! Who is asked over which wire, and what was said there, is the shell's: here are only numbers, times and names of agents.

use core::time::Duration;

use model::decision::{External, RouteOutcome};
use model::{AgentId, QueueName};
use serde::{Deserialize, Serialize};

/// Most agents whom a question lists as candidates, and whom an answer may name.
pub const NAMED_IN_ANSWER_MAX: usize = 64;

/// The number of a question. An answer to another one than the open one is late.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RouteId(pub u64);

/// What an admin sets for the external decision of a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExternalConfig {
    /// How long a caller waits for an answer while agents are ready; then the fall-back strategy decides.
    pub budget: Duration,
    /// Failures in a row after which it is left alone; 0: never.
    pub failures_max: u32,
    /// For how long.
    pub rest: Duration,
}

impl Default for ExternalConfig {
    fn default() -> Self {
        Self {
            budget: Duration::from_millis(800),
            failures_max: 5,
            rest: Duration::from_secs(30),
        }
    }
}

/// A question about a caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Its number.
    pub id: RouteId,
    /// His home queue, which asks.
    pub queue: QueueName,
    /// Who could be offered to him, as the fall-back strategy ranks them: at most [`NAMED_IN_ANSWER_MAX`].
    pub candidates: Vec<AgentId>,
    /// How long he has waited.
    pub waited: Duration,
    /// His place in line, 1 is next.
    pub position: u32,
    /// How long an answer is waited for.
    pub budget: Duration,
}

/// What became of a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    /// The queue that asked.
    pub queue: QueueName,
    /// Outcome and time.
    pub told: External,
    /// Who was named and serves the queue, in order.
    pub agents: Vec<AgentId>,
    /// Who was named and does not serve it.
    pub elsewhere: Vec<AgentId>,
    /// Names that nobody bears.
    pub unknown: Vec<String>,
    /// The caller's priority from here on, if the answer gave one.
    pub priority: Option<u8>,
    /// Why there is no answer, in a word.
    pub cause: Option<String>,
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RouteAnswer {
    /// These agents, in this order.
    Named {
        /// Who.
        agents: Vec<AgentId>,
        /// Names that nobody here bears; they are told back.
        unknown: Vec<String>,
        /// The caller's priority from here on (D1).
        priority: Option<u8>,
    },
    /// The queue may decide for itself.
    LeftToUs,
    /// Nothing that could be used, and why, in a word.
    Failed(String),
}

impl Settled {
    /// Nobody was named.
    pub(crate) fn bare(queue: QueueName, outcome: RouteOutcome, took: Duration) -> Self {
        let took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        Self {
            queue,
            told: External { outcome, took_ms },
            agents: Vec::new(),
            elsewhere: Vec::new(),
            unknown: Vec::new(),
            priority: None,
            cause: None,
        }
    }
}

/// Where a caller stands with the external decision of his home queue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Advice {
    /// Not asked for.
    #[default]
    Unasked,
    /// Asked for: his home queue offers him to nobody. A timer ends it.
    Asked { id: RouteId, at: Duration },
    /// These, in this order, as far as they are candidates.
    Named {
        agents: Vec<AgentId>,
        told: External,
    },
    /// The fall-back strategy decides in this pass.
    Without(External),
}

impl Advice {
    pub(crate) const fn is_asked(&self) -> bool {
        matches!(self, Self::Asked { .. })
    }

    /// Whom it names.
    pub(crate) fn named(&self) -> Option<&[AgentId]> {
        match self {
            Self::Named { agents, .. } => Some(agents),
            Self::Unasked | Self::Asked { .. } | Self::Without(_) => None,
        }
    }

    /// What the why-record says of it.
    pub(crate) const fn told(&self) -> Option<External> {
        match self {
            Self::Named { told, .. } | Self::Without(told) => Some(*told),
            Self::Unasked | Self::Asked { .. } => None,
        }
    }
}

/// Keeps a queue from asking again and again what does not answer: callers would wait their budgets for nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Breaker {
    /// Questions go out.
    #[default]
    Closed,
    /// So many failed in a row.
    Failing(u32),
    /// None goes out until then; after it one at a time, to try.
    Open(Duration),
    /// One is out, to try. Should it fail as well, all rest again.
    Trying(RouteId),
}

impl Breaker {
    /// Whether a question may go out.
    pub(crate) fn lets(self, now: Duration) -> bool {
        match self {
            Self::Closed | Self::Failing(_) => true,
            Self::Open(until) => until <= now,
            Self::Trying(_) => false,
        }
    }

    /// A question goes out.
    pub(crate) const fn asked(&mut self, id: RouteId) {
        if let Self::Open(_) = self {
            *self = Self::Trying(id);
        }
    }

    /// An answer came.
    pub(crate) const fn answered(&mut self) {
        *self = Self::Closed;
    }

    /// None came, or none that can be used.
    pub(crate) fn failed(&mut self, now: Duration, config: &ExternalConfig) {
        let failures = match *self {
            Self::Closed => 1,
            Self::Failing(failures) => failures.saturating_add(1),
            // Asked before the others failed: it changes nothing any more.
            Self::Open(_) => return,
            Self::Trying(_) => u32::MAX,
        };
        *self = if config.failures_max > 0 && failures >= config.failures_max {
            Self::Open(now + config.rest)
        } else {
            Self::Failing(failures)
        };
    }

    /// Nobody waits for the answer any more: what was to be tried is tried with the next question.
    pub(crate) fn forgotten(&mut self, now: Duration, id: RouteId) {
        if *self == Self::Trying(id) {
            *self = Self::Open(now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn b15_the_breaker_opens_after_failures_in_a_row_and_tries_one_question_at_a_time() {
        let config = ExternalConfig {
            failures_max: 2,
            rest: s(30),
            ..ExternalConfig::default()
        };
        let mut breaker = Breaker::default();
        breaker.failed(s(1), &config);
        breaker.answered();
        breaker.failed(s(2), &config);
        assert!(breaker.lets(s(2)), "not in a row");
        breaker.failed(s(3), &config);
        assert_eq!(breaker, Breaker::Open(s(33)));
        breaker.failed(s(4), &config);
        assert!(!breaker.lets(s(32)), "a straggler does not prolong it");
        assert!(breaker.lets(s(33)));
        breaker.asked(RouteId(1));
        assert!(!breaker.lets(s(34)), "one at a time");
        breaker.failed(s(35), &config);
        assert_eq!(breaker, Breaker::Open(s(65)), "one failure is enough");
        breaker.asked(RouteId(2));
        breaker.forgotten(s(66), RouteId(2));
        assert!(breaker.lets(s(66)), "who tried hung up");
        breaker.asked(RouteId(3));
        breaker.answered();
        assert_eq!(breaker, Breaker::Closed);
    }

    #[test]
    fn b15_without_a_limit_the_breaker_never_opens() {
        let config = ExternalConfig {
            failures_max: 0,
            ..ExternalConfig::default()
        };
        let mut breaker = Breaker::default();
        for _ in 0..100 {
            breaker.failed(s(1), &config);
        }
        assert!(breaker.lets(s(1)));
    }
}
