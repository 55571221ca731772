//! Tries to sign in: at most ten a minute for an account from one source (G9), and sixty a minute from one source.
//!
//! The key holds the source, so that a stranger who guesses never locks the owner out. Invariant: the table is bounded; when it
//! is full of living entries, strangers wait rather than the table grow (S8). Whether the account exists plays no part, so the
//! limit tells nothing about it.

use std::collections::{BTreeMap, VecDeque};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The length of the window.
const WINDOW: Duration = Duration::from_secs(60);
/// Tries of an account from one source within the window.
const ACCOUNT_TRIES_MAX: usize = 10;
/// Tries of one source within the window, whatever the accounts.
const SOURCE_TRIES_MAX: usize = 60;
/// How often a full table is swept.
const SWEEP_EVERY: Duration = Duration::from_secs(1);
/// Most keys in the table.
const KEYS_MAX: usize = 20_000;
/// Longest account name that is told apart.
const ACCOUNT_CHARS_MAX: usize = 64;

/// Counts tries.
#[derive(Debug, Default)]
pub struct TryLimiter {
    table: Mutex<Table>,
}

#[derive(Debug, Default)]
struct Table {
    tries: BTreeMap<Key, VecDeque<Instant>>,
    swept_at: Option<Instant>,
}

/// A source (an IPv6 source is its /64: the rest is its owner's to choose), with an account or with all.
type Key = (IpAddr, Option<String>);

impl TryLimiter {
    /// Counts a try; `Err` tells how long to wait.
    pub fn count(&self, now: Instant, account: &str, source: IpAddr) -> Result<(), Duration> {
        let mut table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        if table.tries.len() >= KEYS_MAX && !table.make_room(now) {
            return Err(WINDOW);
        }
        let tries = &mut table.tries;
        let source = network(source);
        let account: String = account
            .chars()
            .take(ACCOUNT_CHARS_MAX)
            .flat_map(char::to_lowercase)
            .collect();
        take(
            tries.entry((source, None)).or_default(),
            now,
            SOURCE_TRIES_MAX,
        )?;
        take(
            tries.entry((source, Some(account))).or_default(),
            now,
            ACCOUNT_TRIES_MAX,
        )
    }
}

impl Table {
    /// Forgets what is over; `false` when nothing is. A flood does not pay for a sweep with each try.
    fn make_room(&mut self, now: Instant) -> bool {
        let recently = |at: Instant| now.duration_since(at) < SWEEP_EVERY;
        if self.swept_at.is_some_and(recently) {
            return false;
        }
        self.swept_at = Some(now);
        let lives = |at: &Instant| now.duration_since(*at) < WINDOW;
        self.tries
            .retain(|_, times| times.back().is_some_and(lives));
        self.tries.len() < KEYS_MAX
    }
}

/// Takes one of `max` tries of the sliding window.
fn take(times: &mut VecDeque<Instant>, now: Instant, max: usize) -> Result<(), Duration> {
    while times
        .front()
        .is_some_and(|first| now.duration_since(*first) >= WINDOW)
    {
        times.pop_front();
    }
    if times.len() >= max {
        let first = times.front().copied().unwrap_or(now);
        return Err(WINDOW.saturating_sub(now.duration_since(first)));
    }
    times.push_back(now);
    Ok(())
}

/// What counts as one source: of IPv6 the /64, but for this machine itself.
pub(crate) fn network(source: IpAddr) -> IpAddr {
    match source.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(Ipv6Addr::LOCALHOST) => source,
        IpAddr::V6(address) => {
            let prefix = u128::from(address) & (u128::MAX << 64);
            IpAddr::V6(prefix.into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn g9_ten_tries_a_minute_for_an_account_and_source_and_the_owner_is_not_locked_out() {
        let limiter = TryLimiter::default();
        let start = Instant::now();
        let stranger = ip("203.0.113.5");
        for _ in 0..10 {
            assert!(limiter.count(start, "1001", stranger).is_ok());
        }
        let wait = limiter.count(start, "1001", stranger).unwrap_err();
        assert_eq!(wait, WINDOW);
        assert!(
            limiter.count(start, "1001", ip("203.0.113.6")).is_ok(),
            "the owner elsewhere"
        );
        assert!(limiter.count(start + wait, "1001", stranger).is_ok());
    }

    #[test]
    fn letters_case_mapped_addresses_and_a_whole_v6_network_do_not_multiply_tries() {
        let limiter = TryLimiter::default();
        let now = Instant::now();
        for (account, source) in [
            ("Anna", "203.0.113.5"),
            ("anna", "::ffff:203.0.113.5"),
            ("Bert", "2001:db8::1"),
            ("bert", "2001:db8::ffff:2"),
        ] {
            for _ in 0..5 {
                assert!(limiter.count(now, account, ip(source)).is_ok());
            }
        }
        assert!(limiter.count(now, "ANNA", ip("203.0.113.5")).is_err());
        assert!(limiter.count(now, "BERT", ip("2001:db8::3")).is_err());
    }

    #[test]
    fn s8_a_source_that_goes_through_accounts_is_stopped_and_the_table_stays_bounded() {
        let limiter = TryLimiter::default();
        let now = Instant::now();
        let passed = (0..200)
            .filter(|n| {
                limiter
                    .count(now, &n.to_string(), ip("203.0.113.5"))
                    .is_ok()
            })
            .count();
        assert_eq!(passed, SOURCE_TRIES_MAX);
        for n in 0..u32::try_from(KEYS_MAX).unwrap() {
            let _ = limiter.count(now, "x", IpAddr::V4((0x0a00_0000 + n).into()));
        }
        assert!(limiter.table.lock().unwrap().tries.len() <= KEYS_MAX + 1);
        assert!(limiter.count(now + WINDOW, "x", ip("192.0.2.1")).is_ok());
    }
}
