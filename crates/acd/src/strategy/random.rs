//! Random (随机振铃): each candidate with the same probability (R52, R54).
//!
//! No generator: the decision's seed is mixed with the agent's id, so that a record can be replayed and the order of the
//! candidates does not matter.

use super::{Rings, Strategy};
use crate::decision::scan;
use crate::seed;
use crate::selection::{Candidate, Rank, Selection};

pub(super) const ROW: Strategy = Strategy {
    name: "random",
    zh: "随机振铃",
    en: "Random",
    doc: "Nobody can foresee who is next. Even in the long run, uneven within an hour.",
    rings: Rings::One,
    familiar: false,
    capped: false,
    rank,
    scan: |pool| scan(pool, rank),
};

fn rank(selection: &Selection, candidate: &Candidate) -> Rank {
    Rank(seed::blend(selection.seed, candidate.agent.get()).cast_signed())
}
