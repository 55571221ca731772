//! Linear, top-down (轮流振铃 by its worked example): always from the first seat on (R27-R30).
//!
//! How far a caller has come down the list is his tried-set, not a pointer: a second caller starts at the top, and an
//! agent on break cannot halt anything.

use super::{Rings, Strategy};
use crate::decision::scan;
use crate::selection::{Candidate, Rank, Selection};

pub(super) const ROW: Strategy = Strategy {
    name: "linear",
    zh: "轮流振铃",
    en: "Linear (top-down)",
    doc: "A fixed order of seats: the first free one from the top gets the call. For a front desk with stand-ins.",
    rings: Rings::One,
    familiar: false,
    capped: false,
    rank,
    scan: |pool| scan(pool, rank),
};

fn rank(_: &Selection, candidate: &Candidate) -> Rank {
    Rank(i64::from(candidate.seat))
}
