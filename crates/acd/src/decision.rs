//! The decision: who of the ready agents is offered this caller (R1-R4).
//!
//! Pure: the same pool gives the same ranking, whatever order the candidates come in. Ties are settled here and nowhere
//! else (R4). It changes nothing; the turn applies it.

use std::collections::BTreeSet;

use model::AgentId;
use model::decision::ReasonCode;

use crate::selection::{Candidate, Micros, Rank, Selection};

/// A queue with more agents than this records counts instead of a line for each.
pub(crate) const FULL_RECORD_MAX: usize = 64;

/// What one decision chooses from.
pub(crate) struct Pool<'a> {
    pub(crate) selection: &'a Selection,
    pub(crate) ready: &'a [Candidate],
    pub(crate) filter: &'a Filter<'a>,
    /// How many may be chosen.
    pub(crate) keep: usize,
}

/// Who of the ready agents is no candidate for this caller.
#[derive(Debug)]
pub(crate) struct Filter<'a> {
    /// T(c): those who were offered this caller in this pass.
    pub(crate) tried: &'a BTreeSet<AgentId>,
    /// The caller, when he is an agent.
    pub(crate) caller: Option<AgentId>,
    /// The familiar agent, when he alone comes into question (R57).
    pub(crate) only: Option<AgentId>,
    /// Who is skipped for his calls in a row (R38).
    pub(crate) skip: Option<AgentId>,
}

impl Filter<'_> {
    /// The one reason why a ready agent is out, if he is (R1).
    pub(crate) fn reason(&self, agent: AgentId) -> Option<ReasonCode> {
        if self.tried.contains(&agent) {
            Some(ReasonCode::Tried)
        } else if self.caller == Some(agent) {
            Some(ReasonCode::IsCaller)
        } else if self.only.is_some_and(|only| only != agent) {
            Some(ReasonCode::NotFamiliar)
        } else if self.skip == Some(agent) {
            Some(ReasonCode::Consecutive)
        } else {
            None
        }
    }

    /// All whom the filter names, each once.
    pub(crate) fn named(&self) -> impl Iterator<Item = AgentId> {
        let others = BTreeSet::from_iter(self.caller.into_iter().chain(self.skip));
        let others = others.into_iter().filter(|one| !self.tried.contains(one));
        self.tried.iter().copied().chain(others)
    }
}

/// By what a candidate is compared: the strategy's rank, then R4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    pub(crate) rank: Rank,
    idle_since: Micros,
    pub(crate) agent: AgentId,
}

impl Key {
    /// R4: given equal ranks the longest idle wins, then the lowest id; never list, hash or database order.
    pub(crate) const fn new(rank: Rank, candidate: &Candidate) -> Self {
        Self {
            rank,
            idle_since: candidate.idle_since,
            agent: candidate.agent,
        }
    }
}

/// Walks the pool once and tells the best `keep` candidates, best first. Each strategy compiles its own copy with `rank` inlined.
pub(crate) fn scan(pool: &Pool<'_>, rank: impl Fn(&Selection, &Candidate) -> Rank) -> Vec<Key> {
    let mut best: Vec<Key> = Vec::with_capacity(pool.keep.min(pool.ready.len()));
    // The worst of a full list: almost all candidates end at this one comparison, and only the few that pass it are
    // looked up in the filter.
    let mut worst = None;
    for candidate in pool.ready {
        let key = Key::new(rank(pool.selection, candidate), candidate);
        if worst.is_some_and(|worst| key >= worst) || pool.filter.reason(key.agent).is_some() {
            continue;
        }
        let at = best.partition_point(|other| *other < key);
        best.insert(at, key);
        best.truncate(pool.keep);
        worst = best.last().copied().filter(|_| best.len() == pool.keep);
    }
    best.truncate(pool.keep);
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(agent: u64, idle_since_ms: u64) -> Candidate {
        Candidate {
            agent: AgentId::new(agent),
            seat: 0,
            handled: 0,
            idle_since: core::time::Duration::from_millis(idle_since_ms).into(),
            last_connected: None,
            signed_in: Micros::default(),
        }
    }

    fn chosen(ready: &[Candidate], keep: usize) -> Vec<u64> {
        let pool = Pool {
            selection: &Selection {
                seed: 0,
                next_seat: 0,
            },
            ready,
            filter: &Filter {
                tried: &BTreeSet::new(),
                caller: None,
                only: None,
                skip: None,
            },
            keep,
        };
        let best = scan(&pool, |_, _| Rank(0));
        best.iter().map(|key| key.agent.get()).collect()
    }

    #[test]
    fn r04_ties_fall_to_the_longest_idle_then_the_lowest_id_in_any_list_order() {
        let mut list = [candidate(3, 50), candidate(2, 50), candidate(9, 40)];
        for _ in 0..3 {
            assert_eq!(chosen(&list, 3), [9, 2, 3]);
            assert_eq!(chosen(&list, 1), [9]);
            list.rotate_left(1);
        }
        assert!(chosen(&list, 0).is_empty());
    }
}
