//! What became of one caller, and whether other rules would have been better for him.

use std::time::Duration;

use model::AgentId;
use model::fact::QueueExit;
use serde::{Deserialize, Serialize};

/// A difference in waiting that nobody notices, in ms.
const SAME_MS: u64 = 2_000;

/// How a caller's first wait ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// He still waited when the log ended.
    Waits,
    /// This agent answered.
    Answered(AgentId),
    /// He left without an agent.
    Left(QueueExit),
}

/// A caller's fate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fate {
    #[serde(skip)]
    since: Duration,
    /// How his first wait ended.
    pub how: How,
    /// How long it took, in ms.
    pub waited_ms: u64,
}

/// How a fate compares to another one of the same caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Turn {
    /// Answered where he was not, or at least 2 s sooner.
    Better,
    /// Neither.
    Same,
    /// Not answered where he was, or at least 2 s later.
    Worse,
}

impl Fate {
    pub(super) const fn waiting_since(since: Duration) -> Self {
        Self {
            since,
            how: How::Waits,
            waited_ms: 0,
        }
    }

    /// What ends his first wait counts, once.
    pub(super) fn settle(&mut self, now: Duration, how: How) {
        if self.how == How::Waits {
            self.how = how;
            let waited = now.saturating_sub(self.since);
            self.waited_ms = u64::try_from(waited.as_millis()).unwrap_or(u64::MAX);
        }
    }

    /// Whether an agent answered.
    #[must_use]
    pub const fn is_answered(&self) -> bool {
        matches!(self.how, How::Answered(_))
    }

    /// This fate, seen from another one.
    #[must_use]
    pub fn turn_from(&self, before: &Self) -> Turn {
        match (before.is_answered(), self.is_answered()) {
            (false, true) => Turn::Better,
            (true, false) => Turn::Worse,
            (false, false) => Turn::Same,
            (true, true) if self.waited_ms + SAME_MS <= before.waited_ms => Turn::Better,
            (true, true) if before.waited_ms + SAME_MS <= self.waited_ms => Turn::Worse,
            (true, true) => Turn::Same,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fate(how: How, waited_s: u64) -> Fate {
        let mut fate = Fate::waiting_since(Duration::from_secs(100));
        fate.settle(Duration::from_secs(100 + waited_s), how);
        fate.settle(Duration::from_secs(900), How::Waits);
        fate
    }

    #[test]
    fn an_answer_is_better_than_none_and_a_shorter_wait_than_a_longer_one() {
        let answered = |waited_s| fate(How::Answered(AgentId::new(1)), waited_s);
        let gone = |waited_s| fate(How::Left(QueueExit::Abandoned), waited_s);
        for (before, after, turn) in [
            (gone(30), answered(60), Turn::Better),
            (answered(60), gone(30), Turn::Worse),
            (gone(30), gone(90), Turn::Same),
            (answered(30), answered(28), Turn::Better),
            (answered(30), answered(29), Turn::Same),
            (answered(30), answered(31), Turn::Same),
            (answered(30), answered(32), Turn::Worse),
        ] {
            assert_eq!(after.turn_from(&before), turn, "{before:?} {after:?}");
        }
    }
}
