//! The part of an external decision (B15) in a why-record: what was answered, and how long it took.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What an external decision said of a caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct External {
    /// What became of the question.
    pub outcome: RouteOutcome,
    /// From the question to the answer, in ms.
    pub took_ms: u64,
}

/// What became of a question to an external decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RouteOutcome {
    /// It named agents.
    Named,
    /// It left the decision to us.
    LeftToUs,
    /// Its budget was over first.
    TimedOut,
    /// It could not be asked, or said what nobody understands.
    Failed,
    /// It was not asked: it had failed too often a moment ago.
    Resting,
}

impl RouteOutcome {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Named,
        Self::LeftToUs,
        Self::TimedOut,
        Self::Failed,
        Self::Resting,
    ];

    /// The word in facts and figures.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Named => "named",
            Self::LeftToUs => "left_to_us",
            Self::TimedOut => "timed_out",
            Self::Failed => "failed",
            Self::Resting => "resting",
        }
    }
}
