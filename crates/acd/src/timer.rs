//! Timers: all deadlines of the core, one of each kind and owner.
//!
//! Every state that is not meant to last has one, so that nothing hangs when a message is lost.

use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet};

use model::{AgentId, CallId, OfferId, QueueName};

/// What is due.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Timer {
    /// `ring_timeout` (R5), from the offer and again from the first ring.
    Ring(OfferId),
    /// `wrap_up`.
    WrapUp(AgentId),
    /// `reject_delay` (R6), or the pause after a device fault (R7).
    BackOff(AgentId),
    /// `max_wait`.
    MaxWait(CallId),
    /// `max_wait` is so near that nobody is rung any more (D10).
    LastRing(CallId),
    /// `starving` (D1), of a caller who was passed over.
    Starving(CallId),
    /// `pass_pause` (R9).
    PassPause(CallId),
    /// The pause after an offer that we could not ring.
    Withheld(CallId),
    /// The directory has had its time (R57).
    LookUp(CallId),
    /// `sticky_wait` (R60).
    StickyWait(CallId),
    /// The budget of an external decision (B15).
    Route(CallId),
    /// How long a step lasts (R69).
    Step(CallId, QueueName),
    /// `ring_delay` (R55).
    OneMore(CallId),
    /// Nobody has been signed in for the grace of D8.
    NoAgents(QueueName),
    /// `call_back_ring` (R77), of somebody who is being called back.
    Called(CallId),
    /// Whether somebody can be called ahead of an agent (R78).
    DialAhead,
}

/// The deadlines.
#[derive(Clone, Debug, Default)]
pub(crate) struct Timers {
    due: BTreeSet<(Duration, Timer)>,
    at: BTreeMap<Timer, Duration>,
}

impl Timers {
    /// Sets a timer, or moves it.
    pub(crate) fn set(&mut self, timer: Timer, at: Duration) {
        let former = self.at.insert(timer.clone(), at);
        if former == Some(at) {
            return;
        }
        if let Some(former) = former {
            self.due.remove(&(former, timer.clone()));
        }
        self.due.insert((at, timer));
    }

    pub(crate) fn cancel(&mut self, timer: &Timer) {
        if let Some((timer, at)) = self.at.remove_entry(timer) {
            self.due.remove(&(at, timer));
        }
    }

    pub(crate) fn at(&self, timer: &Timer) -> Option<Duration> {
        self.at.get(timer).copied()
    }

    pub(crate) fn next(&self) -> Option<Duration> {
        self.due.first().map(|(at, _)| *at)
    }

    /// Takes out the earliest timer that is due.
    pub(crate) fn pop(&mut self, now: Duration) -> Option<Timer> {
        if self.next()? > now {
            return None;
        }
        let (_, timer) = self.due.pop_first()?;
        self.at.remove(&timer);
        Some(timer)
    }
}
