//! A phone comes into the talk otherwise than by an offer: a consult of two phones that becomes one call, a phone that takes
//! another's place (RFC 3891).
//!
//! The ACD binds the agent and names an offer that stands for him in facts, so that whoever reads them sees an agent who was
//! offered the call and took it; his screen shows all that is known of the caller (P6).

use bytes::Bytes;
use model::decision::Decision;
use model::fact::{CallResult, ClipEnd, EndedBy};
use model::transfer::{Transfer as Told, TransferKind, TransferTo, TransferWay};
use model::{AgentId, CallId, Fact, Offer, OfferId, Party};
use sip::{IncomingInvite, Refusal, SessionId};

use super::talk::Talking;
use super::transfer::Transfer;
use super::{Call, Phase};
use crate::context::{Context, Side};
use crate::leg::{Leg, LegError};

/// An agent with his phone who leaves one call for another.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) agent: AgentId,
    pub(crate) leg: Leg,
}

impl Call {
    /// The agent who talks on this session, if that is all that is going on.
    pub(crate) fn talks_on(&self, session: SessionId) -> Option<AgentId> {
        match &self.phase {
            Phase::Talking(talking)
                if talking.leg.session == session && talking.consult.is_none() =>
            {
                Some(talking.agent())
            }
            Phase::Arriving(_)
            | Phase::InScript
            | Phase::Queued(_)
            | Phase::Direct
            | Phase::Dialling(_)
            | Phase::Talking(_)
            | Phase::Outside(_)
            | Phase::Ending(_) => None,
        }
    }

    /// Whether this is an agent's own call, on this session, to a colleague who talks with him.
    pub(crate) fn is_consult_of(&self, agent: AgentId, session: SessionId) -> bool {
        let is_his = self.caller_agent == Some(agent)
            && self.leg.as_ref().is_some_and(|leg| leg.session == session);
        is_his && matches!(&self.phase, Phase::Talking(talking) if talking.consult.is_none())
    }

    /// The colleague goes on in another call; this one is over.
    pub(crate) fn part_for(&mut self, context: &mut Context, into: CallId) -> Option<Part> {
        self.cut_opening(context);
        self.end_clip(context, ClipEnd::Transferred);
        let former = std::mem::replace(&mut self.phase, Phase::InScript);
        let Phase::Talking(talking) = former else {
            self.phase = former;
            return None;
        };
        self.take_apart(context);
        let Talking { offer, leg, .. } = *talking;
        context
            .sessions
            .insert(leg.session, (into, Side::Agent(offer.id)));
        context.placement.hand_over(leg.port, into);
        context.fact(Fact::CallMerged {
            call: self.id,
            into,
        });
        self.finish(context, CallResult::Answered, EndedBy::Agent);
        self.settle_ending(context);
        Some(Part {
            agent: offer.agent,
            leg,
        })
    }

    /// The agent's consult ends here: whoever it was with is with the caller from this turn on (R14, R15).
    pub(crate) fn take_over(&mut self, context: &mut Context, part: Part) {
        self.end_clip(context, ClipEnd::Transferred);
        let Phase::Talking(talking) = std::mem::replace(&mut self.phase, Phase::InScript) else {
            return self.end_leg(context, part.leg, true);
        };
        let Talking {
            offer, leg, queue, ..
        } = *talking;
        let (call, from) = (self.id, offer.agent);
        let transfer = Told {
            kind: TransferKind::Attended,
            by: TransferWay::Phone,
            from,
            to: TransferTo::Agent(part.agent),
        };
        context.fact(Fact::TransferStarted {
            call,
            transfer: transfer.clone(),
        });
        context.fact(Fact::Transferred {
            call,
            transfer: transfer.clone(),
        });
        self.end_leg(context, leg, true);
        context.tell_acd(acd::Input::CallEnded { call, agent: from });
        context.tell_acd(acd::Input::TookOver {
            call,
            agent: part.agent,
            queue: queue.clone(),
        });
        self.transfer = Some(Box::new(Transfer::taken_over(transfer, queue)));
        self.phase = Phase::Direct;
        self.taking = Some(part.leg);
        self.settle_ending(context);
    }

    /// The ACD has bound him.
    pub(super) fn took_over(
        &mut self,
        context: &mut Context,
        offer: OfferId,
        agent: AgentId,
        decision: Box<Decision>,
    ) {
        let Some(leg) = self.taking.take() else {
            return;
        };
        let offer = Offer {
            id: offer,
            call: self.id,
            agent,
            queue: None,
        };
        context
            .sessions
            .insert(leg.session, (self.id, Side::Agent(offer.id)));
        let pop = Box::new(self.pop(context, None, std::time::Duration::ZERO));
        context.fact(Fact::OfferMade {
            offer: offer.clone(),
            decision,
            pop,
        });
        let queue = self.transfer_answered(context, agent);
        context.fact(Fact::CallConnected {
            offer: offer.clone(),
            waited_ms: 0,
            rang_ms: 0,
        });
        self.talk(context, Talking::new(offer, leg, queue));
    }

    /// The ACD knows no such agent any more.
    pub(super) fn drop_taking(&mut self, context: &mut Context) {
        if let Some(leg) = self.taking.take() {
            self.end_leg(context, leg, true);
        }
    }

    /// An agent's phone takes the place of the one that talks: his own other phone, or a colleague who picks the call up.
    pub(crate) fn replaced(
        &mut self,
        context: &mut Context,
        agent: AgentId,
        session: SessionId,
        invite: &IncomingInvite,
    ) {
        let Some(offer) = self.talking().map(|talking| talking.offer.clone()) else {
            return refuse(context, session, 481);
        };
        let leg = match self.replacing_leg(context, offer.id, session, invite) {
            Ok(leg) => leg,
            Err(error) => return refuse(context, session, error.status()),
        };
        context.leg_began(self.id, session, Party::Agent(agent));
        if agent != offer.agent {
            return self.take_over(context, Part { agent, leg });
        }
        self.end_clip(context, ClipEnd::Transferred);
        if let Phase::Talking(talking) = &mut self.phase {
            let former = std::mem::replace(&mut talking.leg, leg);
            self.end_leg(context, former, true);
            self.arrange(context);
        }
        self.settle_ending(context);
    }

    fn replacing_leg(
        &self,
        context: &mut Context,
        offer: OfferId,
        session: SessionId,
        invite: &IncomingInvite,
    ) -> Result<Leg, LegError> {
        let mut leg = Leg::incoming(context, self.id, session, invite)?;
        context
            .sessions
            .insert(session, (self.id, Side::Agent(offer)));
        let body: Result<Bytes, LegError> = match &invite.sdp {
            Some(offer) => leg.answer_sdp(context, offer),
            None => Ok(leg.sdp_offer()),
        };
        match body {
            Ok(body) => {
                context.sip.answer(context.now, session, body);
                Ok(leg)
            }
            Err(error) => {
                leg.release(context);
                Err(error)
            }
        }
    }
}

fn refuse(context: &mut Context, session: SessionId, status: u16) {
    context
        .sip
        .reject(context.now, session, Refusal::new(status));
}
