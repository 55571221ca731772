//! The call from the first ring to the ticket's facts.

use std::time::Duration;

use engine::{Command, StateRequest};
use model::fact::{CallResult, EndedBy};
use model::{AgentState, Fact};

use crate::hotline::Hotline;
use crate::phone::Manner;

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn the_first_call() {
    let mut hotline = Hotline::open();
    let li = hotline.agent("1001", Manner::Rings);
    hotline.caller("13800001111", "4000");
    assert_eq!(hotline.hears("13800001111"), "a prompt");
    hotline.run_for(SECOND);
    hotline.presses("13800001111", '1');
    assert_eq!(hotline.hears("13800001111"), "music");
    assert!(
        hotline.when("1001", "rings from 13800001111").is_some(),
        "the agent rings in the turn of the key"
    );
    assert!(matches!(hotline.state(li), AgentState::Ringing { .. }));
    hotline.run_for(2 * SECOND);
    hotline.answers("1001");
    hotline.run_for(SECOND);
    assert_eq!(hotline.hears("13800001111"), "1001");
    assert_eq!(hotline.hears("1001"), "13800001111");
    assert!(hotline.ports[&hotline.port_of("13800001111").unwrap()].recorded);
    assert!(matches!(hotline.state(li), AgentState::Talking { .. }));
    hotline.run_for(10 * SECOND);
    hotline.hangs_up("13800001111");
    hotline.run_for(SECOND);
    assert!(matches!(hotline.state(li), AgentState::WrapUp { .. }));
    assert_eq!(
        hotline.story(),
        [
            "call.arrived",
            "call.answered",
            "ivr.entered",
            "call.identified",
            "ivr.key",
            "ivr.entered",
            "queue.joined",
            "offer.made",
            "call.connected",
            "call.ended"
        ]
    );
    let cdr = hotline.record();
    assert_eq!(
        (cdr.result, cdr.ended_by),
        (Some(CallResult::Answered), Some(EndedBy::Caller))
    );
    assert_eq!(cdr.agent, Some(li));
    assert!((10_900..11_100).contains(&cdr.talk_ms), "{}", cdr.talk_ms);
    assert!((2_000..2_100).contains(&cdr.wait_ms), "{}", cdr.wait_ms);
    hotline.run_for(20 * SECOND);
    assert_eq!(
        hotline.state(li),
        AgentState::Ready,
        "wrap-up is a state with a timer"
    );
    assert_eq!(
        (hotline.engine.calls(), hotline.engine.ports_in_use()),
        (0, 0)
    );
}

#[test]
fn the_agent_hangs_up_first() {
    let mut hotline = Hotline::open();
    hotline.agent("1001", Manner::Answers(SECOND));
    hotline.caller_presses("13800001111", '1');
    hotline.run_for(5 * SECOND);
    hotline.hangs_up("1001");
    hotline.run_for(SECOND);
    assert!(hotline.when("13800001111", "is hung up").is_some());
    assert_eq!(hotline.record().ended_by, Some(EndedBy::Agent));
}

#[test]
fn two_callers_and_one_agent_are_served_in_order() {
    let mut hotline = Hotline::open();
    hotline.agent("1001", Manner::Answers(SECOND));
    hotline.caller_presses("100", '1');
    hotline.run_for(3 * SECOND);
    hotline.caller_presses("200", '1');
    hotline.run_for(3 * SECOND);
    assert_eq!(
        (hotline.hears("100"), hotline.hears("200")),
        ("1001".into(), "music".into())
    );
    let freed = hotline.now;
    hotline.hangs_up("100");
    hotline.run_for(30 * SECOND);
    assert_eq!(hotline.hears("200"), "1001");
    let rang = hotline.phones["1001"]
        .history
        .iter()
        .find(|(_, told)| told == "rings from 200")
        .unwrap()
        .0;
    let wrap_up = acd::QueueConfig::new("support".into()).wrap_up;
    assert!(
        rang - freed < wrap_up + Duration::from_millis(20),
        "F5: in the turn in which wrap-up ends"
    );
}

#[test]
fn a_busy_agent_is_not_rung() {
    let mut hotline = Hotline::open();
    hotline.agent("1001", Manner::Answers(SECOND));
    hotline.caller_presses("100", '1');
    hotline.run_for(3 * SECOND);
    hotline.caller_presses("200", '1');
    hotline.run_for(20 * SECOND);
    let rings = hotline.phones["1001"]
        .history
        .iter()
        .filter(|(_, told)| told.starts_with("rings"))
        .count();
    assert_eq!(rings, 1, "ring in use is off (C11)");
}

#[test]
fn nobody_at_work_leads_to_the_goodbye() {
    let mut hotline = Hotline::open();
    let li = hotline.agent("1001", Manner::Rings);
    hotline.says(li, StateRequest::Offline);
    hotline.caller_presses("100", '1');
    assert_eq!(
        hotline.hears("100"),
        "a prompt",
        "the script's exit, in the same turn"
    );
    hotline.run_for(5 * SECOND);
    assert!(hotline.when("100", "is hung up").is_some());
    assert_eq!(hotline.record().result, Some(CallResult::SelfService));
}

#[test]
fn a_key_while_waiting_leads_elsewhere() {
    let mut hotline = Hotline::open();
    let li = hotline.agent("1001", Manner::Rings);
    hotline.says(
        li,
        StateRequest::NotReady {
            reason: "lunch".into(),
        },
    );
    hotline.caller_presses("100", '1');
    hotline.run_for(5 * SECOND);
    assert_eq!(hotline.hears("100"), "music");
    hotline.presses("100", '9');
    assert_eq!(hotline.hears("100"), "a prompt");
    assert_eq!(
        hotline
            .story()
            .iter()
            .filter(|name| **name == "queue.left")
            .count(),
        1
    );
}

#[test]
fn a_named_agent_is_rung_and_his_absence_goes_back_to_the_script() {
    let mut hotline = Hotline::open();
    hotline.agent("1001", Manner::Rings);
    hotline.agent("1002", Manner::Rings);
    hotline.caller_presses("100", '3');
    assert!(hotline.when("1002", "rings from 100").is_some());
    assert_eq!(hotline.hears("100"), "a tone", "the caller hears ringing");
    hotline.run_for(11 * SECOND);
    assert!(
        hotline.when("1002", "is cancelled").is_some(),
        "ring_s of the node"
    );
    assert!(
        hotline.when("1001", "rings from 100").is_some(),
        "on_no_answer leads to the queue"
    );
}

#[test]
fn a_stranger_does_not_reach_an_agent_by_his_login() {
    let mut hotline = Hotline::open();
    hotline.agent("1002", Manner::Answers(SECOND));
    hotline.caller("13800001111", "1002");
    assert!(hotline.when("13800001111", "is refused 40").is_some());
    assert!(hotline.when("1002", "rings").is_none());
}

#[test]
fn s11_who_claims_to_be_an_agent_must_prove_it_even_to_a_hotline() {
    let mut hotline = Hotline::open();
    let li = hotline.agent("1001", Manner::Rings);
    // His phone's address, but no answer to the challenge.
    hotline.phone("1001").proves = false;
    let now = hotline.now;
    hotline.phone("1001").dials(now, "4000", true);
    hotline.run_for(SECOND);
    assert!(hotline.when("1001", "is refused 40").is_some());
    assert!(hotline.facts_named("call.arrived").is_empty());
    assert_eq!(hotline.state(li), AgentState::Ready);
}

#[test]
fn s6_a_draining_engine_refuses_new_calls_and_keeps_the_old() {
    let mut hotline = Hotline::open();
    hotline.agent("1001", Manner::Answers(SECOND));
    hotline.caller_presses("100", '1');
    hotline.run_for(3 * SECOND);
    hotline.command(Command::Drain);
    hotline.caller("200", "4000");
    assert!(hotline.when("200", "is refused 503").is_some());
    assert_eq!(hotline.hears("100"), "1001");
    assert!(!hotline.drained);
    hotline.hangs_up("100");
    hotline.run_for(2 * SECOND);
    assert!(hotline.drained, "told when the last call has ended");
}

#[test]
fn an_operator_ends_a_call() {
    let mut hotline = Hotline::open();
    hotline.caller("100", "4000");
    let call = hotline.facts_named("call.arrived")[0].call().unwrap();
    hotline.command(Command::HangUp { call });
    hotline.run_for(SECOND);
    assert!(hotline.when("100", "is hung up").is_some());
    assert_eq!(hotline.answers.last(), Some(&Ok(())));
    hotline.command(Command::HangUp { call });
    assert!(
        hotline.answers.last().unwrap().is_err(),
        "a call that is over cannot be ended again"
    );
}

#[test]
fn a_thousand_calls_leave_nothing_behind() {
    let mut hotline = Hotline::open();
    hotline.agent("1001", Manner::Answers(Duration::from_millis(100)));
    for round in 0..1_000 {
        let how = round % 4;
        hotline.caller("100", "4000");
        hotline.run_for(Duration::from_millis(if how == 0 { 10 } else { 3_600 }));
        if how > 1 {
            hotline.presses("100", '1');
        }
        hotline.run_for(Duration::from_millis(if how == 2 { 50 } else { 400 }));
        hotline.hangs_up("100");
        hotline.run_for(12 * SECOND);
    }
    hotline.run_for(60 * SECOND);
    assert_eq!(
        (
            hotline.engine.calls(),
            hotline.engine.ports_in_use(),
            hotline.ports.len()
        ),
        (0, 0, 0)
    );
    let begun = hotline.facts_named("call.arrived").len();
    let ended = hotline.facts_named("call.ended").len();
    assert_eq!(
        (begun, ended),
        (1_000, 1_000),
        "each call ends in exactly one call.ended"
    );
}

#[test]
fn call_ended_is_the_last_fact_of_its_call() {
    let mut hotline = Hotline::open();
    hotline.agent("1001", Manner::Rings);
    hotline.agent("1002", Manner::Rings);
    hotline.caller_presses("100", '2');
    hotline.run_for(SECOND);
    hotline.hangs_up("100");
    hotline.run_for(5 * SECOND);
    assert_eq!(hotline.story().last(), Some(&"call.ended"));
    let cancelled = hotline.facts_named("offer.cancelled");
    assert_eq!(cancelled.len(), 2);
    assert!(cancelled.iter().all(|fact| matches!(
        fact,
        Fact::OfferCancelled {
            cause: model::fact::CancelCause::CallerLeft,
            ..
        }
    )));
}

#[test]
fn who_hangs_up_in_line_left_the_queue_before_the_call_ended() {
    let mut hotline = Hotline::open();
    let li = hotline.agent("1001", Manner::Rings);
    hotline.says(
        li,
        StateRequest::NotReady {
            reason: "lunch".into(),
        },
    );
    hotline.caller_presses("100", '1');
    hotline.run_for(7 * SECOND);
    hotline.hangs_up("100");
    hotline.run_for(Duration::from_millis(100));
    assert_eq!(
        hotline.story()[hotline.story().len() - 2..],
        ["queue.left", "call.ended"]
    );
    let left = hotline.facts_named("queue.left");
    assert!(
        matches!(
            left[0],
            Fact::QueueLeft {
                cause: model::fact::QueueExit::Abandoned,
                waited_ms: 7_000..7_100,
                ..
            }
        ),
        "{left:?}"
    );
}

#[test]
fn calls_that_are_cut_are_told_and_recorded() {
    let mut hotline = Hotline::open();
    hotline.agent("1001", Manner::Answers(SECOND));
    hotline.caller_presses("100", '1');
    hotline.caller("200", "4000");
    hotline.run_for(3 * SECOND);
    hotline.command(Command::Drain);
    hotline.command(Command::EndCalls);
    hotline.run_for(2 * SECOND);
    for phone in ["100", "200", "1001"] {
        assert!(hotline.when(phone, "is hung up").is_some(), "{phone}");
    }
    assert_eq!(hotline.facts_named("call.ended").len(), 2);
    assert!(hotline.drained);
}

#[test]
fn a_queue_that_a_reload_took_away_leads_to_the_scripts_exit() {
    let mut hotline = Hotline::open();
    hotline.agent("1001", Manner::Rings);
    hotline.caller("100", "4000");
    hotline.run_for(4 * SECOND);
    hotline.reload(|config| {
        config.version = 2;
        config.queues.remove("support");
    });
    hotline.presses("100", '1');
    assert_eq!(hotline.hears("100"), "a prompt", "on_closed");
    assert!(
        hotline.facts_named("queue.left").is_empty(),
        "nobody stood in it"
    );
}

#[test]
fn a_named_agent_who_was_removed_leads_to_the_scripts_exit() {
    let mut hotline = Hotline::open();
    hotline.agent("1001", Manner::Rings);
    let li = hotline.agent("1002", Manner::Rings);
    hotline.caller("100", "4000");
    hotline.run_for(4 * SECOND);
    hotline.command(Command::RemoveAgent(li));
    hotline.presses("100", '3');
    assert!(
        hotline.when("1001", "rings from 100").is_some(),
        "on_failure leads to the queue"
    );
}

#[test]
fn from_queue_to_queue_by_a_key_is_left_then_joined() {
    let mut hotline = Hotline::with(|config| {
        let text = crate::hotline::SCRIPT.replace(
            "keys = { 9 = \"goodbye\" }",
            "keys = { 9 = \"everybody\", 8 = \"gone\" }\n[hangup.gone]",
        );
        crate::plan::script(config, "main", &text);
    });
    let li = hotline.agent("1001", Manner::Rings);
    hotline.says(
        li,
        StateRequest::NotReady {
            reason: "lunch".into(),
        },
    );
    for (key, expected) in [
        (
            '9',
            ["queue.joined", "queue.left", "ivr.entered", "queue.joined"],
        ),
        (
            '8',
            ["queue.joined", "queue.left", "ivr.entered", "call.ended"],
        ),
    ] {
        hotline.facts.clear();
        hotline.caller_presses("100", '1');
        hotline.run_for(2 * SECOND);
        hotline.presses("100", key);
        let told: Vec<_> = hotline
            .story()
            .into_iter()
            .filter(|name| *name != "ivr.key" && *name != "call.identified")
            .collect();
        let mut tail: Vec<_> = told[told.len() - 4..].to_vec();
        tail.sort_unstable();
        let mut expected = expected.to_vec();
        expected.sort_unstable();
        assert_eq!(tail, expected, "{told:?}");
        let left = told.iter().position(|name| *name == "queue.left").unwrap();
        let last = told
            .iter()
            .rposition(|name| matches!(*name, "queue.joined" | "call.ended"))
            .unwrap();
        assert!(left < last, "{told:?}");
        hotline.hangs_up("100");
        hotline.run_for(2 * SECOND);
    }
}

#[test]
fn r07_our_own_shortage_of_ports_is_charged_to_nobody() {
    let mut hotline = Hotline::few_ports();
    let agents: Vec<_> = ["1001", "1002", "1003"]
        .into_iter()
        .map(|login| hotline.agent(login, Manner::Rings))
        .collect();
    hotline.caller_presses("100", '1');
    hotline.run_for(30 * SECOND);
    for agent in agents {
        assert_eq!(
            hotline.state(agent),
            AgentState::Ready,
            "nobody is set not ready for a fault of ours"
        );
    }
    assert_eq!(hotline.hears("100"), "music", "the caller keeps his place");
    assert!(hotline.facts_named("offer.unreachable").is_empty());
    let tries = hotline.facts_named("offer.made").len();
    assert!(
        (2..=12).contains(&tries),
        "tried again now and then, not in a busy loop: {tries}"
    );
}
