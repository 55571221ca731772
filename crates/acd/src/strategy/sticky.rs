//! Familiar agent (熟客识别): the caller's own agent first, and alone; else the fall-back strategy (R57-R64).
//!
//! Who is familiar, and whether to wait for him, is settled before anybody is ranked (`familiar.rs`).

use super::{Order, Rings, Strategy, Text};

pub(super) const ROW: Strategy = Strategy {
    name: "sticky",
    label: Text {
        zh: "熟客识别",
        en: "Familiar agent",
    },
    advice: Text {
        zh: "老客户找回自己的专属坐席，其余由后备策略分配；客户不认人时白等。",
        en: "Callers who know their adviser reach him again if he is free soon; not where nobody cares who answers.",
    },
    rings: Rings::One,
    order: Order::Fallback,
    familiar: true,
    capped: false,
    counts: false,
    skilled: false,
};
