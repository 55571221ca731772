//! What waits for its time (S8).
//!
//! Nearly all timers are cancelled: what they wait for comes. So a timer that is cancelled or moved leaves its entry in the
//! heap; an entry counts if its owner has that timer at that time. The entry on top always counts. The others that do not are
//! dropped when they come to the top, or all at once when they outnumber those that do: the heap is bounded by the timers set.
//!
//! Timers of users and trunks are few and last for minutes. They stand in a set of their own, so that the entries of the heap,
//! which are moved about all the time, hold no names.

use super::{Owner, Timer};
use crate::{
    event::{ReferId, SessionId},
    transaction::TransactionId,
};
use core::{cmp::Reverse, time::Duration};
use rustc_hash::FxHashMap;
use std::collections::{BTreeSet, BinaryHeap};

/// So many entries that do not count are borne in any case.
const STALE_BORNE: usize = 64;

/// An owner who is a number, in the order of [`Owner`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Numbered {
    Transaction(TransactionId),
    Session(SessionId),
    Refer(ReferId),
    Subscription(u64),
}

impl Numbered {
    fn of(owner: &Owner) -> Option<Self> {
        match owner {
            Owner::Transaction(id) => Some(Numbered::Transaction(*id)),
            Owner::Session(id) => Some(Numbered::Session(*id)),
            Owner::Refer(id) => Some(Numbered::Refer(*id)),
            Owner::Subscription(number) => Some(Numbered::Subscription(*number)),
            Owner::User(_) | Owner::Trunk(_) => None,
        }
    }
}

impl From<Numbered> for Owner {
    fn from(owner: Numbered) -> Self {
        match owner {
            Numbered::Transaction(id) => Owner::Transaction(id),
            Numbered::Session(id) => Owner::Session(id),
            Numbered::Refer(id) => Owner::Refer(id),
            Numbered::Subscription(number) => Owner::Subscription(number),
        }
    }
}

/// In the order in which timers fire, in nanoseconds; at one time in the order of owners and of [`Timer`].
type Entry<O> = (u64, O, Timer);

/// Timers in the order in which they fire. Each owner has each timer at most once.
#[derive(Debug, Default)]
pub(crate) struct Wheel {
    heap: BinaryHeap<Reverse<Entry<Numbered>>>,
    /// Those of users and trunks, and nothing that does not count.
    named: BTreeSet<Entry<Owner>>,
    by_owner: Owners,
    set: usize,
}

/// The timers of each owner who has any; never walked. Owners are numbers that we give and names of our own configuration:
/// no stranger picks them, so a hash without a key will do.
type Owners = FxHashMap<Owner, Vec<(Timer, u64)>>;

fn counts(by_owner: &Owners, (at, owner, timer): &Entry<Numbered>) -> bool {
    let timers = by_owner.get(&Owner::from(*owner));
    timers.is_some_and(|timers| timers.contains(&(*timer, *at)))
}

/// Absolute times are since 1970: 64 bits last until 2554.
fn nanos(at: Duration) -> u64 {
    u64::try_from(at.as_nanos()).unwrap_or(u64::MAX)
}

impl Wheel {
    /// Sets a timer to an absolute time; one that was set moves.
    pub(crate) fn set(&mut self, owner: Owner, timer: Timer, at: Duration) {
        let at = nanos(at);
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
        if let Some(number) = Numbered::of(&owner) {
            self.heap.push(Reverse((at, number, timer)));
        } else {
            self.named.insert((at, owner.clone(), timer));
        }
        if let Some(former) = former {
            self.leave(&owner, timer, former);
        }
    }

    pub(crate) fn cancel(&mut self, owner: &Owner, timer: Timer) {
        if let Some(at) = self.forget(owner, timer) {
            self.leave(owner, timer, at);
        }
    }

    /// Takes a timer from its owner's few: when it was to fire, if it was set.
    fn forget(&mut self, owner: &Owner, timer: Timer) -> Option<u64> {
        let timers = self.by_owner.get_mut(owner)?;
        let place = timers.iter().position(|(set, _)| *set == timer)?;
        let (_, at) = timers.swap_remove(place);
        if timers.is_empty() {
            self.by_owner.remove(owner);
        }
        self.set = self.set.saturating_sub(1);
        Some(at)
    }

    /// The entry of a timer that was to fire then counts no more.
    fn leave(&mut self, owner: &Owner, timer: Timer, at: u64) {
        if Numbered::of(owner).is_some() {
            self.drop_stale(at);
        } else {
            self.named.remove(&(at, owner.clone(), timer));
        }
    }

    /// An entry of the heap for that time counts no more.
    fn drop_stale(&mut self, gone: u64) {
        let by_owner = &self.by_owner;
        if self.heap.len() > self.set.saturating_mul(2).saturating_add(STALE_BORNE) {
            self.heap.retain(|Reverse(entry)| counts(by_owner, entry));
        }
        if self.heap.peek().is_none_or(|Reverse(first)| first.0 < gone) {
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
        if Numbered::of(owner).is_none() {
            for (timer, at) in timers {
                self.named.remove(&(at, owner.clone(), timer));
            }
        } else if let Some(first) = timers.iter().map(|(_, at)| *at).min() {
            self.drop_stale(first);
        }
    }

    /// Gives all timers of one owner to another.
    pub(crate) fn hand_over(&mut self, from: &Owner, to: &Owner) {
        let timers = self.by_owner.get(from).cloned().unwrap_or_default();
        self.cancel_all(from);
        for (timer, at) in timers {
            self.set(to.clone(), timer, Duration::from_nanos(at));
        }
    }

    /// Absolute time of a timer that waits.
    pub(crate) fn at(&self, owner: &Owner, timer: Timer) -> Option<Duration> {
        let mut timers = self.by_owner.get(owner)?.iter();
        let (_, at) = timers.find(|(set, _)| *set == timer)?;
        Some(Duration::from_nanos(*at))
    }

    /// Absolute time of the next timer.
    pub(crate) fn next(&self) -> Option<Duration> {
        let numbered = self.heap.peek().map(|Reverse((at, _, _))| *at);
        let named = self.named.first().map(|(at, _, _)| *at);
        let first = numbered.into_iter().chain(named).min()?;
        Some(Duration::from_nanos(first))
    }

    /// Takes the next timer that is due.
    pub(crate) fn pop_due(&mut self, now: Duration) -> Option<(Owner, Timer)> {
        if self.next()? > now {
            return None;
        }
        let (owner, timer) = if self.is_name_next() {
            let (_, owner, timer) = self.named.pop_first()?;
            self.forget(&owner, timer);
            (owner, timer)
        } else {
            let Reverse((at, number, timer)) = self.heap.pop()?;
            let owner = Owner::from(number);
            self.forget(&owner, timer);
            self.drop_stale(at);
            (owner, timer)
        };
        Some((owner, timer))
    }

    fn is_name_next(&self) -> bool {
        match (self.named.first(), self.heap.peek()) {
            (Some((at, owner, _)), Some(Reverse((numbered_at, number, _)))) => {
                (*at, owner) < (*numbered_at, &Owner::from(*number))
            }
            (named, _) => named.is_some(),
        }
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

    #[test]
    fn at_one_time_owners_with_names_have_their_place_among_those_with_numbers() {
        let order = [
            Owner::Transaction(TransactionId(9)),
            Owner::Session(SessionId(7)),
            Owner::User("ada".into()),
            Owner::User("bob".into()),
            Owner::Refer(ReferId(1)),
            Owner::Subscription(3),
        ];
        let at = Duration::from_secs(5);
        let mut wheel = Wheel::default();
        for owner in order.iter().rev() {
            wheel.set(owner.clone(), Timer::Probe, Duration::from_secs(9));
            wheel.set(owner.clone(), Timer::Probe, at);
        }
        let bob = Owner::User("bob".into());
        assert_eq!(wheel.at(&bob, Timer::Probe), Some(at));
        wheel.cancel_all(&bob);
        wheel.set(Owner::User("eve".into()), Timer::Probe, Duration::ZERO);
        wheel.cancel(&Owner::User("eve".into()), Timer::Probe);
        let due: Vec<_> = core::iter::from_fn(|| wheel.pop_due(at)).collect();
        let rest = order.into_iter().filter(|owner| *owner != bob);
        let rest: Vec<_> = rest.map(|owner| (owner, Timer::Probe)).collect();
        assert_eq!(due, rest);
        assert_eq!((wheel.next(), wheel.named.len(), wheel.len()), (None, 0, 0));
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
