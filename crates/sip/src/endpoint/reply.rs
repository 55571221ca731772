//! What the owner of a call answers to its INVITE, RFC 3261 §13.3.1: 180, 183, 200 or a refusal.

use super::{
    Endpoint,
    respond::ALLOW,
    session::{Patience, PendingOk, Session, Stage},
};
use crate::{
    dialog::Dialog,
    event::{Refusal, SessionId},
    message::{Builder, Header, Message},
    transaction::{
        TransactionId,
        table::Machine,
        timer::{Owner, Timer},
    },
};
use bytes::Bytes;
use core::time::Duration;

impl Endpoint {
    /// Sends 180 Ringing. Does nothing unless the session is an unanswered call to us.
    pub fn ring(&mut self, now: Duration, session: SessionId) {
        self.send_provisional(now, session, 180, None);
    }

    /// Sends 183 Session Progress with SDP. Does nothing unless the session is an unanswered call to us.
    pub fn progress(&mut self, now: Duration, session: SessionId, sdp: Bytes) {
        self.send_provisional(now, session, 183, Some(sdp));
    }

    fn send_provisional(
        &mut self,
        now: Duration,
        session: SessionId,
        status: u16,
        sdp: Option<Bytes>,
    ) {
        let Some(Session {
            stage:
                Stage::Incoming {
                    transaction,
                    invite,
                    dialog,
                },
            ..
        }) = self.sessions.get(&session)
        else {
            return;
        };
        let id = *transaction;
        let builder = self.session_response(invite, dialog, status);
        let bytes = match sdp {
            Some(sdp) => builder.body("application/sdp", &sdp),
            None => builder.finish(),
        };
        self.respond_invite(now, id, status, bytes);
    }

    /// Answers a call to us: 200 OK with SDP, repeated until its ACK comes (RFC 3261 §13.3.1.4).
    pub fn answer(&mut self, now: Duration, session: SessionId, sdp: Bytes) {
        let Some(alive) = self.sessions.remove(&session) else {
            return;
        };
        let patience = alive.patience(&self.config.timers);
        let Session {
            stage:
                Stage::Incoming {
                    transaction,
                    invite,
                    dialog,
                },
            peer,
        } = alive
        else {
            self.sessions.insert(session, alive);
            return;
        };
        let bytes = self
            .session_response(&invite, &dialog, 200)
            .body("application/sdp", &sdp);
        let pending_ok = self.send_ok(now, session, transaction, &invite, bytes, patience);
        let stage = Stage::Established {
            dialog,
            pending_ok,
            reinvite: None,
            acked: false,
            hung_up: None,
        };
        self.sessions.insert(session, Session { stage, peer });
    }

    /// Refuses a call to us; the session is over. A status below 400 is sent as 500.
    pub fn reject(&mut self, now: Duration, session: SessionId, refusal: Refusal) {
        let Some(Session {
            stage:
                Stage::Incoming {
                    transaction,
                    invite,
                    dialog,
                },
            ..
        }) = self.sessions.get(&session)
        else {
            return;
        };
        let id = *transaction;
        let status = if (400..700).contains(&refusal.status) {
            refusal.status
        } else {
            500
        };
        let bytes = self.refusal(invite, dialog, status, &refusal).finish();
        self.respond_invite(now, id, status, bytes);
        self.forget_session(session);
    }

    fn refusal(
        &self,
        invite: &Message,
        dialog: &Dialog,
        status: u16,
        refusal: &Refusal,
    ) -> Builder {
        let warned_by = &self.config.domain;
        self.response(invite, dialog.flow, status, dialog.local_tag())
            .maybe(Header::RetryAfter, refusal.retry_after_s, |out, after| {
                out.number(u64::from(after));
            })
            .maybe(Header::Reason, refusal.reason.as_ref(), |out, reason| {
                reason.write(out)
            })
            .maybe(Header::Warning, refusal.warning.as_ref(), |out, text| {
                out.text("399 ").token(warned_by).text(" ").quoted(text);
            })
    }

    /// A 1xx or 2xx in the dialog of a session.
    pub(super) fn session_response(
        &self,
        invite: &Message,
        dialog: &Dialog,
        status: u16,
    ) -> Builder {
        let user = invite
            .request_uri()
            .and_then(|uri| uri.user())
            .unwrap_or_default();
        self.response(invite, dialog.flow, status, dialog.local_tag())
            .copy_all(Header::RecordRoute, invite)
            .maybe(
                Header::Contact,
                self.our_contact(dialog.flow, &user),
                |out, contact| {
                    out.bracketed(&contact);
                },
            )
            .header(Header::Allow, |out| {
                out.text(ALLOW);
            })
            .header(Header::Supported, |_| {})
    }

    /// Sends a 2xx and keeps it for its repeats.
    pub(super) fn send_ok(
        &mut self,
        now: Duration,
        session: SessionId,
        transaction: TransactionId,
        invite: &Message,
        bytes: Bytes,
        patience: Patience,
    ) -> Option<PendingOk> {
        let flow = self.transactions.get_mut(transaction)?.flow;
        self.respond_invite(now, transaction, 200, bytes.clone());
        let timers = self.config.timers;
        let owner = Owner::Session(session);
        self.timers.set(
            owner.clone(),
            Timer::OkRepeat,
            now.saturating_add(timers.t1),
        );
        self.timers.set(
            owner,
            Timer::OkTimeout,
            now.saturating_add(patience.timeout),
        );
        Some(PendingOk {
            cseq: invite.cseq()?.number,
            flow,
            bytes,
            interval: timers.t1,
            repeats_left: patience.repeats_max,
        })
    }

    pub(super) fn respond_invite(
        &mut self,
        now: Duration,
        id: TransactionId,
        status: u16,
        bytes: Bytes,
    ) {
        self.drive(now, id, |machine, actions| match machine {
            Machine::InviteServer(server) => server.respond(status, bytes, actions),
            Machine::InviteClient(_) | Machine::Client(_) | Machine::Server(_) => {}
        });
    }
}
