//! A phone answers: in time, too late, or when the caller has just gone (R11, R22).

use std::time::Duration;

use bytes::Bytes;
use media::Source;
use model::OfferId;
use sip::{Reason, SessionId};

use super::RingState;
use crate::call::{Call, Phase};
use crate::context::Context;
use crate::outside::takes_answer;

/// R11: the tone that tells an agent that the caller has just gone.
const LATE_TONE: Source = Source::Tone { hz: 425, ms: 300 };
/// How long that agent's leg stays up for the tone.
const LATE_TONE_STAYS: Duration = Duration::from_millis(400);

impl Call {
    pub(in crate::call) fn agent_answered(
        &mut self,
        context: &mut Context,
        offer: OfferId,
        session: SessionId,
        sdp: Option<Bytes>,
        late: bool,
    ) {
        let Some(ring) = self.rings.get_mut(&offer) else {
            context
                .sip
                .hang_up(context.now, session, Some(Reason::answered_elsewhere()));
            return;
        };
        let live = matches!(ring.state, RingState::Live { .. }) && !late;
        if !live {
            self.answered_after_all(context, offer, session, sdp);
            return;
        }
        let accepted = ring
            .legs
            .iter_mut()
            .find(|leg| leg.session == session)
            .is_some_and(|leg| takes_answer(context, leg, sdp.as_deref()));
        if !accepted {
            // An answer without usable SDP is a device's fault: BYE, and the next agent.
            context.sip.hang_up(
                context.now,
                session,
                Some(Reason::sip(488, "Not Acceptable Here")),
            );
            self.agent_refused(context, offer, session, 488, None);
            return;
        }
        if ring.off_net.is_some() {
            return self.ask_for_key(context, offer, session);
        }
        for other in ring.legs.iter().filter(|leg| leg.session != session) {
            other.hang_up(context, Some(Reason::answered_elsewhere()));
        }
        self.picks_up(context, offer, session);
    }

    /// A 200 that crossed our CANCEL. R11: if the caller is gone, the agent hears a short tone; R22: if a colleague has
    /// the call, a BYE with the reason.
    pub(in crate::call) fn answered_after_all(
        &mut self,
        context: &mut Context,
        offer: OfferId,
        session: SessionId,
        sdp: Option<Bytes>,
    ) {
        let now = context.now;
        let caller_left = matches!(self.phase, Phase::Ending(_));
        let Some(ring) = self.rings.get_mut(&offer) else {
            return;
        };
        let Some(mut leg) = ring.take_leg(session) else {
            return;
        };
        let heard = caller_left && sdp.is_some_and(|sdp| leg.accept_sdp(context, &sdp).is_ok());
        if heard {
            self.answered_late = true;
            context.play(leg.port, vec![LATE_TONE], false, Duration::ZERO);
            ring.state = RingState::LateTone {
                session,
                until: now + LATE_TONE_STAYS,
            };
            ring.legs.push(leg);
        } else {
            leg.hang_up(context, Some(Reason::answered_elsewhere()));
            leg.release(context);
            self.forget_empty(offer);
        }
    }

    /// Ends the late tones whose time is up.
    pub(in crate::call) fn end_late_tones(&mut self, context: &mut Context) {
        let now = context.now;
        let due: Vec<OfferId> = self
            .rings
            .iter()
            .filter(|(_, ring)| ring.deadline().is_some_and(|until| until <= now))
            .map(|(offer, _)| *offer)
            .collect();
        for offer in due {
            let Some(ring) = self.rings.get_mut(&offer) else {
                continue;
            };
            let RingState::LateTone { session, .. } = ring.state else {
                continue;
            };
            ring.state = RingState::Withdrawn;
            if let Some(leg) = ring.take_leg(session) {
                leg.hang_up(context, Some(Reason::sip(487, "Caller hung up")));
                leg.release(context);
            }
            self.forget_empty(offer);
        }
    }

    /// R22: the answer lost the race; ACK went out with it, BYE goes now.
    pub(in crate::call) fn too_late(&mut self, context: &mut Context, offer: OfferId) {
        let Some(ring) = self.rings.get_mut(&offer) else {
            return;
        };
        if let RingState::Claimed(session) = ring.state {
            ring.state = RingState::Withdrawn;
            if let Some(leg) = ring.take_leg(session) {
                leg.hang_up(context, Some(Reason::answered_elsewhere()));
                leg.release(context);
            }
        }
        self.forget_empty(offer);
    }
}
