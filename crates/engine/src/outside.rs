//! Calling an outside number: the order, the trunks that are tried for it one after the other, and how far the present one
//! came.
//!
//! Every call out begins in [`OutsideRing::begin`] and nowhere else, so that the dial rules (S15), the capacity of trunks
//! (A3) and the number that is shown (A10) are the same for an agent's phone, a transfer and a script. Who asked decides
//! what an answer means; here is only the way there. A trunk that fails before anything was heard is followed by the next
//! of the route.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use model::{CallId, Caller, Fact, Party};
use sip::{
    Destination, Diversion, ExtraHeader, Identity, OutgoingInvite, Reason, SessionId, TrunkName,
};

use crate::context::{Context, Side};
use crate::dial::{Class, Denied, OutsideNumber, Who};
use crate::leg::{Leg, LegError};
use crate::trunk::Trunk;
use crate::trunks::Way;

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

/// What was heard of the other side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Heard {
    Nothing,
    /// 180: it rings.
    Ringing,
    /// 183 with SDP: the network speaks (RFC 3960 §3.2).
    Media,
}

/// An outside number that is being called.
#[derive(Debug)]
pub(crate) struct OutsideRing {
    call: CallId,
    order: Order,
    number: OutsideNumber,
    caller_id: Option<String>,
    trunk: TrunkName,
    leg: Leg,
    /// Trunks that are still to be tried.
    rest: VecDeque<TrunkName>,
    began: Duration,
    heard: Heard,
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
        let dialled = order.dialled.clone();
        Self::ordered(context, call, order).inspect_err(|denied| {
            context.fact(Fact::DialDenied {
                call,
                number: dialled,
                cause: denied.cause().to_owned(),
            });
        })
    }

    fn ordered(context: &mut Context, call: CallId, order: Order) -> Result<Self, Denied> {
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
        Ok(Self {
            call,
            order,
            number,
            caller_id,
            trunk,
            leg,
            rest,
            began: now,
            heard: Heard::Nothing,
        })
    }

    /// When it has rung long enough.
    pub(crate) fn deadline(&self) -> Duration {
        self.began + self.order.ring
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
        self.heard == Heard::Media
    }

    /// A provisional response. Sound that we cannot use is no sound; the answer may bring another.
    pub(crate) fn progress(&mut self, context: &mut Context, sdp: Option<&[u8]>) -> Progress {
        match sdp {
            Some(sdp) if self.heard != Heard::Media => {
                if self.leg.accept_sdp(context, sdp).is_ok() {
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

    /// The other side answered. Without usable SDP there is no call: BYE, and 488.
    pub(crate) fn answered(
        mut self,
        context: &mut Context,
        sdp: Option<&[u8]>,
    ) -> Result<OutsideLeg, u16> {
        let agreed = match sdp {
            Some(sdp) => self.leg.accept_answer(context, sdp).is_ok(),
            None => self.leg.is_negotiated(),
        };
        if !agreed {
            self.leg
                .hang_up(context, Some(Reason::sip(488, "Not Acceptable Here")));
            self.tell_failed(context, 488, None);
            self.leg.release(context);
            return Err(488);
        }
        let now = context.now;
        let class = self.number.class;
        context.spending.answered(now, self.leg.session, class);
        let rang = now.saturating_sub(self.began);
        context.fact(Fact::DialAnswered {
            call: self.call,
            number: self.number.key.clone(),
            trunk: self.trunk.as_str().to_owned(),
            agent: match self.order.who {
                Who::Agent(agent) => Some(agent),
                Who::Transfer(_) | Who::Script => None,
            },
            rang_ms: u64::try_from(rang.as_millis()).unwrap_or(u64::MAX),
        });
        let ends_at = now + context.config.dial.caps.call_max;
        Ok(OutsideLeg {
            leg: self.leg,
            number: self.number.key,
            ends_at,
        })
    }

    /// The trunk refused. What is not the called party's own word, and came before anything was heard, is tried by the
    /// next trunk.
    pub(crate) fn refused(
        mut self,
        context: &mut Context,
        status: u16,
        reason: Option<&Reason>,
    ) -> Next {
        self.tell_failed(context, status, reason);
        let goes_on = match self.heard {
            Heard::Nothing => status == 408 || (500..600).contains(&status),
            Heard::Ringing => (500..600).contains(&status),
            Heard::Media => false,
        };
        let Self {
            call,
            order,
            number,
            caller_id,
            leg,
            mut rest,
            began,
            ..
        } = self;
        leg.release(context);
        let next = if goes_on {
            next_trunk(context, &mut rest, number.class)
        } else {
            None
        };
        let Some(trunk) = next else {
            return Next::Failed(status);
        };
        match dial(context, call, &trunk, &number, caller_id.as_deref(), &order) {
            Ok(leg) => Next::Rings(Box::new(Self {
                call,
                order,
                number,
                caller_id,
                trunk,
                leg,
                rest,
                began,
                heard: Heard::Nothing,
            })),
            Err(denied) => Next::Failed(denied.status()),
        }
    }

    /// Nobody answers in time, or nobody wants it any more: the phone there stops ringing.
    pub(crate) fn give_up(mut self, context: &mut Context, status: Option<u16>) {
        if let Some(status) = status {
            self.tell_failed(context, status, None);
        }
        self.leg.hang_up(context, None);
        self.leg.release(context);
    }

    fn tell_failed(&mut self, context: &mut Context, status: u16, reason: Option<&Reason>) {
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
        Side::Outside,
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
    context.leg_began(call, session, Party::Number(number.key.clone()));
    context.fact(Fact::DialStarted {
        call,
        number: number.key.clone(),
        class: number.class.name().to_owned(),
        trunk: name.as_str().to_owned(),
        shown: shown.number,
    });
    Ok(leg)
}

/// What the other side sees.
struct Shown {
    /// For the fact.
    number: Option<String>,
    from: Identity,
    headers: Vec<ExtraHeader>,
}

impl Shown {
    /// Our own number (A10); or the caller's, where he is sent on by a trunk that may show him, with ours as the one who
    /// sent him on. A caller who withheld his number stays withheld (RFC 3323).
    fn of(trunk: &Trunk, ours: &str, order: &Order) -> Self {
        let identity = |number: &str| Identity {
            display: None,
            user: trunk.write(number),
        };
        let Some((caller, called)) = order.sent_on.as_ref().filter(|_| trunk.passes_callers) else {
            return Self {
                number: Some(ours.to_owned()),
                from: identity(ours),
                headers: asserted(trunk, identity(ours)),
            };
        };
        let mut headers = vec![ExtraHeader::Diversion(Diversion {
            user: trunk.write(called),
            reason: Some("unconditional".to_owned()),
        })];
        match &caller.number {
            Some(number) => {
                headers.extend(asserted(trunk, identity(number)));
                Self {
                    number: Some(number.clone()),
                    from: identity(number),
                    headers,
                }
            }
            None => {
                headers.extend(asserted(trunk, identity(ours)));
                headers.push(ExtraHeader::Privacy);
                Self {
                    number: None,
                    from: identity(ours),
                    headers,
                }
            }
        }
    }
}

/// RFC 3325 §9: identities are told to whom we trust alone.
fn asserted(trunk: &Trunk, identity: Identity) -> Vec<ExtraHeader> {
    if trunk.line.is_trusted {
        vec![ExtraHeader::AssertedIdentity(identity)]
    } else {
        Vec::new()
    }
}
