//! A share: a probability from 0 to 1, checked as it is read.

use serde::{Deserialize, Serialize};

/// A share.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Share(f64);

/// Why a number is no share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a share from 0 to 1")]
pub struct NotAShare;

impl Share {
    /// It never happens.
    pub const NONE: Self = Self(0.0);

    /// The probability.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }
}

impl TryFrom<f64> for Share {
    type Error = NotAShare;

    fn try_from(given: f64) -> Result<Self, NotAShare> {
        (0.0..=1.0)
            .contains(&given)
            .then_some(Self(given))
            .ok_or(NotAShare)
    }
}

impl From<Share> for f64 {
    fn from(share: Share) -> Self {
        share.0
    }
}
