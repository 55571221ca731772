//! Phones that ring one by one (R55, R56), and whether a caller will be answered by those that ring for him already: then none
//! is added to them (B10).
//!
//! Each agent's chance is read from how he let his phone ring lately (`agent/ring_log.rs`), and they are taken for independent:
//! what is left is that all of them miss. Phones that do not ring yet promise nothing.

use core::time::Duration;
use std::collections::BTreeMap;

use model::decision::Odds;
use model::{AgentId, CallId, OfferId};

use super::Acd;
use crate::agent::Agent;
use crate::config::QueueConfig;
use crate::offer::Offer;
use crate::timer::Timer;
use crate::waiting::Waiting;

impl Acd {
    /// R55: a phone is added to those that ring, unless they will do (B10); then they are asked again when the next one is due.
    pub(super) fn one_more(&mut self, now: Duration, call: CallId) {
        let Some(caller) = self.waiting.get(&call) else {
            return;
        };
        if let Some(config) = self.rung_by(caller)
            && let Some(odds) = odds(now, config, caller, &self.offers, &self.agents)
            && odds.will_do()
        {
            let next = now.saturating_add(config.ring_delay);
            self.timers.set(Timer::OneMore(call), next);
            return;
        }
        if let Some(caller) = self.waiting.get_mut(&call) {
            caller.one_more = true;
            self.refile(call);
        }
    }

    /// Of the queue that rang for him last: its clock runs.
    fn rung_by(&self, caller: &Waiting) -> Option<&QueueConfig> {
        let last = self.offers.get(caller.offers.last()?)?;
        let queue = self.queues.get(last.queue.as_ref()?)?;
        Some(&queue.config)
    }
}

/// How probably one of the phones that ring for a caller is answered before the next one is due; `None` where that stops nothing.
pub(super) fn odds(
    now: Duration,
    config: &QueueConfig,
    caller: &Waiting,
    offers: &BTreeMap<OfferId, Offer>,
    agents: &BTreeMap<AgentId, Agent>,
) -> Option<Odds> {
    let stop_at = config.stop_at?;
    let rings = caller.offers.iter().filter_map(|id| offers.get(id));
    let misses = rings.filter_map(|offer| {
        let rung = now.saturating_sub(offer.rang_at?);
        let log = &agents.get(&offer.agent)?.rings;
        Some(1.0 - log.chance(now, config.count_window, rung, config.ring_delay))
    });
    let (phones, all_miss) = misses.fold((0, 1.0), |(phones, all), miss| (phones + 1, all * miss));
    (phones > 0).then(|| Odds::new(1.0 - all_miss, stop_at))
}
