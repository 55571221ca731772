//! R55, R56, R22: progressive ringing.

use crate::support::{Centre, s};

/// A, B, C in the order of seats, ringing for 30 s each.
fn one_by_one() -> Centre {
    Centre::tuned("progressive", "ABC", |queue| {
        queue.fallback = acd::strategy::find("linear").unwrap();
        queue.ring_timeout = s(30);
    })
}

#[test]
fn r55_a_phone_is_added_each_10_s_and_the_others_ring_on() {
    let mut centre = one_by_one();
    centre.joins(1).expect("offer 1 A");
    centre
        .wait_ms(9_999)
        .expect("")
        .wait_ms(1)
        .expect("offer 1 B");
    centre
        .wait_ms(9_999)
        .expect("")
        .wait_ms(1)
        .expect("offer 1 C");
    for agent in "ABC".chars() {
        centre.expect_state(agent, "ringing 1");
    }
    // R22: one is connected, the others stop.
    centre
        .answers('B')
        .expect("connect 1 B, cancelled 1 A AnsweredElsewhere, cancelled 1 C AnsweredElsewhere");
}

#[test]
fn r55_the_order_is_the_base_strategys() {
    let mut centre = Centre::tuned("progressive", "ABC", |queue| {
        queue.fallback = acd::strategy::find("round-robin").unwrap();
    });
    centre.joins(1).answers('A').silence();
    centre.joins(2).wait(10).expect("offer 2 B, offer 2 C");
}

#[test]
fn r55_no_more_ring_than_ring_max_and_who_becomes_ready_joins_in_when_one_is_due() {
    let mut centre = one_by_one();
    centre.tune(crate::support::SUPPORT, |queue| queue.ring_max = 2);
    centre
        .rests('B')
        .rests('C')
        .joins(1)
        .wait(15)
        .expect("offer 1 A");
    centre
        .ready('C')
        .expect("offer 1 C")
        .ready('B')
        .wait(12)
        .expect("");
}

#[test]
fn r56_who_declines_is_replaced_at_once_and_the_clock_starts_anew() {
    let mut centre = one_by_one();
    centre.joins(1).wait(3).silence();
    centre.declines('A').expect("offer 1 B");
    centre
        .wait_ms(9_999)
        .expect("")
        .wait_ms(1)
        .expect("offer 1 C");
}

#[test]
fn r56_who_declines_while_another_rings_is_replaced_at_once_too() {
    let mut centre = one_by_one();
    centre.joins(1).wait(12).expect("offer 1 A, offer 1 B");
    centre.fails('A', 480).expect("offer 1 C");
}

#[test]
fn r24_nobody_is_charged_for_rings_that_were_shared() {
    let mut centre = one_by_one();
    for number in 1..=3 {
        centre.joins(number).wait(41).hangs_up(number);
        centre.wait(60);
    }
    for agent in "ABC".chars() {
        centre.expect_state(agent, "ready");
    }
}
