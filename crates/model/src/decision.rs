//! The why-record: what one decision of the ACD weighed (rule 2 of the product, R1).
//!
//! Every agent of the queue stands in it once, either with the keys that ranked him or with the one reason why he was no
//! candidate, so that "why did this call not go to me" has an answer. A queue of thousands would write megabytes a
//! minute: there the record names the chosen and counts the others by reason.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::id::{AgentId, QueueName};

/// One run of the decision for one caller.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    /// Those chosen, in order of rank.
    pub chosen: Vec<AgentId>,
    /// All agents of the queue, by id; in a large queue the chosen ones alone.
    pub candidates: Vec<Weighed>,
    /// How many agents were ranked, the chosen ones included.
    #[serde(default)]
    pub ranked: u32,
    /// How many agents were out, by reason: those that `candidates` does not name. Empty in a small queue.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub others: BTreeMap<ReasonCode, u32>,
}

/// One agent in a decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Weighed {
    /// Who.
    pub agent: AgentId,
    /// Candidate or not, and why.
    pub verdict: Verdict,
}

/// What a decision found of one agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Was a candidate; the key by which he was ranked (lower is better), then the tie-break idle time in ms (R4).
    Ranked {
        /// The strategy's key.
        key: i64,
        /// Idle time in ms, the tie-break.
        idle_ms: u64,
    },
    /// Was no candidate, for exactly one reason (R1).
    Out(ReasonCode),
}

/// Why an agent was no candidate (R1). The order is the order of the checks: the first that holds is the reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
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
    /// Waits for the familiar agent alone (R57, R59).
    NotFamiliar,
    /// Does not have what the caller needs at this step (R69).
    Skills,
    /// Had `max_consecutive` calls of this queue in a row (R38).
    Consecutive,
    /// Beyond `ring_max` (R20).
    RingMax,
    /// Left for the next caller in line, where all could have rung for the first one (R18).
    NextCaller,
}
