//! The why-record: what one decision of the ACD weighed (rule 2 of the product, R1).
//!
//! Every agent of the queue stands in it once: chosen, ranked, or with the one reason why he was no candidate, so that
//! "why did this call not go to me" has an answer. The best few stand with the keys that ranked them, the others as lists
//! by reason: no record is longer than [`RECORD_MAX`]. A queue of thousands would still write megabytes a minute: there the
//! others are counted by reason.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::id::{AgentId, QueueName};

pub use self::agents::Agents;
pub use self::external::{External, RouteOutcome};
pub use self::odds::Odds;
pub use self::unserved::{Attendance, Awaited, Unserved};
pub use self::words::Words;

mod agents;
mod external;
mod odds;
mod unserved;
mod words;

/// A stored record, as JSON, has at most so many bytes.
pub const RECORD_MAX: usize = 2_048;
/// A queue with more agents than this records counts instead of lists.
pub const NAMED_MAX: usize = 64;
/// So many stand with their keys: the chosen first, then those who came nearest.
pub const KEYED_MAX: usize = 4;

/// One run of the decision for one caller.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Decision {
    /// The queue that asked; the empty name when the script or a person named the agent.
    pub queue: QueueName,
    /// The strategy that ranked (the fall-back's name when sticky gave way).
    pub strategy: String,
    /// The seed of this decision (R3, R52).
    pub seed: u64,
    /// Version of the configuration under which it was made.
    pub config_version: u64,
    /// How long the caller had waited, in ms.
    pub waited_ms: u64,
    /// His place in the queue's line, 1 is next; 0 where there was no line.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub place: u32,
    /// He came strictly before callers of a lower one, whatever they had waited (D1).
    #[serde(default, skip_serializing_if = "is_zero")]
    pub priority: u8,
    /// The weight of his home queue, which came before that (D4).
    #[serde(default, skip_serializing_if = "is_zero")]
    pub weight: u8,
    /// What he got ahead, in ms (D1).
    #[serde(default, skip_serializing_if = "is_zero")]
    pub head_start_ms: u64,
    /// The step that he had reached, from 1; 0 where the queue has no steps (R69).
    #[serde(default, skip_serializing_if = "is_zero")]
    pub step: u32,
    /// What the queue's external decision had said of the caller; `None` where none was asked (B15).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external: Option<External>,
    /// What was to be expected of the phones that rang for him already; zeros where that stops nothing (B10).
    #[serde(default, skip_serializing_if = "is_zero")]
    pub odds: Odds,
    /// Those chosen, in order of rank, up to [`KEYED_MAX`].
    pub chosen: Vec<AgentId>,
    /// The others who were chosen.
    #[serde(default, skip_serializing_if = "Agents::is_empty")]
    pub chosen_too: Agents,
    /// The best with their keys, best first. Records of earlier versions name all agents here, by id.
    pub candidates: Vec<Weighed>,
    /// By what the last of the chosen came before the next one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tie: Option<TieBreak>,
    /// How many agents were ranked, the chosen ones included.
    #[serde(default)]
    pub ranked: u32,
    /// Who of them came behind those of `candidates`. Empty in a large queue.
    #[serde(default, skip_serializing_if = "Agents::is_empty")]
    pub behind: Agents,
    /// Who was out, by reason. Empty in a large queue.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub out: BTreeMap<ReasonCode, Agents>,
    /// How many agents were out, by reason. Empty in a small queue.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub others: BTreeMap<ReasonCode, u32>,
}

/// One agent in a decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Weighed {
    /// Who.
    pub agent: AgentId,
    /// Candidate or not, and why.
    pub verdict: Verdict,
}

/// What a decision found of one agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Was a candidate: what came before the strategy, its key (lower is better), then the tie-break (R4).
    Ranked {
        /// His tier; 0 in records of earlier versions (R45).
        #[serde(default, skip_serializing_if = "is_zero")]
        tier: u8,
        /// The levels of his skills that the caller needs, where the best come first (R71).
        #[serde(default, skip_serializing_if = "is_zero")]
        level: u32,
        /// How many skills he has, where the versatile are spared (R71).
        #[serde(default, skip_serializing_if = "is_zero")]
        skills: u32,
        /// The strategy's key.
        key: i64,
        /// Idle time in ms, the tie-break.
        idle_ms: u64,
    },
    /// Was a candidate; his keys are not told.
    Behind,
    /// Was no candidate, for exactly one reason (R1).
    Out(ReasonCode),
}

/// By what the chosen one came before the next: the first that made a difference, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TieBreak {
    /// There was nobody else.
    Only,
    /// The tier (R45).
    Tier,
    /// The level of what the caller needs (R71).
    Level,
    /// The number of skills (R71).
    FewestSkills,
    /// The strategy's key.
    Key,
    /// The idle time (R4).
    Idle,
    /// The id (R4).
    LowestId,
    /// The lot (R52).
    Lot,
}

impl TieBreak {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Only,
        Self::Tier,
        Self::Level,
        Self::FewestSkills,
        Self::Key,
        Self::Idle,
        Self::LowestId,
        Self::Lot,
    ];
}

impl Decision {
    /// A decision that weighed nobody yet.
    pub fn new(queue: QueueName, strategy: &str) -> Self {
        Self {
            queue,
            strategy: strategy.to_owned(),
            seed: 0,
            config_version: 0,
            waited_ms: 0,
            place: 0,
            priority: 0,
            weight: 0,
            head_start_ms: 0,
            step: 0,
            external: None,
            odds: Odds::default(),
            chosen: Vec::new(),
            chosen_too: Agents::default(),
            candidates: Vec::new(),
            tie: None,
            ranked: 0,
            behind: Agents::default(),
            out: BTreeMap::new(),
            others: BTreeMap::new(),
        }
    }

    /// His score, in ms: among callers of one priority and weight the highest came first (R72).
    pub const fn score_ms(&self) -> u64 {
        self.waited_ms.saturating_add(self.head_start_ms)
    }

    /// Names the chosen, in order of rank.
    #[must_use]
    pub fn choosing(mut self, chosen: &[AgentId]) -> Self {
        let (first, more) = chosen.split_at(chosen.len().min(KEYED_MAX));
        self.chosen = first.to_vec();
        self.chosen_too = more.iter().copied().collect();
        self
    }

    /// All who were chosen.
    pub fn all_chosen(&self) -> impl Iterator<Item = AgentId> + '_ {
        self.chosen.iter().copied().chain(self.chosen_too.iter())
    }

    /// Whether an agent was chosen.
    pub fn chose(&self, agent: AgentId) -> bool {
        self.chosen.contains(&agent) || self.chosen_too.contains(agent)
    }

    /// What was found of an agent; `None`: he is not named, because he did not serve the queue or it is a large one.
    pub fn verdict(&self, agent: AgentId) -> Option<Verdict> {
        let keyed = self.candidates.iter().find(|one| one.agent == agent);
        let out = || {
            let found = self.out.iter().find(|(_, agents)| agents.contains(agent));
            found.map(|(reason, _)| Verdict::Out(*reason))
        };
        let behind = || {
            let ranked = self.behind.contains(agent) || self.chose(agent);
            ranked.then_some(Verdict::Behind)
        };
        keyed.map(|one| one.verdict).or_else(out).or_else(behind)
    }

    /// Who is named with a reason, by reason; of records of earlier versions too.
    pub fn outs(&self) -> impl Iterator<Item = (ReasonCode, AgentId)> + '_ {
        let former = self.candidates.iter().filter_map(|one| match one.verdict {
            Verdict::Out(reason) => Some((reason, one.agent)),
            Verdict::Ranked { .. } | Verdict::Behind => None,
        });
        let listed = self.out.iter();
        let listed =
            listed.flat_map(|(reason, agents)| agents.iter().map(|agent| (*reason, agent)));
        former.chain(listed)
    }
}

fn is_zero<T: Default + PartialEq>(number: &T) -> bool {
    *number == T::default()
}

/// Why an agent was no candidate (R1). The order is the order of the checks: the first that holds is the reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReasonCode {
    /// Not signed in.
    Offline,
    /// His phone is not registered.
    Unregistered,
    /// Not ready.
    NotReady,
    /// Chosen for or ringing with another caller.
    Reserved,
    /// In a call.
    Talking,
    /// Files the last call.
    WrapUp,
    /// Was offered this caller in this pass (the tried-set).
    Tried,
    /// Out for a while after a decline or a device fault (R6, R7).
    BackOff,
    /// The caller is the agent himself.
    IsCaller,
    /// He and the caller are kept apart (R66).
    KeptApart,
    /// Waits for the familiar agent alone (R57, R59).
    NotFamiliar,
    /// The external decision named others (B15).
    NotNamed,
    /// The script named another agent, for whom the caller waits (B12).
    NotAskedFor,
    /// Does not have what the caller needs at this step (R69).
    Skills,
    /// Had `max_consecutive` calls of this queue in a row (R38).
    Consecutive,
    /// Beyond `ring_max` (R20).
    RingMax,
    /// Left for the next caller in line, where all could have rung for the first one (R18).
    NextCaller,
}

impl ReasonCode {
    /// All of them.
    pub const ALL: [Self; 17] = [
        Self::Offline,
        Self::Unregistered,
        Self::NotReady,
        Self::Reserved,
        Self::Talking,
        Self::WrapUp,
        Self::Tried,
        Self::BackOff,
        Self::IsCaller,
        Self::KeptApart,
        Self::NotFamiliar,
        Self::NotNamed,
        Self::NotAskedFor,
        Self::Skills,
        Self::Consecutive,
        Self::RingMax,
        Self::NextCaller,
    ];
}

#[cfg(test)]
mod tests;
