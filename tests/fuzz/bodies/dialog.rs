//! Body of the target `dialog`: an endpoint, a peer that says anything, and an owner who does anything, byte by byte.
//!
//! The low five bits of a byte say what is done, the high three with which call and how. Whatever the script, the tables stay
//! within their limits, each session ends once, and 1,000 s after everybody has hung up nothing is left.

use super::Verdict;
use sip::digest::{Challenge, Proof, ha1_md5, ha1_sha256};
use sip::endpoint::Sizes;
use sip::message::{Header, Message, Method, parse};
use sip::{
    Account, Destination, DialogInfo, DialogState, Endpoint, EndpointConfig, Event, Flow, Identity,
    Limits, MessageSummary, OutgoingInvite, Output, ReferId, Refusal, RegistrationLimits,
    SessionId, SessionTimer, Timers, Transport,
};
use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

const DOMAIN: &str = "call.example.com";
/// Longer scripts show nothing new.
const STEPS_MAX: usize = 400;
/// What the peer has not answered yet, at most.
const PENDING_MAX: usize = 16;
const SESSIONS_MAX: usize = 6;
const TRANSACTIONS_MAX: usize = 64;
const SUBSCRIPTIONS_MAX: usize = 3;
const RELAYS_MAX: usize = 2;
/// Time steps in milliseconds.
const STEPS_MS: [u64; 8] = [10, 200, 500, 4_000, 10_000, 32_000, 95_000, 300_000];
const STATUSES: [u16; 8] = [100, 180, 183, 200, 200, 401, 487, 491];
/// What a response repeats, RFC 3261 §8.2.6.2.
const ECHOED: [Header; 5] = [
    Header::Via,
    Header::From,
    Header::To,
    Header::CallId,
    Header::CSeq,
];

/// Plays a script.
pub(crate) fn dialog(data: &[u8]) -> Verdict {
    let mut stage = Stage::new();
    for byte in data.iter().take(STEPS_MAX) {
        stage.step(byte & 0x1f, usize::from(byte >> 5));
        stage.expect_bounds();
    }
    stage.end();
    Verdict::Accepted
}

/// A call as the peer sees it.
struct Call {
    number: u32,
    is_account: bool,
    to_tag: Option<String>,
    cseq: u32,
    invite_cseq: u32,
    rseq: Option<u32>,
}

struct Stage {
    endpoint: Endpoint,
    now: Duration,
    calls: [Call; 4],
    calls_made: u32,
    own_calls: usize,
    branches: u32,
    proofs: u32,
    challenge: Option<Challenge>,
    last_said: Vec<u8>,
    pending: VecDeque<Message>,
    sessions: Vec<SessionId>,
    over: BTreeSet<SessionId>,
    refers: Vec<ReferId>,
}

fn flow(transport: Transport) -> Flow {
    Flow {
        transport,
        local: "10.0.0.1:5060".parse().expect("an address"),
        remote: "10.0.0.3:5063".parse().expect("an address"),
        connection: u32::from(transport != Transport::Udp),
    }
}

fn config() -> EndpointConfig {
    let at = flow(Transport::Udp).local;
    EndpointConfig {
        domain: DOMAIN.into(),
        realm: DOMAIN.into(),
        product: "Trunkline/fuzz".into(),
        listeners: vec![(Transport::Udp, at), (Transport::Tcp, at)],
        public: Vec::new(),
        nonce_secret: [3; 32],
        seed: 1,
        hotlines: BTreeSet::from(["4000".to_owned()]),
        limits: Limits {
            sessions_max: SESSIONS_MAX,
            transactions_max: TRANSACTIONS_MAX,
            subscriptions_max: SUBSCRIPTIONS_MAX,
            relays_max: RELAYS_MAX,
            ..Limits::default()
        },
        registration: RegistrationLimits::default(),
        timers: Timers::default(),
        session_timer: SessionTimer::default(),
    }
}

fn account() -> Account {
    Account {
        ha1_md5: ha1_md5("1001", DOMAIN, "secret"),
        ha1_sha256: ha1_sha256("1001", DOMAIN, "secret"),
    }
}

impl Stage {
    fn new() -> Self {
        let mut endpoint = Endpoint::new(config());
        endpoint.set_account("1001", account());
        let call = |number| Call {
            number,
            is_account: false,
            to_tag: None,
            cseq: 1,
            invite_cseq: 1,
            rseq: None,
        };
        Self {
            endpoint,
            now: Duration::from_secs(1_700_000_000),
            calls: [call(0), call(1), call(2), call(3)],
            calls_made: 4,
            own_calls: 0,
            branches: 0,
            proofs: 0,
            challenge: None,
            last_said: Vec::new(),
            pending: VecDeque::new(),
            sessions: Vec::new(),
            over: BTreeSet::new(),
            refers: Vec::new(),
        }
    }

    fn step(&mut self, what: u8, how: usize) {
        let (at, flag) = (how & 3, how & 4 != 0);
        match what {
            0..=14 => self.peer_speaks(what, at, flag),
            15 => self.peer_answers(how),
            16..=27 => self.owner_acts(what, how),
            28 => self.peer_repeats(flag),
            29 => self.close_connection(),
            _ => self.pass(Duration::from_millis(STEPS_MS[how])),
        }
    }

    fn peer_speaks(&mut self, what: u8, at: usize, flag: bool) {
        match what {
            0 => self.start_call(at, flag),
            1 => self.in_dialog(at, "INVITE", "Supported: timer,100rel\r\n", flag),
            2 => self.in_dialog(at, "UPDATE", "", flag),
            3 => {
                let call = &self.calls[at];
                let rseq = call.rseq.unwrap_or(1);
                let rack = format!("RAck: {rseq} {} INVITE\r\n", call.invite_cseq);
                self.in_dialog(at, "PRACK", &rack, flag);
            }
            4 => self.refer(at, flag),
            5 => self.in_dialog(at, "BYE", "", false),
            6 => self.of_invite(at, "CANCEL", flag),
            7 => self.of_invite(at, "ACK", flag),
            8 => {
                let package = ["message-summary", "dialog"][at & 1];
                let expires = if flag { 0 } else { 300 };
                let extra = format!("Event: {package}\r\nExpires: {expires}\r\n");
                self.outside("SUBSCRIBE", &extra, "");
            }
            9 => self.outside("MESSAGE", "Content-Type: text/plain\r\n", "hello"),
            10 => {
                let expires = if flag { 0 } else { 600 };
                self.outside("REGISTER", &format!("Expires: {expires}\r\n"), "");
            }
            11 => self.outside("OPTIONS", "", ""),
            12 => {
                let extra = "Content-Type: application/dtmf-relay\r\n";
                let text = self.in_dialog_text(at, "INFO", extra, "Signal=5\r\nDuration=100\r\n");
                self.say(at, text);
            }
            13 => self.in_dialog(at, "NOTIFY", "Event: refer\r\n", flag),
            _ => self.in_dialog(at, "SUBSCRIBE", "Event: refer\r\nExpires: 60\r\n", flag),
        }
    }

    fn owner_acts(&mut self, what: u8, how: usize) {
        let now = self.now;
        let known = self.sessions.len();
        // The latest first.
        let session = self.sessions[known.saturating_sub(1 + how % known.max(1))..].first();
        let session = session.copied().unwrap_or(SessionId(u64::MAX));
        let refer = self.refers.last().copied().unwrap_or(ReferId(u64::MAX));
        let sdp = format!("v=0 ours {how}").into_bytes();
        let endpoint = &mut self.endpoint;
        match what {
            16 => endpoint.answer(now, session, sdp.into()),
            17 => endpoint.ring(now, session),
            18 => endpoint.progress(now, session, sdp.into()),
            19 => endpoint.reject(now, session, Refusal::new(486)),
            20 => endpoint.reinvite(now, session, sdp.into()),
            21 => endpoint.hang_up(now, session, None),
            22 => endpoint.accept_reinvite(now, session, sdp.into()),
            23 => endpoint.reject_reinvite(now, session, 488),
            24 if how & 1 == 0 => endpoint.accept_refer(now, refer),
            24 => endpoint.refuse_refer(now, refer, 603),
            25 => endpoint.report_refer(now, refer, STATUSES[how]),
            26 => self.owner_calls(),
            _ => self.tell_state(how),
        }
        self.drain();
    }

    /// A call of ours to the phone, if it is registered.
    fn owner_calls(&mut self) {
        let Some(binding) = self.endpoint.bindings("1001").first().cloned() else {
            return;
        };
        if self.own_calls >= SESSIONS_MAX {
            return;
        }
        self.own_calls += 1;
        let invite = OutgoingInvite {
            hops_left: sip::HOPS_MAX,
            destination: Destination::Contact(Box::new(binding)),
            to_user: "1001".into(),
            from: Identity {
                display: None,
                user: "4000".into(),
            },
            sdp: b"v=0 call".to_vec().into(),
            headers: Vec::new(),
        };
        let session = self.endpoint.invite(self.now, invite);
        self.sessions.push(session);
    }

    fn tell_state(&mut self, how: usize) {
        let (new, old) = (u32::try_from(how).unwrap_or_default(), 0);
        let summary = MessageSummary { new, old };
        self.endpoint.set_message_summary(self.now, "1001", summary);
        let dialogs = (how & 1 == 0).then(|| DialogInfo {
            id: "1".into(),
            is_initiator: false,
            state: DialogState::Early,
            remote: None,
        });
        let dialogs = dialogs.into_iter().collect();
        self.endpoint.set_dialog_info(self.now, "1001", dialogs);
    }

    fn start_call(&mut self, at: usize, is_account: bool) {
        self.calls_made += 1;
        self.calls[at] = Call {
            number: self.calls_made,
            is_account,
            to_tag: None,
            cseq: 0,
            invite_cseq: 1,
            rseq: None,
        };
        self.in_dialog(
            at,
            "INVITE",
            "Supported: timer,100rel,replaces\r\n",
            !is_account,
        );
    }

    fn refer(&mut self, at: usize, is_attended: bool) {
        let other = &self.calls[(at + 1) & 3];
        let replaces = match &other.to_tag {
            Some(tag) if is_attended => {
                format!(
                    "?Replaces=call{}%3Bto-tag%3D{tag}%3Bfrom-tag%3Df1",
                    other.number
                )
            }
            Some(_) | None => String::new(),
        };
        let extra = format!("Refer-To: <sip:1002@{DOMAIN}{replaces}>\r\n");
        self.in_dialog(at, "REFER", &extra, false);
    }

    fn in_dialog(&mut self, at: usize, method: &str, extra: &str, has_sdp: bool) {
        let (kind, body) = if has_sdp {
            ("Content-Type: application/sdp\r\n", "v=0 theirs")
        } else {
            ("", "")
        };
        let text = self.in_dialog_text(at, method, &format!("{extra}{kind}"), body);
        self.say(at, text);
    }

    fn in_dialog_text(&mut self, at: usize, method: &str, extra: &str, body: &str) -> String {
        let call = &mut self.calls[at];
        call.cseq += 1;
        if method == "INVITE" {
            call.invite_cseq = call.cseq;
        }
        let cseq = call.cseq;
        self.text(at, method, cseq, extra, body)
    }

    /// ACK and CANCEL bear the CSeq of the INVITE; an ACK to a 2xx has a branch of its own.
    fn of_invite(&mut self, at: usize, method: &str, has_sdp: bool) {
        let cseq = self.calls[at].invite_cseq;
        let (kind, body) = if has_sdp && method == "ACK" {
            ("Content-Type: application/sdp\r\n", "v=0 late")
        } else {
            ("", "")
        };
        let text = self.text(at, method, cseq, kind, body);
        self.say(at, text);
    }

    fn text(&mut self, at: usize, method: &str, cseq: u32, extra: &str, body: &str) -> String {
        let proof = self.proof(method, "sip:4000@call.example.com");
        let call = &self.calls[at];
        let (number, transport) = (call.number, transport_of(at).via_token());
        let (user, host, proof) = if call.is_account {
            ("1001", DOMAIN, proof)
        } else {
            ("139", "carrier.example", String::new())
        };
        let tag = match &call.to_tag {
            Some(tag) if method != "CANCEL" => format!(";tag={tag}"),
            Some(_) | None => String::new(),
        };
        format!(
            "{method} sip:4000@{DOMAIN} SIP/2.0\r\nVia: SIP/2.0/{transport} 10.0.0.3:5063;branch=z9hG4bKc{number}n{cseq}\r\n\
             Max-Forwards: 70\r\nFrom: <sip:{user}@{host}>;tag=f1\r\nTo: <sip:4000@{DOMAIN}>{tag}\r\n\
             Call-ID: call{number}\r\nCSeq: {cseq} {method}\r\nContact: <sip:{user}@10.0.0.3:5063>\r\n{proof}{extra}\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        )
    }

    fn outside(&mut self, method: &str, extra: &str, body: &str) {
        self.branches += 1;
        let number = self.branches;
        let uri = format!("sip:1001@{DOMAIN}");
        let proof = self.proof(method, &uri);
        let text = format!(
            "{method} {uri} SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.3:5063;branch=z9hG4bKo{number}\r\nMax-Forwards: 70\r\n\
             From: <sip:1001@{DOMAIN}>;tag=o{number}\r\nTo: <{uri}>\r\nCall-ID: out\r\nCSeq: {number} {method}\r\n\
             Contact: <sip:1001@10.0.0.3:5063>\r\n{proof}{extra}Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        self.say(0, text);
    }

    /// The answer to the last challenge.
    fn proof(&mut self, method: &str, uri: &str) -> String {
        let Some(challenge) = &self.challenge else {
            return String::new();
        };
        self.proofs += 1;
        let method = Method::parse(method.as_bytes()).expect("a method");
        let value = challenge.answer(Proof {
            user: "1001",
            password: "secret",
            method: &method,
            uri: uri.as_bytes(),
            cnonce: "c0ffee".into(),
            count: self.proofs,
        });
        let name = if method == Method::Register {
            "Authorization"
        } else {
            "Proxy-Authorization"
        };
        format!("{name}: {}\r\n", String::from_utf8_lossy(&value))
    }

    /// The peer answers a request of ours.
    fn peer_answers(&mut self, how: usize) {
        let Some(request) = self.pending.pop_front() else {
            return;
        };
        let is_invite = request.method() == Some(&Method::Invite);
        let status = STATUSES[how];
        let mut text = format!("SIP/2.0 {status} x\r\n");
        for (header, name, value) in request.fields() {
            let line = [name, b": ", value].concat();
            let line = String::from_utf8_lossy(&line).into_owned();
            if !ECHOED.contains(&header) {
                continue;
            }
            text += &line;
            if header == Header::To && !line.contains(";tag=") {
                text += ";tag=peer";
            }
            text += "\r\n";
        }
        if status == 183 {
            text += "Require: 100rel\r\nRSeq: 7\r\n";
        }
        let body = if is_invite && how != 4 && status < 300 {
            "v=0 peer"
        } else {
            ""
        };
        text += &format!(
            "Contact: <sip:1001@10.0.0.3:5063>\r\nContent-Type: application/sdp\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        if is_invite && status < 200 {
            self.pending.push_front(request);
        }
        self.say(0, text);
    }

    /// A packet comes twice, or cut.
    fn peer_repeats(&mut self, is_cut: bool) {
        let mut bytes = self.last_said.clone();
        if is_cut {
            bytes.truncate(bytes.len() / 2);
        }
        self.endpoint
            .handle_message(self.now, flow(Transport::Udp), bytes.into());
        self.drain();
    }

    fn close_connection(&mut self) {
        self.endpoint
            .handle_flow_closed(self.now, flow(Transport::Tcp));
        self.drain();
    }

    fn say(&mut self, at: usize, text: String) {
        self.last_said = text.into_bytes();
        let bytes = self.last_said.clone().into();
        self.endpoint
            .handle_message(self.now, flow(transport_of(at)), bytes);
        self.drain();
    }

    fn pass(&mut self, span: Duration) {
        let until = self.now + span;
        let mut turns = 0;
        while let Some(due) = self.endpoint.poll_timeout().filter(|due| *due <= until) {
            turns += 1;
            assert!(turns < 50_000, "timers that never rest");
            self.now = self.now.max(due);
            self.endpoint.handle_timeout(self.now);
            self.drain();
        }
        self.now = until;
    }

    fn drain(&mut self) {
        let mut outputs = 0;
        while let Some(output) = self.endpoint.poll_output() {
            outputs += 1;
            assert!(outputs < 1_000, "one turn says more than a thousand things");
            match output {
                Output::Transmit(transmit) => self.hear(&transmit.bytes),
                Output::Event(event) => self.heed(&event),
                Output::Connect(_) | Output::Resolve(_) | Output::Vouch(_) => {}
            }
        }
    }

    /// What the endpoint sends is a message, but for answers that echo a cut one; the peer learns from it.
    fn hear(&mut self, bytes: &[u8]) {
        let read = parse(bytes.to_vec().into(), &Limits::default());
        let Ok(message) = read else {
            assert!(bytes.starts_with(b"SIP/2.0 "), "{read:?}");
            return;
        };
        if message.method().is_some() {
            if message.method() != Some(&Method::Ack) && self.pending.len() < PENDING_MAX {
                self.pending.push_back(message);
            }
            return;
        }
        for header in [Header::WwwAuthenticate, Header::ProxyAuthenticate] {
            let challenges = message.all(header).filter_map(Challenge::parse);
            if let Some(challenge) = Challenge::strongest(challenges) {
                self.challenge = Some(challenge);
                self.proofs = 0;
            }
        }
        let tag = message.to().and_then(|to| to.tag().map(<[u8]>::to_vec));
        let calls = self.calls.iter_mut();
        for call in calls {
            if message.call_id() == format!("call{}", call.number).as_bytes() {
                call.rseq = message.number(Header::RSeq).or(call.rseq);
                let is_dialog = message
                    .status()
                    .is_some_and(|status| status > 100 && status < 300);
                if is_dialog && call.to_tag.is_none() {
                    call.to_tag = tag.clone().map(|tag| String::from_utf8_lossy(&tag).into());
                }
            }
        }
    }

    fn heed(&mut self, event: &Event) {
        let (session, is_end) = match event {
            Event::Invite { session, .. } => {
                self.sessions.push(*session);
                (session, false)
            }
            Event::Refer { refer, session, .. } => {
                self.refers.push(*refer);
                (session, false)
            }
            Event::Acked { session, .. }
            | Event::ReInvite { session, .. }
            | Event::ReInviteAnswered { session, .. }
            | Event::ReInviteRefused { session, .. }
            | Event::Digit { session, .. }
            | Event::Ringing { session, .. }
            | Event::Answered { session, .. } => (session, false),
            Event::Cancelled { session, .. }
            | Event::Refused { session, .. }
            | Event::Ended { session, .. } => (session, true),
            Event::Registered { .. }
            | Event::BindingsChanged { .. }
            | Event::Trunk { .. }
            | Event::Unregistered { .. } => return,
        };
        assert!(!self.over.contains(session), "news of the dead: {event:?}");
        if is_end {
            self.over.insert(*session);
        }
    }

    fn expect_bounds(&self) {
        let sizes = self.endpoint.sizes();
        assert!(sizes.sessions <= SESSIONS_MAX + self.own_calls, "{sizes:?}");
        assert!(sizes.subscriptions <= SUBSCRIPTIONS_MAX, "{sizes:?}");
        assert!(sizes.relays <= RELAYS_MAX, "{sizes:?}");
        assert!(sizes.registered <= 1, "{sizes:?}");
        // Each session may have some of its own beyond the bound for what comes.
        assert!(sizes.transactions <= 2 * TRANSACTIONS_MAX, "{sizes:?}");
        assert!(sizes.timers <= 8 * TRANSACTIONS_MAX, "{sizes:?}");
    }

    /// Everybody hangs up; registrations last 600 s and subscriptions 300 s.
    fn end(mut self) {
        for session in self.sessions.clone() {
            self.endpoint.hang_up(self.now, session, None);
            self.drain();
        }
        self.pass(Duration::from_secs(1_000));
        assert_eq!(self.endpoint.sizes(), Sizes::default(), "something is left");
        assert!(self.endpoint.is_quiet());
    }
}

/// Half of the calls come by a connection.
fn transport_of(at: usize) -> Transport {
    if at < 2 {
        Transport::Udp
    } else {
        Transport::Tcp
    }
}
