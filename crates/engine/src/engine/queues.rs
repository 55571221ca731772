//! Queues as they stand, for people who look: figures of the distribution, with the names that the configuration gives.

use core::time::Duration;
use std::collections::BTreeMap;

use acd::{InLine, Situation};
use model::{QueueName, ReasonCode, Timestamp};

use super::Engine;
use crate::config::Queue;
use crate::question::{LINE_MAX, LineReport, PlaceReport, QueueReport};

impl Engine {
    pub(super) fn queue_reports(&self, now: Duration) -> Vec<QueueReport> {
        let queues = self.context.config.queues.iter();
        queues
            .filter_map(|(name, queue)| self.queue_report(now, name, queue))
            .collect()
    }

    pub(super) fn queue_with_line(
        &self,
        now: Duration,
        name: &QueueName,
    ) -> Option<Box<(QueueReport, LineReport)>> {
        let queue = self.context.config.queues.get(name)?;
        let report = self.queue_report(now, name, queue)?;
        let acd = &self.context.acd;
        let places = (1..).zip(acd.line(name)).take(LINE_MAX);
        let line = LineReport {
            length: count(acd.waiting(name)),
            places: places.map(|place| self.place(place)).collect(),
        };
        Some(Box::new((report, line)))
    }

    fn queue_report(&self, now: Duration, name: &QueueName, queue: &Queue) -> Option<QueueReport> {
        let it = self.context.acd.situation(now, name)?;
        let row = it.config.strategy;
        Some(QueueReport {
            name: name.clone(),
            title: queue.title.clone(),
            strategy: row.name,
            strategy_title: [("zh-CN", row.label.zh), ("en", row.label.en)].into(),
            open: it.open,
            changes_at: it.changes_at,
            agents: agents(&it),
            callbacks: count(it.promised),
            estimate_ms: it.estimate.map(|told| (ms(told.p50), ms(told.p80))),
            active: it.active.map(count),
            max_active: it.config.max_active,
        })
    }

    fn place(&self, (position, place): (u32, InLine)) -> PlaceReport {
        let callback = self.context.callbacks.of_call(place.call);
        let callback = callback.filter(|_| !place.is_here);
        PlaceReport {
            call: place.call,
            position,
            is_here: place.is_here,
            callback: callback.map(|(id, promise)| (id, promise.number.clone())),
            is_home: place.is_home,
            priority: place.priority,
            since: Timestamp::from(place.since),
        }
    }
}

/// States in which nobody is are absent.
fn agents(it: &Situation<'_>) -> BTreeMap<&'static str, u32> {
    let mut agents = BTreeMap::new();
    let others = it
        .others
        .iter()
        .map(|(reason, many)| (word(*reason), *many));
    for (word, many) in others.chain([("ready", count(it.ready))]) {
        if many > 0 {
            *agents.entry(word).or_insert(0) += many;
        }
    }
    agents
}

/// Why an agent cannot be rung. What concerns one caller alone is no state of an agent, and nobody is counted under it.
const fn word(reason: ReasonCode) -> &'static str {
    match reason {
        ReasonCode::Offline => "offline",
        ReasonCode::Unregistered => "unregistered",
        ReasonCode::NotReady => "not_ready",
        ReasonCode::Reserved => "ringing",
        ReasonCode::Talking => "talking",
        ReasonCode::WrapUp => "wrap_up",
        ReasonCode::BackOff => "back_off",
        ReasonCode::Tried
        | ReasonCode::IsCaller
        | ReasonCode::KeptApart
        | ReasonCode::NotFamiliar
        | ReasonCode::NotNamed
        | ReasonCode::NotAskedFor
        | ReasonCode::Skills
        | ReasonCode::Consecutive
        | ReasonCode::RingMax
        | ReasonCode::NextCaller => "other",
    }
}

fn count(many: usize) -> u32 {
    u32::try_from(many).unwrap_or(u32::MAX)
}

fn ms(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
