//! Linear, top-down (轮流振铃 by its worked example): always from the first seat on (R27-R30).
//!
//! How far a caller has come down the list is his tried-set, not a pointer: a second caller starts at the top, and an
//! agent on break cannot halt anything.

use super::{Order, Rings, Strategy, Text};
use crate::selection::Rank;

pub(super) const ROW: Strategy = Strategy {
    name: "linear",
    label: Text {
        zh: "轮流振铃",
        en: "Linear (top-down)",
    },
    advice: Text {
        zh: "固定次序，首席先接、替补在后，适合前台；不适合要求工作量均匀的团队。",
        en: "A fixed order for a front desk with stand-ins; not for a team whose work is to be even.",
    },
    rings: Rings::One,
    order: Order::Ranked(|candidate| Rank(i64::from(candidate.seat))),
    familiar: false,
    capped: false,
    counts: false,
    skilled: false,
};
