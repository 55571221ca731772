//! A phone that speaks text: it shares nothing with the endpoint but the message reader.

use super::world::*;
use crate::{
    digest::{Algorithm, Credentials, ha1_md5, ha1_sha256, response},
    message::{Header, Message, Method, lexer::trim, parse},
    random::hex,
    *,
};
use bytes::Bytes;
use core::time::Duration;

pub(super) struct Phone {
    pub(super) server: Endpoint,
    pub(super) now: Duration,
    pub(super) flow: Flow,
    pub(super) events: Vec<Event>,
    /// Contacts as they were told for keeping, the last word for each user last.
    pub(super) kept: Vec<(String, Vec<Binding>)>,
    /// What the gate was told.
    pub(super) vouches: Vec<Vouch>,
    /// What the server wanted of the world beyond: connections and names.
    pub(super) outward: Vec<Output>,
    /// What came back and was not looked at.
    pub(super) mail: Vec<(Flow, Bytes)>,
    cseq: u32,
    cnonces: u32,
}

impl Phone {
    pub(super) fn new() -> Self {
        Self::with(config(SERVER, DOMAIN, &["4000"]))
    }

    pub(super) fn with(config: EndpointConfig) -> Self {
        let mut server = Endpoint::new(config);
        server.set_account("1001", account("1001", "secret"));
        server.set_account("1002", account("1002", "other"));
        Self {
            server,
            now: Duration::from_secs(1_700_000_000),
            flow: flow(Transport::Udp, SERVER, AGENT),
            events: Vec::new(),
            kept: Vec::new(),
            vouches: Vec::new(),
            outward: Vec::new(),
            mail: Vec::new(),
            cseq: 0,
            cnonces: 0,
        }
    }

    pub(super) fn wait(&mut self, span: Duration) {
        let until = self.now + span;
        while let Some(at) = self.server.poll_timeout().filter(|at| *at <= until) {
            self.now = self.now.max(at);
            self.server.handle_timeout(self.now);
            self.drain();
        }
        self.now = until;
    }

    pub(super) fn drain(&mut self) {
        while let Some(output) = self.server.poll_output() {
            match output {
                Output::Transmit(transmit) => self.mail.push((transmit.flow, transmit.bytes)),
                Output::Event(Event::BindingsChanged { user, bindings }) => {
                    self.kept.push((user, bindings))
                }
                Output::Event(event) => self.events.push(event),
                Output::Vouch(vouch) => self.vouches.push(vouch),
                Output::Connect(_) | Output::Resolve(_) => self.outward.push(output),
            }
        }
    }

    /// Hands a text to the server; what it answers, read.
    pub(super) fn say(&mut self, text: &str) -> Vec<Message> {
        self.say_bytes(text.as_bytes())
    }

    pub(super) fn say_bytes(&mut self, bytes: &[u8]) -> Vec<Message> {
        self.server
            .handle_message(self.now, self.flow, Bytes::copy_from_slice(bytes));
        self.drain();
        let limits = Limits::default();
        let mail = core::mem::take(&mut self.mail);
        mail.into_iter()
            .map(|(_, bytes)| parse(bytes, &limits).unwrap())
            .collect()
    }

    /// The one final answer's status, 0 for none. The answer itself need not be readable: it echoes what was sent.
    pub(super) fn status_of(&mut self, text: &str) -> u16 {
        self.server
            .handle_message(self.now, self.flow, Bytes::copy_from_slice(text.as_bytes()));
        self.drain();
        let mail = core::mem::take(&mut self.mail);
        let statuses = mail.iter().map(|(_, bytes)| {
            let digits = bytes.strip_prefix(b"SIP/2.0 ").unwrap().get(..3).unwrap();
            std::str::from_utf8(digits).unwrap().parse::<u16>().unwrap()
        });
        let finals: Vec<u16> = statuses.filter(|status| *status != 100).collect();
        assert!(finals.len() <= 1, "one answer to {text}");
        finals.first().copied().unwrap_or(0)
    }

    pub(super) fn news(&mut self) -> Vec<Event> {
        core::mem::take(&mut self.events)
    }

    /// A request with its own branch and CSeq. `extra` lines end in CRLF.
    pub(super) fn request(&mut self, method: &str, uri: &str, user: &str, extra: &str) -> String {
        self.cseq += 1;
        let cseq = self.cseq;
        let via = self.flow.remote;
        let transport = self.flow.transport.via_token();
        format!(
            "{method} {uri} SIP/2.0\r\nVia: SIP/2.0/{transport} {via};branch=z9hG4bK{cseq};rport\r\nMax-Forwards: 70\r\n\
             From: <sip:{user}@{DOMAIN}>;tag=f1\r\nTo: <sip:{user}@{DOMAIN}>\r\nCall-ID: c1\r\nCSeq: {cseq} {method}\r\n\
             {extra}Content-Length: 0\r\n\r\n"
        )
    }

    /// REGISTER with the answer to the challenge; the final response.
    pub(super) fn register(&mut self, user: &str, password: &str, extra: &str) -> Message {
        let uri = format!("sip:{DOMAIN}");
        let first = self.request("REGISTER", &uri, user, extra);
        let challenge = self.say(&first).pop().unwrap();
        assert_eq!(challenge.status(), Some(401));
        let line = self.credentials(
            &challenge,
            Algorithm::Md5,
            user,
            password,
            &Method::Register,
            &uri,
        );
        let second = self.request("REGISTER", &uri, user, &format!("{line}{extra}"));
        self.say(&second).pop().unwrap()
    }

    /// The header line that answers a challenge.
    pub(super) fn credentials(
        &mut self,
        challenge: &Message,
        algorithm: Algorithm,
        user: &str,
        password: &str,
        method: &Method,
        uri: &str,
    ) -> String {
        let (asked, name) = match challenge.status() {
            Some(401) => (Header::WwwAuthenticate, "Authorization"),
            _ => (Header::ProxyAuthenticate, "Proxy-Authorization"),
        };
        let nonce = nonce_of(challenge, asked, algorithm).expect("a challenge of this algorithm");
        self.cnonces += 1;
        let cnonce = format!("cn{}", self.cnonces);
        let mut credentials = Credentials {
            username: user.into(),
            realm: DOMAIN.into(),
            nonce: nonce.clone(),
            uri: uri.into(),
            response: Vec::new(),
            cnonce: cnonce.clone().into_bytes(),
            nc: 1,
            nc_text: b"00000001".to_vec(),
            algorithm,
        };
        let ha1 = match algorithm {
            Algorithm::Md5 => hex(&ha1_md5(user, DOMAIN, password)),
            Algorithm::Sha256 => hex(&ha1_sha256(user, DOMAIN, password)),
        };
        credentials.response = response(algorithm, &ha1, &credentials, method).into_bytes();
        format!(
            "{name}: Digest username=\"{user}\", realm=\"{DOMAIN}\", nonce=\"{nonce}\", uri=\"{uri}\", \
             response=\"{}\", algorithm={}, cnonce=\"{cnonce}\", qop=auth, nc=00000001\r\n",
            String::from_utf8_lossy(&credentials.response),
            algorithm.token(),
        )
    }
}

pub(super) fn nonce_of(
    challenge: &Message,
    header: Header,
    algorithm: Algorithm,
) -> Option<String> {
    let line = challenge.all(header).find(|line| {
        let mut fields = line.split(|byte| *byte == b',').map(trim);
        fields.any(|field| field == format!("algorithm={}", algorithm.token()).as_bytes())
    })?;
    let text = String::from_utf8(line.to_vec()).unwrap();
    let (_, rest) = text.split_once("nonce=\"")?;
    rest.split('"').next().map(str::to_owned)
}
