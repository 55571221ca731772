//! Longest idle (最长空闲): who has been without a call for longest (R40-R44).
//!
//! Idle time runs from the end of the last handled call, breaks taken out; a missed or cancelled offer does not touch it.

use super::{Order, Rings, Strategy, Text};
use crate::selection::Rank;

pub(super) const ROW: Strategy = Strategy {
    name: "longest-idle",
    label: Text {
        zh: "最长空闲",
        en: "Longest idle",
    },
    advice: Text {
        zh: "多数队列首选：谁空闲最久先接谁，忙闲均匀；按件计酬时改用最少接通。",
        en: "Right for most queues, since it spreads the work evenly over a shift; not where calls are paid by number.",
    },
    rings: Rings::One,
    order: Order::Ranked(|candidate| Rank(candidate.idle_since.get())),
    familiar: false,
    capped: false,
    counts: false,
    skilled: false,
};
