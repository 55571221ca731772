//! The six strategies of a small house, with five agents and eight callers on real phones: whom they ring, in which order, is
//! read off the wire of the agents' phones.
//!
//! A story is a table of steps (`story`); an agent or a caller is told by his number, 1 the first. Agents come to work one after the
//! other, so that the first has been idle for longest (R4, R41). At its end nobody may have been rung beside those whom the
//! steps name.

mod story;

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};

use crate::baresip::Way;
use crate::patience::until;
use story::Step::{Dials, Leaves, Refuses, Rings, Takes, Talks};
use story::{AGENTS, CALLERS, Line, calls_of};

/// R20: phones that ring for one caller begin together.
const TOGETHER: Duration = Duration::from_millis(200);

/// 轮流振铃: each call begins at the first of the list.
#[test]
fn r27_r28_r29_linear_rings_the_first_who_is_free() {
    Line::tells(
        "strategy = \"linear\"",
        &[
            Dials(1, &[1]),
            Takes(1),
            Leaves(1),
            // R27: not the next one's turn, though 1 has just served.
            Dials(2, &[1]),
            Takes(1),
            // R28, and R29: who refuses is passed over.
            Dials(3, &[2]),
            Refuses(2),
            Rings(3, &[3]),
            Takes(3),
            Dials(4, &[4]),
            Takes(4),
            Dials(5, &[5]),
            Takes(5),
            // R6: agent 2 is left in peace, and nobody is free.
            Dials(6, &[]),
            Dials(7, &[]),
            Dials(8, &[]),
            Leaves(4),
            Rings(6, &[4]),
            Takes(4),
            Leaves(2),
            Rings(7, &[1]),
            Takes(1),
            Leaves(5),
            Rings(8, &[5]),
            Takes(5),
        ],
    );
}

/// 最少接通: the fewest calls, whoever has been idle for longest.
#[test]
fn r46_least_calls_rings_him_who_took_the_fewest() {
    Line::tells(
        "strategy = \"least-calls\"",
        &[
            // R4: none has taken any, and 1 has been idle for longest.
            Dials(1, &[1]),
            Takes(1),
            Dials(2, &[2]),
            Takes(2),
            Dials(3, &[3]),
            Takes(3),
            Dials(4, &[4]),
            Takes(4),
            Dials(5, &[5]),
            Takes(5),
            Leaves(1),
            Dials(6, &[1]),
            Takes(1),
            Leaves(6),
            Leaves(2),
            // R46: 1 has been idle for longer than 2, and has taken more.
            Dials(7, &[2]),
            Refuses(2),
            // R50: the second lowest.
            Rings(7, &[1]),
            Takes(1),
            Dials(8, &[]),
            Leaves(3),
            Rings(8, &[3]),
            Takes(3),
        ],
    );
}

/// 最近接通: the one who was connected last.
#[test]
fn r36_r37_r39_most_recent_rings_him_who_was_connected_last() {
    Line::tells(
        "strategy = \"most-recent\"",
        &[
            // R37: nobody has been connected, and 1 was the first to come.
            Dials(1, &[1]),
            Takes(1),
            Leaves(1),
            // R36.
            Dials(2, &[1]),
            Takes(1),
            Dials(3, &[2]),
            Takes(2),
            Dials(4, &[3]),
            Takes(3),
            Leaves(4),
            Leaves(3),
            Leaves(2),
            // 3 was connected after 2, who was connected after 1, whatever the order of their ends.
            Dials(5, &[3]),
            Takes(3),
            Dials(6, &[2]),
            // R39: a refusal connects nobody.
            Refuses(2),
            Rings(6, &[1]),
            Takes(1),
            Dials(7, &[4]),
            Takes(4),
            Dials(8, &[5]),
            Takes(5),
        ],
    );
}

/// 全部振铃: all ring together, the first to answer has the call, and the others are told so.
#[test]
fn r20_r22_r25_ring_all_rings_every_phone_that_is_free() {
    let line = Line::tells(
        "strategy = \"ring-all\"",
        &[
            Dials(1, &[1, 2, 3, 4, 5]),
            Takes(3),
            Dials(2, &[1, 2, 4, 5]),
            Takes(1),
            Dials(3, &[2, 4, 5]),
            Takes(2),
            Dials(4, &[4, 5]),
            Takes(5),
            Dials(5, &[4]),
            Takes(4),
            Dials(6, &[]),
            Dials(7, &[]),
            Dials(8, &[]),
            Leaves(2),
            Rings(6, &[1]),
            Takes(1),
            Leaves(4),
            Rings(7, &[5]),
            Takes(5),
            Leaves(6),
            Rings(8, &[1]),
            Takes(1),
        ],
    );
    let first: Vec<_> = line
        .phones
        .iter()
        .map(|phone| calls_of(phone, 1)[0].at)
        .collect();
    let spread = *first.iter().max().unwrap() - *first.iter().min().unwrap();
    assert!(spread <= TOGETHER, "R20: {spread:?}");
    for (agent, cancelled) in [(1, 1), (2, 2), (3, 0), (4, 4), (5, 3)] {
        let cancels = line.phones[agent - 1].messages(Way::In, "CANCEL");
        assert_eq!(cancels.len(), cancelled, "agent {agent}");
        for cancel in cancels {
            let reason = cancel.header("Reason").unwrap_or_default().to_owned();
            assert!(reason.contains("elsewhere"), "D29: {reason}");
        }
    }
}

/// 熟客识别: whoever served the caller before, alone; then the fall-back.
#[test]
fn r57_r61_r65_sticky_rings_him_who_knows_the_caller() {
    Line::tells(
        "strategy = \"sticky\"\nfallback = \"longest-idle\"\nsticky = { min_talk_s = 5 }",
        &[
            // R58: strangers, by the fall-back.
            Dials(1, &[1]),
            Takes(1),
            Dials(2, &[2]),
            Takes(2),
            Dials(3, &[3]),
            Takes(3),
            Talks(3),
            Leaves(1),
            Leaves(2),
            Leaves(3),
            // R57: 4 and 5 have been idle for longer.
            Dials(1, &[1]),
            Takes(1),
            Dials(2, &[2]),
            // R61: the fall-back at once.
            Refuses(2),
            Rings(2, &[4]),
            Takes(4),
            Talks(2),
            Leaves(2),
            // R65: who served him last is his agent from now on.
            Dials(2, &[4]),
            Takes(4),
            Dials(4, &[5]),
            Takes(5),
            Dials(5, &[3]),
            Takes(3),
            // His agent talks, and nobody else is free: he waits in his place.
            Dials(3, &[]),
            Dials(6, &[]),
            Leaves(5),
            Rings(3, &[3]),
            Takes(3),
            Dials(7, &[]),
            Leaves(4),
            Rings(6, &[5]),
            Takes(5),
            Dials(8, &[]),
            Leaves(1),
            Rings(7, &[1]),
            Takes(1),
        ],
    );
}

/// 随机振铃: one of those who are free, whom the record names, too.
#[test]
fn r52_r54_random_rings_whom_the_lot_names() {
    let mut line = Line::open("strategy = \"random\"");
    for caller in 1..=CALLERS {
        line.dials(caller);
        until(&format!("somebody is rung for caller {caller}"), || {
            line.rung().iter().any(|(whose, _)| *whose == caller)
        });
        let (_, agent) = *line.rung().last().unwrap();
        line.step(Takes(agent));
        line.step(Leaves(caller));
    }
    let rung = line.rung();
    assert_eq!(rung.len(), CALLERS, "one phone a caller: {rung:?}");
    // The newest first; the record of each decision names him whose phone rang, drawn from all five by a seed of its own.
    let calls = line.admin.read("/v1/calls");
    let calls = calls["items"].as_array().unwrap().iter().rev();
    let records: Vec<Value> = calls.map(|call| line.only_decision(call)).collect();
    for ((_, agent), record) in rung.iter().zip(&records) {
        assert_eq!(record["chosen"], json!([line.id_of(*agent)]), "{record}");
        assert_eq!(record["ranked"], AGENTS, "{record}");
    }
    let seeds: BTreeSet<u64> = records
        .iter()
        .map(|record| record["seed"].as_u64().unwrap())
        .collect();
    assert_eq!(seeds.len(), CALLERS, "{seeds:?}");
    line.ends();
}
