//! How pressing a ticket is (A5): impact × urgency by the matrix, until somebody sets the priority by hand.

use serde::{Deserialize, Serialize};

use super::part::Handling;
use super::transition::Role;
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

/// The priority of each impact and urgency (优先级矩阵): a row for each impact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Matrix([[Priority; 3]; 3]);

impl Default for Matrix {
    /// Impact and urgency add up: 1·1 is P1, 3·3 is P5.
    fn default() -> Self {
        let priority = |level: usize| {
            let level = u8::try_from(level).map(Priority::new);
            level.ok().and_then(Result::ok).unwrap_or(Priority::NORMAL)
        };
        Self(std::array::from_fn(|impact| {
            std::array::from_fn(|urgency| priority(impact + urgency + 1))
        }))
    }
}

impl Matrix {
    /// Of levels, a row for each impact; `None` where one of them is no priority.
    pub fn of(levels: [[u8; 3]; 3]) -> Option<Self> {
        let mut matrix = Self::default();
        for (row, levels) in matrix.0.iter_mut().zip(levels) {
            for (cell, level) in row.iter_mut().zip(levels) {
                *cell = Priority::new(level).ok()?;
            }
        }
        Some(matrix)
    }

    /// What comes of both.
    pub fn priority(&self, impact: Level, urgency: Level) -> Priority {
        let [high, middle, low] = &self.0;
        let row = match impact {
            Level::High => high,
            Level::Middle => middle,
            Level::Low => low,
        };
        let [high, middle, low] = *row;
        match urgency {
            Level::High => high,
            Level::Middle => middle,
            Level::Low => low,
        }
    }
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
            let priority = around.house.policy.matrix.priority(impact, urgency);
            self.prioritise(priority, around);
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

    /// A13: read by few, or by all again: that a supervisor says.
    pub(super) fn set_sensitive(
        &mut self,
        on: bool,
        reason: &str,
        around: &Around<'_>,
    ) -> Result<(), Refused> {
        super::text(reason)?;
        if !on && !around.by.rights.contains(&Role::Supervisor) {
            return Err(Refused::SupervisorDecides);
        }
        self.weight.sensitive = on;
        Ok(())
    }

    /// T5, T30: of another type or category. How pressing it is comes of them, unless somebody has said so; read by few stays so;
    /// what only the other type promises begins (R9).
    pub(super) fn reclassify(&mut self, around: &Around<'_>) {
        let other = around.house.weight;
        self.run_by(&around.house.hours, around.now);
        self.weight.sensitive |= other.sensitive;
        let is_weighed = self.weight.locked
            || (self.weight.impact, self.weight.urgency) == (other.impact, other.urgency);
        if !is_weighed {
            (self.weight.impact, self.weight.urgency) = (other.impact, other.urgency);
            self.prioritise(other.priority, around);
        }
        self.target(self.priority(), around);
        if self.times.submitted.is_some() && !self.clocks.contains_key(&ClockKind::Resolve) {
            self.promise(ClockKind::Resolve, around);
        }
    }

    /// R9: what runs goes on with the targets of another priority.
    pub(super) fn prioritise(&mut self, priority: Priority, around: &Around<'_>) {
        let before = self.priority();
        self.weight.priority = priority;
        if self.priority() != before {
            self.target(self.priority(), around);
        }
    }

    /// The same of a priority that another ticket brings. What is stopped has it when it runs again.
    pub(super) fn target(&mut self, priority: Priority, around: &Around<'_>) {
        let house = around.house;
        for (kind, clock) in &mut self.clocks {
            let target = house.policy.targets.get(&(*kind, priority));
            if let Some(target) = target.filter(|target| **target != clock.target()) {
                clock.retarget(*target, house.hours.calendar, around.now);
            }
        }
    }

    /// Begins a promise anew, where the policy makes one.
    pub(super) fn promise(&mut self, kind: ClockKind, around: &Around<'_>) {
        let house = around.house;
        let target = house.policy.targets.get(&(kind, self.priority()));
        if let Some(target) = target {
            let clock = crate::clock::Clock::start(kind, *target, house.hours.calendar, around.now);
            self.clocks.insert(kind, clock);
        }
    }

    /// A promise is kept, or was broken.
    pub(super) fn stop(&mut self, kind: ClockKind, around: &Around<'_>) {
        if let Some(clock) = self.clocks.get_mut(&kind) {
            clock.stop(around.house.hours.calendar, around.now);
        }
    }
}
