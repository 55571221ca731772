//! D16, D5: the estimated wait of a caller as the centre stands, and who is not let in for it.

use acd::{Input, Presence};
use std::collections::BTreeSet;
use std::time::Duration;

use crate::support::{Centre, SUPPORT, call, id, queue, s, set};

/// One agent whose last ten calls took 100 s each, and filing none.
fn known(agents: &str) -> Centre {
    let mut centre = Centre::new("linear", agents);
    for number in 101..=110 {
        centre.serves('A', number, 100);
    }
    centre
}

fn told(centre: &Centre, number: u64) -> Option<u64> {
    let estimate = centre.acd.estimate(centre.now, call(number));
    estimate.map(|told| told.p50.as_secs())
}

#[test]
fn d16_the_place_in_line_and_the_calls_that_are_on_make_the_estimate() {
    let mut centre = known("A");
    centre.joins(1).answers('A').wait(40).joins(2).joins(3);
    assert_eq!(told(&centre, 2), Some(60), "what is left of the call");
    assert_eq!(
        told(&centre, 3),
        Some(160),
        "and the call of who is before him"
    );
    centre.wait(30);
    assert_eq!((told(&centre, 2), told(&centre, 3)), (Some(30), Some(130)));
    centre.joins_vip(4, 600);
    assert_eq!(told(&centre, 2), Some(130), "in the order of the scores");
    centre.hangs_up(4);
    assert_eq!(told(&centre, 2), Some(30));
    assert_eq!(told(&centre, 1), None, "he talks");
}

#[test]
fn d16_agents_shared_with_another_queue_are_shared_with_its_callers() {
    let mut centre = known("A");
    centre.add_queue(queue("sales", "linear"));
    centre.assigns('A', &[SUPPORT, "sales"]);
    centre.joins(1).answers('A').wait(40);
    centre.joins_in(2, "sales").joins(3).joins_in(4, "sales");
    assert_eq!(
        told(&centre, 3),
        Some(160),
        "who came before him to the other queue"
    );
    // Half of that queue's staff is his.
    centre.hires('B', &["sales"]);
    let half = told(&centre, 3).unwrap();
    assert!((60..=160).contains(&half), "{half}");
}

#[test]
fn d16_skills_count_and_it_is_silent_when_it_does_not_know() {
    let mut centre = known("A");
    centre.joins(1).answers('A').wait(40);
    centre.joins_needing(2, "fr");
    assert_eq!(told(&centre, 2), None, "nobody at work speaks it");
    centre.joins(3);
    centre.rests('A');
    assert_eq!(told(&centre, 3), None, "he goes to a break");
    let mut new = Centre::new("linear", "A");
    new.serves('A', 1, 100).joins(2).answers('A').joins(3);
    assert_eq!(told(&new, 3), None, "one call is no experience");
}

/// D16: of those ahead some will have given up by then, as others did before them.
#[test]
fn d16_those_ahead_may_give_up() {
    let wait = |gives_up: bool| {
        let mut centre = known("A");
        centre.joins(1).answers('A');
        for number in 2..22 {
            if gives_up {
                centre.joins(number).wait(1).hangs_up(number);
            } else {
                centre.wait(1);
            }
        }
        for number in 30..35 {
            centre.joins(number);
        }
        told(&centre, 34).unwrap()
    };
    assert_eq!(wait(false), 480, "80 s of the call and four before him");
    let shorter = wait(true);
    assert!(shorter < 300, "twenty left after a second: {shorter}");
}

/// B12: that another agent is ready does not help who waits for one by name.
#[test]
fn d16_b12_who_waits_for_a_named_agent_is_told_nothing_until_his_phone_rings() {
    let mut centre = known("A");
    centre.joins(1).answers('A');
    centre.hires('B', &[SUPPORT]).ready('B').silence();
    centre.input(Input::JoinedFor {
        call: call(2),
        queues: set(&[SUPPORT]),
        agent: id('A'),
        wait_max: s(60),
        ring_timeout: s(15),
        head_start: s(0),
        priority: 0,
        apart: BTreeSet::new(),
    });
    assert_eq!(told(&centre, 2), None, "B is ready");
    centre.ends('A').expect("offer 2 A");
    assert_eq!(told(&centre, 2), Some(0));
}

#[test]
fn d5_who_would_wait_too_long_is_not_let_in() {
    let mut centre = known("A");
    centre.tune(SUPPORT, |queue| queue.max_estimated_wait = Some(s(120)));
    centre.joins(1).answers('A').wait(40).silence();
    centre.joins(2).expect("");
    centre.joins(3).expect("left 3 Full");
    // Strictly first, or with a head start, he would not.
    centre.joins_first(4, SUPPORT, 1).expect("");
    // Where nothing is known nobody is turned away.
    let mut new = Centre::tuned("linear", "A", |queue| {
        queue.max_estimated_wait = Some(Duration::from_secs(1));
        queue.join_when = Presence::Nobody;
    });
    new.joins(1).joins(2).expect("offer 1 A");
}

/// Those ahead of him in the line of another queue wait for its agents, not for the one who is ready.
#[test]
fn d5_a_ready_agent_lets_him_in_however_long_another_line_is() {
    let mut centre = known("A");
    centre.tune(SUPPORT, |queue| queue.max_estimated_wait = Some(s(1)));
    centre.add_queue(queue("sales", "linear"));
    centre.hires('B', &[SUPPORT, "sales"]).ready('B');
    centre.joins_in(1, "sales").answers('B');
    for number in 2..7 {
        centre.joins_in(number, "sales");
    }
    centre.silence();
    centre.joins(10).expect("offer 10 A");
}
