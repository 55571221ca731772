//! The lines before the queues, and who is overtaken in them (R75).
//!
//! A later caller may be served first: a VIP, or one whose familiar agent is free. That the same caller is overtaken without
//! end is starvation; it is counted for the first in line alone, whose turn it would be. Who stands in several queues at
//! once is in the line of his home queue.

use std::collections::BTreeMap;

use model::{CallId, QueueName, Timestamp};

/// So many later callers, and one for each agent, may be served before the first in line.
pub(super) const OVERTAKEN_MAX: u64 = 1_000;

/// All lines.
#[derive(Debug, Default)]
pub(super) struct Lines {
    /// By the time at which each joined: how often he was overtaken as the first.
    lines: BTreeMap<QueueName, BTreeMap<(Timestamp, CallId), u64>>,
    places: BTreeMap<CallId, (QueueName, Timestamp)>,
}

impl Lines {
    pub(super) fn joined(
        &mut self,
        at: Timestamp,
        call: CallId,
        queue: &QueueName,
    ) -> Result<(), String> {
        let line = self.lines.entry(queue.clone()).or_default();
        line.insert((at, call), 0);
        match self.places.insert(call, (queue.clone(), at)) {
            Some((other, _)) => Err(format!("call {call}: joins {queue} besides {other}")),
            None => Ok(()),
        }
    }

    /// He keeps his place in the line of another queue.
    pub(super) fn moved(&mut self, call: CallId, queue: &QueueName) {
        let Some((home, at)) = self.places.get_mut(&call) else {
            return;
        };
        let (old, at) = (std::mem::replace(home, queue.clone()), *at);
        let line = self.lines.get_mut(&old);
        let overtaken = line.and_then(|line| line.remove(&(at, call)));
        let line = self.lines.entry(queue.clone()).or_default();
        line.insert((at, call), overtaken.unwrap_or_default());
    }

    /// He is out of line; tells of which.
    pub(super) fn left(&mut self, call: CallId) -> Option<QueueName> {
        let (queue, at) = self.places.remove(&call)?;
        self.lines.get_mut(&queue)?.remove(&(at, call));
        Some(queue)
    }

    /// He is served: whoever is first and joined before him was overtaken.
    pub(super) fn served(&mut self, call: CallId, agents: usize) -> Result<(), String> {
        let joined_at = self.places.get(&call).map(|(_, at)| *at);
        let (Some(queue), Some(joined_at)) = (self.left(call), joined_at) else {
            // An agent was named: no line was passed.
            return Ok(());
        };
        let first = self
            .lines
            .get_mut(&queue)
            .and_then(|line| line.first_entry());
        let Some(mut first) = first.filter(|first| *first.key() < (joined_at, call)) else {
            return Ok(());
        };
        *first.get_mut() += 1;
        let (overtaken, (since, starving)) = (*first.get(), *first.key());
        if overtaken <= OVERTAKEN_MAX + agents as u64 {
            return Ok(());
        }
        Err(format!(
            "call {starving}: first in line for {queue} since {since}, and {overtaken} later callers were served"
        ))
    }
}
