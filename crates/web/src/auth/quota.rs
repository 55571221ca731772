//! How many requests somebody may make (2.5): a bucket for each token, and one for each person who is signed in at pages.
//!
//! A bucket holds the requests of a minute and fills evenly. All there is to know of one is the moment at which it will be full; one
//! that is full is forgotten, so that the table holds those who asked within the last minute. Where even those are too many, who
//! comes anew waits (S8).

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use model::AgentId;

use super::{Principal, Via};

/// In which an empty bucket fills.
const WINDOW: Duration = Duration::from_secs(60);
/// Most buckets that are not full.
const BUCKETS_MAX: usize = 20_000;

/// Requests in a minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuotaBounds {
    /// Of one bearer token.
    pub per_token: usize,
    /// Of one person at all his pages.
    pub per_person: usize,
}

impl Default for QuotaBounds {
    fn default() -> Self {
        Self {
            per_token: 6_000,
            per_person: 12_000,
        }
    }
}

/// How somebody's bucket stands, as `RateLimit-*` headers tell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// What a full one holds.
    pub limit: u32,
    /// What it holds yet.
    pub remaining: u32,
    /// Seconds until it is full.
    pub reset_s: u64,
    /// Seconds to wait, when it was empty and the request is not done.
    pub retry_after_s: Option<u64>,
}

/// The buckets.
#[derive(Debug)]
pub struct Quotas {
    bounds: QuotaBounds,
    full_at: Mutex<BTreeMap<Key, Instant>>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Token(String),
    Person(AgentId),
}

impl Quotas {
    /// Full ones.
    pub fn new(bounds: QuotaBounds) -> Self {
        Self {
            bounds,
            full_at: Mutex::default(),
        }
    }

    /// Takes one request out of somebody's bucket.
    pub fn take(&self, who: &Principal, now: Instant) -> Standing {
        let (key, limit) = match &who.via {
            Via::Token { name, .. } => (Key::Token(name.clone()), self.bounds.per_token),
            Via::Session { .. } => (Key::Person(who.agent), self.bounds.per_person),
        };
        let limit = u32::try_from(limit).unwrap_or(u32::MAX).max(1);
        let mut buckets = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= BUCKETS_MAX && !buckets.contains_key(&key) {
            buckets.retain(|_, full_at| *full_at > now);
            if buckets.len() >= BUCKETS_MAX {
                return Standing::of(limit, WINDOW, Some(WINDOW));
            }
        }
        let full_at = buckets.get(&key).map_or(now, |full_at| now.max(*full_at));
        let each = WINDOW / limit;
        let missing = full_at.duration_since(now) + each;
        if missing > WINDOW {
            return Standing::of(limit, missing - each, Some(missing - WINDOW));
        }
        buckets.insert(key, full_at + each);
        Standing::of(limit, missing, None)
    }
}

impl Standing {
    /// Of a bucket that will be full after `missing`.
    fn of(limit: u32, missing: Duration, wait: Option<Duration>) -> Self {
        let each = WINDOW / limit;
        let left = WINDOW.saturating_sub(missing).as_nanos() / each.as_nanos().max(1);
        Self {
            limit,
            remaining: u32::try_from(left).map_or(limit, |left| left.min(limit)),
            reset_s: whole_seconds(missing),
            retry_after_s: wait.map(|wait| whole_seconds(wait).max(1)),
        }
    }
}

fn whole_seconds(time: Duration) -> u64 {
    time.as_secs() + u64::from(time.subsec_nanos() > 0)
}

#[cfg(test)]
mod tests {
    use store::Scopes;

    use super::*;

    fn by_token(name: &str) -> Principal {
        Principal {
            circle: None,
            agent: AgentId::new(7),
            roles: [store::Role::Agent].into(),
            login: "1007".to_owned(),
            name: "Seven".to_owned(),
            locale: None,
            via: Via::Token {
                name: name.to_owned(),
                scopes: Scopes::All,
            },
        }
    }

    fn quotas(per_token: usize) -> Quotas {
        Quotas::new(QuotaBounds {
            per_token,
            per_person: 1,
        })
    }

    #[test]
    fn a_minutes_requests_at_once_then_one_for_each_that_comes_back() {
        let (quotas, start) = (quotas(4), Instant::now());
        let take = |after_s| quotas.take(&by_token("crm"), start + Duration::from_secs(after_s));
        let told: Vec<_> = (0..4).map(|_| take(0)).collect();
        let figures: Vec<_> = told.iter().map(|it| (it.remaining, it.reset_s)).collect();
        assert_eq!(figures, [(3, 15), (2, 30), (1, 45), (0, 60)]);
        assert!(told.iter().all(|it| it.retry_after_s.is_none()));
        let refused = take(5);
        assert_eq!((refused.remaining, refused.reset_s), (0, 55));
        assert_eq!(
            refused.retry_after_s,
            Some(10),
            "15 s for one, 5 of them are over"
        );
        assert_eq!(
            take(15).retry_after_s,
            None,
            "who was refused has lost nothing"
        );
        assert_eq!(take(15).retry_after_s, Some(15));
        let other = quotas.take(&by_token("bot"), start);
        assert_eq!((other.limit, other.remaining), (4, 3), "each has its own");
        let rested = take(600);
        assert_eq!(
            (rested.remaining, rested.reset_s),
            (3, 15),
            "no more than a full one"
        );
    }

    #[test]
    fn s8_the_table_is_bounded_and_full_buckets_are_forgotten() {
        let (quotas, start) = (quotas(60), Instant::now());
        for n in 0..BUCKETS_MAX {
            let taken = quotas.take(&by_token(&n.to_string()), start);
            assert_eq!(taken.retry_after_s, None);
        }
        let one_more = quotas.take(&by_token("one more"), start);
        assert_eq!(one_more.retry_after_s, Some(60));
        assert_eq!(quotas.take(&by_token("7"), start).retry_after_s, None);
        let later = start + Duration::from_secs(1);
        assert_eq!(
            quotas.take(&by_token("one more"), later).retry_after_s,
            None
        );
        assert_eq!(quotas.full_at.lock().unwrap().len(), 2);
    }

    #[test]
    fn any_bound_gives_figures_that_fit() {
        for limit in [0, 1, 7, 1_000_000, usize::MAX] {
            let standing = quotas(limit).take(&by_token("crm"), Instant::now());
            assert!(
                standing.remaining < standing.limit.max(1) || limit > 1_000_000,
                "{standing:?}"
            );
            assert!(standing.reset_s <= 60, "{standing:?}");
        }
    }
}
