//! R5-R13: how offers end, and what it costs whom.

use acd::{Input, Output, strategy};

use crate::support::{Centre, SUPPORT, call, s};

#[test]
fn r05_an_unanswered_ring_ends_after_its_time_and_the_next_begins_in_the_same_turn() {
    let mut centre = Centre::new("linear", "AB");
    centre
        .joins(1)
        .expect("offer 1 A")
        .wait_ms(14_999)
        .expect("");
    centre.wait_ms(1).expect("missed 1 A, offer 1 B");
    centre.expect_state('A', "ready");
}

#[test]
fn r06_who_declines_is_left_alone_and_not_charged() {
    let mut centre = Centre::new("linear", "AB");
    centre.joins(1).declines('A').expect("offer 1 A, offer 1 B");
    centre.answers('B').expect("connect 1 B");
    centre.joins(2).wait_ms(9_999).expect("");
    centre.wait_ms(1).expect("offer 2 A");
    // Declines do not count as misses: three more leave him ready.
    for _ in 0..3 {
        centre.declines('A').expect_state('A', "ready").wait(15);
    }
    assert!(centre.causes('A').contains(&"declined"));
}

#[test]
fn r06_busy_and_decline_by_status_are_refusals() {
    for status in [486, 600, 603] {
        let mut centre = Centre::new("linear", "A");
        centre.joins(1);
        for _ in 0..3 {
            centre
                .fails('A', status)
                .expect_state('A', "ready")
                .wait(15);
        }
    }
}

#[test]
fn r07_a_device_fault_moves_on_at_once_and_the_second_takes_the_agent_out() {
    for status in [404, 408, 480, 500, 503] {
        let mut centre = Centre::new("linear", "AB");
        centre.phones_ring = false;
        centre
            .joins(1)
            .fails('A', status)
            .expect("offer 1 A, offer 1 B");
        centre.expect_state('A', "ready").answers('B').wait(5);
        centre
            .joins(2)
            .fails('A', status)
            .expect("connect 1 B, offer 2 A");
        centre.expect_state('A', "not_ready device");
    }
}

#[test]
fn r07_a_phone_that_never_rings_is_a_device_fault_and_no_miss() {
    let mut centre = Centre::tuned("linear", "A", |queue| queue.no_answer_limit = 1);
    centre.phones_ring = false;
    centre.joins(1).wait(15).expect("offer 1 A, no contact 1 A");
    centre.expect_state('A', "ready").wait(20);
    centre
        .expect("offer 1 A, no contact 1 A, last paused A support")
        .expect_state('A', "not_ready device");
}

#[test]
fn r07_a_phone_that_rings_between_two_faults_is_not_broken() {
    let mut centre = Centre::new("linear", "A");
    centre.phones_ring = false;
    centre.joins(1).fails('A', 503).wait(5);
    let offer = centre.offer('A');
    centre.input(Input::Ringing { offer }).hangs_up(1).joins(2);
    centre.fails('A', 503).expect_state('A', "ready");
}

#[test]
fn r07_one_hiccup_of_a_phone_is_one_fault_however_many_wait() {
    let mut centre = Centre::new("linear", "A");
    centre.phones_ring = false;
    centre
        .joins(1)
        .joins(2)
        .joins(3)
        .fails('A', 503)
        .expect("offer 1 A");
    centre
        .expect_state('A', "ready")
        .wait(5)
        .expect("offer 1 A");
}

#[test]
fn r08_misses_in_a_row_make_not_ready_and_a_connected_call_starts_anew() {
    let mut centre = Centre::new("linear", "A");
    centre.joins(1).wait(15).wait(25).silence();
    centre
        .expect_state('A', "ringing 1")
        .answers('A')
        .ends('A')
        .silence();
    centre.joins(2);
    for _ in 0..2 {
        centre.wait(15).expect_state('A', "ready").wait(5);
    }
    centre.wait(15).expect_state('A', "not_ready no_answer");
    assert_eq!(centre.causes('A').last(), Some(&"missed"));
}

#[test]
fn c14_r08_what_answers_without_taking_the_call_is_a_miss_before_the_time_is_over() {
    let mut centre = Centre::new("linear", "AB");
    centre.joins(1).wait(3).silence();
    for _ in 0..3 {
        let offer = centre.offer('A');
        centre.input(Input::Missed { offer });
        centre.expect("missed 1 A, offer 1 B");
        centre.wait(20).silence();
    }
    centre.expect_state('A', "not_ready no_answer");
}

#[test]
fn r09_the_tried_set_is_emptied_after_the_pause() {
    let mut centre = Centre::new("linear", "AB");
    centre
        .joins(1)
        .wait(30)
        .expect("offer 1 A, missed 1 A, offer 1 B, missed 1 B");
    centre
        .wait_ms(4_999)
        .expect("")
        .wait_ms(1)
        .expect("offer 1 A");
}

#[test]
fn r09_a_newly_ready_agent_ends_the_pause_at_once() {
    let mut centre = Centre::new("linear", "A");
    centre.hires('B', &[SUPPORT]).joins(1).wait(16).silence();
    centre.ready('B').expect("offer 1 B");

    // Also when he was tried: he had a break since, and is a new chance.
    let mut same = Centre::new("linear", "A");
    same.joins(1).wait(16).rests('A').wait(1).silence();
    same.ready('A').expect("offer 1 A");
}

#[test]
fn r09_a_pause_that_ends_with_nobody_there_leaves_the_next_free_agent_to_the_caller() {
    let mut centre = Centre::new("linear", "A");
    centre
        .joins(1)
        .declines('A')
        .wait_ms(9_999)
        .expect("offer 1 A");
    centre.wait_ms(1).expect("offer 1 A");
}

#[test]
fn r10_a_caller_who_hangs_up_charges_nobody() {
    let mut centre = Centre::tuned("ring-all", "", |queue| queue.no_answer_limit = 1);
    centre.hires('B', &[SUPPORT]).ready('B').wait(60);
    centre
        .hires('A', &[SUPPORT])
        .ready('A')
        .joins(1)
        .wait(14)
        .silence();
    centre
        .hangs_up(1)
        .expect("cancelled 1 B CallerLeft, cancelled 1 A CallerLeft, left 1 Abandoned");
    centre.expect_state('A', "ready").expect_state('B', "ready");
    centre
        .wait(5)
        .tune(SUPPORT, |queue| queue.strategy = strategy::default());
    centre.joins(2).expect("offer 2 B");
}

#[test]
fn r11_an_answer_that_crosses_the_hang_up_is_too_late_and_has_no_wrap_up() {
    let mut centre = Centre::tuned("linear", "A", |queue| queue.wrap_up = s(30));
    centre.joins(1).hangs_up(1).silence();
    centre
        .answers('A')
        .expect("too late 1 A")
        .expect_state('A', "ready");
    centre.answers('A').expect("");
}

#[test]
fn r12_an_answer_connects_in_the_same_turn_with_its_times() {
    let mut centre = Centre::new("linear", "AB");
    centre.joins(1).wait(18).silence();
    centre
        .answers('B')
        .expect("connect 1 B")
        .expect_state('B', "talking 1");
    let connect = centre.outputs.iter().find_map(|(_, output)| match output {
        Output::Connect { waited, rang, .. } => Some((*waited, *rang)),
        _ => None,
    });
    assert_eq!(connect, Some((s(18), s(3))));
    assert_eq!(centre.acd.position(call(1)), None);
}

#[test]
fn r13_a_short_call_counts_for_nothing() {
    let mut centre = Centre::new("least-calls", "AB");
    centre.wait(100).serves('A', 1, 4);
    // Not counted, and his idle time was not started anew: A, equal in calls and in idle time, has the lower id.
    centre
        .joins(2)
        .expect("offer 2 A")
        .answers('A')
        .wait(5)
        .ends('A')
        .silence();
    centre.joins(3).expect("offer 3 B");
}
