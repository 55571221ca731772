//! The way to the engine in two lanes, each bounded: one for those whom somebody vouches for and for news, one for strangers.
//!
//! The known lane goes first, but every fourth turn is the strangers': a flood of strangers never keeps a known peer from a
//! place, and busy known peers never keep strangers waiting for ever. A lane that is full is its own senders' trouble.

use tokio::sync::mpsc;

use super::EngineGone;
use super::table::Lane;
use crate::SipInbound;

/// One in so many turns belongs to strangers.
const STRANGERS_TURN: u8 = 4;

/// The shell's end.
#[derive(Clone, Debug)]
pub struct SipInboundSender {
    known: mpsc::Sender<SipInbound>,
    strangers: mpsc::Sender<SipInbound>,
}

/// The engine loop's end.
#[derive(Debug)]
pub struct SipInboundReceiver {
    known: mpsc::Receiver<SipInbound>,
    strangers: mpsc::Receiver<SipInbound>,
    turn: u8,
}

/// A queue with so many places for known peers and news, and so many for strangers; each at least one.
#[must_use]
pub fn inbound_queue(
    known_max: usize,
    strangers_max: usize,
) -> (SipInboundSender, SipInboundReceiver) {
    let (known, known_out) = mpsc::channel(known_max.max(1));
    let (strangers, strangers_out) = mpsc::channel(strangers_max.max(1));
    let sender = SipInboundSender { known, strangers };
    let receiver = SipInboundReceiver {
        known: known_out,
        strangers: strangers_out,
        turn: 0,
    };
    (sender, receiver)
}

/// Why something was not queued.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum NotSent {
    Full,
    Closed,
}

impl SipInboundSender {
    pub(super) fn try_send(&self, lane: Lane, inbound: SipInbound) -> Result<(), NotSent> {
        self.lane(lane)
            .try_send(inbound)
            .map_err(|error| match error {
                mpsc::error::TrySendError::Full(_) => NotSent::Full,
                mpsc::error::TrySendError::Closed(_) => NotSent::Closed,
            })
    }

    pub(super) async fn send(&self, lane: Lane, inbound: SipInbound) -> Result<(), EngineGone> {
        let sent = self.lane(lane).send(inbound).await;
        sent.map_err(|_| EngineGone)
    }

    fn lane(&self, lane: Lane) -> &mpsc::Sender<SipInbound> {
        match lane {
            Lane::Known => &self.known,
            Lane::Stranger => &self.strangers,
        }
    }
}

impl SipInboundReceiver {
    /// The next; `None` once all senders are gone and nothing waits. Nothing is lost when the wait is given up.
    pub async fn recv(&mut self) -> Option<SipInbound> {
        let (first, second) = if self.turn.is_multiple_of(STRANGERS_TURN) {
            (&mut self.strangers, &mut self.known)
        } else {
            (&mut self.known, &mut self.strangers)
        };
        let inbound = tokio::select! {
            biased;
            Some(inbound) = first.recv() => Some(inbound),
            Some(inbound) = second.recv() => Some(inbound),
            else => None,
        };
        self.turn = self.turn.wrapping_add(1);
        inbound
    }

    /// What waits already, in the order of [`SipInboundReceiver::recv`].
    pub fn try_recv(&mut self) -> Option<SipInbound> {
        let next = self.known.try_recv();
        next.or_else(|_| self.strangers.try_recv()).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn news(number: u64) -> SipInbound {
        SipInbound::Resolved {
            query: sip::QueryId(number),
            hops: Err(sip::ResolveError::NoAnswer),
        }
    }

    #[tokio::test]
    async fn s9_a_lane_full_of_strangers_has_room_for_the_known_and_lets_them_go_first() {
        let (sender, mut receiver) = inbound_queue(8, 8);
        for number in 0..8 {
            assert_eq!(sender.try_send(Lane::Stranger, news(number)), Ok(()));
        }
        assert_eq!(sender.try_send(Lane::Stranger, news(8)), Err(NotSent::Full));
        for number in 100..108 {
            assert_eq!(sender.try_send(Lane::Known, news(number)), Ok(()));
        }
        let mut order = Vec::new();
        for _ in 0..16 {
            let Some(SipInbound::Resolved { query, .. }) = receiver.recv().await else {
                panic!("no news");
            };
            order.push(query.0);
        }
        assert_eq!(
            order,
            [
                0, 100, 101, 102, 1, 103, 104, 105, 2, 106, 107, 3, 4, 5, 6, 7
            ]
        );
        drop(sender);
        assert_eq!(receiver.recv().await, None);
    }
}
