//! Challenges that a trunk's server puts to our requests, RFC 3261 §22.1 to §22.3, RFC 7616.
//!
//! Invariants (S12, advisories 19 and 35): a proof goes to the server of the trunk that asked for it, for its realm, and to nobody
//! else: no phone and no callee ever gets one. One proof a request, one more where the server says that its nonce was stale;
//! whoever goes on asking is refused.

use super::{
    Endpoint,
    drive::Former,
    session::{Progress, Stage},
    trunks::Proofs,
};
use crate::{
    dialog::{DialogKey, Head},
    digest::{Challenge, Proof},
    flow::Flow,
    message::{Builder, Header, Message, Method, parse},
    transaction::{
        TransactionId,
        table::{Machine, Purpose},
    },
    trunk::{Credentials, Trunk},
};
use bytes::Bytes;
use core::time::Duration;

/// What was done to one request to get it through.
#[derive(Debug, Default)]
pub(super) struct Resend {
    /// Proofs given.
    proofs: u8,
    /// One of them because a nonce was stale.
    was_stale: bool,
    /// The flow of UDP, while a long request tries TCP.
    pub(super) datagram: Option<Flow>,
}

impl Resend {
    /// A long request that went by TCP, with the flow of UDP that it may come back to.
    pub(super) fn by_stream(datagram: Option<Flow>) -> Option<Self> {
        datagram.map(|datagram| Self {
            datagram: Some(datagram),
            ..Self::default()
        })
    }
}

impl Endpoint {
    /// Answers 401 or 407 to a request of ours by the same request with credentials; true = it is on its way, under the
    /// same transaction id, and the challenge is nobody else's business. Any request whose [`crate::dialog::Head::trunk`] is set
    /// gets this without its owner's doing; in a dialog the next number is taken.
    pub(super) fn answers_challenge(
        &mut self,
        now: Duration,
        id: TransactionId,
        flow: Flow,
        response: &Message,
        status: u16,
    ) -> bool {
        let kind = match status {
            401 => Kind::User,
            407 => Kind::Proxy,
            _ => return false,
        };
        self.prove(now, id, flow, response, kind).is_some()
    }

    fn prove(
        &mut self,
        now: Duration,
        id: TransactionId,
        flow: Flow,
        response: &Message,
        kind: Kind,
    ) -> Option<()> {
        let transaction = self.transactions.get_mut(id)?;
        let purpose = transaction.purpose.clone();
        let head = transaction.head.clone()?;
        let request = transaction.machine.request()?.clone();
        head.trunk.as_ref()?;
        if purpose == Purpose::Abandoned || self.is_being_cancelled(&purpose) {
            return None;
        }
        let sent = parse(request.clone(), &self.config.limits).ok()?;
        let value = match self.credentials(id, flow, &head, response, kind, &sent) {
            Ok(value) => value,
            Err(denial) => {
                self.keep_denial(now, &head, &sent, denial);
                return None;
            }
        };
        // From here on the challenge is met. The machine takes it as the end of the first try (RFC 3261 §17.1).
        self.end_try(now, id, &head, response)?;
        let next = self.next_try(&head);
        let request = self.rewrite(&request, &next, &[(kind.answer(), &value)])?;
        self.succeed_client(now, id, next, request, purpose.clone(), Former::Answered);
        if let Purpose::Invite(session) = purpose {
            self.call_asked_again(now, session);
        }
        Some(())
    }

    /// A call that its owner has given up is not tried again.
    fn is_being_cancelled(&self, purpose: &Purpose) -> bool {
        let Purpose::Invite(session) = purpose else {
            return false;
        };
        match self.sessions.get(session).map(|session| &session.stage) {
            Some(Stage::Calling { progress, .. }) => match progress {
                Progress::Waiting | Progress::Proceeding => false,
                Progress::CancelDue(_) | Progress::Cancelling => true,
            },
            Some(Stage::Incoming { .. } | Stage::Established { .. }) | None => false,
        }
    }

    /// The proof, or in plain words why there is none.
    fn credentials(
        &mut self,
        id: TransactionId,
        flow: Flow,
        head: &Head,
        response: &Message,
        kind: Kind,
        sent: &Message,
    ) -> Result<Vec<u8>, &'static str> {
        let values = response.all(kind.challenge());
        let mut challenges: Vec<Challenge> = values.filter_map(Challenge::parse).collect();
        if challenges.is_empty() {
            return Err("no algorithm that we know is offered");
        }
        if !self.is_from_server(id, flow, head) {
            return Err("it did not come from the trunk's own server");
        }
        let cnonce = self.random.name();
        let (trunk, proofs) = self.keyring(id, head).ok_or("the trunk is gone")?;
        let own = trunk.credentials.ok_or("no password is configured")?;
        // S12: only for the realm of this trunk.
        if let Some(realm) = own.realm.as_ref().or(proofs.realm.as_ref()) {
            challenges.retain(|challenge| challenge.realm == *realm);
        }
        let challenge = Challenge::strongest(challenges.into_iter())
            .ok_or("it asks for another realm than the trunk's")?;
        proofs.realm.get_or_insert_with(|| challenge.realm.clone());
        let count = proofs.count(&challenge.nonce);
        let resend = self.trunks.resends.entry(id).or_default();
        let is_stale = challenge.is_stale && !resend.was_stale;
        if resend.proofs > 0 && !is_stale {
            return Err("it was asked for again after our proof: wrong user or password");
        }
        resend.was_stale |= resend.proofs > 0;
        resend.proofs = resend.proofs.saturating_add(1);
        let uri = sent.request_uri().ok_or("our request has no URI")?.text;
        Ok(challenge.answer(Proof {
            user: &own.user,
            password: &own.password,
            method: sent.method().unwrap_or(&Method::Options),
            uri,
            cnonce,
            count,
        }))
    }

    /// Advisory 35: the response came from where the request went, and that is a server of the trunk.
    fn is_from_server(&mut self, id: TransactionId, flow: Flow, head: &Head) -> bool {
        let asked = self.transactions.get_mut(id).map(|asked| asked.flow);
        let same_flow = asked.is_some_and(|asked| {
            asked.transport == flow.transport
                && asked.remote == flow.remote
                && asked.connection == flow.connection
        });
        let row = head
            .trunk
            .as_ref()
            .and_then(|name| self.trunks.rows.get(name));
        let is_leaving = self.trunks.leaving.contains_key(&id);
        same_flow && (is_leaving || row.is_some_and(|row| row.is_server(flow.remote.ip())))
    }

    pub(super) fn note_resend(&mut self, id: TransactionId, resend: Option<Resend>) {
        if let Some(resend) = resend {
            self.trunks.resends.insert(id, resend);
        }
    }

    pub(super) fn forget_resend(&mut self, id: TransactionId) {
        self.trunks.resends.remove(&id);
        self.trunks.leaving.remove(&id);
    }

    fn keyring(&mut self, id: TransactionId, head: &Head) -> Option<(Keyring, &mut Proofs)> {
        let ring = |trunk: &Trunk| Keyring {
            credentials: trunk.credentials.clone(),
        };
        if let Some((trunk, proofs)) = self.trunks.leaving.get_mut(&id) {
            return Some((ring(trunk), proofs));
        }
        let row = self.trunks.rows.get_mut(head.trunk.as_ref()?)?;
        Some((ring(&row.trunk), &mut row.proofs))
    }

    /// A1: why a challenge was not met is told with the outcome of a REGISTER or OPTIONS; of anything else it is told here.
    fn keep_denial(&mut self, now: Duration, asked: &Head, sent: &Message, denial: &'static str) {
        let row = asked
            .trunk
            .as_ref()
            .and_then(|name| self.trunks.rows.get_mut(name));
        let Some(row) = row else {
            return;
        };
        let method = sent.method().map_or("other", Method::label);
        if matches!(method, "REGISTER" | "OPTIONS") {
            row.proofs.denial = Some(denial);
        } else {
            let words = format!("its challenge was not met: {denial}");
            row.log(now, method, Some(asked.flow.remote), words);
        }
    }

    pub(super) fn end_try(
        &mut self,
        now: Duration,
        id: TransactionId,
        head: &Head,
        response: &Message,
    ) -> Option<()> {
        let passed = self.drive(now, id, |machine, actions| match machine {
            Machine::InviteClient(client) => {
                client.failure(|| head.ack_of_refusal(response), actions)
            }
            Machine::Client(client) => client.response(401, actions),
            Machine::InviteServer(_) | Machine::Server(_) => false,
        });
        (passed == Some(true)).then_some(())
    }

    /// RFC 3261 §8.1.3.5: the same Call-ID, To and From, a branch of its own and the next number; in a dialog the dialog's.
    pub(super) fn next_try(&mut self, head: &Head) -> Head {
        let mut next = head.clone();
        next.branch = self.branch();
        let key = DialogKey::of_head(head);
        let session = key.as_ref().and_then(|key| self.dialogs.get(key).copied());
        let dialog = session
            .and_then(|session| self.sessions.get_mut(&session))
            .and_then(|alive| alive.dialog_at(key.as_ref()?));
        next.cseq = match dialog {
            Some(dialog) => dialog.next_cseq(),
            None => head.cseq.saturating_add(1),
        };
        next
    }

    /// The request under another head: Via and CSeq are of the head, and headers of the same kind are replaced. `None`
    /// where the request cannot be read, which is none of ours.
    pub(super) fn rewrite(
        &self,
        request: &Bytes,
        head: &Head,
        replaced: &[(Header, &[u8])],
    ) -> Option<Bytes> {
        let message = parse(request.clone(), &self.config.limits).ok()?;
        let uri = crate::message::Uri::parse(message.request_uri()?.text).ok()?;
        let method = message.method()?;
        let mut builder = Builder::request(method, &uri);
        for (header, _, value) in message.fields() {
            let is_replaced = replaced.iter().any(|(other, _)| *other == header);
            if is_replaced || matches!(header, Header::ContentLength | Header::Unknown) {
                continue;
            }
            builder = builder.header(header, |out| {
                if header == Header::Via {
                    out.text(&head.sent_by)
                        .param("branch", &head.branch)
                        .word(";rport");
                } else if header == Header::CSeq {
                    out.number(u64::from(head.cseq))
                        .word(" ")
                        .text(method.as_str());
                } else {
                    out.copied(value);
                }
            });
        }
        for (header, value) in replaced {
            builder = builder.header(*header, |out| {
                out.copied(value);
            });
        }
        Some(builder.finish_with(&message.body()))
    }
}

/// What a trunk proves with.
struct Keyring {
    credentials: Option<Credentials>,
}

/// Which pair of headers (RFC 3261 §22.2, §22.3).
#[derive(Clone, Copy, Debug)]
enum Kind {
    /// 401
    User,
    /// 407
    Proxy,
}

impl Kind {
    fn challenge(self) -> Header {
        match self {
            Kind::User => Header::WwwAuthenticate,
            Kind::Proxy => Header::ProxyAuthenticate,
        }
    }

    fn answer(self) -> Header {
        match self {
            Kind::User => Header::Authorization,
            Kind::Proxy => Header::ProxyAuthorization,
        }
    }
}
