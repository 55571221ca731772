//! How pressing a ticket is (A5): impact × urgency by the matrix, until somebody sets the priority by hand.

use serde::{Deserialize, Serialize};

use super::part::Handling;
use super::{Around, Refused};
use crate::clock::ClockKind;
use crate::priority::Priority;

/// 1 highest, 3 lowest: of impact a whole service, several, one person; of urgency stopped, hindered, can wait.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub enum Level {
    /// 1.
    High,
    /// 2.
    #[default]
    Middle,
    /// 3.
    Low,
}

/// A number that is no level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is no level: expected 1 (highest) to 3 (lowest)")]
pub struct NotALevel(u8);

impl TryFrom<u8> for Level {
    type Error = NotALevel;
    fn try_from(level: u8) -> Result<Self, NotALevel> {
        match level {
            1 => Ok(Self::High),
            2 => Ok(Self::Middle),
            3 => Ok(Self::Low),
            _ => Err(NotALevel(level)),
        }
    }
}

impl From<Level> for u8 {
    fn from(level: Level) -> Self {
        match level {
            Level::High => 1,
            Level::Middle => 2,
            Level::Low => 3,
        }
    }
}

/// How pressing a ticket is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Weight {
    /// Whom it touches.
    pub impact: Level,
    /// How long it can wait.
    pub urgency: Level,
    /// What comes of both, or was set by hand.
    pub priority: Priority,
    /// Set by hand: the matrix does not touch it.
    pub locked: bool,
    /// Read by few (保密).
    pub sensitive: bool,
}

impl Default for Weight {
    /// As calls begin: nobody has weighed anything.
    fn default() -> Self {
        Self {
            impact: Level::Middle,
            urgency: Level::Middle,
            priority: Priority::NORMAL,
            locked: false,
            sensitive: false,
        }
    }
}

/// The matrix: impact and urgency add up, 1·1 is P1 and 3·3 is P5.
pub(super) fn matrix(impact: Level, urgency: Level) -> Priority {
    let sum = u8::from(impact) + u8::from(urgency);
    Priority::new(sum.saturating_sub(1)).unwrap_or(Priority::NORMAL)
}

impl Handling {
    /// T30: the matrix gives another priority, unless one was set by hand.
    pub(super) fn weigh(
        &mut self,
        impact: Level,
        urgency: Level,
        around: &Around<'_>,
    ) -> Result<(), Refused> {
        (self.weight.impact, self.weight.urgency) = (impact, urgency);
        if !self.weight.locked {
            self.prioritise(matrix(impact, urgency), around);
        }
        Ok(())
    }

    /// T30: by hand, with its reason.
    pub(super) fn set_priority(
        &mut self,
        priority: Priority,
        reason: &str,
        around: &Around<'_>,
    ) -> Result<(), Refused> {
        super::text(reason)?;
        self.weight.locked = true;
        self.prioritise(priority, around);
        Ok(())
    }

    /// R9: what runs goes on with the targets of another priority.
    pub(super) fn prioritise(&mut self, priority: Priority, around: &Around<'_>) {
        self.weight.priority = priority;
        let house = around.house;
        for (kind, clock) in &mut self.clocks {
            let target = house.policy.targets.get(&(*kind, priority));
            let differs = target.filter(|target| **target != clock.target());
            if let Some(target) = differs.filter(|_| clock.stopped_at().is_none()) {
                clock.retarget(*target, house.calendar, around.now);
            }
        }
    }

    /// Begins a promise anew, where the policy makes one.
    pub(super) fn promise(&mut self, kind: ClockKind, around: &Around<'_>) {
        let house = around.house;
        let target = house.policy.targets.get(&(kind, self.weight.priority));
        if let Some(target) = target {
            let clock = crate::clock::Clock::start(kind, *target, house.calendar, around.now);
            self.clocks.insert(kind, clock);
        }
    }

    /// A promise is kept, or was broken.
    pub(super) fn stop(&mut self, kind: ClockKind, around: &Around<'_>) {
        if let Some(clock) = self.clocks.get_mut(&kind) {
            clock.stop(around.house.calendar, around.now);
        }
    }
}
