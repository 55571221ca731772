//! An agent's talk in a call (R14): from his connection to the transfer that ends it, or to the end; hold apart.

use model::service_level::Bounds;
use model::{AgentId, Offer, Party, QueueName, Timestamp};
use serde::{Deserialize, Serialize};

use super::{CallTally, ms};
use crate::sums::{AgentSums, QueueSums};
use crate::tally::counts::{Counts, TalkKey};

/// The talk that goes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Talk {
    agent: AgentId,
    pub(super) key: TalkKey,
    since: Timestamp,
    held_since: Option<Timestamp>,
    hold_ms: u64,
}

impl Talk {
    fn new(agent: AgentId, key: TalkKey, since: Timestamp) -> Self {
        Self {
            agent,
            key,
            since,
            held_since: None,
            hold_ms: 0,
        }
    }

    fn come_back(&mut self, at: Timestamp) {
        if let Some(since) = self.held_since.take() {
            self.hold_ms += at.ms_since(since);
        }
    }
}

impl CallTally {
    pub(super) fn connected(
        &mut self,
        at: Timestamp,
        offer: &Offer,
        rang_ms: u64,
        bounds: impl Fn(&QueueName) -> Bounds,
        counts: &mut Counts,
    ) {
        self.end_talk(at, counts);
        self.offers.remove(&offer.id);
        let key = self.key(offer);
        if let Some(queue) = self.waits_in.take() {
            let bounds = bounds(&queue);
            self.place(at, &queue, counts, |place| place.answered(at, bounds));
        }
        let of_queue = QueueSums {
            talks: 1,
            ..QueueSums::default()
        };
        let of_agent = AgentSums {
            offered: 1,
            answered: 1,
            ring_ms: ms(rang_ms),
            ..AgentSums::default()
        };
        counts.talk(Some(offer.agent), &key, (of_queue, of_agent));
        self.talk = Some(Talk::new(offer.agent, key, at));
    }

    /// An agent's own call is answered outside.
    pub(super) fn called_out(&mut self, at: Timestamp, agent: AgentId, counts: &mut Counts) {
        self.end_talk(at, counts);
        let key = TalkKey {
            came: self.began,
            queue: None,
        };
        let more = AgentSums {
            calls_out: 1,
            ..AgentSums::default()
        };
        counts.agent(agent, &key, &more);
        self.talk = Some(Talk::new(agent, key, at));
    }

    pub(super) fn hold(&mut self, at: Timestamp, by: &Option<Party>, counts: &mut Counts) {
        let is_first = self.holders.is_empty();
        if !self.holders.contains(by) {
            self.holders.push(by.clone());
        }
        let Some(talk) = self.talk.as_mut().filter(|_| is_first) else {
            return;
        };
        talk.held_since = Some(at);
        let (agent, key) = (talk.agent, talk.key.clone());
        let of_queue = QueueSums {
            holds: 1,
            ..QueueSums::default()
        };
        let of_agent = AgentSums {
            holds: 1,
            ..AgentSums::default()
        };
        counts.talk(Some(agent), &key, (of_queue, of_agent));
    }

    /// The hold is over when the last who holds has come back.
    pub(super) fn resume(&mut self, at: Timestamp, by: &Option<Party>) {
        self.holders.retain(|holder| holder != by);
        if let Some(talk) = self.talk.as_mut().filter(|_| self.holders.is_empty()) {
            talk.come_back(at);
        }
    }

    pub(super) fn handed_on(&self, counts: &mut Counts) {
        let Some(talk) = &self.talk else { return };
        let of_queue = QueueSums {
            handed_on: 1,
            ..QueueSums::default()
        };
        let of_agent = AgentSums {
            handed_on: 1,
            ..AgentSums::default()
        };
        counts.talk(Some(talk.agent), &talk.key, (of_queue, of_agent));
    }

    pub(super) fn end_talk(&mut self, at: Timestamp, counts: &mut Counts) {
        self.holders.clear();
        let Some(mut talk) = self.talk.take() else {
            return;
        };
        talk.come_back(at);
        let all = at.ms_since(talk.since);
        let (talk_ms, hold_ms) = (ms(all.saturating_sub(talk.hold_ms)), ms(talk.hold_ms));
        let of_queue = QueueSums {
            talk_ms,
            hold_ms,
            ..QueueSums::default()
        };
        let of_agent = AgentSums {
            talk_ms,
            hold_ms,
            ..AgentSums::default()
        };
        counts.talk(Some(talk.agent), &talk.key, (of_queue, of_agent));
    }
}
