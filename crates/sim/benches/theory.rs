//! The virtual hotline against queueing theory: a million calls through the whole engine for each of ten centres, five
//! without and five with patience, within 2 % of the closed forms.
//!
//! `cargo bench -p sim --bench theory` takes half an hour. Tells each figure with its standard error over twenty independent runs.
//! With `SIM_CALLS` for fewer calls, chance alone is more than 2 %: there the bound is four standard errors.
#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a bench reads its settings and tells"
)]

#[path = "../tests/support/trial.rs"]
mod trial;

use trial::{Trial, centres};

const CALLS_DEFAULT: u64 = 1_000_000;
const RUNS: u64 = 20;
const WITHIN: f64 = 0.02;

fn main() {
    let given = std::env::var("SIM_CALLS").ok();
    let calls = given
        .and_then(|it| it.parse().ok())
        .unwrap_or(CALLS_DEFAULT);
    println!(
        "agents  load  patience      figure      theory   simulated  difference  standard error"
    );
    let (mut worst, mut wrong) = (0.0_f64, 0);
    for (number, centre) in (1..).zip(centres()) {
        let trial = Trial::run(&centre, calls, RUNS, number * 1_000);
        let patience = centre
            .patience_s
            .map_or("-".to_owned(), |s| format!("{s} s"));
        for figure in trial.figures(&centre.long_run()) {
            println!(
                "{:>6}  {:4.2}  {patience:>8}  {:>10}  {:>10.4}  {:>10.4}  {:>+9.2} %  {:>13.2} %",
                centre.agents,
                centre.load(),
                figure.name,
                figure.theory,
                figure.simulated,
                figure.difference() * 100.0,
                figure.standard_error * 100.0
            );
            let may = if calls < CALLS_DEFAULT {
                4.0 * figure.standard_error
            } else {
                WITHIN
            };
            wrong += u32::from(figure.difference().abs() > may);
            worst = worst.max(figure.difference().abs());
        }
    }
    println!("the largest difference is {:.2} %", worst * 100.0);
    assert!(wrong == 0, "{wrong} figures are off by more than they may");
}
