//! Buckets of strangers, a bounded table by source (S8, S9): an IPv4 host, or an IPv6 /64.
//!
//! Rows live in two generations that turn when a bucket has had time to refill, or when the younger is full: what has been
//! idle for a whole generation is as good as new and is forgotten with it, in no time and with its memory.

use core::net::IpAddr;
use core::time::Duration;
use std::collections::HashMap;
use std::mem;

use super::Rate;
use super::bucket::{self, Bucket};
use crate::flow::source_of;

/// The buckets of one rate.
#[derive(Debug)]
pub(super) struct Sources {
    rate: Rate,
    max: usize,
    young: HashMap<IpAddr, Bucket>,
    old: HashMap<IpAddr, Bucket>,
    turned_at: Duration,
}

/// A source's token that is not yet paid.
#[derive(Debug)]
#[must_use]
pub(super) struct Taken {
    source: IpAddr,
    bucket: Bucket,
}

impl Sources {
    pub(super) fn new(rate: Rate, max: usize) -> Self {
        Self {
            rate,
            max,
            young: HashMap::new(),
            old: HashMap::new(),
            turned_at: Duration::ZERO,
        }
    }

    /// One token of that source, which [`Sources::pay`] makes count; or how long until there is one.
    pub(super) fn take(&mut self, now: Duration, address: IpAddr) -> Result<Taken, Duration> {
        self.turn(now);
        let source = source_of(address);
        let row = self.young.get(&source).or_else(|| self.old.get(&source));
        let mut bucket = row.copied().unwrap_or_default();
        bucket.take(now, self.rate)?;
        Ok(Taken { source, bucket })
    }

    pub(super) fn pay(&mut self, taken: Taken) {
        self.young.insert(taken.source, taken.bucket);
    }

    /// Forgets who has been idle.
    fn turn(&mut self, now: Duration) {
        let age = now.saturating_sub(self.turned_at);
        let is_full = self.young.len() >= (self.max / 2).max(1);
        if is_full || age >= bucket::refill_time(self.rate) {
            self.old = mem::take(&mut self.young);
            self.turned_at = now;
        }
    }

    /// Sources that are told apart.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.young.len() + self.old.len()
    }
}
