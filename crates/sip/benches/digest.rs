//! G8: a wrong password takes as long as a name that nobody has, to within 0.3 ms; and what a right one costs.
//!
//! `cargo bench -p sip --bench digest`. Each row is the second REGISTER, the one with the answer to our challenge, from the
//! bytes to the answer; `wrong_password` and `unknown_user` are the pair to compare. Measured on two busy cores, medians of
//! 1,000: 8.7 µs and 8.4 µs, a right password 11.2 µs.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use sip::digest::{Algorithm, Credentials, ha1_md5, ha1_sha256, response};
use sip::message::{Header, Method, parse};
use sip::{
    Account, Endpoint, EndpointConfig, Flow, Limits, Output, RegistrationLimits, SessionTimer,
    Timers, Transport,
};

fn main() {
    divan::main();
}

const DOMAIN: &str = "call.example.com";
const NOW: Duration = Duration::from_secs(1_700_000_000);

/// As many accounts as a large centre has: a look-up among them is part of the answer.
const ACCOUNTS: usize = 10_000;

fn flow() -> Flow {
    Flow {
        transport: Transport::Udp,
        local: SocketAddr::from(([10, 0, 0, 1], 5060)),
        remote: SocketAddr::from(([10, 0, 0, 2], 5060)),
        connection: 0,
    }
}

fn endpoint() -> Endpoint {
    let mut endpoint = Endpoint::new(EndpointConfig {
        domain: DOMAIN.into(),
        realm: DOMAIN.into(),
        product: "Trunkline/bench".into(),
        listeners: vec![(Transport::Udp, flow().local)],
        public: Vec::new(),
        nonce_secret: [9; 32],
        seed: 1,
        hotlines: std::collections::BTreeSet::new(),
        limits: Limits {
            // One endpoint serves all rounds of a row.
            wrong_passwords_per_minute_max: usize::MAX,
            ..Limits::default()
        },
        registration: RegistrationLimits::default(),
        timers: Timers::default(),
        session_timer: SessionTimer::default(),
    });
    for number in 0..ACCOUNTS {
        let user = format!("u{number}");
        let account = Account {
            ha1_md5: ha1_md5(&user, DOMAIN, "secret"),
            ha1_sha256: ha1_sha256(&user, DOMAIN, "secret"),
        };
        endpoint.set_account(&user, account);
    }
    endpoint
}

fn register(user: &str, number: u64, authorization: &str) -> Bytes {
    format!(
        "REGISTER sip:{DOMAIN} SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.2;branch=z9hG4bK{number};rport\r\nMax-Forwards: 70\r\n\
         From: <sip:{user}@{DOMAIN}>;tag=a\r\nTo: <sip:{user}@{DOMAIN}>\r\nCall-ID: c{number}\r\nCSeq: 2 REGISTER\r\n\
         Contact: <sip:{user}@10.0.0.2>\r\n{authorization}Content-Length: 0\r\n\r\n"
    )
    .into()
}

/// Hands a message in; the answer.
fn answer(endpoint: &mut Endpoint, bytes: Bytes) -> Option<Bytes> {
    endpoint.handle_message(NOW, flow(), bytes);
    let mut last = None;
    while let Some(output) = endpoint.poll_output() {
        if let Output::Transmit(transmit) = output {
            last = Some(transmit.bytes);
        }
    }
    last
}

/// The REGISTER that answers a challenge.
fn proof(endpoint: &mut Endpoint, user: &str, password: &str, number: u64) -> Option<Bytes> {
    let challenge = answer(endpoint, register(user, number, ""))?;
    let challenge = parse(challenge, &Limits::default()).ok()?;
    let offer = String::from_utf8_lossy(challenge.first(Header::WwwAuthenticate)?).into_owned();
    let nonce = offer
        .split("nonce=\"")
        .nth(1)?
        .split('"')
        .next()?
        .to_owned();
    let credentials = Credentials {
        username: user.into(),
        realm: DOMAIN.into(),
        nonce: nonce.clone(),
        uri: format!("sip:{DOMAIN}").into(),
        response: Vec::new(),
        cnonce: b"c".to_vec(),
        nc: 1,
        nc_text: b"00000001".to_vec(),
        algorithm: Algorithm::Sha256,
    };
    let ha1 = ha1_sha256(user, DOMAIN, password);
    let ha1: String = ha1.iter().map(|byte| format!("{byte:02x}")).collect();
    let digest = response(Algorithm::Sha256, &ha1, &credentials, &Method::Register);
    let line = format!(
        "Authorization: Digest username=\"{user}\", realm=\"{DOMAIN}\", nonce=\"{nonce}\", uri=\"sip:{DOMAIN}\", \
         response=\"{digest}\", algorithm=SHA-256, cnonce=\"c\", qop=auth, nc=00000001\r\n"
    );
    Some(register(user, number.wrapping_add(1 << 32), &line))
}

fn row(bencher: divan::Bencher<'_, '_>, user: &str, password: &str, expected: &[u8]) {
    let endpoint = std::cell::RefCell::new(endpoint());
    let number = std::cell::Cell::new(0);
    bencher
        .with_inputs(|| {
            number.set(number.get() + 1);
            proof(&mut endpoint.borrow_mut(), user, password, number.get())
        })
        .bench_local_values(|request| {
            let told = request.and_then(|request| answer(&mut endpoint.borrow_mut(), request));
            assert!(told.is_some_and(|told| told.starts_with(expected)));
        });
}

#[divan::bench(sample_count = 1_000)]
fn right_password(bencher: divan::Bencher<'_, '_>) {
    row(bencher, "u7777", "secret", b"SIP/2.0 200 ");
}

#[divan::bench(sample_count = 1_000)]
fn unknown_user(bencher: divan::Bencher<'_, '_>) {
    row(bencher, "x7777", "secret", b"SIP/2.0 403 ");
}

#[divan::bench(sample_count = 1_000)]
fn wrong_password(bencher: divan::Bencher<'_, '_>) {
    row(bencher, "u7777", "wrong", b"SIP/2.0 403 ");
}
