//! R40-R44: longest idle, and the idle clock.

use acd::Input;

use crate::support::{Centre, SUPPORT, id};

#[test]
fn r40_who_ended_his_last_call_first_gets_the_next() {
    let mut centre = Centre::new("longest-idle", "AB");
    centre
        .serves('A', 1, 60)
        .wait(300)
        .serves('B', 2, 60)
        .wait(300);
    centre.joins(3).expect("offer 3 A");
}

#[test]
fn r41_idle_starts_at_signing_in() {
    let mut centre = Centre::new("longest-idle", "B");
    centre.wait(600).hires('A', &[SUPPORT]).ready('A');
    centre.joins(1).expect("offer 1 B");
}

#[test]
fn r42_a_break_is_not_idle_time() {
    let mut centre = Centre::new("longest-idle", "A");
    centre.wait(60).rests('A').wait(180);
    centre
        .hires('B', &[SUPPORT])
        .ready('B')
        .wait(240)
        .ready('A')
        .wait(60);
    // A: 2 minutes in 9; B: 5.
    centre.joins(1).expect("offer 1 B");
}

#[test]
fn r43_a_call_of_his_own_starts_idle_time_anew_unless_it_was_nothing() {
    for (seconds, expected) in [(30, "offer 1 B"), (2, "offer 1 A")] {
        let mut centre = Centre::new("longest-idle", "A");
        centre.wait(600).hires('B', &[SUPPORT]).ready('B').wait(100);
        centre.input(Input::PhoneBusy {
            agent: id('A'),
            call: None,
        });
        centre.wait(seconds).input(Input::PhoneFree {
            agent: id('A'),
            call: None,
        });
        centre.wait(60).joins(1).expect(expected);
    }
}

#[test]
fn r44_a_miss_leaves_him_the_longest_idle_but_not_for_the_same_caller() {
    let mut centre = Centre::new("longest-idle", "A");
    centre.wait(60).hires('B', &[SUPPORT]).ready('B');
    centre
        .joins(1)
        .wait(15)
        .expect("offer 1 A, missed 1 A, offer 1 B");
    centre.joins(2).expect("offer 2 A");
}

#[test]
fn r16_signing_out_and_in_keeps_the_idle_clock() {
    let mut centre = Centre::new("longest-idle", "A");
    centre.wait(60).signs_out('A').wait(1_000);
    centre.hires('B', &[SUPPORT]).ready('B').wait(50).ready('A');
    centre.joins(1).expect("offer 1 A");
}

#[test]
fn r43_a_second_leg_does_not_make_his_call_a_short_one() {
    let mut centre = Centre::new("longest-idle", "A");
    centre.wait(600).hires('B', &[SUPPORT]).ready('B').wait(100);
    for _ in 0..2 {
        centre.input(Input::PhoneBusy {
            agent: id('A'),
            call: None,
        });
        centre.wait(4);
    }
    centre.input(Input::PhoneFree {
        agent: id('A'),
        call: None,
    });
    centre.joins(1).expect("offer 1 B");
}

#[test]
fn r42_a_call_of_his_own_does_not_end_a_break() {
    let mut centre = Centre::new("longest-idle", "A");
    centre.wait(10).rests('A');
    for _ in 0..4 {
        centre.input(Input::PhoneBusy {
            agent: id('A'),
            call: None,
        });
        centre.wait(4).input(Input::PhoneFree {
            agent: id('A'),
            call: None,
        });
    }
    centre.hires('B', &[SUPPORT]).ready('B').wait(20);
    centre.ready('A').joins(1).expect("offer 1 B");
}
