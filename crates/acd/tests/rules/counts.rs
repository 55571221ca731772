//! R46, R48, R50: least calls.

use crate::support::{Centre, SUPPORT, id, queue, s};

/// A handled 3 calls and B 5, in support.
fn three_and_five() -> Centre {
    let mut centre = Centre::new("least-calls", "AB");
    centre.rests('B');
    for number in 1..=3 {
        centre.serves('A', number, 60);
    }
    centre.rests('A').ready('B');
    for number in 4..=8 {
        centre.serves('B', number, 60);
    }
    centre.ready('A');
    centre
}

#[test]
fn r46_who_handled_the_fewest_gets_the_call() {
    let mut centre = three_and_five();
    centre.joins(11).joins(12).expect("offer 11 A, offer 12 B");
}

#[test]
fn r46_calls_of_other_queues_count() {
    let mut centre = Centre::new("least-calls", "AB");
    centre.add_queue(queue("sales", "linear"));
    centre.assigns('A', &[SUPPORT, "sales"]).wait(100);
    centre.joins_in(1, "sales").talks('A', 60).silence();
    centre.wait(1_000).joins(2).expect("offer 2 B");
}

#[test]
fn r46_old_calls_leave_the_window_while_agents_are_ready() {
    let mut centre = Centre::tuned("least-calls", "AB", |queue| queue.count_window = s(3_600));
    centre.rests('A').serves('B', 1, 60).serves('B', 2, 60);
    centre.wait(1_800).rests('B').ready('A').serves('A', 3, 60);
    // Both stay ready: first B has two calls within the hour, then none, and A still one.
    centre.ready('B').wait(1_600);
    let counts = |centre: &mut Centre, number| {
        centre.joins(number).hangs_up(number);
        centre.last_decision().chosen[0]
    };
    assert_eq!(counts(&mut centre, 4), id('A'));
    centre.wait(300);
    assert_eq!(counts(&mut centre, 5), id('B'));
}

#[test]
fn r46_a_new_window_counts_anew_at_once() {
    let mut centre = Centre::new("least-calls", "AB");
    centre
        .rests('A')
        .serves('B', 1, 60)
        .serves('B', 2, 60)
        .wait(600);
    centre.rests('B').ready('A').serves('A', 3, 60).ready('B');
    centre.tune(SUPPORT, |queue| queue.count_window = s(300));
    centre.joins(4).expect("offer 4 B");
}

#[test]
fn r48_a_break_or_a_new_sign_in_does_not_change_the_count() {
    for sign_out in [false, true] {
        let mut centre = three_and_five();
        if sign_out {
            centre.signs_out('B').wait(60).ready('B');
        } else {
            centre.rests('B').wait(60).ready('B');
        }
        centre.joins(11).expect("offer 11 A");
    }
}

#[test]
fn r50_when_the_lowest_does_not_answer_the_second_lowest_is_next() {
    let mut centre = three_and_five();
    centre
        .joins(11)
        .wait(15)
        .expect("offer 11 A, missed 11 A, offer 11 B");
}
