//! D16: how often the estimated wait comes true, in centres of different loads.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a wait that is not as told fails its test"
)]

use std::sync::Arc;

use sim::report::EstimateReport;
use sim::{Scenario, World, built_in, report};

fn play(agents: u32, per_hour: u32, patience_s: u32) -> (EstimateReport, String) {
    let text = format!(
        r#"
        hours = 4
        [[callers]]
        number = "4001"
        arrivals = {{ poisson = {{ per_hour = {per_hour} }} }}
        patience = {{ exponential = {{ mean_s = {patience_s} }} }}
        talk = {{ lognormal = {{ mean_s = 180, sd_s = 140 }} }}
        [[agents]]
        count = {agents}
        queues = ["support"]
        answer = {{ fixed = {{ s = 3 }} }}
        wrap_up = {{ exponential = {{ mean_s = 15 }} }}
        "#
    );
    let scenario = Arc::new(Scenario::parse(&text).unwrap());
    let world = World::new(&scenario, &built_in(None).unwrap(), 1_000).unwrap();
    let played = world
        .run(&mut ())
        .unwrap_or_else(|failure| panic!("{failure}"));
    (played.estimates["support"], report::table(&played))
}

/// The estimate is careful: more than half have an agent by the p50, and more than four fifths by the p80. A change that makes it
/// promise too much, or nothing worth telling, fails here.
#[test]
fn d16_the_told_wait_comes_true_as_often_as_it_says() {
    for (agents, per_hour, patience_s) in [(3, 50, 600), (10, 180, 300), (10, 220, 120)] {
        let (estimate, table) = play(agents, per_hour, patience_s);
        let (p50, p80) = (estimate.met_p50.unwrap(), estimate.met_p80.unwrap());
        assert!(estimate.told > 50, "{estimate:?}");
        assert!(estimate.silent < estimate.told / 2, "{estimate:?}");
        assert!(
            (0.45..=0.85).contains(&p50),
            "{agents} {per_hour}: {estimate:?}"
        );
        assert!(
            (0.75..=0.97).contains(&p80),
            "{agents} {per_hour}: {estimate:?}"
        );
        assert!(table.contains("met by p80"), "{table}");
    }
}
