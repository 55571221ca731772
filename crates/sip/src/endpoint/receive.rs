//! The way in: bytes to a message, the message to its transaction, its dialog or its method (RFC 3261 §8.2, §16.3).

use super::{
    Endpoint,
    drive::Outcome,
    respond::{EVENTS, KNOWN, SUPPORTED, allowed},
};
use crate::{
    counters::Counters,
    flow::Flow,
    message::{Header, Message, Method, ParseError, Scheme, parse},
    transaction::{
        key::{ClientKey, MergeKey, ServerKey},
        table::Machine,
    },
};
use bytes::Bytes;
use core::time::Duration;

impl Endpoint {
    pub(super) fn receive(&mut self, now: Duration, flow: Flow, bytes: Bytes) {
        match parse(bytes, &self.config.limits) {
            Ok(message) => match message.status() {
                Some(status) => self.receive_response(now, flow, &message, status),
                None if flow.transport.is_stream()
                    && message.first(Header::ContentLength).is_none() =>
                {
                    self.refuse(&message, flow, 400, "no Content-Length on a stream");
                }
                None => self.receive_request(now, flow, message),
            },
            Err(ParseError::Unframable(cause)) => {
                Counters::count(&mut self.counters.unframable, cause);
                self.note_blocked(flow, cause, None);
            }
            Err(ParseError::Answerable { message, fault }) => {
                self.refuse(&message, flow, fault.status, fault.text);
            }
        }
    }

    fn receive_response(&mut self, now: Duration, flow: Flow, response: &Message, status: u16) {
        let class = status.checked_div(100).unwrap_or_default();
        Counters::count(&mut self.counters.responses, class);
        let id = ClientKey::of(response).and_then(|key| self.transactions.client(&key));
        let Some(id) = id else {
            self.counters.stray = self.counters.stray.saturating_add(1);
            return;
        };
        // Nobody else could have known the branch.
        self.contact_heard(now, flow);
        if self.answers_challenge(now, id, flow, response, status) {
            return;
        }
        let is_invite = matches!(
            self.transactions
                .get_mut(id)
                .map(|transaction| &transaction.machine),
            Some(Machine::InviteClient(_))
        );
        if is_invite {
            self.invite_answered(now, id, response, status);
        } else {
            let waits = self
                .transactions
                .get_mut(id)
                .map(|transaction| (transaction.purpose.clone(), transaction.head.clone()));
            let passed = self.drive(now, id, |machine, actions| match machine {
                Machine::Client(client) => client.response(status, actions),
                Machine::InviteClient(_) | Machine::InviteServer(_) | Machine::Server(_) => false,
            });
            if let (Some(true), Some((purpose, head)), 200..) = (passed, waits, status) {
                let outcome = Outcome::Answered(response, status);
                self.request_ended(now, purpose, head, outcome);
            }
        }
    }

    fn receive_request(&mut self, now: Duration, flow: Flow, request: Message) {
        let Some(method) = request.method().cloned() else {
            return;
        };
        Counters::count(&mut self.counters.requests, method.label());
        if method == Method::Ack {
            self.receive_ack(now, flow, &request);
        } else if method == Method::Cancel {
            self.receive_cancel(now, flow, &request);
        } else if self.absorb_repeat(now, &request, &method)
            || !self.is_admissible(flow, &request, &method)
        {
            // Answered.
        } else if request.to_tag().is_some() {
            self.receive_in_dialog(now, flow, request, &method);
        } else {
            self.receive_out_of_dialog(now, flow, request, &method);
        }
    }

    /// RFC 3261 §17.2.3: a request that is known gets its last answer again.
    fn absorb_repeat(&mut self, now: Duration, request: &Message, method: &Method) -> bool {
        let known = ServerKey::of(request, method).and_then(|key| self.transactions.server(&key));
        let Some(id) = known else {
            return false;
        };
        self.counters.repeats = self.counters.repeats.saturating_add(1);
        self.drive(now, id, |machine, actions| match machine {
            Machine::InviteServer(server) => server.repeated(actions),
            Machine::Server(server) => server.repeated(actions),
            Machine::InviteClient(_) | Machine::Client(_) => {}
        });
        true
    }

    /// RFC 3261 §8.2.1 to §8.2.2, for every method alike.
    fn is_admissible(&mut self, flow: Flow, request: &Message, method: &Method) -> bool {
        if let Method::Other(_) = method {
            self.refuse_with(request, flow, 501, "unknown method", |builder| {
                builder.header(Header::Allow, |out| {
                    out.word(allowed(request));
                })
            });
            return false;
        }
        match request.request_scheme() {
            Some(Scheme::Sip | Scheme::Tel) => {}
            // RFC 3261 §26.2.2: `sips` promises TLS on each hop.
            Some(Scheme::Sips) if flow.transport.is_secure() => {}
            Some(Scheme::Sips | Scheme::Other) | None => {
                self.refuse(request, flow, 416, "unsupported URI scheme");
                return false;
            }
        }
        let is_known = |tag: &&[u8]| {
            let mut rows = KNOWN.iter();
            rows.any(|(known, of)| {
                known.as_bytes().eq_ignore_ascii_case(tag)
                    && of.as_ref().is_none_or(|of| of == method)
            })
        };
        let required: Vec<&[u8]> = request
            .tokens(Header::Require)
            .filter(|tag| !is_known(tag))
            .collect();
        if !required.is_empty() {
            self.refuse_with(request, flow, 420, "required extension", |builder| {
                builder.header(Header::Unsupported, |out| {
                    for (index, tag) in required.iter().enumerate() {
                        out.text(if index > 0 { ", " } else { "" }).copied(tag);
                    }
                })
            });
            return false;
        }
        true
    }

    fn receive_out_of_dialog(
        &mut self,
        now: Duration,
        flow: Flow,
        request: Message,
        method: &Method,
    ) {
        let hops_left = request.number(Header::MaxForwards).unwrap_or(70);
        match method {
            // RFC 3261 §11: a probe that was meant to die here is answered all the same.
            Method::Options => self.receive_options(&request, flow),
            _ if hops_left == 0 => self.refuse(&request, flow, 483, "Max-Forwards is 0"),
            _ if MergeKey::of(&request).is_some_and(|key| self.transactions.is_merged(&key)) => {
                self.refuse(&request, flow, 482, "merged request");
            }
            Method::Register => self.receive_register(now, flow, &request),
            Method::Invite => self.receive_invite(now, flow, request),
            Method::Bye | Method::Info => self.refuse(&request, flow, 481, "no such dialog"),
            Method::Subscribe => self.receive_subscribe(now, flow, &request),
            Method::Message => self.receive_message(now, flow, &request),
            Method::Refer => self.receive_stray_refer(now, flow, &request),
            // S14: what is not done is refused whoever asks.
            Method::Prack
            | Method::Update
            | Method::Notify
            | Method::Publish
            | Method::Ack
            | Method::Cancel
            | Method::Other(_) => self.refuse_method(&request, flow),
        }
    }

    pub(super) fn refuse_method(&mut self, request: &Message, flow: Flow) {
        self.refuse_with(request, flow, 405, "method not allowed", |builder| {
            builder.header(Header::Allow, |out| {
                out.word(allowed(request));
            })
        });
    }

    /// RFC 3261 §11.2. Costs no memory and tells nothing about users.
    pub(super) fn receive_options(&mut self, request: &Message, flow: Flow) {
        self.answer_statelessly(request, flow, 200, |builder| {
            builder
                .header(Header::Allow, |out| {
                    out.word(allowed(request));
                })
                .header(Header::Accept, |out| {
                    out.word("application/sdp");
                })
                .header(Header::AcceptEncoding, |out| {
                    out.word("identity");
                })
                .header(Header::AcceptLanguage, |out| {
                    out.word("en");
                })
                .header(Header::AllowEvents, |out| {
                    out.word(EVENTS);
                })
                .header(Header::Supported, |out| {
                    out.word(SUPPORTED);
                })
        });
    }
}
