//! How sessions end: by the owner (RFC 3261 §9.1, §15), by their timers.

use super::{
    Endpoint,
    session::{Peer, Progress, Session, Stage},
};
use crate::{
    dialog::Dialog,
    event::{EndedBy, Event, Refusal, SessionId},
    message::{Header, Method},
    reason::Reason,
    transaction::{
        table::Machine,
        timer::{Owner, Timer},
    },
};
use core::time::Duration;

/// How long a BYE waits for the answer to the last NOTIFY of a transfer: a phone that is there answers in far less.
const LAST_WORD: Duration = Duration::from_secs(2);

impl Endpoint {
    /// Ends a session in the way that its state asks for: CANCEL (once a 1xx has come), a refusal, or BYE (once the ACK
    /// has come, and the peer knows the end of a transfer that it asked for). Idempotent; a session that is over is left
    /// alone.
    ///
    /// After it, a call of ours still reports `Refused`, or `Answered { late: true }`; any other session is dead.
    /// A call to us is refused by the cause of a SIP reason, else by 480.
    pub fn hang_up(&mut self, now: Duration, session: SessionId, reason: Option<Reason>) {
        let last_word_due = self.owes_last_word(session);
        let Some(alive) = self.sessions.get_mut(&session) else {
            return self.withdraw_call(session, reason);
        };
        match &mut alive.stage {
            Stage::Incoming { .. } => self.reject(now, session, refusal(reason)),
            Stage::Calling { progress, .. } => match progress {
                Progress::Waiting => *progress = Progress::CancelDue(reason),
                Progress::Proceeding => self.send_cancel(now, session, reason.as_ref()),
                Progress::CancelDue(_) | Progress::Cancelling => {}
            },
            // RFC 3261 §15: the callee sends no BYE before the ACK has come, or cannot come any more.
            Stage::Established {
                acked: false,
                hung_up,
                ..
            } => {
                hung_up.get_or_insert(reason);
            }
            // RFC 3515 §2.4.4: a phone forgets the transfer that it asked for with its call.
            Stage::Established { hung_up, .. } if last_word_due => {
                hung_up.get_or_insert(reason);
                let bound = now.saturating_add(LAST_WORD);
                self.timers
                    .set(Owner::Session(session), Timer::LastWord, bound);
            }
            Stage::Established { .. } => self.bye(now, session, reason.as_ref()),
        }
    }

    /// Sends BYE, if there is a way to, and forgets the session.
    fn bye(&mut self, now: Duration, session: SessionId, reason: Option<&Reason>) {
        let alive = self.sessions.get(&session);
        let dialog = alive.and_then(|alive| self.reachable(alive));
        self.close_session(now, session);
        match dialog {
            Some(dialog) if dialog.is_cut => self.part(now, dialog, reason),
            Some(mut dialog) => self.send_bye(now, &mut dialog, reason),
            None => {}
        }
    }

    pub(super) fn send_bye(&mut self, now: Duration, dialog: &mut Dialog, reason: Option<&Reason>) {
        let (sent_by, branch) = (self.sent_by(dialog.out()), self.branch());
        let product = &self.config.product;
        let head = dialog.next_head(sent_by, branch);
        let bye = head
            .start(&Method::Bye)
            .maybe(Header::Reason, reason, |out, reason| reason.write(out))
            .header(Header::UserAgent, |out| {
                out.text(product);
            })
            .finish();
        self.send_detached(now, head, &Method::Bye, bye);
    }

    /// Forgets an established session; a re-INVITE that waits for the owner gets 487 (RFC 3261 §15.1.2), one of ours is
    /// waited for no longer than any request.
    pub(super) fn close_session(&mut self, now: Duration, session: SessionId) {
        self.reject_reinvite(now, session, 487);
        let ours = self
            .sessions
            .get(&session)
            .and_then(|alive| alive.ours.as_deref());
        if let Some(id) = ours.and_then(|ours| ours.sent.as_ref()?.transaction) {
            self.drive(now, id, |machine, actions| match machine {
                Machine::InviteClient(client) => client.give_up(actions),
                Machine::Client(_) | Machine::InviteServer(_) | Machine::Server(_) => {}
            });
        }
        self.keep_refers(now, session);
        self.forget_session(session);
    }

    /// Removes every trace of a session but its transactions.
    pub(super) fn forget_session(&mut self, session: SessionId) {
        if let Some(gone) = self.sessions.remove(&session) {
            for key in gone.keys() {
                self.dialogs.remove(key);
            }
            // What the peer asked for in an early dialog ends with the INVITE's own answer.
            if let Some(theirs) = &gone.theirs {
                self.forget_transaction(theirs.transaction);
            }
            match gone.peer {
                Peer::Account(_) | Peer::Trunk => {}
                Peer::Stranger(source) => self.strangers.leave(source, gone.is_acked()),
            }
        }
        self.trunks.calls.remove(&session);
        self.timers.cancel_all(&Owner::Session(session));
    }

    pub(super) fn session_timer(&mut self, now: Duration, session: SessionId, timer: Timer) {
        match timer {
            Timer::OkRepeat => self.repeat_ok(now, session),
            Timer::OkTimeout => self.end(now, session, EndedBy::NoAck),
            Timer::LateAnswer | Timer::LastWord => self.end(now, session, EndedBy::Timeout),
            Timer::CancelTimeout => self.give_up(session),
            Timer::TrunkTry => self.try_next_server(now, session),
            Timer::A
            | Timer::B
            | Timer::D
            | Timer::E
            | Timer::F
            | Timer::G
            | Timer::H
            | Timer::I
            | Timer::J
            | Timer::K
            | Timer::L
            | Timer::M
            | Timer::Binding
            | Timer::Probe
            | Timer::TrunkRegister
            | Timer::TrunkProbe
            | Timer::NotifyDue
            | Timer::Subscription => {}
            Timer::SessionRefresh => self.refresh_session(now, session),
            Timer::SessionExpiry => self.end(now, session, EndedBy::SessionExpired),
            Timer::GlareRetry => self.retry_reinvite(now, session),
            Timer::ReliableRepeat | Timer::ReliableTimeout => {
                self.reliable_timer(now, session, timer);
            }
            Timer::RingRepeat => self.ring_again(now, session),
        }
    }

    fn repeat_ok(&mut self, now: Duration, session: SessionId) {
        let Some(Session {
            stage:
                Stage::Established {
                    pending_ok: Some(pending),
                    ..
                },
            ..
        }) = self.sessions.get_mut(&session)
        else {
            return;
        };
        pending.interval = pending
            .interval
            .saturating_mul(2)
            .min(self.config.timers.t2);
        let (flow, bytes, interval) = (pending.flow, pending.bytes.clone(), pending.interval);
        self.counters.retransmissions = self.counters.retransmissions.saturating_add(1);
        let left = pending.repeats_left.map(|left| left.saturating_sub(1));
        pending.repeats_left = left;
        self.transmit(flow, bytes);
        if left != Some(0) {
            self.timers.set(
                Owner::Session(session),
                Timer::OkRepeat,
                now.saturating_add(interval),
            );
        }
    }

    /// BYE by our own decision; news unless the owner has hung up already.
    pub(super) fn end(&mut self, now: Duration, session: SessionId, by: EndedBy) {
        let Some(Session {
            stage: Stage::Established {
                hung_up, dialog, ..
            },
            ..
        }) = self.sessions.get_mut(&session)
        else {
            return;
        };
        let by = if dialog.is_cut { EndedBy::FlowLost } else { by };
        let wish = hung_up.take();
        let is_news = wish.is_none();
        let reason = wish.flatten();
        self.bye(now, session, reason.as_ref());
        if is_news {
            self.event(Event::Ended {
                session,
                by,
                reason: None,
            });
        }
    }

    /// RFC 3261 §9.1: nobody answered the cancelled INVITE within 64*T1.
    fn give_up(&mut self, session: SessionId) {
        if let Some(Session {
            stage: Stage::Calling { transaction, .. },
            ..
        }) = self.sessions.get(&session)
        {
            let transaction = *transaction;
            self.refused_without_answer(session, 408);
            self.forget_transaction(transaction);
        }
    }
}

fn refusal(reason: Option<Reason>) -> Refusal {
    let status = reason
        .as_ref()
        .filter(|reason| reason.protocol.eq_ignore_ascii_case("SIP"))
        .and_then(|reason| u16::try_from(reason.cause?).ok())
        .filter(|status| (400..700).contains(status));
    Refusal {
        reason,
        ..Refusal::new(status.unwrap_or(480))
    }
}
