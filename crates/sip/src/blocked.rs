//! What was refused, from where and why, for an operator to read: a bounded table of source and cause.
//!
//! It never decides anything: a datagram's source may be made up (S9). What an honest peer meets every day is left out: the
//! first challenge, a registration that is too brief, a dialog that has ended meanwhile. Invariant: at most so many rows. For
//! one more the one goes that was quiet for an hour, else that of the lowest rank: a rank rises with each refusal, and a new
//! row begins above the one whose place it takes. So made-up sources push out neither the one that came often nor the next.

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

const HOUR_S: u64 = 3_600;

/// Characters of a User-Agent that are kept.
const USER_AGENT_MAX: usize = 80;

/// Answers that honest peers get in ordinary operation.
const ORDINARY: [u16; 8] = [401, 407, 422, 423, 481, 482, 491, 500];

type Key = (Source, &'static str);

/// The hour of the last refusal, and the rank.
type Worth = (u64, u64);

#[derive(Debug)]
struct Row {
    told: Blocked,
    rank: u64,
}

/// All rows.
#[derive(Debug)]
pub(crate) struct BlockedTable {
    rows_max: usize,
    rows: BTreeMap<Key, Row>,
    /// The first of it goes first.
    by_worth: BTreeSet<(Worth, Key)>,
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
            by_worth: BTreeSet::new(),
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
        let mut row = match self.rows.remove(&key) {
            Some(row) => {
                self.by_worth.remove(&(row.worth(), key));
                row
            }
            None => Row {
                told: Blocked {
                    source: source.address(),
                    cause: refused.cause,
                    count: 0,
                    first_at: now,
                    last_at: now,
                    method: None,
                    user_agent: None,
                },
                rank: self.make_room(now),
            },
        };
        row.rank = row.rank.saturating_add(1);
        row.told.count = row.told.count.saturating_add(1);
        row.told.last_at = now;
        row.told.method = refused.method;
        row.told.user_agent = user_agent;
        self.by_worth.insert((row.worth(), key));
        self.rows.insert(key, row);
    }

    /// The rank of the row that went for one more; 0 where there was room, or it was quiet for an hour.
    fn make_room(&mut self, now: Duration) -> u64 {
        if self.rows.len() < self.rows_max {
            return 0;
        }
        let Some(((hour, rank), key)) = self.by_worth.pop_first() else {
            return 0;
        };
        self.rows.remove(&key);
        if hour == hour_of(now) { rank } else { 0 }
    }

    /// The last first.
    pub(crate) fn rows(&self) -> Vec<Blocked> {
        let mut rows: Vec<Blocked> = self.rows.values().map(|row| row.told.clone()).collect();
        rows.sort_by_key(|row| core::cmp::Reverse(row.last_at));
        rows
    }
}

impl Row {
    fn worth(&self) -> Worth {
        (hour_of(self.told.last_at), self.rank)
    }
}

fn hour_of(time: Duration) -> u64 {
    time.as_secs().checked_div(HOUR_S).unwrap_or_default()
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
    fn s7_the_table_is_bounded_and_the_row_of_the_lowest_rank_goes() {
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
        assert_eq!(table.by_worth.len(), 3);
        let first = &table.rows()[1];
        assert_eq!((first.first_at, first.last_at), (at(1), at(4)));
    }

    #[test]
    fn s8_made_up_sources_push_out_neither_who_came_often_nor_who_comes_next() {
        let host = |number: u32| IpAddr::V4((0x0a00_0000 + number).into());
        let mut table = BlockedTable::new(50);
        let now = Duration::from_secs(7_000);
        let mut note = |now, number| table.note(now, host(number), &refused("a"));
        for _ in 0..1_000 {
            note(now, 1);
        }
        for number in 0..5_000 {
            note(now, 100 + number);
            note(now, 2);
        }
        let count = |table: &BlockedTable, number| {
            let rows = table.rows();
            let row = rows.iter().find(|row| row.source == host(number));
            row.map_or(0, |row| row.count)
        };
        assert_eq!(count(&table, 1), 1_000);
        assert!(count(&table, 2) > 4_000);
        assert_eq!(table.rows().len(), 50);
        // What was quiet for an hour goes, and lends its rank to nobody.
        let later = Duration::from_secs(8_000);
        table.note(later, host(3), &refused("a"));
        table.note(later, host(3), &refused("a"));
        for number in 0..5_000 {
            table.note(later, host(10_000 + number), &refused("a"));
            if number < 48 {
                assert_eq!(count(&table, 3), 2, "{number}");
            }
        }
        assert_eq!(count(&table, 1), 0);
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
