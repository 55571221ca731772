//! Round-robin with memory (记忆振铃): the next seat after the agent whom this queue offered a call last (R31-R35).
//!
//! The memory is the queue's fact "last offered", which names an agent and not an index; other queues do not move it.

use super::{Order, Rings, Strategy, Text};

pub(super) const ROW: Strategy = Strategy {
    name: "round-robin",
    label: Text {
        zh: "记忆振铃",
        en: "Round-robin",
    },
    advice: Text {
        zh: "依次轮流，一人一次，最易说明；只均次数，不均时长。",
        en: "Everybody in turn and easy to explain; not where minutes matter, since it is even in numbers only.",
    },
    rings: Rings::One,
    order: Order::Circular,
    familiar: false,
    capped: false,
    counts: false,
    skilled: false,
};
