//! Which answer wins while several phones ring: it must hold before the others stop (R23), and nobody more is rung meanwhile (R26).

use std::time::Duration;

use engine::StateRequest;
use model::AgentState;

use crate::hotline::Hotline;
use crate::phone::Manner;

const SECOND: Duration = Duration::from_secs(1);
const MS: Duration = Duration::from_millis(1);

/// Two phones ring for one caller.
fn two_ring() -> Hotline {
    let mut hotline = Hotline::open();
    hotline.agent("1001", Manner::Rings);
    hotline.agent("1002", Manner::Rings);
    hotline.caller_presses("100", '2');
    hotline.run_for(SECOND);
    hotline
}

#[test]
fn r23_who_answers_and_is_gone_stops_no_other_phone() {
    let mut hotline = two_ring();
    hotline.phone("1001").is_mute = true;
    hotline.answers("1001");
    hotline.run_for(250 * MS);
    hotline.hangs_up("1001");
    hotline.run_for(SECOND);
    assert!(
        hotline.when("1002", "is cancelled").is_none(),
        "it rings on"
    );
    assert_eq!(hotline.hears("100"), "music", "he never left the line");
    assert!(hotline.facts_named("call.connected").is_empty());
    assert_eq!(hotline.facts_named("offer.unreachable").len(), 1);
    hotline.answers("1002");
    hotline.run_for(100 * MS);
    assert_eq!(hotline.hears("100"), "1002");
    hotline.hangs_up("100");
    hotline.assert_clean();
}

#[test]
fn r23_the_other_phones_stop_as_soon_as_the_answer_is_heard() {
    let mut hotline = two_ring();
    let answered = hotline.now;
    hotline.answers("1001");
    hotline.run_for(15 * MS);
    assert_eq!(hotline.hears("100"), "music", "no sound has come yet");
    assert!(hotline.when("1002", "is cancelled").is_none());
    hotline.run_for(SECOND);
    let stopped = hotline.when("1002", "is cancelled").unwrap();
    assert!(stopped - answered < 50 * MS, "{:?}", stopped - answered);
    assert_eq!(hotline.hears("100"), "1001");
}

#[test]
fn r23_an_answer_without_a_sound_holds_after_300_ms() {
    let mut hotline = two_ring();
    hotline.phone("1001").is_mute = true;
    let answered = hotline.now;
    hotline.answers("1001");
    hotline.run_for(290 * MS);
    assert!(hotline.when("1002", "is cancelled").is_none());
    hotline.run_for(SECOND);
    let stopped = hotline.when("1002", "is cancelled").unwrap();
    assert!(stopped - answered <= 310 * MS, "{:?}", stopped - answered);
    assert_eq!(hotline.hears("100"), "1001");
}

#[test]
fn r23_when_the_first_answer_fails_the_second_has_the_caller() {
    let mut hotline = two_ring();
    for phone in ["1001", "1002"] {
        hotline.phone(phone).is_mute = true;
        hotline.answers(phone);
        hotline.run_for(50 * MS);
    }
    let gone = hotline.now;
    hotline.hangs_up("1001");
    hotline.run_for(SECOND);
    assert_eq!(hotline.hears("100"), "1002");
    assert_eq!(
        hotline.heard_since("1002", gone),
        Vec::<&str>::new(),
        "it is up"
    );
}

#[test]
fn r23_the_second_answer_is_hung_up_though_its_sound_comes_first() {
    let mut hotline = two_ring();
    hotline.phone("1001").is_mute = true;
    hotline.answers("1001");
    hotline.run_for(MS);
    hotline.answers("1002");
    hotline.run_for(SECOND);
    assert_eq!(hotline.hears("100"), "1001", "R22: the first answer wins");
    let end = "is hung up: Call completed elsewhere";
    assert!(hotline.when("1002", end).is_some());
}

#[test]
fn r23_an_answer_in_the_last_moment_of_the_ring_is_no_miss() {
    let mut hotline = two_ring();
    hotline.phone("1001").is_mute = true;
    // They ring for 15 s.
    hotline.run_for(13_900 * MS);
    hotline.answers("1001");
    hotline.run_for(SECOND);
    assert_eq!(hotline.hears("100"), "1001");
    hotline.hangs_up("100");
    hotline.assert_clean();
}

#[test]
fn r23_a_caller_who_leaves_meanwhile_leaves_nobody_in_a_call() {
    let mut hotline = two_ring();
    hotline.phone("1001").is_mute = true;
    hotline.answers("1001");
    hotline.run_for(100 * MS);
    hotline.hangs_up("100");
    hotline.run_for(SECOND);
    assert!(hotline.when("1001", "is hung up").is_some());
    assert!(hotline.when("1002", "is cancelled").is_some());
    hotline.assert_clean();
}

#[test]
fn r26_a_phone_that_was_to_ring_later_is_never_started_once_another_answered() {
    let mut hotline = Hotline::with(|config| {
        let queue = config.queues.get_mut("support").unwrap();
        queue.rules.strategy = acd::strategy::find("progressive").unwrap();
        queue.rules.ring_delay = Duration::from_secs(5);
    });
    for login in ["1001", "1002", "1003"] {
        hotline.agent(login, Manner::Rings);
        hotline.run_for(SECOND);
    }
    hotline.caller_presses("100", '1');
    // 1001 rings, 1002 joins at 5 s, 1003 would at 10 s; 1001 answers just before and is not sure yet when its time comes.
    hotline.run_for(9_900 * MS);
    assert!(hotline.when("1002", "rings").is_some());
    hotline.phone("1001").is_mute = true;
    hotline.answers("1001");
    hotline.run_for(10 * SECOND);
    assert_eq!(hotline.hears("100"), "1001");
    assert!(hotline.when("1003", "rings").is_none());
}

#[test]
fn r26_who_becomes_ready_while_an_answer_is_made_sure_is_not_rung() {
    let mut hotline = two_ring();
    let c = hotline.agent("1003", Manner::Rings);
    hotline.says(
        c,
        StateRequest::NotReady {
            reason: "coffee".into(),
        },
    );
    hotline.run_for(100 * MS);
    let rang = hotline.phones["1003"].history.len();
    hotline.phone("1001").is_mute = true;
    hotline.answers("1001");
    hotline.run_for(100 * MS);
    hotline.says(c, StateRequest::Ready);
    hotline.run_for(SECOND);
    assert_eq!(hotline.hears("100"), "1001");
    assert_eq!(hotline.phones["1003"].history.len(), rang);
    assert_eq!(hotline.state(c), AgentState::Ready);
}
