//! Hold and resume, and every other change of who hears whom in a talk.
//!
//! A party holds by its phone (RFC 3264 §8.4: it does not want to hear us) or, if it is the agent, by his page; whose caller
//! waits while he asks a colleague holds him too. Each party's hold is a fact of its own. What follows for the ears of all is
//! computed here and ordered by `sound`.

use bytes::Bytes;
use media::{PortId, RoomId, SoundName};
use model::fact::Fact;
use model::{Party, QueueName};
use sip::SessionId;

use super::consult::With;
use super::sound::{Alone, Listener, Plan};
use super::talk::Talking;
use super::{Call, Phase};
use crate::context::{Context, Side};
use crate::leg::Leg;

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

impl Talking {
    /// Whether the caller is with the agent, as far as the agent is concerned.
    fn is_with_caller(&self) -> bool {
        let consulting = self.consult.as_ref().map(|consult| consult.with);
        match consulting {
            Some(With::Consulted) => false,
            Some(With::Caller | With::All) => true,
            None => !self.desk_hold,
        }
    }

    fn plan(&self, caller: &Leg) -> Plan {
        let listener = |leg: &Leg| Listener {
            port: leg.port,
            holds: leg.is_held(),
        };
        let (a, c) = (listener(&self.leg), listener(caller));
        let waits = (c.port, Alone::Music);
        let Some(consult) = &self.consult else {
            return if self.desk_hold {
                Plan {
                    together: Vec::new(),
                    apart: vec![waits, (a.port, Alone::Comfort)],
                }
            } else {
                Plan {
                    together: vec![c, a],
                    apart: Vec::new(),
                }
            };
        };
        let Some((_, leg)) = consult.up() else {
            return Plan {
                together: Vec::new(),
                apart: vec![waits, (a.port, Alone::RingBack)],
            };
        };
        let b = listener(leg);
        let (together, apart) = match consult.with {
            With::Caller => (vec![c, a], vec![(b.port, Alone::Music)]),
            With::Consulted => (vec![a, b], vec![waits]),
            With::All => (vec![c, a, b], Vec::new()),
        };
        Plan { together, apart }
    }
}

impl Call {
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

    /// A party's answer to a change of ours, or to a refresh that says something new. One that we cannot use changes nothing.
    pub(super) fn re_invite_answered(
        &mut self,
        context: &mut Context,
        side: Side,
        session: SessionId,
        sdp: &[u8],
    ) {
        let Some(leg) = self.leg_of(side, session) else {
            return;
        };
        match leg.accept_sdp(context, sdp) {
            Ok(()) => self.hold_changed(context),
            Err(error) => tracing::debug!(call = %self.id, ?error, "an SDP answer of no use"),
        }
    }

    /// What a party says of its media has changed.
    pub(super) fn hold_changed(&mut self, context: &mut Context) {
        self.outside_hold_changed(context);
        self.arrange(context);
    }

    /// Sees to it that everybody hears whom he is to hear, and tells who began or ended a hold.
    pub(super) fn arrange(&mut self, context: &mut Context) {
        let Phase::Talking(talking) = &mut self.phase else {
            return;
        };
        let Some(caller) = &self.leg else { return };
        let held_by = HeldBy {
            caller: caller.is_held(),
            agent: talking.leg.is_held() || !talking.is_with_caller(),
        };
        let former = std::mem::replace(&mut talking.held_by, held_by);
        let caller_party = self.caller_agent.map_or(Party::Caller, Party::Agent);
        for (was, is, party) in [
            (former.caller, held_by.caller, caller_party),
            (former.agent, held_by.agent, Party::Agent(talking.agent())),
        ] {
            let (call, by) = (self.id, Some(party));
            match (was, is) {
                (false, true) => context.fact(Fact::CallHeld { call, by }),
                (true, false) => context.fact(Fact::CallResumed { call, by }),
                (true, true) | (false, false) => {}
            }
        }
        let plan = talking.plan(caller);
        let music = music_of(context, talking.queue.as_ref());
        self.playing = None;
        self.sound
            .arrange(context, RoomId(self.id.get()), &music, plan);
    }

    /// The agent's talk is interrupted: the caller's port is free for something else.
    pub(super) fn take_apart(&mut self, context: &mut Context) {
        self.sound.clear(context, RoomId(self.id.get()));
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
