//! Ringing an agent: one offer, the phones he has registered, and every way in which that can end.
//!
//! The ACD decides who is offered and who wins; here its words become INVITE, CANCEL, ACK and BYE. A phone that was told
//! to stop keeps its place in `rings` until its last word came, since a 200 may cross our CANCEL (R11, R22).

mod answer;
mod claim;
mod off_net;
mod refusal;
mod standby;

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use media::{PlaybackId, PortId};
use model::decision::Decision;
use model::fact::{CancelCause, Fact};
use model::{AgentId, Offer, OfferId, Party};
use sip::{Binding, Identity as SipIdentity, OutgoingInvite, Reason, SessionId};

use super::{Call, Phase};
use crate::context::{Context, Side};
use crate::leg::Leg;
use crate::outside::Attempt;
use crate::trunk::Dtmf;

/// Temporarily unavailable: the agent has no phone (RFC 3261 §21.4.18).
const NO_PHONE: u16 = 480;

/// One offer's phones.
#[derive(Debug)]
pub(super) struct Ring {
    agent: AgentId,
    legs: Vec<Leg>,
    /// The way to his outside number, when that is what rings (C14).
    off_net: Option<Box<Attempt>>,
    state: RingState,
}

#[derive(Debug)]
enum RingState {
    /// Rings; with the refusal of a phone that has left already.
    Live { refused: Option<u16> },
    /// An outside phone answered: whoever holds it is asked for the key (C14).
    Asked {
        session: SessionId,
        prompt: PlaybackId,
    },
    /// A phone that stands by beeps, and answers then (C15).
    Beeps { session: SessionId, until: Duration },
    /// A phone answered while others rang: until its sound comes they ring on (R23).
    PickedUp {
        session: SessionId,
        sure_by: Duration,
    },
    /// A phone answered; the ACD has been asked.
    Claimed(SessionId),
    /// Told to stop.
    Withdrawn,
    /// R11: hears the short tone.
    LateTone { session: SessionId, until: Duration },
}

impl Ring {
    /// When a beep or the late tone is over, or an answer holds though it is not heard.
    pub(super) const fn deadline(&self) -> Option<Duration> {
        match self.state {
            RingState::LateTone { until, .. } => Some(until),
            RingState::Beeps { until, .. } => Some(until),
            RingState::PickedUp { sure_by, .. } => Some(sure_by),
            RingState::Live { .. }
            | RingState::Asked { .. }
            | RingState::Claimed(_)
            | RingState::Withdrawn => None,
        }
    }

    /// The leg that answered, while it is not settled whether it wins.
    const fn answered(&self) -> Option<SessionId> {
        match self.state {
            RingState::Asked { session, .. }
            | RingState::Beeps { session, .. }
            | RingState::PickedUp { session, .. }
            | RingState::Claimed(session) => Some(session),
            RingState::Live { .. } | RingState::Withdrawn | RingState::LateTone { .. } => None,
        }
    }

    /// Whether it rings or beeps, or an outside phone is asked for the key: his answer is still to come.
    const fn is_undecided(&self) -> bool {
        match self.state {
            RingState::Live { .. } | RingState::Asked { .. } | RingState::Beeps { .. } => true,
            RingState::PickedUp { .. }
            | RingState::Claimed(_)
            | RingState::Withdrawn
            | RingState::LateTone { .. } => false,
        }
    }

    fn take_leg(&mut self, session: SessionId) -> Option<Leg> {
        let at = self.legs.iter().position(|leg| leg.session == session)?;
        Some(self.legs.swap_remove(at))
    }
}

impl Call {
    /// Asks the ACD for a named agent; the answer comes as an offer or as its refusal.
    pub(super) fn ring_agent(
        &mut self,
        context: &mut Context,
        login: &str,
        ring_timeout: Duration,
    ) {
        let agent = context.directory.by_login(login).map(|agent| agent.id);
        // R66: whoever named him did not know of it.
        let Some(agent) = agent.filter(|agent| !self.is_kept_apart(*agent)) else {
            self.direct_ended(context, acd::DirectEnd::Unreachable);
            return;
        };
        self.phase = Phase::Direct;
        let call = self.id;
        context.tell_acd(match self.caller_agent {
            // R15: only agents talk.
            Some(_) => acd::Input::Consulted {
                call,
                agent,
                ring_timeout,
            },
            None => acd::Input::Direct {
                call,
                agent,
                ring_timeout,
            },
        });
    }

    /// The ACD chose: the fact (and with it the pop) goes out first, then the phones are rung in the same turn (N1).
    pub(super) fn offered(
        &mut self,
        context: &mut Context,
        offer: Offer,
        ring_timeout: Duration,
        waited: Duration,
        decision: Box<Decision>,
    ) {
        let (id, agent) = (offer.id, offer.agent);
        tracing::debug!(call = %self.id, %agent, ring_ms = ring_timeout.as_millis(), "an agent is rung");
        context.offers.insert(id, offer.clone());
        let pop = Box::new(self.pop(context, offer.queue.as_ref(), waited));
        context.fact(Fact::OfferMade {
            offer,
            decision,
            pop,
        });
        if let Some(leg) = context.lend(agent, self.id) {
            return self.beep(context, (id, agent), leg);
        }
        if let Some(number) = context.off_net_number(agent) {
            return self.ring_off_net(context, (id, agent), number, ring_timeout);
        }
        let login = context
            .directory
            .get(agent)
            .map(|agent| agent.login.clone())
            .unwrap_or_default();
        let bindings = context.sip.bindings(&login).to_vec();
        let has_phone = !bindings.is_empty();
        let legs: Vec<Leg> = bindings
            .into_iter()
            .filter_map(|binding| self.dial(context, (id, agent), &login, binding))
            .collect();
        if legs.is_empty() && has_phone {
            self.withheld(context, id);
        } else if legs.is_empty() {
            self.unreachable(context, id, NO_PHONE);
        } else {
            self.rings.insert(
                id,
                Ring {
                    agent,
                    legs,
                    off_net: None,
                    state: RingState::Live { refused: None },
                },
            );
            self.announce_connecting(context);
        }
    }

    /// A phone rings.
    pub(super) fn agent_rings(
        &mut self,
        context: &mut Context,
        offer: OfferId,
        sdp: Option<Bytes>,
    ) {
        context.tell_acd(acd::Input::Ringing { offer });
        self.off_net_rings(context, offer, sdp);
        let is_live = self
            .rings
            .get(&offer)
            .is_some_and(|ring| matches!(ring.state, RingState::Live { .. }));
        if is_live {
            self.target_found(context);
        }
    }

    fn dial(
        &self,
        context: &mut Context,
        (offer, agent): (OfferId, AgentId),
        login: &str,
        binding: Binding,
    ) -> Option<Leg> {
        let from = SipIdentity {
            display: self.caller.display.clone(),
            user: self
                .caller
                .number
                .clone()
                .unwrap_or_else(|| "anonymous".to_owned()),
        };
        let flow = binding.flow;
        let (to_user, hops_left) = (login.to_owned(), self.hops_left);
        let party = Party::Agent(agent);
        Leg::outgoing(
            context,
            self.id,
            Side::Agent(offer),
            Some(flow.remote.ip()),
            Dtmf::Auto,
            move |context, sdp| {
                context.sip.invite(
                    context.now,
                    OutgoingInvite {
                        hops_left,
                        destination: sip::Destination::Contact(Box::new(binding)),
                        to_user,
                        from,
                        sdp,
                        headers: Vec::new(),
                    },
                )
            },
        )
        .inspect(|leg| context.leg_began(self.id, leg.session, party))
        .inspect_err(|error| tracing::warn!(call = %self.id, ?error, "no leg towards an agent"))
        .ok()
    }

    /// The ACD takes the offer back: the phones stop within this turn (R10, R21, R22).
    pub(super) fn withdrawn(&mut self, context: &mut Context, offer: OfferId, end: acd::OfferEnd) {
        tell_withdrawn(context, offer, end);
        let Some(ring) = self.rings.get_mut(&offer) else {
            return;
        };
        let reason = match end {
            acd::OfferEnd::Cancelled(CancelCause::AnsweredElsewhere) => {
                Some(Reason::answered_elsewhere())
            }
            acd::OfferEnd::Cancelled(_) | acd::OfferEnd::Missed | acd::OfferEnd::NoContact => None,
        };
        ring.legs
            .iter()
            .for_each(|leg| leg.hang_up(context, reason.clone()));
        ring.tell_unanswered(context, end);
        let answered = ring.answered().and_then(|session| ring.take_leg(session));
        if let Some(leg) = answered {
            // It had answered, so the hang-up was a BYE: no last word is to come.
            leg.release(context);
        }
        ring.state = RingState::Withdrawn;
        self.forget_empty(offer);
    }

    /// The offer whose phone uses this port.
    pub(super) fn ring_of(&self, port: PortId) -> Option<OfferId> {
        self.rings
            .iter()
            .find(|(_, ring)| ring.legs.iter().any(|leg| leg.port == port))
            .map(|(offer, _)| *offer)
    }

    fn forget_empty(&mut self, offer: OfferId) {
        if self
            .rings
            .get(&offer)
            .is_some_and(|ring| ring.legs.is_empty())
        {
            self.rings.remove(&offer);
        }
    }
}

/// A ringing leg by its session.
pub(super) fn ringing_leg(
    rings: &mut BTreeMap<OfferId, Ring>,
    offer: OfferId,
    session: SessionId,
) -> Option<&mut Leg> {
    let ring = rings.get_mut(&offer)?;
    ring.legs.iter_mut().find(|leg| leg.session == session)
}

/// Writes down why an offer ended without the agent's answer; also for a call that broke.
pub(crate) fn tell_withdrawn(context: &mut Context, offer: OfferId, end: acd::OfferEnd) {
    let Some(offer) = context.offers.remove(&offer) else {
        return;
    };
    context.fact(match end {
        acd::OfferEnd::Missed => Fact::OfferMissed { offer },
        // R7: a phone that never said that it rings was not missed by the agent.
        acd::OfferEnd::NoContact => Fact::OfferUnreachable { offer, status: 408 },
        acd::OfferEnd::Cancelled(cause) => Fact::OfferCancelled { offer, cause },
    });
}
