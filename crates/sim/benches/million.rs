//! A million calls through the whole engine (F12): INVITE, script, key, queue, decision, ring, answer, talk, BYE, facts, and
//! every fact audited. Tells time and memory at each tenth, so that growth shows; time is that of the processor, which a busy
//! machine falsifies less than that of the clock on the wall.
//!
//! `cargo bench -p sim --bench million`; `SIM_CALLS` for another number.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a bench reads its own time and memory, and tells"
)]

use std::sync::Arc;

use sim::{Progress, Scenario, Watch, World, built_in};

/// That of the binary.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const CALLS_DEFAULT: u64 = 1_000_000;
/// Calls of an hour.
const RATE: u64 = 1_000;

struct Tell {
    calls: u64,
    tenth: u64,
}

impl Watch for Tell {
    fn progress(&mut self, progress: Progress) {
        if progress.calls * 10 >= self.calls * (self.tenth + 1) {
            self.tenth += 1;
            self.tell(progress.calls);
        }
    }
}

impl Tell {
    fn tell(&self, calls: u64) {
        let seconds = processor_s();
        let each = seconds * 1e6 / calls as f64;
        println!(
            "{calls:>9} calls  {seconds:6.1} s  {each:5.1} µs each  {} MiB",
            memory_mib()
        );
    }
}

fn memory_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kib.unwrap_or_default() / 1_024
}

/// Processor time of this process: fields 14 and 15 of proc(5) `stat`, in hundredths of a second.
fn processor_s() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split_whitespace();
    let ticks: f64 = fields
        .skip(11)
        .take(2)
        .filter_map(|it| it.parse::<f64>().ok())
        .sum();
    ticks / 100.0
}

fn main() {
    let given = std::env::var("SIM_CALLS").ok();
    let calls = given
        .and_then(|it| it.parse().ok())
        .unwrap_or(CALLS_DEFAULT);
    let hours = calls as f64 / RATE as f64;
    let text = format!(
        r#"
        hours = {hours}
        [[callers]]
        number = "4000"
        keys = "1"
        arrivals = {{ poisson = {{ per_hour = {RATE} }} }}
        patience = {{ exponential = {{ mean_s = 180 }} }}
        talk = {{ exponential = {{ mean_s = 150 }} }}
        familiar = 0.3
        [[agents]]
        count = 50
        queues = ["support"]
        wrap_up = {{ exponential = {{ mean_s = 10 }} }}
        "#
    );
    let scenario = Arc::new(Scenario::parse(&text).expect("a scenario"));
    let config = built_in(None).expect("the built-in house");
    let world = World::new(&scenario, &config, 10_000).expect("they fit");
    let mut tell = Tell { calls, tenth: 0 };
    let report = world.run(&mut tell).expect("no invariant is broken");
    tell.tell(report.calls);
    let waits = report.all.wait_mean_ms.unwrap_or_default();
    println!(
        "{} answered, {waits:.0} ms mean wait",
        report.all.counts.answered
    );
}
