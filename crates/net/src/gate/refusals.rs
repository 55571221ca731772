//! What the gate refused, from where and why, for an operator to read: a bounded table of source and cause (S8).
//!
//! When it is full, what has been quiet for an hour goes first, and among the rest the row of the lowest rank. A rank rises with
//! each refusal, and a new row begins above the one whose place it takes (the space-saving of Metwally, Agrawal and El Abbadi,
//! 2005): a flood of forged sources, each seen once, does not push out the one that came ten thousand times, and whoever comes
//! often gets a row however full the table was made before.

use core::net::IpAddr;
use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet};

use super::table::Cause;
use crate::flow::source_of;

const HOUR_S: u64 = 3_600;

/// Refusals of one cause for one source.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct GateRefusal {
    /// The host (IPv4) or the first address of its /64 (IPv6).
    pub source: IpAddr,
    /// Why, in the word of the counters.
    pub cause: &'static str,
    /// How many messages since `first_at`.
    pub count: u64,
    /// Absolute time of the first.
    pub first_at: Duration,
    /// Absolute time of the last.
    pub last_at: Duration,
}

/// The table.
#[derive(Debug)]
pub(super) struct Refusals {
    max: usize,
    rows: BTreeMap<Key, Row>,
    /// The first of it goes first.
    by_worth: BTreeSet<(Worth, Key)>,
}

type Key = (IpAddr, Cause);

/// The hour of the last refusal, and the rank.
type Worth = (u64, u64);

#[derive(Clone, Copy, Debug)]
struct Row {
    count: u64,
    rank: u64,
    first_at: Duration,
    last_at: Duration,
}

impl Refusals {
    pub(super) fn new(max: usize) -> Self {
        Self {
            max,
            rows: BTreeMap::new(),
            by_worth: BTreeSet::new(),
        }
    }

    pub(super) fn count(&mut self, now: Duration, source: IpAddr, cause: Cause) {
        let key = (source_of(source), cause);
        let row = match self.rows.get(&key) {
            Some(row) => {
                self.by_worth.remove(&(row.worth(), key));
                Row {
                    count: row.count.saturating_add(1),
                    rank: row.rank.saturating_add(1),
                    last_at: now,
                    ..*row
                }
            }
            None => Row {
                count: 1,
                rank: self.make_room(now).saturating_add(1),
                first_at: now,
                last_at: now,
            },
        };
        self.rows.insert(key, row);
        self.by_worth.insert((row.worth(), key));
    }

    /// The rank of the row that went for one more; 0 where there was room, or it was quiet for an hour.
    fn make_room(&mut self, now: Duration) -> u64 {
        if self.rows.len() < self.max.max(1) {
            return 0;
        }
        let Some(((hour, rank), key)) = self.by_worth.pop_first() else {
            return 0;
        };
        self.rows.remove(&key);
        if hour == hour_of(now) { rank } else { 0 }
    }

    /// The latest first.
    pub(super) fn rows(&self) -> Vec<GateRefusal> {
        let of = |(&(source, cause), row): (&Key, &Row)| GateRefusal {
            source,
            cause: cause.word(),
            count: row.count,
            first_at: row.first_at,
            last_at: row.last_at,
        };
        let mut rows: Vec<GateRefusal> = self.rows.iter().map(of).collect();
        rows.sort_by_key(|row| core::cmp::Reverse(row.last_at));
        rows
    }
}

impl Row {
    fn worth(&self) -> Worth {
        (hour_of(self.last_at), self.rank)
    }
}

fn hour_of(time: Duration) -> u64 {
    time.as_secs() / HOUR_S
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Duration = Duration::from_secs(1_700_000_000);

    fn host(n: u32) -> IpAddr {
        IpAddr::V4((0x0a00_0000 + n).into())
    }

    #[test]
    fn a_source_has_a_row_for_each_cause() {
        let mut refusals = Refusals::new(10);
        let later = START + Duration::from_secs(2);
        for (now, cause) in [
            (START, Cause::Source),
            (later, Cause::Source),
            (START, Cause::Strangers),
        ] {
            refusals.count(now, "2001:db8::9".parse().unwrap(), cause);
        }
        let row = |cause, count, last_at| GateRefusal {
            source: "2001:db8::".parse().unwrap(),
            cause,
            count,
            first_at: START,
            last_at,
        };
        let expected = [
            row("gate_source", 2, later),
            row("gate_strangers", 1, START),
        ];
        assert_eq!(refusals.rows(), expected);
    }

    #[test]
    fn s8_forged_sources_do_not_push_out_the_one_that_came_often() {
        let mut refusals = Refusals::new(100);
        for _ in 0..1_000 {
            refusals.count(START, host(0), Cause::Source);
        }
        for n in 1..10_000 {
            refusals.count(START, host(n), Cause::Strangers);
        }
        let rows = refusals.rows();
        assert_eq!(rows.len(), 100);
        assert!(
            rows.iter()
                .any(|row| row.source == host(0) && row.count == 1_000)
        );
        assert_eq!(refusals.by_worth.len(), 100);
    }

    #[test]
    fn s8_a_table_that_was_filled_before_still_shows_who_comes_often() {
        let mut refusals = Refusals::new(100);
        for n in 1..=100 {
            for _ in 0..5 {
                refusals.count(START, host(n), Cause::Source);
            }
        }
        for n in 0..2_000 {
            refusals.count(START, host(1_000 + n), Cause::Strangers);
            refusals.count(START, host(0), Cause::Source);
        }
        let rows = refusals.rows();
        assert_eq!(rows.len(), 100);
        let told = rows.iter().find(|row| row.source == host(0));
        assert!(told.is_some_and(|row| row.count > 1_000), "{told:?}");
    }

    #[test]
    fn what_was_quiet_for_an_hour_goes_first() {
        let mut refusals = Refusals::new(2);
        for _ in 0..1_000 {
            refusals.count(START, host(0), Cause::Source);
        }
        let later = START + Duration::from_secs(2 * HOUR_S);
        for n in 1..3 {
            refusals.count(later, host(n), Cause::Source);
        }
        assert!(refusals.rows().iter().all(|row| row.source != host(0)));
    }
}
