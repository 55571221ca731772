//! Ringing an agent: one offer, the phones he has registered, and every way in which that can end.
//!
//! The ACD decides who is offered and who wins; here its words become INVITE, CANCEL, ACK and BYE. A phone that was told
//! to stop keeps its place in `rings` until its last word came, since a 200 may cross our CANCEL (R11, R22).

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use media::{PortId, Source};
use model::decision::Decision;
use model::fact::{CancelCause, Fact};
use model::{AgentId, Offer, OfferId};
use sip::{Binding, Identity as SipIdentity, OutgoingInvite, Reason, SessionId};

use super::{Call, Phase};
use crate::context::{Context, Side};
use crate::leg::Leg;

/// R11: the tone that tells an agent that the caller has just gone.
const LATE_TONE: Source = Source::Tone { hz: 425, ms: 300 };
/// How long that agent's leg stays up for the tone.
const LATE_TONE_STAYS: Duration = Duration::from_millis(400);
/// Temporarily unavailable: the agent has no phone (RFC 3261 §21.4.18).
const NO_PHONE: u16 = 480;

/// One offer's phones.
#[derive(Debug)]
pub(super) struct Ring {
    agent: AgentId,
    legs: Vec<Leg>,
    state: RingState,
}

#[derive(Debug)]
enum RingState {
    /// Rings; with the refusal of a phone that has left already.
    Live { refused: Option<u16> },
    /// A phone answered; the ACD has been asked.
    Claimed(SessionId),
    /// Told to stop.
    Withdrawn,
    /// R11: hears the short tone.
    LateTone { session: SessionId, until: Duration },
}

impl Ring {
    /// When the late tone is over.
    pub(super) const fn deadline(&self) -> Option<Duration> {
        match self.state {
            RingState::LateTone { until, .. } => Some(until),
            RingState::Live { .. } | RingState::Claimed(_) | RingState::Withdrawn => None,
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
        let Some(agent) = context.directory.by_login(login).map(|agent| agent.id) else {
            self.direct_ended(context, acd::DirectEnd::Unreachable);
            return;
        };
        self.phase = Phase::Direct;
        context.tell_acd(acd::Input::Direct {
            call: self.id,
            agent,
            ring_timeout,
        });
    }

    /// The ACD chose: the fact (and with it the pop) goes out first, then the phones are rung in the same turn (N1).
    pub(super) fn offered(
        &mut self,
        context: &mut Context,
        offer: Offer,
        ring_timeout: Duration,
        waited: Duration,
        decision: Decision,
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
        let login = context
            .directory
            .get(agent)
            .map(|agent| agent.login.clone())
            .unwrap_or_default();
        let bindings = context.sip.bindings(&login).to_vec();
        let has_phone = !bindings.is_empty();
        let legs: Vec<Leg> = bindings
            .into_iter()
            .filter_map(|binding| self.dial(context, id, &login, binding))
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
                    state: RingState::Live { refused: None },
                },
            );
        }
    }

    fn dial(
        &self,
        context: &mut Context,
        offer: OfferId,
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
        let to_user = login.to_owned();
        Leg::outgoing(
            context,
            self.id,
            Side::Agent(offer),
            flow,
            move |context, sdp| {
                context.sip.invite(
                    context.now,
                    OutgoingInvite {
                        binding,
                        to_user,
                        from,
                        sdp,
                        headers: Vec::new(),
                    },
                )
            },
        )
        .inspect_err(|error| tracing::warn!(call = %self.id, ?error, "no leg towards an agent"))
        .ok()
    }

    pub(super) fn agent_answered(
        &mut self,
        context: &mut Context,
        offer: OfferId,
        session: SessionId,
        sdp: Option<Bytes>,
        late: bool,
    ) {
        let Some(ring) = self.rings.get_mut(&offer) else {
            context
                .sip
                .hang_up(context.now, session, Some(Reason::answered_elsewhere()));
            return;
        };
        let live = matches!(ring.state, RingState::Live { .. }) && !late;
        if !live {
            self.answered_after_all(context, offer, session, sdp);
            return;
        }
        let accepted = ring
            .legs
            .iter_mut()
            .find(|leg| leg.session == session)
            .is_some_and(|leg| sdp.is_some_and(|sdp| leg.accept_sdp(context, &sdp).is_ok()));
        if !accepted {
            // An answer without usable SDP is a device's fault: BYE, and the next agent.
            context.sip.hang_up(
                context.now,
                session,
                Some(Reason::sip(488, "Not Acceptable Here")),
            );
            self.agent_refused(context, offer, session, 488);
            return;
        }
        for other in ring.legs.iter().filter(|leg| leg.session != session) {
            other.hang_up(context, Some(Reason::answered_elsewhere()));
        }
        ring.state = RingState::Claimed(session);
        context.tell_acd(acd::Input::Answered { offer });
    }

    /// A 200 that crossed our CANCEL. R11: if the caller is gone, the agent hears a short tone; R22: if a colleague has
    /// the call, a BYE with the reason.
    fn answered_after_all(
        &mut self,
        context: &mut Context,
        offer: OfferId,
        session: SessionId,
        sdp: Option<Bytes>,
    ) {
        let now = context.now;
        let caller_left = matches!(self.phase, Phase::Ending(_));
        let Some(ring) = self.rings.get_mut(&offer) else {
            return;
        };
        let Some(mut leg) = ring.take_leg(session) else {
            return;
        };
        let heard = caller_left && sdp.is_some_and(|sdp| leg.accept_sdp(context, &sdp).is_ok());
        if heard {
            self.answered_late = true;
            context.play(leg.port, vec![LATE_TONE], false, Duration::ZERO);
            ring.state = RingState::LateTone {
                session,
                until: now + LATE_TONE_STAYS,
            };
            ring.legs.push(leg);
        } else {
            leg.hang_up(context, Some(Reason::answered_elsewhere()));
            leg.release(context);
            self.forget_empty(offer);
        }
    }

    /// Ends the late tones whose time is up.
    pub(super) fn end_late_tones(&mut self, context: &mut Context) {
        let now = context.now;
        let due: Vec<OfferId> = self
            .rings
            .iter()
            .filter(|(_, ring)| ring.deadline().is_some_and(|until| until <= now))
            .map(|(offer, _)| *offer)
            .collect();
        for offer in due {
            let Some(ring) = self.rings.get_mut(&offer) else {
                continue;
            };
            let RingState::LateTone { session, .. } = ring.state else {
                continue;
            };
            ring.state = RingState::Withdrawn;
            if let Some(leg) = ring.take_leg(session) {
                leg.hang_up(context, Some(Reason::sip(487, "Caller hung up")));
                leg.release(context);
            }
            self.forget_empty(offer);
        }
    }

    /// A phone said no, or was told to stop and says so.
    pub(super) fn agent_refused(
        &mut self,
        context: &mut Context,
        offer: OfferId,
        session: SessionId,
        status: u16,
    ) {
        let Some(ring) = self.rings.get_mut(&offer) else {
            return;
        };
        if let Some(leg) = ring.take_leg(session) {
            leg.release(context);
        }
        if let RingState::Live { refused } = ring.state {
            let status = worse(refused, status);
            if is_decline_for_all(status) {
                // RFC 3261 §21.6: a 6xx speaks for the person, not for one phone.
                ring.legs.iter().for_each(|leg| leg.hang_up(context, None));
                ring.state = RingState::Withdrawn;
                self.declined(context, offer);
            } else if !ring.legs.is_empty() {
                ring.state = RingState::Live {
                    refused: Some(status),
                };
            } else if is_decline(status) {
                ring.state = RingState::Withdrawn;
                self.declined(context, offer);
            } else {
                ring.state = RingState::Withdrawn;
                self.unreachable(context, offer, status);
            }
        }
        self.forget_empty(offer);
    }

    fn declined(&self, context: &mut Context, offer: OfferId) {
        if let Some(offer) = context.offers.remove(&offer) {
            context.fact(Fact::OfferDeclined { offer });
        }
        context.tell_acd(acd::Input::Declined { offer });
    }

    /// A shortage of ours: no fault of the agent's phone, so nothing is charged to it (R7).
    fn withheld(&self, context: &mut Context, offer: OfferId) {
        if let Some(offer) = context.offers.remove(&offer) {
            let cause = CancelCause::Failed;
            context.fact(Fact::OfferCancelled { offer, cause });
        }
        context.tell_acd(acd::Input::Withheld { offer });
    }

    fn unreachable(&self, context: &mut Context, offer: OfferId, status: u16) {
        if let Some(offer) = context.offers.remove(&offer) {
            context.fact(Fact::OfferUnreachable { offer, status });
        }
        context.tell_acd(acd::Input::Failed { offer, status });
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
        let claimed = match ring.state {
            RingState::Claimed(session) => ring.take_leg(session),
            RingState::Live { .. } | RingState::Withdrawn | RingState::LateTone { .. } => None,
        };
        if let Some(leg) = claimed {
            // It had answered, so the hang-up was a BYE: no last word is to come.
            leg.release(context);
        }
        ring.state = RingState::Withdrawn;
        self.forget_empty(offer);
    }

    /// R22: the answer lost the race; ACK went out with it, BYE goes now.
    pub(super) fn too_late(&mut self, context: &mut Context, offer: OfferId) {
        let Some(ring) = self.rings.get_mut(&offer) else {
            return;
        };
        if let RingState::Claimed(session) = ring.state {
            ring.state = RingState::Withdrawn;
            if let Some(leg) = ring.take_leg(session) {
                leg.hang_up(context, Some(Reason::answered_elsewhere()));
                leg.release(context);
            }
        }
        self.forget_empty(offer);
    }

    /// The ACD grants the answer: the leg that won, and whose it is. Other phones of the same agent stay to be heard out.
    pub(super) fn claim(&mut self, offer: OfferId) -> Option<(AgentId, Leg)> {
        let ring = self.rings.get_mut(&offer)?;
        let RingState::Claimed(session) = ring.state else {
            return None;
        };
        ring.state = RingState::Withdrawn;
        let agent = ring.agent;
        let leg = ring.take_leg(session)?;
        self.forget_empty(offer);
        Some((agent, leg))
    }

    /// A media port of ours failed while a phone rang on it: that ring ends, and it is no fault of the phone.
    pub(super) fn ring_failed(&mut self, context: &mut Context, offer: OfferId, port: PortId) {
        let Some(ring) = self.rings.get_mut(&offer) else {
            return;
        };
        let Some(leg) = ring.legs.iter().find(|leg| leg.port == port) else {
            return;
        };
        leg.hang_up(context, None);
        let session = leg.session;
        // A phone that was being cancelled still has its last word; one that had answered has not.
        let last = ring.legs.len() == 1;
        let claimed = matches!(ring.state, RingState::Claimed(claimed) if claimed == session);
        if claimed && let Some(leg) = ring.take_leg(session) {
            leg.release(context);
        }
        let open = matches!(ring.state, RingState::Live { .. } | RingState::Claimed(_));
        if open && (last || claimed) {
            ring.legs.iter().for_each(|leg| leg.hang_up(context, None));
            ring.state = RingState::Withdrawn;
            self.withheld(context, offer);
        }
        self.forget_empty(offer);
    }

    /// The offer whose phone uses this port.
    pub(super) fn ring_of(&self, port: PortId) -> Option<OfferId> {
        self.rings
            .iter()
            .find(|(_, ring)| ring.legs.iter().any(|leg| leg.port == port))
            .map(|(offer, _)| *offer)
    }

    /// A BYE of a phone that is not (or no longer) the one that talks.
    pub(super) fn ringing_leg_gone(
        &mut self,
        context: &mut Context,
        offer: OfferId,
        session: SessionId,
    ) {
        // R7: an answer that ends before the bridge is a device's fault.
        let claimed = self
            .rings
            .get(&offer)
            .is_some_and(|ring| matches!(ring.state, RingState::Claimed(_)));
        if let Some(leg) = self
            .rings
            .get_mut(&offer)
            .and_then(|ring| ring.take_leg(session))
        {
            leg.release(context);
        }
        if claimed {
            self.unreachable(context, offer, NO_PHONE);
        }
        self.forget_empty(offer);
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

/// R6: 486, 600 and 603 are the agent's own word.
const fn is_decline(status: u16) -> bool {
    matches!(status, 486 | 600 | 603)
}

const fn is_decline_for_all(status: u16) -> bool {
    matches!(status, 600 | 603)
}

/// Of two phones' refusals the one that tells more of the person.
const fn worse(former: Option<u16>, status: u16) -> u16 {
    match former {
        Some(former) if is_decline(former) && !is_decline(status) => former,
        Some(_) | None => status,
    }
}
