//! A phone does not answer: it refuses, fails, or cannot be rung for a reason of ours. Whose fault it is decides what
//! the ACD charges (R6, R7).

use media::PortId;
use model::OfferId;
use model::fact::{CancelCause, Fact};
use sip::{Reason, SessionId};

use super::{NO_PHONE, RingState};
use crate::call::Call;
use crate::command::CommandError;
use crate::context::Context;

impl Call {
    /// A phone said no, or was told to stop and says so.
    pub(in crate::call) fn agent_refused(
        &mut self,
        context: &mut Context,
        offer: OfferId,
        session: SessionId,
        mut status: u16,
        reason: Option<Reason>,
    ) {
        let Some(ring) = self.rings.get_mut(&offer) else {
            return;
        };
        if let Some(leg) = ring.take_leg(session) {
            leg.release(context);
        }
        if let RingState::Live { refused } = ring.state {
            if let Some(attempt) = ring.off_net.take() {
                match attempt.refused(context, status, reason.as_ref()) {
                    Ok((attempt, leg)) => {
                        ring.off_net = Some(Box::new(attempt));
                        return ring.legs.push(leg);
                    }
                    Err(why) => status = why,
                }
            }
            let status = worse(refused, status);
            self.refusal = Some(status);
            if is_decline_for_all(status) {
                // RFC 3261 §21.6: a 6xx speaks for the person, not for one phone.
                ring.legs.iter().for_each(|leg| leg.hang_up(context, None));
                ring.state = RingState::Withdrawn;
                self.declined(context, offer, None);
            } else if !ring.legs.is_empty() {
                ring.state = RingState::Live {
                    refused: Some(status),
                };
            } else if is_decline(status) {
                ring.state = RingState::Withdrawn;
                self.declined(context, offer, None);
            } else {
                ring.state = RingState::Withdrawn;
                self.unreachable(context, offer, status);
            }
        }
        self.forget_empty(offer);
    }

    /// R6, C10: the agent says on his page that he does not take this caller; all his phones stop.
    pub(in crate::call) fn decline(
        &mut self,
        context: &mut Context,
        offer: OfferId,
        reason: Option<String>,
    ) -> Result<(), CommandError> {
        let ring = self.rings.get_mut(&offer);
        let Some(ring) = ring.filter(|ring| ring.is_undecided()) else {
            let why = "his phone does not ring any more";
            return Err(CommandError::NotAllowed(why.to_owned()));
        };
        ring.legs.iter().for_each(|leg| leg.hang_up(context, None));
        // An outside phone that is asked for the key had answered: no last word of it is to come.
        let answered = ring.answered().and_then(|session| ring.take_leg(session));
        if let Some(leg) = answered {
            leg.release(context);
        }
        ring.state = RingState::Withdrawn;
        self.declined(context, offer, reason);
        self.forget_empty(offer);
        Ok(())
    }

    pub(in crate::call) fn declined(
        &self,
        context: &mut Context,
        offer: OfferId,
        reason: Option<String>,
    ) {
        if let Some(offer) = context.offers.remove(&offer) {
            context.fact(Fact::OfferDeclined { offer, reason });
        }
        context.tell_acd(acd::Input::Declined { offer });
    }

    /// A shortage of ours: no fault of the agent's phone, so nothing is charged to it (R7).
    pub(in crate::call) fn withheld(&self, context: &mut Context, offer: OfferId) {
        if let Some(offer) = context.offers.remove(&offer) {
            let cause = CancelCause::Failed;
            context.fact(Fact::OfferCancelled { offer, cause });
        }
        context.tell_acd(acd::Input::Withheld { offer });
    }

    pub(in crate::call) fn unreachable(&self, context: &mut Context, offer: OfferId, status: u16) {
        if let Some(offer) = context.offers.remove(&offer) {
            context.fact(Fact::OfferUnreachable { offer, status });
        }
        context.tell_acd(acd::Input::Failed { offer, status });
    }

    /// A media port of ours failed while a phone rang on it: that ring ends, and it is no fault of the phone.
    pub(in crate::call) fn ring_failed(
        &mut self,
        context: &mut Context,
        offer: OfferId,
        port: PortId,
    ) {
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
        let claimed = ring.answered() == Some(session);
        if claimed && let Some(leg) = ring.take_leg(session) {
            leg.release(context);
        }
        let open = matches!(ring.state, RingState::Live { .. }) || ring.answered().is_some();
        if open && (last || claimed) {
            ring.legs.iter().for_each(|leg| leg.hang_up(context, None));
            ring.state = RingState::Withdrawn;
            self.withheld(context, offer);
        }
        self.forget_empty(offer);
    }

    /// A BYE of a phone that is not (or no longer) the one that talks.
    pub(in crate::call) fn ringing_leg_gone(
        &mut self,
        context: &mut Context,
        offer: OfferId,
        session: SessionId,
    ) {
        if self.asked_gone(context, offer, session) {
            return;
        }
        // R7: an answer that ends before the bridge is a device's fault.
        let claimed = self
            .rings
            .get(&offer)
            .is_some_and(|ring| ring.answered().is_some());
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
        self.settle_claims(context);
    }
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
