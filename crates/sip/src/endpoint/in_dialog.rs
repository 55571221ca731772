//! Requests inside a dialog, RFC 3261 §12.2.2, §14.2, §15.1.2: ACK, BYE, INFO, re-INVITE.

use super::{
    Endpoint,
    session::{Peer, Session, Stage},
};
use crate::{
    dialog::DialogKey,
    dtmf_relay::{Signal, parse_plain, parse_relay},
    event::{EndedBy, Event, SessionId},
    flow::Flow,
    message::{Builder, Header, Message, Method},
    reason::Reason,
    transaction::{
        key::ServerKey,
        table::Machine,
        timer::{Owner, Timer},
    },
};
use core::time::Duration;

impl Endpoint {
    pub(super) fn receive_in_dialog(
        &mut self,
        now: Duration,
        flow: Flow,
        request: Message,
        method: &Method,
    ) {
        let Some(session) = self.session_of(&request, flow) else {
            return self.refuse(&request, flow, 481, "no such dialog");
        };
        let cseq = request.cseq().map_or(0, |cseq| cseq.number);
        let dialog = self
            .sessions
            .get_mut(&session)
            .and_then(Session::dialog_mut);
        let in_order = dialog.is_some_and(|dialog| {
            let in_order = dialog.accept_cseq(cseq);
            // A phone that has come back on another connection is to be reached there.
            if in_order {
                dialog.heard_on(flow);
            }
            in_order
        });
        if !in_order {
            return self.refuse(&request, flow, 500, "request out of order");
        }
        self.aim_session(session);
        self.contact_heard(now, flow);
        match method {
            Method::Bye => self.receive_bye(now, flow, &request, session),
            Method::Info => self.receive_info(now, flow, &request, session),
            Method::Invite => self.receive_reinvite(now, flow, request, session),
            Method::Options => self.receive_options(&request, flow),
            Method::Update => self.receive_update(now, flow, request, session),
            Method::Prack => self.receive_prack(now, flow, &request, session),
            Method::Refer => self.receive_refer(now, flow, &request, session),
            Method::Ack
            | Method::Cancel
            | Method::Register
            | Method::Subscribe
            | Method::Notify
            | Method::Message
            | Method::Publish
            | Method::Other(_) => self.refuse_method(&request, flow),
        }
    }

    /// The session whose dialog a request names. Where the phone has proven a password, only its address may speak.
    fn session_of(&self, request: &Message, flow: Flow) -> Option<SessionId> {
        let id = *self.dialogs.get(&DialogKey::of_request(request)?)?;
        let session = self.sessions.get(&id)?;
        let same_peer = session.flow().remote.ip() == flow.remote.ip()
            || self.is_of_trunk(session.trunk(), flow);
        (same_peer || session.peer != Peer::Trusted).then_some(id)
    }

    /// An ACK belongs to a refusal (by its branch) or to a 2xx (by its dialog); it is never answered.
    pub(super) fn receive_ack(&mut self, now: Duration, flow: Flow, request: &Message) {
        let known =
            ServerKey::of(request, &Method::Invite).and_then(|key| self.transactions.server(&key));
        if let Some(id) = known {
            self.drive(now, id, |machine, actions| match machine {
                Machine::InviteServer(server) => server.acknowledged(actions),
                Machine::InviteClient(_) | Machine::Client(_) | Machine::Server(_) => {}
            });
        }
        let acked = self.acknowledge_ok(now, flow, request);
        if known.is_none() && acked.is_none() {
            self.counters.stray = self.counters.stray.saturating_add(1);
        }
    }

    fn acknowledge_ok(&mut self, now: Duration, flow: Flow, request: &Message) -> Option<()> {
        let session = self.session_of(request, flow)?;
        let number = request.cseq()?.number;
        let alive = self.sessions.get_mut(&session)?;
        let Stage::Established {
            pending_ok,
            acked,
            hung_up,
            dialog,
            ..
        } = &mut alive.stage
        else {
            return None;
        };
        pending_ok.take_if(|pending| pending.cseq == number)?;
        // A connection was lost between our 2xx and its ACK. A dialog that is not cut is not moved by an ACK, which
        // nothing orders.
        if dialog.is_cut {
            dialog.heard_on(flow);
        }
        let is_first = !core::mem::replace(acked, true);
        let hang_up = hung_up.take();
        if let (true, Peer::Stranger(source)) = (is_first, alive.peer) {
            self.strangers.acknowledge(source);
        }
        let owner = Owner::Session(session);
        self.timers.cancel(&owner, Timer::OkRepeat);
        self.timers.cancel(&owner, Timer::OkTimeout);
        if let Some(reason) = hang_up {
            self.hang_up(now, session, reason);
            return Some(());
        }
        let sdp = request.sdp();
        if is_first || sdp.is_some() {
            self.event(Event::Acked { session, sdp });
        }
        Some(())
    }

    fn receive_bye(&mut self, now: Duration, flow: Flow, request: &Message, session: SessionId) {
        let tag = self.stateless_tag(request);
        let ok = self.response(request, flow, 200, &tag).finish();
        self.answer_finally(now, request, flow, ok);
        let reason = request.first(Header::Reason).and_then(Reason::parse);
        let Some(alive) = self.sessions.get(&session) else {
            return;
        };
        match &alive.stage {
            Stage::Established { hung_up, .. } => {
                let silent = hung_up.is_some();
                self.close_session(now, session);
                if !silent {
                    let by = EndedBy::RemoteBye;
                    self.event(Event::Ended {
                        session,
                        by,
                        reason,
                    });
                }
            }
            // RFC 3261 §15.1.2: BYE on an early dialog: the INVITE gets 487.
            Stage::Incoming { .. } => {
                self.reject(now, session, crate::event::Refusal::new(487));
                self.event(Event::Cancelled { session, reason });
            }
            Stage::Calling { .. } => {}
        }
    }

    fn receive_info(&mut self, now: Duration, flow: Flow, request: &Message, session: SessionId) {
        let body = request.body();
        let signal = if body.is_empty() {
            Some(Signal::Flash)
        } else if request.has_content_type("application/dtmf-relay") {
            parse_relay(&body)
        } else if request.has_content_type("application/dtmf") {
            parse_plain(&body)
        } else {
            let accept = "application/dtmf-relay, application/dtmf";
            return self.answer_in_dialog(now, flow, request, 415, |builder| {
                builder.header(Header::Accept, |out| {
                    out.text(accept);
                })
            });
        };
        let status = if signal.is_some() { 200 } else { 400 };
        self.answer_in_dialog(now, flow, request, status, |builder| builder);
        if let Some(Signal::Digit(digit, duration_ms)) = signal {
            self.event(Event::Digit {
                session,
                digit,
                duration_ms,
            });
        }
    }

    /// A final answer inside a dialog, remembered for repeats.
    fn answer_in_dialog(
        &mut self,
        now: Duration,
        flow: Flow,
        request: &Message,
        status: u16,
        extra: impl FnOnce(Builder) -> Builder,
    ) {
        let bytes = extra(self.response(request, flow, status, "")).finish();
        self.answer_finally(now, request, flow, bytes);
    }
}
