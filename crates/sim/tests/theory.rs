//! The virtual hotline against queueing theory, in as many calls as a test has time for: every third centre, each figure within
//! five standard errors of the closed form and never half off.
//!
//! A million calls for each centre, and 2 %: `cargo bench -p sim --bench theory`.

#[path = "support/trial.rs"]
mod trial;

use trial::{Trial, centres};

const CALLS: u64 = 2_000;
const RUNS: u64 = 5;

#[test]
fn erlang_c_and_erlang_a_hold() {
    for (number, centre) in (1..).zip(centres()).step_by(3) {
        let trial = Trial::run(&centre, CALLS, RUNS, number * 1_000);
        for figure in trial.figures(&centre.long_run()) {
            let off = figure.difference().abs();
            let may = 5.0 * figure.standard_error;
            assert!(
                off < may && off < 0.5,
                "{centre:?}: {} is {} for {}, off by {off:.3}",
                figure.name,
                figure.simulated,
                figure.theory
            );
        }
    }
}
