//! Lanes: which callers of a line look for an agent, in order of their places.

use core::ops::Bound::{Excluded, Unbounded};
use std::collections::BTreeSet;

use crate::strategy::Rings;
use crate::waiting::{Place, Waiting};

/// What a caller looks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lane {
    /// To be asked about (B15). Served among those who look for their first phone.
    Unasked,
    /// His first phone. Served before all others (R18).
    Open,
    /// Further phones, while some ring (R21).
    Extending,
}

impl Lane {
    /// The lane of a caller in one queue; `None`: enough phones ring for him, one has answered (R26), we could not ring one
    /// a moment ago, the directory is about to say whom he knows (R57), or his deadline is too near for one (D10).
    pub(crate) fn of(caller: &Waiting, rings: Rings, ring_max: usize) -> Option<Self> {
        if caller.is_kept_back() || caller.too_late || !caller.claims.is_empty() {
            return None;
        }
        match (caller.offers.len(), rings) {
            // Also between two passes: whoever becomes a candidate meanwhile is offered at once (R9).
            (0, _) => Some(Self::Open),
            (_, Rings::One) => None,
            (_, Rings::OneByOne | Rings::All) if caller.alone => None,
            (ringing, Rings::OneByOne) => {
                (caller.one_more && ringing < ring_max).then_some(Self::Extending)
            }
            (ringing, Rings::All) => (ringing < ring_max).then_some(Self::Extending),
        }
    }
}

/// The callers of one queue who look for an agent. Nobody is in two lanes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lanes {
    unasked: BTreeSet<Place>,
    open: BTreeSet<Place>,
    extending: BTreeSet<Place>,
}

impl Lanes {
    /// Moves a caller into a lane, or out of all.
    pub(crate) fn put(&mut self, place: Place, lane: Option<Lane>) {
        self.unasked.remove(&place);
        self.open.remove(&place);
        self.extending.remove(&place);
        match lane {
            Some(Lane::Unasked) => self.unasked.insert(place),
            Some(Lane::Open) => self.open.insert(place),
            Some(Lane::Extending) => self.extending.insert(place),
            None => false,
        };
    }

    /// How many look for their first phone.
    pub(crate) fn open(&self) -> usize {
        self.open.len()
    }

    /// The first caller of a lane behind `after`.
    pub(crate) fn next(&self, lane: Lane, after: Option<Place>) -> Option<Place> {
        let lane = match lane {
            Lane::Unasked => &self.unasked,
            Lane::Open => &self.open,
            Lane::Extending => &self.extending,
        };
        match after {
            Some(place) => lane.range((Excluded(place), Unbounded)).next(),
            None => lane.first(),
        }
        .copied()
    }

    /// The lane that a caller stands in.
    pub(crate) fn find(&self, place: Place) -> Option<Lane> {
        if self.unasked.contains(&place) {
            Some(Lane::Unasked)
        } else if self.open.contains(&place) {
            Some(Lane::Open)
        } else if self.extending.contains(&place) {
            Some(Lane::Extending)
        } else {
            None
        }
    }
}
