//! What an admin sets for a queue (`queues.toml`).

use core::time::Duration;

use model::{Calendar, QueueName, Requirement};
use serde::{Deserialize, Serialize};

use crate::agent::WINDOW_MAX;
use crate::agent::wrap_up::{WRAP_UP_MAX, WrapUpMode};
use crate::decision::Prefer;
use crate::external::ExternalConfig;
use crate::strategy::{self, Strategy};

/// What counts as a handled call where no queue says otherwise (R13).
pub(crate) const MIN_HANDLED: Duration = Duration::from_secs(5);

/// Most phones that ring at once for one caller.
pub const PHONES_MAX: usize = 64;
/// The longest that a caller waits for an external decision (B15).
pub const BUDGET_MAX: Duration = Duration::from_secs(10);
/// The longest name of a queue, in bytes of UTF-8.
pub const NAME_BYTES_MAX: usize = 64;

/// One queue's settings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QueueConfig {
    /// Its name.
    pub name: QueueName,
    /// How agents are chosen.
    pub strategy: &'static Strategy,
    /// What takes over when the familiar agent cannot (sticky), and what picks when more than `ring_max` could ring
    /// (ring-all). Must not be sticky itself.
    pub fallback: &'static Strategy,
    /// How long one agent's phone rings (R5).
    pub ring_timeout: Duration,
    /// Time to file a call before the next one comes: how long it lasts or its ceiling, as the mode says (C5).
    pub wrap_up: Duration,
    /// How the time to file ends (C5).
    pub wrap_up_mode: WrapUpMode,
    /// How long a caller may wait; `None`: for ever.
    pub max_wait: Option<Duration>,
    /// Strictly before the callers of lighter queues, for agents who could take both (D4). All are equal by default.
    pub weight: u8,
    /// Who waits for longer while others are served before him by precedence alone is told of (D1).
    pub starving: Duration,
    /// How many callers may wait; `None`: any number.
    pub max_waiting: Option<u32>,
    /// Who would wait longer than this by the estimate's p80 is not let in (D5); `None`: anybody is.
    pub max_estimated_wait: Option<Duration>,
    /// How many phones ring at once for one caller (R20).
    pub ring_max: usize,
    /// After how long progressive ringing adds a phone (R55).
    pub ring_delay: Duration,
    /// What the agents must have, for how long after joining (R69). Empty: whatever they have.
    pub steps: Vec<Step>,
    /// Who of those who have what a caller needs comes first (R71).
    pub prefer: Prefer,
    /// Whether calls and time are counted by the hour of duty (R49).
    pub per_duty_hour: bool,
    /// Pause between two passes over the agents (R9).
    pub pass_pause: Duration,
    /// How long an agent is left alone after a decline (R6), and twice as long after each further one (C9).
    pub reject_delay: Duration,
    /// The longest that he is left alone (C9), after declines and after faults of his phone.
    pub back_off_max: Duration,
    /// Missed calls in a row after which an agent is not ready (R8); 0: never.
    pub no_answer_limit: u32,
    /// A shorter call counts for nothing (R13).
    pub min_handled: Duration,
    /// Calls in a row after which most-recent skips an agent once (R38); 0: never.
    pub max_consecutive: u32,
    /// How long a caller waits for his busy familiar agent (R59).
    pub sticky_wait: Duration,
    /// Who is familiar to a caller.
    pub sticky: Sticky,
    /// Whether a caller whose familiar agent is busy for longer is asked to wait for him or to go on to the next (R62).
    pub sticky_choice: bool,
    /// How long his choice to wait holds.
    pub sticky_choice_wait: Duration,
    /// How many callers may wait for one familiar agent (R63).
    pub personal_line: usize,
    /// The sliding window of least-calls.
    pub count_window: Duration,
    /// When it takes callers in (D28); else they leave with `Closed`. `None`: always.
    pub hours: Option<Calendar>,
    /// Who must be there for a caller to be let in (D7); else he leaves with `NoAgents`.
    pub join_when: Presence,
    /// Who must be there for callers to wait on (D8); else they leave with `NoAgents` after a grace.
    pub leave_unless: Presence,
    /// How many of its callers may talk or be rung for at once (D27); `None`: any number.
    pub max_active: Option<u32>,
    /// A caller whose `max_wait` has less than this left is not rung for any more (D10).
    pub min_ring: Duration,
    /// How long somebody who is called back has to answer; the agent held for him then goes to the next (R77).
    pub call_back_ring: Duration,
    /// How long before an agent is predicted to be free somebody may be called back (R78); zero: when one is free.
    pub dial_ahead: Duration,
    /// How an external decision is asked (B15).
    #[serde(default)]
    pub external: ExternalConfig,
}

/// Who is familiar to a caller, besides the owner of the customer's record (R57).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sticky {
    /// How long a talk counts, from its beginning.
    pub max_age: Duration,
    /// A shorter talk makes nobody familiar.
    pub min_talk: Duration,
    /// Whoever talked last is familiar from then on; else the first stays (R65).
    pub follow: bool,
    /// Where a talk counts (R68).
    pub scope: StickyScope,
}

/// Where who knows a caller is familiar to him (R68).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StickyScope {
    /// In every queue that he serves.
    Customer,
    /// In the queue in which they talked; an owner in the first of his queues.
    Queue,
}

impl Default for Sticky {
    fn default() -> Self {
        Self {
            max_age: Duration::from_secs(30 * 86_400),
            min_talk: Duration::from_secs(30),
            follow: true,
            scope: StickyScope::Customer,
        }
    }
}

/// Who must be there (D7, D8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// Nobody.
    Nobody,
    /// Somebody who is signed in, though he be on a break.
    SignedIn,
    /// Somebody at work: ready, or busy with a call.
    AtWork,
    /// To be let in: somebody who is ready, or is predicted to be within five minutes. To wait on: as `AtWork`, but after five
    /// minutes without anybody.
    Soon,
}

/// For how long only certain agents come into question (R69).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What they must have. The agents of the steps before stay candidates.
    pub needs: Requirement,
    /// How long it lasts; the last one's lasts as long as the caller waits.
    pub lasts: Duration,
}

impl QueueConfig {
    /// A queue with the defaults.
    pub fn new(name: QueueName) -> Self {
        Self {
            name,
            strategy: strategy::default(),
            fallback: strategy::default(),
            ring_timeout: Duration::from_secs(15),
            wrap_up: WrapUpMode::default().default_time(),
            wrap_up_mode: WrapUpMode::default(),
            max_wait: None,
            weight: 0,
            starving: Duration::from_secs(300),
            max_waiting: None,
            max_estimated_wait: None,
            ring_max: 10,
            ring_delay: Duration::from_secs(10),
            steps: Vec::new(),
            prefer: Prefer::Any,
            per_duty_hour: false,
            pass_pause: Duration::from_secs(5),
            reject_delay: Duration::from_secs(10),
            back_off_max: Duration::from_secs(300),
            no_answer_limit: 3,
            min_handled: MIN_HANDLED,
            max_consecutive: 5,
            sticky_wait: Duration::from_secs(20),
            sticky: Sticky::default(),
            sticky_choice: false,
            sticky_choice_wait: Duration::from_secs(300),
            personal_line: 2,
            count_window: Duration::from_secs(8 * 3_600),
            hours: None,
            join_when: Presence::SignedIn,
            leave_unless: Presence::SignedIn,
            max_active: None,
            min_ring: Duration::from_secs(8),
            call_back_ring: Duration::from_secs(20),
            dial_ahead: Duration::from_secs(10),
            external: ExternalConfig::default(),
        }
    }

    /// Refuses settings under which callers could not be served. The core itself copes with them: a sticky fall-back is
    /// taken for longest-idle.
    pub fn check(&self) -> Result<(), ConfigError> {
        if self.fallback.familiar {
            return Err(ConfigError::StickyFallback);
        }
        if self.fallback.asks() {
            return Err(ConfigError::ExternalFallback);
        }
        if self.external.budget.is_zero() || self.external.budget > BUDGET_MAX {
            return Err(ConfigError::Budget);
        }
        if self.ring_timeout.is_zero() {
            return Err(ConfigError::NoRingTime);
        }
        if self.ring_max == 0 {
            return Err(ConfigError::NoPhones);
        }
        if self.ring_max > PHONES_MAX {
            return Err(ConfigError::ManyPhones);
        }
        if self.name.as_str().len() > NAME_BYTES_MAX {
            return Err(ConfigError::LongName);
        }
        if self.max_wait.is_some_and(|most| most <= self.min_ring) {
            return Err(ConfigError::ShortWait);
        }
        if self.call_back_ring.is_zero() {
            return Err(ConfigError::NoTimeToAnswer);
        }
        if self.max_active == Some(0) {
            return Err(ConfigError::NobodyTalks);
        }
        if self.count_window > WINDOW_MAX {
            return Err(ConfigError::LongWindow);
        }
        if self.wrap_up > WRAP_UP_MAX {
            return Err(ConfigError::LongWrapUp);
        }
        Ok(())
    }

    /// Whose ordering ranks the agents: the strategy's in force, or where it has none the fall-back's.
    pub(crate) fn ordering(&self) -> &'static Strategy {
        let rows = [self.base(), self.fallback];
        rows.into_iter()
            .find(|row| row.orders())
            .unwrap_or_else(strategy::default)
    }

    /// The strategy that serves callers without a familiar agent, and without an external decision.
    pub(crate) fn base(&self) -> &'static Strategy {
        let decides = |row: &Strategy| !row.familiar && !row.asks();
        let rows = [self.strategy, self.fallback];
        let row = rows.into_iter().find(|row| decides(row));
        row.unwrap_or_else(strategy::default)
    }
}

/// Why a queue's settings are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// Sticky falls back to sticky.
    #[error("`fallback` must be another strategy than sticky")]
    StickyFallback,
    /// An external decision falls back to an external decision.
    #[error("`fallback` must be another strategy than external")]
    ExternalFallback,
    /// B15: nobody waits for an answer for so long, or not at all.
    #[error("`external.budget_ms` must be 1 to 10000")]
    Budget,
    /// No phone would ever be answered in time.
    #[error("`ring_timeout` must be longer than zero")]
    NoRingTime,
    /// Nobody would ring.
    #[error("`ring_max` must be at least 1")]
    NoPhones,
    /// One caller would make a storm of INVITEs, and a record that does not keep its bound.
    #[error("`ring_max` must be at most {PHONES_MAX}")]
    ManyPhones,
    /// A record would not keep its bound.
    #[error("the name of a queue must have at most {NAME_BYTES_MAX} bytes")]
    LongName,
    /// D10: whoever comes would never be rung for.
    #[error("`max_wait` must be longer than `min_ring`")]
    ShortWait,
    /// D27: the same.
    #[error("`max_active` must be at least 1")]
    NobodyTalks,
    /// R77: nobody who is called back could answer.
    #[error("`callback.ring` must be longer than zero")]
    NoTimeToAnswer,
    /// Calls are remembered for a week.
    #[error("`count_window` must be at most 7 days")]
    LongWindow,
    /// C5: nobody files a call for longer.
    #[error("`wrap_up_s` must be at most 900")]
    LongWrapUp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_at_their_bounds_are_good() {
        let mut bounds = QueueConfig::new("n".repeat(NAME_BYTES_MAX).as_str().into());
        bounds.ring_max = PHONES_MAX;
        bounds.count_window = WINDOW_MAX;
        bounds.wrap_up = WRAP_UP_MAX;
        bounds.max_active = Some(1);
        bounds.max_wait = Some(bounds.min_ring + Duration::from_nanos(1));
        assert_eq!(bounds.check(), Ok(()));
    }

    #[test]
    fn settings_that_serve_nobody_are_refused() {
        let good = QueueConfig::new("support".into());
        assert_eq!(good.check(), Ok(()));
        type Spoil = fn(&mut QueueConfig);
        let table: [(Spoil, ConfigError); 13] = [
            (
                |queue| queue.fallback = strategy::find("external").unwrap(),
                ConfigError::ExternalFallback,
            ),
            (
                |queue| queue.external.budget = Duration::ZERO,
                ConfigError::Budget,
            ),
            (
                |queue| queue.external.budget = BUDGET_MAX + Duration::from_nanos(1),
                ConfigError::Budget,
            ),
            (
                |queue| queue.max_wait = Some(queue.min_ring),
                ConfigError::ShortWait,
            ),
            (|queue| queue.max_active = Some(0), ConfigError::NobodyTalks),
            (
                |queue| queue.call_back_ring = Duration::ZERO,
                ConfigError::NoTimeToAnswer,
            ),
            (
                |queue| queue.fallback = strategy::find("sticky").unwrap(),
                ConfigError::StickyFallback,
            ),
            (
                |queue| queue.ring_timeout = Duration::ZERO,
                ConfigError::NoRingTime,
            ),
            (|queue| queue.ring_max = 0, ConfigError::NoPhones),
            (
                |queue| queue.ring_max = PHONES_MAX + 1,
                ConfigError::ManyPhones,
            ),
            (
                |queue| queue.name = "客".repeat(22).as_str().into(),
                ConfigError::LongName,
            ),
            (
                |queue| queue.count_window = WINDOW_MAX + Duration::from_nanos(1),
                ConfigError::LongWindow,
            ),
            (
                |queue| queue.wrap_up = WRAP_UP_MAX + Duration::from_nanos(1),
                ConfigError::LongWrapUp,
            ),
        ];
        for (spoil, error) in table {
            let mut bad = good.clone();
            spoil(&mut bad);
            assert_eq!(bad.check(), Err(error));
        }
    }
}
