//! Every timer of the crate, and the one heap in which they wait (S8).
//!
//! Nearly all timers are cancelled: what they wait for comes. So a timer that is cancelled or moved leaves its entry in the
//! heap; an entry counts if its owner has that timer at that time. The entry on top always counts. The others that do not are
//! dropped when they come to the top, or all at once when they outnumber those that do: the heap is bounded by the timers set.

use super::TransactionId;
use crate::{
    event::{ReferId, SessionId},
    trunk::TrunkName,
};
use core::{cmp::Reverse, time::Duration};
use rustc_hash::FxHashMap;
use std::{collections::BinaryHeap, sync::Arc};

/// What a timer is for; letters are those of RFC 3261 table 4 and RFC 6026.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) enum Timer {
    /// INVITE request is repeated (UDP): T1, doubling.
    A,
    /// INVITE without any answer: 64*T1.
    B,
    /// Repeats of a refusal are acknowledged: 32 s (UDP).
    D,
    /// Other request is repeated (UDP): T1, doubling to T2.
    E,
    /// Other request without a final answer: 64*T1.
    F,
    /// INVITE refusal is repeated (UDP): T1, doubling to T2.
    G,
    /// INVITE refusal without an ACK: 64*T1.
    H,
    /// Repeats of the ACK are absorbed: T4 (UDP).
    I,
    /// Repeats of another request are answered: 64*T1 (UDP).
    J,
    /// Repeats of a final answer are absorbed: T4 (UDP).
    K,
    /// Repeats of an INVITE that was accepted are absorbed: 64*T1.
    L,
    /// Repeats and forks of a 2xx are seen: 64*T1.
    M,
    /// RFC 3261 §13.3.1.4: our 2xx is repeated until its ACK comes: T1, doubling to T2, on streams too.
    OkRepeat,
    /// RFC 3261 §13.3.1.4: our 2xx without an ACK: 64*T1.
    OkTimeout,
    /// RFC 3261 §9.1: a cancelled INVITE without a final answer: 64*T1.
    CancelTimeout,
    /// R11, R22: a 2xx came after we had hung up, and the owner has not hung up again: 5 s.
    LateAnswer,
    /// RFC 3515 §2.4.4: a BYE waits for the answer to the last NOTIFY of a transfer: 2 s.
    LastWord,
    /// RFC 3261 §10.3: the next contact of a user expires.
    Binding,
    /// The contacts of a user are asked whether they are still there.
    Probe,
    /// RFC 4028 §7.2: a session is refreshed: half its interval.
    SessionRefresh,
    /// RFC 4028 §10: a session that nobody refreshed is over.
    SessionExpiry,
    /// RFC 3261 §14.1: a re-INVITE that met 491 is tried again.
    GlareRetry,
    /// RFC 3262 §3: a reliable 1xx is repeated until its PRACK: T1, doubling.
    ReliableRepeat,
    /// RFC 3262 §3: a reliable 1xx without a PRACK: 64*T1.
    ReliableTimeout,
    /// RFC 3261 §13.3.1.1: a long ringing is told once more, each minute.
    RingRepeat,
    /// The next REGISTER to a trunk.
    TrunkRegister,
    /// The next OPTIONS to a trunk.
    TrunkProbe,
    /// G18: a trunk's server that says nothing at all to our INVITE: 4 s.
    TrunkTry,
    /// RFC 4235 §3.10: what happened since the last NOTIFY is told, a second after it.
    NotifyDue,
    /// RFC 6665 §4.2.1: a subscription expires.
    Subscription,
}

/// Whose timer it is.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) enum Owner {
    /// A to M.
    Transaction(TransactionId),
    /// `Ok…`, `CancelTimeout`, `LateAnswer`, `LastWord`, `TrunkTry`.
    Session(SessionId),
    /// `Binding`, `Probe`.
    User(Arc<str>),
    /// `TrunkRegister`, `TrunkProbe`.
    Trunk(TrunkName),
    /// `Subscription`: that of a REFER.
    Refer(ReferId),
    /// `NotifyDue`, `Subscription`, by its number.
    Subscription(u64),
}

/// So many entries that do not count are borne in any case.
const STALE_BORNE: usize = 64;

/// In the order in which timers fire; at one time in the order of owners and of the table above.
type Entry = (Duration, Owner, Timer);

/// Timers in the order in which they fire. Each owner has each timer at most once.
#[derive(Debug, Default)]
pub(crate) struct Wheel {
    heap: BinaryHeap<Reverse<Entry>>,
    by_owner: Owners,
    set: usize,
}

/// The timers of each owner who has any; never walked. Owners are numbers that we give and names of our own configuration:
/// no stranger picks them, so a hash without a key will do.
type Owners = FxHashMap<Owner, Vec<(Timer, Duration)>>;

fn counts(by_owner: &Owners, (at, owner, timer): &Entry) -> bool {
    let timers = by_owner.get(owner);
    timers.is_some_and(|timers| timers.contains(&(*timer, *at)))
}

impl Wheel {
    /// Sets a timer to an absolute time; one that was set moves.
    pub(crate) fn set(&mut self, owner: Owner, timer: Timer, at: Duration) {
        let timers = self.by_owner.entry(owner.clone()).or_default();
        let former = match timers.iter_mut().find(|(set, _)| *set == timer) {
            Some((_, former)) if *former == at => return,
            Some((_, former)) => Some(core::mem::replace(former, at)),
            None => {
                timers.push((timer, at));
                self.set = self.set.saturating_add(1);
                None
            }
        };
        self.heap.push(Reverse((at, owner, timer)));
        if let Some(former) = former {
            self.drop_stale(former);
        }
    }

    pub(crate) fn cancel(&mut self, owner: &Owner, timer: Timer) {
        if let Some(at) = self.forget(owner, timer) {
            self.drop_stale(at);
        }
    }

    /// Takes a timer from its owner's few: when it was to fire, if it was set.
    fn forget(&mut self, owner: &Owner, timer: Timer) -> Option<Duration> {
        let timers = self.by_owner.get_mut(owner)?;
        let place = timers.iter().position(|(set, _)| *set == timer)?;
        let (_, at) = timers.swap_remove(place);
        if timers.is_empty() {
            self.by_owner.remove(owner);
        }
        self.set = self.set.saturating_sub(1);
        Some(at)
    }

    /// The entry of a timer that was to fire at `gone` counts no more.
    fn drop_stale(&mut self, gone: Duration) {
        let by_owner = &self.by_owner;
        if self.heap.len() > self.set.saturating_mul(2).saturating_add(STALE_BORNE) {
            self.heap.retain(|Reverse(entry)| counts(by_owner, entry));
        }
        if self.next().is_none_or(|first| first < gone) {
            return;
        }
        while let Some(Reverse(first)) = self.heap.peek()
            && !counts(by_owner, first)
        {
            self.heap.pop();
        }
    }

    /// Forgets all timers of an owner who is no more.
    pub(crate) fn cancel_all(&mut self, owner: &Owner) {
        let timers = self.by_owner.remove(owner).unwrap_or_default();
        self.set = self.set.saturating_sub(timers.len());
        if let Some(first) = timers.iter().map(|(_, at)| *at).min() {
            self.drop_stale(first);
        }
    }

    /// Gives all timers of one owner to another.
    pub(crate) fn hand_over(&mut self, from: &Owner, to: &Owner) {
        let timers = self.by_owner.get(from).cloned().unwrap_or_default();
        self.cancel_all(from);
        for (timer, at) in timers {
            self.set(to.clone(), timer, at);
        }
    }

    /// Absolute time of a timer that waits.
    pub(crate) fn at(&self, owner: &Owner, timer: Timer) -> Option<Duration> {
        let mut timers = self.by_owner.get(owner)?.iter();
        timers.find(|(set, _)| *set == timer).map(|(_, at)| *at)
    }

    /// Absolute time of the next timer.
    pub(crate) fn next(&self) -> Option<Duration> {
        self.heap.peek().map(|Reverse((at, _, _))| *at)
    }

    /// Takes the next timer that is due.
    pub(crate) fn pop_due(&mut self, now: Duration) -> Option<(Owner, Timer)> {
        if self.next()? > now {
            return None;
        }
        let Reverse((at, owner, timer)) = self.heap.pop()?;
        self.forget(&owner, timer);
        self.drop_stale(at);
        Some((owner, timer))
    }

    /// Does a message of ours wait to be sent once more? A, E and G are the timers of requests and refusals (§17).
    pub(crate) fn has_repeats(&self) -> bool {
        let mut entries = self.heap.iter();
        entries.any(|Reverse(entry)| {
            matches!(entry.2, Timer::A | Timer::E | Timer::G) && counts(&self.by_owner, entry)
        })
    }

    /// Timers that wait.
    pub(crate) fn len(&self) -> usize {
        self.set
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timers_fire_in_order_move_and_vanish_with_their_owner() {
        let at = Duration::from_secs;
        let (a, b) = (Owner::Session(SessionId(1)), Owner::Session(SessionId(2)));
        let mut wheel = Wheel::default();
        wheel.set(a.clone(), Timer::OkRepeat, at(5));
        wheel.set(a.clone(), Timer::OkRepeat, at(1));
        wheel.set(a.clone(), Timer::LateAnswer, at(2));
        wheel.set(b.clone(), Timer::OkTimeout, at(3));
        assert_eq!(wheel.next(), Some(at(1)));
        assert_eq!(wheel.pop_due(at(0)), None);
        assert_eq!(wheel.pop_due(at(9)), Some((a.clone(), Timer::OkRepeat)));
        assert_eq!(wheel.at(&a, Timer::OkRepeat), None);
        wheel.cancel_all(&a);
        assert_eq!(wheel.pop_due(at(9)), Some((b.clone(), Timer::OkTimeout)));
        wheel.set(b.clone(), Timer::B, at(7));
        wheel.set(b.clone(), Timer::A, at(7));
        wheel.cancel(&b, Timer::F);
        wheel.hand_over(&b, &a);
        assert_eq!(
            (wheel.at(&b, Timer::A), wheel.at(&a, Timer::A)),
            (None, Some(at(7)))
        );
        let equal = [wheel.pop_due(at(9)), wheel.pop_due(at(9))];
        let due = [Timer::A, Timer::B].map(|timer| Some((a.clone(), timer)));
        assert_eq!(equal, due, "at one time in the order of the table");
        assert_eq!(
            (wheel.next(), wheel.len(), wheel.by_owner.len()),
            (None, 0, 0)
        );
    }

    /// S8: whoever sets and cancels for ever fills nothing, and what is next is always what is set.
    #[test]
    fn s8_timers_that_are_cancelled_take_no_room() {
        let mut wheel = Wheel::default();
        let last = Owner::Session(SessionId(u64::MAX));
        wheel.set(last.clone(), Timer::OkRepeat, Duration::from_secs(9_000));
        for number in 0..5_000_u64 {
            let owner = Owner::Transaction(TransactionId(number));
            wheel.set(owner.clone(), Timer::A, Duration::from_secs(number % 7));
            wheel.set(owner.clone(), Timer::B, Duration::from_secs(32));
            wheel.set(owner.clone(), Timer::B, Duration::from_secs(33));
            assert_eq!(wheel.next(), Some(Duration::from_secs(number % 7)));
            assert!(wheel.has_repeats());
            wheel.cancel(&owner, Timer::A);
            assert_eq!(wheel.next(), Some(Duration::from_secs(33)));
            wheel.cancel_all(&owner);
            assert_eq!(wheel.next(), Some(Duration::from_secs(9_000)));
            assert!(!wheel.has_repeats());
            assert!(wheel.heap.len() <= STALE_BORNE + 8, "{}", wheel.heap.len());
        }
        assert_eq!((wheel.len(), wheel.by_owner.len()), (1, 1));
        let due = wheel.pop_due(Duration::from_secs(9_000));
        assert_eq!(due, Some((last, Timer::OkRepeat)));
        assert_eq!((wheel.next(), wheel.heap.len()), (None, 0));
    }

    /// One that is cancelled and set again to the same time has two entries and fires once.
    #[test]
    fn a_timer_set_again_fires_once() {
        let (owner, at) = (Owner::Session(SessionId(1)), Duration::from_secs(3));
        let mut wheel = Wheel::default();
        wheel.set(owner.clone(), Timer::OkRepeat, at);
        wheel.cancel(&owner, Timer::OkRepeat);
        wheel.set(owner.clone(), Timer::OkTimeout, Duration::from_secs(1));
        wheel.set(owner.clone(), Timer::OkRepeat, at);
        wheel.set(owner.clone(), Timer::OkRepeat, Duration::from_secs(2));
        wheel.set(owner.clone(), Timer::OkRepeat, at);
        let due: Vec<_> = core::iter::from_fn(|| wheel.pop_due(Duration::from_secs(9))).collect();
        let order = [Timer::OkTimeout, Timer::OkRepeat].map(|timer| (owner.clone(), timer));
        assert_eq!(due, order);
    }
}
