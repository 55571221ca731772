//! Faults that other systems have had, planted here one at a time: the tests that should find each of them must fail.
//!
//! The table says what is changed and who finds it. `cargo xtask faults` plants them in a worktree of the last commit, beside
//! the house and never in it; a test of this crate holds that every fault can still be planted.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

/// A fault, and who finds it.
#[derive(Clone, Copy, Debug)]
pub struct Fault {
    /// What it is.
    pub name: &'static str,
    /// The file that is changed.
    pub file: &'static str,
    /// Text that stands there once.
    pub from: &'static str,
    /// What is put in its place.
    pub to: &'static str,
    /// Those who find it, each alone.
    pub found_by: &'static [Finder],
}

/// Tests that find a fault: those of one target whose names hold a text.
#[derive(Clone, Copy, Debug)]
pub struct Finder {
    /// The crate.
    pub package: &'static str,
    /// Its test target.
    pub target: &'static str,
    /// Part of their names.
    pub name: &'static str,
}

const fn rule(name: &'static str) -> Finder {
    Finder {
        package: "acd",
        target: "rules",
        name,
    }
}

/// Random streams of inputs against the invariants.
const STREAMS: Finder = rule("any_stream_keeps_the_invariants");

/// A simulated day with impatient callers, and agents who miss, decline, pause and lose their phones.
const WILD_DAY: Finder = Finder {
    package: "sim",
    target: "days",
    name: "a_wild_day_breaks_nothing",
};

/// All faults.
pub const FAULTS: &[Fault] = &[
    Fault {
        name: "distribution halts once all have been tried (R30)",
        file: "crates/acd/src/acd/pass.rs",
        from: "        caller.tried.clear();\n        caller.paused = false;\n",
        to: "        caller.paused = false;\n",
        found_by: &[rule("r30_"), rule("r09_the_tried_set")],
    },
    Fault {
        name: "the pointer of round-robin is an index (R33)",
        file: "crates/acd/src/queue/members.rs",
        from: "        self.next_seat = next_seat;\n",
        to: "        let _ = next_seat;\n",
        found_by: &[rule("r33_")],
    },
    Fault {
        name: "a reservation is lost: the offer is gone, its agent is not free (R10)",
        file: "crates/acd/src/acd/offers.rs",
        from: "            agent.bound = Bound::Free;\n",
        to: "            agent.backs_off &= true;\n",
        found_by: &[rule("r10_"), STREAMS, WILD_DAY],
    },
    Fault {
        name: "a break sets the count of calls to nothing (R48)",
        file: "crates/acd/src/acd/agents.rs",
        from: "        AgentState::Offline | AgentState::NotReady { .. } => agent.idle.stop(now),\n",
        to: "        AgentState::Offline | AgentState::NotReady { .. } => {\n            agent.calls = crate::agent::CallLog::default();\n            agent.idle.stop(now);\n        }\n",
        found_by: &[rule("r48_")],
    },
    Fault {
        name: "a caller who comes while all are free is in line and in no lane (R18)",
        file: "crates/acd/src/queue.rs",
        from: "        self.file(caller);\n    }\n\n    /// Takes a caller out",
        to: "    }\n\n    /// Takes a caller out",
        found_by: &[rule("r18_"), STREAMS, WILD_DAY],
    },
];

impl Fault {
    /// The file's text with the fault in it.
    ///
    /// # Errors
    /// The place is not there, or not the only one.
    pub fn planted(&self, text: &str) -> Result<String> {
        let places = text.matches(self.from).count();
        let (name, file) = (self.name, self.file);
        ensure!(
            places == 1,
            "{name}: {places} places in {file}, expected one"
        );
        Ok(text.replace(self.from, self.to))
    }
}

impl Finder {
    /// Runs the tests; whether they passed.
    fn pass(&self, root: &Path) -> Result<bool> {
        let run = Command::new("cargo")
            .args(["test", "-q", "-p", self.package, "--test", self.target])
            .arg(self.name)
            .env("PROPTEST_MAX_SHRINK_ITERS", "0")
            .current_dir(root)
            .output()
            .context("cargo does not start")?;
        let said = String::from_utf8_lossy(&run.stdout);
        // A fault that does not compile would be found by anybody, and a name that fits nothing passes.
        ensure!(
            said.contains("test result:") && !said.contains("running 0 tests"),
            "{}: no test of {} ran:\n{}",
            self.name,
            self.package,
            String::from_utf8_lossy(&run.stderr)
        );
        Ok(run.status.success())
    }
}

/// Plants each fault alone; gives a line for each finder. A worktree of the last commit is made at `place`.
///
/// # Errors
/// A fault cannot be planted or is not found, or a finder fails without it.
pub fn plant_all(root: &Path, place: &Path, tell: &mut dyn FnMut(String)) -> Result<()> {
    git(root, &["worktree", "add", "--detach", "--force"], place)?;
    let done = plant_each(place, tell);
    git(root, &["worktree", "remove", "--force"], place)?;
    done
}

fn plant_each(place: &Path, tell: &mut dyn FnMut(String)) -> Result<()> {
    for finder in FAULTS.iter().flat_map(|fault| fault.found_by) {
        ensure!(finder.pass(place)?, "{} fails without a fault", finder.name);
    }
    for fault in FAULTS {
        let path = place.join(fault.file);
        let sound = std::fs::read_to_string(&path)?;
        std::fs::write(&path, fault.planted(&sound)?)?;
        for finder in fault.found_by {
            ensure!(
                !finder.pass(place)?,
                "not found by {finder:?}: {}",
                fault.name
            );
            tell(format!("{}: found by {}", fault.name, finder.name));
        }
        std::fs::write(&path, sound)?;
    }
    Ok(())
}

fn git(root: &Path, arguments: &[&str], place: &Path) -> Result<()> {
    let done = Command::new("git")
        .args(arguments)
        .arg(place)
        .current_dir(root)
        .output()?;
    let said = String::from_utf8_lossy(&done.stderr);
    ensure!(done.status.success(), "git {}: {said}", arguments.join(" "));
    Ok(())
}
