//! Figures of days so small that everything can be counted by hand.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a figure that is not as counted fails its test"
)]

use std::sync::Arc;

use model::ServiceLevel;
use sim::{Report, Scenario, World, built_in, report};

/// One agent, who lets it ring for 3 s and files for 10 s, on a network without delay. Callers talk for a minute and wait
/// for half a minute at most.
const DAY: &str = r#"
title = "By hand <1>"
hours = 1
service_level_s = 20
short_abandon_s = 31
network = { delay_ms = 0, directory_ms = 0 }
[[callers]]
number = "4001"
arrivals = { times = { s = [100, 150, 170, 1900] } }
patience = { fixed = { s = 30 } }
talk = { fixed = { s = 60 } }
[[agents]]
count = 2
queues = ["support"]
answer = { fixed = { s = 3 } }
wrap_up = { fixed = { s = 10 } }
shift = { from = "08:01", to = "08:50" }
"#;

fn play(text: &str) -> Report {
    let scenario = Arc::new(Scenario::parse(text).unwrap());
    let world = World::new(&scenario, &built_in(Some("linear")).unwrap(), 1).unwrap();
    world
        .run(&mut ())
        .unwrap_or_else(|failure| panic!("{failure}"))
}

/// Alone, the agent talks from 103 to 163 and files until 173. The caller of 150 is rung for then, and answered at 176: he has
/// waited 26 s. The caller of 170 hangs up at 200. The caller of 1900 waits for 3 s.
#[test]
fn a_day_counted_by_hand() {
    let alone = DAY.replace("count = 2\n", "count = 1\n");
    let report = play(&alone);
    let all = &report.all;
    let counts = all.counts;
    assert_eq!(
        (counts.offered, counts.answered, counts.abandoned),
        (4, 3, 1),
        "{all:?}"
    );
    assert_eq!((counts.answered_in_t, counts.abandoned_in_t), (2, 0));
    assert_eq!(counts.short_abandons, 1);
    assert_eq!(all.wait_max_ms, 26_000);
    assert_eq!(all.wait_p50_ms, Some(3_000 + 7));
    assert_eq!(all.wait_mean_ms, Some(32_000.0 / 3.0));
    assert_eq!(all.abandon_mean_ms, Some(30_000.0));
    for (level, share) in [
        (ServiceLevel::OfAnswered, 2.0 / 3.0),
        (ServiceLevel::OfOffered, 0.5),
        (ServiceLevel::WithAbandonsInT, 0.5),
        (ServiceLevel::WithoutAbandonsInT, 0.5),
        (ServiceLevel::WithoutShortAbandons, 2.0 / 3.0),
    ] {
        assert_eq!(all.service_levels[&level], share, "{level:?}");
    }
    let agent = &report.agents[0];
    assert_eq!((agent.rings, agent.answered, agent.missed), (3, 3, 0));
    let times = (agent.ringing_ms, agent.talking_ms, agent.wrap_up_ms);
    assert_eq!(times, (9_000, 180_000, 30_000));
    let day: Vec<_> = report
        .day
        .iter()
        .map(|row| (row.from.as_str(), row.counts.offered))
        .collect();
    assert_eq!(day, [("08:00", 3), ("08:30", 1)]);
}

#[test]
fn shifts_bound_the_time_of_work() {
    let report = play(DAY);
    for agent in &report.agents {
        let worked = agent.ready_ms + agent.ringing_ms + agent.talking_ms + agent.wrap_up_ms;
        let shift = 49 * 60_000;
        assert!(worked.abs_diff(shift) < 100, "{agent:?}");
    }
}

#[test]
fn the_report_is_the_same_in_every_form() {
    let report = play(DAY);
    let json = serde_json::to_string(&report).unwrap();
    assert_eq!(serde_json::from_str::<Report>(&json).unwrap(), report);
    let (text, page) = (report::table(&report), report::page(&report));
    for level in ServiceLevel::ALL {
        let share = format!("{:.1} %", report.all.service_levels[&level] * 100.0);
        assert!(
            text.contains(level.formula()) && text.contains(&share),
            "{text}"
        );
        assert!(
            page.contains(level.formula()) && page.contains(&share),
            "{page}"
        );
    }
    assert!(
        page.contains("By hand &lt;1&gt;") && !page.contains("<1>"),
        "{page}"
    );
}

#[test]
fn the_page_needs_nothing_from_elsewhere() {
    let page = report::page(&play(DAY));
    for foreign in ["<script", "http:", "https:", "src=", "@import", "url("] {
        assert!(!page.contains(foreign), "{foreign}");
    }
    assert_eq!(page.matches("<svg").count(), page.matches("</svg>").count());
}
