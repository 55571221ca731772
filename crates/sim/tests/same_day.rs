//! R3: random days, each played twice: the logs of facts are the same, byte for byte, and no invariant is broken.
//!
//! `SIM_DAYS` says how many, `SIM_SEED` where to begin; a day that fails tells both. A thousand:
//! `SIM_DAYS=1000 cargo test --release -p sim --test same_day`.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a day that is not itself fails its test"
)]

use std::sync::Arc;

use model::{Fact, FactRecord, Timestamp};
use sim::{Scenario, Watch, World, built_in};

/// The log, as it would stand on disk.
#[derive(Default)]
struct Log {
    lines: Vec<String>,
}

impl Watch for Log {
    fn fact(&mut self, at: Timestamp, fact: &Fact) {
        let seq = self.lines.len() as u64 + 1;
        let fact = fact.clone();
        let line = serde_json::to_string(&FactRecord { seq, at, fact }).unwrap();
        self.lines.push(line);
    }
}

/// A small centre and its day, drawn from the seed: each bit field of it decides something.
fn random_day(seed: u64) -> (String, &'static str) {
    let mut dice = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5bd1_e995;
    let mut roll = |sides: u64| {
        dice ^= dice >> 29;
        dice = dice.wrapping_mul(0xbf58_476d_1ce4_e5b9);
        dice ^= dice >> 32;
        dice % sides
    };
    let strategies = acd::strategy::all();
    let strategy = strategies[roll(strategies.len() as u64) as usize].name;
    let (rate, patience, talk) = (10 + roll(110), 5 + roll(120), 10 + roll(120));
    let (familiar, vips) = (roll(10), roll(10));
    let (agents, answer, wrap_up) = (1 + roll(4), 1 + roll(20), roll(30));
    let (miss, decline, crashes) = (roll(4), roll(4), roll(3) * 2);
    let (loss, jitter) = (roll(2) * roll(10), roll(2) * roll(300));
    let text = format!(
        r#"
        seed = {seed}
        hours = 0.2
        network = {{ delay_ms = 2, jitter_ms = {jitter}, loss = 0.{loss:02}, doubled = 0.{loss:02} }}
        [[callers]]
        number = "4000"
        keys = "1"
        arrivals = {{ poisson = {{ per_hour = {rate} }} }}
        patience = {{ exponential = {{ mean_s = {patience} }} }}
        talk = {{ lognormal = {{ mean_s = {talk}, sd_s = {talk} }} }}
        agent_hangs_up = 0.3
        familiar = 0.{familiar}
        customers = 10
        vips = 0.{vips}
        withheld = 0.1
        [[agents]]
        count = {agents}
        queues = ["support"]
        answer = {{ exponential = {{ mean_s = {answer} }} }}
        wrap_up = {{ exponential = {{ mean_s = 1{wrap_up} }} }}
        miss = 0.{miss}
        decline = 0.{decline}
        crashes_per_hour = {crashes}
        breaks = [{{ from = "08:05", length = {{ uniform = {{ min_s = 10, max_s = 200 }} }}, spread_minutes = 4 }}]
        "#
    );
    (text, strategy)
}

fn play(seed: u64) -> Vec<String> {
    let (text, strategy) = random_day(seed);
    let scenario =
        Arc::new(Scenario::parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}")));
    let world = World::new(&scenario, &built_in(Some(strategy)).unwrap(), 16).unwrap();
    let mut log = Log::default();
    let again = replay(seed);
    if let Err(failure) = world.run(&mut log) {
        panic!("{strategy}: {failure}\nagain: {again}");
    }
    log.lines
}

fn replay(seed: u64) -> String {
    format!("SIM_SEED={seed} SIM_DAYS=1 cargo test -p sim --test same_day")
}

fn setting(name: &str, default: u64) -> u64 {
    match std::env::var(name) {
        Ok(given) => given
            .parse()
            .unwrap_or_else(|_| panic!("{name}={given}: expected a number")),
        Err(_) => default,
    }
}

#[test]
fn r03_random_days_are_the_same_twice() {
    let (first, days) = (setting("SIM_SEED", 1), setting("SIM_DAYS", 40));
    let mut facts = 0;
    for seed in first..first + days {
        let (one, other) = (play(seed), play(seed));
        for (number, (one, other)) in one.iter().zip(&other).enumerate() {
            assert_eq!(one, other, "fact {number}; again: {}", replay(seed));
        }
        assert_eq!(one.len(), other.len(), "again: {}", replay(seed));
        facts += one.len() as u64;
    }
    assert!(
        facts > days * 20,
        "days on which something happens: {facts} facts"
    );
}

#[test]
fn another_seed_is_another_day() {
    assert_ne!(play(1), play(2));
}
