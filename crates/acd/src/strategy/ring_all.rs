//! Ring-all (全部振铃): every candidate's phone rings, the first answer wins (R20-R26).
//!
//! All are equal; when more than `ring_max` could ring, the queue's fall-back strategy picks.

use super::{Rings, Strategy};
use crate::decision::scan;
use crate::selection::{Candidate, Rank, Selection};

pub(super) const ROW: Strategy = Strategy {
    name: "ring-all",
    zh: "全部振铃",
    en: "Ring all",
    doc: "Shortest wait for a small team in one room; every ring disturbs everybody, so keep it to a handful of agents.",
    rings: Rings::All,
    familiar: false,
    capped: false,
    rank,
    scan: |pool| scan(pool, rank),
};

fn rank(_: &Selection, _: &Candidate) -> Rank {
    Rank(0)
}
