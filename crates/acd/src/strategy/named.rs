//! Named agent (定向分派): this one alone, because a script says so (B12). No queue's strategy, so not in the table.

use super::{Order, Rings, Strategy, Text};

pub(super) const ROW: Strategy = Strategy {
    name: "named",
    label: Text {
        zh: "定向分派",
        en: "Named agent",
    },
    advice: Text {
        zh: "脚本指定一位坐席，他忙时来电可为他等待；谁接都行时不用，以免旁人空闲而客户白等。",
        en: "A script names one agent, and the caller may wait for him; not where anybody would do, for the others stay idle.",
    },
    rings: Rings::One,
    order: Order::Fallback,
    familiar: false,
    capped: false,
    counts: false,
    skilled: false,
};
