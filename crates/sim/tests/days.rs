//! Days in the virtual hotline: what happens in them is what a scenario says, and never anything that must not.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a day that does not go as told fails its test"
)]

use std::collections::BTreeMap;
use std::sync::Arc;

use model::{Fact, Timestamp};
use sim::{Report, Scenario, Watch, World, built_in};

/// What was told, by name.
#[derive(Default)]
struct Counts(BTreeMap<&'static str, u64>);

impl Watch for Counts {
    fn fact(&mut self, _: Timestamp, fact: &Fact) {
        *self.0.entry(fact.name()).or_default() += 1;
    }
}

impl Counts {
    fn of(&self, name: &str) -> u64 {
        self.0.get(name).copied().unwrap_or_default()
    }
}

/// Plays a day with the whole ACD checked after every step.
fn play(text: &str) -> (Report, Counts) {
    let scenario = Arc::new(Scenario::parse(text).unwrap());
    let mut counts = Counts::default();
    let world = World::new(&scenario, &built_in(None).unwrap(), 1).unwrap();
    let report = world
        .run(&mut counts)
        .unwrap_or_else(|failure| panic!("{failure}"));
    (report, counts)
}

#[test]
fn a_quiet_hour_is_served_whole() {
    let (report, counts) = play(
        r#"
        hours = 1
        [[callers]]
        number = "4000"
        keys = "1"
        arrivals = { times = { s = [10, 20, 300, 1000] } }
        talk = { fixed = { s = 60 } }
        [[agents]]
        count = 2
        queues = ["support"]
        "#,
    );
    assert_eq!(report.calls, 4);
    for (name, count) in [
        ("call.arrived", 4),
        ("ivr.key", 4),
        ("queue.joined", 4),
        ("call.connected", 4),
        ("call.ended", 4),
        ("offer.missed", 0),
        ("agent.registered", 2),
        ("agent.unregistered", 2),
    ] {
        assert_eq!(counts.of(name), count, "{name}: {:?}", counts.0);
    }
}

/// Impatient callers, agents who miss, decline, pause and lose their phones.
const WILD: &str = r#"
hours = 2
[[callers]]
number = "4000"
keys = "1"
arrivals = { poisson = { per_hour = 120 } }
patience = { exponential = { mean_s = 60 } }
talk = { lognormal = { mean_s = 90, sd_s = 60 } }
agent_hangs_up = 0.3
familiar = 0.5
customers = 20
vips = 0.2
withheld = 0.1
[[callers]]
number = "4001"
arrivals = { profile = { half_hours = [0, 20, 40, 0] } }
talk = { uniform = { min_s = 1, max_s = 40 } }
[[agents]]
count = 3
queues = ["support"]
shift = { from = "08:00", to = "09:45" }
breaks = [{ from = "08:30", length = { fixed = { s = 600 } }, spread_minutes = 10 }]
answer = { exponential = { mean_s = 4 } }
wrap_up = { exponential = { mean_s = 10 } }
miss = 0.1
decline = 0.1
crashes_per_hour = 1
[[agents]]
count = 1
first_login = 2001
queues = ["support"]
"#;

#[test]
fn a_wild_day_breaks_nothing() {
    let (report, counts) = play(WILD);
    assert!(report.calls > 200, "{report:?}");
    assert_eq!(counts.of("call.arrived"), counts.of("call.ended"));
    for name in [
        "offer.missed",
        "offer.declined",
        "offer.unreachable",
        "offer.cancelled",
        "queue.left",
        "call.identified",
        "agent.unregistered",
    ] {
        assert!(counts.of(name) > 0, "{name} never happened: {:?}", counts.0);
    }
}

#[test]
fn a_network_that_loses_doubles_and_delays_breaks_nothing() {
    for (seed, loss) in [(1, 0.02), (2, 0.1), (3, 0.3)] {
        let network = format!(
            "seed = {seed}\nnetwork = {{ delay_ms = 5, jitter_ms = 400, loss = {loss}, doubled = 0.05 }}\n"
        );
        let (report, counts) = play(&(network + WILD));
        assert!(report.calls > 50, "{report:?}");
        assert!(counts.of("call.connected") > 30, "{:?}", counts.0);
        assert_eq!(counts.of("call.arrived"), counts.of("call.ended"));
    }
}

#[test]
fn callers_who_wait_for_nobody_give_up_in_the_end() {
    let (report, counts) = play(
        r#"
        hours = 1
        [[callers]]
        number = "4001"
        arrivals = { poisson = { per_hour = 30 } }
        talk = { fixed = { s = 60 } }
        [[agents]]
        count = 1
        queues = ["support"]
        miss = 1
        "#,
    );
    assert!(report.calls > 10, "{report:?}");
    assert_eq!(counts.of("call.connected"), 0);
    assert_eq!(counts.of("queue.left"), report.calls);
}
