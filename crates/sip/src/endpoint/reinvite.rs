//! A change of a session by the peer, RFC 3261 §14.2: hold, resume, another codec.
//!
//! One at a time: a second one gets 500 with Retry-After, one that meets an INVITE of ours, or a 2xx of ours without its
//! ACK, gets 491.

use super::{
    Endpoint,
    admit::{has_strange_body, write_accepted},
    session::{Patience, Session, Stage, Theirs},
    session_timer::write_min_se,
};
use crate::{
    dialog::DialogKey,
    event::{Event, SessionId},
    flow::Flow,
    message::{Builder, Header, Message, Method},
    transaction::TransactionId,
};
use bytes::Bytes;
use core::time::Duration;

/// RFC 3261 §14.2: a random time of 0 to 10 s; one value does, as the peers differ in theirs.
pub(super) const RETRY_AFTER_S: u64 = 2;

impl Endpoint {
    pub(super) fn receive_reinvite(
        &mut self,
        now: Duration,
        flow: Flow,
        request: Message,
        session: SessionId,
    ) {
        let alive = self.sessions.get(&session);
        if let Some(status) = alive.map_or(Some(481), Session::invite_conflict) {
            let retry = (status == 500).then_some(RETRY_AFTER_S);
            return self.refuse_reinvite(now, flow, &request, session, status, |builder| {
                builder.maybe(Header::RetryAfter, retry, |out, after| {
                    out.number(after);
                })
            });
        }
        if has_strange_body(&request) {
            return self.refuse_reinvite(now, flow, &request, session, 415, write_accepted);
        }
        let interval = match self.asked_interval(&request) {
            Ok(interval) => interval,
            Err(least_s) => {
                return self.refuse_reinvite(now, flow, &request, session, 422, |builder| {
                    write_min_se(builder, least_s)
                });
            }
        };
        let Some(transaction) = self.start_invite_server(flow, &request, session) else {
            return self.refuse(&request, flow, 400, "malformed INVITE");
        };
        let trying = self.response(&request, flow, 100, "").finish();
        self.respond_invite(now, transaction, 100, trying);
        let sdp = request.sdp();
        if let Some(alive) = self.sessions.get_mut(&session) {
            alive.skills.learn(&request);
            alive.theirs = Some(Theirs {
                transaction,
                request: Box::new(request),
                interval: Some(interval),
            });
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
        extra: impl FnOnce(Builder) -> Builder,
    ) {
        let bytes = extra(self.response(request, flow, status, "")).finish();
        if let Some(id) = self.start_invite_server(flow, request, session) {
            self.respond_invite(now, id, status, bytes);
        }
    }

    /// Accepts the change of [`Event::ReInvite`] with SDP. Does nothing when there is none.
    pub fn accept_reinvite(&mut self, now: Duration, session: SessionId, sdp: Bytes) {
        let Some((theirs, flow)) = self.take_theirs(session) else {
            return;
        };
        let request = &theirs.request;
        let builder = self.session_response(request, flow, "", 200);
        let Some(alive) = self.sessions.get_mut(&session) else {
            return;
        };
        if let Some(key) = DialogKey::of_request(request) {
            if let Some(dialog) = alive.dialog_at(&key) {
                dialog.refresh_target(request);
            }
            alive.has_changed(&key);
        }
        let offer = request.sdp();
        alive.media.hear(offer.as_ref());
        alive.media.ours = Some(sdp.clone());
        let is_invite = request.method() == Some(&Method::Invite);
        let is_answered = alive.is_answered();
        // RFC 4028 §9: the 2xx settles the interval, and who refreshes.
        let builder = match theirs.interval {
            Some(interval) => {
                if is_answered {
                    alive.interval = interval;
                }
                interval.grant(builder)
            }
            None => builder,
        };
        let bytes = builder.body("application/sdp", &sdp);
        if is_invite {
            let patience = Patience::full(&self.config.timers);
            let said = (&**request, offer.is_none());
            let ok = self.send_ok(now, session, theirs.transaction, said, bytes, patience);
            if let Some(Session {
                stage: Stage::Established { pending_ok, .. },
                ..
            }) = self.sessions.get_mut(&session)
            {
                *pending_ok = ok;
            }
        } else {
            self.respond_pending(now, theirs.transaction, bytes);
        }
        if theirs.interval.is_some() && is_answered {
            self.restart_interval(now, session);
        }
    }

    /// Refuses the change of [`Event::ReInvite`]; the session goes on as it was. A status below 400 becomes 488.
    pub fn reject_reinvite(&mut self, now: Duration, session: SessionId, status: u16) {
        let Some((theirs, flow)) = self.take_theirs(session) else {
            return;
        };
        let status = if (400..700).contains(&status) {
            status
        } else {
            488
        };
        let bytes = self.response(&theirs.request, flow, status, "").finish();
        if theirs.request.method() == Some(&Method::Invite) {
            self.respond_invite(now, theirs.transaction, status, bytes);
        } else {
            self.respond_pending(now, theirs.transaction, bytes);
        }
    }

    /// The change that waits for the owner, and the flow of its answer. One whose connection is gone is forgotten.
    fn take_theirs(&mut self, session: SessionId) -> Option<(Theirs, Flow)> {
        let theirs = self.sessions.get_mut(&session)?.theirs.take()?;
        let flow = self.flow_of(theirs.transaction)?;
        Some((theirs, flow))
    }

    pub(super) fn flow_of(&mut self, transaction: TransactionId) -> Option<Flow> {
        Some(self.transactions.get_mut(transaction)?.flow)
    }

    /// The peer's re-INVITE of that transaction still waits for the owner.
    pub(super) fn is_theirs(&self, session: SessionId, transaction: TransactionId) -> bool {
        let theirs = self
            .sessions
            .get(&session)
            .and_then(|alive| alive.theirs.as_ref());
        theirs.is_some_and(|theirs| theirs.transaction == transaction)
    }
}

impl Session {
    /// RFC 3261 §14.2: why a re-INVITE cannot be taken.
    fn invite_conflict(&self) -> Option<u16> {
        match &self.stage {
            Stage::Established {
                pending_ok,
                hung_up,
                ..
            } => {
                let ours = self.ours.as_deref().and_then(|ours| ours.sent.as_ref());
                let our_invite = ours.is_some_and(|sent| sent.transaction.is_some());
                if self.theirs.is_some() {
                    Some(500)
                } else if our_invite || pending_ok.is_some() || hung_up.is_some() {
                    // Our own 2xx on its way counts as an INVITE in progress.
                    Some(491)
                } else {
                    None
                }
            }
            Stage::Incoming { .. } => Some(500),
            Stage::Calling { .. } => Some(491),
        }
    }
}
