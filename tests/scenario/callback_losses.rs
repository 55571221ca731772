//! What a caller was promised is not lost by a queue that does not let him in, by a want of ours, or by what he does himself
//! (D21, D22, R77, R79, R80); what a supervisor ended stays ended (D25).

use std::time::Duration;

use engine::command::{Command, LineOrder};
use engine::{Config, Queue};
use model::{AgentId, Fact};
use sip::TrunkName;

use crate::callbacks::{HIS, agent_is_free, asks, busy, busy_with, told};
use crate::hotline::{Hotline, PROMPT};
use crate::phone::Manner;
use crate::trunks::at_rest;

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);

fn support(config: &mut Config) -> &mut Queue {
    config.queues.get_mut("support").unwrap()
}

/// One caller may wait, and another does.
fn line_is_full(hotline: &mut Hotline) {
    hotline.reload(|config| support(config).rules.max_waiting = Some(1));
    hotline.dials("13800002222", "01065529988");
    hotline.run_for(SECOND);
}

#[test]
fn r79_who_calls_in_and_is_not_let_in_is_called_back_all_the_same() {
    let (mut hotline, _) = busy();
    asks(&mut hotline);
    line_is_full(&mut hotline);
    hotline.dials("13800001111", "01065529988");
    hotline.run_for(3 * SECOND);
    assert!(!hotline.phones["13800001111"].is_up, "the line is full");
    assert_eq!(told(&hotline), [format!("asked {HIS}")]);
    agent_is_free(&mut hotline);
    hotline.run_for(6 * SECOND);
    assert_eq!(told(&hotline)[1..], ["try 1", "Connected"]);
}

#[test]
fn r80_who_calls_again_and_is_not_let_in_has_his_place_while_it_is_kept() {
    let (mut hotline, _) = busy();
    hotline.dials("13800001111", "01065529988");
    hotline.run_for(MINUTE);
    hotline.hangs_up("13800001111");
    hotline.run_for(SECOND);
    line_is_full(&mut hotline);
    hotline.dials("13800001111", "01065529988");
    hotline.run_for(3 * SECOND);
    assert!(hotline.facts_named("queue.resumed").is_empty());
    hotline.reload(|config| support(config).rules.max_waiting = None);
    hotline.dials("13800001111", "01065529988");
    hotline.run_for(SECOND);
    assert_eq!(hotline.facts_named("queue.resumed").len(), 1);
    let call = hotline.call_of(HIS);
    assert_eq!(hotline.engine.acd().position(call), Some(1));
}

#[test]
fn r79_his_place_is_told_without_the_one_that_he_gives_up() {
    let (mut hotline, _) = busy();
    asks(&mut hotline);
    hotline.dials("13800001111", "01065529988");
    hotline.run_for(SECOND);
    let joined = hotline.facts_named("queue.joined");
    let Some(Fact::QueueJoined { position, .. }) = joined.last() else {
        panic!("{joined:?}");
    };
    assert_eq!(*position, 1);
}

#[test]
fn d21_who_has_the_promise_and_waits_on_is_called_back_once_he_hangs_up() {
    let waits_on = |config: &mut Config| {
        let script =
            crate::callbacks::SCRIPT.replace("accepted = \"goodbye\"", "accepted = \"line\"");
        crate::plan::script(config, "main", &script);
    };
    let (mut hotline, _) = busy_with(waits_on);
    hotline.dials("13800001111", "01065529988");
    hotline.run_for(SECOND);
    hotline.presses("13800001111", '2');
    hotline.run_for(PROMPT + SECOND);
    hotline.presses("13800001111", '1');
    hotline.run_for(SECOND);
    let call = hotline.call_of(HIS);
    assert_eq!(hotline.engine.acd().position(call), Some(1), "he waits on");
    assert_eq!(told(&hotline), [format!("asked {HIS}")]);
    hotline.hangs_up("13800001111");
    hotline.run_for(SECOND);
    agent_is_free(&mut hotline);
    hotline.run_for(6 * SECOND);
    assert_eq!(told(&hotline)[1..], ["try 1", "Connected"]);
    hotline.hangs_up("main");
    at_rest(&mut hotline);
}

#[test]
fn r77_a_try_for_which_we_had_no_trunk_is_none_of_his() {
    let (mut hotline, _) = busy_with(|config| {
        support(config).keeping.retries = 1;
        support(config).keeping.retry = MINUTE;
    });
    asks(&mut hotline);
    let channels = |hotline: &mut Hotline, most: Option<u32>| {
        hotline.reload(|config| {
            for name in ["main", "spare"] {
                let trunk = config.trunks.get_mut(&TrunkName::new(name)).unwrap();
                trunk.capacity.calls_out_max = most;
            }
        });
    };
    channels(&mut hotline, Some(0));
    agent_is_free(&mut hotline);
    hotline.run_for(5 * MINUTE);
    assert!(!told(&hotline).contains(&"Unanswered".to_owned()));
    channels(&mut hotline, None);
    hotline.run_for(2 * MINUTE);
    assert_eq!(told(&hotline).last().unwrap(), "Connected");
    hotline.hangs_up("main");
    at_rest(&mut hotline);
}

#[test]
fn d25_d21_who_was_called_back_and_is_withdrawn_is_not_called_again() {
    let (mut hotline, agent) = busy();
    asks(&mut hotline);
    hotline.phone("1001").manner = Manner::Rings;
    agent_is_free(&mut hotline);
    hotline.run_for(5 * SECOND);
    let call = hotline.call_of(HIS);
    hotline.command(Command::Supervise {
        call,
        by: AgentId::new(99),
        order: LineOrder::Withdraw,
        reason: "he was served in the shop".into(),
    });
    assert_eq!(hotline.answers.last(), Some(&Ok(())));
    hotline.run_for(MINUTE);
    let Fact::CallbackFailed(failed) = hotline.facts_named("callback.failed")[0] else {
        panic!("a fact")
    };
    assert_eq!(failed.by, Some(AgentId::new(99)));
    assert_eq!(failed.reason.as_deref(), Some("he was served in the shop"));
    hotline.run_for(30 * MINUTE);
    assert_eq!(told(&hotline)[1..], ["try 1", "Cancelled"]);
    assert!(hotline.state(agent).call().is_none());
    at_rest(&mut hotline);
}
