//! Calls of ours, RFC 3261 §13.2.1: INVITE to a registered contact, and the CANCEL of any (§9.1). Calls by a trunk go on in
//! `trunk_calls`.

use super::{
    Endpoint,
    respond::{ALLOW, SUPPORTED},
    session::{Peer, Progress, Session, Stage},
    session_timer::Interval,
};
use crate::{
    dialog::Head,
    event::{Destination, Event, ExtraHeader, Identity, OutgoingInvite, Priority, SessionId},
    message::{Builder, Header, Method, Uri, Value, via::MAGIC_COOKIE},
    reason::Reason,
    transaction::{
        table::Purpose,
        timer::{Owner, Timer},
    },
};
use bytes::Bytes;
use core::time::Duration;
use std::sync::Arc;

impl Endpoint {
    /// Calls a contact, or a number by a trunk. An INVITE that cannot be written (no SDP, a name that is no URI, a trunk that
    /// nobody knows) is refused by 500 at once.
    pub fn invite(&mut self, now: Duration, invite: OutgoingInvite) -> SessionId {
        let session = self.issue_session();
        let trunk = match &invite.destination {
            Destination::Contact(_) => None,
            Destination::Trunk(trunk) => Some(trunk.clone()),
        };
        match trunk {
            _ if invite.sdp.is_empty() => self.refuse_unwritten(session),
            Some(trunk) => self.invite_by_trunk(now, session, trunk, invite),
            None => self.invite_contact(now, session, &invite),
        }
        session
    }

    pub(super) fn refuse_unwritten(&mut self, session: SessionId) {
        self.event(Event::Refused {
            session,
            status: 500,
            reason: None,
            retry_after_s: None,
        });
    }

    fn invite_contact(&mut self, now: Duration, session: SessionId, invite: &OutgoingInvite) {
        let tag = self.random.name();
        let Some(head) = self.invite_head(invite, &tag) else {
            return self.refuse_unwritten(session);
        };
        let request = self.write_invite(&head, invite);
        let flow = head.flow;
        let purpose = Purpose::Invite(session);
        let transaction = self.start_client(now, head, &Method::Invite, request, purpose);
        let stage = Stage::Calling {
            transaction,
            flow,
            progress: Progress::Waiting,
            early: Vec::new(),
        };
        let peer = Peer::Account(invite.to_user.as_str().into());
        self.insert_call(session, stage, peer, &invite.sdp);
    }

    fn invite_head(&mut self, invite: &OutgoingInvite, tag: &str) -> Option<Head> {
        let binding = match &invite.destination {
            Destination::Contact(binding) => binding,
            Destination::Trunk(_) => return None,
        };
        let flow = binding.flow;
        let from = self.identity_uri(&invite.from)?;
        let to = Uri::sip(&invite.to_user, &self.config.domain).ok()?;
        let call_id = self.random.name();
        Some(Head {
            uri: binding.contact.clone(),
            sent_by: self.sent_by(flow),
            branch: self.branch(),
            routes: binding.path.clone(),
            from: Value::collect(|out| {
                out.name_addr(invite.from.display.as_deref(), &from)
                    .param("tag", tag);
            }),
            to: Value::collect(|out| {
                out.bracketed(&to);
            }),
            call_id: call_id.into_bytes(),
            cseq: 1,
            hops_left: invite.hops_left,
            flow,
            trunk: None,
        })
    }

    fn identity_uri(&self, identity: &Identity) -> Option<Uri> {
        Uri::sip(&identity.user, &self.config.domain).ok()
    }

    /// A branch that is unique over space and time (RFC 3261 §8.1.1.7).
    pub(super) fn branch(&mut self) -> String {
        self.random.name_after(MAGIC_COOKIE)
    }

    fn write_invite(&self, head: &Head, invite: &OutgoingInvite) -> bytes::Bytes {
        let user = Some(invite.from.user.as_str()).filter(|user| !user.is_empty());
        let mut builder = self.start_invite(head, user.unwrap_or("anonymous"));
        for extra in &invite.headers {
            builder = self.write_extra(builder, extra);
        }
        builder.body("application/sdp", &invite.sdp)
    }

    /// What every INVITE of ours has.
    pub(super) fn start_invite(&self, head: &Head, contact_user: &str) -> Builder {
        let contact = self.our_contact(head.flow, contact_user);
        let product = &self.config.product;
        let builder = head
            .start(&Method::Invite)
            .maybe(Header::Contact, contact, |out, contact| {
                out.bracketed(&contact);
            })
            .header(Header::Allow, |out| {
                out.word(ALLOW);
            })
            .header(Header::Supported, |out| {
                out.word(SUPPORTED);
            })
            .header(Header::UserAgent, |out| {
                out.text(product);
            });
        Interval::wished(self.config.session_timer).ask(builder)
    }

    /// Enters a call of ours.
    pub(super) fn insert_call(
        &mut self,
        session: SessionId,
        stage: Stage,
        peer: Peer,
        offer: &Bytes,
    ) {
        let interval = Interval::wished(self.config.session_timer);
        let mut alive = Session::new(stage, peer, interval);
        alive.media.ours = Some(offer.clone());
        self.sessions.insert(session, alive);
    }

    /// A header that the owner of the call adds. Identities and diversions go to trunks in another way (`identity`).
    pub(super) fn write_extra(&self, builder: Builder, extra: &ExtraHeader) -> Builder {
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
            ExtraHeader::Privacy => builder.header(Header::Privacy, |out| {
                out.word("id");
            }),
            ExtraHeader::Diversion(_) => builder,
            ExtraHeader::AssertedIdentity(identity) => builder.maybe(
                Header::PAssertedIdentity,
                self.identity_uri(identity),
                |out, uri| {
                    out.name_addr(identity.display.as_deref(), &uri);
                },
            ),
        }
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
        self.send_detached(now, Arc::unwrap_or_clone(head), &Method::Cancel, cancel);
        let at = now.saturating_add(self.config.timers.timeout());
        self.timers
            .set(Owner::Session(session), Timer::CancelTimeout, at);
    }
}
