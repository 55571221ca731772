//! Longest ready (最久待命): who has been ready for longest since his last call, break or wrap-up (B5).
//!
//! The other reading of "idle": a break, and a call of his own, send him to the end of the line. A missed offer does not.

use super::{Order, Rings, Strategy, Text};
use crate::selection::Rank;

pub(super) const ROW: Strategy = Strategy {
    name: "longest-ready",
    label: Text {
        zh: "最久待命",
        en: "Longest ready",
    },
    advice: Text {
        zh: "按本次示闲起算先来先接，适合轮班抢单；会让刚休息回来的坐席排到最后，要忙闲均匀请用最长空闲。",
        en: "First come, first served among agents, counted from becoming ready; not where breaks must cost nobody his turn.",
    },
    rings: Rings::One,
    order: Order::Ranked(|candidate| Rank(candidate.ready_since.get())),
    familiar: false,
    capped: false,
    counts: false,
    skilled: false,
};
