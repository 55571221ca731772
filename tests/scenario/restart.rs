//! A process that begins anew: phones and agents' states as the former one knew them (A5, C20, G13).

use std::time::Duration;

use acd::Requested;
use engine::SignIn;
use model::{AgentId, AgentState, Fact, NotReadyReason};

use crate::hotline::Hotline;
use crate::phone::Manner;

const SECOND: Duration = Duration::from_secs(1);

fn on_break() -> NotReadyReason {
    NotReadyReason::Said("break".into())
}

/// Each change of state with its cause.
fn changes(hotline: &Hotline) -> Vec<(AgentState, String)> {
    let facts = hotline.facts_named("agent.state_changed").into_iter();
    facts
        .map(|fact| match fact {
            Fact::AgentStateChanged { to, cause, .. } => (to.clone(), cause.clone()),
            other => panic!("{other:?}"),
        })
        .collect()
}

#[test]
fn g13_a_phone_rings_after_a_restart_that_it_did_not_notice() {
    let mut hotline = Hotline::open();
    hotline.agent("1001", Manner::Answers(SECOND));
    let mut hotline = hotline.killed_and_started(&[("1001", Some(Requested::Ready))]);
    let told = [(AgentState::Ready, "restart".to_owned())];
    assert_eq!(changes(&hotline), told, "one change and no detour");
    assert_eq!(hotline.facts_named("agent.registered").len(), 1);
    hotline.caller("13800001111", "4000");
    hotline.run_for(3 * SECOND);
    hotline.caller_presses("13800001111", '1');
    hotline.run_for(5 * SECOND);
    let talks = hotline.state(AgentId::new(1001));
    assert!(matches!(talks, AgentState::Talking { .. }), "{talks:?}");
}

#[test]
fn c20_each_agent_has_the_state_that_he_had_asked_for() {
    let mut hotline = Hotline::open();
    for login in ["1001", "1002", "1003"] {
        hotline.agent(login, Manner::Answers(SECOND));
    }
    // 1003's phone signs off and is gone; 1004 never had one.
    hotline.phone("1003").registers(0);
    hotline.run_for(SECOND);
    let hotline = hotline.killed_and_started(&[
        ("1001", Some(Requested::NotReady(on_break()))),
        ("1002", None),
        ("1003", Some(Requested::Ready)),
        ("1004", Some(Requested::NotReady(on_break()))),
    ]);
    let states: Vec<_> = (1001..=1004)
        .map(|login| hotline.state(AgentId::new(login)))
        .collect();
    let not_ready = |reason| AgentState::NotReady { reason };
    let expected = [
        not_ready(on_break()),
        AgentState::Offline,
        not_ready(NotReadyReason::DeviceLost),
        not_ready(on_break()),
    ];
    assert_eq!(states, expected);
    let registered = hotline.facts_named("agent.registered").len();
    assert_eq!(registered, 2, "1001 and 1002");
}

#[test]
fn c20_nobody_has_switched_a_phone_on_that_comes_back_by_itself() {
    let mut hotline = Hotline::with(|config| config.sign_in = SignIn::Phone);
    hotline.agent("1001", Manner::Answers(SECOND));
    hotline.agent("1002", Manner::Answers(SECOND));
    let mut hotline =
        hotline.killed_and_started(&[("1001", None), ("1002", Some(Requested::Ready))]);
    let (gone_home, ready) = (AgentId::new(1001), AgentId::new(1002));
    assert_eq!(hotline.state(gone_home), AgentState::Offline);
    assert_eq!(hotline.state(ready), AgentState::Ready);
    // Its next refresh is no new registration either.
    hotline.phone("1001").registers(3_600);
    hotline.run_for(SECOND);
    assert_eq!(hotline.state(gone_home), AgentState::Offline);
}

#[test]
fn a5_who_was_ready_without_his_phone_is_ready_when_it_comes_back() {
    let mut hotline = Hotline::open();
    let agent = hotline.agent("1001", Manner::Answers(SECOND));
    hotline.bindings.clear();
    let mut hotline = hotline.killed_and_started(&[("1001", Some(Requested::Ready))]);
    let lost = AgentState::NotReady {
        reason: NotReadyReason::DeviceLost,
    };
    assert_eq!(hotline.state(agent), lost);
    hotline.phone("1001").registers(3_600);
    hotline.run_for(SECOND);
    assert_eq!(hotline.state(agent), AgentState::Ready);
}
