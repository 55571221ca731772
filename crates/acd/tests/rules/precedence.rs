//! D1, D2, D4: strict priority, the weight of queues, and the alarm for those who starve by them.

use acd::Input;

use crate::support::{Centre, SUPPORT, call, queue, s};

/// `support` and a heavier `vip`, both served by A and B.
fn two_queues() -> Centre {
    let mut centre = Centre::new("linear", "");
    let mut vip = queue("vip", "linear");
    vip.weight = 1;
    centre.add_queue(vip);
    for agent in ['A', 'B'] {
        centre.hires(agent, &[SUPPORT, "vip"]);
    }
    centre.rests('A').rests('B').silence();
    centre
}

#[test]
fn d1_a_higher_priority_comes_strictly_first_and_the_score_decides_among_equals() {
    let mut centre = Centre::new("linear", "A");
    centre.rests('A').joins_vip(1, 3_600).wait(60);
    centre.joins_first(2, SUPPORT, 1).wait(1);
    centre.joins_first(3, SUPPORT, 9).wait(1);
    centre.joins_first(4, SUPPORT, 1);
    let places = [1, 2, 3, 4].map(|number| centre.acd.position(call(number)).unwrap());
    assert_eq!(places, [4, 2, 1, 3]);
    centre.ready('A').expect("offer 3 A");
    for next in ["offer 2 A", "offer 4 A", "offer 1 A"] {
        centre.talks('A', 60).silence_but(next);
    }
}

#[test]
fn d1_who_starves_by_strictness_is_told_of_once_with_how_many_were_served_before_him() {
    let mut centre = Centre::tuned("linear", "A", |queue| queue.starving = s(100));
    centre.joins(9).answers('A').joins(1).silence();
    for number in 2..=5 {
        centre.wait(30).joins_first(number, SUPPORT, 1).ends('A');
        centre.answers('A').silence();
    }
    // Three had gone before him by then.
    assert_eq!(centre.starved(), ["starves 1 100s 3"]);
    centre
        .wait(600)
        .joins_first(6, SUPPORT, 1)
        .ends('A')
        .answers('A');
    assert_eq!(centre.starved().len(), 1, "once");
}

#[test]
fn d1_nobody_starves_by_the_score_alone_nor_without_being_passed_over() {
    let mut centre = Centre::tuned("linear", "A", |queue| queue.starving = s(100));
    centre.joins(9).answers('A').joins(1).wait(50);
    centre.joins_vip(2, 3_600).ends('A').answers('A').wait(600);
    assert_eq!(
        centre.starved(),
        [""; 0],
        "R72: he has waited longer by his score"
    );
    // A colleague whom the waiting caller could not have had takes nothing from him.
    let mut apart = two_queues();
    apart.tune(SUPPORT, |queue| queue.starving = s(100));
    apart.assigns('B', &["vip"]).joins(1).wait(200);
    apart.joins_first(2, "vip", 0).ready('B').answers('B');
    assert_eq!(apart.starved(), [""; 0]);
}

#[test]
fn d2_a_new_priority_or_head_start_moves_a_waiting_caller() {
    let mut centre = Centre::new("linear", "A");
    centre.rests('A').joins(1).wait(1).joins(2).wait(1).joins(3);
    let mut place = |number, priority, ahead| {
        centre.input(Input::Prioritised {
            call: call(number),
            priority,
            head_start: ahead,
        });
        centre.acd.position(call(number))
    };
    assert_eq!(place(3, Some(1), None), Some(1));
    assert_eq!(place(3, Some(0), None), Some(3));
    assert_eq!(place(2, None, Some(s(60))), Some(1));
    assert_eq!(place(1, None, None), Some(2), "as it was");
    assert_eq!(place(7, Some(9), None), None, "nobody");
    centre.ready('A').expect("offer 2 A");
    // While his phone rings his place changes like any other; the ring goes on.
    centre.input(Input::Prioritised {
        call: call(2),
        priority: None,
        head_start: Some(s(0)),
    });
    assert_eq!(centre.acd.position(call(2)), Some(2));
    centre.answers('A').expect("connect 2 A");
}

#[test]
fn d4_callers_of_a_heavier_queue_come_first_for_agents_who_could_take_both() {
    let mut centre = two_queues();
    centre.joins(1).wait(500).joins_in(2, "vip").silence();
    centre.ready('A').expect("offer 2 A");
    centre.ready('B').expect("offer 1 B");
}

#[test]
fn d4_r73_a_heavier_queue_that_may_not_use_an_agent_keeps_him_from_nobody() {
    let mut centre = two_queues();
    centre.tune("vip", |queue| {
        let step = |needs: &str, seconds| acd::Step {
            needs: needs.parse().unwrap(),
            lasts: s(seconds),
        };
        queue.steps = vec![step("en", 20), step("not en", 600)];
    });
    centre.hires('C', &["vip"]);
    centre.assigns_with('C', &["vip"], "en").rests('C');
    centre.joins(1).joins_in(2, "vip").silence();
    centre.ready('A').expect("offer 1 A");
    centre
        .ready('B')
        .wait_ms(19_999)
        .expect("missed 1 A, offer 1 B");
    centre
        .answers('B')
        .wait_ms(1)
        .expect("connect 1 B, offer 2 A");
}

#[test]
fn d4_d30_a_new_weight_moves_those_who_wait() {
    let mut centre = two_queues();
    centre.joins(1).wait(10).joins_in(2, "vip").silence();
    centre.tune("vip", |queue| queue.weight = 0);
    centre.ready('A').expect("offer 1 A");
    centre.rests('A').silence();
    centre.tune("vip", |queue| queue.weight = 9).silence();
    centre.ready('B').expect("offer 2 B");
}

#[test]
fn d4_a12_the_weight_is_that_of_the_home_queue_also_when_it_is_dropped() {
    let mut centre = two_queues();
    centre
        .joins(1)
        .wait(10)
        .joins_all(2, &["vip", SUPPORT])
        .silence();
    assert_eq!(centre.acd.position(call(1)), Some(2));
    centre.drop_queue("vip").expect("keeps 2 support");
    centre.ready('A').expect("offer 1 A");
}
