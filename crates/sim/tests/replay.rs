//! A day played again from its log: as it was, bit for bit, and as it would have been.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a day that does not come out as it was fails its test"
)]

#[path = "support/log.rs"]
mod log;

use std::time::Duration;

use log::{Log, hour};
use model::{Fact, FactRecord, Timestamp};
use sim::report::comparison;
use sim::{Replay, ReplayError, Replayed, Window};

fn window() -> Window {
    Window::of_day("2026-11-23", "+08:00").unwrap()
}

fn read(records: &[FactRecord], window: Window) -> Result<Replayed, ReplayError> {
    let mut replay = Replay::new(window);
    for record in records {
        if !replay.fact(record)? {
            break;
        }
    }
    replay.close()
}

/// From 08:20 to 08:40: callers wait, talk and are filed as it begins and as it ends.
fn middle() -> Window {
    let minutes = |at: Timestamp, minutes: u64| {
        let at = Duration::from(at) + Duration::from_secs(minutes * 60);
        Timestamp::from(at)
    };
    let from = minutes(window().from, 8 * 60 + 20);
    Window {
        from,
        to: minutes(from, 20),
        ..window()
    }
}

#[test]
fn r03_every_decision_of_a_day_comes_out_bit_for_bit() {
    for strategy in acd::strategy::all() {
        let log = hour(7, strategy.name);
        let decisions = read(&log.records, window()).unwrap().decisions;
        assert_eq!(decisions.difference, None, "{}", strategy.name);
        let made = log.records.iter();
        let made = made.filter(|record| matches!(record.fact, Fact::OfferMade { .. }));
        assert_eq!(decisions.made, made.count() as u64);
        assert!(decisions.made > 100, "{decisions:?}");
    }
}

#[test]
fn r03_a_decision_that_was_changed_in_the_log_is_found() {
    let mut log = hour(1, "random");
    let offers = log
        .records
        .iter_mut()
        .filter_map(|record| match &mut record.fact {
            Fact::OfferMade { decision, .. } => Some((record.at, decision)),
            _ => None,
        });
    let (at, decision) = offers.into_iter().nth(40).unwrap();
    decision.seed ^= 1;
    let found = read(&log.records, window()).unwrap().decisions;
    let difference = found.difference.clone().unwrap();
    assert_eq!(difference.at, at);
    assert!(difference.what.contains("`seed`"), "{difference:?}");
    assert!(comparison::verdict(&found).contains("`seed`"));
}

#[test]
fn r03_an_entry_that_is_missing_in_the_journal_is_found() {
    let log = hour(2, "longest-idle");
    let answered = log.records.iter().filter(
        |record| matches!(&record.fact, Fact::AcdTold { entry, .. } if entry.contains("answered")),
    );
    let lost = answered.map(|record| record.seq).nth(20).unwrap();
    let rest: Vec<_> = log
        .records
        .into_iter()
        .filter(|it| it.seq != lost)
        .collect();
    let decisions = read(&rest, window()).unwrap().decisions;
    assert!(decisions.difference.is_some());
}

#[test]
fn under_the_rules_of_the_day_nobody_fares_otherwise() {
    for (seed, strategy) in [
        (1, "longest-idle"),
        (2, "ring-all"),
        (3, "sticky"),
        (4, "random"),
    ] {
        let log = hour(seed, strategy);
        for window in [window(), middle()] {
            let day = read(&log.records, window).unwrap();
            let same = day.compare(day.queues(), 1..4, |_| {}).unwrap();
            assert_eq!(same.changes, Vec::<String>::new());
            assert_eq!(
                (same.better.as_slice(), same.worse.as_slice()),
                (&[][..], &[][..]),
                "{strategy}"
            );
            for row in &same.all.rows {
                let after = row.after.map(|it| (it.low, it.high));
                assert_eq!(
                    after,
                    row.before.map(|it| (it, it)),
                    "{strategy} {}",
                    row.name
                );
            }
            assert!(same.all.before.counts.offered > 30, "{:?}", same.all.before);
        }
    }
}

#[test]
fn a_shorter_wrap_up_serves_more_callers_sooner() {
    let log = hour(5, "longest-idle");
    let day = read(&log.records, window()).unwrap();
    let mut queues = day.queues().clone();
    queues.get_mut("support").unwrap().wrap_up = Duration::ZERO;
    let mut played = 0;
    let other = day.compare(&queues, 1..11, |done| played = done).unwrap();
    assert_eq!((played, other.seeds.len()), (10, 10));
    assert_eq!(other.changes, ["support: wrap_up 30s → 0ns"]);
    let row = |name: &str| other.all.rows.iter().find(|row| row.name == name).unwrap();
    let offered = row("offered");
    assert_eq!(offered.before, offered.after.map(|it| it.median));
    for name in ["abandoned", "wait mean"] {
        let row = row(name);
        assert!(row.after.unwrap().median < row.before.unwrap(), "{row:?}");
    }
    assert!(
        other.better.len() > 3 * other.worse.len(),
        "{} {}",
        other.better.len(),
        other.worse.len()
    );
    let (text, page) = (comparison::table(&other), comparison::page(&other));
    for words in [
        "bit for bit",
        "wrap_up 30s",
        "would have been",
        "fare better",
    ] {
        assert!(text.contains(words), "{words}: {text}");
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("http"), "nothing from elsewhere");
}

#[test]
fn other_lots_give_a_range_and_the_same_lots_the_same() {
    let log = hour(6, "longest-idle");
    let day = read(&log.records, window()).unwrap();
    let mut queues = day.queues().clone();
    let queue = queues.get_mut("support").unwrap();
    queue.strategy = acd::strategy::find("linear").unwrap();
    let play = |seeds: std::ops::Range<u64>| day.compare(&queues, seeds, |_| {}).unwrap();
    assert_eq!(play(1..9), play(1..9));
    let mean = |of: &comparison::Comparison| {
        let row = of.all.rows.iter().find(|row| row.name == "wait mean");
        row.unwrap().after.unwrap()
    };
    let range = mean(&play(1..9));
    assert!(
        range.low < range.median && range.median < range.high,
        "{range:?}"
    );
}

#[test]
fn what_cannot_be_played_again_is_said() {
    let log = hour(8, "longest-idle");
    let other_day = Window::of_day("2026-11-25", "+08:00").unwrap();
    assert_eq!(
        read(&log.records, other_day).unwrap_err(),
        ReplayError::NoFacts
    );
    let plain: Vec<_> = log
        .records
        .iter()
        .filter(|it| it.fact.name() != "acd.told")
        .cloned()
        .collect();
    assert_eq!(read(&plain, window()).unwrap_err(), ReplayError::NoJournal);
    let day = read(&log.records, window()).unwrap();
    let error = day.compare(&Default::default(), 1..2, |_| {}).unwrap_err();
    assert_eq!(error, ReplayError::UnknownQueue("support".into()));
    let Log { mut records } = log;
    let first = records
        .iter_mut()
        .find(|it| it.fact.name() == "acd.told")
        .unwrap();
    first.fact = Fact::AcdTold {
        ns: 0,
        entry: "{}".to_owned(),
    };
    let seq = first.seq;
    let error = read(&records, window()).unwrap_err().to_string();
    assert!(error.starts_with(&format!("fact {seq}: ")), "{error}");
}
