//! An offer: one ringing attempt at one agent's phone for one caller.
//!
//! It lives until it is answered, refused, failed, missed or withdrawn. A short memory of ended offers stays, since an
//! answer may cross our withdrawal on the wire (R11, R22).

use core::time::Duration;
use std::collections::BTreeMap;

use model::{AgentId, CallId, Decision, OfferId, QueueName};

/// How long an ended offer is remembered: twice the 32 s in which a SIP transaction gives up (RFC 3261 §17.1.1.2).
const REMEMBERED: Duration = Duration::from_secs(64);

/// A live offer.
#[derive(Clone, Debug)]
pub(crate) struct Offer {
    pub(crate) call: CallId,
    pub(crate) agent: AgentId,
    /// `None` when the agent was named by a script or a person.
    pub(crate) queue: Option<QueueName>,
    /// Of a named agent: the queue whose call it is, by whose rules he files it.
    pub(crate) home: Option<QueueName>,
    /// A colleague asks: the answer begins no call of his (R15).
    pub(crate) consult: bool,
    pub(crate) ring_timeout: Duration,
    /// Since when the phone rings, once it said so.
    pub(crate) rang_at: Option<Duration>,
    /// Whether another phone rang for the caller at any time of this offer (R24).
    pub(crate) shared: bool,
    /// The agent is held for somebody who is being called back (R77): his phone does not ring yet, and nobody was told of
    /// this offer. The record of the choice waits with it.
    pub(crate) held: Option<Box<Decision>>,
}

/// Offers that ended a short while ago.
#[derive(Clone, Debug, Default)]
pub(crate) struct EndedOffers(BTreeMap<OfferId, Ended>);

/// What is remembered of an ended offer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ended {
    pub(crate) call: CallId,
    pub(crate) agent: AgentId,
    at: Duration,
}

impl EndedOffers {
    pub(crate) fn remember(&mut self, now: Duration, id: OfferId, offer: &Offer) {
        // Ids rise with time, so the oldest offers stand in front.
        while let Some(first) = self.0.first_entry() {
            if first.get().at + REMEMBERED > now {
                break;
            }
            first.remove();
        }
        let ended = Ended {
            call: offer.call,
            agent: offer.agent,
            at: now,
        };
        self.0.insert(id, ended);
    }

    /// Takes an ended offer out: it is answered too late once.
    pub(crate) fn take(&mut self, id: OfferId) -> Option<Ended> {
        self.0.remove(&id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ended_offer_is_remembered_for_a_while_and_answers_once() {
        let mut ended = EndedOffers::default();
        let offer = Offer {
            call: CallId::new(1),
            agent: AgentId::new(1),
            queue: None,
            home: None,
            consult: false,
            ring_timeout: Duration::ZERO,
            rang_at: None,
            shared: false,
            held: None,
        };
        ended.remember(Duration::ZERO, OfferId::new(1), &offer);
        ended.remember(Duration::from_millis(1), OfferId::new(2), &offer);
        ended.remember(REMEMBERED, OfferId::new(3), &offer);
        assert!(ended.take(OfferId::new(1)).is_none(), "too long ago");
        assert!(ended.take(OfferId::new(2)).is_some());
        assert!(ended.take(OfferId::new(2)).is_none(), "taken");
    }
}
