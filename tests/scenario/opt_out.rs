//! Going to work is one act for all queues of the profile, and who was taken out of one of them serves the others (C1).

use std::time::Duration;

use engine::command::{Command, StateRequest};
use model::{AgentId, AgentState, Fact};

use crate::hotline::Hotline;
use crate::phone::Manner;

const SECOND: Duration = Duration::from_secs(1);
const BOSS: AgentId = AgentId::new(9);
const FIRST: &str = "13800001111";
const SECOND_CALLER: &str = "13900002222";

fn serve(agent: AgentId, queue: &str, serves: bool) -> Command {
    Command::ServeQueue {
        agent,
        queue: queue.into(),
        serves,
        by: BOSS,
    }
}

#[test]
fn c1_one_act_brings_him_to_all_queues_of_his_profile_and_one_takes_him_home() {
    let mut hotline = Hotline::open();
    let agent = hotline.agent("1001", Manner::Answers(SECOND));
    for (caller, key) in [(FIRST, '1'), (SECOND_CALLER, '2')] {
        hotline.caller_presses(caller, key);
        hotline.run_for(3 * SECOND);
        assert!(matches!(hotline.state(agent), AgentState::Talking { .. }));
        hotline.hangs_up(caller);
        hotline.run_for(60 * SECOND);
        assert_eq!(hotline.state(agent), AgentState::Ready);
    }
    hotline.says(agent, StateRequest::Offline);
    let before = hotline.facts_named("offer.made").len();
    hotline.caller_presses(FIRST, '1');
    hotline.run_for(3 * SECOND);
    assert_eq!(hotline.facts_named("offer.made").len(), before);
}

#[test]
fn c1_who_was_taken_out_of_a_queue_is_rung_for_the_others_alone_until_he_is_back() {
    let mut hotline = Hotline::open();
    let agent = hotline.agent("1001", Manner::Rings);
    let colleague = hotline.agent("1002", Manner::Rings);
    hotline.command(serve(colleague, "everybody", false));
    hotline.command(serve(agent, "support", false));
    let offered = |hotline: &Hotline| -> Vec<AgentId> {
        let made = hotline.facts_named("offer.made").into_iter();
        made.map(|fact| match fact {
            Fact::OfferMade { offer, .. } => offer.agent,
            other => panic!("{other:?}"),
        })
        .collect()
    };
    hotline.caller_presses(FIRST, '1');
    hotline.caller_presses(SECOND_CALLER, '2');
    hotline.run_for(3 * SECOND);
    let mut all = offered(&hotline);
    all.sort();
    assert_eq!(all, [agent, colleague], "each in his queue alone");

    for caller in [FIRST, SECOND_CALLER] {
        hotline.hangs_up(caller);
    }
    hotline.says(colleague, StateRequest::Offline);
    hotline.run_for(SECOND);
    hotline.command(serve(agent, "support", true));
    hotline.caller_presses(FIRST, '1');
    hotline.run_for(3 * SECOND);
    assert_eq!(offered(&hotline).last(), Some(&agent));
    let told = hotline.facts_named("agent.queue_changed");
    let last = Fact::AgentQueueChanged {
        agent,
        queue: "support".into(),
        serves: true,
        by: BOSS,
    };
    assert_eq!((told.len(), told.last()), (3, Some(&&last)));
}

#[test]
fn c1_a_phone_that_rings_for_that_queue_rings_on_and_strangers_queues_are_refused() {
    let mut hotline = Hotline::open();
    let agent = hotline.agent("1001", Manner::Answers(3 * SECOND));
    hotline.caller_presses(FIRST, '1');
    hotline.run_for(SECOND);
    assert!(matches!(hotline.state(agent), AgentState::Ringing { .. }));
    hotline.command(serve(agent, "support", false));
    hotline.run_for(4 * SECOND);
    assert!(matches!(hotline.state(agent), AgentState::Talking { .. }));

    hotline.answers.clear();
    hotline.command(serve(agent, "nowhere", false));
    let refused = hotline.answers.pop().unwrap().unwrap_err().to_string();
    assert_eq!(refused, "`nowhere` is no queue of his profile");
}
