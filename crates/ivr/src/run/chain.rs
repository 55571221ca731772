//! How often a caller may try and choose: the counters that end every way through a script (E3).
//!
//! Failed tries count per node over a chain of visits, and a chain ends with a valid choice anywhere: bouncing between two
//! menus by silence ends. Visits count per node over the whole run: after `VISITS_MAX` of them a node takes no choice any
//! more and leaves by its failure exit, so bouncing by keys ends too, in the script's own way.

use std::collections::BTreeMap;

use model::ScriptName;

/// Most visits of one node in which the caller may choose.
const VISITS_MAX: u32 = 20;

type Spot = (ScriptName, String);

#[derive(Debug, Default)]
pub(super) struct Chain {
    failures: BTreeMap<Spot, u32>,
    visits: BTreeMap<Spot, u32>,
}

impl Chain {
    /// The caller comes to a node.
    pub(super) fn enter(&mut self, script: &ScriptName, node: &str) {
        *self
            .visits
            .entry((script.clone(), node.to_owned()))
            .or_default() += 1;
    }

    /// The caller made a valid choice.
    pub(super) fn chose(&mut self) {
        self.failures.clear();
    }

    /// A try failed.
    pub(super) fn fail(&mut self, script: &ScriptName, node: &str) {
        *self
            .failures
            .entry((script.clone(), node.to_owned()))
            .or_default() += 1;
    }

    /// Whether the caller may try at a node with so many tries.
    pub(super) fn may_try(&self, script: &ScriptName, node: &str, tries: u32) -> bool {
        let failures = self
            .failures
            .get(&(script.clone(), node.to_owned()))
            .copied()
            .unwrap_or(0);
        failures < tries && self.may_choose(script, node)
    }

    /// Whether a node still takes a choice.
    pub(super) fn may_choose(&self, script: &ScriptName, node: &str) -> bool {
        self.visits
            .get(&(script.clone(), node.to_owned()))
            .copied()
            .unwrap_or(0)
            <= VISITS_MAX
    }
}
