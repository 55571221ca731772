//! Calls that come and go by carriers: where they enter, how many there may be, who may call out and what he hears.

use std::time::Duration;

use engine::{Capacity, Class, Config, Entry, Number, Numbers, Route, Trunk, Writing};
use model::fact::{CallResult, Direction, EndedBy, Fact};
use model::{AgentState, NumberForm, NumberPlan};
use sip::TrunkName;

use crate::hotline::{Hotline, SCRIPT};
use crate::phone::Manner;

const SECOND: Duration = Duration::from_secs(1);
const MS: Duration = Duration::from_millis(1);
const OURS: &str = "+861065529988";

/// A trunk whose server is the phone at 10.0.2.`host`; all of its network is the carrier's.
fn trunk(name: &str, host: u8, network: &str) -> Trunk {
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
        passes_callers: false,
    }
}

/// Two carriers, the second a way out for the first; calls for `OURS` enter the script.
fn carriers(config: &mut Config) {
    let main = trunk("main", 9, "10.0.2.0/25");
    let spare = trunk("spare", 209, "10.0.2.128/25");
    config.trunks = [main, spare]
        .into_iter()
        .map(|trunk| (trunk.line.name.clone(), trunk))
        .collect();
    let number = Number {
        entry: Entry::Script("main".into()),
        open: false,
    };
    let written = [(OURS.to_owned(), number.clone()), ("4000".into(), number)];
    config.numbers = Numbers::new(&config.plan, written.into()).unwrap();
    config.dial.area = Some("+8610".into());
    config.dial.routes = vec![Route {
        name: "all".into(),
        prefixes: Vec::new(),
        classes: [].into(),
        trunks: vec![TrunkName::new("main"), TrunkName::new("spare")],
        caller_id: None,
    }];
}

fn open() -> Hotline {
    open_with(|_| {})
}

fn open_with(change: impl FnOnce(&mut Config)) -> Hotline {
    Hotline::with(|config| {
        carriers(config);
        change(config);
    })
}

/// Both carriers' servers, answering probes.
fn with_servers(hotline: &mut Hotline, manner: Manner) {
    let numbers = ["+8613800001111", "+8613800002222", "10086", "110"];
    hotline.carrier("main", 9, manner, &numbers);
    hotline.carrier("spare", 209, manner, &numbers);
    hotline.run_for(SECOND);
}

fn at_rest(hotline: &mut Hotline) {
    hotline.run_for(40 * SECOND);
    let engine = &hotline.engine;
    assert_eq!((engine.calls(), engine.ports_in_use()), (0, 0), "S25");
    for name in ["main", "spare"] {
        assert_eq!(engine.trunk_load(&TrunkName::new(name)), (0, 0), "{name}");
    }
    assert!(hotline.broken.is_empty(), "{:?}", hotline.broken);
}

fn causes(hotline: &Hotline) -> Vec<(u16, String)> {
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
fn an_agent_calls_out_and_both_hear_each_other() {
    let mut hotline = open();
    let li = hotline.agent("1001", Manner::Rings);
    with_servers(&mut hotline, Manner::Answers(3 * SECOND));
    hotline.dials("1001", "138-0000-1111");
    assert!(
        hotline
            .when("main", &format!("rings for +8613800001111 from {OURS}"))
            .is_some(),
        "A10: the number of ours is shown: {:?}",
        hotline.phones["main"].history
    );
    assert!(hotline.when("1001", "is told 180").is_some());
    assert_eq!(hotline.engine.trunk_load(&TrunkName::new("main")), (0, 1));
    hotline.run_for(5 * SECOND);
    assert_eq!(hotline.hears("1001"), "main");
    assert_eq!(hotline.hears("main"), "1001");
    assert!(
        matches!(hotline.state(li), AgentState::Talking { .. }),
        "C12"
    );
    let recorded = hotline.ports[&hotline.port_of("main").unwrap()].recorded;
    assert!(recorded, "the customer is on the left");
    hotline.run_for(10 * SECOND);
    hotline.hangs_up("main");
    hotline.run_for(SECOND);
    assert_eq!(hotline.state(li), AgentState::Ready);
    assert_eq!(
        hotline.story(),
        [
            "call.arrived",
            "dial.started",
            "call.identified",
            "dial.answered",
            "call.answered",
            "call.ended"
        ]
    );
    let asked = |wish: &&String| wish.contains("Request(Profile") && wish.contains("13800001111");
    assert!(
        hotline.wishes.iter().any(|wish| asked(&wish)),
        "the directory is asked who is called"
    );
    let cdr = hotline.record();
    assert_eq!(cdr.direction, Direction::Out);
    assert_eq!((cdr.agent, cdr.trunk.as_deref()), (Some(li), Some("main")));
    assert_eq!(cdr.called, "+8613800001111");
    assert_eq!(
        (cdr.result, cdr.ended_by),
        (Some(CallResult::Answered), Some(EndedBy::Caller))
    );
    assert!((2_900..3_100).contains(&cdr.ring_ms), "{}", cdr.ring_ms);
    assert!((11_900..12_100).contains(&cdr.talk_ms), "{}", cdr.talk_ms);
    at_rest(&mut hotline);
}

#[test]
fn early_media_is_heard_before_the_answer_and_costs_no_talk() {
    let mut hotline = open();
    hotline.agent("1001", Manner::Rings);
    with_servers(&mut hotline, Manner::Announces(4 * SECOND));
    hotline.dials("1001", "13800001111");
    hotline.run_for(SECOND);
    assert!(hotline.when("1001", "is told 183").is_some());
    assert_eq!(hotline.hears("main"), "nothing", "his phone has no 200 yet");
    let bridges = |hotline: &Hotline| {
        let bridge = |wish: &&String| wish.contains("Bridge {");
        hotline.wishes.iter().filter(bridge).count()
    };
    assert_eq!(bridges(&hotline), 1, "the network is heard");
    assert!(hotline.facts_named("call.answered").is_empty());
    hotline.run_for(5 * SECOND);
    assert_eq!(hotline.hears("1001"), "main");
    hotline.hangs_up("1001");
    at_rest(&mut hotline);
}

#[test]
fn a2_a_trunk_that_fails_is_followed_by_the_next() {
    for manner in [Manner::Refuses(503), Manner::Refuses(500), Manner::IsDead] {
        let mut hotline = open();
        hotline.agent("1001", Manner::Rings);
        with_servers(&mut hotline, Manner::Answers(SECOND));
        hotline.phone("main").manner = manner;
        let dialled = hotline.now;
        hotline.dials("1001", "13800001111");
        hotline.run_for(6 * SECOND);
        assert_eq!(hotline.hears("1001"), "spare", "{manner:?}");
        let rang = hotline.when("spare", "rings for").unwrap();
        assert!(rang - dialled < 4_100 * MS, "G18: {manner:?}");
        assert_eq!(hotline.facts_named("dial.failed").len(), 1);
        let cdr = hotline.record();
        assert_eq!(cdr.trunk.as_deref(), Some("spare"));
        hotline.hangs_up("1001");
        at_rest(&mut hotline);
    }
}

#[test]
fn the_called_partys_own_word_is_kept_and_tried_nowhere_else() {
    for (refused, told) in [(486, 486), (404, 404), (603, 603), (480, 480), (403, 403)] {
        let mut hotline = open();
        hotline.agent("1001", Manner::Rings);
        with_servers(&mut hotline, Manner::Refuses(refused));
        hotline.dials("1001", "13800001111");
        hotline.run_for(SECOND);
        let words = format!("is refused {told}");
        assert!(
            hotline.when("1001", &words).is_some(),
            "{refused}: {:?}",
            hotline.phones["1001"].history
        );
        assert!(hotline.when("spare", "rings").is_none());
        let failed = hotline.facts_named("dial.failed");
        assert!(matches!(failed[0], Fact::DialFailed { status, .. } if *status == refused));
        at_rest(&mut hotline);
    }
}

#[test]
fn nobody_answers_in_time_and_nobody_rings_on() {
    let mut hotline = open_with(|config| config.dial.ring = 20 * SECOND);
    hotline.agent("1001", Manner::Rings);
    with_servers(&mut hotline, Manner::Rings);
    hotline.dials("1001", "13800001111");
    hotline.run_for(21 * SECOND);
    assert!(hotline.when("1001", "is refused 480").is_some());
    assert!(hotline.when("main", "is cancelled").is_some());
    assert!(hotline.when("spare", "rings").is_none());
    at_rest(&mut hotline);
}

#[test]
fn an_agent_who_gives_up_stops_the_ring() {
    let mut hotline = open();
    let li = hotline.agent("1001", Manner::Rings);
    with_servers(&mut hotline, Manner::Rings);
    hotline.dials("1001", "13800001111");
    hotline.run_for(2 * SECOND);
    let left = hotline.now;
    hotline.hangs_up("1001");
    hotline.run_for(SECOND);
    assert!(hotline.when("main", "is cancelled").unwrap() - left < 100 * MS);
    assert_eq!(hotline.state(li), AgentState::Ready);
    assert_eq!(hotline.record().result, Some(CallResult::Abandoned));
    at_rest(&mut hotline);
}

#[test]
fn s15_what_is_dear_never_leaves_the_house() {
    let mut hotline = open();
    let li = hotline.agent("1001", Manner::Rings);
    with_servers(&mut hotline, Manner::Rings);
    for (dialled, status, cause) in [
        ("0019002345678", 403, "dial_premium"),
        ("00442079460000", 403, "dial_international"),
        ("+881612345678", 403, "dial_premium"),
    ] {
        hotline.dials("1001", dialled);
        let words = format!("is refused {status}");
        assert!(hotline.when("1001", &words).is_some(), "{dialled}");
        assert_eq!(causes(&hotline).pop(), Some((status, cause.into())));
        hotline.run_for(SECOND);
    }
    hotline.dials("1001", "nobody");
    assert!(hotline.when("1001", "is refused 404").is_some());
    assert!(hotline.when("main", "rings").is_none());
    assert_eq!(hotline.facts_named("dial.denied").len(), 3);
    assert_eq!(hotline.state(li), AgentState::Ready);
    at_rest(&mut hotline);
}

#[test]
fn s15_an_agent_calls_so_often_and_no_more_but_always_for_help() {
    let mut hotline = open_with(|config| config.dial.caps.agent_calls_per_minute_max = 2);
    hotline.agent("1001", Manner::Rings);
    with_servers(&mut hotline, Manner::Refuses(486));
    for _ in 0..3 {
        hotline.dials("1001", "13800001111");
        hotline.run_for(SECOND);
    }
    assert_eq!(causes(&hotline), [(403, "dial_calls_per_minute".into())]);
    hotline.dials("1001", "110");
    hotline.run_for(SECOND);
    assert!(hotline.when("main", "rings for 110").is_some());
    at_rest(&mut hotline);
}

#[test]
fn s15_a_call_out_ends_after_its_longest_time() {
    let mut hotline = open_with(|config| config.dial.caps.call_max = 60 * SECOND);
    hotline.agent("1001", Manner::Rings);
    with_servers(&mut hotline, Manner::Answers(SECOND));
    hotline.dials("1001", "13800001111");
    hotline.run_for(59 * SECOND);
    assert_eq!(hotline.hears("1001"), "main");
    hotline.run_for(3 * SECOND);
    assert!(hotline.when("1001", "is hung up").is_some());
    assert!(hotline.when("main", "is hung up").is_some());
    at_rest(&mut hotline);
}

#[test]
fn a3_calls_out_leave_reserved_channels_and_take_the_next_trunk() {
    let mut hotline = open_with(|config| {
        let main = config.trunks.get_mut(&TrunkName::new("main")).unwrap();
        main.capacity.calls_max = Some(2);
        main.capacity.reserved_in = 2;
    });
    hotline.agent("1001", Manner::Rings);
    with_servers(&mut hotline, Manner::Answers(SECOND));
    hotline.dials("1001", "13800001111");
    hotline.run_for(2 * SECOND);
    assert_eq!(hotline.hears("1001"), "spare");
    for host in 30..32 {
        let name = format!("caller{host}");
        hotline.carrier(&name, host, Manner::Rings, &[]);
        hotline.dials(&name, "01065529988");
        assert!(hotline.when(&name, "is answered").is_some());
        hotline.hangs_up(&name);
    }
    hotline.hangs_up("1001");
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

/// The script with a way out on key 4.
fn script_with_a_way_out(number: &str) -> String {
    let way = format!(
        "[transfer.out]\nto = \"number:{number}\"\nring_s = 10\non_busy = \"support\"\non_no_answer = \"goodbye\"\non_failure = \"goodbye\"\n\n[hangup.goodbye]"
    );
    SCRIPT
        .replace("3 = \"li\"", "3 = \"li\", 4 = \"out\"")
        .replace(
            "for Mr Li press 3.",
            "for Mr Li press 3, for the boss press 4.",
        )
        .replace("[hangup.goodbye]", &way)
}

fn with_way_out(number: &str) -> Hotline {
    open_with(|config| {
        let text = script_with_a_way_out(number);
        let (script, found) = ivr::parse("main".into(), "main.toml", &text);
        assert!(found.iter().all(|one| !one.is_error()), "{found:?}");
        let script = std::sync::Arc::new(script.unwrap());
        config.scripts = [("main".into(), script)].into();
    })
}

#[test]
fn a_script_sends_a_caller_on_by_a_trunk() {
    let mut hotline = with_way_out("13800002222");
    with_servers(&mut hotline, Manner::Answers(3 * SECOND));
    hotline.carrier("13800001111", 30, Manner::Rings, &[]);
    hotline.dials("13800001111", "01065529988");
    hotline.run_for(4 * SECOND);
    hotline.presses("13800001111", '4');
    hotline.run_for(SECOND);
    assert_eq!(hotline.hears("13800001111"), "a tone", "it rings");
    hotline.run_for(4 * SECOND);
    assert_eq!(hotline.hears("13800001111"), "main");
    assert_eq!(hotline.engine.trunk_load(&TrunkName::new("main")), (1, 1));
    hotline.hangs_up("13800001111");
    hotline.run_for(SECOND);
    assert!(hotline.when("main", "is hung up").is_some());
    assert_eq!(hotline.record().dialled.as_deref(), Some("+8613800002222"));
    at_rest(&mut hotline);
}

#[test]
fn a_script_goes_on_where_the_number_is_not_reached_or_not_allowed() {
    for (number, manner, heard) in [
        ("13800002222", Manner::Refuses(486), "music"),
        ("13800002222", Manner::Rings, "a prompt"),
        ("0019002345678", Manner::Rings, "a prompt"),
    ] {
        let mut hotline = with_way_out(number);
        let li = hotline.agent("1001", Manner::Rings);
        hotline.says(
            li,
            engine::StateRequest::NotReady {
                reason: "lunch".into(),
            },
        );
        with_servers(&mut hotline, manner);
        hotline.carrier("13800001111", 30, Manner::Rings, &[]);
        hotline.dials("13800001111", "01065529988");
        hotline.run_for(4 * SECOND);
        hotline.presses("13800001111", '4');
        hotline.run_for(10_500 * MS);
        if number.starts_with("00") {
            assert!(hotline.when("main", "rings").is_none(), "S15");
            assert!(hotline.when("13800001111", "is hung up").is_some());
        } else {
            assert_eq!(hotline.hears("13800001111"), heard, "{number} {manner:?}");
        }
        hotline.hangs_up("13800001111");
        at_rest(&mut hotline);
    }
}

#[test]
fn hold_in_a_call_out_plays_music_to_the_customer() {
    let mut hotline = open();
    hotline.agent("1001", Manner::Rings);
    with_servers(&mut hotline, Manner::Answers(SECOND));
    hotline.dials("1001", "13800001111");
    hotline.run_for(3 * SECOND);
    hotline.re_invites("1001", "sendonly");
    assert_eq!(hotline.hears("main"), "music");
    hotline.re_invites("1001", "sendrecv");
    assert_eq!(hotline.hears("main"), "1001");
    assert_eq!(
        (
            hotline.facts_named("call.held").len(),
            hotline.facts_named("call.resumed").len()
        ),
        (1, 1)
    );
    hotline.hangs_up("main");
    at_rest(&mut hotline);
}

#[test]
fn s3_a_call_out_that_breaks_gives_its_seat_back() {
    let mut hotline = open();
    let li = hotline.agent("1001", Manner::Rings);
    with_servers(&mut hotline, Manner::Rings);
    hotline.dials("1001", "13800001111");
    let arrived = hotline.facts_named("call.arrived");
    let call = arrived[0].call().unwrap();
    hotline.engine.plant_panic(call, 0);
    hotline.answers("main");
    hotline.run_for(SECOND);
    assert_eq!(hotline.broken.len(), 1);
    hotline.broken.clear();
    assert_eq!(hotline.state(li), AgentState::Ready);
    assert!(hotline.when("main", "is hung up").is_some());
    at_rest(&mut hotline);
}

#[test]
fn a_number_of_ours_is_never_called_outside() {
    let mut hotline = open();
    hotline.agent("1001", Manner::Rings);
    with_servers(&mut hotline, Manner::Rings);
    hotline.dials("1001", "65529988");
    assert!(hotline.when("main", "rings").is_none());
    let arrived = hotline.facts_named("call.arrived");
    assert!(
        matches!(arrived[0], Fact::CallArrived { direction: Direction::Internal, called, .. } if called == OURS),
        "{arrived:?}"
    );
    hotline.hangs_up("1001");
    at_rest(&mut hotline);
}

#[test]
fn a_class_that_is_opened_is_open_for_those_alone() {
    let mut hotline = open_with(|config| {
        config.dial.allowed.agents.insert(Class::International);
    });
    hotline.agent("1001", Manner::Rings);
    hotline.carrier("main", 9, Manner::Answers(SECOND), &["+442079460000"]);
    hotline.dials("1001", "00442079460000");
    hotline.run_for(2 * SECOND);
    assert_eq!(hotline.hears("1001"), "main");
    hotline.hangs_up("1001");
    at_rest(&mut hotline);
}
