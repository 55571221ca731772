//! A change of a session by the peer, RFC 3261 §14.2: hold, resume, another codec.
//!
//! One at a time: a second one gets 500 with Retry-After, one that meets a 2xx of ours without its ACK gets 491.

use super::{
    Endpoint,
    session::{Patience, Session, Stage},
};
use crate::{
    event::{Event, SessionId},
    flow::Flow,
    message::{Header, Message},
    transaction::TransactionId,
};
use bytes::Bytes;
use core::time::Duration;

/// RFC 3261 §14.2: a random time of 0 to 10 s; one value does, as the peers differ in theirs.
const RETRY_AFTER_S: u64 = 2;

impl Endpoint {
    pub(super) fn receive_reinvite(
        &mut self,
        now: Duration,
        flow: Flow,
        request: Message,
        session: SessionId,
    ) {
        let Some(Session {
            stage:
                Stage::Established {
                    pending_ok,
                    reinvite,
                    hung_up,
                    ..
                },
            ..
        }) = self.sessions.get(&session)
        else {
            return self.refuse_reinvite(now, flow, &request, session, 500);
        };
        // RFC 3261 §14.2: one at a time; our own 2xx on its way counts as an INVITE in progress.
        if reinvite.is_some() {
            return self.refuse_reinvite(now, flow, &request, session, 500);
        }
        if pending_ok.is_some() || hung_up.is_some() {
            return self.refuse_reinvite(now, flow, &request, session, 491);
        }
        if !self.is_body_understood(&request, flow) {
            return;
        }
        let Some(transaction) = self.start_invite_server(now, flow, &request, session) else {
            return self.refuse(&request, flow, 400, "malformed INVITE");
        };
        let sdp = request.sdp();
        if let Some(Session {
            stage: Stage::Established {
                reinvite, dialog, ..
            },
            ..
        }) = self.sessions.get_mut(&session)
        {
            dialog.refresh_target(&request);
            *reinvite = Some((transaction, Box::new(request)));
        }
        self.event(Event::ReInvite { session, sdp });
    }

    /// Refuses a re-INVITE that the owner does not get to see.
    fn refuse_reinvite(
        &mut self,
        now: Duration,
        flow: Flow,
        request: &Message,
        session: SessionId,
        status: u16,
    ) {
        let retry = (status == 500).then_some(RETRY_AFTER_S);
        let bytes = self
            .response(request, flow, status, "")
            .maybe(Header::RetryAfter, retry, |out, after| {
                out.number(after);
            })
            .finish();
        if let Some(id) = self.start_invite_server(now, flow, request, session) {
            self.respond_invite(now, id, status, bytes);
        }
    }

    /// Accepts the re-INVITE of [`Event::ReInvite`] with SDP. Does nothing when there is none.
    pub fn accept_reinvite(&mut self, now: Duration, session: SessionId, sdp: Bytes) {
        let Some((transaction, request)) = self.take_reinvite(session) else {
            return;
        };
        let Some(dialog) = self.sessions.get(&session).and_then(Session::dialog) else {
            return;
        };
        let bytes = self
            .session_response(&request, dialog, 200)
            .body("application/sdp", &sdp);
        let patience = Patience::full(&self.config.timers);
        let ok = self.send_ok(now, session, transaction, &request, bytes, patience);
        if let Some(Session {
            stage: Stage::Established { pending_ok, .. },
            ..
        }) = self.sessions.get_mut(&session)
        {
            *pending_ok = ok;
        }
    }

    /// Refuses the re-INVITE of [`Event::ReInvite`]; the session goes on as it was. A status below 400 becomes 488.
    pub fn reject_reinvite(&mut self, now: Duration, session: SessionId, status: u16) {
        let Some((transaction, request)) = self.take_reinvite(session) else {
            return;
        };
        let Some(flow) = self
            .transactions
            .get_mut(transaction)
            .map(|transaction| transaction.flow)
        else {
            return;
        };
        let status = if (400..700).contains(&status) {
            status
        } else {
            488
        };
        let bytes = self.response(&request, flow, status, "").finish();
        self.respond_invite(now, transaction, status, bytes);
    }

    pub(super) fn take_reinvite(
        &mut self,
        session: SessionId,
    ) -> Option<(TransactionId, Box<Message>)> {
        match &mut self.sessions.get_mut(&session)?.stage {
            Stage::Established { reinvite, .. } => reinvite.take(),
            Stage::Incoming { .. } | Stage::Calling { .. } => None,
        }
    }
}
