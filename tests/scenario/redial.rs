//! Who is cut off while he waits, or hangs up, and calls again in time has his place back, once (D22, R80).

use std::time::Duration;

use model::AgentState;
use model::fact::{CallResult, Fact};

use crate::callbacks::{busy, busy_with};
use crate::hotline::Hotline;
use crate::trunks::at_rest;

const SECOND: Duration = Duration::from_secs(1);
const HIS: &str = "+8613800001111";

/// His place in line.
fn place(hotline: &Hotline) -> Option<u32> {
    hotline.engine.acd().position(hotline.call_of(HIS))
}

/// Somebody waits, another waits behind him, he hangs up and calls again after so long.
fn drops_and_redials(hotline: &mut Hotline, who: &str, after: Duration) {
    hotline.dials(who, "01065529988");
    hotline.run_for(60 * SECOND);
    hotline.dials("13800002222", "01065529988");
    hotline.run_for(SECOND);
    hotline.hangs_up(who);
    hotline.run_for(after);
    hotline.dials(who, "01065529988");
    hotline.run_for(SECOND);
}

#[test]
fn r80_d22_a_redial_within_the_window_has_the_place_back_and_the_first_call_is_no_abandon() {
    let (mut hotline, _) = busy();
    drops_and_redials(&mut hotline, "13800001111", 170 * SECOND);
    assert_eq!(place(&hotline), Some(1));
    let Fact::QueueResumed(resumed) = hotline.facts_named("queue.resumed")[0].clone() else {
        panic!("a fact")
    };
    assert_eq!(resumed.call, hotline.call_of(HIS));
    let mut first = hotline.record_of(resumed.former);
    assert_eq!(
        first.result,
        Some(CallResult::Abandoned),
        "by its own facts"
    );
    first.resumed();
    assert_eq!(first.result, Some(CallResult::Resumed));
    // Once: who drops again has had it.
    hotline.hangs_up("13800001111");
    hotline.run_for(SECOND);
    hotline.dials("13800001111", "01065529988");
    hotline.run_for(SECOND);
    assert_eq!(place(&hotline), Some(2));
    assert_eq!(hotline.facts_named("queue.resumed").len(), 1);
    for who in ["13800001111", "13800002222", "13900000000"] {
        hotline.hangs_up(who);
        hotline.run_for(3 * SECOND);
    }
    at_rest(&mut hotline);
}

#[test]
fn r80_after_the_window_and_where_it_is_zero_he_stands_at_the_end() {
    let (mut hotline, _) = busy();
    drops_and_redials(&mut hotline, "13800001111", 181 * SECOND);
    assert_eq!(place(&hotline), Some(2));
    let (mut hotline, _) = busy_with(|config| {
        let support = config.queues.get_mut("support").unwrap();
        support.keeping.resume_window = Duration::ZERO;
    });
    drops_and_redials(&mut hotline, "13800001111", 10 * SECOND);
    assert_eq!(place(&hotline), Some(2));
    // D30: and with the next configuration he would have it.
    hotline.reload(|config| {
        let support = config.queues.get_mut("support").unwrap();
        support.keeping.resume_window = 60 * SECOND;
    });
    hotline.hangs_up("13800002222");
    hotline.run_for(SECOND);
    hotline.dials("13800002222", "01065529988");
    hotline.run_for(SECOND);
    assert_eq!(place(&hotline), Some(2));
}

#[test]
fn r64_behind_a_switchboard_nobody_has_the_place_of_another() {
    let (mut hotline, _) = busy_with(|config| {
        let shared = config.plan.key("13800001111");
        config.shared_numbers = [shared.key].into();
    });
    drops_and_redials(&mut hotline, "13800001111", 10 * SECOND);
    assert_eq!(place(&hotline), Some(2));
    assert!(hotline.facts_named("queue.resumed").is_empty());
}

#[test]
fn d22_a_line_that_broke_keeps_the_place_too() {
    let (mut hotline, _) = busy();
    hotline.dials("13800001111", "01065529988");
    hotline.run_for(60 * SECOND);
    hotline.dials("13800002222", "01065529988");
    hotline.run_for(SECOND);
    let port = hotline.port_of("13800001111").unwrap();
    hotline.media_news(media::News::Silent { port });
    hotline.run_for(5 * SECOND);
    hotline.dials("13800001111", "01065529988");
    hotline.run_for(SECOND);
    assert_eq!(place(&hotline), Some(1));
    let Fact::QueueResumed(resumed) = hotline.facts_named("queue.resumed")[0].clone() else {
        panic!("a fact")
    };
    let mut first = hotline.record_of(resumed.former);
    first.resumed();
    assert_eq!(first.result, Some(CallResult::Resumed), "no failure either");
}

#[test]
fn a9_d22_a_withheld_number_is_nobodys_and_takes_nobodys_place() {
    let (mut hotline, agent) = busy();
    hotline.carrier("anonymous", 50, crate::phone::Manner::Rings, &[]);
    drops_and_redials(&mut hotline, "anonymous", SECOND);
    assert!(hotline.facts_named("queue.resumed").is_empty());
    hotline.hangs_up("13900000000");
    hotline.run_for(3 * SECOND);
    assert_eq!(hotline.hears("13800002222"), "1001", "he is first now");
    assert!(matches!(hotline.state(agent), AgentState::Talking { .. }));
}

#[test]
fn r80_beyond_the_queues_bound_no_place_is_kept_and_that_is_counted() {
    let (mut hotline, _) = busy_with(|config| {
        let support = config.queues.get_mut("support").unwrap();
        support.keeping.resume_max = 1;
    });
    for who in ["13800002222", "13800001111"] {
        hotline.dials(who, "01065529988");
        hotline.run_for(SECOND);
    }
    assert_eq!(hotline.engine.unkept_places(), 0);
    for who in ["13800002222", "13800001111"] {
        hotline.hangs_up(who);
        hotline.run_for(SECOND);
    }
    assert_eq!(hotline.engine.unkept_places(), 1);
    // D30: with room for more it is kept from then on.
    hotline.reload(|config| {
        let support = config.queues.get_mut("support").unwrap();
        support.keeping.resume_max = 2;
    });
    hotline.dials("13800001111", "01065529988");
    hotline.run_for(SECOND);
    assert!(hotline.facts_named("queue.resumed").is_empty());
    hotline.hangs_up("13800001111");
    hotline.run_for(SECOND);
    hotline.dials("13800001111", "01065529988");
    hotline.run_for(SECOND);
    assert_eq!(hotline.facts_named("queue.resumed").len(), 1);
    assert_eq!(hotline.engine.unkept_places(), 1);
}
