//! Places of callers who left while they waited (D22): kept for a while for who calls again (R80).
//!
//! The key is his number, so a withheld one has no place here (A9); the place is his in the queue that he left, and in any
//! queue behind the number that he had dialled. It is given back once. Bounded by the queue's `resume_max`: what was kept for
//! others is not taken from them, so one more is not kept, and that is counted.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use model::{CallId, QueueName};

/// A place that was left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// The call that had it.
    pub(crate) call: CallId,
    /// The number that was dialled.
    pub(crate) called: String,
    /// The home queue.
    pub(crate) queue: QueueName,
    /// Since when he waited by his score.
    pub(crate) since: Duration,
    /// Until when it is kept.
    pub(crate) until: Duration,
}

/// The places, by the key of the caller's number.
#[derive(Debug, Default)]
pub(crate) struct Dropped {
    places: BTreeMap<String, Place>,
    ends: BTreeSet<(Duration, String)>,
    /// How many a queue has.
    of_queue: BTreeMap<QueueName, u32>,
    refused: u64,
}

impl Dropped {
    /// Keeps a place, of one caller the last; none beyond so many of its queue.
    pub(crate) fn keep(&mut self, now: Duration, number: String, place: Place, max: u32) {
        self.remove(&number);
        while let Some((until, oldest)) = self.ends.first().cloned()
            && until <= now
        {
            self.remove(&oldest);
        }
        let kept = self.of_queue.entry(place.queue.clone()).or_default();
        if *kept >= max {
            self.refused = self.refused.saturating_add(1);
            return;
        }
        *kept = kept.saturating_add(1);
        self.ends.insert((place.until, number.clone()));
        self.places.insert(number, place);
    }

    /// How many places were not kept because their queue had too many.
    pub(crate) const fn refused(&self) -> u64 {
        self.refused
    }

    /// Whether no place can be taken back any more.
    pub(crate) fn is_empty(&self, now: Duration) -> bool {
        self.ends.last().is_none_or(|(until, _)| *until < now)
    }

    /// The place of who calls again in time.
    pub(crate) fn find(
        &self,
        now: Duration,
        number: &str,
        called: &str,
        queue: &QueueName,
    ) -> Option<&Place> {
        let place = self.places.get(number)?;
        let fits = place.called == called || place.queue == *queue;
        (now <= place.until && fits).then_some(place)
    }

    /// Gives it back, and forgets it.
    pub(crate) fn take(
        &mut self,
        now: Duration,
        number: &str,
        called: &str,
        queue: &QueueName,
    ) -> Option<Place> {
        self.find(now, number, called, queue)?;
        self.remove(number)
    }

    fn remove(&mut self, number: &str) -> Option<Place> {
        let place = self.places.remove(number)?;
        self.ends.remove(&(place.until, number.to_owned()));
        if let Some(kept) = self.of_queue.get_mut(&place.queue) {
            *kept = kept.saturating_sub(1);
        }
        Some(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(call: u64, until_s: u64) -> Place {
        Place {
            call: CallId::new(call),
            called: "4000".into(),
            queue: "support".into(),
            since: Duration::ZERO,
            until: Duration::from_secs(until_s),
        }
    }

    #[test]
    fn r80_a_place_is_given_back_once_in_time_and_where_it_was() {
        let mut dropped = Dropped::default();
        let at = Duration::from_secs;
        let mut take = |now, number: &str, called: &str, queue: &str| {
            dropped.keep(at(0), "+8613800001111".into(), place(1, 180), 10);
            let first = dropped.take(at(now), number, called, &queue.into());
            let again = dropped.take(at(now), number, called, &queue.into());
            assert_eq!(again, None, "once");
            first.is_some()
        };
        for (now, number, called, queue, given) in [
            (180, "+8613800001111", "4000", "support", true),
            (180, "+8613800001111", "4000", "sales", true),
            (180, "+8613800001111", "4001", "support", true),
            (180, "+8613800001111", "4001", "sales", false),
            (181, "+8613800001111", "4000", "support", false),
            (10, "+8613800002222", "4000", "support", false),
        ] {
            assert_eq!(take(now, number, called, queue), given, "{now} {number}");
        }
    }

    #[test]
    fn r80_beyond_its_bound_a_queue_keeps_no_more_and_takes_nothing_from_others() {
        let mut dropped = Dropped::default();
        let (support, at) = ("support".into(), Duration::from_secs);
        let number = |call: u64| format!("+861380{call:07}");
        for call in 0..5 {
            dropped.keep(at(0), number(call), place(call, 100 + call), 3);
        }
        assert_eq!(dropped.refused(), 2);
        // The same caller again takes no second place.
        dropped.keep(at(1), number(0), place(0, 100), 3);
        assert_eq!((dropped.refused(), dropped.places.len()), (2, 3));
        let mut take = |call| dropped.take(at(1), &number(call), "4000", &support);
        assert!(take(0).is_some(), "the first are kept");
        assert_eq!(take(3), None);
        // What is given back or over makes room.
        dropped.keep(at(2), number(5), place(5, 200), 3);
        dropped.keep(at(103), number(6), place(6, 300), 3);
        dropped.keep(at(103), number(7), place(7, 300), 3);
        assert_eq!((dropped.refused(), dropped.places.len()), (2, 3));
        assert_eq!(dropped.ends.len(), 3);
        // Another queue has room of its own.
        let other = Place {
            queue: "sales".into(),
            ..place(8, 300)
        };
        dropped.keep(at(103), number(8), other, 3);
        assert_eq!((dropped.refused(), dropped.places.len()), (2, 4));
    }
}
