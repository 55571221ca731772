//! A weighing: the decision for one caller as things stand, before it is applied, and its record (R1).
//!
//! Pure over the state. The record (`record.rs`) is written only for a decision that becomes an offer, or when somebody asks why.

use std::collections::BTreeMap;

use model::decision::ReasonCode;
use model::{AgentId, CallId, OfferId, QueueName};

use super::Acd;
use crate::agent::Agent;
use crate::decision::{Filter, Key};
use crate::offer::Offer;
use crate::queue::Queue;
use crate::seed;
use crate::selection::Selection;
use crate::strategy::Strategy;
use crate::waiting::Waiting;

mod record;

/// See the file's head.
pub(super) struct Weighing<'a> {
    agents: &'a BTreeMap<AgentId, Agent>,
    offers: &'a BTreeMap<OfferId, Offer>,
    queue: &'a Queue,
    caller: &'a Waiting,
    config_version: u64,
    selection: Selection,
    filter: Filter<'a>,
    /// The strategy in force, whose name stands in the record.
    row: &'static Strategy,
    best: Vec<Key>,
}

impl Acd {
    /// Weighs the ready agents of one of a caller's queues for him; at most `limit` are chosen.
    pub(super) fn weigh(
        &self,
        call: CallId,
        name: &QueueName,
        limit: usize,
    ) -> Option<Weighing<'_>> {
        let caller = self.waiting.get(&call)?;
        let queue = self.queues.get(name)?;
        let row = queue.row(caller);
        let mut weighing = Weighing {
            agents: &self.agents,
            offers: &self.offers,
            queue,
            caller,
            config_version: self.config_version,
            selection: Selection {
                seed: seed::mix(self.seed, self.decisions),
                next_seat: queue.next_seat(),
            },
            filter: Filter {
                tried: &caller.tried,
                apart: &caller.apart,
                caller: caller.caller_agent,
                only: caller.seeking.familiar(),
                by_name: caller.personal.is_some(),
                team: self.team_of(caller),
                listed: queue.named(caller),
                skip: queue.at_cap(row),
                needs: queue.needs(caller),
            },
            row,
            best: Vec::new(),
        };
        weighing.rank(limit);
        Some(weighing)
    }
}

impl Weighing<'_> {
    fn rank(&mut self, limit: usize) {
        self.best = self.queue.ready.best(self.selection, &self.filter, limit);
        // R38 shapes who gets a call; it is no reason to let a caller wait.
        if self.best.is_empty() && self.filter.skip.take().is_some() {
            self.best = self.queue.ready.best(self.selection, &self.filter, limit);
        }
    }

    pub(super) fn chosen(&self) -> impl Iterator<Item = AgentId> {
        self.best.iter().map(|key| key.agent)
    }

    /// Who was passed over for his calls in a row (R38).
    pub(super) fn skipped(&self) -> Option<AgentId> {
        let consecutive = Some(ReasonCode::Consecutive);
        self.filter
            .skip
            .filter(|agent| self.queue.ready.reason(*agent, &self.filter) == consecutive)
    }
}
