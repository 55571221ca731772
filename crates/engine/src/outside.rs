//! Calling an outside number: the order, the trunks that are tried for it one after the other, and how far the present one
//! came.
//!
//! Every call out begins in [`Attempt::begin`] and nowhere else, so that the dial rules (S15), the capacity of trunks
//! (A3) and the number that is shown (A10) are the same for an agent's phone, a transfer and a script. Who asked decides
//! what an answer means; here is only the way there. A trunk that fails before anything was heard is followed by the next
//! of the route.

use std::time::Duration;

use model::{CallId, Caller};
use sip::{Reason, SessionId};

pub(crate) use self::attempt::Attempt;
use crate::context::Context;
use crate::dial::{Denied, Who};
use crate::leg::Leg;

mod attempt;
mod shown;

/// What somebody wants to be called.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    /// Who wants it.
    pub(crate) who: Who,
    /// The number as dialled or written.
    pub(crate) dialled: String,
    /// How long it may ring.
    pub(crate) ring: Duration,
    /// Max-Forwards, from the call that it is part of (S13).
    pub(crate) hops_left: u8,
    /// The caller whom it is for, and the number that he dialled; `None`: the house itself calls.
    pub(crate) sent_on: Option<(Caller, String)>,
}

/// An outside number that is being called.
#[derive(Debug)]
pub(crate) struct OutsideRing {
    attempt: Attempt,
    leg: Leg,
}

/// Another side that answered.
#[derive(Debug)]
pub(crate) struct OutsideLeg {
    pub(crate) leg: Leg,
    pub(crate) number: String,
    /// When the call ends at the latest (S15).
    pub(crate) ends_at: Duration,
}

/// What follows from a refusal.
#[derive(Debug)]
pub(crate) enum Next {
    /// Another trunk is tried.
    Rings(Box<OutsideRing>),
    /// Nobody is reached: the status that tells why.
    Failed(u16),
}

/// What follows from a provisional response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// Nothing that was not known.
    Same,
    /// It rings.
    Rings,
    /// The leg's sound is to be heard from here on.
    Speaks,
}

impl OutsideRing {
    /// Calls the number, unless a rule forbids it; why is told as a fact.
    pub(crate) fn begin(context: &mut Context, call: CallId, order: Order) -> Result<Self, Denied> {
        let (attempt, leg) = Attempt::begin(context, call, order)?;
        Ok(Self { attempt, leg })
    }

    /// When it has rung long enough.
    pub(crate) fn deadline(&self) -> Duration {
        self.attempt.deadline()
    }

    pub(crate) const fn leg(&self) -> &Leg {
        &self.leg
    }

    pub(crate) const fn leg_mut(&mut self) -> &mut Leg {
        &mut self.leg
    }

    pub(crate) fn is(&self, session: SessionId) -> bool {
        self.leg.session == session
    }

    /// Whether the network's own words are heard.
    pub(crate) fn speaks(&self) -> bool {
        self.attempt.speaks()
    }

    /// A provisional response.
    pub(crate) fn progress(&mut self, context: &mut Context, sdp: Option<&[u8]>) -> Progress {
        self.attempt.progress(context, &mut self.leg, sdp)
    }

    /// The other side answered. Without usable SDP there is no call: BYE, and 488.
    pub(crate) fn answered(
        mut self,
        context: &mut Context,
        sdp: Option<&[u8]>,
    ) -> Result<OutsideLeg, u16> {
        if !takes_answer(context, &mut self.leg, sdp) {
            self.leg
                .hang_up(context, Some(Reason::sip(488, "Not Acceptable Here")));
            self.attempt.tell_failed(context, 488, None);
            self.leg.release(context);
            return Err(488);
        }
        let ends_at = self.attempt.answered(context, self.leg.session);
        Ok(OutsideLeg {
            leg: self.leg,
            number: self.attempt.into_number(),
            ends_at,
        })
    }

    /// The trunk refused. What is not the called party's own word, and came before anything was heard, is tried by the
    /// next trunk.
    pub(crate) fn refused(
        self,
        context: &mut Context,
        status: u16,
        reason: Option<&Reason>,
    ) -> Next {
        let Self { attempt, leg } = self;
        leg.release(context);
        match attempt.refused(context, status, reason) {
            Ok((attempt, leg)) => Next::Rings(Box::new(Self { attempt, leg })),
            Err(status) => Next::Failed(status),
        }
    }

    /// Nobody answers in time, or nobody wants it any more: the phone there stops ringing.
    pub(crate) fn give_up(self, context: &mut Context, status: Option<u16>) {
        if let Some(status) = status {
            self.attempt.tell_failed(context, status, None);
        }
        self.leg.hang_up(context, None);
        self.leg.release(context);
    }
}

/// Takes the SDP of an answer; `false` without usable sound. Without SDP, early media or an UPDATE (RFC 3311) has settled it.
pub(crate) fn takes_answer(context: &mut Context, leg: &mut Leg, sdp: Option<&[u8]>) -> bool {
    match sdp {
        Some(sdp) => leg.accept_answer(context, sdp).is_ok(),
        None => leg.is_negotiated(),
    }
}
