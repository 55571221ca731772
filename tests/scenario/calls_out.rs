//! Calls out: an agent dials a number outside, a script or an agent sends a caller there; what is heard, what is forbidden,
//! and who takes the call when nobody is reached.

use std::time::Duration;

use engine::{Class, TalkOrder, TransferTarget};
use model::AgentState;
use model::fact::{CallResult, Direction, EndedBy, Fact};
use model::transfer::NotReached;
use sip::TrunkName;

use crate::hotline::{Hotline, PROMPT, SCRIPT};
use crate::phone::Manner;
use crate::trunks::{OURS, at_rest, causes, open, open_with, with_servers};

const SECOND: Duration = Duration::from_secs(1);
const MS: Duration = Duration::from_millis(1);

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
    with_way_out_and(number, |_| {})
}

fn with_way_out_and(number: &str, change: impl FnOnce(&mut engine::Config)) -> Hotline {
    open_with(|config| {
        change(config);
        crate::plan::script(config, "main", &script_with_a_way_out(number));
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

/// Sent out by a trunk it would come back by one: a loop that the carrier charges for.
#[test]
fn a_number_of_ours_is_never_sent_on_outside_however_it_is_written() {
    let mut hotline = open();
    let li = talking(&mut hotline, Manner::Rings);
    hands_on(&mut hotline, li, "65529988");
    assert_eq!(
        hotline.hears("13800001111"),
        "a prompt",
        "the script of that number"
    );
    assert!(hotline.when("main", "rings").is_none());
    hotline.hangs_up("13800001111");
    at_rest(&mut hotline);

    let mut hotline = with_way_out("65529988");
    with_servers(&mut hotline, Manner::Rings);
    hotline.carrier("13800001111", 30, Manner::Rings, &[]);
    hotline.dials("13800001111", "01065529988");
    hotline.run_for(4 * SECOND);
    hotline.presses("13800001111", '4');
    assert_eq!(hotline.hears("13800001111"), "a prompt");
    assert!(hotline.when("main", "rings").is_none());
    hotline.hangs_up("13800001111");
    at_rest(&mut hotline);
}

#[test]
fn a_caller_who_holds_while_he_is_sent_on_plays_no_dead_air_to_who_answers() {
    let mut hotline = open();
    let li = talking(&mut hotline, Manner::Answers(3 * SECOND));
    hands_on(&mut hotline, li, "13800002222");
    hotline.re_invites("13800001111", "sendonly");
    hotline.run_for(5 * SECOND);
    assert_eq!(hotline.hears("main"), "music");
    hotline.re_invites("13800001111", "sendrecv");
    assert_eq!(hotline.hears("main"), "13800001111");
    hotline.hangs_up("main");
    hotline.run_for(SECOND);
    let cdr = hotline.record();
    assert!(cdr.hold_ms <= cdr.talk_ms, "{cdr:?}");
    at_rest(&mut hotline);
}

/// A dialog that is being cancelled is no reason to leave a request without an answer.
#[test]
fn rfc3311_an_update_that_crosses_a_cancel_is_answered() {
    let mut hotline = open();
    hotline.agent("1001", Manner::Rings);
    with_servers(&mut hotline, Manner::Announces(30 * SECOND));
    hotline.dials("1001", "13800001111");
    hotline.run_for(SECOND);
    hotline.phone("main").updates("sendrecv");
    hotline.hangs_up("1001");
    hotline.run_for(SECOND);
    assert!(
        hotline.when("main", "by hand 488").is_some(),
        "{:?}",
        hotline.phones["main"].history
    );
    assert!(hotline.when("main", "is cancelled").is_some());
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

/// 1001 talks with a caller who came by the carrier `main`.
fn talking(hotline: &mut Hotline, manner: Manner) -> model::AgentId {
    let li = hotline.agent("1001", Manner::Answers(SECOND));
    with_servers(hotline, manner);
    hotline.carrier("13800001111", 30, Manner::Rings, &[]);
    hotline.dials("13800001111", "01065529988");
    hotline.run_for(PROMPT + SECOND);
    hotline.presses("13800001111", '1');
    hotline.run_for(12 * SECOND);
    assert_eq!(hotline.hears("13800001111"), "1001");
    li
}

fn hands_on(hotline: &mut Hotline, li: model::AgentId, number: &str) {
    let order = TalkOrder::Transfer {
        to: TransferTarget::Number(number.into()),
        note: None,
    };
    assert!(hotline.orders(li, "+8613800001111", order));
    hotline.run_for(50 * MS);
}

#[test]
fn r14_a_caller_who_is_sent_on_outside_is_no_more_the_agents() {
    let mut hotline = open();
    let li = talking(&mut hotline, Manner::Answers(3 * SECOND));
    hands_on(&mut hotline, li, "13800002222");
    assert!(
        hotline
            .when("main", &format!("rings for +8613800002222 from {OURS}"))
            .is_some(),
        "A10"
    );
    assert!(matches!(hotline.state(li), AgentState::WrapUp { .. }));
    assert_eq!(hotline.engine.trunk_load(&TrunkName::new("main")), (1, 1));
    hotline.run_for(20 * SECOND);
    assert_eq!(hotline.hears("13800001111"), "main");
    hotline.hangs_up("main");
    hotline.run_for(SECOND);
    let cdr = hotline.record();
    let [part] = &cdr.segments[..] else {
        panic!("{:?}", cdr.segments);
    };
    assert_eq!(part.agent, li);
    assert!((10_500..12_500).contains(&part.talk_ms), "{}", part.talk_ms);
    at_rest(&mut hotline);
}

#[test]
fn d31_a_number_that_is_not_reached_leaves_the_caller_with_the_agent() {
    for (manner, cause, back_after) in [
        (Manner::Refuses(486), NotReached::Busy, SECOND),
        (Manner::Refuses(404), NotReached::Unreachable, SECOND),
        (Manner::Rings, NotReached::NoAnswer, 63 * SECOND),
    ] {
        let mut hotline = open();
        let li = talking(&mut hotline, manner);
        hands_on(&mut hotline, li, "13800002222");
        hotline.run_for(back_after);
        let failed = hotline.facts_named("call.transfer_failed");
        assert!(
            matches!(failed[..], [Fact::TransferFailed { cause: told, .. }] if *told == cause),
            "{manner:?}: {failed:?}"
        );
        hotline.run_for(2 * SECOND);
        assert_eq!(hotline.hears("13800001111"), "1001", "{manner:?}");
        hotline.hangs_up("13800001111");
        at_rest(&mut hotline);
    }
}

#[test]
fn s15_a_transfer_passes_the_same_check() {
    let mut hotline = open_with(|config| {
        config.dial.allowed.agents.insert(Class::International);
    });
    let li = talking(&mut hotline, Manner::Rings);
    for number in ["0019002345678", "00442079460000", "110"] {
        hands_on(&mut hotline, li, number);
        assert_eq!(hotline.hears("13800001111"), "1001", "{number}");
    }
    assert_eq!(hotline.facts_named("dial.denied").len(), 3);
    assert!(hotline.when("main", "rings").is_none());
    hotline.hangs_up("13800001111");
    at_rest(&mut hotline);
}

#[test]
fn a_caller_who_leaves_while_he_is_sent_on_stops_the_ring_outside() {
    let mut hotline = open();
    let li = talking(&mut hotline, Manner::Rings);
    hands_on(&mut hotline, li, "13800002222");
    hotline.run_for(2 * SECOND);
    hotline.hangs_up("13800001111");
    hotline.run_for(SECOND);
    assert!(hotline.when("main", "is cancelled").is_some());
    at_rest(&mut hotline);
}

#[test]
fn a_caller_is_shown_with_his_own_number_where_the_carrier_takes_that() {
    for (caller, shown) in [
        (
            "13800001111",
            "rings for +8613800002222 from +8613800001111",
        ),
        ("anonymous", "rings for +8613800002222 from anonymous"),
    ] {
        let mut hotline = with_way_out_and("13800002222", |config| {
            for trunk in config.trunks.values_mut() {
                trunk.passes_callers = true;
            }
        });
        with_servers(&mut hotline, Manner::Answers(SECOND));
        hotline.carrier(caller, 30, Manner::Rings, &[]);
        hotline.dials(caller, "01065529988");
        hotline.run_for(PROMPT + SECOND);
        hotline.presses(caller, '4');
        hotline.run_for(2 * SECOND);
        assert!(
            hotline.when("main", shown).is_some(),
            "{caller}: {:?}",
            hotline.phones["main"].history
        );
        let diverted = format!("Diversion: <sip:{OURS}@main.test");
        let told =
            |wish: &&String| wish.contains("INVITE sip:+8613800002222") && wish.contains(&diverted);
        assert!(hotline.wishes.iter().any(|wish| told(&wish)), "{caller}");
        hotline.hangs_up(caller);
        at_rest(&mut hotline);
    }
}

#[test]
fn r3_the_same_call_out_twice_is_the_same_to_the_byte() {
    let story = || {
        let mut hotline = open();
        hotline.agent("1001", Manner::Rings);
        with_servers(&mut hotline, Manner::Announces(2 * SECOND));
        hotline.dials("1001", "13800001111");
        hotline.run_for(10 * SECOND);
        hotline.hangs_up("main");
        at_rest(&mut hotline);
        hotline.wishes
    };
    assert_eq!(story(), story());
}

#[test]
fn s17_silence_before_the_answer_ends_nothing_and_counts_from_the_answer_on() {
    let mut hotline = open();
    hotline.agent("1001", Manner::Rings);
    with_servers(&mut hotline, Manner::Announces(40 * SECOND));
    hotline.dials("1001", "13800001111");
    let call = hotline.facts_named("call.arrived")[0].call().unwrap();
    let ports: Vec<_> = hotline.ports.keys().copied().collect();
    hotline.run_for(30 * SECOND);
    for port in &ports {
        hotline.media_news(media::News::Silent { port: *port });
    }
    assert!(hotline.facts_named("call.ended").is_empty(), "{call}");
    let told = |hotline: &Hotline| {
        let negotiates = |wish: &&String| wish.contains("Negotiate {");
        hotline.wishes.iter().filter(negotiates).count()
    };
    let before = told(&hotline);
    hotline.run_for(11 * SECOND);
    assert_eq!(hotline.hears("1001"), "main");
    assert_eq!(told(&hotline), before + 2, "both are listened to anew");
    hotline.media_news(media::News::Silent { port: ports[0] });
    hotline.run_for(SECOND);
    assert!(hotline.when("main", "is hung up").is_some());
    at_rest(&mut hotline);
}

#[test]
fn s17_a_port_that_fails_under_a_ring_outside_costs_that_ring_alone() {
    let mut hotline = with_way_out("13800002222");
    with_servers(&mut hotline, Manner::Rings);
    hotline.carrier("13800001111", 30, Manner::Rings, &[]);
    hotline.dials("13800001111", "01065529988");
    hotline.run_for(PROMPT + SECOND);
    let before: Vec<_> = hotline.ports.keys().copied().collect();
    hotline.presses("13800001111", '4');
    let port = *hotline
        .ports
        .keys()
        .find(|port| !before.contains(port))
        .unwrap();
    let reason = "in use".to_owned();
    hotline.media_news(media::News::OpenFailed { port, reason });
    hotline.run_for(100 * MS);
    assert_eq!(hotline.hears("13800001111"), "a prompt", "on_failure");
    assert!(hotline.when("main", "is cancelled").is_some());
    at_rest(&mut hotline);
}

#[test]
fn s13_a_call_that_goes_on_by_us_has_one_hop_less_and_one_without_any_goes_nowhere() {
    for (given, heard) in [
        (200, Some(69)),
        (70, Some(69)),
        (12, Some(11)),
        (1, Some(0)),
        (0, None),
    ] {
        let mut hotline = open();
        hotline.agent("1001", Manner::Rings);
        with_servers(&mut hotline, Manner::Rings);
        hotline.phone("1001").hops_left = given;
        hotline.dials("1001", "138-0000-1111");
        hotline.run_for(SECOND);
        assert_eq!(hotline.phone("main").heard_hops, heard, "{given}");
    }
}
