//! An outside party in a call: its phone is rung by a trunk, the network's own words are heard, then both talk.
//!
//! The caller is an agent who dials out, or somebody whom a script sends on. How the number is reached is `outside`'s
//! matter; here its words become what the caller hears and is told.

use std::time::Duration;

use bytes::Bytes;
use ivr::TransferFailure;
use media::{PortId, RoomId};
use model::Fact;
use model::fact::{CallResult, Direction, EndedBy};
use model::transfer::NotReached;
use sip::{Reason, SessionId};

use super::hold::HeldBy;
use super::script::RINGING_TONE;
use super::{Call, Phase, ending};
use crate::context::Context;
use crate::dial::{Denied, Who};
use crate::leg::Leg;
use crate::outside::{Next, Order, OutsideLeg, OutsideRing, Progress};

/// What a call with an outside party has.
#[derive(Debug)]
pub(crate) struct OutsideTalk {
    pub(super) other: OutsideLeg,
    /// As facts told it.
    pub(super) held_by: HeldBy,
}

impl Call {
    /// An agent dials out: he hears his own phone's ringing, or the network, until somebody answers.
    pub(super) fn dial_as_agent(&mut self, context: &mut Context, who: Who) {
        let order = Order {
            who,
            dialled: self.called.clone(),
            ring: context.config.dial.ring,
            hops_left: self.hops_left,
            sent_on: None,
        };
        if let Err(denied) = self.order_outside(context, order) {
            self.denied(context, denied);
        }
    }

    /// A script sends the caller on; a rule that forbids it is a failure for the script.
    pub(super) fn dial_for_script(
        &mut self,
        context: &mut Context,
        dialled: String,
        ring: Duration,
    ) {
        self.stop_playing(context);
        let order = Order {
            who: Who::Script,
            dialled,
            ring,
            hops_left: self.hops_left,
            sent_on: Some((self.caller.clone(), self.called.clone())),
        };
        match self.order_outside(context, order) {
            Ok(()) => self.play(context, RINGING_TONE.to_vec(), true),
            Err(_) => self.outside_failed(context, 404),
        }
    }

    /// Calls a number outside, unless a rule forbids it.
    pub(super) fn order_outside(
        &mut self,
        context: &mut Context,
        order: Order,
    ) -> Result<(), Denied> {
        let ring = OutsideRing::begin(context, self.id, order)?;
        self.phase = Phase::Dialling(Box::new(ring));
        Ok(())
    }

    /// A dial rule or a want of trunks: the agent's phone is told.
    fn denied(&mut self, context: &mut Context, denied: Denied) {
        let status = denied.status();
        self.refuse_caller(context, status);
        context.fact(Fact::CallRefused {
            call: self.id,
            status,
            cause: denied.cause().to_owned(),
        });
        self.finish(context, CallResult::Refused, EndedBy::System);
    }

    /// 180 or 183 of the other side.
    pub(super) fn outside_rings(
        &mut self,
        context: &mut Context,
        session: SessionId,
        sdp: Option<Bytes>,
    ) {
        let Phase::Dialling(ring) = &mut self.phase else {
            return;
        };
        if !ring.is(session) {
            return;
        }
        let progress = ring.progress(context, sdp.as_deref());
        let port = ring.leg().port;
        if progress != Progress::Same {
            self.target_found(context);
        }
        match progress {
            Progress::Same => {}
            Progress::Rings => {
                if let (Some(_), Some(leg)) = (&self.unanswered, &self.leg) {
                    context.sip.ring(context.now, leg.session);
                }
            }
            Progress::Speaks => self.hear_early(context, port),
        }
    }

    /// RFC 3960 §3.2: what the network says before the answer (ringing, "this number is not in use") is heard.
    fn hear_early(&mut self, context: &mut Context, other: PortId) {
        let Some(leg) = &self.leg else { return };
        if !leg.is_negotiated() {
            // Without his SDP there is no sound to him yet: he hears his own phone's ringing.
            context.sip.ring(context.now, leg.session);
            return;
        }
        if let Some(body) = &self.unanswered {
            context.sip.progress(context.now, leg.session, body.clone());
        }
        let group = vec![leg.port, other];
        self.sound
            .bring_together(context, RoomId(self.id.get()), group, false);
        self.playing = None;
    }

    /// The other side answered: both hear each other from this turn on.
    pub(super) fn outside_answered(
        &mut self,
        context: &mut Context,
        session: SessionId,
        sdp: Option<Bytes>,
        late: bool,
    ) {
        let is_ours = matches!(&self.phase, Phase::Dialling(ring) if ring.is(session));
        if !is_ours || late {
            context.sip.hang_up(context.now, session, None);
            return;
        }
        let Phase::Dialling(ring) = std::mem::replace(&mut self.phase, Phase::InScript) else {
            return;
        };
        let (room, port) = (RoomId(self.id.get()), ring.leg().port);
        match ring.answered(context, sdp.as_deref()) {
            Ok(other) if self.rings_back() => self.customer_answered(context, other),
            Ok(other) => self.talk_outside(context, other),
            Err(status) => {
                self.sound.forget(context, room, port);
                self.outside_failed(context, status);
            }
        }
    }

    fn talk_outside(&mut self, context: &mut Context, mut other: OutsideLeg) {
        other.leg.answered(context);
        self.target_answered_outside(context);
        if self.caller_agent.is_some() && self.direction == Direction::Out {
            self.agent = self.caller_agent;
        }
        self.run = None;
        self.phase = Phase::Outside(Box::new(OutsideTalk {
            other,
            held_by: HeldBy::default(),
        }));
        self.answer_caller(context);
        self.arrange(context);
    }

    /// The trunk said no; perhaps another one is tried.
    pub(super) fn outside_refused(
        &mut self,
        context: &mut Context,
        session: SessionId,
        status: u16,
        reason: Option<Reason>,
    ) {
        let is_ours = matches!(&self.phase, Phase::Dialling(ring) if ring.is(session));
        if !is_ours {
            return;
        }
        let Phase::Dialling(ring) = std::mem::replace(&mut self.phase, Phase::InScript) else {
            return;
        };
        self.sound
            .forget(context, RoomId(self.id.get()), ring.leg().port);
        match ring.refused(context, status, reason.as_ref()) {
            Next::Rings(ring) => self.phase = Phase::Dialling(ring),
            Next::Failed(status) => self.outside_failed(context, status),
        }
    }

    /// The other side hung up, or its leg was lost.
    pub(super) fn outside_gone(&mut self, context: &mut Context, session: SessionId, by: EndedBy) {
        if matches!(&self.phase, Phase::Outside(talk) if talk.other.leg.session == session) {
            self.finish(context, CallResult::Answered, by);
        }
    }

    /// It rang long enough, or the call has lasted as long as a call out may (S15).
    pub(super) fn outside_time_up(&mut self, context: &mut Context) {
        if self.ends_at.is_some_and(|at| at <= context.now) {
            tracing::info!(call = %self.id, "a call back has lasted as long as dial rules allow");
            let result = ending::by_operator(&self.phase);
            return self.finish(context, result, EndedBy::System);
        }
        match &self.phase {
            Phase::Dialling(ring) if ring.deadline() <= context.now => {
                let Phase::Dialling(ring) = std::mem::replace(&mut self.phase, Phase::InScript)
                else {
                    return;
                };
                self.give_up_ring(context, *ring, 408);
            }
            Phase::Outside(talk) if talk.other.ends_at <= context.now => {
                tracing::info!(call = %self.id, "a call out has lasted as long as dial rules allow");
                self.finish(context, CallResult::Answered, EndedBy::System);
            }
            Phase::Dialling(_)
            | Phase::Outside(_)
            | Phase::Arriving(_)
            | Phase::InScript
            | Phase::Queued(_)
            | Phase::Direct
            | Phase::Talking(_)
            | Phase::Ending(_) => {}
        }
    }

    /// A port of ours failed on which an outside number rang: that is no trunk's fault, and nobody is reached.
    pub(super) fn outside_port_failed(&mut self, context: &mut Context, port: PortId) -> bool {
        let rings = matches!(&self.phase, Phase::Dialling(ring) if ring.leg().port == port);
        if rings && let Phase::Dialling(ring) = std::mem::replace(&mut self.phase, Phase::InScript)
        {
            self.give_up_ring(context, *ring, 503);
        }
        rings
    }

    fn give_up_ring(&mut self, context: &mut Context, ring: OutsideRing, status: u16) {
        let room = RoomId(self.id.get());
        self.sound.forget(context, room, ring.leg().port);
        ring.give_up(context, Some(status));
        self.outside_failed(context, status);
    }

    /// Nobody was reached: the script goes on, or the phone that dialled is told why.
    pub(super) fn outside_failed(&mut self, context: &mut Context, status: u16) {
        if self.transfer_missed(context, missed_of(status)) {
            return;
        }
        self.stop_playing(context);
        if self.has_script() {
            self.push_or_end(context, ivr::Input::TransferFailed(failure_of(status)));
            return;
        }
        self.refuse_caller(context, told(status));
        self.finish(context, CallResult::Refused, EndedBy::System);
    }

    /// The outside party's leg, if this session is its.
    pub(super) fn outside_leg(&mut self, session: SessionId) -> Option<&mut Leg> {
        let leg = match &mut self.phase {
            Phase::Dialling(ring) => ring.leg_mut(),
            Phase::Outside(talk) => &mut talk.other.leg,
            Phase::Arriving(_)
            | Phase::InScript
            | Phase::Queued(_)
            | Phase::Direct
            | Phase::Talking(_)
            | Phase::Ending(_) => return None,
        };
        (leg.session == session).then_some(leg)
    }
}

/// What a phone is told: the called party's own word (busy, unknown number, declined) as it came; what is between us and
/// the carrier (a password, a proxy) is no business of the phone's.
const fn told(status: u16) -> u16 {
    match status {
        401 | 402 | 403 | 407 => 403,
        408 | 480 | 487 => 480,
        404 | 410 | 484..=486 | 488 | 600..=699 => status,
        _ => 503,
    }
}

const fn missed_of(status: u16) -> NotReached {
    match status {
        486 | 600 => NotReached::Busy,
        603 | 607 => NotReached::Declined,
        408 | 480 | 487 => NotReached::NoAnswer,
        _ => NotReached::Unreachable,
    }
}

const fn failure_of(status: u16) -> TransferFailure {
    match status {
        486 | 600 | 603 => TransferFailure::Busy,
        408 | 480 | 487 => TransferFailure::NoAnswer,
        _ => TransferFailure::Failure,
    }
}
