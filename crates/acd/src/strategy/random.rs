//! Random (随机振铃): each candidate with the same probability (R52, R54).
//!
//! No generator: the lot is computed from the decision's seed, so that a record can be replayed.

use super::{Order, Rings, Strategy, Text};

pub(super) const ROW: Strategy = Strategy {
    name: "random",
    label: Text {
        zh: "随机振铃",
        en: "Random",
    },
    advice: Text {
        zh: "无人能预知下一个是谁；长期均匀，一小时内不均匀。",
        en: "Nobody can foresee who is next; not where an hour must be even, since only the long run is.",
    },
    rings: Rings::One,
    order: Order::Drawn(|_| 1),
    familiar: false,
    capped: false,
    counts: false,
    skilled: false,
};
