//! An offer to an agent whose phone is on the line (C15): one beep in it, and the caller is there.
//!
//! The beep is a ring that answers by itself. A house may leave the agent a moment in which his page declines; nothing else
//! stops it but what stops every ring. What ends the ring or the talk gives the leg back (`crate::standby`).

use std::time::Duration;

use media::Source;
use model::{AgentId, OfferId, Party};
use sip::SessionId;

use super::{Ring, RingState};
use crate::call::Call;
use crate::context::{Context, Side};
use crate::leg::Leg;
use crate::standby::REST;

/// The tone of an offer.
const BEEP_HZ: u16 = 880;
/// How long it is heard.
const BEEP_MS: u32 = 200;

impl Call {
    /// Beeps in the leg of an agent who stands by.
    pub(super) fn beep(
        &mut self,
        context: &mut Context,
        (offer, agent): (OfferId, AgentId),
        leg: Leg,
    ) {
        let session = leg.session;
        context
            .sessions
            .insert(session, (self.id, Side::Agent(offer)));
        context.leg_began(self.id, session, Party::Agent(agent));
        let beep = Source::Tone {
            hz: BEEP_HZ,
            ms: BEEP_MS,
        };
        context.play(leg.port, vec![beep, REST], false, Duration::ZERO);
        let beeps = Duration::from_millis(BEEP_MS.into());
        let until = context.now + beeps.max(context.config.standby.refuse);
        let ring = Ring {
            agent,
            legs: vec![leg],
            off_net: None,
            state: RingState::Beeps { session, until },
        };
        self.rings.insert(offer, ring);
        context.tell_acd(acd::Input::Ringing { offer });
        self.announce_connecting(context);
    }

    /// Beeps whose time is over are answers.
    pub(in crate::call) fn beeps_over(&mut self, context: &mut Context) {
        let now = context.now;
        let rings = self.rings.iter();
        let due = rings.filter_map(|(offer, ring)| due(ring, now).map(|session| (*offer, session)));
        let due: Vec<(OfferId, SessionId)> = due.collect();
        for (offer, session) in due {
            self.picks_up(context, offer, session);
        }
    }
}

fn due(ring: &Ring, now: Duration) -> Option<SessionId> {
    match ring.state {
        RingState::Beeps { session, until } if until <= now => Some(session),
        RingState::Live { .. }
        | RingState::Asked { .. }
        | RingState::Beeps { .. }
        | RingState::PickedUp { .. }
        | RingState::Claimed(_)
        | RingState::Withdrawn
        | RingState::LateTone { .. } => None,
    }
}
