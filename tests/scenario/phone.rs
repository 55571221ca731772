//! A phone in virtual time: a SIP endpoint of its own at its own address, doing what the story says.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use sdp::{Codec, Direction, LocalAudio};
use sip::digest::{self, Algorithm};
use sip::{
    Endpoint, EndpointConfig, Event, Flow, Identity, OutgoingInvite, Output, Refusal, SessionId,
    Transport, Uri,
};

use crate::hotline::SERVER;
use crate::line;

const PHONE_DOMAIN: &str = "phone.test";
/// Where a phone's sound comes from.
pub(crate) const RTP_PORT: u16 = 40_000;

/// What a phone does when it is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    /// Rings until the story says otherwise.
    Rings,
    /// Rings, then answers.
    Answers(Duration),
    /// Refuses at once.
    Refuses(u16),
    /// Registered once, and silent since: not even a 100.
    IsDead,
    /// The network speaks before the answer: 183 with SDP, then it answers.
    Announces(Duration),
}

/// A phone.
pub(crate) struct Phone {
    pub(crate) user: String,
    pub(crate) address: SocketAddr,
    pub(crate) manner: Manner,
    /// Whether it gives its password when it is asked for it in a call.
    pub(crate) proves: bool,
    /// Sends no sound once it is answered.
    pub(crate) is_mute: bool,
    /// What happened to it, in words, with the time in ms.
    pub(crate) history: Vec<(Duration, String)>,
    pub(crate) session: Option<SessionId>,
    pub(crate) is_up: bool,
    /// The server's RTP port as its SDP told.
    pub(crate) server_rtp: Option<u16>,
    endpoint: Endpoint,
    password: Option<String>,
    answer_at: Option<(Duration, SessionId)>,
    /// Our SDP answer to the call that rings.
    pending: Option<Bytes>,
    audio: LocalAudio,
    registrations: u32,
    /// Lifetime that the last REGISTER asked for.
    expires_s: u32,
    /// From, To, Call-ID and the server's contact: for requests that the endpoint does not send.
    dialog: Option<[String; 4]>,
    requests: u32,
    server_contact: String,
    /// Its first packet of this call is out.
    has_spoken: bool,
    /// Messages to the server that are not the endpoint's: REGISTER.
    pub(crate) outbox: Vec<Bytes>,
    /// Max-Forwards of the calls that it makes.
    pub(crate) hops_left: u8,
    /// Max-Forwards of the last call that it heard of.
    pub(crate) heard_hops: Option<u8>,
}

impl Phone {
    pub(crate) fn new(user: &str, host: u8, password: Option<&str>) -> Self {
        Self::at(user, Ipv4Addr::new(10, 0, 1, host), password)
    }

    /// A phone at an address of its own.
    pub(crate) fn at(user: &str, ip: Ipv4Addr, password: Option<&str>) -> Self {
        let host = ip.octets()[3];
        let address = SocketAddr::new(ip.into(), 5_060);
        let mut endpoint = Endpoint::new(EndpointConfig {
            domain: PHONE_DOMAIN.into(),
            realm: "phone.test".into(),
            product: "Story/1".into(),
            listeners: vec![(Transport::Udp, address)],
            public: Vec::new(),
            nonce_secret: [host; 32],
            seed: host.into(),
            hotlines: [user.to_owned()].into(),
            limits: sip::Limits::default(),
            registration: sip::RegistrationLimits::default(),
            timers: sip::Timers::default(),
            session_timer: sip::SessionTimer::default(),
        });
        if let Some(password) = password {
            endpoint.set_trunks(Duration::ZERO, vec![server(user, password)]);
        }
        let pcma = Codec {
            name: "PCMA".into(),
            payload_type: 8,
            clock_rate_hz: 8_000,
            channels: 1,
            fmtp: None,
        };
        Self {
            user: user.to_owned(),
            address,
            manner: Manner::Rings,
            proves: password.is_some(),
            is_mute: false,
            history: Vec::new(),
            session: None,
            is_up: false,
            server_rtp: None,
            endpoint,
            password: password.map(str::to_owned),
            answer_at: None,
            pending: None,
            audio: LocalAudio {
                address: ip.into(),
                port: RTP_PORT,
                codecs: vec![pcma],
                telephone_event: Some(101),
                session_id: 1,
                session_version: 1,
                direction: Direction::SendReceive,
            },
            registrations: 0,
            expires_s: 0,
            dialog: None,
            requests: 0,
            server_contact: String::new(),
            has_spoken: false,
            outbox: Vec::new(),
            hops_left: sip::HOPS_MAX,
            heard_hops: None,
        }
    }

    /// What this phone takes calls for, besides its own name: it stands for a carrier.
    pub(crate) fn carries(&mut self, numbers: &[&str]) {
        let numbers = numbers.iter().map(|number| (*number).to_owned());
        self.endpoint.set_hotlines(numbers.collect());
    }

    /// The path from this phone to the server.
    pub(crate) fn flow(&self) -> Flow {
        Flow {
            transport: Transport::Udp,
            local: self.address,
            remote: SERVER,
            connection: 0,
        }
    }

    pub(crate) fn dials(&mut self, now: Duration, number: &str, with_sdp: bool) {
        let contact = Uri::parse(format!("sip:{number}@10.0.0.1:5060").as_bytes()).unwrap();
        let binding = sip::Binding {
            contact,
            flow: self.flow(),
            expires_at: now + Duration::from_secs(3_600),
            user_agent: None,
            instance: None,
            q_permille: 1_000,
            path: Vec::new(),
            reg_id: None,
            call_id: String::new(),
            cseq: 0,
        };
        let sdp = if with_sdp {
            sdp::offer(&self.audio).into()
        } else {
            Bytes::new()
        };
        let from = Identity {
            display: None,
            user: self.user.clone(),
        };
        // An agent's phone is asked for its password; it knows the server as others know a carrier's.
        let destination = if self.proves {
            sip::Destination::Trunk(sip::TrunkName::new("server"))
        } else {
            sip::Destination::Contact(Box::new(binding))
        };
        self.session = Some(self.endpoint.invite(
            now,
            OutgoingInvite {
                hops_left: self.hops_left,
                destination,
                to_user: number.to_owned(),
                from,
                sdp,
                headers: Vec::new(),
            },
        ));
    }

    pub(crate) fn answers(&mut self, now: Duration) {
        if let Some(session) = self.session {
            self.answer(now, session);
        }
    }

    pub(crate) fn hangs_up(&mut self, now: Duration) {
        if let Some(session) = self.session.take() {
            (self.is_up, self.has_spoken) = (false, false);
            if self.requests > 0 && self.dialog.is_some() {
                // Its endpoint does not know how far the numbers of this dialog are.
                return self.request("BYE", "", "");
            }
            self.endpoint.hang_up(now, session, None);
        }
    }

    /// INFO with a key, by hand.
    pub(crate) fn sends_info(&mut self, _now: Duration, key: char) {
        self.request(
            "INFO",
            "application/dtmf-relay",
            &format!("Signal={key}\r\nDuration=160\r\n"),
        );
    }

    /// re-INVITE by hand, acknowledged by hand.
    pub(crate) fn re_invites(&mut self, _now: Duration, direction: &str) {
        let offer = String::from_utf8(sdp::offer(&self.audio)).unwrap();
        let offer = offer.replace("a=sendrecv", &format!("a={direction}"));
        assert!(offer.contains(direction), "{offer}");
        self.request("INVITE", "application/sdp", &offer);
    }

    /// re-INVITE by hand that asks for an SDP offer; what its ACK answers.
    pub(crate) fn re_invites_without_sdp(&mut self, answer: &str) {
        self.request("INVITE", "", "");
        if let Some(ack) = self.outbox.last_mut() {
            let body = format!(
                "Content-Type: application/sdp\r\nContent-Length: {}\r\n\r\n{answer}",
                answer.len()
            );
            let text = String::from_utf8_lossy(ack);
            *ack = text.replace("Content-Length: 0\r\n\r\n", &body).into();
        }
    }

    /// UPDATE by hand, with an SDP offer: also before it has answered (RFC 3311).
    pub(crate) fn updates(&mut self, direction: &str) {
        let offer = String::from_utf8(sdp::offer(&self.audio)).unwrap();
        let offer = offer.replace("a=sendrecv", &format!("a={direction}"));
        self.request("UPDATE", "application/sdp", &offer);
    }

    /// Whether its first packet goes out now.
    pub(crate) fn speaks(&mut self) -> bool {
        let speaks = self.is_up && !self.is_mute && !self.has_spoken && self.server_rtp.is_some();
        self.has_spoken |= speaks;
        speaks
    }

    /// Whether it is in a dialog.
    pub(crate) const fn is_talking(&self) -> bool {
        self.is_up && self.dialog.is_some()
    }

    pub(crate) fn holds_the_old_way(&mut self) {
        let offer = String::from_utf8(sdp::offer(&self.audio)).unwrap();
        let address = format!("c=IN IP4 {}", self.address.ip());
        assert!(offer.contains(&address), "{offer}");
        let offer = offer.replace(&address, "c=IN IP4 0.0.0.0");
        self.request("INVITE", "application/sdp", &offer);
    }

    /// REFER by hand (RFC 3515).
    pub(crate) fn refers(&mut self, refer_to: &str) {
        self.request("REFER", "message/none", "");
        if let Some(refer) = self.outbox.last_mut() {
            let text = String::from_utf8_lossy(refer);
            let text = text.replace(
                "Content-Type: message/none\r\n",
                &format!("Refer-To: {refer_to}\r\n"),
            );
            *refer = text.into();
        }
    }

    /// The dialog as a Replaces header names it (RFC 3891).
    pub(crate) fn replaces(&self) -> String {
        let [from, to, call_id, _] = self.dialog.as_ref().expect("a dialog");
        let tag = |value: &str| value.split("tag=").nth(1).unwrap().to_owned();
        format!("{call_id};to-tag={};from-tag={}", tag(to), tag(from))
    }

    fn request(&mut self, method: &str, kind: &str, body: &str) {
        let [from, to, call_id, contact] = self.dialog.clone().expect("a dialog");
        self.requests += 1;
        let cseq = 100 + self.requests;
        let kind = match kind {
            "" => String::new(),
            kind => format!("Content-Type: {kind}\r\n"),
        };
        let (user, address, length) = (&self.user, self.address, body.len());
        self.outbox.push(
            format!(
                "{method} {contact} SIP/2.0\r\nVia: SIP/2.0/UDP {address};rport;branch=z9hG4bKhand{user}{cseq}\r\nMax-Forwards: 70\r\nFrom: {from}\r\nTo: {to}\r\n\
                 Call-ID: {call_id}\r\nCSeq: {cseq} {method}\r\nContact: <sip:{user}@{address}>\r\n{kind}Content-Length: {length}\r\n\r\n{body}"
            )
            .into(),
        );
        if method == "INVITE" {
            self.outbox.push(
                format!(
                    "ACK {contact} SIP/2.0\r\nVia: SIP/2.0/UDP {address};rport;branch=z9hG4bKack{user}{cseq}\r\nMax-Forwards: 70\r\nFrom: {from}\r\nTo: {to}\r\n\
                     Call-ID: {call_id}\r\nCSeq: {cseq} ACK\r\nContent-Length: 0\r\n\r\n"
                )
                .into(),
            );
        }
    }

    /// REGISTER by hand; `answer_challenge` completes it.
    pub(crate) fn registers(&mut self, expires_s: u32) {
        self.registrations += 1;
        self.expires_s = expires_s;
        self.register(expires_s, None);
    }

    fn register(&mut self, expires_s: u32, authorization: Option<String>) {
        let Self {
            user,
            address,
            registrations,
            ..
        } = self;
        let cseq = *registrations * 2 + u32::from(authorization.is_some());
        let host = address.ip();
        let authorization = authorization
            .map(|value| format!("Authorization: {value}\r\n"))
            .unwrap_or_default();
        self.outbox.push(
            format!(
                "REGISTER sip:hotline.test SIP/2.0\r\nVia: SIP/2.0/UDP {address};rport;branch=z9hG4bKreg{host}x{cseq}\r\nMax-Forwards: 70\r\n\
                 From: <sip:{user}@hotline.test>;tag=r{host}\r\nTo: <sip:{user}@hotline.test>\r\nCall-ID: reg-{address}\r\nCSeq: {cseq} REGISTER\r\n\
                 Contact: <sip:{user}@{address}>\r\nExpires: {expires_s}\r\n{authorization}Content-Length: 0\r\n\r\n"
            )
            .into(),
        );
    }

    /// Takes a message from the network.
    pub(crate) fn hears(&mut self, now: Duration, bytes: Bytes) {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let of_register =
            text.starts_with("SIP/2.0 ") && header(&text, "CSeq").ends_with(" REGISTER");
        if of_register {
            self.history
                .push((now, format!("register {}", &text[8..11])));
            if text.starts_with("SIP/2.0 401")
                && !text.contains(&format!("CSeq: {} ", self.registrations * 2 + 1))
            {
                self.answer_challenge(&text);
            }
            return;
        }
        let by_hand = text.starts_with("SIP/2.0 ") && text.contains("branch=z9hG4bKhand");
        if by_hand {
            self.history
                .push((now, format!("by hand {}", &text[8..11])));
            return;
        }
        if text.starts_with("SIP/2.0 200") && header(&text, "CSeq").ends_with(" INVITE") {
            self.dialog = Some([
                header(&text, "From"),
                header(&text, "To"),
                header(&text, "Call-ID"),
                contact(&text),
            ]);
        }
        if self.manner == Manner::IsDead {
            return;
        }
        if text.starts_with("NOTIFY ") {
            self.outbox.push(line::ok_to(&text));
            self.history
                .push((now, line::in_words(&text).expect("a NOTIFY")));
            return;
        }
        if text.starts_with("INVITE ") {
            self.server_contact = contact(&text);
            self.heard_hops = header(&text, "Max-Forwards").parse().ok();
        }
        self.endpoint.handle_message(now, self.flow(), bytes);
    }

    fn answer_challenge(&mut self, challenge: &str) {
        let Some(password) = self.password.clone() else {
            return;
        };
        let nonce = challenge
            .split("nonce=\"")
            .nth(1)
            .and_then(|rest| rest.split('"').next())
            .unwrap()
            .to_owned();
        let realm = challenge
            .split("realm=\"")
            .nth(1)
            .and_then(|rest| rest.split('"').next())
            .unwrap()
            .to_owned();
        let algorithm = if challenge.contains("SHA-256") {
            Algorithm::Sha256
        } else {
            Algorithm::Md5
        };
        let hex = |bytes: &[u8]| {
            bytes
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect::<String>()
        };
        let ha1 = match algorithm {
            Algorithm::Md5 => hex(&digest::ha1_md5(&self.user, &realm, &password)),
            Algorithm::Sha256 => hex(&digest::ha1_sha256(&self.user, &realm, &password)),
        };
        let given = |response: &str| {
            format!(
                "Digest username=\"{}\", realm=\"{realm}\", nonce=\"{nonce}\", uri=\"sip:hotline.test\", response=\"{response}\", algorithm={}, cnonce=\"c\", qop=auth, nc=00000001",
                self.user,
                algorithm.token()
            )
        };
        let blank = digest::Credentials::parse(given("00").as_bytes()).unwrap();
        let response = digest::response(
            algorithm,
            &ha1,
            &blank,
            &sip::message::method::Method::Register,
        );
        let value = given(&response);
        self.register(self.expires_s, Some(value));
    }

    /// The next time at which it wants to act.
    pub(crate) fn poll_timeout(&self) -> Option<Duration> {
        [
            self.endpoint.poll_timeout(),
            self.answer_at.map(|(at, _)| at),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    pub(crate) fn handle_timeout(&mut self, now: Duration) {
        self.endpoint.handle_timeout(now);
        if let Some((at, session)) = self.answer_at
            && at <= now
        {
            self.answer_at = None;
            self.answer(now, session);
        }
    }

    /// The next message to the server.
    pub(crate) fn poll(&mut self, now: Duration) -> Option<Bytes> {
        if !self.outbox.is_empty() {
            return Some(self.outbox.remove(0));
        }
        while let Some(output) = self.endpoint.poll_output() {
            match output {
                Output::Transmit(transmit) => {
                    let text = String::from_utf8_lossy(&transmit.bytes);
                    let makes_dialog =
                        text.starts_with("SIP/2.0 200") || text.starts_with("SIP/2.0 183");
                    if makes_dialog && header(&text, "CSeq").ends_with(" INVITE") {
                        self.dialog = Some([
                            header(&text, "To"),
                            header(&text, "From"),
                            header(&text, "Call-ID"),
                            self.server_contact.clone(),
                        ]);
                    }
                    return Some(self.as_ours(&text));
                }
                Output::Event(event) => self.event(now, event),
                // The phone has its one flow.
                Output::Connect(_) | Output::Resolve(_) | Output::Vouch(_) => {}
            }
        }
        None
    }

    /// An agent's phone speaks in the hotline's domain, and so claims to be that agent (S11). Its endpoint does not know
    /// that: whoever called it in the name of that domain would have to prove it.
    fn as_ours(&self, text: &str) -> Bytes {
        let (mine, ours) = (format!("@{PHONE_DOMAIN}>"), "@hotline.test>");
        match self.password {
            Some(_) => text.replace(&mine, ours).into(),
            None => text.to_owned().into(),
        }
    }

    fn answer(&mut self, now: Duration, session: SessionId) {
        self.is_up = true;
        let body = self.pending.take().unwrap_or_default();
        self.endpoint.answer(now, session, body);
        self.history.push((now, "answers".into()));
    }

    fn event(&mut self, now: Duration, event: Event) {
        let told = match event {
            Event::Invite { session, invite } => {
                let (caller, called) = (invite.caller.user.clone(), invite.called_user.clone());
                self.called(now, session, *invite);
                if called == self.user {
                    format!("rings from {caller}")
                } else {
                    format!("rings for {called} from {caller}")
                }
            }
            Event::Ringing { status, .. } => format!("is told {status}"),
            Event::Answered { session, sdp, late } => {
                if late {
                    self.endpoint.hang_up(now, session, None);
                }
                self.is_up = !late;
                self.server_rtp = sdp
                    .and_then(|sdp| sdp::accept(&self.audio, &sdp).ok())
                    .map(|agreed| agreed.remote.port());
                "is answered".into()
            }
            Event::Refused { status, .. } => self.over(format!("is refused {status}")),
            Event::Cancelled { reason, .. } => {
                self.over(format!("is cancelled{}", in_words(reason)))
            }
            Event::Ended { reason, .. } => self.over(format!("is hung up{}", in_words(reason))),
            Event::Acked { .. } => "is acked".into(),
            Event::ReInvite { .. }
            | Event::ReInviteAnswered { .. }
            | Event::ReInviteRefused { .. }
            | Event::Refer { .. }
            | Event::BindingsChanged { .. }
            | Event::Trunk { .. }
            | Event::Digit { .. }
            | Event::Registered { .. }
            | Event::Unregistered { .. } => "hears something odd".into(),
        };
        self.history.push((now, told));
    }

    fn over(&mut self, told: String) -> String {
        self.session = None;
        self.answer_at = None;
        (self.is_up, self.has_spoken) = (false, false);
        (self.dialog, self.requests) = (None, 0);
        told
    }

    fn called(&mut self, now: Duration, session: SessionId, invite: sip::IncomingInvite) {
        let busy = self.session.is_some();
        let (body, agreed) = sdp::answer(&invite.sdp.unwrap_or_default(), &self.audio).unwrap();
        match self.manner {
            _ if busy => self.endpoint.reject(now, session, Refusal::new(486)),
            Manner::Refuses(status) => self.endpoint.reject(now, session, Refusal::new(status)),
            Manner::IsDead => {}
            Manner::Rings | Manner::Answers(_) | Manner::Announces(_) => {
                let body = Bytes::from(body);
                self.server_rtp = Some(agreed.remote.port());
                self.pending = Some(body.clone());
                self.session = Some(session);
                match self.manner {
                    Manner::Announces(_) => self.endpoint.progress(now, session, body),
                    _ => self.endpoint.ring(now, session),
                }
                if let Manner::Answers(after) | Manner::Announces(after) = self.manner {
                    self.answer_at = Some((now + after, session));
                }
            }
        }
    }
}

/// The way to the server for a phone that has a password.
fn server(user: &str, password: &str) -> sip::Trunk {
    sip::Trunk {
        name: sip::TrunkName::new("server"),
        server: sip::Target {
            host: SERVER.ip().to_string(),
            port: Some(SERVER.port()),
            transport: Some(Transport::Udp),
            is_secure: false,
        },
        domain: "hotline.test".into(),
        credentials: Some(sip::Credentials {
            user: user.into(),
            password: password.into(),
            realm: None,
        }),
        registration: None,
        probe_every: None,
        probe_failures_max: 1,
        matching: sip::Matching::default(),
        is_trusted: false,
    }
}

fn in_words(reason: Option<sip::Reason>) -> String {
    reason
        .and_then(|reason| reason.text)
        .map(|text| format!(": {text}"))
        .unwrap_or_default()
}

pub(crate) fn header(message: &str, name: &str) -> String {
    let line = message
        .lines()
        .find(|line| line.starts_with(&format!("{name}: ")))
        .unwrap_or_else(|| panic!("no {name} in {message}"));
    line[name.len() + 2..].trim().to_owned()
}

/// The URI between the brackets of Contact.
pub(crate) fn contact(message: &str) -> String {
    header(message, "Contact")
        .split(['<', '>'])
        .nth(1)
        .unwrap()
        .to_owned()
}
