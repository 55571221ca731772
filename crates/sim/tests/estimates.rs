//! D16: how often the estimated wait comes true: of callers told a p50 half should have an agent by then, of those told a p80 four
//! fifths. The bench `estimates` measures all centres and makes the table of `docs/simulate.md`.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a wait that is not as told fails its test"
)]

use std::sync::Arc;

use estimate_cells::{Cell, missing, one, shared};
use queue_alone::Talk;
use sim::report::EstimateReport;
use sim::{Scenario, World, built_in, report};

#[path = "support/estimate_cells.rs"]
mod estimate_cells;
#[path = "support/queue_alone.rs"]
mod queue_alone;

/// A part of what the bench measures, of each kind one.
#[test]
fn d16_the_told_wait_comes_true_as_often_as_it_says() {
    let short = |mut cell: Cell, hours: f64, runs: u64| {
        (cell.centre.hours, cell.runs) = (hours, runs);
        cell
    };
    let patience = Some(300.0);
    let cells = [
        short(one(3, 0.9, Talk::Exponential, patience), 120.0, 1),
        short(one(10, 0.9, Talk::Lognormal, patience), 40.0, 1),
        short(one(40, 1.1, Talk::Lognormal, patience), 4.0, 1),
        short(one(10, 0.9, Talk::Fixed, None), 30.0, 1),
        short(missing(10, 1.1, Talk::Exponential), 15.0, 1),
        short(shared(3, 4, Talk::Lognormal), 40.0, 1),
    ];
    let wrong = cells.iter().filter_map(|cell| {
        let met = cell.measure();
        assert!(met.told > 1_000, "{}: {met:?}", cell.name);
        assert!(met.silent < met.told / 10, "{}: {met:?}", cell.name);
        cell.wrong(&met)
    });
    let wrong: Vec<String> = wrong.collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

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

/// The whole hotline shows the same in its report, as far as a day of it can tell.
#[test]
fn d16_the_report_tells_how_often_the_estimates_of_its_day_came_true() {
    for (agents, per_hour, patience_s) in [(3, 50, 600), (10, 180, 300), (10, 220, 120)] {
        let (estimate, table) = play(agents, per_hour, patience_s);
        let (p50, p80) = (estimate.met_p50.unwrap(), estimate.met_p80.unwrap());
        assert!(estimate.told > 50, "{estimate:?}");
        assert!(estimate.silent < estimate.told / 2, "{estimate:?}");
        assert!(
            (0.35..=0.65).contains(&p50) && (0.68..=0.92).contains(&p80),
            "{agents} {per_hour}: {estimate:?}"
        );
        assert!(table.contains("met by p80"), "{table}");
    }
}
