//! Familiar agents and conflicts through the whole engine: what the directory tells decides whose phone rings (R57-R68).

use std::time::Duration;

use engine::command::{Command, LineOrder, LineRefusal};
use model::ties::Talk;
use model::{AgentId, AgentState, Profile, Ties};

use crate::hotline::Hotline;
use crate::phone::Manner;
use crate::transfers::{to_agent, to_queue};

const SECOND: Duration = Duration::from_secs(1);
const DAY: Duration = Duration::from_secs(86_400);
const LI: AgentId = AgentId::new(1001);
const WANG: AgentId = AgentId::new(1002);

/// `support` is sticky. 1001 has been idle for longer than 1002, and for longer than 1003.
fn hotline() -> Hotline {
    let mut hotline = Hotline::with(|config| {
        let support = config.queues.get_mut("support").unwrap();
        support.rules.strategy = acd::strategy::find("sticky").unwrap();
        support.rules.wrap_up = Duration::ZERO;
    });
    for login in ["1001", "1002", "1003"] {
        hotline.agent(login, Manner::Answers(SECOND));
        hotline.run_for(SECOND);
    }
    hotline
}

fn knows(hotline: &mut Hotline, ties: Ties) {
    let profile = Profile {
        ties,
        ..Profile::default()
    };
    hotline.directory = (profile, Duration::from_millis(5));
}

fn apart(agent: AgentId) -> Ties {
    Ties {
        apart: [agent].into(),
        ..Ties::default()
    }
}

#[test]
fn r57_r65_whoever_talked_last_is_rung_first_and_alone() {
    let mut hotline = hotline();
    let talk = |agent, ago: Duration| Talk {
        agent,
        queue: Some("support".into()),
        since: (hotline.now - ago).into(),
        talk_ms: 60_000,
    };
    let talks = vec![talk(WANG, DAY), talk(LI, 2 * DAY)];
    let ties = Ties {
        talks,
        ..Ties::default()
    };
    knows(&mut hotline, ties);
    hotline.caller_presses("100", '1');
    hotline.run_for(2 * SECOND);
    assert_eq!(hotline.hears("100"), "1002");
    assert!(hotline.when("1001", "rings").is_none());
}

#[test]
fn r64_a_shared_number_is_not_sticky_in_any_spelling() {
    for (shared, hears) in [("+86 21 6123-4567", "1001"), ("02161239999", "1002")] {
        let mut hotline = hotline();
        knows(&mut hotline, Ties::owned_by(WANG));
        hotline.reload(|config| {
            let shared = config.plan.key(shared);
            config.shared_numbers = [shared.key].into();
        });
        hotline.caller_presses("02161234567", '1');
        hotline.run_for(2 * SECOND);
        assert_eq!(hotline.hears("02161234567"), hears, "{shared}");
    }
}

#[test]
fn r66_who_is_kept_apart_is_neither_chosen_nor_named() {
    let mut hotline = hotline();
    knows(&mut hotline, apart(LI));
    hotline.caller_presses("100", '1');
    hotline.run_for(2 * SECOND);
    assert_eq!(hotline.hears("100"), "1002", "1001 would have been first");
    // A script that names him goes on by `on_failure`, into the queue.
    let mut named = self::hotline();
    knows(&mut named, apart(WANG));
    named.caller_presses("100", '3');
    named.run_for(2 * SECOND);
    assert_eq!(named.hears("100"), "1001");
    assert!(named.when("1002", "rings").is_none());
}

#[test]
fn r66_a_colleague_cannot_hand_the_call_to_him() {
    let mut hotline = hotline();
    knows(&mut hotline, apart(WANG));
    hotline.caller_presses("100", '1');
    hotline.run_for(2 * SECOND);
    assert_eq!(hotline.hears("100"), "1001");
    assert!(!hotline.orders(LI, "100", to_agent("1002")));
    let refused = hotline.answers.last().unwrap().clone().unwrap_err();
    assert_eq!(refused.to_string(), "1002 and this caller are kept apart");
    assert_eq!(hotline.hears("100"), "1001", "the talk goes on");
    // Handed on to a queue he meets him there as little.
    assert!(hotline.orders(LI, "100", to_queue("everybody")));
    hotline.run_for(3 * SECOND);
    assert_eq!(hotline.hears("100"), "1003");
    assert!(hotline.when("1002", "rings").is_none());
}

#[test]
fn r66_a_supervisor_is_told_that_they_are_kept_apart() {
    let mut hotline = hotline();
    knows(&mut hotline, apart(WANG));
    for busy in ["1001", "1003"] {
        hotline.phone(busy).manner = Manner::Rings;
    }
    hotline.caller_presses("100", '1');
    let (call, by) = (hotline.call_of("100"), AgentId::new(99));
    let to = "1002".to_owned();
    hotline.command(Command::Supervise {
        call,
        by,
        order: LineOrder::Assign { to },
        reason: "urgent".into(),
    });
    let refused = hotline.answers.last().unwrap().clone().unwrap_err();
    assert_eq!(refused, LineRefusal::KeptApart.into());
    assert_eq!(hotline.state(WANG), AgentState::Ready);
}

#[test]
fn r66_a_phone_that_rings_before_the_directory_answers_stops() {
    let mut hotline = hotline();
    knows(&mut hotline, apart(LI));
    hotline.phone("1001").manner = Manner::Rings;
    hotline.directory.1 = 5 * SECOND;
    hotline.caller_presses("100", '1');
    hotline.run_for(SECOND);
    assert!(hotline.when("1001", "rings").is_some());
    hotline.run_for(3 * SECOND);
    assert!(hotline.when("1001", "is cancelled").is_some());
    assert_eq!(hotline.hears("100"), "1002");
    assert_eq!(
        hotline.state(LI),
        AgentState::Ready,
        "and is charged nothing"
    );
}

#[test]
fn r67_the_team_of_one_who_left_comes_first() {
    let mut hotline = hotline();
    hotline.reload(|config| {
        let mut gold = config.queues["support"].clone();
        gold.rules.name = "gold".into();
        config.queues.insert("gold".into(), gold);
    });
    hotline.teaches("1003", &["support", "gold"], &[]);
    let gone = AgentId::new(1_009);
    let ties = Ties {
        gone: [(gone, "gold".into())].into(),
        ..Ties::owned_by(gone)
    };
    knows(&mut hotline, ties);
    hotline.caller_presses("100", '1');
    hotline.run_for(2 * SECOND);
    assert_eq!(hotline.hears("100"), "1003");
}
