//! A caller hangs up and keeps his place: he is called back when it is his turn (D21, R76-R79).

use std::sync::Arc;
use std::time::Duration;

use engine::{Command, CommandError, Config, Input, RestoredCallback};
use model::fact::{CallResult, CallbackEnd, CallbackFailure, CallbackRequested, Direction, Fact};
use model::{AgentId, AgentState, CallId};

use crate::hotline::{Hotline, PROMPT};
use crate::phone::Manner;
use crate::trunks::{OURS, at_rest, open_with};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
/// Where the caller of these stories is called back.
pub(crate) const HIS: &str = "+8613800001111";

pub(crate) const SCRIPT: &str = r#"
title = { en = "Callback hotline" }
languages = ["en"]
start = "line"

[prompt.ask]
en = "To be called back, press 1."
[prompt.goodbye]
en = "We will call you back. Goodbye."
[prompt.sorry]
en = "We cannot call you back."

[queue.line]
queue = "support"
on_timeout = "sorry"
on_no_agents = "sorry"
keys = { 2 = "later" }

[callback.later]
queue = "support"
prompt = "ask"
accepted = "goodbye"
declined = "line"

[hangup.goodbye]
prompt = "goodbye"
[hangup.sorry]
prompt = "sorry"
"#;

/// The carriers' hotline with that script, an agent who talks with somebody, and a customer at 10.0.2.30.
pub(crate) fn busy_with(change: impl FnOnce(&mut Config)) -> (Hotline, AgentId) {
    let mut hotline = open_with(|config| {
        let (script, found) = ivr::parse("main".into(), "main.toml", SCRIPT);
        assert!(found.iter().all(|one| !one.is_error()), "{found:?}");
        config
            .scripts
            .insert("main".into(), Arc::new(script.unwrap()));
        let support = config.queues.get_mut("support").unwrap();
        support.rules.wrap_up = Duration::ZERO;
        support.rules.dial_ahead = Duration::ZERO;
        change(config);
    });
    let agent = hotline.agent("1001", Manner::Answers(SECOND));
    hotline.carrier("main", 9, Manner::Answers(3 * SECOND), &[HIS]);
    hotline.carrier("spare", 209, Manner::Refuses(503), &[]);
    for (number, host) in [
        ("13900000000", 40),
        ("13800001111", 30),
        ("13800002222", 31),
    ] {
        hotline.carrier(number, host, Manner::Rings, &[]);
    }
    hotline.run_for(SECOND);
    hotline.dials("13900000000", "01065529988");
    hotline.run_for(3 * SECOND);
    assert!(matches!(hotline.state(agent), AgentState::Talking { .. }));
    (hotline, agent)
}

pub(crate) fn busy() -> (Hotline, AgentId) {
    busy_with(|_| {})
}

/// The customer joins the line, asks to be called back, and is out.
pub(crate) fn asks(hotline: &mut Hotline) -> CallId {
    hotline.dials("13800001111", "01065529988");
    hotline.run_for(SECOND);
    hotline.presses("13800001111", '2');
    hotline.run_for(PROMPT + SECOND);
    hotline.presses("13800001111", '1');
    hotline.run_for(PROMPT + SECOND);
    assert!(!hotline.phones["13800001111"].is_up, "he hung up");
    hotline.call_of(HIS)
}

/// The facts of callbacks, in a word each.
pub(crate) fn told(hotline: &Hotline) -> Vec<String> {
    let facts = hotline.facts.iter().filter_map(|(_, fact)| match fact {
        Fact::CallbackRequested(asked) => Some(format!("asked {}", asked.number)),
        Fact::CallbackAttempted(tried) => Some(format!("try {}", tried.attempt)),
        Fact::CallbackDone(done) => Some(format!("{:?}", done.how)),
        Fact::CallbackFailed(failed) => Some(format!("{:?}", failed.cause)),
        _ => None,
    });
    facts.collect()
}

pub(crate) fn agent_is_free(hotline: &mut Hotline) {
    hotline.hangs_up("13900000000");
    hotline.run_for(200 * Duration::from_millis(1));
}

#[test]
fn r76_d21_he_is_called_back_before_those_who_joined_after_him_and_talks_to_the_agent() {
    let (mut hotline, agent) = busy();
    let asked = asks(&mut hotline);
    hotline.run_for(MINUTE);
    hotline.dials("13800002222", "01065529988");
    hotline.run_for(MINUTE);
    assert_eq!(told(&hotline), [format!("asked {HIS}")], "nobody is free");
    agent_is_free(&mut hotline);
    // He is called, with the number of ours; the agent is held and hears nothing yet.
    let rings = format!("rings for {HIS} from {OURS}");
    assert!(hotline.when("main", &rings).is_some());
    assert!(matches!(hotline.state(agent), AgentState::Reserved { .. }));
    assert_eq!(hotline.facts_named("offer.made").len(), 1);
    hotline.run_for(6 * SECOND);
    assert_eq!(
        (hotline.hears("main"), hotline.hears("1001")),
        ("1001".to_owned(), "main".to_owned())
    );
    assert_eq!(told(&hotline)[1..], ["try 1", "Connected"]);
    let call = hotline.call_of(HIS);
    assert_ne!(call, asked, "each try is a call of its own");
    let Some(Fact::OfferMade { pop, .. }) = hotline.facts_named("offer.made").last().copied()
    else {
        panic!("an offer")
    };
    assert_eq!(pop.direction, "callback", "the agent sees what it is");
    hotline.run_for(20 * SECOND);
    hotline.hangs_up("main");
    hotline.run_for(3 * SECOND);
    assert_eq!(hotline.hears("13800002222"), "1001", "then the next");
    let cdr = hotline.record_of(call);
    assert_eq!(
        (cdr.direction, cdr.result),
        (Direction::Callback, Some(CallResult::Answered))
    );
    assert_eq!(
        (cdr.agent, cdr.caller.number.as_deref()),
        (Some(agent), Some(HIS))
    );
    assert!((19_000..26_000).contains(&cdr.talk_ms), "{}", cdr.talk_ms);
    assert!(cdr.wait_ms < 3_000, "on the line: {}", cdr.wait_ms);
    let first = hotline.record_of(asked);
    assert_eq!(first.result, Some(CallResult::SelfService), "no abandon");
    hotline.hangs_up("13800002222");
    at_rest(&mut hotline);
}

#[test]
fn r77_no_answer_gives_the_agent_to_the_next_at_once_and_is_tried_again_three_times() {
    let (mut hotline, _) = busy();
    hotline.phone("main").manner = Manner::Rings;
    asks(&mut hotline);
    hotline.dials("13800002222", "01065529988");
    hotline.run_for(SECOND);
    agent_is_free(&mut hotline);
    let rang = hotline.when("main", "rings for").unwrap();
    hotline.run_for(25 * SECOND);
    let stopped = hotline.when("main", "is cancelled").unwrap();
    assert_eq!((stopped - rang).as_secs(), 20);
    let next = hotline.heard_since("1001", stopped - SECOND);
    assert_eq!(next[0], "rings from +8613800002222", "in that tick");
    let taken = hotline.heard_since("1001", rang + SECOND);
    assert_eq!(taken, next, "before that nobody rang");
    assert_eq!(hotline.hears("13800002222"), "1001");
    hotline.hangs_up("13800002222");
    hotline.run_for(9 * MINUTE);
    assert_eq!(told(&hotline)[1..], ["try 1"], "ten minutes apart");
    hotline.run_for(12 * MINUTE);
    assert_eq!(told(&hotline)[1..], ["try 1", "try 2", "try 3"]);
    hotline.run_for(30 * MINUTE);
    assert_eq!(
        told(&hotline)[1..],
        ["try 1", "try 2", "try 3", "try 4", "Unanswered"]
    );
    for fact in hotline.facts_named("dial.failed") {
        assert!(
            matches!(fact, Fact::DialFailed { status: 408, .. }),
            "{fact:?}"
        );
    }
    at_rest(&mut hotline);
}

#[test]
fn r78_one_free_agent_is_one_call_however_many_wait_for_theirs() {
    let (mut hotline, _) = busy();
    hotline.phone("main").manner = Manner::Rings;
    asks(&mut hotline);
    hotline.carrier("13800003333", 33, Manner::Rings, &[]);
    hotline.dials("13800003333", "01065529988");
    hotline.run_for(SECOND);
    hotline.presses("13800003333", '2');
    hotline.presses("13800003333", '1');
    hotline.run_for(PROMPT + SECOND);
    assert_eq!(told(&hotline).len(), 2, "two asked");
    agent_is_free(&mut hotline);
    hotline.run_for(15 * SECOND);
    assert_eq!(told(&hotline)[2..], ["try 1"]);
    hotline.run_for(10 * SECOND);
    assert_eq!(told(&hotline)[2..], ["try 1", "try 1"], "then the other");
    hotline.run_for(3 * 60 * MINUTE);
    at_rest(&mut hotline);
}

#[test]
fn r79_who_calls_in_meanwhile_has_his_old_score_and_is_not_called_any_more() {
    let (mut hotline, _) = busy();
    let asked = asks(&mut hotline);
    hotline.run_for(MINUTE);
    hotline.dials("13800002222", "01065529988");
    hotline.run_for(MINUTE);
    hotline.dials("13800001111", "01065529988");
    hotline.run_for(SECOND);
    assert_eq!(told(&hotline)[1..], ["Redialled"]);
    let done = hotline.facts_named("callback.done")[0];
    let call = hotline.call_of(HIS);
    assert!(
        matches!(done, Fact::CallbackDone(done) if done.callback == asked && done.call == call)
    );
    assert_eq!(
        hotline.engine.acd().position(call),
        Some(1),
        "his old place"
    );
    agent_is_free(&mut hotline);
    hotline.run_for(3 * SECOND);
    assert_eq!(hotline.hears("13800001111"), "1001");
    assert!(hotline.when("main", "rings for").is_none());
    hotline.hangs_up("13800001111");
    hotline.run_for(3 * SECOND);
    hotline.hangs_up("13800002222");
    at_rest(&mut hotline);
}

#[test]
fn r79_a_try_that_rings_ends_when_he_calls_in() {
    let (mut hotline, _) = busy();
    hotline.phone("main").manner = Manner::Rings;
    asks(&mut hotline);
    agent_is_free(&mut hotline);
    hotline.run_for(5 * SECOND);
    hotline.dials("13800001111", "01065529988");
    hotline.run_for(3 * SECOND);
    assert_eq!(told(&hotline)[1..], ["try 1", "Redialled"]);
    assert_eq!(hotline.hears("13800001111"), "1001");
    hotline.hangs_up("13800001111");
    hotline.run_for(60 * MINUTE);
    assert_eq!(told(&hotline).len(), 3, "nobody is called any more");
    at_rest(&mut hotline);
}

#[test]
fn s15_a9_who_cannot_be_called_back_waits_on() {
    let refuse = |change: fn(&mut Config), cause: Option<&str>| {
        let (mut hotline, _) = busy_with(change);
        hotline.dials("13800001111", "01065529988");
        hotline.run_for(SECOND);
        hotline.presses("13800001111", '2');
        hotline.presses("13800001111", '1');
        hotline.run_for(SECOND);
        let call = hotline.call_of(HIS);
        assert_eq!(hotline.engine.acd().position(call), Some(1), "{cause:?}");
        assert!(told(&hotline).is_empty());
        let denied = hotline.facts_named("dial.denied").first().copied();
        let denied = denied.and_then(|fact| match fact {
            Fact::DialDenied { cause, .. } => Some(cause.clone()),
            _ => None,
        });
        assert_eq!(denied.as_deref(), cause);
    };
    refuse(
        |config| config.dial.denied = vec!["+86138".into()],
        Some("dial_prefix"),
    );
    let none = |config: &mut Config| {
        let support = config.queues.get_mut("support").unwrap();
        support.keeping.callbacks_max = 0;
    };
    refuse(none, None);
}

#[test]
fn d21_a_callback_expires_is_cancelled_by_a_person_and_ends_with_its_queue() {
    let short = |config: &mut Config| {
        let support = config.queues.get_mut("support").unwrap();
        support.keeping.expires = 5 * MINUTE;
    };
    let (mut hotline, _) = busy_with(short);
    asks(&mut hotline);
    hotline.run_for(5 * MINUTE);
    assert_eq!(told(&hotline)[1..], ["Expired"]);

    let (mut hotline, agent) = busy();
    let callback = asks(&mut hotline);
    let cancel = |reason: &str| Command::CancelCallback {
        callback,
        by: agent,
        reason: reason.into(),
    };
    hotline.command(cancel(" "));
    assert!(matches!(
        hotline.answers.last(),
        Some(Err(CommandError::Invalid(_)))
    ));
    hotline.command(cancel("he called another number"));
    assert_eq!(hotline.answers.last(), Some(&Ok(())));
    let Fact::CallbackFailed(failed) = hotline.facts_named("callback.failed")[0] else {
        panic!("a fact")
    };
    assert_eq!(
        (failed.cause, failed.by),
        (CallbackFailure::Cancelled, Some(agent))
    );
    assert_eq!(failed.reason.as_deref(), Some("he called another number"));
    hotline.command(cancel("again"));
    assert_eq!(
        hotline.answers.last(),
        Some(&Err(CommandError::UnknownCallback(callback)))
    );
    agent_is_free(&mut hotline);
    hotline.run_for(MINUTE);
    assert!(hotline.when("main", "rings for").is_none());

    let (mut hotline, _) = busy();
    asks(&mut hotline);
    hotline.reload(|config| drop(config.queues.remove("support")));
    assert_eq!(told(&hotline)[1..], ["QueueClosed"]);
}

#[test]
fn d30_a_reload_changes_how_often_he_is_tried() {
    let (mut hotline, _) = busy();
    hotline.phone("main").manner = Manner::Refuses(486);
    asks(&mut hotline);
    agent_is_free(&mut hotline);
    hotline.run_for(SECOND);
    hotline.reload(|config| {
        let support = config.queues.get_mut("support").unwrap();
        support.keeping.retries = 1;
        support.keeping.retry = MINUTE;
    });
    hotline.run_for(10 * MINUTE);
    assert_eq!(told(&hotline)[1..], ["try 1", "try 2", "Unanswered"]);
    at_rest(&mut hotline);
}

#[test]
fn s6_a_house_that_ends_calls_nobody_back_and_a_restart_keeps_the_place() {
    let (mut hotline, _) = busy();
    asks(&mut hotline);
    hotline.command(Command::Drain);
    agent_is_free(&mut hotline);
    hotline.run_for(SECOND);
    assert!(hotline.drained);
    assert!(hotline.when("main", "rings for").is_none());
    let asked = hotline.facts_named("callback.requested")[0];
    let Fact::CallbackRequested(asked) = asked.clone() else {
        panic!("a fact")
    };
    let mut hotline = hotline.killed_and_started(&[("1001", Some(acd::Requested::Ready))]);
    restore(&mut hotline, asked, 1);
    hotline.run_for(9 * MINUTE);
    assert!(
        told(&hotline).is_empty(),
        "the pause of the former process holds"
    );
    hotline.run_for(2 * MINUTE);
    assert_eq!(told(&hotline), ["try 2", "Connected"]);
    hotline.hangs_up("main");
    at_rest(&mut hotline);
}

/// What the former process had promised, tried so often.
fn restore(hotline: &mut Hotline, asked: CallbackRequested, attempts: u32) {
    let restored = RestoredCallback {
        asked,
        attempts,
        tried_at: Some(hotline.now),
    };
    let input = Input::RestoredCallback(Box::new(restored));
    hotline.engine.handle_input(hotline.now, input);
    hotline.run_for(SECOND);
}

#[test]
fn r3_callbacks_are_the_same_twice() {
    let story = || {
        let (mut hotline, _) = busy();
        asks(&mut hotline);
        agent_is_free(&mut hotline);
        hotline.run_for(MINUTE);
        assert_eq!(
            told(&hotline).last().unwrap(),
            &format!("{:?}", CallbackEnd::Connected)
        );
        hotline.wishes
    };
    assert!(story() == story());
}
