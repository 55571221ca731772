//! A trunk's carrier in virtual time: its servers answer by a script, its name servers when they are told to.

use super::world::*;
use crate::{
    digest::{self, Algorithm, ha1_md5, ha1_sha256},
    message::{Header, Message, parse},
    random::hex,
    *,
};
use bytes::Bytes;
use core::time::Duration;

pub(super) const ONE: &str = "198.51.100.1:5060";
pub(super) const TWO: &str = "198.51.100.2:5060";
pub(super) const CARRIER: &str = "carrier.example";

/// A request of ours.
pub(super) struct Asked {
    pub(super) at: Duration,
    pub(super) flow: Flow,
    pub(super) message: Message,
}

impl Asked {
    pub(super) fn method(&self) -> &str {
        self.message.method().unwrap().as_str()
    }

    pub(super) fn to(&self) -> String {
        self.flow.remote.to_string()
    }

    pub(super) fn line(&self, header: Header) -> String {
        let value = self.message.first(header).unwrap_or_default();
        String::from_utf8(value.to_vec()).unwrap()
    }

    pub(super) fn uri(&self) -> String {
        let uri = self.message.request_uri().unwrap();
        String::from_utf8(uri.text.to_vec()).unwrap()
    }

    pub(super) fn cseq(&self) -> u32 {
        self.message.cseq().unwrap().number
    }

    /// An answer to it; `extra` lines end in CRLF.
    pub(super) fn answer(&self, status: u16, extra: &str) -> String {
        let tag = match (status, self.message.to().unwrap().tag()) {
            (101.., None) => ";tag=carrier",
            _ => "",
        };
        format!(
            "SIP/2.0 {status} X\r\nVia: {}\r\nFrom: {}\r\nTo: {}{tag}\r\nCall-ID: {}\r\nCSeq: {}\r\n{extra}\
             Content-Length: 0\r\n\r\n",
            self.line(Header::Via),
            self.line(Header::From),
            self.line(Header::To),
            self.line(Header::CallId),
            self.line(Header::CSeq),
        )
    }

    /// Are these the credentials of that user, for that nonce?
    pub(super) fn proves(&self, header: Header, password: &str) -> bool {
        let value = self.message.first(header).expect("credentials");
        let given = digest::Credentials::parse(value).expect("readable credentials");
        let realm = String::from_utf8(given.realm.clone()).unwrap();
        let ha1 = match given.algorithm {
            Algorithm::Md5 => hex(&ha1_md5(&given.username, &realm, password)),
            Algorithm::Sha256 => hex(&ha1_sha256(&given.username, &realm, password)),
        };
        let method = self.message.method().unwrap();
        let uri = self.message.request_uri().unwrap();
        given.uri == uri.text
            && digest::response(given.algorithm, &ha1, &given, method).as_bytes() == given.response
    }
}

pub(super) const OK: &str = "Contact: <sip:198.51.100.1:5060>\r\n";
pub(super) const ASK: &str = "WWW-Authenticate: Digest realm=\"carrier.example\", nonce=\"n1\", qop=\"auth\", algorithm=SHA-256\r\n";

/// What the carrier answers: status and extra lines; nothing = silence.
type Script = Box<dyn FnMut(&Asked) -> Vec<(u16, String)>>;

pub(super) struct Line {
    pub(super) ours: Endpoint,
    pub(super) now: Duration,
    pub(super) script: Script,
    pub(super) asked: Vec<Asked>,
    pub(super) connects: Vec<Connect>,
    pub(super) resolves: Vec<Resolve>,
    pub(super) vouches: Vec<Vouch>,
    /// Responses of ours.
    pub(super) answered: Vec<(Flow, Message)>,
    events: Vec<Event>,
    back: Vec<(Duration, Flow, String)>,
}

pub(super) fn says(status: u16, extra: &str) -> Vec<(u16, String)> {
    vec![(status, extra.to_owned())]
}

/// A trunk with a password, at an address, that neither registers nor is probed.
pub(super) fn trunk(server: &str) -> Trunk {
    let (host, port) = match server.rsplit_once(':') {
        Some((host, port)) => (host, port.parse().ok()),
        None => (server, None),
    };
    Trunk {
        name: TrunkName::new("main"),
        server: Target {
            host: host.into(),
            port,
            transport: None,
            is_secure: false,
        },
        domain: CARRIER.into(),
        credentials: Some(Credentials {
            user: "4711".into(),
            password: "secret".into(),
            realm: None,
        }),
        registration: None,
        probe_every: None,
        probe_failures_max: 3,
        matching: Matching::default(),
        is_trusted: false,
    }
}

pub(super) fn registering(server: &str) -> Trunk {
    Trunk {
        registration: Some(TrunkRegistration {
            user: "4711".into(),
            expires_s: 3_600,
        }),
        ..trunk(server)
    }
}

pub(super) fn probed(server: &str) -> Trunk {
    Trunk {
        probe_every: Some(Duration::from_secs(30)),
        ..trunk(server)
    }
}

pub(super) fn hop(transport: Transport, remote: &str) -> Hop {
    Hop {
        transport,
        remote: address(remote),
    }
}

pub(super) fn hops() -> Vec<Hop> {
    vec![hop(Transport::Udp, ONE), hop(Transport::Udp, TWO)]
}

impl Line {
    pub(super) fn new(
        trunks: Vec<Trunk>,
        script: impl FnMut(&Asked) -> Vec<(u16, String)> + 'static,
    ) -> Self {
        let mut config = config(SERVER, DOMAIN, &["4000"]);
        config
            .listeners
            .push((Transport::Tls, address("10.0.0.1:5061")));
        let mut ours = Endpoint::new(config);
        ours.set_account("1001", account("1001", "secret"));
        let mut line = Self {
            ours,
            now: Duration::from_secs(1_700_000_000),
            script: Box::new(script),
            asked: Vec::new(),
            connects: Vec::new(),
            resolves: Vec::new(),
            vouches: Vec::new(),
            answered: Vec::new(),
            events: Vec::new(),
            back: Vec::new(),
        };
        line.at(|ours, now| ours.set_trunks(now, trunks));
        line
    }

    pub(super) fn at<R>(&mut self, act: impl FnOnce(&mut Endpoint, Duration) -> R) -> R {
        let outcome = act(&mut self.ours, self.now);
        self.drain();
        outcome
    }

    fn drain(&mut self) {
        while let Some(output) = self.ours.poll_output() {
            match output {
                Output::Transmit(transmit) => self.sent(transmit),
                Output::Event(event) => self.events.push(event),
                Output::Connect(connect) => self.connects.push(connect),
                Output::Resolve(resolve) => self.resolves.push(resolve),
                Output::Vouch(vouch) => self.vouches.push(vouch),
            }
        }
    }

    fn sent(&mut self, transmit: Transmit) {
        let message = parse(transmit.bytes, &Limits::default()).unwrap();
        if message.method().is_none() {
            let flow = transmit.flow;
            return self.answered.push((flow, message));
        }
        let asked = Asked {
            at: self.now,
            flow: transmit.flow,
            message,
        };
        for (status, extra) in (self.script)(&asked) {
            let text = asked.answer(status, &extra);
            self.back.push((self.now + LATENCY, asked.flow, text));
        }
        self.asked.push(asked);
    }

    pub(super) fn hear(&mut self, flow: Flow, text: &str) {
        let bytes = Bytes::copy_from_slice(text.as_bytes());
        self.at(|ours, now| ours.handle_message(now, flow, bytes));
    }

    pub(super) fn run(&mut self, span: Duration) {
        let until = self.now + span;
        loop {
            let answer = self.back.iter().map(|(at, _, _)| *at).min();
            let timer = self.ours.poll_timeout();
            let next = answer.into_iter().chain(timer).min();
            let Some(next) = next.filter(|next| *next <= until) else {
                break;
            };
            self.now = self.now.max(next);
            if answer == Some(next) {
                let at = self.back.iter().position(|(at, _, _)| *at == next).unwrap();
                let (_, flow, text) = self.back.remove(at);
                self.hear(flow, &text);
            } else {
                self.at(Endpoint::handle_timeout);
            }
        }
        self.now = until;
    }

    pub(super) fn run_s(&mut self, seconds: u64) {
        self.run(Duration::from_secs(seconds));
    }

    pub(super) fn news(&mut self) -> Vec<Event> {
        core::mem::take(&mut self.events)
    }

    pub(super) fn status(&self) -> TrunkStatus {
        self.ours.trunks().pop().unwrap()
    }

    pub(super) fn resolve(&mut self, hops: Result<Vec<Hop>, ResolveError>) {
        let query = self.resolves.pop().expect("a name to resolve").query;
        self.at(|ours, now| ours.handle_resolved(now, query, hops));
    }

    pub(super) fn call_with(&mut self, sdp: Bytes, headers: Vec<ExtraHeader>) -> SessionId {
        let invite = OutgoingInvite {
            hops_left: crate::HOPS_MAX,
            destination: Destination::Trunk(TrunkName::new("main")),
            to_user: "+4930123".into(),
            from: Identity {
                display: Some("Desk".into()),
                user: "4000".into(),
            },
            sdp,
            headers,
        };
        self.at(|ours, now| ours.invite(now, invite))
    }

    pub(super) fn call(&mut self) -> SessionId {
        self.call_with(OFFER, Vec::new())
    }

    /// Requests of a method, repeats too: to whom, after how many milliseconds.
    pub(super) fn tries(&self, method: &str) -> Vec<(String, u64)> {
        let start = Duration::from_secs(1_700_000_000);
        let rows = self.asked.iter().filter(|asked| asked.method() == method);
        rows.map(|asked| (asked.to(), (asked.at - start).as_millis() as u64))
            .collect()
    }

    pub(super) fn of(&self, method: &str) -> Vec<&Asked> {
        let rows = self.asked.iter();
        rows.filter(|asked| asked.method() == method).collect()
    }

    /// After all timers nothing of calls may be left.
    pub(super) fn expect_no_calls_left(&mut self) {
        self.run_s(120);
        let sizes = self.ours.sizes();
        assert_eq!((sizes.sessions, sizes.dialogs), (0, 0));
    }
}

pub(super) fn refused(session: SessionId, status: u16) -> Event {
    Event::Refused {
        session,
        status,
        reason: None,
        retry_after_s: None,
    }
}

pub(super) fn udp(remote: &str) -> Flow {
    flow(Transport::Udp, SERVER, remote)
}
