//! The part of progressive ringing (B10) in a why-record: how probably the phones that ring are answered.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What was to be expected of the phones that rang for a caller, in percent: who is known by a few rings is not
/// known better.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Odds {
    /// That one of them is answered before the next phone is due.
    pub answer: u8,
    /// From when on none is added to them.
    pub stop_at: u8,
}

impl Odds {
    /// From probabilities; what is decided by them is what the record says.
    pub fn new(answer: f64, stop_at: f64) -> Self {
        Self {
            answer: percent(answer),
            stop_at: percent(stop_at),
        }
    }

    /// Whether they are enough.
    pub const fn will_do(self) -> bool {
        self.answer >= self.stop_at
    }
}

/// Rounded down: a promise that is not quite good enough is none.
fn percent(probability: f64) -> u8 {
    // Nine tenths are no sum of powers of two.
    (probability.clamp(0.0, 1.0) * 100.0 + 1e-6) as u8
}
