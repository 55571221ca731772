//! Skills (技能优先): of those who have what the caller needs, the best first (R69-R71).
//!
//! What is needed stands in the script and in the queue's steps, whatever the strategy; this row puts higher levels first.
//! The fall-back strategy settles equal levels.

use super::{Order, Rings, Strategy, Text};

pub(super) const ROW: Strategy = Strategy {
    name: "skills",
    label: Text {
        zh: "技能优先",
        en: "Best skills first",
    },
    advice: Text {
        zh: "先找技能等级最高者，复杂业务一次办结；高手会一直忙，等级相近时不必用。",
        en: "The best for the caller first, for matters solved once by experts; not where levels hardly differ, since experts never rest.",
    },
    rings: Rings::One,
    order: Order::Fallback,
    familiar: false,
    capped: false,
    counts: false,
    skilled: true,
};
