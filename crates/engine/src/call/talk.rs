//! Talking: who is in the talk, hold and resume, and who hangs up first.

use std::time::Duration;

use bytes::Bytes;
use media::{PortId, RoomId, SoundName};
use model::fact::{CallResult, EndedBy, Fact};
use model::{AgentId, Offer, OfferId, Party, QueueName};
use sip::SessionId;

use super::consult::{Consult, With};
use super::ring::ringing_leg;
use super::sound::{Alone, Listener, Plan};
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
    /// The queue whose call it is, also when this agent was named by a colleague.
    pub(super) queue: Option<QueueName>,
    /// The desk has put the caller on hold.
    pub(super) desk_hold: bool,
    /// The colleague whom the agent asks.
    pub(super) consult: Option<Box<Consult>>,
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

impl Talking {
    pub(super) fn new(offer: Offer, leg: Leg, queue: Option<QueueName>) -> Self {
        Self {
            offer,
            leg,
            queue,
            desk_hold: false,
            consult: None,
            held_by: HeldBy::default(),
        }
    }

    pub(super) const fn agent(&self) -> AgentId {
        self.offer.agent
    }

    /// The agent's leg or that of the colleague whom he asks.
    pub(super) fn leg_of(&mut self, session: SessionId) -> Option<&mut Leg> {
        if self.leg.session == session {
            return Some(&mut self.leg);
        }
        let consulted = self.consult.as_mut().and_then(|consult| consult.leg_mut());
        consulted.filter(|leg| leg.session == session)
    }

    /// Whose phone uses a port.
    pub(super) fn offer_of(&self, port: PortId) -> Option<OfferId> {
        if self.leg.port == port {
            return Some(self.offer.id);
        }
        let (offer, leg) = self.consult.as_ref()?.up()?;
        (leg.port == port).then_some(offer.id)
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
        if let Phase::Talking(talking) = &mut self.phase
            && let Some(consult) = &mut talking.consult
        {
            let from = talking.offer.agent;
            consult.answered(offer.clone(), leg);
            context.fact(Fact::ConsultConnected { offer, from });
            return self.arrange(context);
        }
        self.answer_caller(context);
        if let Some(since) = self.score_since.filter(|_| self.agent.is_none()) {
            self.waited = context.now.saturating_sub(since);
        }
        if self.leg.is_none() {
            leg.hang_up(context, None);
            leg.release(context);
            context.tell_acd(acd::Input::CallGone { call: self.id });
            return;
        }
        let queue = self.transfer_answered(context, agent);
        let queue = offer.queue.clone().or(queue);
        let ms = |duration: Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        context.fact(Fact::CallConnected {
            offer: offer.clone(),
            waited_ms: ms(waited),
            rang_ms: ms(rang),
        });
        self.talk(context, Talking::new(offer, leg, queue));
    }

    /// An agent and the caller are together from here on.
    pub(super) fn talk(&mut self, context: &mut Context, talking: Talking) {
        self.run = None;
        self.agent = Some(talking.agent());
        self.phase = Phase::Talking(Box::new(talking));
        self.arrange(context);
    }

    /// A BYE from an agent's phone.
    pub(super) fn agent_gone(
        &mut self,
        context: &mut Context,
        offer: OfferId,
        session: SessionId,
        by: EndedBy,
    ) {
        if self.asker_gone(context, session) {
            return;
        }
        match &self.phase {
            Phase::Talking(talking) if talking.leg.session == session => {
                if talking.consult.is_some() {
                    return self.consult_completed(context, false);
                }
                self.finish(context, CallResult::Answered, by);
            }
            Phase::Talking(talking)
                if talking
                    .consult
                    .as_ref()
                    .is_some_and(|consult| consult.is_with(session)) =>
            {
                self.consulted_gone(context);
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

    /// The port of an agent in the talk fails: if the caller has somebody else, the talk goes on with him.
    pub(super) fn talk_port_failed(&mut self, context: &mut Context, port: PortId) -> bool {
        let Some(talking) = self.talking() else {
            return false;
        };
        let (session, is_agents) = (talking.leg.session, talking.leg.port == port);
        let is_consulted = !is_agents && talking.offer_of(port).is_some();
        if is_consulted {
            let dropped = self.drop_consult(context);
            return dropped.is_ok();
        }
        let consults = talking.consult.is_some();
        if is_agents && consults {
            self.consult_completed(context, true);
            return true;
        }
        is_agents && self.asker_gone(context, session)
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

    /// A leg of the talk ends: phone, port and what it heard.
    pub(super) fn end_leg(&mut self, context: &mut Context, leg: Leg, hang_up: bool) {
        let room = RoomId(self.id.get());
        self.sound.forget(context, room, leg.port);
        if hang_up {
            leg.hang_up(context, None);
        }
        leg.release(context);
    }

    /// The agent who has the call, also while it is being handed on.
    pub(super) fn talking(&self) -> Option<&Talking> {
        match &self.phase {
            Phase::Talking(talking) => Some(talking),
            Phase::Arriving(_)
            | Phase::InScript
            | Phase::Queued
            | Phase::Direct
            | Phase::Dialling(_)
            | Phase::Outside(_)
            | Phase::Ending(_) => self.transfer.as_ref()?.asking(),
        }
    }

    fn talking_mut(&mut self) -> Option<&mut Talking> {
        match &mut self.phase {
            Phase::Talking(talking) => Some(talking),
            Phase::Arriving(_)
            | Phase::InScript
            | Phase::Queued
            | Phase::Direct
            | Phase::Dialling(_)
            | Phase::Outside(_)
            | Phase::Ending(_) => self.transfer.as_mut()?.asking_mut(),
        }
    }

    /// The leg that a session belongs to.
    pub(super) fn leg_of(&mut self, side: Side, session: SessionId) -> Option<&mut Leg> {
        match side {
            Side::Caller => self.leg.as_mut(),
            Side::Outside => self.outside_leg(session),
            Side::Agent(offer) => {
                let is_in_talk = self
                    .talking_mut()
                    .is_some_and(|talking| talking.leg_of(session).is_some());
                if is_in_talk {
                    return self.talking_mut()?.leg_of(session);
                }
                ringing_leg(&mut self.rings, offer, session)
            }
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
