//! Weighted random (加权随机): each candidate with the share of his weight (R53).
//!
//! The weight is the agent's in this queue; with weight 0 he is drawn only when nobody else can be.

use super::{Order, Rings, Strategy, Text};

pub(super) const ROW: Strategy = Strategy {
    name: "weighted-random",
    label: Text {
        zh: "加权随机",
        en: "Weighted random",
    },
    advice: Text {
        zh: "按权重分配比例，适合新人少接、骨干多接；人少时波动大。",
        en: "Gives newcomers fewer calls and veterans more, by share; not for a handful of agents, where chance weighs more than weights.",
    },
    rings: Rings::One,
    order: Order::Drawn(|candidate| candidate.weight),
    familiar: false,
    capped: false,
    counts: false,
    skilled: false,
};
