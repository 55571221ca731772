//! Least time (最少时长): who spent the least time on calls within the window (R51).
//!
//! Time is talk, hold and wrap-up of handled calls, of all queues, in the same window as least-calls.

use super::{Order, Rings, Strategy, Text};
use crate::selection::Rank;

pub(super) const ROW: Strategy = Strategy {
    name: "least-time",
    label: Text {
        zh: "最少时长",
        en: "Least time",
    },
    advice: Text {
        zh: "通话加话后总时长最少者先接，适合长短不一的业务；效率高的坐席会多接电话。",
        en: "Even minutes where calls differ in length; not where speed should not be answered with more calls.",
    },
    rings: Rings::One,
    order: Order::Ranked(|candidate| Rank(candidate.time)),
    familiar: false,
    capped: false,
    counts: true,
    skilled: false,
};
