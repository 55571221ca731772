//! A change of a session by us, RFC 3261 §14.1: hold, resume, another codec; and the refresh of RFC 4028, which is a change
//! that changes nothing.
//!
//! Invariant: at most one request of ours that changes a dialog is out at one time, and none while one of the peer's is
//! open. What meets one of the peer's (491) is tried again, a bounded number of times. Refreshes go by UPDATE where the peer
//! knows it (RFC 4028 §7.4), changes always by re-INVITE, which every phone knows. What is answered stands in `outcome`.

mod outcome;

use super::{
    Endpoint,
    respond::{ALLOW, SUPPORTED_WITHIN},
    session::{Session, Stage},
};
use crate::{
    dialog::Head,
    event::SessionId,
    message::{Builder, Header, Method, NameAddr},
    transaction::{
        TransactionId,
        table::Purpose,
        timer::{Owner, Timer},
    },
};
use bytes::Bytes;
use core::time::Duration;

/// What we want to change, and what of it is under way.
#[derive(Debug, Default)]
pub(super) struct Change {
    pub(super) sent: Option<Sent>,
    /// An SDP offer that waits for its turn.
    offer: Option<Bytes>,
    /// A refresh waits for its turn.
    refresh: bool,
    /// How often the one that is under way was put off.
    tries: u8,
    /// The wait after 491 is on.
    is_waiting: bool,
}

/// A request of ours that has no final answer yet.
#[derive(Debug)]
pub(super) struct Sent {
    /// Of an INVITE.
    pub(super) transaction: Option<TransactionId>,
    /// The SDP offer in it.
    pub(super) offer: Option<Bytes>,
    is_refresh: bool,
}

impl Endpoint {
    /// Changes an answered session by a re-INVITE with this SDP offer. One at a time: a later offer replaces one that
    /// still waits. The outcome is `ReInviteAnswered` or `ReInviteRefused`; 408 and 481 end the session (§12.2.1.2).
    pub fn reinvite(&mut self, now: Duration, session: SessionId, sdp: Bytes) {
        let Some(Session {
            stage: Stage::Established { hung_up: None, .. },
            ours,
            ..
        }) = self.sessions.get_mut(&session)
        else {
            return;
        };
        let change = ours.get_or_insert_default();
        change.offer = Some(sdp);
        self.begin_change(now, session);
    }

    /// RFC 4028 §7.4: the session is due to be refreshed.
    pub(super) fn refresh(&mut self, now: Duration, session: SessionId) {
        if let Some(alive) = self.sessions.get_mut(&session) {
            alive.ours.get_or_insert_default().refresh = true;
            self.begin_change(now, session);
        }
    }

    /// The wait after 491 is over, or what was in the way may be gone.
    pub(super) fn retry_reinvite(&mut self, now: Duration, session: SessionId) {
        if let Some(change) = self.change_of(session) {
            change.is_waiting = false;
        }
        self.begin_change(now, session);
    }

    /// Sends what waits, if its turn has come.
    pub(super) fn begin_change(&mut self, now: Duration, session: SessionId) {
        let Some(alive) = self.sessions.get_mut(&session) else {
            return;
        };
        let is_free = alive.is_free_to_change();
        let Some(change) = alive.ours.as_deref_mut() else {
            return;
        };
        if change.is_waiting || change.sent.is_some() {
            return;
        }
        if change.offer.is_none() && !change.refresh {
            alive.ours = None;
            return;
        }
        if !is_free {
            // Its ACK, an answer of the owner or a new connection is awaited: all of them come within 64*T1 or never.
            let after = self.config.timers.t1.saturating_mul(2);
            return self.set_retry(now, session, after);
        }
        // A change refreshes too (RFC 4028 §7.4).
        let is_refresh = change.offer.is_none();
        change.refresh = false;
        let (offer, by_update) = match change.offer.take() {
            Some(offer) => (Some(offer), false),
            None if alive.skills.update => (None, true),
            None => (alive.media.ours.clone(), false),
        };
        if by_update {
            self.send_update(now, session);
        } else {
            self.send_reinvite(now, session, offer, is_refresh);
        }
    }

    fn send_reinvite(
        &mut self,
        now: Duration,
        session: SessionId,
        offer: Option<Bytes>,
        is_refresh: bool,
    ) {
        let Some(head) = self.next_head(session) else {
            return;
        };
        let builder = self.target_refresh(&head, &Method::Invite, session);
        let request = match &offer {
            Some(sdp) => builder.body("application/sdp", sdp),
            None => builder.finish(),
        };
        let purpose = Purpose::ReInvite(session);
        let id = self.start_client(now, head, &Method::Invite, request, purpose);
        if let Some(change) = self.change_of(session) {
            change.sent = Some(Sent {
                transaction: Some(id),
                offer,
                is_refresh,
            });
        }
    }

    fn send_update(&mut self, now: Duration, session: SessionId) {
        let Some(head) = self.next_head(session) else {
            return;
        };
        let request = self
            .target_refresh(&head, &Method::Update, session)
            .finish();
        if let Some(change) = self.change_of(session) {
            change.sent = Some(Sent {
                transaction: None,
                offer: None,
                is_refresh: true,
            });
        }
        let purpose = Purpose::Update(session);
        self.send_request(now, head, &Method::Update, request, purpose);
    }

    /// What INVITE and UPDATE inside a dialog have in common.
    fn target_refresh(&self, head: &Head, method: &Method, session: SessionId) -> Builder {
        let user = NameAddr::parse(&head.from).and_then(|from| from.uri.user());
        let contact = self.our_contact(head.flow, &user.unwrap_or_default());
        let product = &self.config.product;
        let builder = head
            .start(method)
            .maybe(Header::Contact, contact, |out, contact| {
                out.bracketed(&contact);
            })
            .header(Header::Allow, |out| {
                out.word(ALLOW);
            })
            .header(Header::Supported, |out| {
                out.word(SUPPORTED_WITHIN);
            })
            .header(Header::UserAgent, |out| {
                out.text(product);
            });
        match self.sessions.get(&session) {
            Some(alive) => alive.interval.ask(builder),
            None => builder,
        }
    }

    fn set_retry(&mut self, now: Duration, session: SessionId, wait: Duration) {
        let owner = Owner::Session(session);
        self.timers
            .set(owner, Timer::GlareRetry, now.saturating_add(wait));
    }

    fn change_of(&mut self, session: SessionId) -> Option<&mut Change> {
        self.sessions.get_mut(&session)?.ours.as_deref_mut()
    }

    fn take_sent(&mut self, session: SessionId) -> Option<Sent> {
        self.change_of(session)?.sent.take()
    }

    /// The head of the next request of ours in the dialog of an answered session.
    pub(super) fn next_head(&mut self, session: SessionId) -> Option<Head> {
        let branch = self.branch();
        let flow = self.sessions.get(&session)?.dialog()?.out();
        let sent_by = self.sent_by(flow);
        let dialog = self.sessions.get_mut(&session)?.dialog_mut()?;
        Some(dialog.next_head(sent_by, branch))
    }
}

impl Session {
    /// RFC 3261 §14.1: no re-INVITE while one is open in either direction. A dialog without a connection waits for one.
    fn is_free_to_change(&self) -> bool {
        match &self.stage {
            Stage::Established {
                dialog,
                pending_ok,
                acked,
                hung_up,
            } => {
                *acked
                    && pending_ok.is_none()
                    && hung_up.is_none()
                    && self.theirs.is_none()
                    && !dialog.is_cut
            }
            Stage::Incoming { .. } | Stage::Calling { .. } => false,
        }
    }

    /// An SDP offer of ours is out, and its answer is not here.
    pub(super) fn has_open_offer(&self) -> bool {
        let sent = self.ours.as_deref().and_then(|ours| ours.sent.as_ref());
        sent.is_some_and(|sent| sent.offer.is_some())
    }
}
