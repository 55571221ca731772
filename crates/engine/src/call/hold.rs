//! Hold and resume, and every other change of who hears whom in a talk.
//!
//! A party holds by its phone (RFC 3264 §8.4: it does not want to hear us) or, if it is the agent, by his page; whose caller
//! waits while he asks a colleague holds him too. Each party's hold is a fact of its own. What follows for the ears of all is
//! computed here and ordered by `sound`, whether the caller talks with an agent or with an outside party.

use bytes::Bytes;
use media::{RoomId, SoundName};
use model::fact::Fact;
use model::{Party, QueueName};
use sip::SessionId;

use super::consult::With;
use super::outside::OutsideTalk;
use super::sound::{Alone, Listener, Plan};
use super::talk::Talking;
use super::{Call, Phase};
use crate::context::{Context, Side};
use crate::leg::Leg;

/// RFC 3261 §21.4.26: not acceptable here; the session goes on as it was.
pub(crate) const NOT_HERE: u16 = 488;

/// Who has put the other on hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct HeldBy {
    caller: bool,
    other: bool,
}

/// What the phase says of a talk.
struct Scene {
    other: Party,
    held_by: HeldBy,
    plan: Plan,
    /// Whose music is heard.
    queue: Option<QueueName>,
}

impl OutsideTalk {
    fn scene(&self, caller: &Leg) -> Scene {
        let other = &self.other.leg;
        Scene {
            other: Party::Number(self.other.number.clone()),
            held_by: HeldBy {
                caller: caller.is_held(),
                other: other.is_held(),
            },
            plan: Plan {
                together: vec![listener(caller), listener(other)],
                apart: Vec::new(),
                clip: None,
            },
            queue: None,
        }
    }
}

impl Talking {
    fn scene(&self, caller: &Leg) -> Scene {
        Scene {
            other: Party::Agent(self.agent()),
            held_by: HeldBy {
                caller: caller.is_held(),
                other: self.leg.is_held() || !self.is_with_caller(),
            },
            plan: Plan {
                clip: self.clip_sound(caller),
                ..self.plan(caller)
            },
            queue: self.queue.clone(),
        }
    }

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
        let (a, c) = (listener(&self.leg), listener(caller));
        let waits = (c.port, Alone::Music);
        let Some(consult) = &self.consult else {
            return if self.desk_hold {
                Plan::of(Vec::new(), vec![waits, (a.port, Alone::Comfort)])
            } else {
                Plan::of(vec![c, a], Vec::new())
            };
        };
        let Some((_, leg)) = consult.up() else {
            return Plan::of(Vec::new(), vec![waits, (a.port, Alone::RingBack)]);
        };
        let b = listener(leg);
        let (together, apart) = match consult.with {
            With::Caller => (vec![c, a], vec![(b.port, Alone::Music)]),
            With::Consulted => (vec![a, b], vec![waits]),
            With::All => (vec![c, a, b], Vec::new()),
        };
        Plan::of(together, apart)
    }
}

impl Call {
    /// A party changes its media. What we cannot speak is refused and the session stays as it was (RFC 3261 §14.2); so is
    /// what comes for a leg that is over: 481 would end its dialog, and an early one's INVITE tells its end (RFC 3311 §5.2).
    pub(super) fn re_invite(
        &mut self,
        context: &mut Context,
        side: Side,
        session: SessionId,
        sdp: Option<Bytes>,
    ) {
        let now = context.now;
        let Some(leg) = self.leg_of(side, session) else {
            context.sip.reject_reinvite(now, session, NOT_HERE);
            return;
        };
        let body = match sdp {
            Some(offer) => leg.answer_sdp(context, &offer),
            None => Ok(leg.sdp_offer()),
        };
        match body {
            Ok(body) => {
                context.sip.accept_reinvite(now, session, body);
                self.arrange(context);
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
            Ok(()) => self.arrange(context),
            Err(error) => tracing::debug!(call = %self.id, ?error, "an SDP answer of no use"),
        }
    }

    /// Sees to it that everybody hears whom he is to hear, and tells who began or ended a hold.
    pub(super) fn arrange(&mut self, context: &mut Context) {
        self.part_clip(context);
        let Some(caller) = &self.leg else { return };
        let (scene, told) = match &mut self.phase {
            Phase::Talking(talking) => (talking.scene(caller), &mut talking.held_by),
            Phase::Outside(talk) => (talk.scene(caller), &mut talk.held_by),
            Phase::Arriving(_)
            | Phase::InScript
            | Phase::Queued(_)
            | Phase::Direct
            | Phase::Dialling(_)
            | Phase::Ending(_) => return,
        };
        let held_by = scene.held_by;
        let former = std::mem::replace(told, held_by);
        let caller_party = self.caller_agent.map_or(Party::Caller, Party::Agent);
        for (was, is, party) in [
            (former.caller, held_by.caller, caller_party),
            (former.other, held_by.other, scene.other),
        ] {
            let (call, by) = (self.id, Some(party));
            match (was, is) {
                (false, true) => context.fact(Fact::CallHeld { call, by }),
                (true, false) => context.fact(Fact::CallResumed { call, by }),
                (true, true) | (false, false) => {}
            }
        }
        if let Phase::Talking(talking) = &mut self.phase {
            talking.time_hold(context.now, held_by.other, &context.config.hold);
        }
        if self.opens() {
            return;
        }
        self.cut_opening(context);
        let music = music_of(context, scene.queue.as_ref());
        self.playing = None;
        self.sound
            .arrange(context, RoomId(self.id.get()), &music, scene.plan);
    }

    /// C17, C18: both are still being told something, and the agent wants nothing else.
    fn opens(&self) -> bool {
        let Phase::Talking(talking) = &self.phase else {
            return false;
        };
        let opening = talking.opening.as_ref();
        opening.is_some_and(|opening| opening.is_for(talking.leg.port))
            && talking.is_with_caller()
            && talking.consult.is_none()
            && talking.clip.is_none()
    }

    /// The agent's talk is interrupted: the caller's port is free for something else.
    pub(super) fn take_apart(&mut self, context: &mut Context) {
        self.sound.clear(context, RoomId(self.id.get()));
    }
}

const fn listener(leg: &Leg) -> Listener {
    Listener {
        port: leg.port,
        holds: leg.is_held(),
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
