//! What becomes of a change of ours: taken, refused, put off (RFC 3261 §14.1, RFC 4028 §7.3, §10).

use super::{
    super::Endpoint,
    super::session::{Session, Stage},
    Sent,
};
use crate::{
    dialog::Head,
    event::{EndedBy, Event, SessionId},
    message::{Header, Message},
    transaction::{TransactionId, invite_client::Success, table::Machine},
};
use core::time::Duration;

/// S8: so often a change is tried that the peer puts off (491, 500 with Retry-After). With the waits of RFC 3261 §14.1 two
/// honest sides meet twice once in a hundred times, and ten times never.
const TRIES_MAX: u8 = 10;
/// RFC 3261 §14.2: nobody asks for a longer wait after 500.
const RETRY_AFTER_MAX_S: u32 = 10;

impl Endpoint {
    /// A response to a re-INVITE of ours. The ACK is due even when the session is gone.
    pub(in crate::endpoint) fn reinvite_answered(
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
        let tag = response.to_tag().unwrap_or_default();
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
    pub(in crate::endpoint) fn change_accepted(
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
    pub(in crate::endpoint) fn change_refused(
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
}
