//! The ready set of a queue: its candidates, in groups that are kept in the order of its strategy.
//!
//! Kept up to date by state changes, so that a decision looks at the best and at nobody else (F10). Facts of a ready
//! agent stand still, but for what the window of least-calls slides over; `expiries` knows when. The order in memory
//! means nothing (R4).

use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet};

use model::AgentId;
use model::decision::ReasonCode;

pub(crate) use self::group::Competence;

use self::group::Group;
use crate::decision::{Class, Filter, Key};
use crate::selection::{Candidate, Rank, Selection};
use crate::strategy::{Order, Strategy};

mod group;
mod lots;

/// See the file's head.
#[derive(Clone, Debug)]
pub(crate) struct ReadySet {
    /// Whose ordering the groups are kept in.
    row: &'static Strategy,
    slots: BTreeMap<AgentId, Slot>,
    groups: BTreeMap<Competence, Group>,
    expiries: BTreeSet<(Duration, AgentId)>,
}

#[derive(Clone, Debug)]
struct Slot {
    candidate: Candidate,
    competence: Competence,
    expiry: Option<Duration>,
}

impl ReadySet {
    pub(crate) const fn new(row: &'static Strategy) -> Self {
        Self {
            row,
            slots: BTreeMap::new(),
            groups: BTreeMap::new(),
            expiries: BTreeSet::new(),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.slots.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    pub(crate) fn agents(&self) -> impl Iterator<Item = AgentId> {
        self.slots.keys().copied()
    }

    pub(crate) fn get(&self, agent: AgentId) -> Option<&Candidate> {
        self.slots.get(&agent).map(|slot| &slot.candidate)
    }

    /// Adds an agent or replaces his facts. `expiry`: when the oldest of his counted calls leaves the window.
    pub(crate) fn put(
        &mut self,
        candidate: Candidate,
        competence: Competence,
        expiry: Option<Duration>,
    ) {
        let agent = candidate.agent;
        self.remove(agent);
        let order = self.row.order;
        let group = self.groups.entry(competence.clone());
        group
            .or_insert_with(|| Group::new(order))
            .insert(order, &candidate);
        self.expiries.extend(expiry.map(|at| (at, agent)));
        let slot = Slot {
            candidate,
            competence,
            expiry,
        };
        self.slots.insert(agent, slot);
    }

    pub(crate) fn remove(&mut self, agent: AgentId) {
        let Some(slot) = self.slots.remove(&agent) else {
            return;
        };
        if let Some(at) = slot.expiry {
            self.expiries.remove(&(at, agent));
        }
        if let Some(group) = self.groups.get_mut(&slot.competence) {
            group.remove(self.row.order, &slot.candidate);
            if group.len() == 0 {
                self.groups.remove(&slot.competence);
            }
        }
    }

    /// An agent whose count has changed by now, if there is one; `put` him again with the count of this moment.
    pub(crate) fn outdated(&self, now: Duration) -> Option<AgentId> {
        let (at, agent) = self.expiries.first()?;
        (*at <= now).then_some(*agent)
    }

    /// Gives each candidate his seat.
    pub(crate) fn reseat(&mut self, seat_of: impl Fn(AgentId) -> u32) {
        self.rebuild(self.row, seat_of);
    }

    /// Keeps the groups in another strategy's ordering.
    pub(crate) fn reorder(&mut self, row: &'static Strategy) {
        if self.row != row {
            let seats: BTreeMap<AgentId, u32> = self
                .slots
                .iter()
                .map(|(agent, slot)| (*agent, slot.candidate.seat))
                .collect();
            self.rebuild(row, |agent| seats.get(&agent).copied().unwrap_or(0));
        }
    }

    fn rebuild(&mut self, row: &'static Strategy, seat_of: impl Fn(AgentId) -> u32) {
        let former = core::mem::replace(self, Self::new(row));
        for (agent, slot) in former.slots {
            let candidate = Candidate {
                seat: seat_of(agent),
                ..slot.candidate
            };
            self.put(candidate, slot.competence, slot.expiry);
        }
    }

    /// The best `keep` whom the filter lets through, best first.
    pub(crate) fn best(&self, selection: Selection, filter: &Filter<'_>, keep: usize) -> Vec<Key> {
        if let Some(agent) = filter.only {
            return Vec::from_iter(self.key_of(agent, Rank(0), filter));
        }
        if let Some(listed) = filter.listed {
            let keys = (0..).zip(listed);
            let keys = keys.filter_map(|(at, agent)| self.key_of(*agent, Rank(at), filter));
            return keys.take(keep).collect();
        }
        if filter.team.is_some() {
            return self.best_of_team(selection, filter, keep);
        }
        let mut open = self.open(filter);
        open.sort_by_key(|(class, _)| *class);
        let mut best = Vec::new();
        for peers in open.chunk_by(|(one, _), (other, _)| one == other) {
            let missing = keep.saturating_sub(best.len());
            if missing == 0 {
                break;
            }
            best.extend(match self.row.order {
                Order::Drawn(_) => self.drawn(peers, selection, filter, missing),
                Order::Ranked(_) | Order::Circular | Order::Fallback | Order::Asked => {
                    walked(peers, selection, filter, missing)
                }
            });
        }
        best
    }

    /// R67: of the few who have both queues. It looks at each, since no group knows them, and draws no lots.
    fn best_of_team(&self, selection: Selection, filter: &Filter<'_>, keep: usize) -> Vec<Key> {
        let rank = |candidate| match self.row.order {
            Order::Drawn(_) => Rank(0),
            Order::Ranked(_) | Order::Circular | Order::Fallback | Order::Asked => {
                self.rank(selection, candidate)
            }
        };
        let slots = self.slots.iter();
        let team = slots.filter(|(agent, slot)| filter.reason(**agent, &slot.competence).is_none());
        let keys = team.filter_map(|(_, slot)| {
            let class = filter.class(&slot.competence)?;
            Some((class, Key::new(rank(&slot.candidate), &slot.candidate)))
        });
        let mut keys: Vec<_> = keys.collect();
        keys.sort_unstable();
        keys.into_iter().take(keep).map(|(_, key)| key).collect()
    }

    /// The groups that this caller may have somebody of, with what he thinks of them.
    fn open(&self, filter: &Filter<'_>) -> Vec<(Class, &Group)> {
        let groups = self.groups.iter();
        groups
            .filter_map(|(competence, group)| Some((filter.class(competence)?, group)))
            .collect()
    }

    fn drawn(
        &self,
        peers: &[(Class, &Group)],
        selection: Selection,
        filter: &Filter<'_>,
        keep: usize,
    ) -> Vec<Key> {
        let seat_of = |agent| self.get(agent).map(|candidate| candidate.seat);
        let out = filter.named();
        let out = out.filter_map(|agent| Some((seat_of(agent)?, agent)));
        let lots: Vec<_> = peers.iter().filter_map(|(_, group)| group.lots()).collect();
        let drawn = lots::draw(&lots, selection.seed, out.collect(), keep, seat_of);
        drawn.into_iter().map(Key::drawn).collect()
    }

    fn key_of(&self, agent: AgentId, rank: Rank, filter: &Filter<'_>) -> Option<Key> {
        let slot = self.slots.get(&agent)?;
        let fits = filter.reason(agent, &slot.competence).is_none();
        fits.then(|| Key::new(rank, &slot.candidate))
    }

    /// Why a ready agent is out for this caller, if he is (R1).
    pub(crate) fn reason(&self, agent: AgentId, filter: &Filter<'_>) -> Option<ReasonCode> {
        let slot = self.slots.get(&agent)?;
        filter.reason(agent, &slot.competence)
    }

    /// What the caller thinks of a ready agent's group (R45, R71).
    pub(crate) fn class(&self, agent: AgentId, filter: &Filter<'_>) -> Option<Class> {
        let slot = self.slots.get(&agent)?;
        filter.class(&slot.competence)
    }

    /// What the record says of a candidate's place in the ordering.
    pub(crate) fn rank(&self, selection: Selection, candidate: &Candidate) -> Rank {
        group::rank(self.row.order, selection, candidate)
    }

    /// The lowest rank of all; of seats and lots none.
    pub(crate) fn lowest(&self) -> Option<Rank> {
        self.groups.values().filter_map(Group::lowest).min()
    }

    /// Whose ordering it is.
    pub(crate) const fn row(&self) -> &'static Strategy {
        self.row
    }

    /// Whether a ready agent does not have what this caller needs.
    pub(crate) fn lacks_skills(&self, agent: AgentId, filter: &Filter<'_>) -> bool {
        let slot = self.slots.get(&agent);
        slot.is_some_and(|slot| filter.class(&slot.competence).is_none())
    }

    /// How many ready agents this caller may not have for want of skills.
    pub(crate) fn unskilled(&self, filter: &Filter<'_>) -> usize {
        let closed = self
            .groups
            .iter()
            .filter(|(competence, _)| filter.class(competence).is_none());
        closed.map(|(_, group)| group.len()).sum()
    }
}

/// The best of groups that stand alike.
fn walked(
    peers: &[(Class, &Group)],
    selection: Selection,
    filter: &Filter<'_>,
    keep: usize,
) -> Vec<Key> {
    let mut best = Vec::new();
    for (_, group) in peers {
        let free = group.walk(selection);
        let free = free.filter(|key| !filter.names(key.agent));
        best.extend(free.take(keep));
    }
    best.sort_unstable();
    best.truncate(keep);
    best
}

#[cfg(test)]
mod tests;
