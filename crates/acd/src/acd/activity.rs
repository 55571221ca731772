//! `max_active` (D27): how many callers of a queue may talk or be rung for at once.
//!
//! Counted from the agents and the offers themselves, so that there is no counter to drift, and only where a queue has a
//! limit. Who waits beyond it waits although agents are ready; the end of a talk looks at the queue again.

use std::collections::BTreeSet;

use model::{CallId, QueueName};

use super::Acd;
use crate::agent::Bound;

impl Acd {
    /// Whether a queue may not begin with another of its callers.
    pub(super) fn is_at_limit(&self, name: &QueueName) -> bool {
        let limit = self
            .queues
            .get(name)
            .and_then(|queue| queue.config.max_active);
        limit.is_some_and(|limit| {
            usize::try_from(limit).is_ok_and(|limit| self.active(name) >= limit)
        })
    }

    /// Whether a queue may ring for a caller: at its limit for those alone for whom it rings already. Who rings by another of
    /// his queues (A12) is not counted in this one yet.
    pub(super) fn may_ring(&self, call: CallId, name: &QueueName) -> bool {
        !self.is_at_limit(name) || !self.offers_by(call, name).is_empty()
    }

    /// Its callers who talk or for whom it rings.
    pub(super) fn active(&self, name: &QueueName) -> usize {
        let by = |queue: &Option<QueueName>| queue.as_ref() == Some(name);
        let offers = self.offers.values().filter(|offer| by(&offer.queue));
        let rung = offers.map(|offer| offer.call);
        let talks = self.agents.values().filter_map(|agent| match &agent.bound {
            Bound::Talk { call, queue, .. } if by(queue) => Some(*call),
            Bound::Talk { .. }
            | Bound::Free
            | Bound::Offer { .. }
            | Bound::Consult { .. }
            | Bound::WrapUp { .. } => None,
        });
        rung.chain(talks).collect::<BTreeSet<CallId>>().len()
    }
}
