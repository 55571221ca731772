//! A simulated day in a real log, which is still being written while it is read.

use std::path::PathBuf;
use std::sync::Arc;

use model::{Fact, Timestamp};
use sim::{Scenario, Watch, World, built_in};
use store::FactLog;

use super::*;

const DAY: &str = r#"
hours = 1
[[callers]]
number = "4001"
arrivals = { poisson = { per_hour = 60 } }
patience = { exponential = { mean_s = 60 } }
talk = { exponential = { mean_s = 100 } }
[[agents]]
count = 2
queues = ["support"]
"#;

struct Writer(FactLog);

impl Watch for Writer {
    fn fact(&mut self, at: Timestamp, fact: &Fact) {
        self.0.append(at, vec![fact.clone()]).unwrap();
    }
}

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("trunkline-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Two days, each of a process of its own, as after a restart.
fn two_days(folder: &Folder) -> Writer {
    let mut writer = Writer(FactLog::open(&folder.0, 0).unwrap().0);
    for (seed, day) in [(1, "2026-11-23"), (2, "2026-11-24")] {
        let text = format!("seed = {seed}\nstart = \"{day}T08:00:00+08:00\"\n{DAY}");
        let scenario = Arc::new(Scenario::parse(&text).unwrap());
        let config = built_in(Some("random")).unwrap();
        let world = World::with_journal(&scenario, &config, 0).unwrap();
        world.run(&mut writer).unwrap();
    }
    writer
}

#[test]
fn r03_a_day_of_a_real_log_comes_out_as_it_was_while_the_log_is_written() {
    let folder = Folder::new("replay");
    let writer = two_days(&folder);
    for day in ["2026-11-23", "2026-11-24"] {
        let window = Window::of_day(day, "+08:00").unwrap();
        let replayed = read(&folder.0, window).unwrap();
        assert_eq!(replayed.decisions.difference, None, "{day}");
        assert!(replayed.decisions.made > 30, "{:?}", replayed.decisions);
        let same = replayed.compare(replayed.queues(), 1..3, |_| {}).unwrap();
        assert!(same.better.is_empty() && same.worse.is_empty(), "{day}");
    }
    drop(writer);
}

#[test]
fn days_of_which_nothing_is_known_are_refused() {
    let folder = Folder::new("replay-none");
    let _writer = two_days(&folder);
    for day in ["2026-11-20", "2026-12-24"] {
        let window = Window::of_day(day, "+08:00").unwrap();
        let told = match read(&folder.0, window) {
            Err(Failure::Refused(told)) => told,
            other => panic!("{:?}", other.map(|_| ())),
        };
        assert!(told.is_said_alike(), "{told:?}");
        assert!(told.en.contains("no facts"), "{told:?}");
    }
}
