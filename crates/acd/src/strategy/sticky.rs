//! Familiar agent (熟客识别): the caller's own agent first, and alone; else the fall-back strategy (R57-R64).
//!
//! Who is familiar, and whether to wait for him, is settled before anybody is ranked (`familiar.rs`); when this ordering
//! is asked, the familiar agent is the only candidate.

use super::{Rings, Strategy};
use crate::decision::scan;
use crate::selection::{Candidate, Rank, Selection};

pub(super) const ROW: Strategy = Strategy {
    name: "sticky",
    zh: "熟客识别",
    en: "Familiar agent",
    doc: "Callers who know their adviser reach him again, if he is free soon; the fall-back serves all others.",
    rings: Rings::One,
    familiar: true,
    capped: false,
    rank,
    scan: |pool| scan(pool, rank),
};

fn rank(_: &Selection, _: &Candidate) -> Rank {
    Rank(0)
}
