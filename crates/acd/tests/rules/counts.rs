//! R46, R48, R50: least calls.

use crate::support::{Centre, SUPPORT, queue, s};

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
    centre.serves('A', 1, 60).wait(1_800);
    // B's call is the younger one; within the hour after A's call both count one, and B is less idle.
    centre.rests('A').serves('B', 2, 60).ready('A');
    centre.joins(3).expect("offer 3 A").hangs_up(3).silence();
    centre.serves('A', 4, 60);
    centre.joins(5).expect("offer 5 B").hangs_up(5).silence();
    centre
        .wait(1_740)
        .joins(6)
        .expect("offer 6 B")
        .hangs_up(6)
        .silence();
    // A: only call 4 left. B: none.
    centre.wait(100).joins(7).expect("offer 7 B");
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
