//! A fact that the database refuses holds up nothing.

use std::path::PathBuf;

use model::{CallId, Caller, Fact, Timestamp};
use store::FactLog;
use web::{EventHub, HubSettings};

use super::*;
use crate::fan_out::FanOut;
use crate::vital::Vitals;

/// A folder that goes with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("trunkline-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    async fn database(&self) -> Database {
        let url = format!("sqlite://{}", self.0.join("test.db").display());
        Database::open(&url, "CN").await.unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _left_behind = std::fs::remove_dir_all(&self.0);
    }
}

fn arrived(call: u64) -> Fact {
    Fact::CallArrived {
        call: CallId::new(call),
        caller: Caller::new("100", None),
        called: "4000".into(),
        sip_call_id: "x".into(),
        agent: None,
        direction: model::fact::Direction::In,
        trunk: None,
        diverted_from: None,
    }
}

fn desk_loop(log: FactLog, database: Database) -> DeskLoop {
    let reader = log.reader();
    let hub = EventHub::new(HubSettings::default(), Box::new(|_, _| Vec::new()));
    let (facts, fan_out) = FanOut::start(log, hub, Vitals::new().pulse("log")).unwrap();
    DeskLoop {
        database,
        reader,
        reached: fan_out.reached(),
        facts,
        clock: Clock::start(),
        utc_offset_min: 0,
        set_aside: Arc::default(),
    }
}

#[tokio::test]
async fn a_fact_that_the_database_refuses_is_set_aside_and_the_next_ones_are_applied() {
    let folder = Folder::new("set-aside");
    let (mut log, _report) = FactLog::open(&folder.0.join("facts"), 0).unwrap();
    let calls = (1..=5).map(arrived).collect();
    log.append(Timestamp::from_ms(1), calls).unwrap();
    let database = folder.database().await;
    let desk_loop = desk_loop(log, database.clone());
    // The database has none; from 3 on, the first does not follow on what it has, and it says so each time.
    let caught_up = desk_loop.catch_up(2).await;
    assert_eq!(
        caught_up,
        CaughtUp {
            applied: 5,
            is_complete: true
        }
    );
    assert_eq!(desk_loop.set_aside.load(Ordering::Relaxed), 1);
    assert_eq!(database.applied_seq().await.unwrap(), 5);
    for (call, is_known) in [(3, false), (4, true), (5, true)] {
        let found = database.call(CallId::new(call)).await.unwrap();
        assert_eq!(found.is_some(), is_known, "call {call}");
    }
}

#[tokio::test]
async fn an_ill_database_costs_no_fact_and_does_not_hold_up_the_start() {
    let folder = Folder::new("ill");
    let (mut log, _report) = FactLog::open(&folder.0.join("facts"), 0).unwrap();
    log.append(Timestamp::from_ms(1), vec![arrived(1)]).unwrap();
    let database = folder.database().await;
    let desk_loop = desk_loop(log, database.clone());
    database.close().await;
    let started = Instant::now();
    let caught_up = desk_loop.catch_up(0).await;
    assert_eq!(
        caught_up,
        CaughtUp {
            applied: 0,
            is_complete: false
        }
    );
    assert_eq!(desk_loop.set_aside.load(Ordering::Relaxed), 0);
    assert!(started.elapsed() < STUCK_MAX * 2);
}
