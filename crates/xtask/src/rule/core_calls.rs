//! Invariants 3 and 8, by source: clock reads, waits, threads, locks, sockets, files and random sources in core crates
//! number zero. Tests are free.

use super::{Rule, lines_with};
use crate::{Finding, House};

pub(super) const RULE: Rule = Rule {
    name: "core-calls",
    doc: "no core crate reads a clock, awaits, spawns, locks, opens a socket or a file, or draws a random number",
    check,
};

/// Words of code and what to do instead.
const BANNED: &[(&[&str], &str)] = &[
    (
        &[
            "Instant::now",
            "SystemTime::now",
            "Timestamp::now",
            "Zoned::now",
            "UNIX_EPOCH.elapsed",
        ],
        "reads a clock: `now` is an argument",
    ),
    (
        &[".await", "async fn", "async move", "async {"],
        "waits: return an output and handle the reply as an input",
    ),
    (
        &["spawn(", "thread::sleep", "thread::Builder"],
        "starts or stops a thread: the shell owns the threads",
    ),
    (
        &[
            "Mutex",
            "RwLock",
            "Condvar",
            "DashMap",
            "mpsc::channel",
            "mpsc::sync_channel",
        ],
        "locks: one loop owns this state",
    ),
    (
        &["UdpSocket", "TcpStream", "TcpListener", "UnixStream"],
        "opens a socket: sockets live in `net`",
    ),
    (
        &[
            "std::fs",
            "fs::read",
            "fs::write",
            "File::open",
            "File::create",
            "OpenOptions",
            "std::env",
            "process::Command",
        ],
        "touches files or the environment: the shell reads them and passes them in",
    ),
    (
        &[
            "thread_rng",
            "rand::",
            "getrandom",
            "RandomState::new",
            "OsRng",
        ],
        "draws a random number: a seed is an argument",
    ),
];

fn check(house: &House) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in house.cores().flat_map(|it| &it.sources) {
        for (words, advice) in BANNED {
            for word in *words {
                findings.extend(
                    lines_with(&source.product, word).map(|line| {
                        Finding::breach(&source.path, line, format!("`{word}` {advice}"))
                    }),
                );
            }
        }
    }
    findings
}
