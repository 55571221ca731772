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

impl Timer {
    const KINDS: usize = 16;

    const fn kind(&self) -> usize {
        match self {
            Self::Ring(_) => 0,
            Self::WrapUp(_) => 1,
            Self::BackOff(_) => 2,
            Self::MaxWait(_) => 3,
            Self::LastRing(_) => 4,
            Self::Starving(_) => 5,
            Self::PassPause(_) => 6,
            Self::Withheld(_) => 7,
            Self::LookUp(_) => 8,
            Self::StickyWait(_) => 9,
            Self::Route(_) => 10,
            Self::Step(..) => 11,
            Self::OneMore(_) => 12,
            Self::NoAgents(_) => 13,
            Self::Called(_) => 14,
            Self::DialAhead => 15,
        }
    }
}

/// The deadlines.
#[derive(Clone, Debug, Default)]
pub(crate) struct Timers {
    due: BTreeSet<(Duration, Timer)>,
    at: BTreeMap<Timer, Duration>,
    /// How many are set of each kind. Who leaves cancels all that may be set for him, and most kinds are set for nobody.
    set: [usize; Timer::KINDS],
}

impl Timers {
    /// Sets a timer, or moves it.
    pub(crate) fn set(&mut self, timer: Timer, at: Duration) {
        let former = self.at.insert(timer.clone(), at);
        if former == Some(at) {
            return;
        }
        match former {
            Some(former) => {
                self.due.remove(&(former, timer.clone()));
            }
            None => self.count(&timer, |set| set + 1),
        }
        self.due.insert((at, timer));
    }

    pub(crate) fn cancel(&mut self, timer: &Timer) {
        if self.set.get(timer.kind()) == Some(&0) {
            return;
        }
        if let Some((timer, at)) = self.at.remove_entry(timer) {
            self.count(&timer, |set| set - 1);
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
        self.count(&timer, |set| set - 1);
        Some(timer)
    }

    fn count(&mut self, timer: &Timer, counted: impl FnOnce(usize) -> usize) {
        if let Some(set) = self.set.get_mut(timer.kind()) {
            *set = counted(*set);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timer_that_is_set_is_cancelled_moved_and_taken_once() {
        let at = Duration::from_secs;
        let (one, other) = (
            Timer::MaxWait(CallId::new(1)),
            Timer::MaxWait(CallId::new(2)),
        );
        let mut timers = Timers::default();
        timers.cancel(&one);
        timers.set(one.clone(), at(5));
        timers.set(one.clone(), at(3));
        timers.set(other.clone(), at(4));
        timers.set(Timer::DialAhead, at(9));
        assert_eq!(timers.pop(at(3)), Some(one.clone()));
        assert_eq!(
            timers.at(&other),
            Some(at(4)),
            "of a kind of which one was taken"
        );
        timers.cancel(&one);
        timers.cancel(&other);
        assert_eq!((timers.at(&other), timers.next()), (None, Some(at(9))));
        timers.set(other.clone(), at(6));
        timers.cancel(&other);
        assert_eq!(timers.next(), Some(at(9)));
    }

    #[test]
    fn each_kind_is_counted_by_itself() {
        let (call, agent) = (CallId::new(1), AgentId::new(1));
        let queue = QueueName::new("support");
        let all = [
            Timer::Ring(OfferId::new(1)),
            Timer::WrapUp(agent),
            Timer::BackOff(agent),
            Timer::MaxWait(call),
            Timer::LastRing(call),
            Timer::Starving(call),
            Timer::PassPause(call),
            Timer::Withheld(call),
            Timer::LookUp(call),
            Timer::StickyWait(call),
            Timer::Route(call),
            Timer::Step(call, queue.clone()),
            Timer::OneMore(call),
            Timer::NoAgents(queue),
            Timer::Called(call),
            Timer::DialAhead,
        ];
        let kinds: BTreeSet<usize> = all.iter().map(Timer::kind).collect();
        assert!(kinds.into_iter().eq(0..Timer::KINDS));
    }
}
