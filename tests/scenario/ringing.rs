//! Who rings, who wins, and what happens when things cross: the rules that need call control.

use std::time::Duration;

use engine::StateRequest;
use model::AgentState;
use model::fact::{CallResult, CancelCause, Fact};

use crate::hotline::Hotline;
use crate::phone::Manner;

const SECOND: Duration = Duration::from_secs(1);
const MS: Duration = Duration::from_millis(1);

#[test]
fn r05_no_answer_and_the_next_agent_rings_at_once() {
    let mut hotline = Hotline::open();
    hotline.agent("1001", Manner::Rings);
    hotline.run_for(SECOND);
    hotline.agent("1002", Manner::Rings);
    hotline.caller_presses("100", '1');
    let rang = hotline.when("1001", "rings").unwrap();
    hotline.run_for(16 * SECOND);
    let stopped = hotline.when("1001", "is cancelled").unwrap();
    let next = hotline.when("1002", "rings").unwrap();
    assert!((stopped - rang).abs_diff(15 * SECOND) < 20 * MS);
    assert!(
        next.abs_diff(stopped) < 10 * MS,
        "no pause between attempts"
    );
    assert_eq!(hotline.facts_named("offer.missed").len(), 1);
}

#[test]
fn r06_a_declined_call_goes_on_and_nobody_is_charged() {
    let mut hotline = Hotline::open();
    let li = hotline.agent("1001", Manner::Refuses(603));
    hotline.run_for(SECOND);
    hotline.agent("1002", Manner::Rings);
    hotline.caller_presses("100", '1');
    hotline.run_for(100 * MS);
    assert!(hotline.when("1002", "rings").is_some());
    assert_eq!(hotline.facts_named("offer.declined").len(), 1);
    assert_eq!(hotline.state(li), AgentState::Ready);
}

#[test]
fn r07_a_device_error_moves_on_within_200_ms_and_twice_is_not_ready() {
    let mut hotline = Hotline::open();
    let li = hotline.agent("1001", Manner::Refuses(503));
    hotline.run_for(SECOND);
    hotline.agent("1002", Manner::Rings);
    hotline.caller_presses("100", '1');
    let refused = hotline.when("1001", "rings").unwrap();
    hotline.run_for(200 * MS);
    assert!(hotline.when("1002", "rings").unwrap() - refused < 200 * MS);
    assert_eq!(hotline.facts_named("offer.unreachable").len(), 1);
    hotline.hangs_up("100");
    hotline.run_for(30 * SECOND);
    hotline.caller_presses("200", '1');
    hotline.run_for(SECOND);
    assert_eq!(
        hotline.state(li),
        AgentState::NotReady {
            reason: model::NotReadyReason::Device
        }
    );
}

#[test]
fn r07_a_dead_phone_is_left_by_the_ring_timeout_without_a_cancel() {
    let mut hotline = Hotline::open();
    hotline.agent("1001", Manner::IsDead);
    hotline.run_for(SECOND);
    hotline.agent("1002", Manner::Answers(SECOND));
    hotline.caller_presses("100", '1');
    hotline.run_for(20 * SECOND);
    assert_eq!(hotline.hears("100"), "1002");
    // RFC 3261 §9.1: without a provisional answer no CANCEL may go out.
    let cancels = |wish: &&String| wish.contains("CANCEL sip:1001@");
    assert_eq!(hotline.wishes.iter().filter(cancels).count(), 0);
    let invites = |wish: &&String| wish.contains("INVITE sip:1001@");
    assert!(
        hotline.wishes.iter().any(|wish| invites(&wish)),
        "he was rung"
    );
}

#[test]
fn r10_a_caller_who_leaves_stops_the_ring_within_100_ms() {
    let mut hotline = Hotline::open();
    let li = hotline.agent("1001", Manner::Rings);
    hotline.caller_presses("100", '1');
    hotline.run_for(3 * SECOND);
    let left = hotline.now;
    hotline.hangs_up("100");
    hotline.run_for(SECOND);
    assert!(hotline.when("1001", "is cancelled").unwrap() - left < 100 * MS);
    assert_eq!(hotline.state(li), AgentState::Ready);
    let ended = hotline.facts_named("call.ended");
    assert!(
        matches!(
            ended[0],
            Fact::CallEnded {
                result: CallResult::Abandoned,
                answered_late: false,
                ..
            }
        ),
        "{ended:?}"
    );
    assert!(
        hotline.facts_named("offer.missed").is_empty(),
        "nothing is charged"
    );
}

#[test]
fn r11_an_answer_that_crosses_the_callers_bye_hears_a_short_tone() {
    let mut hotline = Hotline::open();
    let li = hotline.agent("1001", Manner::Rings);
    hotline.caller_presses("100", '1');
    hotline.run_for(3 * SECOND);
    // Both leave in the same moment: the agent's 200 is on its way when the server's CANCEL leaves.
    let crossed = hotline.now;
    hotline.hangs_up("100");
    hotline.run_for(3 * MS);
    hotline.answers("1001");
    hotline.run_for(10 * MS);
    assert_eq!(hotline.hears("1001"), "a tone");
    hotline.run_for(SECOND);
    assert_eq!(
        hotline.heard_since("1001", crossed),
        ["answers", "is acked", "is hung up: Caller hung up"]
    );
    assert_eq!(hotline.state(li), AgentState::Ready, "no wrap-up");
    let ended = hotline.facts_named("call.ended");
    assert!(
        matches!(
            ended[0],
            Fact::CallEnded {
                result: CallResult::Abandoned,
                answered_late: true,
                ..
            }
        ),
        "{ended:?}"
    );
    assert_eq!(hotline.engine.ports_in_use(), 0);
}

#[test]
fn r12_an_answer_cuts_what_the_caller_hears() {
    let mut hotline = Hotline::open();
    hotline.agent("1001", Manner::Answers(500 * MS));
    hotline.caller_presses("100", '1');
    assert_eq!(hotline.hears("100"), "music");
    hotline.run_for(600 * MS);
    let answered = hotline.when("1001", "answers").unwrap();
    let acked = hotline.when("1001", "is acked").unwrap();
    assert!(acked - answered < 100 * MS);
    assert_eq!(hotline.hears("100"), "1001");
}

#[test]
fn r20_ring_all_rings_all_within_200_ms() {
    let mut hotline = Hotline::open();
    for login in ["1001", "1002", "1003", "1004", "1005"] {
        hotline.agent(login, Manner::Rings);
    }
    hotline.caller_presses("100", '2');
    let key = hotline.now;
    hotline.run_for(200 * MS);
    for login in ["1001", "1002", "1003", "1004", "1005"] {
        assert!(
            hotline.when(login, "rings").unwrap() <= key + 200 * MS,
            "{login}"
        );
    }
}

#[test]
fn r21_newcomers_join_the_ring_and_those_who_leave_stop() {
    let mut hotline = Hotline::open();
    let a = hotline.agent("1001", Manner::Rings);
    let b = hotline.agent("1002", Manner::Rings);
    let c = hotline.agent("1003", Manner::Rings);
    hotline.says(
        c,
        StateRequest::NotReady {
            reason: "coffee".into(),
        },
    );
    hotline.caller_presses("100", '2');
    hotline.run_for(SECOND);
    assert!(hotline.when("1003", "rings").is_none());
    let joined = hotline.now;
    hotline.says(c, StateRequest::Ready);
    hotline.run_for(200 * MS);
    assert!(hotline.when("1003", "rings").unwrap() - joined < 200 * MS);
    let left = hotline.now;
    hotline.says(
        b,
        StateRequest::NotReady {
            reason: "coffee".into(),
        },
    );
    hotline.run_for(200 * MS);
    assert!(hotline.when("1002", "is cancelled").unwrap() - left < 200 * MS);
    assert!(
        matches!(hotline.state(a), AgentState::Ringing { .. }),
        "the others ring on"
    );
    assert!(hotline.when("1001", "is cancelled").is_none());
}

#[test]
fn r22_the_second_answer_gets_ack_and_bye_with_a_reason() {
    let mut hotline = Hotline::open();
    let a = hotline.agent("1001", Manner::Rings);
    let b = hotline.agent("1002", Manner::Rings);
    hotline.caller_presses("100", '2');
    hotline.run_for(SECOND);
    let both = hotline.now;
    hotline.answers("1001");
    hotline.answers("1002");
    hotline.run_for(SECOND);
    assert_eq!(hotline.hears("100"), "1001");
    assert_eq!(
        hotline.heard_since("1002", both),
        [
            "answers",
            "is acked",
            "is hung up: Call completed elsewhere"
        ]
    );
    assert!(matches!(hotline.state(a), AgentState::Talking { .. }));
    assert_eq!(
        hotline.state(b),
        AgentState::Ready,
        "not charged, no wrap-up"
    );
}

#[test]
fn r22_the_phones_that_lose_are_cancelled_with_answered_elsewhere() {
    let mut hotline = Hotline::open();
    hotline.agent("1001", Manner::Answers(SECOND));
    hotline.agent("1002", Manner::Rings);
    hotline.caller_presses("100", '2');
    hotline.run_for(2 * SECOND);
    assert!(
        hotline
            .when("1002", "is cancelled: Call completed elsewhere")
            .is_some(),
        "{:?}",
        hotline.phones["1002"].history
    );
    let cancelled = hotline.facts_named("offer.cancelled");
    assert!(matches!(
        cancelled[0],
        Fact::OfferCancelled {
            cause: CancelCause::AnsweredElsewhere,
            ..
        }
    ));
}

#[test]
fn a5_a_lost_phone_takes_its_agent_out_and_back() {
    let mut hotline = Hotline::open();
    let li = hotline.agent("1001", Manner::Rings);
    let lost = AgentState::NotReady {
        reason: model::NotReadyReason::DeviceLost,
    };
    // Signed off, and back; then the phone dies and its registration runs out, and back.
    hotline.phone("1001").registers(0);
    hotline.run_for(SECOND);
    assert_eq!(hotline.state(li), lost);
    hotline.phone("1001").registers(300);
    hotline.run_for(SECOND);
    assert_eq!(hotline.state(li), AgentState::Ready);
    hotline.run_for(Duration::from_secs(290));
    assert_eq!(hotline.state(li), AgentState::Ready);
    hotline.run_for(Duration::from_secs(20));
    assert_eq!(hotline.state(li), lost);
    hotline.phone("1001").registers(300);
    hotline.run_for(SECOND);
    assert_eq!(hotline.state(li), AgentState::Ready);
    let causes: Vec<_> = hotline
        .facts_named("agent.unregistered")
        .into_iter()
        .map(|fact| format!("{fact:?}"))
        .collect();
    assert_eq!(causes.len(), 2, "{causes:?}");
    assert!(
        causes[0].contains("request") && causes[1].contains("expired"),
        "{causes:?}"
    );
}
