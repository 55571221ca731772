//! An agent who has no phone of the house is rung at his outside number (外线坐席, C14), by a trunk and as the dial rules allow.
//!
//! An answer there proves nothing: a carrier's voicemail answers too. So whoever answers is asked for a key while the caller goes on
//! with his music, and only the key is the agent's answer. Another key declines (R6). Without one the offer is a missed call
//! (R5, R8), by the ring time or when the other side hangs up.

use std::time::Duration;

use bytes::Bytes;
use media::PortId;
use model::{AgentId, OfferId};
use sip::{Reason, SessionId};

use super::{Ring, RingState};
use crate::call::Call;
use crate::context::Context;
use crate::dial::{Denied, Who};
use crate::outside::{Attempt, Order};
use crate::speech;

/// The key that the prompt asks for.
const ACCEPT_KEY: char = '1';

impl Ring {
    /// A trunk that rang in vain is told of, as in any call out.
    pub(super) fn tell_unanswered(&self, context: &mut Context, end: acd::OfferEnd) {
        let in_vain = match end {
            acd::OfferEnd::Missed | acd::OfferEnd::NoContact => true,
            acd::OfferEnd::Cancelled(_) => false,
        };
        if let (true, RingState::Live { .. }, Some(attempt)) = (in_vain, &self.state, &self.off_net)
        {
            attempt.tell_failed(context, 408, None);
        }
    }
}

impl Call {
    pub(super) fn ring_off_net(
        &mut self,
        context: &mut Context,
        (offer, agent): (OfferId, AgentId),
        number: String,
        ring: Duration,
    ) {
        let order = Order {
            who: Who::OffNet(agent, offer),
            dialled: number,
            ring,
            hops_left: self.hops_left,
            sent_on: Some((self.caller.clone(), self.called.clone())),
        };
        match Attempt::begin(context, self.id, order) {
            Ok((attempt, leg)) => {
                let ring = Ring {
                    agent,
                    legs: vec![leg],
                    off_net: Some(Box::new(attempt)),
                    state: RingState::Live { refused: None },
                };
                self.rings.insert(offer, ring);
            }
            Err(Denied::NoPort) => self.withheld(context, offer),
            // R7: a number that may not be called or has no trunk is a phone that cannot be reached; the queue goes on.
            Err(denied) => self.unreachable(context, offer, denied.status()),
        }
    }

    /// What the network says before the answer is heard by nobody, but its SDP may be the only one that comes (RFC 3262).
    pub(super) fn off_net_rings(
        &mut self,
        context: &mut Context,
        offer: OfferId,
        sdp: Option<Bytes>,
    ) {
        let ring = self.rings.get_mut(&offer);
        let Some(Ring {
            legs,
            off_net: Some(attempt),
            ..
        }) = ring
        else {
            return;
        };
        if let Some(leg) = legs.first_mut() {
            attempt.progress(context, leg, sdp.as_deref());
        }
    }

    /// An outside phone answered: the prompt begins.
    pub(super) fn ask_for_key(
        &mut self,
        context: &mut Context,
        offer: OfferId,
        session: SessionId,
    ) {
        let prompt = self.accept_prompt(context, offer);
        let Some(Ring {
            legs,
            off_net: Some(attempt),
            state,
            ..
        }) = self.rings.get_mut(&offer)
        else {
            return;
        };
        let Some(leg) = legs.iter_mut().find(|leg| leg.session == session) else {
            return;
        };
        leg.off_net = Some(attempt.answered(context, session));
        leg.listen(context, true);
        let prompt = context.play(leg.port, prompt, true, Duration::ZERO);
        *state = RingState::Asked { session, prompt };
        // The time for the key is that for ringing, also where the network never said that it rings.
        context.tell_acd(acd::Input::Ringing { offer });
    }

    /// What the agent is told: a caller, for which queue, and the key; in his own language where the house has it.
    fn accept_prompt(&self, context: &Context, offer: OfferId) -> Vec<media::Source> {
        let config = &context.config;
        let offer = context.offers.get(&offer);
        let language = offer
            .and_then(|offer| context.directory.get(offer.agent))
            .and_then(|agent| agent.off_net.as_ref())
            .map_or("", |off_net| &off_net.language);
        let queue = offer.and_then(|offer| config.queues.get(offer.queue.as_ref()?));
        let whisper = queue.and_then(|queue| queue.opening.whisper.clone());
        speech::accept(&config.house_sounds, [language, &config.language], whisper)
    }

    /// A key of somebody who was asked. `false`: nobody was.
    pub(in crate::call) fn off_net_key(
        &mut self,
        context: &mut Context,
        offer: OfferId,
        key: char,
    ) -> bool {
        let Some(ring) = self.rings.get_mut(&offer) else {
            return false;
        };
        let RingState::Asked { session, prompt } = ring.state else {
            return false;
        };
        let Some(mut leg) = ring.take_leg(session) else {
            return false;
        };
        let (port, playback) = (leg.port, prompt);
        context.media(media::Command::StopPlay { port, playback });
        leg.listen(context, false);
        if key == ACCEPT_KEY {
            leg.answered(context);
            ring.legs.push(leg);
            self.picks_up(context, offer, session);
        } else {
            leg.hang_up(context, Some(Reason::sip(603, "Decline")));
            leg.release(context);
            ring.state = RingState::Withdrawn;
            self.declined(context, offer, None);
            self.forget_empty(offer);
        }
        true
    }

    /// Whoever was asked hung up. `false`: nobody was.
    pub(super) fn asked_gone(
        &mut self,
        context: &mut Context,
        offer: OfferId,
        session: SessionId,
    ) -> bool {
        let Some(ring) = self.rings.get_mut(&offer) else {
            return false;
        };
        let was_asked =
            matches!(ring.state, RingState::Asked { session: asked, .. } if asked == session);
        if !was_asked {
            return false;
        }
        ring.state = RingState::Withdrawn;
        if let Some(leg) = ring.take_leg(session) {
            leg.release(context);
        }
        self.forget_empty(offer);
        context.tell_acd(acd::Input::Missed { offer });
        true
    }

    /// An outside phone that was not given to a caller owes no sound: a person who listens may send none. `false`: it is none.
    pub(in crate::call) fn off_net_silent(&mut self, port: PortId) -> bool {
        let mut rings = self
            .rings
            .values_mut()
            .filter(|ring| ring.off_net.is_some());
        let leg = rings.find_map(|ring| ring.legs.iter_mut().find(|leg| leg.port == port));
        leg.map(|leg| leg.was_silent = true).is_some()
    }
}
