//! Longest idle (最长空闲): who has been without a call for longest (R40-R44).
//!
//! Idle time runs from the end of the last handled call, breaks taken out; a missed or cancelled offer does not touch it.

use super::{Rings, Strategy};
use crate::decision::scan;
use crate::selection::{Candidate, Rank, Selection};

pub(super) const ROW: Strategy = Strategy {
    name: "longest-idle",
    zh: "最长空闲",
    en: "Longest idle",
    doc: "Spreads work evenly over a shift: the agent who has waited longest gets the call. Right for most queues.",
    rings: Rings::One,
    familiar: false,
    capped: false,
    rank,
    scan: |pool| scan(pool, rank),
};

fn rank(_: &Selection, candidate: &Candidate) -> Rank {
    Rank(candidate.idle_since.get())
}
