//! A clock of a ticket (时限): how much business time a promise has, how much of it is used, and when it is broken (R1 to R15).
//!
//! A clock runs, pauses and stops; what it has used is counted when it does, by the calendar that held until then, and never
//! counted again. The calendar is lent to each step, because it may change under a running clock. It deliberately does
//! not know what a ticket is: which event starts or stops which clock stands in the table of events.

mod kind;

use std::time::Duration;

use model::{Calendar, Timestamp};
use serde::{Deserialize, Serialize};

pub use kind::ClockKind;

/// What a clock allows, and when it warns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Business time (R3).
    #[serde(with = "ms")]
    pub time: Duration,
    /// At which share of it somebody is warned, 1 to 100 (R11).
    pub warn_percent: u8,
}

/// One clock of one ticket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clock {
    kind: ClockKind,
    target: Target,
    /// What approved extensions have added to the target (R12).
    #[serde(with = "ms")]
    extended: Duration,
    /// What is left until another ticket's clock is due, whose promise this one keeps too (R13).
    others_left: Option<Duration>,
    /// What was used before it last began to run.
    #[serde(with = "ms")]
    consumed: Duration,
    running_since: Option<Timestamp>,
    due_at: Option<Timestamp>,
    warn_at: Option<Timestamp>,
    warned_at: Option<Timestamp>,
    breach: Option<Breach>,
    stopped_at: Option<Timestamp>,
    /// Whether a new target had been used up when it was set (R9).
    retargeted: bool,
}

/// That a clock ran over its target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Breach {
    /// When it was due.
    pub at: Timestamp,
    /// When that was seen, which is later where nobody looked (R14).
    pub noticed_at: Timestamp,
    /// It was not the work that was slow: a new target was shorter than what had been used (R9).
    pub retargeted: bool,
}

/// What a look at a clock found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// So much is used that somebody should know (R11).
    Warning,
    /// It is overdue (R5).
    Breach(Breach),
}

impl Clock {
    /// A clock that begins to run.
    pub fn start(kind: ClockKind, target: Target, calendar: &Calendar, now: Timestamp) -> Self {
        let mut clock = Self {
            kind,
            target,
            extended: Duration::ZERO,
            others_left: None,
            consumed: Duration::ZERO,
            running_since: None,
            due_at: None,
            warn_at: None,
            warned_at: None,
            breach: None,
            stopped_at: None,
            retargeted: false,
        };
        clock.run(calendar, now);
        clock
    }

    /// R7: stands still until it is resumed. One that never pauses goes on, and tells so by `false`.
    pub fn pause(&mut self, calendar: &Calendar, now: Timestamp) -> bool {
        let pauses = self.kind.pauses() && self.running_since.is_some();
        if pauses {
            self.overdue(now);
            self.book(calendar, now);
            self.due_at = None;
            self.warn_at = None;
        }
        pauses
    }

    /// R7, R8: runs on with what it had used, be it after a pause or after it was stopped.
    pub fn resume(&mut self, calendar: &Calendar, now: Timestamp) {
        if self.running_since.is_none() {
            self.stopped_at = None;
            self.run(calendar, now);
        }
    }

    /// The promise is kept, or was broken: it runs no more. When it was due stays, so that it can be reported.
    pub fn stop(&mut self, calendar: &Calendar, now: Timestamp) -> Option<Breach> {
        let breach = self.overdue(now);
        self.book(calendar, now);
        self.warn_at = None;
        self.stopped_at.get_or_insert(now);
        breach
    }

    /// R9: another target, with what was used. One that is used up already is due at once.
    pub fn retarget(&mut self, target: Target, calendar: &Calendar, now: Timestamp) {
        self.rewind(calendar, now, |clock| clock.target = target);
        self.retargeted = self.breach.is_none() && self.consumed >= self.allowed();
    }

    /// R12: so much more time, by an approved extension. A target that is replaced later keeps it.
    pub fn extend(&mut self, by: Duration, calendar: &Calendar, now: Timestamp) {
        self.rewind(calendar, now, |clock| {
            clock.extended = clock.extended.saturating_add(by);
            clock.others_left = clock.others_left.map(|left| left.saturating_add(by));
        });
        self.retargeted &= self.consumed >= self.allowed();
    }

    /// R10: the hours change. What was used until then is counted by the former ones.
    pub fn change_calendar(&mut self, former: &Calendar, calendar: &Calendar, now: Timestamp) {
        if let Some(since) = self.running_since {
            // One that began to run since has nothing of before.
            let at = now.max(since);
            self.overdue(at);
            self.book(former, at);
            self.run(calendar, at);
        }
    }

    /// R13: keeps another ticket's promise too, which is due then, for as long as that is the earlier one. A clock that does not run
    /// has nothing more to keep.
    pub fn keep_too(&mut self, due: Timestamp, calendar: &Calendar, now: Timestamp) {
        if self.due_at.is_some_and(|own| due < own) && self.running_since.is_some() {
            let left = calendar.business_between(now, due);
            self.rewind(calendar, now, |clock| clock.others_left = Some(left));
            self.due_at = Some(due);
        }
    }

    /// M7: keeps its own promise alone.
    pub fn keep_own(&mut self, calendar: &Calendar, now: Timestamp) {
        self.rewind(calendar, now, |clock| clock.others_left = None);
    }

    /// Looks whether somebody must be told of what came until a moment, and books it as seen at `now`, so that nobody is told twice
    /// (R11, R14).
    pub fn look(&mut self, until: Timestamp, now: Timestamp) -> Option<Notice> {
        if let Some(mut breach) = self.overdue(until) {
            breach.noticed_at = now;
            self.breach = Some(breach);
            return Some(Notice::Breach(breach));
        }
        let warns = self.running_since.is_some() && self.warn_at.is_some_and(|at| at <= until);
        warns.then(|| {
            self.warned_at = Some(now);
            self.warn_at = None;
            Notice::Warning
        })
    }

    /// Which clock it is.
    pub const fn kind(&self) -> ClockKind {
        self.kind
    }

    /// What it allows without extensions.
    pub const fn target(&self) -> Target {
        self.target
    }

    /// What it allows, with what extensions have added.
    pub const fn allowed(&self) -> Duration {
        self.target.time.saturating_add(self.extended)
    }

    /// The business time that is used at a moment.
    pub fn used(&self, calendar: &Calendar, now: Timestamp) -> Duration {
        let since = self.running_since;
        let running = since.map_or(Duration::ZERO, |since| {
            calendar.business_between(since, now)
        });
        self.consumed.saturating_add(running)
    }

    /// The business time that was used before it last began to run; of one that stands still, all of it.
    pub const fn consumed(&self) -> Duration {
        self.consumed
    }

    /// When it is due; `None` while it pauses, and for ever if its calendar has no hours (R15, [`Self::is_never_due`]).
    pub const fn due_at(&self) -> Option<Timestamp> {
        self.due_at
    }

    /// When somebody is to be told next.
    pub fn notice_at(&self) -> Option<Timestamp> {
        let overdue = self.due_at.filter(|_| self.breach.is_none());
        let overdue = overdue.map(|due| Timestamp::from_ms(due.as_ms().saturating_add(1)));
        let next = [self.warn_at, overdue].into_iter().flatten().min();
        next.filter(|_| self.running_since.is_some())
    }

    /// R15: it runs by a calendar that has no hours.
    pub const fn is_never_due(&self) -> bool {
        self.running_since.is_some() && self.due_at.is_none()
    }

    /// Whether it runs.
    pub const fn is_running(&self) -> bool {
        self.running_since.is_some()
    }

    /// When it was stopped.
    pub const fn stopped_at(&self) -> Option<Timestamp> {
        self.stopped_at
    }

    /// How it was broken.
    pub const fn breach(&self) -> Option<Breach> {
        self.breach
    }

    /// R4, R11: from now on, with what is left. Who is late already is warned no more.
    fn run(&mut self, calendar: &Calendar, now: Timestamp) {
        self.running_since = Some(now);
        let after = |time: Duration| match time.checked_sub(self.consumed) {
            Some(left) if !left.is_zero() || self.consumed.is_zero() => {
                calendar.business_after(now, left)
            }
            Some(_) | None => Some(now),
        };
        let own = after(self.allowed());
        let others = self
            .others_left
            .and_then(|left| calendar.business_after(now, left));
        self.due_at = others.into_iter().chain(own).min();
        let warning = self.allowed() / 100 * u32::from(self.target.warn_percent.min(100));
        let is_told = self.warned_at.is_some() || self.breach.is_some();
        self.warn_at = after(warning).filter(|_| !is_told);
    }

    /// Counts what was used and stands still.
    fn book(&mut self, calendar: &Calendar, now: Timestamp) {
        let used = self.used(calendar, now);
        let ran = used.saturating_sub(self.consumed);
        self.others_left = self.others_left.map(|left| left.saturating_sub(ran));
        self.consumed = used;
        self.running_since = None;
    }

    /// Changes something under it: a running one is counted, booked if it is late, and runs on.
    fn rewind(&mut self, calendar: &Calendar, now: Timestamp, change: impl FnOnce(&mut Self)) {
        let runs = self.running_since.is_some();
        if runs {
            self.overdue(now);
            self.book(calendar, now);
        }
        change(self);
        if runs {
            self.run(calendar, now);
        }
    }

    /// R5, R14: books that it is overdue, once, as of the moment at which it was due.
    fn overdue(&mut self, now: Timestamp) -> Option<Breach> {
        let at = self.due_at.filter(|due| *due < now)?;
        if self.running_since.is_none() || self.breach.is_some() {
            return None;
        }
        self.warn_at = None;
        let breach = Breach {
            at,
            noticed_at: now,
            retargeted: self.retargeted,
        };
        self.breach = Some(breach);
        Some(breach)
    }
}

/// Business time is whole milliseconds in JSON.
mod ms {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(time: &Duration, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u64(u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
        u64::deserialize(from).map(Duration::from_millis)
    }
}

#[cfg(test)]
mod tests;
