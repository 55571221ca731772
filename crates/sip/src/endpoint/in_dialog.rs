//! Requests inside a dialog, RFC 3261 §12.2.2, §14.2, §15.1.2: ACK, BYE, INFO, re-INVITE.

use super::{
    Challenge, Endpoint,
    session::{Peer, Stage},
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
        let key = DialogKey::of_request(&request);
        let session = key.as_ref().and_then(|key| self.dialogs.get(key).copied());
        let (Some(key), Some(session)) = (key, session) else {
            return self.receive_in_subscription(now, flow, &request, method);
        };
        if !self.is_same_peer(session, flow) && !self.is_proven(now, flow, &request, session) {
            return;
        }
        let cseq = request.cseq().map_or(0, |cseq| cseq.number);
        let dialog = self
            .sessions
            .get_mut(&session)
            .and_then(|alive| alive.dialog_at(&key));
        let in_order = dialog.is_some_and(|dialog| {
            let in_order = dialog.accept_cseq(cseq);
            // A phone that has come back on another connection is to be reached there.
            if in_order {
                dialog.heard_on(flow);
            }
            in_order
        });
        self.transactions.use_flow(flow);
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
            Method::Prack => self.receive_prack(now, flow, request, session),
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

    /// May whoever speaks on that flow speak in the dialog of a session? In that of an account only its own address may, in
    /// a carrier's its servers; a stranger has nothing but the dialog's tags to prove himself by.
    fn is_same_peer(&self, session: SessionId, flow: Flow) -> bool {
        self.sessions.get(&session).is_some_and(|alive| {
            !alive.is_trusted()
                || alive.flow().remote.ip() == flow.remote.ip()
                || self.is_of_trunk(alive.trunk(), flow)
        })
    }

    /// A phone that has moved to another address proves its password there and goes on (S14); anybody else is told that
    /// there is no such dialog. False = the request has been answered.
    fn is_proven(
        &mut self,
        now: Duration,
        flow: Flow,
        request: &Message,
        session: SessionId,
    ) -> bool {
        let owner = match self.sessions.get(&session).map(|alive| &alive.peer) {
            Some(Peer::Account(user)) if self.accounts.contains_key(&**user) => user.clone(),
            Some(Peer::Account(_) | Peer::Trunk | Peer::Stranger(_)) | None => {
                self.refuse(request, flow, 481, "no such dialog");
                return false;
            }
        };
        let Some(user) = self.authenticate(now, request, flow, Challenge::Proxy) else {
            return false;
        };
        if *user != *owner {
            self.refuse(request, flow, 403, "dialog of another user");
            return false;
        }
        true
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
        let session = *self.dialogs.get(&DialogKey::of_request(request)?)?;
        if !self.is_same_peer(session, flow) {
            return None;
        }
        let number = request.cseq()?.number;
        let sdp = request.sdp();
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
        let ok = pending_ok.take_if(|pending| pending.cseq == number)?;
        // A connection was lost between our 2xx and its ACK. A dialog that is not cut is not moved by an ACK, which
        // nothing orders.
        if dialog.is_cut {
            dialog.heard_on(flow);
            self.transactions.use_flow(flow);
        }
        let is_first = !core::mem::replace(acked, true);
        let hang_up = hung_up.take();
        alive.media.hear(sdp.as_ref());
        if let (true, Peer::Stranger(source)) = (is_first, &alive.peer) {
            self.strangers.acknowledge(*source);
        }
        let owner = Owner::Session(session);
        self.timers.cancel(&owner, Timer::OkRepeat);
        self.timers.cancel(&owner, Timer::OkTimeout);
        if let Some(reason) = hang_up {
            self.hang_up(now, session, reason);
            return Some(());
        }
        // RFC 3261 §13.2.2.4: the ACK must bring the answer to an offer of our 2xx. Without it nobody knows what to send.
        if ok.is_offer && sdp.is_none() {
            self.end(now, session, EndedBy::NoAck);
            return Some(());
        }
        if is_first || sdp.is_some() {
            self.event(Event::Acked { session, sdp });
        }
        self.begin_change(now, session);
        Some(())
    }

    fn receive_bye(&mut self, now: Duration, flow: Flow, request: &Message, session: SessionId) {
        self.answer_in_dialog(now, flow, request, 200, |builder| builder);
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
    pub(super) fn answer_in_dialog(
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
