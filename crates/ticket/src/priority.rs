//! Priority: 1 is the highest, 5 the lowest, 3 what a call begins with.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How pressing a ticket is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Priority(u8);

/// A number that is no priority.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is no priority: expected 1 (highest) to 5 (lowest)")]
pub struct NotAPriority(u8);

impl Priority {
    /// What a ticket has until somebody weighs impact and urgency.
    pub const NORMAL: Self = Self(3);

    /// From 1 (highest) to 5 (lowest).
    pub fn new(level: u8) -> Result<Self, NotAPriority> {
        if (1..=5).contains(&level) {
            Ok(Self(level))
        } else {
            Err(NotAPriority(level))
        }
    }

    /// All of them, the highest first.
    pub fn all() -> impl Iterator<Item = Self> {
        (1..=5).map(Self)
    }

    /// 1 highest … 5 lowest.
    pub const fn level(self) -> u8 {
        self.0
    }
}

impl fmt::Display for Priority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl TryFrom<u8> for Priority {
    type Error = NotAPriority;
    fn try_from(level: u8) -> Result<Self, NotAPriority> {
        Self::new(level)
    }
}

impl From<Priority> for u8 {
    fn from(priority: Priority) -> Self {
        priority.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_to_five_and_nothing_else() {
        let good: Vec<u8> = (0..=u8::MAX)
            .filter(|level| Priority::new(*level).is_ok())
            .collect();
        assert_eq!(good, [1, 2, 3, 4, 5]);
        assert_eq!(serde_json::from_str::<Priority>("2").unwrap().level(), 2);
        assert!(serde_json::from_str::<Priority>("6").is_err());
    }
}
