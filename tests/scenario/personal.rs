//! B12 through the whole engine: a caller waits for the agent whom the script names, in the line of that agent's home queue.

use std::time::Duration;

use engine::{Command, StateRequest};
use model::{AgentId, Fact};

use crate::hotline::{Hotline, SCRIPT};
use crate::phone::Manner;
use crate::plan;

const SECOND: Duration = Duration::from_secs(1);

/// Key 3 waits for Li (1002) for a minute; he talks with 90, Wang (1001) is ready.
fn hotline() -> Hotline {
    let mut hotline = Hotline::with(|config| {
        let waits = SCRIPT.replace("ring_s = 10", "ring_s = 10\nwait_s = 60");
        plan::script(config, "main", &waits);
        let support = config.queues.get_mut("support").unwrap();
        support.rules.wrap_up = Duration::ZERO;
    });
    hotline.agent("1001", Manner::Answers(SECOND));
    hotline.agent("1002", Manner::Answers(SECOND));
    hotline.caller_presses("90", '3');
    hotline.run_for(2 * SECOND);
    assert_eq!(hotline.hears("90"), "1002");
    hotline.caller_presses("100", '3');
    assert_eq!(hotline.hears("100"), "music");
    hotline
}

fn named(hotline: &Hotline, name: &str) -> Vec<String> {
    let facts = hotline.facts_named(name).into_iter();
    let told = facts.map(|fact| match fact {
        Fact::QueueJoined { queue, .. } => queue.to_string(),
        Fact::QueueLeft { queue, cause, .. } => format!("{queue} {cause:?}"),
        Fact::OfferMade {
            offer, decision, ..
        } => format!("{} {}", offer.agent, decision.strategy),
        other => panic!("{other:?}"),
    });
    told.collect()
}

#[test]
fn b12_a_caller_waits_for_his_agent_and_counts_in_that_agents_home_queue() {
    let mut hotline = hotline();
    hotline.run_for(30 * SECOND);
    assert!(hotline.when("1001", "rings").is_none(), "nobody else");
    hotline.hangs_up("90");
    hotline.run_for(2 * SECOND);
    assert_eq!(hotline.hears("100"), "1002");
    assert_eq!(named(&hotline, "queue.joined"), ["support", "support"]);
    assert_eq!(named(&hotline, "offer.made"), ["1002 named", "1002 named"]);
    hotline.hangs_up("100");
    hotline.assert_clean();
}

#[test]
fn b12_when_the_wait_is_over_the_script_takes_on_busy_and_his_score_goes_along() {
    let mut hotline = hotline();
    hotline.run_for(61 * SECOND);
    assert_eq!(named(&hotline, "queue.left"), ["support Timeout"]);
    hotline.run_for(2 * SECOND);
    assert_eq!(hotline.hears("100"), "1001", "the queue behind `on_busy`");
    let offers = hotline.facts_named("offer.made");
    let Some(Fact::OfferMade { decision, .. }) = offers.last() else {
        panic!("{offers:?}");
    };
    assert!(decision.head_start_ms >= 60_000, "R74: {decision:?}");
    hotline.hangs_up("90");
    hotline.hangs_up("100");
    hotline.assert_clean();
}

#[test]
fn b12_who_goes_home_meanwhile_sends_his_caller_on_at_once() {
    let mut hotline = hotline();
    hotline.says(AgentId::new(1002), StateRequest::Offline);
    hotline.run_for(2 * SECOND);
    assert_eq!(named(&hotline, "queue.left"), ["support NoAgents"]);
    assert_eq!(hotline.hears("100"), "1001");
    hotline.hangs_up("90");
    hotline.hangs_up("100");
    hotline.assert_clean();
}

#[test]
fn b12_who_hangs_up_while_he_waits_leaves_nothing_behind() {
    let mut hotline = hotline();
    hotline.hangs_up("100");
    hotline.run_for(SECOND);
    assert_eq!(named(&hotline, "queue.left"), ["support Abandoned"]);
    hotline.hangs_up("90");
    hotline.run_for(2 * SECOND);
    assert_eq!(named(&hotline, "offer.made").len(), 1, "only 90 rang");
    hotline.assert_clean();
}

#[test]
fn c1_b12_a_queue_that_he_was_taken_out_of_is_not_his_home() {
    let mut hotline = hotline();
    hotline.hangs_up("100");
    hotline.run_for(SECOND);
    hotline.command(Command::ServeQueue {
        agent: AgentId::new(1002),
        queue: "support".into(),
        serves: false,
        by: AgentId::new(9),
    });
    hotline.caller_presses("200", '3');
    assert_eq!(hotline.hears("200"), "music");
    let joined = named(&hotline, "queue.joined");
    assert_eq!(joined, ["support", "support", "everybody"]);
    hotline.hangs_up("90");
    hotline.run_for(2 * SECOND);
    assert_eq!(hotline.hears("200"), "1002");
    hotline.hangs_up("200");
    hotline.assert_clean();
}
