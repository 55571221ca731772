//! Heat (热力, E23): what became of all visits at a node of a script: how many came, by which way they left, after how long.
//!
//! A sum of visits in whatever order: sums of sums are the same. Who shows it takes shares and percentiles from here.

use std::collections::BTreeMap;

use crate::histogram::Histogram;
use crate::visit::{Visit, Way};

/// What became of all visits at one node, by the way in which it was left.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NodeHeat {
    /// The node's kind; the last one where it changed.
    pub kind: String,
    /// By the way.
    pub ways: BTreeMap<Way, WayHeat>,
}

/// What became of the visits that ended one way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WayHeat {
    /// How many.
    pub visits: u64,
    /// Of them by a key that led straight to people.
    pub to_person: u64,
    /// Tries that failed by silence.
    pub timeouts: u64,
    /// Tries that failed by keys that do not fit.
    pub wrong_keys: u64,
    /// How long they lasted, in ms.
    pub times: Histogram,
}

impl WayHeat {
    /// One visit more.
    pub fn add(&mut self, visit: &Visit) {
        self.visits += 1;
        self.to_person += u64::from(visit.to_person);
        self.timeouts += u64::from(visit.failed.timeouts);
        self.wrong_keys += u64::from(visit.failed.wrong_keys);
        self.times.add(visit.ms);
    }

    /// Those of both.
    pub fn add_all(&mut self, other: &Self) {
        self.visits += other.visits;
        self.to_person += other.to_person;
        self.timeouts += other.timeouts;
        self.wrong_keys += other.wrong_keys;
        self.times.add_all(&other.times);
    }
}

impl NodeHeat {
    /// Of all ways together.
    pub fn all(&self) -> WayHeat {
        let mut all = WayHeat::default();
        self.ways.values().for_each(|way| all.add_all(way));
        all
    }

    /// How many visits ended this way.
    pub fn visits(&self, way: &Way) -> u64 {
        self.ways.get(way).map_or(0, |heat| heat.visits)
    }

    /// How many callers hung up here, of those who came; `None` where nobody came.
    pub fn hung_up_share(&self) -> Option<f64> {
        let entered: u64 = self.ways.values().map(|way| way.visits).sum();
        (entered > 0).then(|| self.visits(&Way::HungUp) as f64 / entered as f64)
    }
}
