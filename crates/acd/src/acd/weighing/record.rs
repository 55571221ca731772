//! What a weighing leaves behind: each agent of the queue once, within the bytes that a record may have (R1).
//!
//! The best few stand with their keys. A small queue names everybody else by his reason; a large one counts them.

use core::time::Duration;
use std::collections::BTreeMap;

use model::AgentId;
use model::decision::{
    Agents, Decision, External, KEYED_MAX, NAMED_MAX, Odds, ReasonCode, TieBreak, Verdict, Weighed,
};

use super::Weighing;
use crate::acd::odds::odds;
use crate::decision::Key;
use crate::selection::Micros;
use crate::strategy::{Order, Rings};

impl Weighing<'_> {
    /// What was weighed, in the words of R1.
    pub(in crate::acd) fn record(&self, now: Duration) -> Decision {
        // One more than are told, to see what made the difference.
        let near = self.best_of(KEYED_MAX.max(self.best.len() + 1));
        let keyed = self.keyed(&near);
        let filtered = self.filtered();
        let free = self.queue.ready.len() - filtered.values().sum::<usize>();
        let beyond = self.beyond(free);
        let record = Decision {
            seed: self.selection.seed,
            config_version: self.config_version,
            waited_ms: millis(self.caller.waited(now)),
            place: self.place(),
            priority: self.caller.priority,
            weight: self.caller.weight,
            head_start_ms: millis(self.caller.head_start),
            step: self.step(),
            external: self.external(),
            odds: self.odds(now).unwrap_or_default(),
            candidates: keyed.iter().map(|key| self.weighed(now, key)).collect(),
            tie: self.tie(&near),
            ranked: count(free - beyond),
            ..Decision::new(self.queue.config.name.clone(), self.row.name)
        };
        let record = record.choosing(&self.chosen().collect::<Vec<_>>());
        if self.queue.size() <= NAMED_MAX {
            self.naming(record)
        } else {
            Decision {
                others: self.counts(filtered, beyond),
                ..record
            }
        }
    }

    /// Adds everybody who does not stand with his keys.
    fn naming(&self, mut record: Decision) -> Decision {
        // A handful of reasons, of which the tally knows how many most will name.
        let tally = self.queue.tally.iter();
        let room = tally.map(|(reason, number)| (*reason, Agents::with_capacity(*number as usize)));
        let mut out: Vec<(ReasonCode, Agents)> = room.collect();
        for (agent, standing) in self.queue.standings() {
            // Whoever is named already is ready, and in a busy queue few are.
            let keyed = || record.candidates.iter().any(|one| one.agent == agent);
            if standing.is_none() && (keyed() || record.chose(agent)) {
                continue;
            }
            let Some(reason) = self.reason(agent, standing) else {
                record.behind.insert(agent);
                continue;
            };
            match out.iter_mut().find(|(one, _)| *one == reason) {
                Some((_, agents)) => agents.insert(agent),
                None => out.push((reason, Agents::from_iter([agent]))),
            }
        }
        out.retain(|(_, agents)| !agents.is_empty());
        record.out = out.into_iter().collect();
        record
    }

    /// The best, those whom the record names with their keys.
    fn keyed<'a>(&self, near: &'a [Key]) -> &'a [Key] {
        let told = match self.row.rings {
            // Where all ring, who does not is out for a reason of his own.
            Rings::All => self.best.len().min(KEYED_MAX),
            Rings::One | Rings::OneByOne => KEYED_MAX,
        };
        near.get(..told).unwrap_or(near)
    }

    fn best_of(&self, keep: usize) -> Vec<Key> {
        self.queue.ready.best(self.selection, &self.filter, keep)
    }

    fn weighed(&self, now: Duration, key: &Key) -> Weighed {
        let agent = key.agent;
        let ready = &self.queue.ready;
        let class = ready.class(agent, &self.filter);
        let verdict = ready.get(agent).map_or(Verdict::Behind, |candidate| {
            let idle_us = Micros::from(now).get() - candidate.idle_since.get();
            Verdict::Ranked {
                tier: class.map_or(0, |class| class.tier),
                level: class.map_or(0, |class| class.level.0),
                skills: class.map_or(0, |class| count(class.skills)),
                key: match self.filter.listed {
                    Some(_) => key.rank().0,
                    None => ready.rank(self.selection, candidate).0,
                },
                idle_ms: u64::try_from(idle_us / 1_000).unwrap_or(0),
            }
        });
        Weighed { agent, verdict }
    }

    /// By what the last of the chosen came before the next one.
    fn tie(&self, near: &[Key]) -> Option<TieBreak> {
        let last = self.best.last()?;
        let Some(next) = near.get(self.best.len()) else {
            return Some(TieBreak::Only);
        };
        // Their order is the answer's, whatever their tiers (B15).
        if self.filter.listed.is_some() {
            return Some(TieBreak::Key);
        }
        let class = |key: &Key| self.queue.ready.class(key.agent, &self.filter);
        let (ours, theirs) = (class(last)?, class(next)?);
        Some(if ours.tier != theirs.tier {
            TieBreak::Tier
        } else if ours.level != theirs.level {
            TieBreak::Level
        } else if ours.skills != theirs.skills {
            TieBreak::FewestSkills
        } else if matches!(self.queue.ready.row().order, Order::Drawn(_))
            && self.filter.team.is_none()
        {
            TieBreak::Lot
        } else if last.rank() != next.rank() {
            TieBreak::Key
        } else if last.idle_since != next.idle_since {
            TieBreak::Idle
        } else {
            TieBreak::LowestId
        })
    }

    /// The caller's place in this queue's line, 1 is next.
    fn place(&self) -> u32 {
        count(self.queue.line.rank(&self.caller.place()) + 1)
    }

    /// What the external decision had said of him, in the queue that asked (B15).
    fn external(&self) -> Option<External> {
        let told = self.caller.advice.told();
        told.filter(|_| self.queue.asks_about(self.caller))
    }

    /// What may be expected of the phones that ring for him already (B10).
    fn odds(&self, now: Duration) -> Option<Odds> {
        let one_by_one = self.row.rings == Rings::OneByOne;
        let config = one_by_one.then_some(&self.queue.config)?;
        odds(now, config, self.caller, self.offers, self.agents)
    }

    /// The step that he has reached here, from 1.
    fn step(&self) -> u32 {
        let step = self.caller.steps.get(&self.queue.config.name);
        step.map_or(0, |step| count(step + 1))
    }

    /// The one reason why an agent of the queue is out, if he is.
    fn reason(&self, agent: AgentId, standing: Option<ReasonCode>) -> Option<ReasonCode> {
        match standing {
            // Both hold after a decline; for this caller the tried-set is the reason that lasts.
            Some(ReasonCode::BackOff) if self.filter.tried.contains(&agent) => {
                return Some(ReasonCode::Tried);
            }
            Some(standing) => return Some(standing),
            None => {}
        }
        let beyond = self.row.rings == Rings::All && !self.chosen().any(|chosen| chosen == agent);
        let reason = self.queue.ready.reason(agent, &self.filter);
        reason.or_else(|| beyond.then(|| self.beyond_limit()))
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
        if self.filter.team.is_some() {
            for agent in ready.agents().filter(|agent| !self.filter.names(*agent)) {
                if let Some(reason) = ready.reason(agent, &self.filter) {
                    add(reason, 1);
                }
            }
            return out;
        }
        let (wanted, others) = match (&self.filter.only, self.filter.listed) {
            (Some(only), _) => (core::slice::from_ref(only), self.filter.no_other()),
            (None, Some(listed)) => (listed, ReasonCode::NotNamed),
            (None, None) => {
                add(
                    ReasonCode::Skills,
                    ready.unskilled(&self.filter) - named_unskilled,
                );
                return out;
            }
        };
        let is_open =
            |agent: &&AgentId| ready.get(**agent).is_some() && !self.filter.names(**agent);
        let open = wanted.iter().filter(is_open);
        let unskilled = |agent: &&AgentId| ready.lacks_skills(**agent, &self.filter);
        add(others, ready.len() - named - open.clone().count());
        add(ReasonCode::Skills, open.filter(unskilled).count());
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

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
