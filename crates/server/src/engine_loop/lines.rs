//! Calls alive by trunk and direction for `/metrics`: `trunkline_trunk_calls{trunk,direction}`. A figure is set when it changes.

use std::collections::BTreeMap;

use engine::Engine;
use sip::TrunkName;

/// The figures as they were set last.
#[derive(Debug, Default)]
pub(crate) struct Lines(BTreeMap<TrunkName, (u32, u32)>);

impl Lines {
    /// Sets what has changed; a trunk that is no more carries nothing.
    pub(super) fn show(&mut self, engine: &Engine) {
        self.0.retain(|trunk, _| {
            let stays = engine.trunk_loads().any(|(name, _, _)| name == trunk);
            if !stays {
                set(trunk, (0, 0));
            }
            stays
        });
        for (trunk, calls_in, calls_out) in engine.trunk_loads() {
            let load = (calls_in, calls_out);
            if self.0.get(trunk) != Some(&load) {
                self.0.insert(trunk.clone(), load);
                set(trunk, load);
            }
        }
    }
}

fn set(trunk: &TrunkName, (calls_in, calls_out): (u32, u32)) {
    for (direction, calls) in [("in", calls_in), ("out", calls_out)] {
        let trunk = trunk.as_str().to_owned();
        metrics::gauge!("trunkline_trunk_calls", "trunk" => trunk, "direction" => direction)
            .set(f64::from(calls));
    }
}
