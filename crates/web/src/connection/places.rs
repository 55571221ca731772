//! Places for connections: so many in all, and so many for one source, so that nobody alone takes them all (S7, G12).
//!
//! Invariant: the counts are those of the connections that live; a place is given back when its holder is dropped. The table
//! holds a row for each source that has a connection, and so is bounded by the total.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::auth::limiter::network;

/// Most connections at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Of all sources together.
    pub total: usize,
    /// Of one source; of IPv6 it is the /64.
    pub per_source: usize,
    /// Of this machine itself: a proxy in front of us speaks for many.
    pub per_loopback: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            total: 4_000,
            per_source: 200,
            per_loopback: 2_000,
        }
    }
}

/// Who has how many.
#[derive(Debug)]
pub(super) struct Places {
    bounds: Bounds,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    total: usize,
    by_source: BTreeMap<IpAddr, usize>,
}

/// A connection's place, given back when it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    places: Arc<Places>,
    source: IpAddr,
}

impl Places {
    pub(super) fn new(bounds: Bounds) -> Arc<Self> {
        Arc::new(Self {
            bounds,
            taken: Mutex::default(),
        })
    }

    /// A place for a connection from there; `None` when all, or all of that source, are taken.
    pub(super) fn take(self: &Arc<Self>, source: IpAddr) -> Option<Place> {
        let source = network(source);
        let most = if source.is_loopback() {
            self.bounds.per_loopback
        } else {
            self.bounds.per_source
        };
        let mut taken = self.lock();
        let own = taken.by_source.get(&source).copied().unwrap_or(0);
        if taken.total >= self.bounds.total || own >= most {
            return None;
        }
        taken.total += 1;
        taken.by_source.insert(source, own + 1);
        Some(Place {
            places: Arc::clone(self),
            source,
        })
    }

    fn lock(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.lock();
        taken.total = taken.total.saturating_sub(1);
        if let Some(own) = taken.by_source.get_mut(&self.source) {
            *own = own.saturating_sub(1);
            if *own == 0 {
                taken.by_source.remove(&self.source);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn s7_one_source_cannot_take_the_places_of_the_others() {
        let places = Places::new(Bounds::default());
        // All stay taken until the end of the test, so that the last row reaches the total.
        let mut kept = Vec::new();
        for (source, own) in [
            ("192.0.2.1", 200),
            ("::ffff:192.0.2.2", 200),
            ("2001:db8::1", 200),
            ("127.0.0.1", 2_000),
            ("::1", 1_400),
        ] {
            for _ in 0..own {
                kept.push(places.take(from(source)).unwrap());
            }
            if source != "::1" {
                assert!(places.take(from(source)).is_none(), "{source}");
            }
        }
        assert!(places.take(from("192.0.2.3")).is_none(), "the total");
    }

    #[test]
    fn a_place_is_given_back_and_nothing_is_kept_of_its_source() {
        let places = Places::new(Bounds {
            total: 3,
            per_source: 1,
            per_loopback: 1,
        });
        let mapped = places.take(from("::ffff:192.0.2.1"));
        assert!(places.take(from("192.0.2.1")).is_none(), "the same source");
        let neighbour = places.take(from("2001:db8::1"));
        assert!(places.take(from("2001:db8::2")).is_none(), "the same /64");
        drop((mapped, neighbour));
        assert_eq!(places.lock().total, 0);
        assert!(places.lock().by_source.is_empty());
        assert!(places.take(from("192.0.2.1")).is_some());
    }
}
