//! How a call begins: routed, answered, asked about.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use bytes::Bytes;
use model::fact::{CallResult, Direction, EndedBy};
use model::{AgentId, AgentState, Bar, CallId, Caller, Fact, QueueName};
use sip::{IncomingInvite, Refusal, SessionId};

use super::callback::CallsBack;
use super::listed::{Listed, key_of};
use super::sound::Sound;
use super::trace::Trace;
use super::{Call, Identity, Phase, script};
use crate::config::{Entry, RecordingPolicy};
use crate::context::{Context, Side};
use crate::dial::Who;
use crate::leg::{Leg, LegError};
use crate::request::Request;
use crate::route::{self, Dialler, Lead};
use crate::trunks::{Full, Way};

/// When a carrier may try again whose channels are all taken.
const FULL_RETRY_S: u32 = 5;

impl Call {
    /// Takes an INVITE. A call that cannot begin is refused here, with its facts, and gives `None`.
    pub(crate) fn arrive(
        context: &mut Context,
        id: CallId,
        session: SessionId,
        invite: Box<IncomingInvite>,
    ) -> Option<Box<Self>> {
        let (mut beginning, lead) = Beginning::of(context, &invite);
        context.fact(beginning.arrived(id, &invite));
        let seated = beginning.seat(context, &invite, session);
        let lead = match seated.and_then(|()| beginning.admit(context, id, lead)) {
            Ok(lead) => lead,
            Err(refused) => {
                refuse(context, id, session, refused);
                return None;
            }
        };
        if let Some(other) = beginning.talk_of_caller(context) {
            // A consult on a second line: should both calls become one, their sound must be on one thread.
            context.placement.lay_beside(id, other);
        }
        let (leg, body) = match answering_leg(context, id, session, &invite) {
            Ok(made) => made,
            Err(error) => {
                let refused = Refused::new(error.status(), error.cause());
                refuse(context, id, session, refused);
                return None;
            }
        };
        let mut call = Self::new(context, id, beginning, Some(leg));
        call.follow(context, lead, body);
        call.settle_ending(context);
        Some(call)
    }

    pub(super) fn new(
        context: &mut Context,
        id: CallId,
        beginning: Beginning,
        leg: Option<Leg>,
    ) -> Box<Self> {
        let Beginning {
            caller,
            called,
            caller_agent,
            direction,
            trunk,
            hops_left,
            diverted_from,
            listed,
        } = beginning;
        let (began_with, walk) = context.canaries.meets(&context.config, id, &caller);
        let number = context.config.numbers.find(&called);
        let priority = number.map_or(0, |(_, number)| number.priority);
        if let Some(agent) = caller_agent {
            // C12: a leg of the agent's own makes him busy.
            context.own_calls.insert(id, agent);
            context.tell_acd(acd::Input::PhoneBusy {
                agent,
                call: Some(id),
            });
        }
        // In a call out the customer is the one who is called.
        let customer = match direction {
            Direction::In | Direction::Internal | Direction::Callback => caller.clone(),
            Direction::Out => Caller::new(&called, None),
        };
        let profile = if customer.is_withheld() {
            Identity::Unknown
        } else {
            context.request(Request::Profile {
                call: id,
                caller: customer,
                typed: None,
            });
            Identity::Pending
        };
        Box::new(Self {
            id,
            caller,
            called,
            direction,
            trunk,
            hops_left,
            diverted_from,
            caller_agent,
            leg,
            calls_back: CallsBack::No,
            claim: None,
            resumed: false,
            ends_at: None,
            comes_at: None,
            unanswered: None,
            run: None,
            began_with,
            walk,
            phase: Phase::InScript,
            transfer: None,
            taking: None,
            refusal: None,
            sound: Sound::default(),
            score_since: None,
            priority,
            listed,
            regions: Vec::new(),
            needs: None,
            waited: Duration::ZERO,
            rings: BTreeMap::new(),
            profile,
            said: None,
            language: context.config.language.clone(),
            path: Vec::new(),
            answers: BTreeMap::new(),
            playing: None,
            bot: None,
            messages: super::Messages::default(),
            surveys: super::survey::Surveys::default(),
            tickets: 0,
            masked: false,
            last_key: None,
            agent: None,
            answered_late: false,
            pending: VecDeque::new(),
            driving: false,
            leaving: false,
            personal: false,
            trace: Trace::default(),
            planted_panic: None,
        })
    }

    fn follow(&mut self, context: &mut Context, lead: Lead, body: Bytes) {
        match lead {
            Lead::Enters(entry) => self.enter(context, entry, body),
            Lead::Outside(agent) => {
                self.unanswered = Some(body);
                self.dial_as_agent(context, Who::Agent(agent));
            }
            // Refused before there was a call.
            Lead::Nowhere => {}
        }
    }

    fn enter(&mut self, context: &mut Context, entry: Entry, body: Bytes) {
        match entry {
            Entry::Script(_) | Entry::Queue(_) | Entry::Regions(_) => {
                self.phase = Phase::Arriving(entry);
                self.unanswered = Some(body);
                self.answer_caller(context);
            }
            // Refused before there was a call.
            Entry::Standby => {}
            Entry::Agent(login) => {
                // The caller hears his own phone's ringing until the agent answers.
                self.unanswered = Some(body);
                if let Some(leg) = &self.leg {
                    context.sip.ring(context.now, leg.session);
                }
                self.ring_agent(context, &login, script::DIRECT_RING);
            }
        }
    }

    /// 200 OK, once.
    pub(super) fn answer_caller(&mut self, context: &mut Context) {
        let (Some(body), Some(leg)) = (self.unanswered.take(), &mut self.leg) else {
            return;
        };
        leg.answered(context);
        context.sip.answer(context.now, leg.session, body);
        let codec = leg.codec().unwrap_or("pending").to_owned();
        if leg.is_negotiated() {
            self.record(context);
        }
        context.fact(Fact::CallAnswered {
            call: self.id,
            codec,
        });
    }

    /// ACK: from here the caller hears us. The first one starts what the number promises.
    pub(super) fn acked(
        &mut self,
        context: &mut Context,
        side: Side,
        session: SessionId,
        sdp: Option<Bytes>,
    ) {
        if let Some(sdp) = sdp {
            if self.accept_sdp(context, side, session, &sdp).is_err() {
                // RFC 3264 §5: an answer that we cannot use leaves no session; it is that leg's and nobody else's.
                if let Some(port) = self.leg_of(side, session).map(|leg| leg.port) {
                    self.port_failed(context, port);
                }
                return;
            }
            // A re-INVITE without SDP tells its direction only here.
            self.arrange(context);
        }
        let Phase::Arriving(entry) = &self.phase else {
            return;
        };
        let entry = entry.clone();
        if !self.leg.as_ref().is_some_and(Leg::is_negotiated) {
            self.finish(context, CallResult::Failed, EndedBy::System);
            return;
        }
        self.phase = Phase::InScript;
        self.enter_target(context, entry);
    }

    fn accept_sdp(
        &mut self,
        context: &mut Context,
        side: Side,
        session: SessionId,
        sdp: &[u8],
    ) -> Result<(), LegError> {
        let first =
            side == Side::Caller && self.leg.as_ref().is_some_and(|leg| !leg.is_negotiated());
        if let Some(leg) = self.leg_of(side, session) {
            leg.accept_sdp(context, sdp)?;
        }
        if first {
            self.record(context);
        }
        Ok(())
    }

    pub(super) fn record(&self, context: &mut Context) {
        let Some(leg) = &self.leg else { return };
        // The customer's port, so that he is always on the left.
        let port = match (&self.phase, self.direction) {
            (Phase::Outside(talk), Direction::Out) => talk.other.leg.port,
            (_, Direction::In | Direction::Out | Direction::Internal | Direction::Callback) => {
                leg.port
            }
        };
        match context.config.recording {
            // F1: from the answer on. The recording bears the call's id: one a call.
            RecordingPolicy::All => {
                let recording = model::RecordingId::whole(self.id);
                context.media(media::Command::Record { port, recording });
            }
            RecordingPolicy::Never => {}
        }
    }
}

/// The leg, and our SDP: the answer to the caller's SDP offer, or an SDP offer if he made none.
fn answering_leg(
    context: &mut Context,
    call: CallId,
    session: SessionId,
    invite: &IncomingInvite,
) -> Result<(Leg, Bytes), LegError> {
    let mut leg = Leg::incoming(context, call, session, invite)?;
    let body = match &invite.sdp {
        Some(offer) => leg.answer_sdp(context, offer),
        None => Ok(leg.sdp_offer()),
    };
    match body {
        Ok(body) => Ok((leg, body)),
        Err(error) => {
            leg.release(context);
            Err(error)
        }
    }
}

/// Why a call is not taken.
#[derive(Clone, Copy, Debug)]
struct Refused {
    status: u16,
    cause: &'static str,
    retry_after_s: Option<u32>,
}

impl Refused {
    const fn new(status: u16, cause: &'static str) -> Self {
        Self {
            status,
            cause,
            retry_after_s: None,
        }
    }
}

fn refuse(context: &mut Context, call: CallId, session: SessionId, refused: Refused) {
    let refusal = Refusal {
        retry_after_s: refused.retry_after_s,
        ..Refusal::new(refused.status)
    };
    context.sip.reject(context.now, session, refusal);
    context.forget_session(session);
    context.fact(Fact::CallRefused {
        call,
        status: refused.status,
        cause: refused.cause.to_owned(),
    });
    context.fact(Fact::CallEnded {
        call,
        result: CallResult::Refused,
        by: EndedBy::System,
        agent: None,
        answered_late: false,
    });
}

/// Who calls whom, as the house calls both.
pub(super) struct Beginning {
    pub(super) caller: Caller,
    pub(super) called: String,
    pub(super) caller_agent: Option<AgentId>,
    pub(super) direction: Direction,
    pub(super) trunk: Option<String>,
    pub(super) hops_left: u8,
    pub(super) diverted_from: Option<String>,
    pub(super) listed: Listed,
}

impl Beginning {
    /// The call in which the calling agent talks.
    fn talk_of_caller(&self, context: &Context) -> Option<CallId> {
        match context.acd.agent_state(self.caller_agent?)? {
            AgentState::Talking { call } => *call,
            AgentState::Offline
            | AgentState::NotReady { .. }
            | AgentState::Ready
            | AgentState::Reserved { .. }
            | AgentState::Ringing { .. }
            | AgentState::WrapUp { .. } => None,
        }
    }

    fn of(context: &Context, invite: &IncomingInvite) -> (Self, Lead) {
        let config = &context.config;
        let trunk = invite.trunk.as_ref().map(|name| config.trunks.get(name));
        let caller_agent = invite
            .authenticated
            .as_deref()
            .and_then(|login| context.directory.by_login(login))
            .map(|agent| agent.id);
        let key = |number: &str| match trunk {
            Some(Some(trunk)) => trunk.read(number).key,
            Some(None) | None => number.to_owned(),
        };
        let caller = caller_of(invite).keyed(key);
        let lead_of = |dialler| {
            let directory = &context.directory;
            route::lead(config, directory, dialler, &caller, &invite.called_user)
        };
        let (called, lead) = match (trunk, caller_agent) {
            (Some(Some(trunk)), _) => lead_of(Dialler::Trunk(trunk)),
            // SIP knows a trunk that the configuration does not: nothing is known of how it writes numbers.
            (Some(None), _) => (invite.called_user.clone(), Lead::Nowhere),
            (None, agent) => lead_of(agent.map_or(Dialler::Stranger, Dialler::Agent)),
        };
        let direction = match (&lead, caller_agent) {
            (Lead::Outside(_), _) => Direction::Out,
            (Lead::Enters(_), Some(_)) => Direction::Internal,
            (Lead::Enters(_) | Lead::Nowhere, _) => Direction::In,
        };
        let beginning = Self {
            // The last one is the number that the caller has dialled.
            diverted_from: invite.diversions.last().map(|by| key(&by.user)),
            caller,
            called,
            caller_agent,
            direction,
            hops_left: invite.hops_left.saturating_sub(1),
            trunk: invite.trunk.as_ref().map(|name| name.as_str().to_owned()),
            listed: Listed::default(),
        };
        (beginning, lead)
    }

    fn arrived(&self, call: CallId, invite: &IncomingInvite) -> Fact {
        Fact::CallArrived {
            call,
            caller: self.caller.clone(),
            called: self.called.clone(),
            sip_call_id: invite.call_id.clone(),
            agent: self.caller_agent,
            direction: self.direction,
            trunk: self.trunk.clone(),
            diverted_from: self.diverted_from.clone(),
        }
    }

    /// Where the call leads in the end, if it leads anywhere.
    fn admit(&mut self, context: &mut Context, call: CallId, lead: Lead) -> Result<Lead, Refused> {
        match self.barred(context, call, &lead) {
            Some(Bar::Reject) => Err(Refused::new(603, "caller_barred")),
            Some(Bar::Busy) => Err(Refused::new(486, "caller_barred")),
            Some(Bar::Script(name)) => Ok(Lead::Enters(Entry::Script(name))),
            Some(Bar::Voicemail(name)) => {
                Ok(Lead::Enters(Entry::Script(ivr::mailbox_script(&name))))
            }
            None | Some(Bar::Log) if lead == Lead::Nowhere => {
                Err(Refused::new(404, "unknown_number"))
            }
            // C15: only an agent's own phone stands by.
            None | Some(Bar::Log) if lead == Lead::Enters(Entry::Standby) => {
                Err(Refused::new(403, "not_an_agent"))
            }
            None | Some(Bar::Log) => Ok(lead),
        }
    }

    /// A7, F6: what a barred caller meets. Nobody of our own people is one, and nobody whose number is withheld (A9).
    fn barred(&mut self, context: &mut Context, call: CallId, lead: &Lead) -> Option<Bar> {
        let number = self.caller.number.as_deref()?;
        if context.lists.is_empty() || self.caller_agent.is_some() {
            return None;
        }
        let key = key_of(&context.config, self.trunk.is_some(), number);
        let queues: Vec<QueueName> = match lead {
            Lead::Enters(Entry::Queue(queue)) => vec![queue.clone()],
            Lead::Enters(Entry::Regions(fit)) => fit.queues.iter().cloned().collect(),
            Lead::Enters(Entry::Script(_) | Entry::Agent(_) | Entry::Standby)
            | Lead::Outside(_)
            | Lead::Nowhere => Vec::new(),
        };
        self.listed.ask(context, call, &key, &self.called, &queues)
    }

    /// A3: a call by a trunk takes one of its seats.
    fn seat(
        &self,
        context: &mut Context,
        invite: &IncomingInvite,
        session: SessionId,
    ) -> Result<(), Refused> {
        let config = context.config.clone();
        let Some((name, trunk)) = invite
            .trunk
            .as_ref()
            .and_then(|name| config.trunks.get_key_value(name))
        else {
            return Ok(());
        };
        let now = context.now;
        context
            .trunks
            .take(now, name, &trunk.capacity, Way::In, session)
            .map_err(|full| Refused {
                retry_after_s: Some(match full {
                    Full::Rate => 1,
                    Full::Calls | Full::Direction => FULL_RETRY_S,
                }),
                ..Refused::new(503, full.cause())
            })
    }
}

/// A caller's number is kept as it was received and as its key; a withheld one has neither (A9).
fn caller_of(invite: &IncomingInvite) -> Caller {
    if invite.caller.anonymous {
        return Caller::withheld();
    }
    // S11: an agent is who his password says, whatever From claims.
    let user = invite
        .authenticated
        .as_deref()
        .unwrap_or(&invite.caller.user);
    Caller::new(user, invite.caller.display.as_deref())
}
