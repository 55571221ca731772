//! R14, R15, D31: calls that agents hand on.

use std::collections::BTreeSet;

use acd::Input;

use crate::support::{Centre, SUPPORT, call, id, s, set};

fn consulted(centre: &mut Centre, number: u64, agent: char) {
    centre.input(Input::Consulted {
        call: call(number),
        agent: id(agent),
        ring_timeout: s(25),
    });
}

fn handed_on(centre: &mut Centre, number: u64, agent: char) {
    centre.input(Input::HandedOn {
        call: call(number),
        agent: id(agent),
        queue: Some(SUPPORT.into()),
        ring_timeout: s(25),
    });
}

fn returned(centre: &mut Centre, number: u64, agent: char) {
    centre.input(Input::Returned {
        call: call(number),
        agent: id(agent),
        queue: Some(SUPPORT.into()),
        ring_timeout: s(10),
    });
}

pub(crate) fn to_queue(
    centre: &mut Centre,
    number: u64,
    from: char,
    head_start_s: u64,
    back: bool,
) {
    centre.input(Input::HandedToQueue {
        call: call(number),
        queues: set(&[SUPPORT]),
        head_start: s(head_start_s),
        priority: 0,
        caller_agent: None,
        from: id(from),
        back,
        needs: None,
        apart: BTreeSet::new(),
    });
}

/// A talks with 1, B has been idle for longer than C.
fn a_talks() -> Centre {
    let mut centre = Centre::tuned("longest-idle", "BCA", |queue| queue.wrap_up = s(30));
    centre.rests('A').rests('C').serves('B', 90, 10).wait(100);
    centre.rests('B').ready('C').serves('C', 91, 10).wait(100);
    centre.rests('C').ready('A').joins(1).answers('A').silence();
    centre.ready('B').ready('C').wait(10);
    centre
}

#[test]
fn r15_who_is_consulted_is_busy_and_keeps_his_place_as_the_longest_idle() {
    let mut centre = a_talks();
    consulted(&mut centre, 1, 'B');
    centre
        .expect("offer 1 B")
        .answers('B')
        .expect("connect 1 B");
    centre.expect_state('B', "talking 1");
    centre.joins(2).expect("offer 2 C").hangs_up(2).silence();
    centre.wait(60).input(Input::CallEnded {
        call: call(1),
        agent: id('B'),
    });
    centre.expect_state('B', "ready").silence();
    centre.joins(3).expect("offer 3 B");
}

#[test]
fn r15_no_call_is_counted_until_the_customer_is_connected() {
    for completed in [false, true] {
        let mut centre = Centre::tuned("least-calls", "AB", |queue| queue.wrap_up = s(30));
        centre.rests('B').joins(1).answers('A').silence().ready('B');
        consulted(&mut centre, 1, 'B');
        centre.answers('B').wait(60).silence();
        if completed {
            centre.input(Input::ConsultCompleted {
                call: call(1),
                agent: id('B'),
                queue: Some(SUPPORT.into()),
            });
            centre.ends('A').expect_state('A', "wrap_up 1");
            centre.wait(60);
        }
        centre.input(Input::CallEnded {
            call: call(1),
            agent: id('B'),
        });
        let (state, counted) = if completed {
            ("wrap_up 1", 1)
        } else {
            ("ready", 0)
        };
        centre.expect_state('B', state).silence();
        // A had none before and has one, if his is over: least-calls tells who has fewer.
        if !completed {
            centre.ends('A');
        }
        centre.wait(60).ready('A').ready('B').silence();
        // Level: A and B have one each; else B has none.
        centre.joins(2);
        let chosen = if counted == 0 {
            "offer 2 B"
        } else {
            "offer 2 A"
        };
        centre.expect(chosen);
    }
}

#[test]
fn r15_a_consult_that_nobody_answers_is_charged_to_nobody() {
    let mut centre = a_talks();
    consulted(&mut centre, 1, 'B');
    centre
        .input(Input::Ringing {
            offer: centre.offer('B'),
        })
        .wait(25)
        .expect("offer 1 B, missed 1 B, no answer 1 B");
    consulted(&mut centre, 1, 'Z');
    centre.expect("unreachable 1 Z");
    centre.expect_state('A', "talking 1");
}

#[test]
fn r14_the_one_who_takes_a_queues_call_files_it_by_that_queues_rules() {
    let mut centre = a_talks();
    handed_on(&mut centre, 1, 'B');
    centre.ends('A').expect_state('A', "wrap_up 1");
    centre.expect("offer 1 B").answers('B').wait(60).ends('B');
    centre.expect_state('B', "wrap_up 1");
}

#[test]
fn d31_the_former_agent_is_rung_first_though_he_files_this_very_call() {
    let mut centre = a_talks();
    handed_on(&mut centre, 1, 'B');
    centre.ends('A').silence();
    centre.declines('B').expect("declined 1 B");
    returned(&mut centre, 1, 'A');
    centre
        .expect("offer 1 A")
        .answers('A')
        .expect("connect 1 A");
    // One who files another call is busy, and so is one who wants to rest after this one.
    centre.ends('A').silence();
    returned(&mut centre, 2, 'A');
    centre.expect("busy 2 A").rests('A');
    returned(&mut centre, 1, 'A');
    centre.expect("busy 1 A");
}

#[test]
fn d31_who_comes_back_is_let_into_a_full_line_and_stands_where_his_score_puts_him() {
    let mut centre = Centre::tuned("longest-idle", "AB", |queue| queue.max_waiting = Some(1));
    centre.joins(1).answers('A').rests('B').silence();
    centre.joins(2).wait(30).silence();
    centre.joins(3).expect("left 3 Full");
    to_queue(&mut centre, 4, 'A', 20, false);
    centre.expect("left 4 Full");
    to_queue(&mut centre, 1, 'A', 90, true);
    centre.silence();
    assert_eq!(centre.acd.position(call(1)), Some(1), "90 > 30");
    assert_eq!(centre.acd.position(call(2)), Some(2));
}

#[test]
fn who_handed_a_caller_on_is_not_the_next_to_get_him() {
    let mut centre = Centre::tuned("linear", "AB", |queue| queue.wrap_up = s(0));
    centre.joins(1).answers('A').silence().wait(60);
    to_queue(&mut centre, 1, 'A', 0, false);
    centre.ends('A').expect("offer 1 B");
    // If nobody else is there, he is the one, after the pause.
    centre.declines('B').rests('B').silence();
    centre.wait(10).expect("offer 1 A");
}

#[test]
fn an_agent_in_a_call_that_was_not_offered_is_bound_as_if_he_had_answered() {
    let mut centre = a_talks();
    centre.input(Input::TookOver {
        call: call(1),
        agent: id('B'),
        queue: Some(SUPPORT.into()),
    });
    centre
        .expect("took over 1 B")
        .expect_state('B', "talking 1");
    centre.ends('A').wait(60).input(Input::CallEnded {
        call: call(1),
        agent: id('B'),
    });
    centre.expect_state('B', "wrap_up 1");
    centre.input(Input::TookOver {
        call: call(1),
        agent: id('Z'),
        queue: None,
    });
    centre.expect("unreachable 1 Z");
}
