//! How often the estimated wait comes true (D16), in all centres that are measured; the table of `docs/simulate.md`.
//!
//! `cargo bench -p sim --bench estimates` fails when one of them is outside the fence: 50 % ± 7 and 80 % ± 5.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a bench tells, and may fail loudly"
)]

#[path = "../tests/support/estimate_cells.rs"]
mod estimate_cells;
#[path = "../tests/support/queue_alone.rs"]
mod queue_alone;

use estimate_cells::{missing, one, shared};
use queue_alone::Talk;

const TALKS: [Talk; 3] = [Talk::Exponential, Talk::Lognormal, Talk::Fixed];

fn main() {
    let mut cells = Vec::new();
    for agents in [3, 10, 40] {
        for load in [0.7, 0.9, 1.1] {
            for talk in TALKS {
                cells.push(one(agents, load, talk, Some(300.0)));
                cells.push(one(agents, load, talk, None));
                cells.push(missing(agents, load, talk));
            }
        }
    }
    for (alone, both) in [(0, 10), (6, 8), (3, 4)] {
        cells.extend(TALKS.map(|talk| shared(alone, both, talk)));
    }
    let mut wrong = Vec::new();
    for cell in &cells {
        let met = cell.measure();
        let (p50, p80) = met.shares();
        println!(
            "| {} | {} | {} | {p50:.1} % | {p80:.1} % |",
            cell.name, met.told, met.silent
        );
        wrong.extend(cell.wrong(&met));
    }
    println!(
        "{} of {} centres outside the fence: {wrong:#?}",
        wrong.len(),
        cells.len()
    );
    if !wrong.is_empty() {
        std::process::exit(1);
    }
}
