//! Least calls (最少接通): who handled the fewest calls within the window (R46-R50).
//!
//! A call counts when it lasted `min_handled` (R13), whichever queue it came from. The window slides: no status change
//! and no midnight sets a count to zero (R16, R48).

use super::{Order, Rings, Strategy, Text};
use crate::selection::Rank;

pub(super) const ROW: Strategy = Strategy {
    name: "least-calls",
    label: Text {
        zh: "最少接通",
        en: "Least calls",
    },
    advice: Text {
        zh: "通话次数最少者先接，适合按件考核；通话长短悬殊时请用最少时长。",
        en: "Even numbers of calls where people are judged by count; not where calls differ much in length.",
    },
    rings: Rings::One,
    order: Order::Ranked(|candidate| Rank(candidate.calls)),
    familiar: false,
    capped: false,
    counts: true,
    skilled: false,
};
