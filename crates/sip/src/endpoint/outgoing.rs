//! Calls of ours, RFC 3261 §13.2: INVITE to a registered contact, and what is answered.
//!
//! Challenges from a phone are never answered (advisory 35), redirections never followed: both are refusals.

use super::{
    Endpoint,
    respond::ALLOW,
    session::{Progress, Session, Stage},
};
use crate::{
    dialog::{Dialog, Head},
    event::{Event, ExtraHeader, Identity, OutgoingInvite, Priority, SessionId},
    message::{Builder, Header, Message, Method, Uri, Value},
    reason::Reason,
    transaction::{
        TransactionId,
        invite_client::{InviteClient, Success},
        key::ClientKey,
        table::{Machine, Transaction},
        timer::{Owner, Timer},
    },
};
use core::time::Duration;

/// R11: the owner hangs up a late answer himself; if he does not, we do.
const LATE_ANSWER: Duration = Duration::from_secs(5);

impl Endpoint {
    /// Calls a contact. An INVITE that cannot be written (no SDP, a name that is no URI) is refused by 500 at once.
    pub fn invite(&mut self, now: Duration, invite: OutgoingInvite) -> SessionId {
        let session = self.issue_session();
        let tag = self.random.name();
        let head = self
            .invite_head(&invite, &tag)
            .filter(|_| !invite.sdp.is_empty());
        let Some(head) = head else {
            self.event(Event::Refused {
                session,
                status: 500,
                reason: None,
                retry_after_s: None,
            });
            return session;
        };
        let request = self.write_invite(&head, &invite);
        let flow = head.flow;
        let mut actions = Vec::new();
        let machine = Machine::InviteClient(InviteClient::start(
            self.setting(flow),
            request,
            &mut actions,
        ));
        let key = ClientKey::new(&head.branch, &Method::Invite);
        let transaction = Transaction {
            machine,
            flow,
            session: Some(session),
            head: Some(Box::new(head)),
        };
        let transaction = self.transactions.add_client(key, transaction);
        let stage = Stage::Calling {
            transaction,
            flow,
            progress: Progress::Waiting,
        };
        self.sessions.insert(
            session,
            Session {
                stage,
                trusted: true,
            },
        );
        self.perform(now, transaction, actions);
        session
    }

    fn invite_head(&mut self, invite: &OutgoingInvite, tag: &str) -> Option<Head> {
        let flow = invite.binding.flow;
        let from = self.identity_uri(&invite.from)?;
        let to = Uri::sip(&invite.to_user, &self.config.domain).ok()?;
        let call_id = self.random.name();
        Some(Head {
            uri: invite.binding.contact.clone(),
            sent_by: self.sent_by(flow),
            branch: self.branch(),
            routes: Vec::new(),
            from: Value::collect(|out| {
                out.name_addr(invite.from.display.as_deref(), &from)
                    .param("tag", tag);
            }),
            to: Value::collect(|out| {
                out.bracketed(&to);
            }),
            call_id: call_id.into_bytes(),
            cseq: 1,
            flow,
        })
    }

    fn identity_uri(&self, identity: &Identity) -> Option<Uri> {
        Uri::sip(&identity.user, &self.config.domain).ok()
    }

    /// A branch that is unique over space and time (RFC 3261 §8.1.1.7).
    pub(super) fn branch(&mut self) -> String {
        format!(
            "{}{}",
            crate::message::via::MAGIC_COOKIE,
            self.random.name()
        )
    }

    fn write_invite(&self, head: &Head, invite: &OutgoingInvite) -> bytes::Bytes {
        let user = Some(invite.from.user.as_str()).filter(|user| !user.is_empty());
        let contact = self.our_contact(head.flow, user.unwrap_or("anonymous"));
        let product = &self.config.product;
        let mut builder = head
            .start(&Method::Invite)
            .maybe(Header::Contact, contact, |out, contact| {
                out.bracketed(&contact);
            })
            .header(Header::Allow, |out| {
                out.text(ALLOW);
            })
            .header(Header::UserAgent, |out| {
                out.text(product);
            });
        for extra in &invite.headers {
            builder = self.write_extra(builder, extra);
        }
        builder.body("application/sdp", &invite.sdp)
    }

    fn write_extra(&self, builder: Builder, extra: &ExtraHeader) -> Builder {
        match extra {
            ExtraHeader::AlertInfo(alert) => builder.header(Header::AlertInfo, |out| {
                out.bracketed(&alert.uri);
                if let Some(info) = &alert.info {
                    out.param("info", info);
                }
            }),
            ExtraHeader::Priority(priority) => builder.header(Header::Priority, |out| {
                out.text(match priority {
                    Priority::Emergency => "emergency",
                    Priority::Urgent => "urgent",
                    Priority::Normal => "normal",
                    Priority::NonUrgent => "non-urgent",
                });
            }),
            ExtraHeader::CallInfo { uri, purpose } => builder.header(Header::CallInfo, |out| {
                out.bracketed(uri).param("purpose", purpose);
            }),
            ExtraHeader::Subject(text) => builder.header(Header::Subject, |out| {
                out.text(text);
            }),
            ExtraHeader::AssertedIdentity(identity) => builder.maybe(
                Header::PAssertedIdentity,
                self.identity_uri(identity),
                |out, uri| {
                    out.name_addr(identity.display.as_deref(), &uri);
                },
            ),
        }
    }

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
        let (session, head) = (transaction.session, transaction.head.clone());
        let Some(head) = head else {
            return;
        };
        match status {
            0..=199 => {
                let passed = self.drive(now, id, |machine, actions| match machine {
                    Machine::InviteClient(client) => client.provisional(actions),
                    Machine::Client(_) | Machine::InviteServer(_) | Machine::Server(_) => false,
                });
                if passed == Some(true) {
                    self.provisional(now, session, response, status);
                }
            }
            200..=299 => self.success(now, id, session, &head, response),
            300.. => {
                let passed = self.drive(now, id, |machine, actions| match machine {
                    Machine::InviteClient(client) => {
                        client.failure(|| head.ack_of_refusal(response), actions)
                    }
                    Machine::Client(_) | Machine::InviteServer(_) | Machine::Server(_) => false,
                });
                if passed == Some(true) {
                    self.refused(session, response, status);
                }
            }
        }
    }

    fn provisional(
        &mut self,
        now: Duration,
        session: Option<SessionId>,
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
                if status > 100 {
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
        let tag = response.to().and_then(|to| to.tag()).unwrap_or_default();
        let outcome = self.drive(now, id, |machine, actions| match machine {
            Machine::InviteClient(client) => client.success(tag, actions),
            Machine::Client(_) | Machine::InviteServer(_) | Machine::Server(_) => Success::Ignored,
        });
        let local_tag = crate::message::NameAddr::parse(&head.from)
            .and_then(|from| from.tag())
            .map(|tag| String::from_utf8_lossy(tag).into_owned());
        let dialog = local_tag.and_then(|local_tag| Dialog::of_answer(head, &local_tag, response));
        let Some(mut dialog) = dialog else {
            return;
        };
        match outcome {
            Some(Success::First | Success::Fork) => {
                let (sent_by, branch) = (self.sent_by(head.flow), self.branch());
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
            _ => self.send_bye(now, &mut dialog, None),
        }
    }

    fn answered(&mut self, now: Duration, session: SessionId, dialog: Dialog, response: &Message) {
        let Some(alive) = self.sessions.get_mut(&session) else {
            return;
        };
        let late = match &alive.stage {
            Stage::Calling { progress, .. } => match progress {
                Progress::Waiting | Progress::Proceeding => false,
                Progress::CancelDue(_) | Progress::Cancelling => true,
            },
            Stage::Incoming { .. } | Stage::Established { .. } => return,
        };
        self.dialogs.insert(dialog.key.clone(), session);
        alive.stage = Stage::Established {
            dialog: Box::new(dialog),
            pending_ok: None,
            reinvite: None,
            acked: true,
            hung_up: None,
        };
        let owner = Owner::Session(session);
        self.timers.cancel(&owner, Timer::CancelTimeout);
        if late {
            self.timers
                .set(owner, Timer::LateAnswer, now.saturating_add(LATE_ANSWER));
        }
        let sdp = response.sdp();
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
            reason: response.first(Header::Reason).and_then(Reason::parse),
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

    /// RFC 3261 §9.1: the head of the INVITE with another method, in a transaction of its own.
    pub(super) fn send_cancel(
        &mut self,
        now: Duration,
        session: SessionId,
        reason: Option<&Reason>,
    ) {
        let Some(Session {
            stage:
                Stage::Calling {
                    transaction,
                    progress,
                    ..
                },
            ..
        }) = self.sessions.get_mut(&session)
        else {
            return;
        };
        *progress = Progress::Cancelling;
        let id = *transaction;
        let Some(head) = self
            .transactions
            .get_mut(id)
            .and_then(|transaction| transaction.head.clone())
        else {
            return;
        };
        let cancel = head
            .start(&Method::Cancel)
            .maybe(Header::Reason, reason, |out, reason| reason.write(out))
            .finish();
        self.send_detached(now, head.flow, &head.branch, &Method::Cancel, cancel);
        let at = now.saturating_add(self.config.timers.timeout());
        self.timers
            .set(Owner::Session(session), Timer::CancelTimeout, at);
    }
}
