//! What an admin sets for a queue (`queues.toml`).

use core::time::Duration;

use model::{Calendar, QueueName, Requirement};
use serde::{Deserialize, Serialize};

use crate::agent::wrap_up::WrapUpMode;
use crate::decision::Prefer;
use crate::external::ExternalConfig;
use crate::strategy::{self, Strategy};

pub use self::check::ConfigError;

mod check;

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
    /// From which probability of an answer on it adds none (B10); `None`: it goes on.
    #[serde(default)]
    pub stop_at: Option<f64>,
    /// What the agents must have, for how long after joining (R69). Empty: whatever they have.
    pub steps: Vec<Step>,
    /// What opens the next step (B14).
    #[serde(default)]
    pub relax: Relax,
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

/// What lets a caller on to the next step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relax {
    /// The time of his step is over (R69).
    #[default]
    Elapsed,
    /// That too; and at once, where he would probably wait for longer than his step lasts and a further one would serve him
    /// sooner (B14).
    Predicted,
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
            stop_at: None,
            steps: Vec::new(),
            relax: Relax::Elapsed,
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
