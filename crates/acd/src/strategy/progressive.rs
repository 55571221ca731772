//! Progressive ringing (递增振铃): one phone rings, after a while a second one too, then a third (R55, R56).
//!
//! Whom it adds, the fall-back strategy says. A refusal brings the next one at once.

use super::{Order, Rings, Strategy, Text};

pub(super) const ROW: Strategy = Strategy {
    name: "progressive",
    label: Text {
        zh: "递增振铃",
        en: "Progressive",
    },
    advice: Text {
        zh: "先响一部，无人接再逐部加响，兼顾快接与少打扰；坐席应答都很快时用不上。",
        en: "Fast answers without ringing everybody at once; not needed where the first phone is nearly always answered.",
    },
    rings: Rings::OneByOne,
    order: Order::Fallback,
    familiar: false,
    capped: false,
    counts: false,
    skilled: false,
};
