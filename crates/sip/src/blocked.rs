//! What was refused, from where and why, for an operator to read: a bounded table of source and cause.
//!
//! It never decides anything: a datagram's source may be made up (S9). What an honest peer meets every day is left out: the
//! first challenge, a registration that is too brief, a dialog that has ended meanwhile. Invariant: at most so many rows;
//! for one more, the one goes whose last refusal is the longest ago.

use crate::source::Source;
use core::time::Duration;
use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
};

/// Refusals of one cause for one source.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Blocked {
    /// The host (IPv4) or the first address of its /64 (IPv6).
    pub source: IpAddr,
    /// Why, in the words of the counters.
    pub cause: &'static str,
    /// How often since `first_at`.
    pub count: u64,
    /// Absolute time of the first.
    pub first_at: Duration,
    /// Absolute time of the last.
    pub last_at: Duration,
    /// Method of the last request, `other` for one that we do not know; `None` for what was dropped unread.
    pub method: Option<&'static str>,
    /// User-Agent of the last request, without control characters and at most 80 characters long.
    pub user_agent: Option<String>,
}

/// Characters of a User-Agent that are kept.
const USER_AGENT_MAX: usize = 80;

/// Answers that honest peers get in ordinary operation.
const ORDINARY: [u16; 8] = [401, 407, 422, 423, 481, 482, 491, 500];

type Key = (Source, &'static str);

/// All rows.
#[derive(Debug)]
pub(crate) struct BlockedTable {
    rows_max: usize,
    rows: BTreeMap<Key, Blocked>,
    by_age: BTreeSet<(Duration, Key)>,
}

/// What was refused.
pub(crate) struct Refused<'a> {
    pub(crate) cause: &'static str,
    pub(crate) method: Option<&'static str>,
    pub(crate) user_agent: Option<&'a str>,
}

impl BlockedTable {
    pub(crate) fn new(rows_max: usize) -> Self {
        Self {
            rows_max,
            rows: BTreeMap::new(),
            by_age: BTreeSet::new(),
        }
    }

    /// Whether an operator would want to read of an answer.
    pub(crate) fn is_notable(status: u16) -> bool {
        !ORDINARY.contains(&status)
    }

    pub(crate) fn note(&mut self, now: Duration, source: IpAddr, refused: &Refused<'_>) {
        if self.rows_max == 0 {
            return;
        }
        let source = Source::of(source);
        let key = (source, refused.cause);
        let user_agent = refused
            .user_agent
            .map(|text| text.chars().take(USER_AGENT_MAX).collect());
        let row = self.rows.entry(key).or_insert(Blocked {
            source: source.address(),
            cause: refused.cause,
            count: 0,
            first_at: now,
            last_at: now,
            method: None,
            user_agent: None,
        });
        self.by_age.remove(&(row.last_at, key));
        self.by_age.insert((now, key));
        row.count = row.count.saturating_add(1);
        row.last_at = now;
        row.method = refused.method;
        row.user_agent = user_agent;
        if self.rows.len() > self.rows_max
            && let Some((_, eldest)) = self.by_age.pop_first()
        {
            self.rows.remove(&eldest);
        }
    }

    /// The last first.
    pub(crate) fn rows(&self) -> Vec<Blocked> {
        let keys = self.by_age.iter().rev().map(|(_, key)| key);
        keys.filter_map(|key| self.rows.get(key).cloned()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(cause: &'static str) -> Refused<'static> {
        Refused {
            cause,
            method: Some("INVITE"),
            user_agent: Some("friendly-scanner"),
        }
    }

    #[test]
    fn s7_the_table_is_bounded_and_the_row_that_rested_longest_goes() {
        let mut table = BlockedTable::new(3);
        let at = Duration::from_secs;
        let host = |number: u8| IpAddr::from([192, 0, 2, number]);
        for number in 1..=3 {
            table.note(at(u64::from(number)), host(number), &refused("a"));
        }
        table.note(at(4), host(1), &refused("a"));
        table.note(at(5), host(4), &refused("a"));
        let rows: Vec<_> = table
            .rows()
            .iter()
            .map(|row| (row.source, row.count))
            .collect();
        assert_eq!(rows, [(host(4), 1), (host(1), 2), (host(3), 1)]);
        assert_eq!(table.by_age.len(), 3);
        let first = &table.rows()[1];
        assert_eq!((first.first_at, first.last_at), (at(1), at(4)));
    }

    #[test]
    fn s7_a_64_of_ipv6_and_a_long_user_agent_fill_no_table() {
        let mut table = BlockedTable::new(10);
        let agent = "u".repeat(10_000);
        for number in 0..100_u16 {
            let source = IpAddr::from([0x2001, 0xdb8, 0, 1, number, 0, 0, 1]);
            let refused = Refused {
                user_agent: Some(&agent),
                ..refused("a")
            };
            table.note(Duration::from_secs(1), source, &refused);
        }
        let rows = table.rows();
        let [row] = rows.as_slice() else {
            panic!("{rows:?}")
        };
        assert_eq!(row.source.to_string(), "2001:db8:0:1::");
        assert_eq!(
            (row.count, row.user_agent.as_ref().map(String::len)),
            (100, Some(80))
        );
    }
}
