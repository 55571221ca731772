//! The picture of a script: which exits tests took, and the graph that people look at (E21).

use std::collections::{BTreeMap, BTreeSet};

use ivr::{Chart, ChartHeat, ExitId};
use model::{NodeHeat, Way, WayHeat};
use speech::Language;

use crate::good_script::{GOOD, calendars, plan, script};

const TESTS: &str = r#"
[[test]]
name = "one"
press = ["1"]
queue = { support = "timeout" }
expect = ["menu welcome", "queue support", "hangup"]
"#;

/// The good script with tests; what they took.
fn tried(tests: &str) -> (Chart, BTreeSet<ExitId>) {
    let script = script("main", &format!("{GOOD}{tests}"));
    let (calendars, plan) = (calendars(), plan());
    let environment = ivr::Environment {
        calendars: &calendars,
        scripts: &BTreeMap::new(),
        plan: &plan,
    };
    let outcomes = ivr::test::run_all(&script, &environment);
    assert!(outcomes.iter().all(|it| it.passed), "{outcomes:?}");
    let taken = outcomes.into_iter().flat_map(|it| it.taken).collect();
    (Chart::of(&script), taken)
}

#[test]
fn e21_an_exit_is_tried_when_a_test_took_it() {
    let (chart, taken) = tried(TESTS);
    let told = |exits: Vec<&ivr::ChartExit>| {
        let lines = exits.iter();
        let lines = lines.map(|it| {
            format!(
                "{}:{} {} → {}",
                it.id.line,
                it.id.node,
                it.label(Language::English, " / "),
                it.to
            )
        });
        lines.collect::<Vec<_>>()
    };
    assert_eq!(
        told(chart.exits.iter().collect()),
        [
            "11:welcome presses 1 → agents",
            "12:welcome presses nothing that fits → bye",
            "16:agents waits in `support` for too long → bye",
            "17:agents nobody serves `support` / `support` is full / `support` is closed / a supervisor takes him out of `support` → bye",
        ]
    );
    assert_eq!(
        told(chart.untried(&taken).collect()),
        [
            "12:welcome presses nothing that fits → bye",
            "17:agents nobody serves `support` / `support` is full / `support` is closed / a supervisor takes him out of `support` → bye",
        ]
    );
    let (chart, taken) = tried("");
    assert_eq!(chart.untried(&taken).count(), 4);
}

#[test]
fn e21_the_graph_shows_what_no_test_has_tried() {
    let (chart, taken) = tried(TESTS);
    let graph = chart.mermaid(Language::Chinese, &taken, None);
    let expected = r##"flowchart TD
  n0(["menu welcome"])
  n1[["queue agents"]]
  n2[["hangup bye"]]
  n0 -->|"按 1"| n1
  n0 -.->|"不按键或按错键"| n2
  n1 -->|"在 #96;support#96; 等待超时"| n2
  n1 -.->|"#96;support#96; 无坐席签入 / #96;support#96; 已满 / #96;support#96; 已下班 / 被班长移出 #96;support#96;"| n2
"##;
    assert_eq!(graph, expected);
}

#[test]
fn e23_the_graph_shows_where_callers_go_and_where_they_hang_up() {
    let (chart, taken) = tried(TESTS);
    let words: Vec<&str> = chart.exits.iter().map(|exit| exit.word.as_str()).collect();
    assert_eq!(
        words,
        ["1", "failure", "timeout", "no_agents/full/closed/withdrawn"]
    );
    let ways = |visits: &[(Way, u64)]| NodeHeat {
        ways: visits
            .iter()
            .map(|(way, visits)| {
                let visits = *visits;
                (
                    way.clone(),
                    WayHeat {
                        visits,
                        ..WayHeat::default()
                    },
                )
            })
            .collect(),
        ..NodeHeat::default()
    };
    let exit = |word: &str| Way::Exit(word.to_owned());
    let heat = BTreeMap::from([
        (
            "welcome".to_owned(),
            ways(&[(exit("1"), 37), (Way::HungUp, 13)]),
        ),
        (
            "agents".to_owned(),
            ways(&[
                (Way::Answered, 30),
                (exit("no_agents"), 4),
                (exit("full"), 2),
                (exit("no_agents/full/closed/withdrawn"), 1),
            ]),
        ),
    ]);
    let graph = chart.mermaid(Language::English, &taken, Some(ChartHeat(&heat)));
    let expected = r##"flowchart TD
  n0(["menu welcome · 50 came, 26.0 % hung up"])
  style n0 fill:#f48a7a
  n1[["queue agents · 37 came, 0.0 % hung up"]]
  style n1 fill:#e6f4e1
  n2[["hangup bye"]]
  n0 -->|"presses 1 / 37"| n1
  n0 -.->|"presses nothing that fits / 0"| n2
"##;
    assert!(graph.starts_with(expected), "{graph}");
    // An exit that stands for several causes has all of their callers.
    assert!(
        graph.contains("takes him out of #96;support#96; / 7\"|"),
        "{graph}"
    );
}
