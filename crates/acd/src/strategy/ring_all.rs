//! Ring-all (全部振铃): every candidate's phone rings, the first answer wins (R20-R26).
//!
//! When more than `ring_max` could ring, the queue's fall-back strategy picks.

use super::{Order, Rings, Strategy, Text};

pub(super) const ROW: Strategy = Strategy {
    name: "ring-all",
    label: Text {
        zh: "全部振铃",
        en: "Ring all",
    },
    advice: Text {
        zh: "同一间屋的小团队等待最短；每次响铃打扰所有人，超过十人不宜。",
        en: "Shortest wait for a small team in one room; not for more than a handful, since every ring disturbs everybody.",
    },
    rings: Rings::All,
    order: Order::Fallback,
    familiar: false,
    capped: false,
    counts: false,
    skilled: false,
};
