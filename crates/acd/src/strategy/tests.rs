//! The table is complete, and each ordering in isolation.

use std::collections::BTreeSet;
use std::time::Duration;

use model::AgentId;

use super::*;
use crate::selection::Micros;

/// The names of the files beside the rows.
fn files() -> BTreeSet<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/strategy");
    let entries = std::fs::read_dir(folder).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let rust = names.filter_map(|name| name.strip_suffix(".rs").map(|stem| stem.replace('_', "-")));
    rust.filter(|name| name != "tests").collect()
}

/// The table, and the row that is a script's choice.
fn with_named() -> impl Iterator<Item = &'static Strategy> {
    all().iter().chain([named()])
}

/// B12: a queue that had a named agent as its strategy would not know whom.
#[test]
fn b12_no_queue_can_have_the_named_agent_as_its_strategy() {
    assert_eq!(find(named().name), None);
}

#[test]
fn every_file_has_its_row_and_every_row_its_file() {
    let rows: BTreeSet<String> = with_named().map(|row| row.name.to_owned()).collect();
    assert_eq!(rows, files());
    assert_eq!(rows.len(), with_named().count(), "a name twice");
}

/// R3: addresses of functions would differ from run to run.
#[test]
fn r03_a_row_is_told_by_its_name_alone() {
    assert_eq!(format!("{:?}", default()), "Strategy(longest-idle)");
}

#[test]
fn every_row_is_labelled_and_found_by_its_name() {
    for row in all() {
        assert_eq!(find(row.name), Some(row));
    }
    for row in with_named() {
        let Strategy { label, advice, .. } = row;
        let chinese = [label.zh, advice.zh].iter().all(|text| !text.is_ascii());
        let english = [label.en, advice.en].iter().all(|text| text.is_ascii());
        assert!(chinese && english, "{}", row.name);
        // When to use it, and when not.
        assert!(advice.zh.ends_with('。'), "{}", row.name);
        assert!(
            advice.en.ends_with('.') && advice.en.contains("; not "),
            "{}",
            row.name
        );
    }
    assert_eq!(find("Linear"), None);
    assert_eq!(default().name, "longest-idle");
    let labels: BTreeSet<_> = with_named().map(|row| row.label.zh).collect();
    assert_eq!(labels.len(), with_named().count(), "a label twice");
}

/// Four candidates by seat: calls, minutes, idle, ready, last connected, signed in.
fn candidates() -> [Candidate; 4] {
    let at = |seconds| Micros::from(Duration::from_secs(seconds));
    let facts = [
        (3, 9, 400, 410, Some(300), 10),
        (0, 20, 100, 430, None, 30),
        (5, 7, 300, 300, Some(200), 40),
        (0, 30, 200, 420, None, 20),
    ];
    let seated = |(seat, facts)| {
        let (calls, time, idle_since, ready_since, last_connected, signed_in) = facts;
        Candidate {
            agent: AgentId::new(1),
            seat,
            weight: seat + 1,
            calls,
            time,
            idle_since: at(idle_since),
            ready_since: at(ready_since),
            last_connected: last_connected_at(last_connected),
            signed_in: at(signed_in),
        }
    };
    let mut seat = 0;
    facts.map(|facts| {
        seat += 1;
        seated((seat - 1, facts))
    })
}

fn last_connected_at(seconds: Option<u64>) -> Option<Micros> {
    seconds.map(|seconds| Duration::from_secs(seconds).into())
}

#[test]
fn orders_by_seat() {
    for (name, expected) in [
        ("longest-idle", [1, 3, 2, 0]),
        ("longest-ready", [2, 0, 3, 1]),
        ("linear", [0, 1, 2, 3]),
        ("least-calls", [1, 3, 0, 2]),
        ("least-time", [2, 0, 1, 3]),
        ("most-recent", [0, 2, 3, 1]),
    ] {
        let Order::Ranked(rank) = find(name).unwrap().order else {
            panic!("{name} has no ranks");
        };
        let mut candidates = candidates();
        candidates.sort_by_key(rank);
        assert_eq!(
            candidates.map(|candidate| candidate.seat),
            expected,
            "{name}"
        );
    }
}

#[test]
fn lots_are_even_or_weighted() {
    for (name, expected) in [("random", [1, 1, 1, 1]), ("weighted-random", [1, 2, 3, 4])] {
        let Order::Drawn(share) = find(name).unwrap().order else {
            panic!("{name} draws no lots");
        };
        assert_eq!(
            candidates().map(|candidate| share(&candidate)),
            expected,
            "{name}"
        );
    }
}

#[test]
fn those_without_an_ordering_ask_the_fall_back() {
    let asking = all().iter().filter(|row| !row.orders());
    let names: Vec<_> = asking.map(|row| row.name).collect();
    assert_eq!(
        names,
        ["ring-all", "progressive", "skills", "sticky", "external"]
    );
}
