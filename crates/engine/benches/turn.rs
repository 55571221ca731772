//! What a whole call costs in the engine: INVITE, menu, key, queue, decision, ring, answer, talk, BYE, facts (F11).
//!
//! The engine is deterministic (R3), so the inputs of two hundred calls are recorded once, with a little text phone, and
//! then replayed into a fresh engine with the same seed: the figure holds the engine's work and nothing of the phone's.
//! `cargo bench -p engine --bench turn`: the figure divided by the calls in its name is one call.
#![allow(
    clippy::wildcard_enum_match_arm,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a bench that cannot be set up fails"
)]

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use divan::Bencher;
use engine::{
    AgentEntry, Asker, Command, CommandId, Config, Engine, Entry, Input, MediaPlan, Number,
    Numbers, Output, Queue, RecordingPolicy, Reply, Request, Settings, SignIn, StateRequest,
};
use model::AgentId;
use sip::{Flow, Transport};

const START: Duration = Duration::from_secs(1_795_222_800);
const SERVER: &str = "10.0.0.1:5060";
const CALLER: &str = "10.0.1.1:5060";
const CALLS: usize = 200;
const PASSWORD: &str = "correct horse battery";
const SDP: &str = "v=0\r\no=- 1 1 IN IP4 10.0.1.1\r\ns=-\r\nc=IN IP4 10.0.1.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 8 0 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=sendrecv\r\n";

const SCRIPT: &str = r#"
title = { en = "Bench" }
languages = ["en"]
start = "welcome"
[prompt.welcome]
en = "Press 1."
[menu.welcome]
prompt = "welcome"
keys = { 1 = "support" }
on_failure = "support"
[queue.support]
queue = "support"
on_full = "bye"
on_closed = "bye"
on_no_agents = "bye"
on_timeout = "bye"
[hangup.bye]
"#;

fn main() {
    divan::main();
}

/// Agents in the queue; the cost must not follow them (F2, F4).
#[divan::bench(args = [1, 100, 1000], sample_count = 20)]
fn two_hundred_calls(bencher: Bencher, agents: u64) {
    let calls = record(agents);
    bencher
        .with_inputs(|| staffed(agents))
        .bench_values(|mut engine| {
            for (at, input) in &calls {
                engine.handle_input(*at, input.clone());
                while engine.poll_output().is_some() {}
                if engine.poll_timeout().is_some_and(|due| due <= *at) {
                    engine.handle_timeout(*at);
                }
            }
            engine
        });
}

/// An engine with its agents at work.
fn staffed(agents: u64) -> Engine {
    let mut engine = Engine::new(START, settings());
    for number in 1..=agents {
        let login = (1_000 + number).to_string();
        let put = Command::PutAgent(AgentEntry {
            id: AgentId::new(number),
            login: login.clone(),
            name: login.clone(),
            queues: vec!["support".into()],
            skills: BTreeMap::new(),
            opted_out: Default::default(),
            off_net: None,
            ha1_md5: sip::digest::ha1_md5(&login, "bench", PASSWORD),
            ha1_sha256: sip::digest::ha1_sha256(&login, "bench", PASSWORD),
        });
        engine.handle_input(START, Input::Command(CommandId(number), put));
        register(&mut engine, number, &login);
        let ready = Command::SetAgentState {
            agent: AgentId::new(number),
            request: StateRequest::Ready,
            by: Asker::Agent,
        };
        engine.handle_input(START, Input::Command(CommandId(number), ready));
        while engine.poll_output().is_some() {}
    }
    engine
}

fn settings() -> Settings {
    let (script, _) = ivr::parse("main".into(), "main.toml", SCRIPT);
    let mut rules = acd::QueueConfig::new("support".into());
    rules.strategy = acd::strategy::find("longest-idle").unwrap();
    rules.wrap_up = Duration::ZERO;
    let queue = Queue {
        rules,
        title: BTreeMap::new(),
        vip_first: false,
        keeping: engine::Keeping::default(),
        survey: None,
        music: media::SoundName::new("music/default"),
        opening: engine::OpeningSounds::default(),
        announce: engine::Announce::default(),
    };
    let plan = model::NumberPlan::new("CN").unwrap();
    let config = Config {
        version: 1,
        plan,
        numbers: Numbers::new(
            &plan,
            [(
                "4000".to_owned(),
                Number {
                    entry: Entry::Script("main".into()),
                    open: true,
                    priority: 0,
                    by_region: false,
                },
            )]
            .into(),
        )
        .unwrap(),
        regions: engine::Regions::default(),
        trunks: BTreeMap::new(),
        dial: engine::DialPlan::default(),
        queues: [("support".into(), queue)].into(),
        scripts: [("main".into(), Arc::new(script.unwrap()))].into(),
        calendars: BTreeMap::new(),
        canary: None,
        closing_max: Duration::from_secs(7 * 24 * 3_600),
        language: "en".into(),
        recording: RecordingPolicy::All,
        sign_in: SignIn::Page,
        reasons: engine::Reasons::default(),
        hold: engine::HoldTimes::default(),
        standby: engine::StandingBy::default(),
        house_sounds: Default::default(),
        mailboxes: Default::default(),
        clips: Default::default(),
        shared_numbers: std::collections::BTreeSet::new(),
    };
    let server: SocketAddr = SERVER.parse().unwrap();
    Settings {
        config: Arc::new(config),
        sip: sip::EndpointConfig {
            domain: "bench".into(),
            realm: "bench".into(),
            product: "Trunkline".into(),
            listeners: vec![(Transport::Udp, server)],
            public: Vec::new(),
            nonce_secret: [7; 32],
            seed: 7,
            hotlines: Default::default(),
            limits: sip::Limits::default(),
            registration: sip::RegistrationLimits::default(),
            timers: sip::Timers::default(),
            session_timer: sip::SessionTimer::default(),
        },
        media: MediaPlan {
            bind: server.ip(),
            advertise: server.ip(),
            port_min: 20_000,
            port_max: 60_000,
            threads: 1,
        },
        seed: 1,
        node: 0,
        journal: false,
    }
}

fn message(from: &str, text: String) -> Input {
    let flow = Flow {
        transport: Transport::Udp,
        local: SERVER.parse().unwrap(),
        remote: from.parse().unwrap(),
        connection: 0,
    };
    Input::Message {
        flow,
        bytes: Bytes::from(text),
    }
}

/// The value of a header, or of a parameter in quotes.
fn after<'a>(text: &'a str, name: &str, end: char) -> &'a str {
    let start = text.find(name).unwrap() + name.len();
    text[start..].split(end).next().unwrap()
}

fn register(engine: &mut Engine, number: u64, login: &str) {
    let address = format!("10.1.{}.{}:5060", number / 250, number % 250 + 1);
    let request = |cseq: u32, authorization: &str| {
        format!(
            "REGISTER sip:bench SIP/2.0\r\nVia: SIP/2.0/UDP {address};branch=z9hG4bKr{login}{cseq}\r\nMax-Forwards: 70\r\nFrom: <sip:{login}@bench>;tag=r\r\n\
             To: <sip:{login}@bench>\r\nCall-ID: r{login}\r\nCSeq: {cseq} REGISTER\r\nContact: <sip:{login}@{address}>\r\nExpires: 7200\r\n{authorization}Content-Length: 0\r\n\r\n"
        )
    };
    engine.handle_input(START, message(&address, request(1, "")));
    let challenge = texts(engine).pop().unwrap();
    let nonce = after(&challenge, "nonce=\"", '"').to_owned();
    let given = |response: &str| {
        format!(
            "Digest username=\"{login}\", realm=\"bench\", nonce=\"{nonce}\", uri=\"sip:bench\", response=\"{response}\", algorithm=SHA-256, cnonce=\"c\", qop=auth, nc=00000001"
        )
    };
    let blank = sip::digest::Credentials::parse(given("00").as_bytes()).unwrap();
    let ha1: String = sip::digest::ha1_sha256(login, "bench", PASSWORD)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let response = sip::digest::response(
        sip::digest::Algorithm::Sha256,
        &ha1,
        &blank,
        &sip::message::method::Method::Register,
    );
    let authorization = format!("Authorization: {}\r\n", given(&response));
    engine.handle_input(START, message(&address, request(2, &authorization)));
    assert!(
        texts(engine).pop().unwrap().starts_with("SIP/2.0 200"),
        "{login} is registered"
    );
}

/// The messages that the engine sends, all other wishes aside.
fn texts(engine: &mut Engine) -> Vec<String> {
    wishes(engine)
        .into_iter()
        .filter_map(|output| match output {
            Output::Transmit(transmit) => Some(String::from_utf8(transmit.bytes.to_vec()).unwrap()),
            _ => None,
        })
        .collect()
}

fn wishes(engine: &mut Engine) -> Vec<Output> {
    std::iter::from_fn(|| engine.poll_output()).collect()
}

/// Plays two hundred calls once and writes down what the engine was given.
fn record(agents: u64) -> Vec<(Duration, Input)> {
    let mut tape = Tape {
        engine: staffed(agents),
        inputs: Vec::new(),
        now: START + Duration::from_secs(1),
    };
    for number in 0..CALLS {
        tape.call(number);
    }
    tape.inputs
}

struct Tape {
    engine: Engine,
    inputs: Vec<(Duration, Input)>,
    now: Duration,
}

impl Tape {
    fn give(&mut self, input: Input) -> Vec<Output> {
        self.now += Duration::from_millis(20);
        self.inputs.push((self.now, input.clone()));
        self.engine.handle_input(self.now, input);
        let given = wishes(&mut self.engine);
        if self
            .engine
            .poll_timeout()
            .is_some_and(|due| due <= self.now)
        {
            self.engine.handle_timeout(self.now);
            wishes(&mut self.engine);
        }
        given
    }

    fn call(&mut self, number: usize) {
        let caller = |method: &str, cseq: u32, to: &str, body: &str| {
            format!(
                "{method} sip:4000@{SERVER} SIP/2.0\r\nVia: SIP/2.0/UDP {CALLER};rport;branch=z9hG4bKc{number}{method}\r\nMax-Forwards: 70\r\nFrom: <sip:13800001111@10.0.1.1>;tag=c{number}\r\n\
                 To: {to}\r\nCall-ID: c{number}\r\nCSeq: {cseq} {method}\r\nContact: <sip:13800001111@{CALLER}>\r\n{}Content-Length: {}\r\n\r\n{body}",
                if body.is_empty() {
                    ""
                } else {
                    "Content-Type: application/sdp\r\n"
                },
                body.len()
            )
        };
        let given = self.give(message(
            CALLER,
            caller("INVITE", 1, "<sip:4000@10.0.0.1>", SDP),
        ));
        let port = given
            .iter()
            .find_map(|output| match output {
                Output::Media(media::Command::Open { port, .. }) => Some(*port),
                _ => None,
            })
            .unwrap();
        for output in &given {
            if let Output::Request(Request::Profile { call, .. }) = output {
                self.give(Input::Reply(Reply::Profile {
                    call: *call,
                    typed: None,
                    profile: Some(Box::default()),
                }));
            }
        }
        let answer = given
            .iter()
            .find_map(sip_text)
            .filter(|text| text.starts_with("SIP/2.0 "))
            .unwrap();
        let answer = if answer.starts_with("SIP/2.0 100") {
            given.iter().filter_map(sip_text).nth(1).unwrap()
        } else {
            answer
        };
        let to = after(&answer, "\r\nTo: ", '\r').to_owned();
        self.give(message(CALLER, caller("ACK", 1, &to, "")));
        let given = self.give(Input::Media(media::News::Digit {
            port,
            digit: '1',
            duration_ms: 100,
            way: media::DigitWay::Event,
        }));
        let (invite, agent) = given
            .iter()
            .find_map(|output| match output {
                Output::Transmit(transmit) if transmit.bytes.starts_with(b"INVITE ") => {
                    Some((sip_text(output).unwrap(), transmit.flow.remote.to_string()))
                }
                _ => None,
            })
            .expect("an agent is rung");
        for status in ["180 Ringing", "200 OK"] {
            self.give(message(&agent, response(&invite, status, &agent, number)));
        }
        let given = self.give(message(CALLER, caller("BYE", 2, &to, "")));
        let bye = given
            .iter()
            .filter_map(sip_text)
            .find(|text| text.starts_with("BYE "))
            .expect("the agent is told");
        self.give(message(&agent, response(&bye, "200 OK", &agent, number)));
        for output in given {
            if let Output::Media(media::Command::Close { port }) = output {
                self.give(Input::Media(media::News::Closed {
                    port,
                    statistics: media::PortStatistics::default(),
                }));
            }
        }
    }
}

fn sip_text(output: &Output) -> Option<String> {
    match output {
        Output::Transmit(transmit) => String::from_utf8(transmit.bytes.to_vec()).ok(),
        _ => None,
    }
}

fn response(request: &str, status: &str, agent: &str, number: usize) -> String {
    let copied: String = request
        .lines()
        .filter(|line| {
            ["Via:", "From:", "Call-ID:", "CSeq:"]
                .iter()
                .any(|name| line.starts_with(name))
        })
        .map(|line| format!("{line}\r\n"))
        .collect();
    let to = after(request, "\r\nTo: ", '\r');
    let tag = if to.contains("tag=") {
        String::new()
    } else {
        format!(";tag=a{number}")
    };
    let body = if status.starts_with("200") && request.starts_with("INVITE") {
        SDP
    } else {
        ""
    };
    let kind = if body.is_empty() {
        ""
    } else {
        "Content-Type: application/sdp\r\n"
    };
    format!(
        "SIP/2.0 {status}\r\n{copied}To: {to}{tag}\r\nContact: <sip:a@{agent}>\r\n{kind}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}
