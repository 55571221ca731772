//! A call as reports count it: its places in queues, its offers, its talks, its surveys.
//!
//! What a place came to may be revised: who was led elsewhere comes back and is answered, who hung up has his place again (R80). So a
//! place says at each moment what it counts, and what is added is the difference to what it counted before.

mod place;
mod survey;
mod talk;

use std::collections::BTreeMap;

use model::fact::{CallbackRequested, QueueExit};
use model::service_level::Bounds;
use model::{Fact, Offer, OfferId, Party, QueueName, Timestamp};
use serde::{Deserialize, Serialize};

use super::counts::{Counts, TalkKey};
use crate::sums::{AgentSums, QueueSums};
use place::{End, Place};
use survey::Answered;
use talk::Talk;

/// What is remembered of a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallTally {
    began: Timestamp,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    places: BTreeMap<QueueName, Place>,
    /// The queue in which he waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    waits_in: Option<QueueName>,
    /// Offers that have not ended, since when.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    offers: BTreeMap<OfferId, Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    talk: Option<Talk>,
    /// Who holds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    holders: Vec<Option<Party>>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    surveys: BTreeMap<u32, Answered>,
    #[serde(default)]
    ended: bool,
}

/// How an offer came to its end without a talk.
#[derive(Clone, Copy)]
enum OfferEnd {
    Missed,
    Rejected,
    Unreachable,
    Cancelled,
}

impl CallTally {
    /// A call that begins.
    pub(super) fn new(began: Timestamp) -> Self {
        Self {
            began,
            places: BTreeMap::new(),
            waits_in: None,
            offers: BTreeMap::new(),
            talk: None,
            holders: Vec::new(),
            surveys: BTreeMap::new(),
            ended: false,
        }
    }

    /// Whether a fact changes a state of this kind.
    pub(super) const fn counts(fact: &Fact) -> bool {
        Self::begins(fact)
            || matches!(
                fact,
                Fact::QueueDropped { .. }
                    | Fact::OfferCancelled { .. }
                    | Fact::OfferMissed { .. }
                    | Fact::OfferDeclined { .. }
                    | Fact::OfferUnreachable { .. }
                    | Fact::ConsultConnected { .. }
                    | Fact::CallHeld { .. }
                    | Fact::CallResumed { .. }
                    | Fact::Transferred { .. }
                    | Fact::SurveyAsked(_)
                    | Fact::SurveyAnswered(_)
                    | Fact::SurveyDone(_)
                    | Fact::CallEnded { .. }
            )
    }

    /// Whether a call may be met by it for the first time: calls lived when they began to be counted.
    pub(super) const fn begins(fact: &Fact) -> bool {
        matches!(
            fact,
            Fact::CallArrived { .. }
                | Fact::QueueJoined { .. }
                | Fact::QueueLeft { .. }
                | Fact::CallbackRequested(_)
                | Fact::OfferMade { .. }
                | Fact::CallConnected { .. }
                | Fact::DialAnswered { .. }
        )
    }

    /// Whether the call is over.
    pub const fn has_ended(&self) -> bool {
        self.ended
    }

    /// Whether an abandon of it may be taken back (R80): then it is remembered for a while.
    pub fn may_be_resumed(&self) -> bool {
        self.places.values().any(Place::is_abandon)
    }

    /// To which sums the talk that goes on belongs.
    pub(super) fn talk(&self) -> Option<TalkKey> {
        self.talk.as_ref().map(|talk| talk.key.clone())
    }

    /// Takes the next fact of this call.
    pub(super) fn apply(
        &mut self,
        at: Timestamp,
        fact: &Fact,
        bounds: &BTreeMap<QueueName, Bounds>,
        counts: &mut Counts,
    ) {
        let by = |queue: &QueueName| bounds.get(queue).copied().unwrap_or_default();
        if let Fact::QueueJoined { queue, .. } = fact {
            self.join(at, queue, counts);
        } else if let Fact::QueueLeft {
            queue,
            cause,
            waited_ms,
            ..
        } = fact
        {
            self.leave(at, queue, (*cause, *waited_ms), by(queue), counts);
        } else if let Fact::QueueDropped { dropped, queue, .. } = fact {
            if self.waits_in.as_ref() == Some(dropped) {
                self.leave(at, dropped, (QueueExit::Moved, 1), by(dropped), counts);
                self.join(at, queue, counts);
            }
        } else if let Fact::CallbackRequested(CallbackRequested { queue, .. }) = fact {
            self.place(at, queue, counts, |place| place.is_called_back());
        } else if let Fact::OfferMade { offer, .. } = fact {
            self.offers.insert(offer.id, at);
        } else if let Fact::OfferMissed { offer } = fact {
            self.offer_ended(at, offer, OfferEnd::Missed, counts);
        } else if let Fact::OfferDeclined { offer, .. } = fact {
            self.offer_ended(at, offer, OfferEnd::Rejected, counts);
        } else if let Fact::OfferUnreachable { offer, .. } = fact {
            self.offer_ended(at, offer, OfferEnd::Unreachable, counts);
        } else if let Fact::OfferCancelled { offer, .. } = fact {
            self.offer_ended(at, offer, OfferEnd::Cancelled, counts);
        } else if let Fact::ConsultConnected { offer, .. } = fact {
            // R15: no call is counted for him.
            self.offers.remove(&offer.id);
        } else if let Fact::CallConnected { offer, rang_ms, .. } = fact {
            self.connected(at, offer, *rang_ms, by, counts);
        } else if let Fact::DialAnswered {
            agent: Some(agent), ..
        } = fact
        {
            self.called_out(at, *agent, counts);
        } else if let Fact::CallHeld { by, .. } = fact {
            self.hold(at, by, counts);
        } else if let Fact::CallResumed { by, .. } = fact {
            self.resume(at, by);
        } else if let Fact::Transferred { .. } = fact {
            self.handed_on(counts);
            self.end_talk(at, counts);
        } else if let Fact::SurveyAsked(asked) = fact {
            // J1: the agent is free of him.
            self.end_talk(at, counts);
            self.asked(asked, counts);
        } else if let Fact::SurveyAnswered(done) | Fact::SurveyDone(done) = fact {
            self.answered(done, counts);
        } else if let Fact::CallEnded { .. } = fact {
            self.end(at, counts);
        }
    }

    /// R80: he had hung up there and has his place again.
    pub(super) fn taken_back(&mut self, queue: &QueueName, counts: &mut Counts) {
        let Some(place) = self
            .places
            .get_mut(queue)
            .filter(|place| place.is_abandon())
        else {
            return;
        };
        let before = place.sums();
        place.end = End::Resumed;
        counts.queue(place.came, queue, &place.sums().less(&before));
    }

    fn join(&mut self, at: Timestamp, queue: &QueueName, counts: &mut Counts) {
        self.place(at, queue, counts, |place| place.enter(at));
        self.waits_in = Some(queue.clone());
    }

    fn leave(
        &mut self,
        at: Timestamp,
        queue: &QueueName,
        (cause, waited_ms): (QueueExit, u64),
        bounds: Bounds,
        counts: &mut Counts,
    ) {
        // Of several queues his home queue counts, which may have been dropped meanwhile (D30).
        let queue = self.waits_in.take().unwrap_or_else(|| queue.clone());
        self.place(at, &queue, counts, |place| {
            place.leave(at, cause, waited_ms, bounds);
        });
    }

    /// Changes a place, and counts the difference.
    fn place(
        &mut self,
        at: Timestamp,
        queue: &QueueName,
        counts: &mut Counts,
        change: impl FnOnce(&mut Place),
    ) {
        let place = self.places.entry(queue.clone());
        let place = place.or_insert_with(|| Place::new(at));
        let before = place.sums();
        change(place);
        counts.queue(place.came, queue, &place.sums().less(&before));
    }

    /// To which sums an offer belongs: the queue in which the caller waits, or else the one that offers.
    fn key(&self, offer: &Offer) -> TalkKey {
        let queue = self.waits_in.as_ref().or(offer.queue.as_ref());
        let place = queue.and_then(|queue| self.places.get(queue));
        TalkKey {
            came: place.map_or(self.began, |place| place.came),
            queue: queue.cloned(),
        }
    }

    fn offer_ended(&mut self, at: Timestamp, offer: &Offer, end: OfferEnd, counts: &mut Counts) {
        let since = self.offers.remove(&offer.id).unwrap_or(at);
        let (mut of_queue, mut of_agent) = (QueueSums::default(), AgentSums::default());
        of_agent.offered = 1;
        of_agent.ring_ms = ms(at.ms_since(since));
        match end {
            OfferEnd::Missed => (of_queue.missed, of_agent.missed) = (1, 1),
            OfferEnd::Rejected => (of_queue.rejected, of_agent.rejected) = (1, 1),
            OfferEnd::Unreachable => (of_queue.unreachable, of_agent.unreachable) = (1, 1),
            OfferEnd::Cancelled => of_agent.cancelled = 1,
        }
        counts.talk(Some(offer.agent), &self.key(offer), (of_queue, of_agent));
    }

    fn end(&mut self, at: Timestamp, counts: &mut Counts) {
        self.end_talk(at, counts);
        if let Some(queue) = self.waits_in.take() {
            // Its process ended, and nothing told of his leaving.
            self.place(at, &queue, counts, |place| place.led_elsewhere(at));
        }
        self.offers.clear();
        self.holders.clear();
        self.ended = true;
    }
}

/// Milliseconds in a column.
fn ms(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
