//! Most recently connected (最近接通): who took the last call of this queue takes the next (R36-R39).
//!
//! It piles calls on one seat, hence the cap on calls in a row. Agents without any come last, by the time of signing in.

use super::{Rings, Strategy};
use crate::decision::scan;
use crate::selection::{Candidate, Rank, Selection};

pub(super) const ROW: Strategy = Strategy {
    name: "most-recent",
    zh: "最近接通",
    en: "Most recently connected",
    doc: "Keeps the agents who are in the flow busy and leaves the others free for other work. Piles calls on one seat.",
    rings: Rings::One,
    familiar: false,
    capped: true,
    rank,
    scan: |pool| scan(pool, rank),
};

fn rank(_: &Selection, candidate: &Candidate) -> Rank {
    // Points in time are positive: all who were ever connected rank below zero, the newest lowest.
    match candidate.last_connected {
        Some(at) => Rank(at.get().saturating_neg()),
        None => Rank(candidate.signed_in.get()),
    }
}
