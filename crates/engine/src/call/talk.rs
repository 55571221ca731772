//! Talking: who is in the talk, how it begins, and who hangs up first.

use std::time::Duration;

use media::{PortId, RoomId};
use model::fact::{CallResult, EndedBy, Fact};
use model::{AgentId, Offer, OfferId, QueueName};
use sip::SessionId;

use super::clip::PlayingClip;
use super::consult::Consult;
use super::hold::HeldBy;
use super::long_hold::LongHold;
use super::opening::Opening;
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
    /// The queue whose call it is, also when this agent was named by a colleague.
    pub(super) queue: Option<QueueName>,
    /// The desk has put the caller on hold.
    pub(super) desk_hold: bool,
    /// The colleague whom the agent asks.
    pub(super) consult: Option<Box<Consult>>,
    /// As facts told it.
    pub(super) held_by: HeldBy,
    /// What both are told before they hear each other (C17, C18).
    pub(super) opening: Option<Box<Opening>>,
    /// The agent holds the caller (C19).
    pub(super) long_hold: Option<LongHold>,
    /// What the agent plays to the caller (E25).
    pub(super) clip: Option<Box<PlayingClip>>,
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
            opening: None,
            long_hold: None,
            clip: None,
        }
    }

    /// When the talk wants a turn.
    pub(super) fn deadline(&self) -> Option<Duration> {
        let opening = self.opening.as_ref().and_then(|it| it.deadline());
        let hold = self.long_hold.as_ref().and_then(LongHold::deadline);
        let out = [
            self.leg.off_net,
            self.consulted().and_then(|leg| leg.off_net),
        ];
        let out = out.into_iter().flatten().min();
        [opening, hold, out].into_iter().flatten().min()
    }

    /// The leg of the colleague whom the agent asks, once he has answered.
    fn consulted(&self) -> Option<&Leg> {
        let (_, leg) = self.consult.as_ref()?.up()?;
        Some(leg)
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
}

impl Call {
    /// The ACD grants the answer: both hear each other from this turn on (R12: a bridge cuts every prompt), unless the
    /// queue has something to say to them first.
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
        self.has_called_back(context);
        let opening = self.opening(context, &offer, &leg);
        let mut talking = Talking::new(offer, leg, queue);
        talking.opening = opening;
        self.talk(context, talking);
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
        if self.asker_gone(context, session, false) {
            return;
        }
        match &self.phase {
            Phase::Talking(talking) if talking.leg.session == session => {
                if talking.consult.is_some() {
                    return self.consult_completed(context, false);
                }
                self.agent_left(context, by);
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
            | Phase::Queued(_)
            | Phase::Direct
            | Phase::Dialling(_)
            | Phase::Talking(_)
            | Phase::Outside(_)
            | Phase::Ending(_) => {
                self.ringing_leg_gone(context, offer, session);
            }
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
        is_agents && self.asker_gone(context, session, true)
    }

    /// S15: a call out to an agent's outside number has lasted as long as calls out may.
    pub(super) fn off_net_time_up(&mut self, context: &mut Context) {
        let now = context.now;
        let is_over = |leg: &Leg| leg.off_net.is_some_and(|until| until <= now);
        let Phase::Talking(talking) = &self.phase else {
            return;
        };
        if is_over(&talking.leg) {
            tracing::info!(call = %self.id, "an agent's outside phone was on the line as long as dial rules allow");
            self.finish(context, CallResult::Answered, EndedBy::System);
        } else if talking.consulted().is_some_and(is_over) {
            self.consulted_gone(context);
        }
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
            | Phase::Queued(_)
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
            | Phase::Queued(_)
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
