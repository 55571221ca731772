//! What is answered to our INVITE, RFC 3261 §13.2.2: ringing, an answer, a refusal, silence.
//!
//! Challenges from a phone are never answered (advisory 35), redirections never followed: both are refusals.

use super::{
    Endpoint,
    session::{Progress, Session, Stage},
};
use crate::{
    dialog::{Dialog, Head},
    event::{Event, SessionId},
    message::{Header, Message, Method},
    reason::Reason,
    transaction::{
        TransactionId,
        invite_client::Success,
        table::{Machine, Purpose},
        timer::{Owner, Timer},
    },
};
use core::time::Duration;

/// R11: the owner hangs up a late answer himself; if he does not, we do.
const LATE_ANSWER: Duration = Duration::from_secs(5);

impl Endpoint {
    /// A response to an INVITE of ours.
    pub(super) fn invite_answered(
        &mut self,
        now: Duration,
        id: TransactionId,
        response: &Message,
        status: u16,
    ) {
        let Some(transaction) = self.transactions.get_mut(id) else {
            return;
        };
        if let Purpose::ReInvite(session) = transaction.purpose {
            return self.reinvite_answered(now, id, session, response, status);
        }
        let is_abandoned = transaction.purpose == Purpose::Abandoned;
        let (session, head) = (transaction.purpose.session(), transaction.head.clone());
        let Some(head) = head else {
            return;
        };
        if let Some(session) = session {
            self.server_spoke(session);
        }
        match status {
            0..=199 => {
                let passed = self.drive(now, id, |machine, actions| match machine {
                    Machine::InviteClient(client) => client.provisional(actions),
                    Machine::Client(_) | Machine::InviteServer(_) | Machine::Server(_) => false,
                });
                if passed == Some(true) && is_abandoned {
                    self.cancel_abandoned(now, id, &head);
                } else if passed == Some(true) {
                    self.provisional(now, session, &head, response, status);
                }
            }
            200..=299 => self.success(now, id, session, &head, response),
            300.. if self.calls_with_more_time(now, id, &head, response) => {}
            300.. => {
                let passed = self.drive(now, id, |machine, actions| match machine {
                    Machine::InviteClient(client) => {
                        client.failure(|| head.ack_of_refusal(response), actions)
                    }
                    Machine::Client(_) | Machine::InviteServer(_) | Machine::Server(_) => false,
                });
                if passed == Some(true) && !self.is_tried_elsewhere(now, session, status) {
                    self.refused(session, response, status);
                }
            }
        }
    }

    fn provisional(
        &mut self,
        now: Duration,
        session: Option<SessionId>,
        head: &Head,
        response: &Message,
        status: u16,
    ) {
        let alive = session.and_then(|id| Some((id, self.sessions.get_mut(&id)?)));
        let Some((
            id,
            Session {
                stage: Stage::Calling { progress, .. },
                ..
            },
        )) = alive
        else {
            return;
        };
        match progress {
            Progress::Waiting | Progress::Proceeding => {
                *progress = Progress::Proceeding;
                if status > 100 && self.note_early(now, id, head, response) {
                    let sdp = response.sdp();
                    self.event(Event::Ringing {
                        session: id,
                        status,
                        sdp,
                    });
                }
            }
            Progress::CancelDue(reason) => {
                let reason = reason.take();
                self.send_cancel(now, id, reason.as_ref());
            }
            Progress::Cancelling => {}
        }
    }

    fn success(
        &mut self,
        now: Duration,
        id: TransactionId,
        session: Option<SessionId>,
        head: &Head,
        response: &Message,
    ) {
        let tag = response.to_tag().unwrap_or_default();
        let outcome = self.drive(now, id, |machine, actions| match machine {
            Machine::InviteClient(client) => client.success(tag, actions),
            Machine::Client(_) | Machine::InviteServer(_) | Machine::Server(_) => Success::Ignored,
        });
        let local_tag = head.local_tag();
        let dialog = local_tag.and_then(|local_tag| Dialog::of_answer(head, local_tag, response));
        let Some(mut dialog) = dialog else {
            return;
        };
        self.aim(&mut dialog);
        match outcome {
            Some(Success::First | Success::Fork) => {
                if let Some(transaction) = self.transactions.get_mut(id) {
                    transaction.flow = dialog.out();
                }
                let (sent_by, branch) = (self.sent_by(dialog.out()), self.branch());
                let ack = dialog.head(sent_by, branch).start(&Method::Ack).finish();
                self.drive(now, id, |machine, actions| match machine {
                    Machine::InviteClient(client) => client.acknowledge(tag, ack, actions),
                    Machine::Client(_) | Machine::InviteServer(_) | Machine::Server(_) => {}
                });
            }
            Some(Success::Repeat | Success::Ignored) | None => return,
        }
        let alive = session.filter(|id| self.sessions.contains_key(id));
        match (outcome, alive) {
            (Some(Success::First), Some(session)) => self.answered(now, session, dialog, response),
            // RFC 3261 §13.2.2.4: a fork that was not chosen, or a call that is gone.
            _ => {
                dialog.leap();
                self.send_bye(now, &mut dialog, None);
            }
        }
    }

    fn answered(
        &mut self,
        now: Duration,
        session: SessionId,
        mut dialog: Dialog,
        response: &Message,
    ) {
        let granted = self.granted_interval(response);
        let Some(alive) = self.sessions.get_mut(&session) else {
            return;
        };
        let Stage::Calling {
            progress, early, ..
        } = &mut alive.stage
        else {
            return;
        };
        let late = match progress {
            Progress::Waiting | Progress::Proceeding => false,
            Progress::CancelDue(_) | Progress::Cancelling => true,
        };
        // RFC 3261 §13.2.1: the first SDP is the answer, be it that of a reliable 1xx. RFC 3311: an UPDATE since then has agreed
        // on something else, which stands.
        let mut sdp = response.sdp();
        for early in early.drain(..) {
            self.dialogs.remove(&early.dialog.key);
            if early.dialog.key == dialog.key {
                dialog.succeed(&early.dialog);
                sdp = early.answer.or(sdp).filter(|_| !early.is_changed);
            }
        }
        self.trunks.calls.remove(&session);
        self.dialogs.insert(dialog.key.clone(), session);
        alive.skills.learn(response);
        alive.media.hear(sdp.as_ref());
        alive.interval = granted;
        alive.stage = Stage::Established {
            dialog: Box::new(dialog),
            pending_ok: None,
            acked: true,
            hung_up: None,
        };
        let owner = Owner::Session(session);
        self.timers.cancel(&owner, Timer::CancelTimeout);
        if late {
            self.timers
                .set(owner, Timer::LateAnswer, now.saturating_add(LATE_ANSWER));
        }
        self.restart_interval(now, session);
        self.event(Event::Answered { session, sdp, late });
    }

    fn refused(&mut self, session: Option<SessionId>, response: &Message, status: u16) {
        let Some(session) = session.filter(|id| self.sessions.contains_key(id)) else {
            return;
        };
        self.forget_session(session);
        self.event(Event::Refused {
            session,
            status,
            reason: Reason::of_refusal(response),
            retry_after_s: response.number(Header::RetryAfter),
        });
    }

    /// Our INVITE came to nothing: 408 (timer B, a CANCEL without an answer) or 503 (lost flow).
    pub(super) fn refused_without_answer(&mut self, session: SessionId, status: u16) {
        if !matches!(
            self.sessions.get(&session),
            Some(Session {
                stage: Stage::Calling { .. },
                ..
            })
        ) {
            return;
        }
        self.forget_session(session);
        self.event(Event::Refused {
            session,
            status,
            reason: None,
            retry_after_s: None,
        });
    }
}
