//! Scenarios: what is read, what is refused, and when callers come.

use super::callers::Coming;
use super::*;
use crate::random::{Random, Stream};

const SMALL: &str = r#"
[[callers]]
number = "4000"
arrivals = { poisson = { per_hour = 60 } }
talk = { fixed = { s = 60 } }
[[agents]]
count = 2
queues = ["support"]
"#;

/// The small one with something more on top.
fn with(more: &str) -> Result<Scenario, ScenarioError> {
    Scenario::parse(&format!("{more}\n{SMALL}"))
}

/// The small one with one text in place of another.
fn changed(from: &str, to: &str) -> Result<Scenario, ScenarioError> {
    assert!(SMALL.contains(from), "{from}");
    Scenario::parse(&SMALL.replace(from, to))
}

#[test]
fn a_small_scenario_has_defaults() {
    let small = with("").unwrap();
    assert_eq!((small.seed, small.days, small.hours), (1, 1, 10.0));
    assert_eq!(
        small.ends_at() - small.start.at,
        Duration::from_secs(36_000)
    );
    let logins: Vec<_> = small.agents[0].logins().collect();
    assert_eq!(logins, [1_001, 1_002]);
    let again = toml::to_string(&small).unwrap();
    assert_eq!(Scenario::parse(&again), Ok(small), "{again}");
}

#[test]
fn the_example_fits_the_built_in_house() {
    let example = Scenario::parse(Scenario::EXAMPLE).unwrap();
    let house = crate::built_in(None).unwrap();
    assert_eq!(example.check(&house), Ok(()));
}

#[test]
fn what_the_configuration_does_not_have_is_told() {
    let house = crate::built_in(None).unwrap();
    for (from, to, told) in [
        ("4000", "4999", "the number 4999"),
        ("[\"support\"]", "[\"sales\"]", "the queue sales"),
        (
            "{ poisson = { per_hour = 60 } }",
            "{ csv = { file = \"a.csv\" } }",
            "a.csv was not read",
        ),
    ] {
        let error = changed(from, to).unwrap().check(&house).unwrap_err();
        assert!(error.to_string().contains(told), "{told}: {error}");
    }
}

#[test]
fn mistakes_are_told() {
    for (scenario, told) in [
        (with("hour = 3"), "unknown field `hour`"),
        (with("hours = -1"), "`hours`"),
        (with("hours = 30\ndays = 2"), "at most 24 a day"),
        (with("days = 0"), "`days`"),
        (with("start = \"2026-11-23\""), "with its offset"),
        (with("[network]\nloss = 1.5"), "share from 0 to 1"),
        (changed("4000", "hotline"), "callers.number"),
        (changed("60 } }\ntalk", "-1 } }\ntalk"), "callers.arrivals"),
        (changed("count = 2", "count = 0"), "`agents`"),
        (changed("[\"support\"]", "[]"), "agents.queues"),
        (changed("[\"support\"]", "[\"support/0\"]"), "support/0"),
        (
            changed("count = 2", "count = 2\nmiss = 0.6\ndecline = 0.6"),
            "together with `miss`",
        ),
        (
            changed(
                "[[agents]]",
                "[[agents]]\ncount = 1\nqueues = [\"support\"]\n[[agents]]",
            ),
            "two agents have one login",
        ),
    ] {
        let error = scenario.unwrap_err().to_string();
        assert!(error.contains(told), "{told}: {error}");
    }
}

fn arrivals(scenario: &Scenario) -> Vec<Duration> {
    let mut random = Random::new(scenario.seed, Stream::Callers(0));
    let mut coming = Coming::new(&scenario.callers[0].arrivals);
    let start = scenario.start.at;
    let next = || coming.next(scenario, &scenario.callers[0].arrivals, &mut random);
    std::iter::from_fn(next).map(|at| at - start).collect()
}

#[test]
fn poisson_arrivals_have_their_rate_and_end_with_each_day() {
    let scenario = with("hours = 10\ndays = 20").unwrap();
    let at = arrivals(&scenario);
    let expected = 60.0 * 10.0 * 20.0;
    let count = at.len() as f64;
    assert!(
        (count - expected).abs() < 4.0 * f64::sqrt(expected),
        "{count}"
    );
    assert!(at.is_sorted());
    let within = at.iter().all(|at| at.as_secs() % 86_400 <= 36_000);
    assert!(within, "nobody comes at night");
}

#[test]
fn a_profile_gives_each_half_hour_its_calls() {
    let profile = "{ profile = { half_hours = [0, 3000, 0, 1000] } }";
    let scenario = changed("{ poisson = { per_hour = 60 } }", profile).unwrap();
    let mut counts = [0_u32; 21];
    for at in arrivals(&scenario) {
        counts[at.as_secs() as usize / 1_800] += 1;
    }
    assert_eq!((counts[0], counts[2]), (0, 0));
    assert_eq!(counts[4..].iter().sum::<u32>(), 0, "after the last row");
    assert!(counts[1].abs_diff(3_000) < 220, "{counts:?}");
    assert!(counts[3].abs_diff(1_000) < 130, "{counts:?}");
}

#[test]
fn given_times_come_in_order_on_each_day() {
    let times = "{ times = { s = [30, 10, 20.5] } }";
    let text = SMALL.replace("{ poisson = { per_hour = 60 } }", times);
    let scenario = Scenario::parse(&format!("days = 2\n{text}")).unwrap();
    let ms: Vec<_> = arrivals(&scenario)
        .iter()
        .map(Duration::as_millis)
        .collect();
    let day = 86_400_000;
    assert_eq!(
        ms,
        [
            10_000,
            20_500,
            30_000,
            day + 10_000,
            day + 20_500,
            day + 30_000
        ]
    );
}
