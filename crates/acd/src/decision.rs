//! The decision: who of the ready agents is offered this caller (R1-R4).
//!
//! Pure: the same pool gives the same ranking, whatever order the candidates come in. Ties are settled here and nowhere
//! else (R4). It changes nothing; the turn applies it.

use std::collections::{BTreeMap, BTreeSet};

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

/// What a walk over the pool found.
#[derive(Debug, Default)]
pub(crate) struct Ranking {
    /// The best `keep` candidates, best first.
    pub(crate) best: Vec<Key>,
    /// How many candidates there were.
    pub(crate) ranked: u32,
    /// How many ready agents the filter took out, by reason.
    pub(crate) out: BTreeMap<ReasonCode, u32>,
}

/// Walks the pool once and keeps the best. Each strategy compiles its own copy with `rank` inlined.
pub(crate) fn scan(pool: &Pool<'_>, rank: impl Fn(&Selection, &Candidate) -> Rank) -> Ranking {
    let mut ranking = Ranking::default();
    for candidate in pool.ready {
        if let Some(reason) = pool.filter.reason(candidate.agent) {
            *ranking.out.entry(reason).or_default() += 1;
            continue;
        }
        ranking.ranked += 1;
        let key = Key::new(rank(pool.selection, candidate), candidate);
        if ranking.best.len() < pool.keep || ranking.best.last().is_some_and(|last| key < *last) {
            insert(&mut ranking.best, key, pool.keep);
        }
    }
    ranking
}

fn insert(best: &mut Vec<Key>, key: Key, keep: usize) {
    let at = best.partition_point(|other| *other < key);
    best.insert(at, key);
    best.truncate(keep);
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
        let best = scan(&pool, |_, _| Rank(0)).best;
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
