//! Round-robin with memory (记忆振铃): the next seat after the agent whom this queue offered a call last (R31-R35).
//!
//! The memory is the queue's fact "last offered", which names an agent and not an index; other queues do not move it.

use super::{Rings, Strategy};
use crate::decision::scan;
use crate::selection::{Candidate, Rank, Selection};

pub(super) const ROW: Strategy = Strategy {
    name: "round-robin",
    zh: "记忆振铃",
    en: "Round-robin",
    doc: "Everybody in turn, one offer each, whoever answers: easy to explain and even in numbers, not in minutes.",
    rings: Rings::One,
    familiar: false,
    capped: false,
    rank,
    scan: |pool| scan(pool, rank),
};

fn rank(selection: &Selection, candidate: &Candidate) -> Rank {
    // Seats in front of `next_seat` wrap to the far end, in their order.
    Rank(i64::from(candidate.seat.wrapping_sub(selection.next_seat)))
}
