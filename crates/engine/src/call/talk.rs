//! Talking: the bridge, hold and resume, and who hangs up first.

use std::time::Duration;

use bytes::Bytes;
use media::{PortId, SoundName, Source};
use model::fact::{CallResult, EndedBy, Fact};
use model::{Offer, OfferId, QueueName};
use sip::SessionId;

use super::ring::ringing_leg;
use super::{Call, Phase};
use crate::context::{Context, Side};
use crate::leg::Leg;

/// What a talking call has.
#[derive(Debug)]
pub(crate) struct Talking {
    /// The offer that was answered.
    pub(super) offer: Offer,
    /// The agent's leg.
    pub(super) leg: Leg,
    held_by: HeldBy,
}

/// Who has put the other on hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct HeldBy {
    pub(super) caller: bool,
    pub(super) agent: bool,
}

impl HeldBy {
    /// As the legs of the caller and of the other say.
    pub(super) fn of(caller: &Leg, other: &Leg) -> Self {
        Self {
            caller: caller.is_held(),
            agent: other.is_held(),
        }
    }

    pub(super) const fn anybody(self) -> bool {
        self.caller || self.agent
    }

    /// Of the ports of the caller and of the other those whose party was not held before.
    pub(super) fn newly_held(
        self,
        former: Self,
        caller: PortId,
        other: PortId,
    ) -> impl Iterator<Item = PortId> {
        let held = [
            (self.agent && !former.agent, caller),
            (self.caller && !former.caller, other),
        ];
        held.into_iter()
            .filter_map(|(is_held, port)| is_held.then_some(port))
    }
}

impl Call {
    /// The ACD grants the answer: both hear each other from this turn on (R12: a bridge cuts every prompt).
    pub(super) fn connected(
        &mut self,
        context: &mut Context,
        offer: OfferId,
        waited: Duration,
        rang: Duration,
    ) {
        let claimed = self.claim(offer);
        let (Some((agent, leg)), Some(offer)) = (claimed, context.offers.remove(&offer)) else {
            // The ACD holds an agent for a talk that cannot be: he is given back.
            context.tell_acd(acd::Input::CallGone { call: self.id });
            return;
        };
        self.answer_caller(context);
        let Some(port) = self.leg.as_ref().map(|leg| leg.port) else {
            leg.hang_up(context, None);
            leg.release(context);
            context.tell_acd(acd::Input::CallGone { call: self.id });
            return;
        };
        self.playing = None;
        self.run = None;
        self.agent = Some(agent);
        context.media(media::Command::Bridge {
            a: port,
            b: leg.port,
        });
        let ms = |duration: Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        context.fact(Fact::CallConnected {
            offer: offer.clone(),
            waited_ms: ms(waited),
            rang_ms: ms(rang),
        });
        self.phase = Phase::Talking(Box::new(Talking {
            offer,
            leg,
            held_by: HeldBy::default(),
        }));
    }

    /// A BYE from an agent's phone.
    pub(super) fn agent_gone(
        &mut self,
        context: &mut Context,
        offer: OfferId,
        session: SessionId,
        by: EndedBy,
    ) {
        match &self.phase {
            Phase::Talking(talking) if talking.leg.session == session => {
                self.finish(context, CallResult::Answered, by);
            }
            Phase::Arriving(_)
            | Phase::InScript
            | Phase::Queued
            | Phase::Direct
            | Phase::Dialling(_)
            | Phase::Talking(_)
            | Phase::Outside(_)
            | Phase::Ending(_) => {
                self.ringing_leg_gone(context, offer, session);
            }
        }
    }

    /// A party changes its media. What we cannot speak is refused and the session stays as it was (RFC 3261 §14.2).
    pub(super) fn re_invite(
        &mut self,
        context: &mut Context,
        side: Side,
        session: SessionId,
        sdp: Option<Bytes>,
    ) {
        let now = context.now;
        let Some(leg) = self.leg_of(side, session) else {
            context.sip.reject_reinvite(now, session, 481);
            return;
        };
        let body = match sdp {
            Some(offer) => leg.answer_sdp(context, &offer),
            None => Ok(leg.sdp_offer()),
        };
        match body {
            Ok(body) => {
                context.sip.accept_reinvite(now, session, body);
                self.hold_changed(context);
            }
            Err(error) => context.sip.reject_reinvite(now, session, error.status()),
        }
    }

    /// Hold: who is held hears music; ports and codecs stay (hold is the server's work). When both hold, both would
    /// hear it, but neither listens.
    pub(super) fn hold_changed(&mut self, context: &mut Context) {
        self.outside_hold_changed(context);
        let Phase::Talking(talking) = &mut self.phase else {
            return;
        };
        let Some(caller) = &self.leg else { return };
        let held_by = HeldBy::of(caller, &talking.leg);
        let former = std::mem::replace(&mut talking.held_by, held_by);
        if former == held_by {
            return;
        }
        let (a, b) = (caller.port, talking.leg.port);
        if !held_by.anybody() {
            // A bridge stops the music of both.
            context.media(media::Command::Bridge { a, b });
            context.fact(Fact::CallResumed {
                call: self.id,
                by: None,
            });
            return;
        }
        if !former.anybody() {
            context.media(media::Command::Unbridge { a, b });
            context.fact(Fact::CallHeld {
                call: self.id,
                by: None,
            });
        }
        let music = music_of(context, talking.offer.queue.as_ref());
        for port in held_by.newly_held(former, a, b) {
            let music = Source::Sound(music.clone());
            context.play(port, vec![music], true, Duration::ZERO);
        }
    }

    /// The leg that a session belongs to.
    pub(super) fn leg_of(&mut self, side: Side, session: SessionId) -> Option<&mut Leg> {
        match side {
            Side::Caller => self.leg.as_mut(),
            Side::Outside => self.outside_leg(session),
            Side::Agent(offer) => match &mut self.phase {
                Phase::Talking(talking) if talking.leg.session == session => Some(&mut talking.leg),
                Phase::Arriving(_)
                | Phase::InScript
                | Phase::Queued
                | Phase::Direct
                | Phase::Dialling(_)
                | Phase::Talking(_)
                | Phase::Outside(_)
                | Phase::Ending(_) => ringing_leg(&mut self.rings, offer, session),
            },
        }
    }
}

/// What a held party hears.
pub(super) fn music_of(context: &Context, queue: Option<&QueueName>) -> SoundName {
    queue
        .and_then(|queue| context.config.queues.get(queue))
        .map_or_else(
            || SoundName::new("music/default"),
            |queue| queue.music.clone(),
        )
}
