//! A weighing: the decision for one caller as things stand, before it is applied, and its record (R1).
//!
//! Pure over the state. The record is written only for a decision that becomes an offer, or when somebody asks why.

use core::time::Duration;
use std::collections::BTreeMap;

use model::decision::{Decision, ReasonCode, Verdict, Weighed};
use model::{AgentId, CallId, QueueName};

use super::Acd;
use crate::agent::Agent;
use crate::decision::{FULL_RECORD_MAX, Filter, Key, Pool};
use crate::queue::Queue;
use crate::seed;
use crate::selection::{Candidate, Micros, Selection};
use crate::strategy::{Rings, Strategy};
use crate::waiting::Waiting;

/// See the file's head.
pub(super) struct Weighing<'a> {
    agents: &'a BTreeMap<AgentId, Agent>,
    queue: &'a Queue,
    caller: &'a Waiting,
    config_version: u64,
    selection: Selection,
    filter: Filter<'a>,
    /// The strategy in force, whose name stands in the record.
    row: &'static Strategy,
    /// Whose ordering ranked: the fall-back's, where more could ring than may (R20).
    order: &'static Strategy,
    /// How many could be chosen.
    limit: usize,
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
        let row = queue.row(caller.seeking);
        let only = caller.seeking.familiar();
        let mut weighing = Weighing {
            agents: &self.agents,
            queue,
            caller,
            config_version: self.config_version,
            selection: Selection {
                seed: seed::mix(self.seed, self.decisions),
                next_seat: queue.next_seat(),
            },
            filter: Filter {
                tried: &caller.tried,
                caller: caller.caller_agent,
                only,
                skip: queue.at_cap(row),
            },
            row,
            order: row,
            limit,
            best: Vec::new(),
        };
        if row.rings == Rings::All && weighing.pool().len() > limit {
            weighing.order = queue.config.fallback;
        }
        weighing.rank();
        Some(weighing)
    }
}

impl<'a> Weighing<'a> {
    fn pool(&self) -> &'a [Candidate] {
        match self.filter.only {
            Some(agent) => self.queue.ready.only(agent),
            None => self.queue.ready.all(),
        }
    }

    fn rank(&mut self) {
        self.best = self.scan();
        // R38 shapes who gets a call; it is no reason to let a caller wait.
        if self.best.is_empty() && self.filter.skip.take().is_some() {
            self.best = self.scan();
        }
    }

    fn scan(&self) -> Vec<Key> {
        (self.order.scan)(&Pool {
            selection: &self.selection,
            ready: self.pool(),
            filter: &self.filter,
            keep: self.limit,
        })
    }

    pub(super) fn chosen(&self) -> impl Iterator<Item = AgentId> {
        self.best.iter().map(|key| key.agent)
    }

    /// Who was passed over for his calls in a row (R38).
    pub(super) fn skipped(&self) -> Option<AgentId> {
        let consecutive = Some(ReasonCode::Consecutive);
        self.filter
            .skip
            .filter(|agent| self.filter.reason(*agent) == consecutive)
    }

    /// What was weighed, in the words of R1.
    pub(super) fn record(&self, now: Duration) -> Decision {
        let full = self.queue.size() <= FULL_RECORD_MAX;
        let waited = self.caller.waited(now).as_millis();
        Decision {
            queue: self.queue.config.name.clone(),
            strategy: self.row.name.to_owned(),
            seed: self.selection.seed,
            config_version: self.config_version,
            waited_ms: u64::try_from(waited).unwrap_or(u64::MAX),
            chosen: self.chosen().collect(),
            candidates: if full { self.all(now) } else { self.few(now) },
            ranked: count(self.pool().len() - self.filtered().count() - self.beyond()),
            others: if full { BTreeMap::new() } else { self.counts() },
        }
    }

    /// Each agent of the queue, by id.
    fn all(&self, now: Duration) -> Vec<Weighed> {
        self.queue
            .members()
            .map(|agent| Weighed {
                agent,
                verdict: self.verdict(now, agent),
            })
            .collect()
    }

    /// The chosen ones alone.
    fn few(&self, now: Duration) -> Vec<Weighed> {
        self.chosen()
            .map(|agent| Weighed {
                agent,
                verdict: self.verdict(now, agent),
            })
            .collect()
    }

    fn verdict(&self, now: Duration, agent: AgentId) -> Verdict {
        let Some(candidate) = self.queue.ready.get(agent) else {
            return Verdict::Out(self.standing(agent));
        };
        if let Some(reason) = self.filter.reason(agent) {
            return Verdict::Out(reason);
        }
        if self.row.rings == Rings::All && !self.chosen().any(|chosen| chosen == agent) {
            return Verdict::Out(self.beyond_limit());
        }
        let idle_us = Micros::from(now).get() - candidate.idle_since.get();
        Verdict::Ranked {
            key: (self.order.rank)(&self.selection, candidate).0,
            idle_ms: u64::try_from(idle_us / 1_000).unwrap_or(0),
        }
    }

    fn standing(&self, agent: AgentId) -> ReasonCode {
        let standing = self.agents.get(&agent).and_then(|agent| agent.standing);
        // Both hold after a decline; for this caller the tried-set is the reason that lasts.
        if standing == Some(ReasonCode::BackOff) && self.filter.tried.contains(&agent) {
            return ReasonCode::Tried;
        }
        standing.unwrap_or(ReasonCode::Offline)
    }

    /// Why a candidate does not ring although all ring.
    fn beyond_limit(&self) -> ReasonCode {
        let ringing = self.caller.offers.len() + self.best.len();
        if ringing < self.queue.config.ring_max {
            ReasonCode::NextCaller
        } else {
            ReasonCode::RingMax
        }
    }

    /// Those of the pool whom the filter takes out, with the reason.
    fn filtered(&self) -> impl Iterator<Item = ReasonCode> {
        let in_pool = |agent: &AgentId| match self.filter.only {
            Some(only) => only == *agent,
            None => true,
        };
        let ready = |agent: &AgentId| self.queue.ready.get(*agent).is_some();
        let named = self.filter.named().filter(in_pool).filter(ready);
        named.filter_map(|agent| self.filter.reason(agent))
    }

    /// The agents of a large queue, by the reason why they were out.
    fn counts(&self) -> BTreeMap<ReasonCode, u32> {
        let mut counts = self.queue.tally.clone();
        let mut add = |reason, number: u32| {
            if number > 0 {
                *counts.entry(reason).or_default() += number;
            }
        };
        for reason in self.filtered() {
            add(reason, 1);
        }
        let not_looked_at = self.queue.ready.len() - self.pool().len();
        add(ReasonCode::NotFamiliar, count(not_looked_at));
        add(self.beyond_limit(), count(self.beyond()));
        counts
    }

    /// How many candidates do not ring although all ring.
    fn beyond(&self) -> usize {
        match self.row.rings {
            Rings::One => 0,
            Rings::All => self.pool().len() - self.filtered().count() - self.best.len(),
        }
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
