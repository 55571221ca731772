//! Least calls (最少接通): who handled the fewest calls within the window (R46-R50).
//!
//! A call counts when it lasted `min_handled` (R13), whichever queue it came from. The window slides: no status change
//! and no midnight sets a count to zero (R16, R48).

use super::{Rings, Strategy};
use crate::decision::scan;
use crate::selection::{Candidate, Rank, Selection};

pub(super) const ROW: Strategy = Strategy {
    name: "least-calls",
    zh: "最少接通",
    en: "Least calls",
    doc: "Even numbers of calls over the window, when calls are paid or judged by count.",
    rings: Rings::One,
    familiar: false,
    capped: false,
    rank,
    scan: |pool| scan(pool, rank),
};

fn rank(_: &Selection, candidate: &Candidate) -> Rank {
    Rank(i64::from(candidate.handled))
}
