//! A12: a caller who stands in several queues at once has the union of their agents, one place and one tried-set.

use std::collections::BTreeSet;

use acd::{Input, Output, strategy};
use model::decision::ReasonCode;
use model::fact::QueueExit;

use crate::support::{Centre, SUPPORT, call, id, owned_by, queue, s, set};

const BOTH: [&str; 2] = [SUPPORT, "north"];

/// `support` (A) and `north` (N), linear.
fn centre() -> Centre {
    let mut centre = Centre::new("linear", "A");
    centre.add_queue(queue("north", "linear"));
    centre.hires('N', &["north"]).ready('N').silence();
    centre
}

/// The queue by which each offer was made.
fn offered_by(centre: &Centre) -> Vec<String> {
    let queues = centre.decisions.iter();
    queues.map(|decision| decision.queue.to_string()).collect()
}

#[test]
fn a12_the_home_queue_comes_first_and_the_others_in_their_order() {
    let mut centre = centre();
    centre.add_queue(queue("vip", "linear"));
    centre.hires('V', &["vip"]).ready('V');
    let all = [SUPPORT, "vip", "north"];
    centre.joins_all(1, &all).joins_all(2, &all);
    centre
        .joins_all(3, &all)
        .expect("offer 1 A, offer 2 V, offer 3 N");
    assert_eq!(offered_by(&centre), all, "the record names the queue");
    let asked = centre.last_decision();
    let named = asked.candidates.len() + asked.outs().count();
    assert_eq!(named, 1, "agents of that queue alone: {asked:?}");
}

#[test]
fn a12_whoever_is_free_first_in_any_of_the_queues_gets_him() {
    for (free, by) in [('A', SUPPORT), ('N', "north")] {
        let mut centre = centre();
        centre.rests('A').rests('N').joins_all(1, &BOTH).expect("");
        centre.ready(free).expect(&format!("offer 1 {free}"));
        centre
            .answers(free)
            .expect(&format!("connect 1 {free}"))
            .ready('A')
            .ready('N')
            .expect("");
        let connected = centre.outputs.iter().find_map(|(_, output)| match output {
            Output::Connect { queue, .. } => queue.clone(),
            _ => None,
        });
        assert_eq!(connected, Some(by.into()));
        for name in BOTH {
            assert_eq!(centre.acd.waiting(&name.into()), 0, "{name}");
        }
    }
}

#[test]
fn a12_one_tried_set_goes_through_all_queues_and_the_home_pauses() {
    let mut centre = centre();
    centre.tune(SUPPORT, |queue| queue.pass_pause = s(7));
    centre.tune("north", |queue| queue.pass_pause = s(2));
    centre.assigns('B', &BOTH).hires('B', &BOTH).ready('B');
    centre.joins_all(1, &BOTH).expect("offer 1 A");
    // R5, R9: who serves both is asked once.
    centre.wait(15).expect("missed 1 A, offer 1 B");
    centre.wait(15).expect("missed 1 B, offer 1 N");
    centre.wait(15).expect("missed 1 N");
    centre
        .wait_ms(6_999)
        .expect("")
        .wait_ms(1)
        .expect("offer 1 A");
}

#[test]
fn a12_r09_a_newly_ready_agent_of_any_queue_ends_the_pause() {
    let mut centre = centre();
    centre.joins_all(1, &BOTH).wait(15).wait(15).silence();
    centre.rests('A').rests('N').ready('N').expect("offer 1 N");
}

#[test]
fn a12_r18_each_caller_gets_a_phone_and_one_order_holds_over_all_queues() {
    let mut centre = centre();
    centre.rests('A').rests('N');
    centre.joins_in(1, "north").wait(1).joins_all(2, &BOTH);
    centre.wait(1).joins(3).silence();
    centre.ready('N').expect("offer 1 N");
    centre.ready('A').expect("offer 2 A");
    centre.answers('N').ends('N').expect("connect 1 N");
    centre
        .hangs_up(2)
        .expect("cancelled 2 A CallerLeft, left 2 Abandoned, offer 3 A");
}

#[test]
fn a12_r19_a_caller_of_several_queues_can_ask_why_in_each() {
    let mut centre = centre();
    centre.rests('A').joins_in(1, "north").joins_all(2, &BOTH);
    let why = centre.acd.why(centre.now, call(2));
    let reasons: Vec<_> = why
        .iter()
        .map(|one| (one.queue.as_str(), one.outs().next().unwrap().0))
        .collect();
    let expected = [
        (SUPPORT, ReasonCode::NotReady),
        ("north", ReasonCode::Reserved),
    ];
    assert_eq!(reasons, expected);
}

#[test]
fn a12_r21_queues_that_ring_all_ring_together_up_to_the_limit_of_each() {
    let mut centre = Centre::new("ring-all", "AB");
    centre.add_queue(queue("north", "ring-all"));
    centre.tune("north", |queue| queue.ring_max = 4);
    for agent in ['N', 'O', 'P'] {
        centre.hires(agent, &["north"]).ready(agent);
    }
    centre
        .joins_all(1, &BOTH)
        .expect("offer 1 A, offer 1 B, offer 1 N, offer 1 O");
    assert_eq!(offered_by(&centre)[1..3], BOTH);
    centre
        .rests('B')
        .expect("cancelled 1 B AgentNotReady, offer 1 P");
    centre.answers('P').expect(
        "connect 1 P, cancelled 1 A AnsweredElsewhere, cancelled 1 N AnsweredElsewhere, \
         cancelled 1 O AnsweredElsewhere",
    );
}

#[test]
fn a12_a_phone_that_rings_alone_is_joined_by_none() {
    let mut centre = centre();
    centre.tune("north", |queue| {
        queue.strategy = strategy::find("ring-all").unwrap();
    });
    centre.hires('O', &["north"]).ready('O').joins_all(1, &BOTH);
    centre.expect("offer 1 A");
    centre
        .wait(15)
        .expect("missed 1 A, offer 1 N, offer 1 O")
        .expect_state('A', "ready");
}

#[test]
fn a12_r57_a_familiar_agent_of_any_of_the_queues_comes_first() {
    let mut centre = centre();
    let sticky = strategy::find("sticky").unwrap();
    centre.tune(SUPPORT, |queue| queue.strategy = sticky);
    centre.tune("north", |queue| queue.wrap_up = s(15));
    centre.joins_set(1, &BOTH, 0, None, Some('N'));
    centre.expect("offer 1 N").talks('N', 60).silence();
    assert_eq!(centre.last_decision().strategy, "sticky");
    // R59: he is waited for, though only the queue beside is his.
    centre.joins_set(2, &BOTH, 0, None, Some('N')).expect("");
    // R58: he serves none of them any more.
    centre.assigns('N', &["elsewhere"]).expect("offer 2 A");
    // The home queue says whether callers are looked after like that.
    centre
        .assigns('N', &["north"])
        .wait(15)
        .hangs_up(2)
        .silence();
    let turned = ["north", SUPPORT];
    centre
        .joins_set(3, &turned, 0, None, Some('A'))
        .expect("offer 3 N");
}

#[test]
fn a12_r58_who_waits_for_an_agent_of_a_queue_that_closes_waits_no_more() {
    let mut centre = centre();
    let sticky = strategy::find("sticky").unwrap();
    centre.tune(SUPPORT, |queue| queue.strategy = sticky);
    centre.tune("north", |queue| queue.wrap_up = s(15));
    centre.joins_in(1, "north").talks('N', 60).silence();
    centre.input(Input::Joined {
        call: call(2),
        queues: set(&BOTH),
        head_start: s(0),
        priority: 0,
        caller_agent: None,
        ties: Some(owned_by('N')),
        sticky: true,
        needs: None,
    });
    centre.expect("");
    centre
        .drop_queue("north")
        .expect("keeps 2 support, offer 2 A");
}

#[test]
fn a12_d5_the_home_queue_says_whether_the_line_is_full() {
    let mut centre = centre();
    centre.tune(SUPPORT, |queue| queue.max_waiting = Some(1));
    centre.joins_all(1, &["north", SUPPORT]).silence();
    centre.joins_all(2, &BOTH).expect("left 2 Full");
    centre.joins_all(3, &["north", SUPPORT]).expect("offer 3 A");
}

#[test]
fn a12_d6_the_home_queue_says_how_long_he_may_wait() {
    let mut centre = centre();
    centre.tune(SUPPORT, |queue| queue.max_wait = Some(s(20)));
    centre.tune("north", |queue| queue.max_wait = Some(s(5)));
    centre.rests('A').rests('N').joins_all(1, &BOTH);
    centre
        .wait_ms(19_999)
        .expect("")
        .wait_ms(1)
        .expect("left 1 Timeout");
}

#[test]
fn a12_d7_one_staffed_queue_lets_him_in() {
    let mut centre = centre();
    centre.signs_out('A').joins(1).expect("left 1 NoAgents");
    centre.joins_all(2, &BOTH).expect("offer 2 N");
    centre.signs_out('N').silence();
    centre.joins_all(3, &BOTH).expect("left 3 NoAgents");
}

#[test]
fn a12_d8_he_goes_when_the_last_of_his_queues_is_empty() {
    let mut centre = centre();
    centre.rests('A').rests('N').joins_all(1, &BOTH).joins(2);
    centre.signs_out('A').wait(5).signs_out('N').silence();
    centre.wait(5).expect("left 2 NoAgents");
    centre
        .wait_ms(4_999)
        .expect("")
        .wait_ms(1)
        .expect("left 1 NoAgents");
}

#[test]
fn a12_d8_the_queue_that_is_left_may_be_empty_when_the_staffed_one_closes() {
    let mut centre = centre();
    centre.rests('N').joins_all(1, &BOTH).answers('A').ends('A');
    centre.signs_out('A').joins_all(2, &BOTH).wait(60).silence();
    centre.drop_queue("north").expect("keeps 2 support");
    centre
        .wait_ms(9_999)
        .expect("")
        .wait_ms(1)
        .expect("left 2 NoAgents");
}

#[test]
fn a12_d30_a_closed_queue_lets_go_of_him_and_the_next_is_home() {
    let mut centre = centre();
    centre.joins_all(1, &BOTH).wait(30).silence();
    // N is tried already; the ring by the queue that closes stops, and his pass goes on.
    centre.joins_all(2, &["nowhere", SUPPORT, "north"]);
    centre.rests('N').ready('N').silence();
    let place = centre.acd.position(call(1));
    centre.drop_queue(SUPPORT);
    assert!(centre.acd.position(call(1)).is_some() && place == Some(1));
    assert_eq!(centre.acd.waiting(&"north".into()), 2);
    let homes = centre
        .outputs
        .iter()
        .filter_map(|(_, output)| match output {
            Output::QueueDropped { queues, .. } => Some(queues.home().as_str()),
            _ => None,
        });
    assert_eq!(homes.collect::<Vec<_>>(), ["north", "north"]);
    centre.silence().drop_queue("north");
    let left = centre
        .outputs
        .iter()
        .filter_map(|(_, output)| match output {
            Output::LeftQueue { queue, cause, .. } => Some((queue.as_str(), *cause)),
            _ => None,
        });
    assert_eq!(
        left.collect::<Vec<_>>(),
        [("north", QueueExit::Closed), ("north", QueueExit::Closed)]
    );
}

#[test]
fn a12_each_queue_keeps_its_own_rules_and_memory() {
    let mut centre = centre();
    centre.tune("north", |queue| {
        queue.strategy = strategy::find("round-robin").unwrap();
        queue.ring_timeout = s(40);
        queue.wrap_up = s(9);
    });
    centre.hires('O', &["north"]).ready('O').rests('A');
    centre
        .joins_all(1, &BOTH)
        .expect("offer 1 N")
        .wait(39)
        .expect("");
    centre.talks('N', 60).expect("connect 1 N");
    centre.expect_state('N', "wrap_up 1").wait(9);
    centre.joins_all(2, &BOTH).expect("offer 2 O");
    assert_eq!(centre.last_decision().strategy, "round-robin");
    // R34: the home queue did not offer, so its own memory stands.
    centre.answers('O').ready('A').joins_all(3, &BOTH);
    centre.expect("connect 2 O, offer 3 A");
    assert!(centre.last_decision().chosen == [id('A')]);
}

#[test]
fn a12_d31_who_is_handed_on_may_stand_in_several_queues_too() {
    let mut centre = centre();
    centre.joins(1).answers('A').silence();
    centre.input(Input::HandedToQueue {
        call: call(1),
        queues: set(&BOTH),
        head_start: s(60),
        priority: 0,
        caller_agent: None,
        from: id('A'),
        back: false,
        needs: None,
        apart: BTreeSet::new(),
    });
    centre.ends('A').expect("offer 1 N");
}
