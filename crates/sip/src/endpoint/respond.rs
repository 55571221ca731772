//! Responses, RFC 3261 §8.2.6: where they go, what they copy, and the refusals that leave no memory (S9).
//!
//! S13: a response goes to the source of its request, over the same flow; Via is amended by `received` and `rport`
//! (RFC 3581), and of what it says only the port is followed, by datagrams alone (RFC 3261 §18.2.2).

use super::{Challenge, Endpoint};
use crate::{
    blocked::{BlockedTable, Refused},
    counters::Counters,
    digest::offered,
    event::Output,
    flow::{Flow, Transmit, Transport},
    message::{Builder, Header, Message, Method, Value, Via},
    random::hex,
};
use bytes::Bytes;
use core::time::Duration;
use std::net::SocketAddr;

/// RFC 3261 §18.2.2: the port of a sent-by that names none.
const SIP_PORT: u16 = 5060;

/// What we do, in the words of Allow.
pub(super) const ALLOW: &str =
    "INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, REGISTER, UPDATE, PRACK, REFER";

/// The same outside a dialog.
const ALLOW_OUTSIDE: &str =
    "INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, REGISTER, UPDATE, PRACK, REFER, SUBSCRIBE, MESSAGE";

/// What we do where a request stands, in the words of Allow: a call's dialog carries neither texts nor subscriptions.
pub(super) fn allowed(request: &Message) -> &'static str {
    if request.to_tag().is_some() {
        ALLOW
    } else {
        ALLOW_OUTSIDE
    }
}

/// What we know besides RFC 3261, in the words of Supported.
pub(super) const SUPPORTED: &str = "100rel, timer, replaces, norefersub";

/// What a request may require of us (RFC 3261 §8.2.2.3), and of which method where that matters.
pub(super) const KNOWN: [(&str, Option<Method>); 6] = [
    ("100rel", Some(Method::Invite)),
    ("timer", None),
    ("replaces", Some(Method::Invite)),
    ("norefersub", Some(Method::Refer)),
    ("path", Some(Method::Register)),
    ("outbound", Some(Method::Register)),
];

/// The same in requests inside a dialog: nobody has to answer a re-INVITE by reliable 1xx.
pub(super) const SUPPORTED_WITHIN: &str = "timer, replaces, norefersub";

/// The event packages that phones may subscribe to, in the words of Allow-Events.
pub(super) const EVENTS: &str = "dialog, message-summary";

/// RFC 3261 §18.2.2: where the answers to a request go.
///
/// The address is that of the source, whatever Via says (S13). A datagram without `rport` is answered to the port of
/// sent-by: a phone may send from one port and listen on another.
pub(super) fn answer_flow(request: &Message, flow: Flow) -> Flow {
    match (flow.transport, request.via()) {
        (Transport::Udp, Some(via)) if !via.wants_rport() => {
            let port = via.port.filter(|port| *port > 0).unwrap_or(SIP_PORT);
            Flow {
                remote: SocketAddr::new(flow.remote.ip(), port),
                ..flow
            }
        }
        (Transport::Udp | Transport::Tcp | Transport::Tls | Transport::Ws | Transport::Wss, _) => {
            flow
        }
    }
}

impl Endpoint {
    pub(super) fn transmit(&mut self, flow: Flow, bytes: Bytes) {
        self.outputs
            .push_back(Output::Transmit(Transmit { flow, bytes }));
    }

    /// Starts a response; `tag` goes into To unless the request has one there.
    pub(super) fn response(
        &self,
        request: &Message,
        flow: Flow,
        status: u16,
        tag: &str,
    ) -> Builder {
        let mut builder = Builder::response(status);
        let mut top = request.via();
        for value in request.all(Header::Via) {
            builder = builder.header(Header::Via, |out| match top.take() {
                Some(top) => write_top_via(out, &top, flow),
                None => {
                    out.copied(value);
                }
            });
        }
        let has_tag = request.to_tag().is_some();
        let product = &self.config.product;
        builder
            .copy_all(Header::From, request)
            .maybe(Header::To, request.first(Header::To), |out, to| {
                out.copied(to);
                if !has_tag && status > 100 {
                    out.param("tag", tag);
                }
            })
            .copy_all(Header::CallId, request)
            .copy_all(Header::CSeq, request)
            .header(Header::Server, |out| {
                out.text(product);
            })
    }

    /// Answers without memory. RFC 3261 §8.2.7: the same request gets the same tag, so the tag is computed.
    pub(super) fn answer_statelessly(
        &mut self,
        request: &Message,
        flow: Flow,
        status: u16,
        extra: impl FnOnce(Builder) -> Builder,
    ) {
        let tag = self.stateless_tag(request);
        let bytes = extra(self.response(request, flow, status, &tag)).finish();
        self.transmit(answer_flow(request, flow), bytes);
    }

    pub(super) fn stateless_tag(&self, request: &Message) -> String {
        let first = |header| request.first(header).unwrap_or_default();
        let parts = [Header::Via, Header::From, Header::CallId, Header::CSeq].map(first);
        let code = self.random.code(b"tag", &parts);
        hex(code.get(..8).unwrap_or_default())
    }

    /// Refuses without memory, and counts why.
    pub(super) fn refuse(
        &mut self,
        request: &Message,
        flow: Flow,
        status: u16,
        cause: &'static str,
    ) {
        self.refuse_with(request, flow, status, cause, |builder| builder);
    }

    pub(super) fn refuse_with(
        &mut self,
        request: &Message,
        flow: Flow,
        status: u16,
        cause: &'static str,
        extra: impl FnOnce(Builder) -> Builder,
    ) {
        Counters::count(&mut self.counters.refused, cause);
        if BlockedTable::is_notable(status) {
            self.note_blocked(flow, cause, Some(request));
        }
        if request.method() != Some(&Method::Ack) {
            self.answer_statelessly(request, flow, status, extra);
        }
    }

    /// Writes a refusal down for the operator; `None` = nothing of it could be read.
    pub(super) fn note_blocked(
        &mut self,
        flow: Flow,
        cause: &'static str,
        request: Option<&Message>,
    ) {
        let user_agent = request.and_then(|request| request.text(Header::UserAgent));
        let refused = Refused {
            cause,
            method: request.and_then(|request| Some(request.method()?.label())),
            user_agent: user_agent.as_deref(),
        };
        self.blocked.note(self.turn_at, flow.remote.ip(), &refused);
    }

    /// 401 or 407 with one header for each algorithm that this phone is offered.
    pub(super) fn challenge(
        &mut self,
        now: Duration,
        request: &Message,
        flow: Flow,
        kind: Challenge,
        stale: bool,
    ) {
        let source = flow.remote.ip();
        let agent = request.text(Header::UserAgent);
        let mut nonces = Vec::with_capacity(2);
        for algorithm in offered(agent.as_deref()) {
            let random = &mut self.random;
            let nonce = self.authenticator.nonce(random, now, source, *algorithm);
            nonces.push((*algorithm, nonce));
        }
        let realm = self.authenticator.realm().to_owned();
        self.refuse_with(
            request,
            flow,
            kind.status(),
            "not authenticated",
            |mut builder| {
                for (algorithm, nonce) in nonces {
                    builder = builder.header(kind.header(), |out| {
                        out.word("Digest realm=")
                            .quoted(&realm)
                            .word(", nonce=")
                            .quoted(&nonce);
                        out.word(", algorithm=")
                            .text(algorithm.token())
                            .text(", qop=\"auth\"");
                        if stale {
                            out.word(", stale=true");
                        }
                    });
                }
                builder
            },
        );
    }
}

/// RFC 3261 §18.2.1 and RFC 3581 §4.
fn write_top_via(out: &mut Value<'_>, via: &Via<'_>, flow: Flow) {
    let head_len = via.text.len().saturating_sub(via.params.as_bytes().len());
    out.copied(via.text.get(..head_len).unwrap_or_default());
    for (name, value) in via.params.iter() {
        if name.eq_ignore_ascii_case(b"received") || name.eq_ignore_ascii_case(b"rport") {
            continue;
        }
        out.word(";").copied(name);
        if let Some(value) = value {
            out.word("=").copied(value);
        }
    }
    out.word(";received=").ip(flow.remote.ip().to_canonical());
    if via.wants_rport() {
        out.word(";rport=").number(u64::from(flow.remote.port()));
    }
    out.copied(via.further);
}
