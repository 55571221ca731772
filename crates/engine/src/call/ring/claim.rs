//! The claim of an answer: from the 200 of a phone until the ACD says whose call it is (R22, R23).
//!
//! Where several phones ring, an answer claims the caller only once its sound comes, or after a moment in which its phone
//! did not hang up: till then the others ring on, nobody more is rung (R26), and the caller hears no change. Of several answers the first is
//! looked at first. Where one phone rings alone there is nobody to stop, and its answer claims at once.

use std::time::Duration;

use media::PortId;
use model::{AgentId, OfferId};
use sip::SessionId;

use super::RingState;
use crate::call::Call;
use crate::context::Context;
use crate::leg::Leg;

/// R23: after so long an answer holds though its phone sends nothing: it may have been muted, or wait to be spoken to.
const SURE_WITHIN: Duration = Duration::from_millis(300);

impl Call {
    /// A phone answered.
    pub(super) fn picks_up(&mut self, context: &mut Context, offer: OfferId, session: SessionId) {
        let others_ring = self.others_ring(offer);
        let Some(ring) = self.rings.get_mut(&offer) else {
            return;
        };
        if others_ring {
            let sure_by = context.now + SURE_WITHIN;
            ring.state = RingState::PickedUp { session, sure_by };
            context.tell_acd(acd::Input::PickedUp { offer });
            self.settle_claims(context);
        } else {
            ring.state = RingState::Claimed(session);
            context.tell_acd(acd::Input::Answered { offer });
        }
    }

    /// Whether a phone of another offer rings for the caller, or has picked up.
    fn others_ring(&self, offer: OfferId) -> bool {
        self.rings.iter().any(|(other, ring)| {
            let live = matches!(ring.state, RingState::Live { .. });
            *other != offer && (live || ring.answered().is_some())
        })
    }

    /// The first sound of a phone came: of one that rings it is a network that speaks before the answer.
    pub(in crate::call) fn heard(&mut self, context: &mut Context, port: PortId) {
        let legs = self.rings.values_mut().flat_map(|ring| &mut ring.legs);
        if let Some(leg) = legs.into_iter().find(|leg| leg.port == port) {
            leg.is_heard = true;
            self.settle_claims(context);
        }
    }

    /// Asks the ACD for the first phone that picked up, once it is sure.
    pub(in crate::call) fn settle_claims(&mut self, context: &mut Context) {
        let rings = self.rings.iter_mut();
        let picked_up = rings.filter_map(|(offer, ring)| match ring.state {
            RingState::PickedUp { session, sure_by } => Some((sure_by, *offer, session, ring)),
            RingState::Live { .. }
            | RingState::Asked { .. }
            | RingState::Beeps { .. }
            | RingState::Claimed(_)
            | RingState::Withdrawn
            | RingState::LateTone { .. } => None,
        });
        let first = picked_up.min_by_key(|(sure_by, offer, ..)| (*sure_by, *offer));
        let Some((sure_by, offer, session, ring)) = first else {
            return;
        };
        let leg = ring.legs.iter().find(|leg| leg.session == session);
        if sure_by <= context.now || leg.is_some_and(|leg| leg.is_heard) {
            ring.state = RingState::Claimed(session);
            context.tell_acd(acd::Input::Answered { offer });
        }
    }

    /// The ACD grants the answer: the leg that won, and whose it is. Other phones of the same agent stay to be heard out.
    pub(in crate::call) fn claim(&mut self, offer: OfferId) -> Option<(AgentId, Leg)> {
        let ring = self.rings.get_mut(&offer)?;
        let RingState::Claimed(session) = ring.state else {
            return None;
        };
        ring.state = RingState::Withdrawn;
        let agent = ring.agent;
        let leg = ring.take_leg(session)?;
        self.forget_empty(offer);
        Some((agent, leg))
    }
}
