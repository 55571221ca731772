//! Calls to us, RFC 3261 §13.3: from the INVITE to its final answer.

use super::{
    Challenge, Endpoint,
    respond::ALLOW,
    session::{PendingOk, Session, Stage},
};
use crate::{
    dialog::Dialog,
    event::{Event, IncomingInvite, Refusal, SessionId},
    flow::Flow,
    message::{Builder, Header, Message, Method},
    reason::Reason,
    transaction::{
        TransactionId,
        invite_server::InviteServer,
        key::{MergeKey, ServerKey},
        table::{Machine, Transaction},
        timer::{Owner, Timer},
    },
};
use bytes::Bytes;
use core::time::Duration;

/// Told with 503 where no drain names a time.
const RETRY_AFTER: Duration = Duration::from_secs(10);

impl Endpoint {
    pub(super) fn receive_invite(&mut self, now: Duration, flow: Flow, request: Message) {
        let Some(authenticated) = self.admit_invite(now, flow, &request) else {
            return;
        };
        let tag = self.random.name();
        let dialog = Dialog::of_invite(&request, &tag, flow);
        let caller = self.caller(&request, authenticated.as_deref());
        let called_user = request
            .request_uri()
            .map(|uri| uri.user().unwrap_or_default());
        let (Some(dialog), Some(caller), Some(called_user)) = (dialog, caller, called_user) else {
            return self.refuse(&request, flow, 400, "malformed INVITE");
        };
        let session = self.issue_session();
        let Some(transaction) = self.start_invite_server(now, flow, &request, session) else {
            return self.refuse(&request, flow, 400, "malformed INVITE");
        };
        let invite = IncomingInvite {
            called_user,
            caller,
            sdp: request.sdp(),
            flow,
            call_id: String::from_utf8_lossy(request.call_id()).into_owned(),
            user_agent: request.text(Header::UserAgent),
            authenticated: authenticated.clone(),
        };
        self.dialogs.insert(dialog.key.clone(), session);
        let stage = Stage::Incoming {
            transaction,
            invite: Box::new(request),
            dialog: Box::new(dialog),
        };
        let trusted = authenticated.is_some();
        self.sessions.insert(session, Session { stage, trusted });
        self.event(Event::Invite { session, invite });
    }

    /// May this INVITE be considered at all? The user that it proves, if any; `None` = it has been answered.
    fn admit_invite(
        &mut self,
        now: Duration,
        flow: Flow,
        request: &Message,
    ) -> Option<Option<String>> {
        if let Some(retry_after) = self.refusing {
            self.refuse_busy(request, flow, "draining", retry_after);
            return None;
        }
        let contacts: Vec<_> = request.addresses(Header::Contact).collect();
        let [contact] = contacts.as_slice() else {
            self.refuse(request, flow, 400, "INVITE without exactly one Contact");
            return None;
        };
        if self.is_ourselves(contact, flow) {
            self.refuse(request, flow, 403, "contact points at ourselves");
            return None;
        }
        if !self.is_body_understood(request, flow) {
            return None;
        }
        let authenticated = self.admit_caller(now, flow, request)?;
        let is_full = self.sessions.len() >= self.config.limits.sessions_max
            || self.transactions.len() >= self.config.limits.transactions_max;
        if is_full {
            self.refuse_busy(request, flow, "too many sessions", RETRY_AFTER);
            return None;
        }
        Some(authenticated)
    }

    /// S11: only a hotline may be called by strangers, and nobody may call himself by the name of an account.
    fn admit_caller(
        &mut self,
        now: Duration,
        flow: Flow,
        request: &Message,
    ) -> Option<Option<String>> {
        let called = request
            .request_uri()
            .and_then(|uri| uri.user())
            .unwrap_or_default();
        let claimed = request
            .from()
            .and_then(|from| self.claimed_account(&from, flow));
        if claimed.is_none() && self.config.hotlines.contains(&called) {
            return Some(None);
        }
        let user = self.authenticate(now, request, flow, Challenge::Proxy)?;
        if claimed.is_some_and(|claimed| claimed != user) {
            self.refuse(request, flow, 403, "From claims another user");
            return None;
        }
        Some(Some(user))
    }

    /// RFC 3261 §8.2.3: SDP or nothing.
    pub(super) fn is_body_understood(&mut self, request: &Message, flow: Flow) -> bool {
        let encoded = request
            .tokens(Header::ContentEncoding)
            .any(|coding| !coding.eq_ignore_ascii_case(b"identity"));
        let understood =
            !encoded && (request.body().is_empty() || request.has_content_type("application/sdp"));
        if !understood {
            self.refuse_with(request, flow, 415, "body that is not SDP", |builder| {
                builder
                    .header(Header::Accept, |out| {
                        out.text("application/sdp");
                    })
                    .header(Header::AcceptEncoding, |out| {
                        out.text("identity");
                    })
            });
        }
        understood
    }

    fn refuse_busy(
        &mut self,
        request: &Message,
        flow: Flow,
        cause: &'static str,
        retry_after: Duration,
    ) {
        self.refuse_with(request, flow, 503, cause, |builder| {
            builder.header(Header::RetryAfter, |out| {
                out.number(retry_after.as_secs());
            })
        });
    }

    /// Starts the server transaction of an INVITE or re-INVITE: 100 Trying goes out.
    pub(super) fn start_invite_server(
        &mut self,
        now: Duration,
        flow: Flow,
        request: &Message,
        session: SessionId,
    ) -> Option<TransactionId> {
        let key = ServerKey::of(request, &Method::Invite)?;
        let trying = self.response(request, flow, 100, "").finish();
        let mut actions = Vec::new();
        let machine = Machine::InviteServer(InviteServer::start(
            self.setting(flow),
            trying,
            &mut actions,
        ));
        let transaction = Transaction {
            machine,
            flow,
            session: Some(session),
            head: None,
        };
        let id = self
            .transactions
            .add_server(key, MergeKey::of(request), transaction);
        self.perform(now, id, actions);
        Some(id)
    }

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
        let Session {
            stage:
                Stage::Incoming {
                    transaction,
                    invite,
                    dialog,
                },
            trusted,
        } = alive
        else {
            self.sessions.insert(session, alive);
            return;
        };
        let bytes = self
            .session_response(&invite, &dialog, 200)
            .body("application/sdp", &sdp);
        let pending_ok = self.send_ok(now, session, transaction, &invite, bytes);
        let stage = Stage::Established {
            dialog,
            pending_ok,
            reinvite: None,
            acked: false,
            hung_up: None,
        };
        self.sessions.insert(session, Session { stage, trusted });
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
            now.saturating_add(timers.timeout()),
        );
        Some(PendingOk {
            cseq: invite.cseq()?.number,
            flow,
            bytes,
            interval: timers.t1,
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

    /// RFC 3261 §9.2. The CANCEL itself is answered without memory: its INVITE is the memory.
    pub(super) fn receive_cancel(&mut self, now: Duration, flow: Flow, request: &Message) {
        let known =
            ServerKey::of(request, &Method::Invite).and_then(|key| self.transactions.server(&key));
        let Some(id) = known else {
            return self.refuse(request, flow, 481, "CANCEL of nothing");
        };
        let session = self
            .transactions
            .get_mut(id)
            .and_then(|transaction| transaction.session);
        self.answer_statelessly(request, flow, 200, |builder| builder);
        let Some(session) = session else {
            return;
        };
        let reason = request.first(Header::Reason).and_then(Reason::parse);
        match self.sessions.get(&session).map(|alive| &alive.stage) {
            Some(Stage::Incoming { transaction, .. }) if *transaction == id => {
                self.reject(now, session, Refusal::new(487));
                self.event(Event::Cancelled { session, reason });
            }
            Some(Stage::Established {
                reinvite: Some((transaction, _)),
                ..
            }) if *transaction == id => self.reject_reinvite(now, session, 487),
            // Too late: the final answer is out (RFC 3261 §9.2).
            Some(Stage::Incoming { .. } | Stage::Calling { .. } | Stage::Established { .. })
            | None => {}
        }
    }
}
