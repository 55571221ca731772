//! How a call begins: routed, answered, asked about.

use std::collections::{BTreeMap, VecDeque};

use bytes::Bytes;
use model::fact::{CallResult, EndedBy};
use model::{AgentId, CallId, Caller, Fact};
use sip::{IncomingInvite, Refusal, SessionId};

use super::trace::Trace;
use super::{Call, Identity, Phase, ending, script};
use crate::config::{Entry, RecordingPolicy};
use crate::context::{Context, Side};
use crate::leg::{Leg, LegError};
use crate::request::Request;
use crate::route;

impl Call {
    /// Takes an INVITE. A call that cannot begin is refused here, with its two facts, and gives `None`.
    pub(crate) fn arrive(
        context: &mut Context,
        id: CallId,
        session: SessionId,
        invite: IncomingInvite,
    ) -> Option<Self> {
        let caller = caller_of(&invite);
        let caller_agent = invite
            .authenticated
            .as_deref()
            .and_then(|login| context.directory.by_login(login))
            .map(|agent| agent.id);
        context.fact(Fact::CallArrived {
            call: id,
            caller: caller.clone(),
            called: invite.called_user.clone(),
            sip_call_id: invite.call_id.clone(),
            agent: caller_agent,
            direction: model::fact::Direction::In,
            trunk: None,
            diverted_from: None,
        });
        let Some(entry) = route::entry(&context.config, &context.directory, &invite.called_user)
        else {
            refuse(context, id, session, 404);
            return None;
        };
        let (leg, body) = match answering_leg(context, id, session, &invite) {
            Ok(made) => made,
            Err(error) => {
                refuse(context, id, session, error.status());
                return None;
            }
        };
        let mut call = Self::new(context, id, caller, invite.called_user, caller_agent, leg);
        call.enter(context, entry, body);
        call.settle_ending(context);
        Some(call)
    }

    fn new(
        context: &mut Context,
        id: CallId,
        caller: Caller,
        called: String,
        caller_agent: Option<AgentId>,
        leg: Leg,
    ) -> Self {
        if let Some(agent) = caller_agent {
            // C12: a leg of the agent's own makes him busy.
            context.own_calls.insert(id, agent);
            context.tell_acd(acd::Input::PhoneBusy {
                agent,
                call: Some(id),
            });
        }
        let profile = if caller.is_withheld() {
            Identity::Unknown
        } else {
            context.request(Request::Profile {
                call: id,
                caller: caller.clone(),
            });
            Identity::Pending
        };
        Self {
            id,
            caller,
            called,
            caller_agent,
            leg: Some(leg),
            unanswered: None,
            run: None,
            phase: Phase::InScript,
            rings: BTreeMap::new(),
            profile,
            language: context.config.language.clone(),
            path: Vec::new(),
            playing: None,
            masked: false,
            last_key: None,
            agent: None,
            answered_late: false,
            pending: VecDeque::new(),
            driving: false,
            leaving: false,
            trace: Trace::default(),
            planted_panic: None,
        }
    }

    fn enter(&mut self, context: &mut Context, entry: Entry, body: Bytes) {
        match entry {
            Entry::Script(_) | Entry::Queue(_) => {
                self.phase = Phase::Arriving(entry);
                self.unanswered = Some(body);
                self.answer_caller(context);
            }
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
        let (Some(body), Some(leg)) = (self.unanswered.take(), &self.leg) else {
            return;
        };
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
                // RFC 3264 §5: an answer that we cannot use leaves no session.
                let result = ending::by_fault(&self.phase);
                self.finish(context, result, EndedBy::System);
                return;
            }
            // A re-INVITE without SDP tells its direction only here.
            self.hold_changed(context);
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

    fn record(&self, context: &mut Context) {
        let Some(leg) = &self.leg else { return };
        match context.config.recording {
            // F1: from the answer on. The recording bears the call's id: one a call.
            RecordingPolicy::All => {
                let recording = media::RecordingId(self.id.get());
                context.media(media::Command::Record {
                    port: leg.port,
                    recording,
                });
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
    let mut leg = Leg::incoming(context, call, session, invite.flow)?;
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

fn refuse(context: &mut Context, call: CallId, session: SessionId, status: u16) {
    context
        .sip
        .reject(context.now, session, Refusal::new(status));
    context.fact(Fact::CallEnded {
        call,
        result: CallResult::Refused,
        by: EndedBy::System,
        agent: None,
        answered_late: false,
    });
}

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
