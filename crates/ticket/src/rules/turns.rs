//! Whose turn it is in a group (轮派, C2): smooth weighted round robin, which gives a weight of 3 beside one of 1 as a a b a and not as
//! a a a b. Who is absent, or has as many tickets as he takes, is passed over and neither gains nor loses by it.

use std::collections::BTreeMap;

use model::AgentId;
use serde::{Deserialize, Serialize};

use crate::handling::{Group, Member};

/// How much each of a group has been given less than is his, in shares of a weight; nothing for who has not been asked yet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Turns(pub BTreeMap<AgentId, i64>);

impl Turns {
    /// Whose turn it is, and notes that he had it. `None`: nobody of the group takes anything.
    pub fn next(&mut self, group: &Group) -> Option<AgentId> {
        self.0.retain(|agent, _| group.members.contains_key(agent));
        let takers: Vec<(AgentId, &Member)> = group
            .members
            .iter()
            .filter(|(_, member)| member.takes_more())
            .map(|(agent, member)| (*agent, member))
            .collect();
        let all: i64 = takers.iter().map(|(_, one)| i64::from(one.weight)).sum();
        for (agent, one) in &takers {
            *self.0.entry(*agent).or_default() += i64::from(one.weight);
        }
        // Of those who are owed as much: who has less to do, then who has been here longer.
        let owed = |agent: &AgentId| self.0.get(agent).copied().unwrap_or_default();
        let next = takers
            .iter()
            .max_by_key(|(agent, one)| (owed(agent), std::cmp::Reverse((one.has, *agent))));
        let (next, _) = *next?;
        *self.0.entry(next).or_default() -= all;
        Some(next)
    }
}

impl Member {
    /// Whether he is given tickets by turns at present.
    fn takes_more(&self) -> bool {
        !self.is_absent && self.weight > 0 && (self.takes == 0 || self.has < self.takes)
    }
}
