//! The core itself.
#![allow(unused_variables, clippy::todo)]

use core::time::Duration;
use std::collections::BTreeMap;

use model::{AgentId, AgentState, CallId, QueueName};

use crate::config::QueueConfig;
use crate::input::Input;
use crate::output::Output;

/// Automatic call distribution for one site.
#[derive(Debug)]
pub struct Acd {}

impl Acd {
    /// An empty centre. `node` goes into the offers' ids.
    pub fn new(seed: u64, node: u16) -> Self {
        todo!()
    }
    /// Replaces the queues: callers keep their places, a vanished queue's callers leave with `Closed`.
    pub fn set_queues(
        &mut self,
        now: Duration,
        version: u64,
        queues: BTreeMap<QueueName, QueueConfig>,
    ) {
        todo!()
    }
    /// Takes one event and makes every decision that it allows.
    pub fn handle_input(&mut self, now: Duration, input: Input) {
        todo!()
    }
    /// Does what is due.
    pub fn handle_timeout(&mut self, now: Duration) {
        todo!()
    }
    /// When to call `handle_timeout` next.
    pub fn poll_timeout(&self) -> Option<Duration> {
        todo!()
    }
    /// The next result.
    pub fn poll_output(&mut self) -> Option<Output> {
        todo!()
    }
    /// An agent's state.
    pub fn agent_state(&self, agent: AgentId) -> Option<&AgentState> {
        todo!()
    }
    /// All agents by id, with their states.
    pub fn agents(&self) -> impl Iterator<Item = (AgentId, &AgentState)> {
        core::iter::empty()
    }
    /// How many wait in a queue, those for whom a phone rings included.
    pub fn waiting(&self, queue: &QueueName) -> usize {
        todo!()
    }
    /// A caller's place in his queue, 1 is next.
    pub fn position(&self, call: CallId) -> Option<u32> {
        todo!()
    }
    /// Whether the state is one that may be.
    pub fn check_invariants(&self) -> Result<(), String> {
        todo!()
    }
}
