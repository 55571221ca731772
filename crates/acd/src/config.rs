//! What an admin sets for a queue (`queues.toml`).

use core::time::Duration;

use model::QueueName;

use crate::strategy::{self, Strategy};

/// One queue's settings.
#[derive(Clone, Debug, PartialEq)]
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
    /// Time to file a call before the next one comes.
    pub wrap_up: Duration,
    /// How long a caller may wait; `None`: for ever.
    pub max_wait: Option<Duration>,
    /// How many callers may wait; `None`: any number.
    pub max_waiting: Option<u32>,
    /// How many phones ring at once for one caller (R20).
    pub ring_max: usize,
    /// Pause between two passes over the agents (R9).
    pub pass_pause: Duration,
    /// How long an agent is left alone after a decline (R6).
    pub reject_delay: Duration,
    /// Missed calls in a row after which an agent is not ready (R8); 0: never.
    pub no_answer_limit: u32,
    /// A shorter call counts for nothing (R13).
    pub min_handled: Duration,
    /// Calls in a row after which most-recent skips an agent once (R38); 0: never.
    pub max_consecutive: u32,
    /// How long a caller waits for his busy familiar agent (R59).
    pub sticky_wait: Duration,
    /// How many callers may wait for one familiar agent (R63).
    pub personal_line: usize,
    /// The sliding window of least-calls.
    pub count_window: Duration,
    /// Whether callers wait although nobody is signed in, instead of leaving with `NoAgents`.
    pub wait_without_agents: bool,
}

impl QueueConfig {
    /// A queue with the defaults.
    pub fn new(name: QueueName) -> Self {
        Self {
            name,
            strategy: strategy::default(),
            fallback: strategy::default(),
            ring_timeout: Duration::from_secs(15),
            wrap_up: Duration::ZERO,
            max_wait: None,
            max_waiting: None,
            ring_max: 10,
            pass_pause: Duration::from_secs(5),
            reject_delay: Duration::from_secs(10),
            no_answer_limit: 3,
            min_handled: Duration::from_secs(5),
            max_consecutive: 5,
            sticky_wait: Duration::from_secs(20),
            personal_line: 2,
            count_window: Duration::from_secs(8 * 3_600),
            wait_without_agents: false,
        }
    }
}
