//! A group: ready agents of one tier with the same skills, in the order of the queue's strategy (F10).
//!
//! Whether a caller may have one of them is the same for all, so a decision asks once a group and not once an agent.

use std::collections::BTreeSet;
use std::sync::Arc;

use model::{AgentId, Skills};

use super::lots::Lots;
use crate::decision::Key;
use crate::selection::{Candidate, Rank, Selection};
use crate::strategy::Order;

/// What all of a group have in common.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Competence {
    /// Lower tiers come first, whatever the strategy says (R45).
    pub(crate) tier: u8,
    pub(crate) skills: Arc<Skills>,
}

/// See the file's head.
#[derive(Clone, Debug)]
pub(super) struct Group {
    index: Index,
    len: usize,
}

/// The agents in the order in which decisions ask for them.
#[derive(Clone, Debug)]
enum Index {
    Ranked(BTreeSet<Key>),
    Circular(BTreeSet<(u32, AgentId)>),
    Drawn(Lots),
}

impl Group {
    pub(super) fn new(order: Order) -> Self {
        let index = match order {
            Order::Ranked(_) | Order::Fallback | Order::Asked => Index::Ranked(BTreeSet::new()),
            Order::Circular => Index::Circular(BTreeSet::new()),
            Order::Drawn(_) => Index::Drawn(Lots::default()),
        };
        Self { index, len: 0 }
    }

    pub(super) fn insert(&mut self, order: Order, candidate: &Candidate) {
        self.len += 1;
        match &mut self.index {
            Index::Ranked(keys) => {
                keys.insert(key(order, candidate));
            }
            Index::Circular(seats) => {
                seats.insert((candidate.seat, candidate.agent));
            }
            Index::Drawn(lots) => lots.insert(candidate, share(order, candidate)),
        }
    }

    pub(super) fn remove(&mut self, order: Order, candidate: &Candidate) {
        self.len -= 1;
        match &mut self.index {
            Index::Ranked(keys) => {
                keys.remove(&key(order, candidate));
            }
            Index::Circular(seats) => {
                seats.remove(&(candidate.seat, candidate.agent));
            }
            Index::Drawn(lots) => lots.remove(candidate),
        }
    }

    pub(super) const fn len(&self) -> usize {
        self.len
    }

    /// The agents with what they are compared by, best first; of lots nothing, since they are drawn.
    pub(super) fn walk(&self, selection: Selection) -> Box<dyn Iterator<Item = Key> + '_> {
        match &self.index {
            Index::Ranked(keys) => Box::new(keys.iter().copied()),
            Index::Circular(seats) => {
                let start = (selection.next_seat, AgentId::new(0));
                let circle = seats.range(start..).chain(seats.range(..start));
                Box::new(circle.map(move |(seat, agent)| {
                    Key::of_seat(turn_of(*seat, selection.next_seat), *agent)
                }))
            }
            Index::Drawn(_) => Box::new(core::iter::empty()),
        }
    }

    pub(super) fn lowest(&self) -> Option<Rank> {
        match &self.index {
            Index::Ranked(keys) => keys.first().map(Key::rank),
            Index::Circular(_) | Index::Drawn(_) => None,
        }
    }

    pub(super) const fn lots(&self) -> Option<&Lots> {
        match &self.index {
            Index::Drawn(lots) => Some(lots),
            Index::Ranked(_) | Index::Circular(_) => None,
        }
    }
}

/// What the record says of a candidate: his rank, his turn, or his lots.
pub(super) fn rank(order: Order, selection: Selection, candidate: &Candidate) -> Rank {
    match order {
        Order::Ranked(rank) => rank(candidate),
        Order::Circular => turn_of(candidate.seat, selection.next_seat),
        Order::Drawn(share) => Rank(share(candidate).into()),
        Order::Fallback | Order::Asked => Rank(0),
    }
}

/// How many seats behind the one whose turn it is; those in front of it wrap to the far end, in their order (R31).
const fn turn_of(seat: u32, next_seat: u32) -> Rank {
    Rank(seat.wrapping_sub(next_seat) as i64)
}

fn key(order: Order, candidate: &Candidate) -> Key {
    let selection = Selection {
        seed: 0,
        next_seat: 0,
    };
    Key::new(rank(order, selection, candidate), candidate)
}

fn share(order: Order, candidate: &Candidate) -> u32 {
    match order {
        Order::Drawn(share) => share(candidate),
        Order::Ranked(_) | Order::Circular | Order::Fallback | Order::Asked => 1,
    }
}
