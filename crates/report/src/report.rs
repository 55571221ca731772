//! A report (报表): rows by interval and by whom they are of, with one row of all of them, each made of sums.

use std::collections::BTreeMap;
use std::ops::Range;

use model::{Interval, Timestamp, Zone};

use crate::figure::{Subject, Sums};

/// A report.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// Of whom.
    pub subject: Subject,
    /// Of which time.
    pub time: Range<Timestamp>,
    /// How it is cut.
    pub by: Interval,
    /// On whose clock.
    pub zone: Zone,
    /// By time, then by whom they are of.
    pub rows: Vec<Row>,
    /// Of all rows together.
    pub total: Row,
}

/// A row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// Its interval, as far as it lies in the report's time.
    pub time: Range<Timestamp>,
    /// Of whom: the name in the configuration, or the number.
    pub id: String,
    /// What people call him.
    pub title: String,
    /// Of what it is made.
    pub sums: Sums,
    /// Of an agent: how long he was not ready, by reason, in ms.
    pub not_ready: BTreeMap<String, i64>,
}

impl Report {
    /// A report of these rows, in their order.
    pub fn new(
        subject: Subject,
        (time, by, zone): (Range<Timestamp>, Interval, Zone),
        rows: Vec<Row>,
    ) -> Self {
        let mut total = Row {
            time: time.clone(),
            ..Row::default()
        };
        for (index, row) in rows.iter().enumerate() {
            if index == 0 {
                total.sums.level = row.sums.level;
            }
            total.add(row);
        }
        Self {
            subject,
            time,
            by,
            zone,
            rows,
            total,
        }
    }
}

impl Row {
    /// The sums of both.
    pub fn add(&mut self, other: &Self) {
        self.sums.add(&other.sums);
        for (reason, ms) in &other.not_ready {
            let of = self.not_ready.entry(reason.clone()).or_default();
            *of = of.saturating_add(*ms);
        }
    }
}
