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

#[test]
fn every_file_has_its_row_and_every_row_its_file() {
    let rows: BTreeSet<String> = all().iter().map(|row| row.name.to_owned()).collect();
    assert_eq!(rows, files());
    assert_eq!(rows.len(), all().len(), "a name twice");
}

#[test]
fn every_row_is_labelled_and_found_by_its_name() {
    for row in all() {
        assert_eq!(find(row.name), Some(row));
        assert!(!row.zh.is_ascii() && row.en.is_ascii(), "{}", row.name);
        assert!(
            row.doc.ends_with('.') && !row.doc.contains('\n'),
            "{}",
            row.name
        );
    }
    assert_eq!(find("Linear"), None);
    assert_eq!(default().name, "longest-idle");
    let labels: BTreeSet<_> = all().iter().map(|row| row.zh).collect();
    assert_eq!(labels.len(), all().len(), "a label twice");
}

/// Four candidates by seat: (handled, idle since, last connected, signed in).
fn candidates() -> [Candidate; 4] {
    let at = |seconds| Micros::from(Duration::from_secs(seconds));
    [
        (3, 400, Some(300), 10),
        (0, 100, None, 30),
        (5, 300, Some(200), 40),
        (0, 200, None, 20),
    ]
    .map(
        |(handled, idle_since, last_connected, signed_in)| Candidate {
            agent: AgentId::new(1),
            seat: 0,
            handled,
            idle_since: at(idle_since),
            last_connected: last_connected.map(at),
            signed_in: at(signed_in),
        },
    )
}

#[test]
fn orders_by_seat() {
    let table = [
        ("longest-idle", [1, 3, 2, 0]),
        ("ring-all", [0, 1, 2, 3]),
        ("linear", [0, 1, 2, 3]),
        ("round-robin", [2, 3, 0, 1]),
        ("least-calls", [1, 3, 0, 2]),
        ("most-recent", [0, 2, 3, 1]),
        ("sticky", [0, 1, 2, 3]),
    ];
    let selection = Selection {
        seed: 1,
        next_seat: 2,
    };
    for (name, expected) in table {
        let rank = find(name).unwrap().rank;
        let mut seats: Vec<_> = (0..).zip(candidates()).collect();
        for (seat, candidate) in &mut seats {
            candidate.seat = *seat;
        }
        seats.sort_by_key(|(_, candidate)| rank(&selection, candidate));
        let order: Vec<u32> = seats.iter().map(|(seat, _)| *seat).collect();
        assert_eq!(order, expected, "{name}");
    }
}
