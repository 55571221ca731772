//! Calls that come and go by carriers: where they enter, how many there may be, who may call out and what he hears.

use std::time::Duration;

use engine::{Capacity, Config, Entry, Number, Route, Trunk, Writing};
use model::fact::{Direction, Fact};
use model::{NumberForm, NumberPlan};
use sip::TrunkName;

use crate::hotline::Hotline;
use crate::phone::Manner;
use crate::plan::{leads, numbers};

const SECOND: Duration = Duration::from_secs(1);
const MS: Duration = Duration::from_millis(1);
pub(crate) const OURS: &str = "+861065529988";

/// A trunk whose server is the phone at 10.0.2.`host`; all of its network is the carrier's.
pub(crate) fn trunk(name: &str, host: u8, network: &str) -> Trunk {
    Trunk {
        line: sip::Trunk {
            name: TrunkName::new(name),
            server: sip::Target {
                host: format!("10.0.2.{host}"),
                port: Some(5_060),
                transport: Some(sip::Transport::Udp),
                is_secure: false,
            },
            domain: format!("{name}.test"),
            credentials: None,
            registration: None,
            probe_every: Some(30 * SECOND),
            probe_failures_max: 3,
            matching: sip::Matching {
                networks: vec![network.parse().unwrap()],
                ..sip::Matching::default()
            },
            is_trusted: true,
        },
        capacity: Capacity::default(),
        plan: NumberPlan::new("CN").unwrap(),
        incoming: Writing {
            form: NumberForm::National,
            prefix: String::new(),
        },
        outgoing: Writing::default(),
        caller_id: Some(OURS.into()),
        dtmf: engine::Dtmf::Auto,
        passes_callers: false,
    }
}

/// Two carriers, the second a way out for the first; calls for `OURS` enter the script.
pub(crate) fn carriers(config: &mut Config) {
    let main = trunk("main", 9, "10.0.2.0/25");
    let spare = trunk("spare", 209, "10.0.2.128/25");
    config.trunks = [main, spare]
        .into_iter()
        .map(|trunk| (trunk.line.name.clone(), trunk))
        .collect();
    let number = Number {
        open: false,
        ..leads(Entry::Script("main".into()))
    };
    numbers(config, [(OURS, number.clone()), ("4000", number)]);
    config.dial.area = Some("+8610".into());
    config.dial.routes = vec![Route {
        name: "all".into(),
        prefixes: Vec::new(),
        classes: [].into(),
        trunks: vec![TrunkName::new("main"), TrunkName::new("spare")],
        caller_id: None,
    }];
}

pub(crate) fn open() -> Hotline {
    open_with(|_| {})
}

pub(crate) fn open_with(change: impl FnOnce(&mut Config)) -> Hotline {
    Hotline::with(|config| {
        carriers(config);
        change(config);
    })
}

/// Both carriers' servers, answering probes.
pub(crate) fn with_servers(hotline: &mut Hotline, manner: Manner) {
    let numbers = ["+8613800001111", "+8613800002222", "10086", "110"];
    hotline.carrier("main", 9, manner, &numbers);
    hotline.carrier("spare", 209, manner, &numbers);
    hotline.run_for(SECOND);
}

pub(crate) fn at_rest(hotline: &mut Hotline) {
    hotline.run_for(40 * SECOND);
    let engine = &hotline.engine;
    assert_eq!((engine.calls(), engine.ports_in_use()), (0, 0), "S25");
    for name in ["main", "spare"] {
        assert_eq!(engine.trunk_load(&TrunkName::new(name)), (0, 0), "{name}");
    }
    assert!(hotline.broken.is_empty(), "{:?}", hotline.broken);
}

pub(crate) fn causes(hotline: &Hotline) -> Vec<(u16, String)> {
    let refused = |fact: &&Fact| match fact {
        Fact::CallRefused { status, cause, .. } => Some((*status, cause.clone())),
        _ => None,
    };
    let facts = hotline.facts_named("call.refused");
    facts.iter().filter_map(refused).collect()
}

#[test]
fn a4_a_carriers_caller_enters_by_a_number_of_ours_and_is_known_by_one_key() {
    let mut hotline = open();
    hotline.agent("1001", Manner::Rings);
    hotline.carrier("13800001111", 30, Manner::Rings, &[]);
    hotline.dials("13800001111", "01065529988");
    assert_eq!(hotline.hears("13800001111"), "a prompt");
    let arrived = hotline.facts_named("call.arrived");
    let Fact::CallArrived {
        caller,
        called,
        direction,
        trunk,
        ..
    } = arrived[0]
    else {
        panic!("{arrived:?}");
    };
    assert_eq!(caller.number.as_deref(), Some("+8613800001111"));
    assert_eq!(caller.raw.as_deref(), Some("13800001111"));
    assert_eq!((called.as_str(), *direction), (OURS, Direction::In));
    assert_eq!(trunk.as_deref(), Some("main"));
    hotline.run_for(4 * SECOND);
    hotline.presses("13800001111", '1');
    assert!(
        hotline.when("1001", "rings from +8613800001111").is_some(),
        "the agent sees the key: {:?}",
        hotline.phones["1001"].history
    );
    hotline.hangs_up("13800001111");
    at_rest(&mut hotline);
}

#[test]
fn a4_a_number_that_is_not_ours_is_refused_and_nobody_is_led_out() {
    let mut hotline = open();
    hotline.agent("1001", Manner::Rings);
    with_servers(&mut hotline, Manner::Rings);
    for (host, dialled) in [(30, "01065529989"), (31, "13800001111"), (32, "1001")] {
        let name = format!("caller{host}");
        hotline.carrier(&name, host, Manner::Rings, &[]);
        hotline.dials(&name, dialled);
        assert!(hotline.when(&name, "is refused 404").is_some(), "{dialled}");
    }
    assert_eq!(causes(&hotline), vec![(404, "unknown_number".into()); 3]);
    assert!(hotline.when("main", "rings").is_none(), "no call goes out");
    at_rest(&mut hotline);
}

#[test]
fn a9_a_withheld_number_is_no_number() {
    let mut hotline = open();
    hotline.carrier("anonymous", 30, Manner::Rings, &[]);
    hotline.dials("anonymous", "01065529988");
    let arrived = hotline.facts_named("call.arrived");
    assert!(
        matches!(arrived[0], Fact::CallArrived { caller, .. } if caller.is_withheld() && caller.raw.is_none()),
        "{arrived:?}"
    );
    let asked = |wish: &&String| wish.contains("Request(Profile");
    assert_eq!(hotline.wishes.iter().filter(asked).count(), 0);
    hotline.hangs_up("anonymous");
    at_rest(&mut hotline);
}

#[test]
fn a3_a_full_trunk_refuses_and_says_when_to_come_again() {
    let mut hotline = open_with(|config| {
        let main = config.trunks.get_mut(&TrunkName::new("main")).unwrap();
        main.capacity.calls_in_max = Some(2);
    });
    for host in 30..33 {
        let name = format!("caller{host}");
        hotline.carrier(&name, host, Manner::Rings, &[]);
        hotline.dials(&name, "01065529988");
    }
    assert!(hotline.when("caller32", "is refused 503").is_some());
    assert_eq!(causes(&hotline), [(503, "trunk_direction_full".into())]);
    let told = |wish: &&String| wish.contains("503 ") && wish.contains("Retry-After: 5");
    assert!(hotline.wishes.iter().any(|wish| told(&wish)));
    hotline.hangs_up("caller30");
    hotline.run_for(SECOND);
    hotline.dials("caller32", "01065529988");
    assert!(hotline.when("caller32", "is answered").is_some());
    hotline.hangs_up("caller31");
    hotline.hangs_up("caller32");
    at_rest(&mut hotline);
}

#[test]
fn a3_too_many_calls_a_second() {
    let mut hotline = open_with(|config| {
        let main = config.trunks.get_mut(&TrunkName::new("main")).unwrap();
        main.capacity.calls_per_s_max = Some(1);
    });
    for host in 30..32 {
        let name = format!("caller{host}");
        hotline.carrier(&name, host, Manner::Rings, &[]);
        hotline.dials(&name, "01065529988");
    }
    assert_eq!(causes(&hotline), [(503, "trunk_rate".into())]);
    hotline.run_for(SECOND);
    hotline.dials("caller31", "01065529988");
    assert!(hotline.when("caller31", "is answered").is_some());
    hotline.hangs_up("caller30");
    hotline.hangs_up("caller31");
    at_rest(&mut hotline);
}

#[test]
fn a2_a_trunk_that_is_down_is_told_and_passed_over() {
    let mut hotline = open();
    hotline.agent("1001", Manner::Rings);
    with_servers(&mut hotline, Manner::Answers(SECOND));
    hotline.phone("main").manner = Manner::IsDead;
    hotline.run_for(240 * SECOND);
    let told = hotline.facts_named("trunk.state_changed");
    let down = |fact: &&&Fact| matches!(fact, Fact::TrunkStateChanged { trunk, state, cause: Some(_) } if trunk == "main" && state == "down");
    assert_eq!(told.iter().filter(down).count(), 1, "{told:?}");
    let dialled = hotline.now;
    hotline.dials("1001", "13800001111");
    hotline.run_for(SECOND);
    let rang = hotline.when("spare", "rings for").unwrap();
    assert!(rang - dialled < 100 * MS, "no time is lost on it");
    hotline.hangs_up("1001");
    at_rest(&mut hotline);
}

/// An INVITE of the carrier as it stands on the wire.
fn invite(from: &str, headers: &str) -> String {
    let body = "v=0\r\no=- 1 1 IN IP4 10.0.2.30\r\ns=-\r\nc=IN IP4 10.0.2.30\r\nt=0 0\r\nm=audio 40000 RTP/AVP 8\r\n";
    format!(
        "INVITE sip:01065529988@10.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.2.30:5060;rport;branch=z9hG4bKraw\r\nMax-Forwards: 70\r\n\
         From: {from};tag=raw\r\nTo: <sip:01065529988@10.0.0.1>\r\nCall-ID: raw\r\nCSeq: 1 INVITE\r\nContact: <sip:gw@10.0.2.30:5060>\r\n\
         {headers}Content-Type: application/sdp\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

#[test]
fn a_trusted_carrier_is_believed_who_calls_and_who_sent_him_on() {
    let from = "<sip:anybody@carrier.test>";
    let headers = "P-Asserted-Identity: <tel:+8613800001111>\r\nDiversion: <sip:4008001234@carrier.test>;reason=no-answer, <sip:02162345678@carrier.test>;reason=unconditional\r\n";
    for (is_trusted, number, diverted) in [
        (true, "+8613800001111", Some("+862162345678")),
        (false, "anybody", None),
    ] {
        let mut hotline = open_with(|config| {
            for trunk in config.trunks.values_mut() {
                trunk.line.is_trusted = is_trusted;
            }
        });
        let carrier = std::net::SocketAddr::from(([10, 0, 2, 30], 5_060));
        hotline.datagram(carrier, invite(from, headers).as_bytes());
        hotline.run_for(100 * std::time::Duration::from_millis(1));
        let arrived = hotline.facts_named("call.arrived");
        let Fact::CallArrived {
            caller,
            diverted_from,
            ..
        } = arrived[0]
        else {
            panic!("{arrived:?}");
        };
        assert_eq!(caller.number.as_deref(), Some(number), "S11: {is_trusted}");
        assert_eq!(diverted_from.as_deref(), diverted, "{is_trusted}");
    }
}
