//! A weighing: the decision for one caller as things stand, before it is applied, and its record (R1).
//!
//! Pure over the state. The record is written only for a decision that becomes an offer, or when somebody asks why.

use core::time::Duration;
use std::collections::BTreeMap;

use model::decision::{Decision, ReasonCode, Verdict, Weighed};
use model::{AgentId, CallId, QueueName};

use super::Acd;
use crate::agent::Agent;
use crate::decision::{FULL_RECORD_MAX, Filter, Key};
use crate::queue::Queue;
use crate::seed;
use crate::selection::{Micros, Selection};
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
                only: caller.seeking.familiar(),
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

    /// What was weighed, in the words of R1.
    pub(super) fn record(&self, now: Duration) -> Decision {
        let full = self.queue.size() <= FULL_RECORD_MAX;
        let waited = self.caller.waited(now).as_millis();
        let filtered = self.filtered();
        let free = self.queue.ready.len() - filtered.values().sum::<usize>();
        let beyond = self.beyond(free);
        Decision {
            queue: self.queue.config.name.clone(),
            strategy: self.row.name.to_owned(),
            seed: self.selection.seed,
            config_version: self.config_version,
            waited_ms: u64::try_from(waited).unwrap_or(u64::MAX),
            chosen: self.chosen().collect(),
            candidates: if full { self.all(now) } else { self.few(now) },
            ranked: count(free - beyond),
            others: match full {
                true => BTreeMap::new(),
                false => self.counts(filtered, beyond),
            },
        }
    }

    /// Each agent of the queue, by id.
    fn all(&self, now: Duration) -> Vec<Weighed> {
        let weighed = |agent| Weighed {
            agent,
            verdict: self.verdict(now, agent),
        };
        self.queue.members().map(weighed).collect()
    }

    /// The chosen ones alone.
    fn few(&self, now: Duration) -> Vec<Weighed> {
        let weighed = |agent| Weighed {
            agent,
            verdict: self.verdict(now, agent),
        };
        self.chosen().map(weighed).collect()
    }

    fn verdict(&self, now: Duration, agent: AgentId) -> Verdict {
        let Some(candidate) = self.queue.ready.get(agent) else {
            return Verdict::Out(self.standing(agent));
        };
        if let Some(reason) = self.queue.ready.reason(agent, &self.filter) {
            return Verdict::Out(reason);
        }
        if self.row.rings == Rings::All && !self.chosen().any(|chosen| chosen == agent) {
            return Verdict::Out(self.beyond_limit());
        }
        let idle_us = Micros::from(now).get() - candidate.idle_since.get();
        Verdict::Ranked {
            key: self.queue.ready.rank(self.selection, candidate).0,
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

    /// The agents of a large queue, by the reason why they were out.
    fn counts(
        &self,
        filtered: BTreeMap<ReasonCode, usize>,
        beyond: usize,
    ) -> BTreeMap<ReasonCode, u32> {
        let mut counts = self.queue.tally.clone();
        for (reason, number) in filtered.into_iter().chain([(self.beyond_limit(), beyond)]) {
            if number > 0 {
                *counts.entry(reason).or_default() += count(number);
            }
        }
        counts
    }

    /// The ready agents whom the filter takes out, by reason: those whom it names one by one, the others by the group.
    fn filtered(&self) -> BTreeMap<ReasonCode, usize> {
        let ready = &self.queue.ready;
        let mut out: BTreeMap<ReasonCode, usize> = BTreeMap::new();
        let mut add = |reason, number| *out.entry(reason).or_default() += number;
        let (mut named, mut named_unskilled) = (0, 0);
        for agent in self.filter.named() {
            if let Some(reason) = ready.reason(agent, &self.filter) {
                add(reason, 1);
                named += 1;
                named_unskilled += usize::from(ready.lacks_skills(agent, &self.filter));
            }
        }
        let Some(only) = self.filter.only else {
            add(
                ReasonCode::Skills,
                ready.unskilled(&self.filter) - named_unskilled,
            );
            return out;
        };
        let himself = ready.get(only).is_some() && !self.filter.names(only);
        add(
            ReasonCode::NotFamiliar,
            ready.len() - named - usize::from(himself),
        );
        if himself && ready.lacks_skills(only, &self.filter) {
            add(ReasonCode::Skills, 1);
        }
        out
    }

    /// How many of those who could have the caller do not ring although all ring.
    fn beyond(&self, free: usize) -> usize {
        match self.row.rings {
            Rings::One | Rings::OneByOne => 0,
            Rings::All => free - self.best.len(),
        }
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
