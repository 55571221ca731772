//! What the owner of a call answers to its INVITE, RFC 3261 §13.3.1: 180, 183, 200 or a refusal.

use super::{
    Endpoint,
    respond::{ALLOW, SUPPORTED},
    session::{Patience, PendingOk, Session, Stage},
};
use crate::{
    dialog::Dialog,
    event::{Refusal, SessionId},
    flow::Flow,
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

    /// A 1xx: reliable where the caller requires it, or supports it and SDP is at stake (RFC 3262 §3).
    pub(super) fn send_provisional(
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
                    rang,
                    ..
                },
            skills,
            ..
        }) = self.sessions.get_mut(&session)
        else {
            return;
        };
        *rang = Some(status);
        let id = *transaction;
        let is_reliable = (skills.reliable && sdp.is_some())
            || invite
                .tokens(Header::Require)
                .any(|tag| tag.eq_ignore_ascii_case(b"100rel"));
        if is_reliable {
            self.send_reliable(now, session, status, sdp);
        } else if let Some(Session {
            stage: Stage::Incoming { invite, dialog, .. },
            ..
        }) = self.sessions.get(&session)
        {
            let builder = self.session_response(invite, dialog.flow, dialog.local_tag(), status);
            let bytes = match sdp {
                Some(sdp) => builder.body("application/sdp", &sdp),
                None => builder.finish(),
            };
            self.respond_invite(now, id, status, bytes);
        }
        self.ring_again_later(now, session);
    }

    /// Answers a call to us: 200 OK with SDP, repeated until its ACK comes (RFC 3261 §13.3.1.4). While a 1xx with SDP waits
    /// for its PRACK, so does the 200.
    pub fn answer(&mut self, now: Duration, session: SessionId, sdp: Bytes) {
        let Some(alive) = self.sessions.get_mut(&session) else {
            return;
        };
        let Stage::Incoming {
            transaction,
            invite,
            dialog,
            ..
        } = &alive.stage
        else {
            return;
        };
        let reliable = alive.reliable.as_deref_mut();
        if reliable.is_some_and(|sent| sent.keep_answer(&sdp)) {
            return;
        }
        let (id, invite, dialog) = (*transaction, invite.clone(), dialog.clone());
        let patience = alive.patience(&self.config.timers);
        // RFC 3261 §13.2.1: one answer to one offer. What a reliable 1xx has settled is changed by a re-INVITE only.
        let settled = alive
            .reliable
            .as_deref()
            .and_then(|sent| sent.settled().cloned());
        let interval = alive.interval;
        let builder = self.session_response(&invite, dialog.flow, dialog.local_tag(), 200);
        let builder = interval.grant(builder);
        let bytes = match &settled {
            Some(_) => builder.finish(),
            None => builder.body("application/sdp", &sdp),
        };
        let offer = invite.sdp();
        let is_offer = offer.is_none() && settled.is_none();
        let pending_ok = self.send_ok(now, session, id, (&invite, is_offer), bytes, patience);
        let owner = Owner::Session(session);
        for timer in [
            Timer::RingRepeat,
            Timer::ReliableRepeat,
            Timer::ReliableTimeout,
        ] {
            self.timers.cancel(&owner, timer);
        }
        if let Some(alive) = self.sessions.get_mut(&session) {
            alive.stage = Stage::Established {
                dialog,
                pending_ok,
                acked: false,
                hung_up: None,
            };
            alive.media.hear_first(offer.as_ref());
            match &settled {
                // What a change has agreed on since the 1xx stands.
                Some(settled) => {
                    alive.media.ours.get_or_insert_with(|| settled.clone());
                }
                None => alive.media.ours = Some(sdp.clone()),
            }
        }
        self.restart_interval(now, session);
        if settled.is_some_and(|settled| settled != sdp) {
            self.reinvite(now, session, sdp);
        }
    }

    /// Refuses a call to us; the session is over. A status below 400 is sent as 500.
    pub fn reject(&mut self, now: Duration, session: SessionId, refusal: Refusal) {
        if self
            .sessions
            .get(&session)
            .is_some_and(Session::is_answered)
        {
            return;
        }
        self.reject_reinvite(now, session, 487);
        let Some(Session {
            stage:
                Stage::Incoming {
                    transaction,
                    invite,
                    dialog,
                    ..
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
                out.word("399 ").token(warned_by).word(" ").quoted(text);
            })
    }

    /// A 1xx or 2xx to an INVITE, or a 2xx to an UPDATE or PRACK, in the dialog of a session.
    pub(super) fn session_response(
        &self,
        invite: &Message,
        flow: Flow,
        local_tag: &str,
        status: u16,
    ) -> Builder {
        let user = invite
            .request_uri()
            .and_then(|uri| uri.user())
            .unwrap_or_default();
        self.response(invite, flow, status, local_tag)
            .copy_all(Header::RecordRoute, invite)
            .maybe(
                Header::Contact,
                self.contact_in_answer(invite, flow, &user),
                |out, contact| {
                    out.bracketed(&contact);
                },
            )
            .header(Header::Allow, |out| {
                out.word(ALLOW);
            })
            .header(Header::Supported, |out| {
                out.word(SUPPORTED);
            })
    }

    /// Sends a 2xx and keeps it for its repeats; whether its SDP is our offer is said with the request.
    pub(super) fn send_ok(
        &mut self,
        now: Duration,
        session: SessionId,
        transaction: TransactionId,
        (invite, is_offer): (&Message, bool),
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
            is_offer,
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
