//! D31: a transfer that fails. The talk goes on while the agent is there, else the caller comes back: to the agent, to his
//! queue, to the script of his number; he is never dropped.

use std::time::Duration;

use engine::StateRequest;
use model::transfer::NotReached;
use model::{AgentId, AgentState};

use crate::hotline::Hotline;
use crate::phone::Manner;
use crate::transfers::{failures, parts, pops, record, talking, talking_in, to_agent, to_queue};

const SECOND: Duration = Duration::from_secs(1);

/// Nobody takes the caller: not the target, and not the agent who had handed him on. 200 stands in the queue since before.
fn back_in_line(hotline: Hotline) -> (Hotline, AgentId) {
    let (mut hotline, li, wang) = talking_in(hotline, Manner::Rings);
    hotline.run_for(60 * SECOND);
    hotline.orders(li, "100", to_agent("1002"));
    hotline.caller_presses("200", '1');
    hotline.phone("1001").manner = Manner::Refuses(486);
    hotline.run_for(22 * SECOND);
    assert_eq!(failures(&hotline), [NotReached::NoAnswer]);
    hotline.says(
        wang,
        StateRequest::NotReady {
            reason: "tea".into(),
        },
    );
    hotline.says(
        li,
        StateRequest::NotReady {
            reason: "tea".into(),
        },
    );
    (hotline, li)
}

#[test]
fn d31_the_talk_goes_on_when_the_target_is_busy_at_once() {
    for (manner, status, cause) in [
        (Manner::Refuses(486), 486, NotReached::Busy),
        (Manner::Refuses(603), 603, NotReached::Declined),
        (Manner::Refuses(503), 480, NotReached::Unreachable),
    ] {
        let (mut hotline, li, wang) = talking(manner);
        hotline.refers("1001", "sip:1002@hotline.test");
        hotline.run_for(SECOND);
        assert!(
            hotline
                .when("1001", &format!("is notified {status}"))
                .is_some(),
            "{:?}",
            hotline.phones["1001"].history
        );
        assert_eq!(failures(&hotline), [cause]);
        assert!(
            hotline.when("1001", "is hung up").is_none(),
            "the agent is still there"
        );
        assert_eq!(hotline.hears("100"), "1001");
        assert!(matches!(hotline.state(li), AgentState::Talking { .. }));
        assert!(hotline.facts_named("call.transferred").is_empty());
        assert!(!matches!(hotline.state(wang), AgentState::Talking { .. }));
        hotline.hangs_up("100");
        hotline.assert_clean();
    }
}

#[test]
fn d31_the_talk_goes_on_when_the_target_cannot_be_rung() {
    let (mut hotline, li, wang) = talking(Manner::Rings);
    for state in [
        StateRequest::Offline,
        StateRequest::NotReady {
            reason: "tea".into(),
        },
    ] {
        hotline.says(wang, state);
        assert!(
            hotline.orders(li, "100", to_agent("1002")),
            "tried, and told by a fact"
        );
        assert_eq!(hotline.hears("100"), "1001");
    }
    assert_eq!(
        failures(&hotline),
        [NotReached::Unreachable, NotReached::Busy]
    );
    assert!(hotline.when("1002", "rings").is_none());
}

#[test]
fn d31_a_phone_that_is_dead_leaves_the_talk_as_it_was() {
    let (mut hotline, li, _) = talking(Manner::Rings);
    hotline.phone("1002").manner = Manner::IsDead;
    hotline.orders(li, "100", to_agent("1002"));
    hotline.run_for(10 * SECOND);
    assert_eq!(hotline.hears("100"), "a tone");
    assert_eq!(hotline.hears("1001"), "a tone", "the agent waits with him");
    hotline.run_for(30 * SECOND);
    assert_eq!(hotline.hears("100"), "1001");
    hotline.hangs_up("1001");
    hotline.assert_clean();
}

#[test]
fn d31_nobody_answers_and_the_agents_phone_rings_for_the_caller_who_comes_back() {
    let (mut hotline, li, wang) = talking(Manner::Rings);
    hotline.refers("1001", "<sip:1002@hotline.test>");
    hotline.run_for(10 * SECOND);
    assert!(hotline.when("1001", "is hung up").is_some());
    let back = hotline.now;
    hotline.run_for(17 * SECOND);
    let heard = hotline.heard_since("1001", back);
    assert!(heard.contains(&"rings from 100"), "{heard:?}");
    assert_eq!(failures(&hotline), [NotReached::NoAnswer]);
    let pop = pops(&hotline).last().unwrap().handed_on.clone().unwrap();
    assert!(pop.back, "his screen says why");
    hotline.run_for(3 * SECOND);
    assert_eq!(hotline.hears("100"), "1001");
    assert!(!matches!(hotline.state(wang), AgentState::Talking { .. }));
    hotline.hangs_up("100");
    hotline.run_for(SECOND);
    let agents: Vec<_> = parts(&record(&hotline))
        .iter()
        .map(|(who, _)| *who)
        .collect();
    assert_eq!(agents, [li, li], "two parts of one agent");
    hotline.assert_clean();
}

#[test]
fn d31_else_he_stands_in_his_queue_with_his_full_score_before_who_came_after_him() {
    let (mut hotline, li) = back_in_line(Hotline::open());
    assert_eq!(hotline.hears("100"), "music");
    assert!(
        hotline.facts_named("call.ended").is_empty(),
        "never dropped"
    );
    let (first, second) = (hotline.call_of("100"), hotline.call_of("200"));
    let acd = hotline.engine.acd();
    assert_eq!(
        (acd.position(first), acd.position(second)),
        (Some(1), Some(2))
    );
    hotline.phone("1001").manner = Manner::Answers(SECOND);
    hotline.says(li, StateRequest::Ready);
    // R6, C9: after his second refusal he is left alone for twice as long.
    hotline.run_for(23 * SECOND);
    assert_eq!(hotline.hears("100"), "1001");
    let handed_on = pops(&hotline).last().unwrap().handed_on.clone();
    assert!(
        handed_on.unwrap().back,
        "whoever takes him sees why he waited"
    );
    let cdr = record(&hotline);
    assert_eq!(cdr.segments.len(), 2);
    assert!(
        cdr.wait_ms < 60_000,
        "the talk is no waiting: {} ms",
        cdr.wait_ms
    );
    hotline.hangs_up("100");
    hotline.hangs_up("200");
    hotline.assert_clean();
}

#[test]
fn d31_who_comes_back_is_let_into_a_full_queue() {
    let full = Hotline::with(|config| {
        config.queues.get_mut("support").unwrap().rules.max_waiting = Some(1);
    });
    let (mut hotline, _) = back_in_line(full);
    assert_eq!(hotline.hears("100"), "music");
    assert_eq!(hotline.engine.acd().waiting(&"support".into()), 2);
    hotline.caller_presses("300", '1');
    assert_eq!(hotline.hears("300"), "a prompt", "full for everybody else");
    for caller in ["100", "200", "300"] {
        hotline.hangs_up(caller);
    }
    hotline.assert_clean();
}

#[test]
fn d31_a_full_queue_takes_nobody_in_and_the_talk_goes_on() {
    let full = Hotline::with(|config| {
        config
            .queues
            .get_mut("everybody")
            .unwrap()
            .rules
            .max_waiting = Some(0);
    });
    let (mut hotline, li, _) = talking_in(full, Manner::Rings);
    assert!(hotline.orders(li, "100", to_queue("everybody")));
    assert_eq!(failures(&hotline), [NotReached::Queue]);
    assert_eq!(hotline.hears("100"), "1001");
    assert!(matches!(hotline.state(li), AgentState::Talking { .. }));
    hotline.hangs_up("1001");
    hotline.assert_clean();
}

#[test]
fn d31_who_comes_back_in_vain_gets_the_script_of_his_number() {
    let mut hotline = Hotline::with(|config| {
        config.queues.get_mut("support").unwrap().rules.max_wait = Some(30 * SECOND);
    });
    let li = hotline.agent("1001", Manner::Answers(SECOND));
    hotline.caller_presses("100", '1');
    hotline.run_for(3 * SECOND);
    let wang = hotline.agent("1002", Manner::Rings);
    hotline.orders(li, "100", to_agent("1002"));
    hotline.run_for(SECOND);
    hotline.says(
        li,
        StateRequest::NotReady {
            reason: "tea".into(),
        },
    );
    hotline.run_for(25 * SECOND);
    hotline.says(
        wang,
        StateRequest::NotReady {
            reason: "tea".into(),
        },
    );
    assert_eq!(hotline.hears("100"), "music", "in line again");
    hotline.run_for(31 * SECOND);
    assert_eq!(
        hotline.hears("100"),
        "a prompt",
        "and then he is asked anew"
    );
    assert!(
        hotline.facts_named("call.ended").is_empty(),
        "never dropped"
    );
    hotline.hangs_up("100");
    hotline.assert_clean();
}
