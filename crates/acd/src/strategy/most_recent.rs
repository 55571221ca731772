//! Most recently connected (最近接通): who took the last call of this queue takes the next (R36-R39).
//!
//! It piles calls on one seat, hence the cap on calls in a row. Agents without any come last, by the time of signing in.

use super::{Order, Rings, Strategy, Text};
use crate::selection::{Candidate, Rank};

pub(super) const ROW: Strategy = Strategy {
    name: "most-recent",
    label: Text {
        zh: "最近接通",
        en: "Most recently connected",
    },
    advice: Text {
        zh: "让状态正热的坐席连续接，其余人做别的事；电话会堆到一人身上，仅宜短时溢出。",
        en: "Keeps the agents in the flow busy and leaves others free for other work; not for a whole day, since it piles calls on one seat.",
    },
    rings: Rings::One,
    order: Order::Ranked(rank),
    familiar: false,
    capped: true,
    counts: false,
    skilled: false,
};

fn rank(candidate: &Candidate) -> Rank {
    // Points in time are positive: all who were ever connected rank below zero, the newest lowest.
    match candidate.last_connected {
        Some(at) => Rank(at.get().saturating_neg()),
        None => Rank(candidate.signed_in.get()),
    }
}
