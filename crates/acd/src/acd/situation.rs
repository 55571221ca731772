//! A queue as it stands, for people who look: who serves it, who stands in its line, what a caller may expect who joins now
//! (D16), how much of `max_active` is taken (D27), and its hours (D28). It changes nothing and walks no agents: they are counted
//! as they come and go.

use core::time::Duration;
use std::collections::BTreeMap;

use model::{CallId, QueueName, ReasonCode, Timestamp};

use super::Acd;
use crate::config::QueueConfig;
use crate::estimate::Estimate;
use crate::waiting::Waiting;

/// A queue at one moment.
#[derive(Clone, Debug)]
pub struct Situation<'a> {
    /// Its rules.
    pub config: &'a QueueConfig,
    /// How many of its agents could be rung.
    pub ready: usize,
    /// How many could not, by reason.
    pub others: &'a BTreeMap<ReasonCode, u32>,
    /// How many places in its line are kept for those who are to be called back (D21).
    pub promised: usize,
    /// How many of its callers talk or are rung for; `None` where it has no `max_active`, and nobody counts.
    pub active: Option<usize>,
    /// What a caller who joins now may expect; `None` when too little is known to say.
    pub estimate: Option<Estimate>,
    /// Whether it takes callers in by its hours.
    pub open: bool,
    /// When its hours end or begin; `None`: never.
    pub changes_at: Option<Timestamp>,
}

/// A place in the line of a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InLine {
    /// Who has it.
    pub call: CallId,
    /// Whether he is on the line, and not to be called back (D21).
    pub is_here: bool,
    /// Whether this is his home queue; of several (A12) it is the first.
    pub is_home: bool,
    /// Strictly before all of a lower one (D1).
    pub priority: u8,
    /// Since when he waits by his score: his head start is part of it.
    pub since: Duration,
}

impl Acd {
    /// A queue as it stands; `None`: there is none of that name.
    pub fn situation(&self, now: Duration, name: &QueueName) -> Option<Situation<'_>> {
        let queue = self.queues.get(name)?;
        let mut next = Waiting::new(
            now,
            CallId::new(u64::MAX),
            name.clone().into(),
            Duration::ZERO,
            None,
        );
        next.weight = queue.config.weight;
        let hours = queue.config.hours.as_ref();
        let change = hours.and_then(|hours| hours.next_change(Timestamp::from(now)));
        Some(Situation {
            config: &queue.config,
            ready: queue.ready.len(),
            others: &queue.tally,
            promised: self.promised_in(name),
            active: queue.config.max_active.map(|_| self.active(name)),
            estimate: self.outlook(now, &next),
            open: self.is_open(now, name),
            changes_at: change.map(|(at, _)| at),
        })
    }

    /// Who stands in the line of a queue, in the order of their places.
    pub fn line(&self, name: &QueueName) -> impl Iterator<Item = InLine> {
        let line = self.queues.get(name).into_iter();
        let places = line.flat_map(|queue| queue.line.iter());
        let callers = places.filter_map(|place| self.waiting.get(&place.call));
        callers.map(|caller| InLine {
            call: caller.call,
            is_here: caller.is_here(),
            is_home: caller.home().as_str() == name.as_str(),
            priority: caller.priority,
            since: caller.joined.saturating_sub(caller.head_start),
        })
    }
}
