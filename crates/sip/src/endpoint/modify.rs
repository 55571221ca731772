//! A change of a session by us, RFC 3261 §14.1: hold, resume, another codec; and the refresh of RFC 4028, which is a change
//! that changes nothing.
//!
//! Invariant: at most one request of ours that changes a dialog is out at one time, and none while one of the peer's is
//! open. What meets one of the peer's (491) is tried again, a bounded number of times. Refreshes go by UPDATE where the peer
//! knows it (RFC 4028 §7.4), changes always by re-INVITE, which every phone knows.

use super::{
    Endpoint,
    respond::{ALLOW, SUPPORTED_WITHIN},
    session::{Session, Stage},
};
use crate::{
    dialog::Head,
    event::{EndedBy, Event, SessionId},
    message::{Builder, Header, Message, Method, NameAddr},
    transaction::{
        TransactionId,
        invite_client::Success,
        table::{Machine, Purpose},
        timer::{Owner, Timer},
    },
};
use bytes::Bytes;
use core::time::Duration;

/// S8: so often a change is tried that the peer puts off (491, 500 with Retry-After). With the waits of RFC 3261 §14.1 two
/// honest sides meet twice once in a hundred times, and ten times never.
const TRIES_MAX: u8 = 10;
/// RFC 3261 §14.2: nobody asks for a longer wait after 500.
const RETRY_AFTER_MAX_S: u32 = 10;

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
                out.text(ALLOW);
            })
            .header(Header::Supported, |out| {
                out.text(SUPPORTED_WITHIN);
            })
            .header(Header::UserAgent, |out| {
                out.text(product);
            });
        match self.sessions.get(&session) {
            Some(alive) => alive.interval.ask(builder),
            None => builder,
        }
    }

    /// A response to a re-INVITE of ours. The ACK is due even when the session is gone.
    pub(super) fn reinvite_answered(
        &mut self,
        now: Duration,
        id: TransactionId,
        session: SessionId,
        response: &Message,
        status: u16,
    ) {
        let transaction = self.transactions.get_mut(id);
        let Some(head) = transaction.and_then(|transaction| transaction.head.clone()) else {
            return;
        };
        match status {
            0..=199 => {
                self.drive(now, id, |machine, actions| match machine {
                    Machine::InviteClient(client) => client.provisional(actions),
                    Machine::Client(_) | Machine::InviteServer(_) | Machine::Server(_) => false,
                });
            }
            200..=299 => {
                if self.acknowledge_reinvite(now, id, &head, response) {
                    self.change_accepted(now, session, response);
                }
            }
            300.. => {
                let passed = self.drive(now, id, |machine, actions| match machine {
                    Machine::InviteClient(client) => {
                        client.failure(|| head.ack_of_refusal(response), actions)
                    }
                    Machine::Client(_) | Machine::InviteServer(_) | Machine::Server(_) => false,
                });
                if passed == Some(true) {
                    self.change_refused(now, session, Some(response), status);
                }
            }
        }
    }

    /// RFC 3261 §13.2.2.4: ACK to a 2xx, again for each repeat; true for the first.
    fn acknowledge_reinvite(
        &mut self,
        now: Duration,
        id: TransactionId,
        head: &Head,
        response: &Message,
    ) -> bool {
        let tag = response.to().and_then(|to| to.tag()).unwrap_or_default();
        let branch = self.branch();
        let outcome = self.drive(now, id, |machine, actions| match machine {
            Machine::InviteClient(client) => {
                let outcome = client.success(tag, actions);
                if outcome == Success::First {
                    client.acknowledge(tag, head.ack_of_success(response, branch), actions);
                }
                outcome
            }
            Machine::Client(_) | Machine::InviteServer(_) | Machine::Server(_) => Success::Ignored,
        });
        outcome == Some(Success::First)
    }

    /// A re-INVITE or UPDATE of ours was accepted.
    pub(super) fn change_accepted(
        &mut self,
        now: Duration,
        session: SessionId,
        response: &Message,
    ) {
        let Some(sent) = self.take_sent(session) else {
            return;
        };
        let granted = self.granted_interval(response);
        let Some(alive) = self.sessions.get_mut(&session) else {
            return;
        };
        if let Some(change) = alive.ours.as_deref_mut() {
            change.tries = 0;
        }
        if let Stage::Established { dialog, .. } = &mut alive.stage {
            dialog.refresh_target(response);
        }
        alive.skills.learn(response);
        alive.interval = granted;
        if sent.offer.is_some() {
            alive.media.ours = sent.offer;
        }
        let sdp = response.sdp();
        let is_other = alive.media.hear(sdp.as_ref());
        self.restart_interval(now, session);
        if !sent.is_refresh || is_other {
            self.event(Event::ReInviteAnswered { session, sdp });
        }
        self.begin_change(now, session);
    }

    /// A re-INVITE or UPDATE of ours was refused, or came to nothing: silence is a 408 (RFC 3261 §14.1).
    pub(super) fn change_refused(
        &mut self,
        now: Duration,
        session: SessionId,
        response: Option<&Message>,
        status: u16,
    ) {
        let Some(sent) = self.take_sent(session) else {
            return;
        };
        let retry_after_s = response.and_then(|response| response.number(Header::RetryAfter));
        match status {
            // RFC 3261 §12.2.1.2, RFC 4028 §10.
            408 | 481 => self.end(now, session, EndedBy::SessionExpired),
            491 => {
                let wait = self.glare_wait(session);
                self.put_off(now, session, sent, status, wait);
            }
            500 if retry_after_s.is_some_and(|after| after <= RETRY_AFTER_MAX_S) => {
                let wait = Duration::from_secs(u64::from(retry_after_s.unwrap_or_default()));
                self.put_off(now, session, sent, status, wait);
            }
            422 if self.raise_interval(session, response) => {
                self.put_off(now, session, sent, status, Duration::ZERO);
            }
            // Its Allow said more than it does: the re-INVITE is what everybody knows.
            405 | 501 if sent.transaction.is_none() => {
                if let Some(alive) = self.sessions.get_mut(&session) {
                    alive.skills.update = false;
                }
                self.put_off(now, session, sent, status, Duration::ZERO);
            }
            _ => self.give_change_up(now, session, &sent, status),
        }
    }

    fn put_off(
        &mut self,
        now: Duration,
        session: SessionId,
        sent: Sent,
        status: u16,
        wait: Duration,
    ) {
        let Some(change) = self.change_of(session) else {
            return;
        };
        change.tries = change.tries.saturating_add(1);
        if change.tries >= TRIES_MAX {
            return self.give_change_up(now, session, &sent, status);
        }
        if sent.is_refresh {
            change.refresh = true;
        } else if change.offer.is_none() {
            change.offer = sent.offer;
        }
        change.is_waiting = true;
        self.set_retry(now, session, wait);
    }

    fn give_change_up(&mut self, now: Duration, session: SessionId, sent: &Sent, status: u16) {
        let Some(change) = self.change_of(session) else {
            return;
        };
        change.tries = 0;
        // The outcome of the offer that waits is what the owner wants to know.
        let is_replaced = change.offer.is_some();
        if sent.is_refresh {
            self.refresh_refused(now, session);
        } else if !is_replaced {
            self.event(Event::ReInviteRefused { session, status });
        }
        self.begin_change(now, session);
    }

    /// RFC 3261 §14.1: who owns the Call-ID waits 2.1 to 4 s, the other up to 2 s, in steps of 10 ms.
    fn glare_wait(&mut self, session: SessionId) -> Duration {
        let dialog = self.sessions.get(&session).and_then(Session::dialog);
        let ms = if dialog.is_some_and(|dialog| dialog.is_caller) {
            self.random
                .below(191)
                .saturating_mul(10)
                .saturating_add(2_100)
        } else {
            self.random.below(201).saturating_mul(10)
        };
        Duration::from_millis(ms)
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
