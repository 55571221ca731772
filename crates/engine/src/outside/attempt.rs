//! The way to an outside number: which trunk is tried, what was heard there, and which is tried next.
//!
//! It does not hold the leg that goes it, since whose leg that is differs: a call out has it by itself ([`super::OutsideRing`]), an
//! agent who is rung at his outside number has it among the legs of his ring (C14). His offer's own facts tell of him in
//! place of `dial.started` and `dial.answered`: the call is no call out.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use model::{CallId, Fact, Party};
use sip::{Destination, OutgoingInvite, Reason, SessionId, TrunkName};

use super::shown::Shown;
use super::{Order, Progress};
use crate::context::Context;
use crate::dial::{Class, Denied, OutsideNumber, Who};
use crate::leg::{Leg, LegError};
use crate::trunks::Way;

/// What was heard of the other side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Heard {
    Nothing,
    /// 180: it rings.
    Ringing,
    /// 183 with SDP: the network speaks (RFC 3960 §3.2).
    Media,
}

/// How far the way to an outside number is, without the leg that goes it: an agent who is rung outside has his among the legs of
/// his ring (C14).
#[derive(Debug)]
pub(crate) struct Attempt {
    call: CallId,
    order: Order,
    number: OutsideNumber,
    caller_id: Option<String>,
    trunk: TrunkName,
    /// Trunks that are still to be tried.
    rest: VecDeque<TrunkName>,
    began: Duration,
    heard: Heard,
}

impl Attempt {
    /// Calls the number, unless a rule forbids it; why is told as a fact.
    pub(crate) fn begin(
        context: &mut Context,
        call: CallId,
        order: Order,
    ) -> Result<(Self, Leg), Denied> {
        let dialled = order.dialled.clone();
        Self::ordered(context, call, order).inspect_err(|denied| {
            context.fact(Fact::DialDenied {
                call,
                number: dialled,
                cause: denied.cause().to_owned(),
            });
        })
    }

    fn ordered(context: &mut Context, call: CallId, order: Order) -> Result<(Self, Leg), Denied> {
        let config = context.config.clone();
        let (number, route) = config
            .dial
            .permit(&config.plan, order.who, &order.dialled)?;
        let mut rest: VecDeque<TrunkName> = route.trunks.iter().cloned().collect();
        let trunk = next_trunk(context, &mut rest, number.class).ok_or(Denied::NoTrunk)?;
        let (now, caps) = (context.now, config.dial.caps);
        context
            .spending
            .admit(now, &caps, order.who, number.class)?;
        let caller_id = route.caller_id.clone();
        let leg = dial(context, call, &trunk, &number, caller_id.as_deref(), &order)?;
        let attempt = Self {
            call,
            order,
            number,
            caller_id,
            trunk,
            rest,
            began: now,
            heard: Heard::Nothing,
        };
        Ok((attempt, leg))
    }

    /// When it has rung long enough.
    pub(super) fn deadline(&self) -> Duration {
        self.began + self.order.ring
    }

    /// Whether the network's own words are heard.
    pub(super) fn speaks(&self) -> bool {
        self.heard == Heard::Media
    }

    /// The number that it leads to.
    pub(super) fn into_number(self) -> String {
        self.number.key
    }

    /// A provisional response. Sound that we cannot use is no sound; the answer may bring another.
    pub(crate) fn progress(
        &mut self,
        context: &mut Context,
        leg: &mut Leg,
        sdp: Option<&[u8]>,
    ) -> Progress {
        match sdp {
            Some(sdp) if self.heard != Heard::Media => {
                if leg.accept_sdp(context, sdp).is_ok() {
                    self.heard = Heard::Media;
                    return Progress::Speaks;
                }
            }
            Some(_) | None => {}
        }
        if self.heard == Heard::Nothing {
            self.heard = Heard::Ringing;
            return Progress::Rings;
        }
        Progress::Same
    }

    /// It was answered: dear minutes run. When the call out ends at the latest (S15).
    pub(crate) fn answered(&self, context: &mut Context, session: SessionId) -> Duration {
        let now = context.now;
        context.spending.answered(now, session, self.number.class);
        let rang = now.saturating_sub(self.began);
        let answered = match self.order.who {
            Who::OffNet(_, offer) => context.offers.get(&offer).map(|offer| Fact::OfferAsked {
                offer: offer.clone(),
            }),
            Who::Agent(_) | Who::Transfer(_) | Who::Script => Some(Fact::DialAnswered {
                call: self.call,
                number: self.number.key.clone(),
                trunk: self.trunk.as_str().to_owned(),
                agent: match self.order.who {
                    Who::Agent(agent) => Some(agent),
                    Who::Transfer(_) | Who::Script | Who::OffNet(..) => None,
                },
                rang_ms: u64::try_from(rang.as_millis()).unwrap_or(u64::MAX),
            }),
        };
        if let Some(answered) = answered {
            context.fact(answered);
        }
        now + context.config.dial.caps.call_max
    }

    /// See [`super::OutsideRing::refused`]; the leg that was refused is released already. The next trunk's, or why there is none.
    pub(crate) fn refused(
        self,
        context: &mut Context,
        status: u16,
        reason: Option<&Reason>,
    ) -> Result<(Self, Leg), u16> {
        self.tell_failed(context, status, reason);
        let goes_on = match self.heard {
            Heard::Nothing => status == 408 || (500..600).contains(&status),
            Heard::Ringing => (500..600).contains(&status),
            Heard::Media => false,
        };
        let mut attempt = Self {
            heard: Heard::Nothing,
            ..self
        };
        let next = if goes_on {
            next_trunk(context, &mut attempt.rest, attempt.number.class)
        } else {
            None
        };
        attempt.trunk = next.ok_or(status)?;
        let caller_id = attempt.caller_id.as_deref();
        let (call, trunk) = (attempt.call, &attempt.trunk);
        let leg = dial(
            context,
            call,
            trunk,
            &attempt.number,
            caller_id,
            &attempt.order,
        )
        .map_err(Denied::status)?;
        Ok((attempt, leg))
    }

    pub(crate) fn tell_failed(&self, context: &mut Context, status: u16, reason: Option<&Reason>) {
        context.fact(Fact::DialFailed {
            call: self.call,
            number: self.number.key.clone(),
            trunk: self.trunk.as_str().to_owned(),
            status,
            reason: reason.and_then(|reason| reason.text.clone()),
        });
    }
}

/// The next trunk that is up and has a channel; an emergency call finds one also where all are taken.
fn next_trunk(
    context: &mut Context,
    rest: &mut VecDeque<TrunkName>,
    class: Class,
) -> Option<TrunkName> {
    let config = context.config.clone();
    while let Some(name) = rest.pop_front() {
        let Some(trunk) = config.trunks.get(&name) else {
            continue;
        };
        let is_free = class == Class::Emergency
            || context
                .trunks
                .check(context.now, &name, &trunk.capacity, Way::Out)
                .is_ok();
        if is_free && context.sip.is_trunk_usable(&name) {
            return Some(name);
        }
    }
    None
}

/// INVITE by a trunk that has a seat.
fn dial(
    context: &mut Context,
    call: CallId,
    name: &TrunkName,
    number: &OutsideNumber,
    caller_id: Option<&str>,
    order: &Order,
) -> Result<Leg, Denied> {
    let config = context.config.clone();
    let trunk = config.trunks.get(name).ok_or(Denied::NoTrunk)?;
    let ours = caller_id.or(trunk.caller_id.as_deref()).unwrap_or_default();
    let shown = Shown::of(trunk, ours, order);
    let to_user = trunk.write(&number.key);
    let (from, headers) = (shown.from, shown.headers);
    let hops_left = order.hops_left;
    let leg = Leg::outgoing(
        context,
        call,
        order.who.side(),
        None,
        trunk.dtmf,
        move |context, sdp: Bytes| {
            context.sip.invite(
                context.now,
                OutgoingInvite {
                    hops_left,
                    destination: Destination::Trunk(name.clone()),
                    to_user,
                    from,
                    sdp,
                    headers,
                },
            )
        },
    )
    .map_err(|error| match error {
        LegError::NoPort | LegError::Sdp(_) => Denied::NoPort,
    })?;
    let (now, session) = (context.now, leg.session);
    if context
        .trunks
        .take(now, name, &trunk.capacity, Way::Out, session)
        .is_err()
    {
        // An emergency call: it was looked for above.
        context.trunks.sit(name, Way::Out, session);
    }
    let party = match order.who {
        Who::OffNet(agent, _) => Party::Agent(agent),
        Who::Agent(_) | Who::Transfer(_) | Who::Script => Party::Number(number.key.clone()),
    };
    context.leg_began(call, session, party);
    tell_started(context, call, name, number, shown.number, order.who);
    Ok(leg)
}

fn tell_started(
    context: &mut Context,
    call: CallId,
    trunk: &TrunkName,
    number: &OutsideNumber,
    shown: Option<String>,
    who: Who,
) {
    let (class, trunk) = (number.class.name().to_owned(), trunk.as_str().to_owned());
    let number = number.key.clone();
    let offer = who.offer().and_then(|offer| context.offers.get(&offer));
    context.fact(match offer.cloned() {
        Some(offer) => Fact::OfferDialled {
            offer,
            number,
            class,
            trunk,
            shown,
        },
        None => Fact::DialStarted {
            call,
            number,
            class,
            trunk,
            shown,
        },
    });
}
