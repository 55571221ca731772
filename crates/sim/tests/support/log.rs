//! A simulated day as a fact log with the distribution's journal.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a day that breaks an invariant fails its test"
)]

use std::sync::Arc;

use model::{Fact, FactRecord, Timestamp};
use sim::{Scenario, Watch, World, built_in};

/// The log.
#[derive(Default)]
pub(crate) struct Log {
    pub(crate) records: Vec<FactRecord>,
}

impl Watch for Log {
    fn fact(&mut self, at: Timestamp, fact: &Fact) {
        let seq = self.records.len() as u64 + 1;
        let fact = fact.clone();
        self.records.push(FactRecord { seq, at, fact });
    }
}

/// Plays an hour of a busy little centre, in which everything goes wrong that can: misses, declines, phones that die,
/// breaks, customers with familiar agents.
pub(crate) fn hour(seed: u64, strategy: &str) -> Log {
    let text = format!(
        r#"
        seed = {seed}
        hours = 1
        start = "2026-11-23T08:00:00+08:00"
        [[callers]]
        number = "4000"
        keys = "1"
        arrivals = {{ poisson = {{ per_hour = 150 }} }}
        patience = {{ exponential = {{ mean_s = 120 }} }}
        talk = {{ lognormal = {{ mean_s = 90, sd_s = 60 }} }}
        agent_hangs_up = 0.3
        familiar = 0.5
        customers = 30
        vips = 0.2
        [[agents]]
        count = 5
        queues = ["support"]
        answer = {{ exponential = {{ mean_s = 4 }} }}
        wrap_up = {{ exponential = {{ mean_s = 12 }} }}
        miss = 0.05
        decline = 0.05
        crashes_per_hour = 0.5
        breaks = [{{ from = "08:20", length = {{ uniform = {{ min_s = 60, max_s = 300 }} }}, spread_minutes = 10 }}]
        "#
    );
    let scenario =
        Arc::new(Scenario::parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}")));
    let world = World::with_journal(&scenario, &built_in(Some(strategy)).unwrap(), 0).unwrap();
    let mut log = Log::default();
    if let Err(failure) = world.run(&mut log) {
        panic!("{strategy}: {failure}");
    }
    log
}
