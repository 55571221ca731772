//! G1: mutated messages, 12,500 as datagrams and 12,500 on streams, against a real endpoint: no panic, nothing that grows, and an
//! innocent OPTIONS is answered all the time. A failing run names its seed.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "a broken property fails the test, and the seeds are files"
)]

use bytes::Bytes;
use sip::framing::{Frame, StreamFramer};
use sip::{
    Account, Endpoint, EndpointConfig, Event, Flow, Limits, Output, Refusal, RegistrationLimits,
    SessionTimer, Timers, Transport, digest,
};
use std::path::PathBuf;
use std::time::Duration;

const MESSAGES: u64 = 12_500;
/// An innocent asks after so many hostile messages.
const INNOCENT_EVERY: u64 = 50;
const AT: &str = "192.0.2.99:5060";

/// What a mutation inserts: what parsers have tripped over.
const MORSELS: [&[u8]; 24] = [
    b"\r\n",
    b"\n",
    b"\0",
    b"\r",
    b" ",
    b"\t",
    b";",
    b",",
    b"<",
    b">",
    b"\"",
    b"\\",
    b"%00",
    b"%",
    b":",
    b"=",
    b"[",
    b"]",
    b"@",
    b"4294967296",
    b"-1",
    b"\xff\xfe",
    b"SIP/2.0",
    b"\r\n ",
];

/// SplitMix64: the whole run follows from its seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % below.max(1) as u64).unwrap()
    }

    fn mutate(&mut self, message: &[u8], other: &[u8]) -> Vec<u8> {
        let mut bytes = message.to_vec();
        for _ in 0..=self.roll(4) {
            let at = self.roll(bytes.len());
            let until = (at + 1 + self.roll(40)).min(bytes.len());
            match self.roll(8) {
                0 if !bytes.is_empty() => bytes[at] ^= 1 << self.roll(8),
                1 => drop(bytes.drain(at..until)),
                2 => bytes.truncate(at),
                3 => {
                    let morsel = MORSELS[self.roll(MORSELS.len())];
                    bytes.splice(at..at, morsel.iter().copied());
                }
                4 => {
                    let again = bytes[at.min(bytes.len())..until].repeat(1 + self.roll(30));
                    bytes.splice(at..at, again);
                }
                5 => {
                    let from = self.roll(other.len());
                    let to = (from + self.roll(200)).min(other.len());
                    bytes.splice(at..until, other[from..to].iter().copied());
                }
                6 => swap_lines(&mut bytes, self.roll(12), self.roll(12)),
                _ => {
                    let morsel = MORSELS[self.roll(MORSELS.len())];
                    bytes.splice(at..until, morsel.repeat(1 + self.roll(50)));
                }
            }
        }
        bytes
    }
}

fn swap_lines(bytes: &mut Vec<u8>, one: usize, other: usize) {
    let mut lines: Vec<Vec<u8>> = bytes
        .split(|byte| *byte == b'\n')
        .map(<[u8]>::to_vec)
        .collect();
    if one < lines.len() && other < lines.len() {
        lines.swap(one, other);
        *bytes = lines.join(&b'\n');
    }
}

fn endpoint() -> Endpoint {
    let at = AT.parse().unwrap();
    let mut endpoint = Endpoint::new(EndpointConfig {
        domain: "example.com".into(),
        realm: "example.com".into(),
        product: "Trunkline/test".into(),
        listeners: vec![(Transport::Udp, at), (Transport::Tcp, at)],
        public: Vec::new(),
        nonce_secret: [1; 32],
        seed: 1,
        hotlines: ["user", "joe", "UserB", "4000"].map(str::to_owned).into(),
        limits: Limits::default(),
        registration: RegistrationLimits::default(),
        timers: Timers::default(),
        session_timer: SessionTimer::default(),
    });
    let account = Account {
        ha1_md5: digest::ha1_md5("1001", "example.com", "secret"),
        ha1_sha256: digest::ha1_sha256("1001", "example.com", "secret"),
    };
    endpoint.set_account("1001", account);
    endpoint
}

/// The torture messages, and what phones send every day.
fn seeds() -> Vec<Vec<u8>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/torture");
    let mut files: Vec<PathBuf> = ["rfc4475", "rfc5118"]
        .iter()
        .flat_map(|name| std::fs::read_dir(folder.join(name)).unwrap())
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let mut seeds: Vec<Vec<u8>> = files
        .iter()
        .map(|path| std::fs::read(path).unwrap())
        .collect();
    for (method, extra) in [
        (
            "INVITE",
            "Supported: 100rel, timer, replaces\r\nSession-Expires: 90\r\nReplaces: a;to-tag=b;from-tag=c\r\n",
        ),
        (
            "REGISTER",
            "Supported: path, outbound\r\nPath: <sip:p;lr>\r\nAuthorization: Digest username=\"1001\", realm=\"example.com\", nonce=\"00\", uri=\"sip:example.com\", response=\"00\", algorithm=MD5, qop=auth, nc=00000001, cnonce=\"x\"\r\n",
        ),
        (
            "SUBSCRIBE",
            "Event: dialog\r\nAccept: application/dialog-info+xml\r\nExpires: 60\r\n",
        ),
        (
            "REFER",
            "Refer-To: <sip:1002@example.com?Replaces=a%3Bto-tag%3Db%3Bfrom-tag%3Dc>\r\n",
        ),
        ("MESSAGE", "Content-Type: text/plain\r\n"),
        (
            "NOTIFY",
            "Event: message-summary\r\nSubscription-State: active\r\n",
        ),
        ("UPDATE", "Session-Expires: 90;refresher=uas\r\n"),
        ("PRACK", "RAck: 1 1 INVITE\r\n"),
        ("BYE", "Reason: Q.850;cause=16;text=\"x\"\r\n"),
        ("CANCEL", "Reason: SIP;cause=200\r\n"),
        ("ACK", ""),
        ("INFO", "Content-Type: application/dtmf-relay\r\n"),
    ] {
        seeds.push(
            format!(
                "{method} sip:4000@example.com SIP/2.0\r\nVia: SIP/2.0/UDP 198.51.100.7:5070;branch=z9hG4bK{method};rport\r\n\
                 Max-Forwards: 70\r\nFrom: \"A\" <sip:1390@example.net>;tag=1\r\nTo: <sip:4000@example.com>\r\nCall-ID: {method}@x\r\n\
                 CSeq: 1 {method}\r\nContact: <sip:1390@198.51.100.7:5070>\r\n{extra}Content-Length: 0\r\n\r\n"
            )
            .into_bytes(),
        );
    }
    seeds
}

struct Siege {
    endpoint: Endpoint,
    now: Duration,
    answers: u64,
}

impl Siege {
    fn new() -> Self {
        Self {
            endpoint: endpoint(),
            now: Duration::from_secs(1_000_000),
            answers: 0,
        }
    }

    fn flow(transport: Transport, remote: &str) -> Flow {
        Flow {
            transport,
            local: AT.parse().unwrap(),
            remote: remote.parse().unwrap(),
            connection: u32::from(transport != Transport::Udp),
        }
    }

    /// Hands a message over; calls are refused, transfers too, as their owner would.
    fn take(&mut self, flow: Flow, message: Bytes) -> Vec<Bytes> {
        self.now += Duration::from_millis(7);
        self.endpoint.handle_message(self.now, flow, message);
        self.drain()
    }

    fn drain(&mut self) -> Vec<Bytes> {
        let mut sent = Vec::new();
        while let Some(output) = self.endpoint.poll_output() {
            match output {
                Output::Transmit(transmit) => sent.push(transmit.bytes),
                Output::Event(Event::Invite { session, .. }) => {
                    self.endpoint.reject(self.now, session, Refusal::new(486));
                }
                Output::Event(Event::Refer { refer, .. }) => {
                    self.endpoint.refuse_refer(self.now, refer, 603);
                }
                Output::Event(_) | Output::Vouch(_) => {}
                Output::Connect(_) | Output::Resolve(_) => panic!("nobody asked us to go anywhere"),
            }
        }
        self.answers += sent.len() as u64;
        sent
    }

    fn innocent(&mut self, round: u64) {
        let text = format!(
            "OPTIONS sip:example.com SIP/2.0\r\nVia: SIP/2.0/UDP 203.0.113.5:5060;branch=z9hG4bKinnocent{round};rport\r\n\
             Max-Forwards: 70\r\nFrom: <sip:i@example.net>;tag=1\r\nTo: <sip:example.com>\r\nCall-ID: i{round}\r\nCSeq: 1 OPTIONS\r\n\
             Content-Length: 0\r\n\r\n"
        );
        let flow = Self::flow(Transport::Udp, "203.0.113.5:5060");
        let sent = self.take(flow, text.into());
        assert!(
            sent.iter().any(|bytes| bytes.starts_with(b"SIP/2.0 200 ")),
            "round {round}"
        );
    }

    /// All time that any of it may take has passed: nothing is left (G5).
    fn aftermath(mut self) {
        let end = self.now + Duration::from_secs(600);
        while let Some(at) = self.endpoint.poll_timeout().filter(|at| *at <= end) {
            self.endpoint.handle_timeout(at.max(self.now));
            self.now = self.now.max(at);
            self.drain();
        }
        let left = self.endpoint.sizes();
        assert_eq!(left, sip::endpoint::Sizes::default());
        assert!(self.endpoint.blocked().len() <= 1_000);
        assert!(
            self.answers > MESSAGES / 10,
            "only {} answers: the mutations go too far",
            self.answers
        );
    }
}

#[test]
fn g1_mutated_datagrams_hurt_nobody() {
    let seeds = seeds();
    let mut siege = Siege::new();
    for round in 0..MESSAGES {
        let mut dice = Dice(round);
        let (seed, other) = (
            &seeds[dice.roll(seeds.len())],
            &seeds[dice.roll(seeds.len())],
        );
        let message = dice.mutate(seed, other);
        let remote = format!("198.51.100.{}:5070", round % 250);
        siege.take(Siege::flow(Transport::Udp, &remote), message.into());
        if round % INNOCENT_EVERY == 0 {
            siege.innocent(round);
        }
    }
    siege.aftermath();
}

#[test]
fn g1_mutated_streams_hurt_nobody() {
    let seeds = seeds();
    let mut siege = Siege::new();
    for round in 0..MESSAGES {
        let mut dice = Dice(round ^ 0x5eed << 32);
        let (seed, other) = (
            &seeds[dice.roll(seeds.len())],
            &seeds[dice.roll(seeds.len())],
        );
        let stream = [dice.mutate(seed, other), other.clone()].concat();
        let mut flow = Siege::flow(Transport::Tcp, &format!("198.51.100.{}:5070", round % 250));
        flow.connection = u32::try_from(round).unwrap() + 1;
        let mut framer = StreamFramer::new(Limits::default());
        for piece in stream.chunks(1 + dice.roll(700)) {
            framer.push(piece);
            while let Ok(Some(frame)) = framer.next_frame() {
                if let Frame::Message(message) = frame {
                    siege.take(flow, message);
                }
            }
            assert!(framer.pending_bytes() <= Limits::default().message_bytes_max + 700);
        }
        siege.endpoint.handle_flow_closed(siege.now, flow);
        siege.drain();
        if round % INNOCENT_EVERY == 0 {
            siege.innocent(round);
        }
    }
    siege.aftermath();
}
