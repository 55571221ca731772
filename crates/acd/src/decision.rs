//! The decision: who of the ready agents may be offered this caller, and by what they are compared (R1-R4).
//!
//! Pure: the same agents give the same ranking, whatever order they came in. Ties are settled here and nowhere else (R4).
//! It changes nothing; the turn applies it.

use core::cmp::Reverse;
use std::collections::BTreeSet;

use model::decision::ReasonCode;
use model::{AgentId, Requirement, Skills};
use serde::{Deserialize, Serialize};

use crate::config::Step;
use crate::queue::Queue;
use crate::ready::Competence;
use crate::selection::{Candidate, Micros, Rank};

/// Who of the ready agents is no candidate for this caller.
#[derive(Debug)]
pub(crate) struct Filter<'a> {
    /// T(c): those who were offered this caller in this pass.
    pub(crate) tried: &'a BTreeSet<AgentId>,
    /// Whom the caller must not meet (R66).
    pub(crate) apart: &'a BTreeSet<AgentId>,
    /// The caller, when he is an agent.
    pub(crate) caller: Option<AgentId>,
    /// The familiar agent, when he alone comes into question (R57), or the named one.
    pub(crate) only: Option<AgentId>,
    /// He was named (B12).
    pub(crate) by_name: bool,
    /// The queue of whose agents alone one comes into question (R67).
    pub(crate) team: Option<&'a Queue>,
    /// Whom the external decision named, when they alone come into question, in this order (B15).
    pub(crate) listed: Option<&'a [AgentId]>,
    /// Who is skipped for his calls in a row (R38).
    pub(crate) skip: Option<AgentId>,
    /// What the caller needs.
    pub(crate) needs: Needs<'a>,
}

/// What a caller needs of an agent (R69-R71).
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Needs<'a> {
    /// What he asked for himself.
    pub(crate) own: Option<&'a Requirement>,
    /// The steps that he has reached: one of them must be met (R69). None: no steps.
    pub(crate) steps: &'a [Step],
    /// Who of those who will do comes first.
    pub(crate) prefer: Prefer,
}

/// Who comes first of those who have what the caller needs (R71).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prefer {
    /// All are equal.
    #[default]
    Any,
    /// The highest level.
    Best,
    /// The fewest skills, so that the versatile stay free.
    Spare,
}

/// What a caller thinks of a group of agents: the lower, the sooner. It comes before the strategy (R45, R71).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Class {
    pub(crate) tier: u8,
    pub(crate) level: Reverse<u32>,
    pub(crate) skills: usize,
}

impl Needs<'_> {
    pub(crate) fn are_met(&self, skills: &Skills) -> bool {
        let steps = self.steps;
        self.own.is_none_or(|own| own.is_met(skills))
            && (steps.is_empty() || steps.iter().any(|step| step.needs.is_met(skills)))
    }
}

impl Filter<'_> {
    /// The one reason why a ready agent is out, if he is (R1).
    pub(crate) fn reason(&self, agent: AgentId, competence: &Competence) -> Option<ReasonCode> {
        if self.tried.contains(&agent) {
            Some(ReasonCode::Tried)
        } else if self.caller == Some(agent) {
            Some(ReasonCode::IsCaller)
        } else if self.apart.contains(&agent) {
            Some(ReasonCode::KeptApart)
        } else if self.only.is_some_and(|only| only != agent) {
            Some(self.no_other())
        } else if self.team.is_some_and(|team| !team.serves(agent)) {
            Some(ReasonCode::NotFamiliar)
        } else if self.listed.is_some_and(|listed| !listed.contains(&agent)) {
            Some(ReasonCode::NotNamed)
        } else if self.class(competence).is_none() {
            Some(ReasonCode::Skills)
        } else if self.skip == Some(agent) {
            Some(ReasonCode::Consecutive)
        } else {
            None
        }
    }

    /// Why only one comes into question.
    pub(crate) const fn no_other(&self) -> ReasonCode {
        match self.by_name {
            true => ReasonCode::NotAskedFor,
            false => ReasonCode::NotFamiliar,
        }
    }

    /// What he thinks of agents who stand like that; `None`: they do not have what he needs.
    pub(crate) fn class(&self, competence: &Competence) -> Option<Class> {
        let Needs { own, steps, prefer } = self.needs;
        let skills = &competence.skills;
        let wanted = own.into_iter().chain(steps.last().map(|step| &step.needs));
        self.needs.are_met(skills).then(|| Class {
            tier: competence.tier,
            level: Reverse(match prefer {
                Prefer::Best => wanted.map(|wanted| wanted.level(skills)).sum(),
                Prefer::Any | Prefer::Spare => 0,
            }),
            skills: match prefer {
                Prefer::Spare => skills.len(),
                Prefer::Any | Prefer::Best => 0,
            },
        })
    }

    /// Whether an agent is out by name.
    pub(crate) fn names(&self, agent: AgentId) -> bool {
        self.tried.contains(&agent)
            || self.apart.contains(&agent)
            || self.caller == Some(agent)
            || self.skip == Some(agent)
    }

    /// All whom the filter names, each once.
    pub(crate) fn named(&self) -> impl Iterator<Item = AgentId> {
        let apart = self.apart.iter().copied();
        let others = BTreeSet::from_iter(self.caller.into_iter().chain(self.skip).chain(apart));
        let others = others.into_iter().filter(|one| !self.tried.contains(one));
        self.tried.iter().copied().chain(others)
    }
}

/// By what candidates of one class are compared: the strategy's rank, then R4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    rank: Rank,
    pub(crate) idle_since: Micros,
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

    pub(crate) const fn rank(&self) -> Rank {
        self.rank
    }

    /// No two turns are equal.
    pub(crate) fn of_seat(turn: Rank, agent: AgentId) -> Self {
        Self {
            rank: turn,
            idle_since: Micros::default(),
            agent,
        }
    }

    /// Who is drawn is compared with nobody.
    pub(crate) fn drawn(agent: AgentId) -> Self {
        Self::of_seat(Rank(0), agent)
    }
}
