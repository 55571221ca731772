//! Cost of a request through the whole endpoint: read, transaction, dialog, answer written; and what a registration and an idle
//! dialog weigh. Time is that of one core without sockets; the weight is the growth of the process's resident set.

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a bench without its input measures nothing; what it finds is printed; the system tells the weight in a file"
)]

use std::time::Duration;

use bytes::Bytes;
use sip::{
    Account, Endpoint, EndpointConfig, Event, Flow, Limits, Output, RegistrationLimits, SessionId,
    SessionTimer, Timers, Transport, digest,
    digest::{Algorithm, Credentials},
    message::Method,
};

const AT: &str = "192.0.2.99:5060";
const DOMAIN: &str = "call.example.com";
const ROWS: u32 = 10_000;
/// Transactions of so many rows live at one time.
const STEP: u32 = 500;
const SDP: &str = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 30000 RTP/AVP 8 101\r\n\
    a=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\n";

fn main() {
    // Alone, before the allocator has room to spare from other work.
    println!("{:.2} KiB a registration", weight(register_all) / 1_024.0);
    println!("{:.2} KiB an idle dialog", weight(talk_all) / 1_024.0);
    divan::main();
}

struct Bench {
    endpoint: Endpoint,
    now: Duration,
    cseq: u32,
}

fn flow(row: u32) -> Flow {
    let [_, b, c, d] = row.to_be_bytes();
    Flow {
        transport: Transport::Udp,
        local: AT.parse().expect("an address"),
        remote: ([10, b, c, d], 5_060).into(),
        connection: 0,
    }
}

impl Bench {
    fn new(accounts: u32) -> Self {
        let address = AT.parse().expect("an address");
        let mut endpoint = Endpoint::new(EndpointConfig {
            domain: DOMAIN.into(),
            realm: DOMAIN.into(),
            product: "Trunkline/bench".into(),
            listeners: vec![(Transport::Udp, address)],
            public: Vec::new(),
            nonce_secret: [7; 32],
            seed: 1,
            hotlines: ["4000".to_owned()].into(),
            limits: Limits {
                stranger_pending_per_source_max: usize::MAX,
                stranger_sessions_per_source_max: usize::MAX,
                ..Limits::default()
            },
            registration: RegistrationLimits::default(),
            timers: Timers::default(),
            session_timer: SessionTimer::default(),
        });
        for row in 0..accounts {
            let user = user(row);
            let account = Account {
                ha1_md5: digest::ha1_md5(&user, DOMAIN, "a password"),
                ha1_sha256: digest::ha1_sha256(&user, DOMAIN, "a password"),
            };
            endpoint.set_account(&user, account);
        }
        Self {
            endpoint,
            now: Duration::from_secs(1_000_000),
            cseq: 0,
        }
    }

    /// The last message that goes out, and the session of a call that comes in.
    fn take(&mut self, flow: Flow, text: String) -> (Bytes, Option<SessionId>) {
        self.endpoint.handle_message(self.now, flow, text.into());
        self.drain()
    }

    fn drain(&mut self) -> (Bytes, Option<SessionId>) {
        let (mut last, mut session) = (Bytes::new(), None);
        while let Some(output) = self.endpoint.poll_output() {
            match output {
                Output::Transmit(transmit) => last = transmit.bytes,
                Output::Event(Event::Invite { session: new, .. }) => session = Some(new),
                Output::Event(_) | Output::Connect(_) | Output::Resolve(_) | Output::Vouch(_) => {}
            }
        }
        (last, session)
    }

    fn request(&mut self, method: &str, row: u32, to: &str, extra: &str, body: &str) -> String {
        self.cseq += 1;
        let (cseq, remote) = (self.cseq, flow(row).remote);
        let (user, uri) = (user(row), uri(method));
        format!(
            "{method} {uri} SIP/2.0\r\nVia: SIP/2.0/UDP {remote};branch=z9hG4bK{cseq};rport\r\nMax-Forwards: 70\r\n\
             From: <sip:{user}@phones.example.net>;tag=f{row}\r\nTo: {to}\r\nCall-ID: c{row}@{remote}\r\nCSeq: {cseq} {method}\r\n\
             Contact: <sip:{user}@{remote}>\r\nUser-Agent: bench\r\n{extra}Content-Length: {}\r\n\r\n{body}",
            body.len()
        )
    }

    /// Both rounds: the challenge, and the answer to it.
    fn register(&mut self, row: u32) {
        let user = user(row);
        let to = format!("<sip:{user}@{DOMAIN}>");
        let first = self.request("REGISTER", row, &to, "Expires: 3600\r\n", "");
        let (challenge, _) = self.take(flow(row), first);
        let text = String::from_utf8_lossy(&challenge).into_owned();
        let nonce = text
            .split("nonce=\"")
            .nth(1)
            .and_then(|rest| rest.split('"').next());
        let nonce = nonce.expect("a challenge").to_owned();
        let uri = uri("REGISTER");
        let credentials = Credentials {
            username: user.clone(),
            realm: DOMAIN.into(),
            nonce: nonce.clone(),
            uri: uri.clone().into_bytes(),
            response: Vec::new(),
            cnonce: b"c".to_vec(),
            nc: 1,
            nc_text: b"00000001".to_vec(),
            algorithm: Algorithm::Sha256,
        };
        let ha1 = digest::ha1_sha256(&user, DOMAIN, "a password");
        let ha1: String = ha1.iter().map(|byte| format!("{byte:02x}")).collect();
        let proof = digest::response(Algorithm::Sha256, &ha1, &credentials, &Method::Register);
        let line = format!(
            "Authorization: Digest username=\"{user}\", realm=\"{DOMAIN}\", nonce=\"{nonce}\", uri=\"{uri}\", response=\"{proof}\", \
             algorithm=SHA-256, qop=auth, nc=00000001, cnonce=\"c\"\r\nExpires: 3600\r\n"
        );
        let second = self.request("REGISTER", row, &to, &line, "");
        let (granted, _) = self.take(flow(row), second);
        assert!(granted.starts_with(b"SIP/2.0 200 "), "{granted:?}");
    }

    /// INVITE, 200, ACK; gives To with its tag.
    fn call(&mut self, row: u32) -> String {
        let to = format!("<sip:4000@{DOMAIN}>");
        let invite = self.request("INVITE", row, &to, "Content-Type: application/sdp\r\n", SDP);
        let (_, session) = self.take(flow(row), invite);
        let session = session.expect("a call");
        self.endpoint
            .answer(self.now, session, Bytes::from_static(SDP.as_bytes()));
        let (ok, _) = self.drain();
        let text = String::from_utf8_lossy(&ok).into_owned();
        let to = text
            .lines()
            .find_map(|line| line.strip_prefix("To: "))
            .expect("a To")
            .to_owned();
        self.cseq -= 1;
        let ack = self.request("ACK", row, &to, "", "");
        self.take(flow(row), ack);
        to
    }

    /// What waits out its time is gone.
    fn settle(&mut self) {
        self.now += Duration::from_secs(40);
        self.endpoint.handle_timeout(self.now);
        self.drain();
    }
}

fn user(row: u32) -> String {
    format!("agent{row}")
}

fn uri(method: &str) -> String {
    let user = if method == "REGISTER" || method == "OPTIONS" {
        ""
    } else {
        "4000@"
    };
    format!("sip:{user}{DOMAIN}")
}

fn register_all(bench: &mut Bench) {
    for row in 0..ROWS {
        bench.register(row);
        if row % STEP == 0 {
            bench.settle();
        }
    }
}

fn talk_all(bench: &mut Bench) {
    for row in 0..ROWS {
        bench.call(row);
        if row % STEP == 0 {
            bench.settle();
        }
    }
}

/// Bytes that each of the rows adds to the process once its transactions are over.
fn weight(fill: impl Fn(&mut Bench)) -> f64 {
    let mut bench = Bench::new(ROWS);
    let before = resident();
    fill(&mut bench);
    bench.settle();
    let grown = resident().saturating_sub(before);
    grown as f64 / f64::from(ROWS)
}

fn resident() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").expect("a Linux");
    let pages: u64 = statm
        .split(' ')
        .nth(1)
        .and_then(|pages| pages.parse().ok())
        .expect("a number");
    pages * 4_096
}

#[divan::bench]
fn options(bencher: divan::Bencher<'_, '_>) {
    let mut bench = Bench::new(0);
    bencher.bench_local(|| {
        let text = bench.request("OPTIONS", 1, &format!("<sip:{DOMAIN}>"), "", "");
        bench.take(flow(1), text)
    });
}

/// Two messages in, two out; three digests.
#[divan::bench]
fn register_with_digest(bencher: divan::Bencher<'_, '_>) {
    let mut bench = Bench::new(1);
    let mut rounds = 0_u32;
    bencher.bench_local(|| {
        bench.register(0);
        rounds += 1;
        if rounds.is_multiple_of(64) {
            bench.settle();
        }
    });
}

/// INVITE, ACK and BYE in; 100, 200 and 200 out.
#[divan::bench]
fn invite_ack_bye(bencher: divan::Bencher<'_, '_>) {
    let mut bench = Bench::new(0);
    let mut rounds = 0_u32;
    bencher.bench_local(|| {
        let to = bench.call(1);
        let bye = bench.request("BYE", 1, &to, "", "");
        let (ok, _) = bench.take(flow(1), bye);
        assert!(ok.starts_with(b"SIP/2.0 200 "), "{ok:?}");
        rounds += 1;
        if rounds.is_multiple_of(64) {
            bench.settle();
        }
    });
}
