//! External decision (外部决策): a service of the house says which agents, in which order (B15); else the fall-back strategy.
//!
//! Who is asked, for how long he is waited for and when he is left alone is settled before anybody is ranked (`acd/external.rs`).

use super::{Order, Rings, Strategy, Text};

pub(super) const ROW: Strategy = Strategy {
    name: "external",
    label: Text {
        zh: "外部决策",
        en: "External decision",
    },
    advice: Text {
        zh: "业务系统按来电号码点名坐席，超时由后备策略分配；业务系统不稳定或并不比本地更懂来电时不用。",
        en: "A business system that knows the caller names the agents within a budget; not where it knows no more than the queue.",
    },
    rings: Rings::One,
    order: Order::Asked,
    familiar: false,
    capped: false,
    counts: false,
    skilled: false,
};
