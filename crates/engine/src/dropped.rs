//! Places of callers who left while they waited (D22): kept for a while for who calls again (R80).
//!
//! The key is his number, so a withheld one has no place here (A9); the place is his in the queue that he left, and in any
//! queue behind the number that he had dialled. It is given back once. Bounded: of too many the oldest go.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use model::{CallId, QueueName};

/// Most places that are kept.
const PLACES_MAX: usize = 10_000;

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
}

impl Dropped {
    /// Keeps a place; of one caller the last.
    pub(crate) fn keep(&mut self, now: Duration, number: String, place: Place) {
        self.remove(&number);
        while let Some((until, oldest)) = self.ends.first().cloned()
            && (until <= now || self.places.len() >= PLACES_MAX)
        {
            self.remove(&oldest);
        }
        self.ends.insert((place.until, number.clone()));
        self.places.insert(number, place);
    }

    /// Gives a place back to who calls again in time, and forgets it.
    pub(crate) fn take(
        &mut self,
        now: Duration,
        number: &str,
        called: &str,
        queue: &QueueName,
    ) -> Option<Place> {
        let place = self.places.get(number)?;
        let fits = place.called == called || place.queue == *queue;
        if now > place.until || !fits {
            return None;
        }
        self.remove(number)
    }

    fn remove(&mut self, number: &str) -> Option<Place> {
        let place = self.places.remove(number)?;
        self.ends.remove(&(place.until, number.to_owned()));
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
            dropped.keep(at(0), "+8613800001111".into(), place(1, 180));
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
    fn d22_of_too_many_places_the_oldest_go() {
        let mut dropped = Dropped::default();
        for call in 0..=PLACES_MAX as u64 {
            let number = format!("+861380{call:07}");
            dropped.keep(Duration::ZERO, number, place(call, 100 + call));
        }
        assert_eq!(dropped.places.len(), PLACES_MAX);
        assert_eq!(dropped.ends.len(), PLACES_MAX);
        let support = "support".into();
        let mut take = |number: &str| dropped.take(Duration::ZERO, number, "4000", &support);
        assert_eq!(take("+8613800000000"), None);
        assert!(take("+8613800000001").is_some());
    }
}
