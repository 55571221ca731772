//! R46-R51: least calls and least time.

use crate::support::{Centre, SUPPORT, id, queue, s};

/// A and B handled so many calls of support, and are ready.
fn served(strategy: &str, by_a: u64, by_b: u64) -> Centre {
    let mut centre = Centre::new(strategy, "AB");
    centre.rests('B');
    for number in 1..=by_a {
        centre.serves('A', number, 60);
    }
    centre.rests('A').ready('B');
    for number in by_a + 1..=by_a + by_b {
        centre.serves('B', number, 60);
    }
    centre.ready('A');
    centre
}

#[test]
fn r46_who_handled_the_fewest_gets_the_call() {
    let mut centre = served("least-calls", 3, 5);
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
        let mut centre = served("least-calls", 3, 5);
        if sign_out {
            centre.signs_out('B').wait(60).ready('B');
        } else {
            centre.rests('B').wait(60).ready('B');
        }
        // Two more until A is level with him: a count that began anew would have him served first.
        centre.serves('A', 11, 60).serves('A', 12, 60);
    }
}

#[test]
fn r50_when_the_lowest_does_not_answer_the_second_lowest_is_next() {
    let mut centre = served("least-calls", 3, 5);
    centre
        .joins(11)
        .wait(15)
        .expect("offer 11 A, missed 11 A, offer 11 B");
}

#[test]
fn r47_a_newcomer_starts_level_with_the_lowest() {
    let mut centre = served("least-calls", 10, 12);
    // A and C stand at 10, and A has been idle for longer; then each has one more in turn.
    centre.hires('C', &[SUPPORT]).ready('C');
    centre.serves('A', 31, 60);
    centre.serves('C', 32, 60);
    centre.serves('A', 33, 60);
    centre.serves('C', 34, 60);
    // All have 12 now: B has waited for longest.
    centre.serves('B', 35, 60);
}

#[test]
fn r47_the_lowest_is_also_found_among_those_who_talk() {
    let mut centre = served("least-calls", 10, 12);
    centre.joins(30).answers('A').silence();
    centre.hires('C', &[SUPPORT]).ready('C');
    // A's call of this moment is not handled yet: C stands at 10, B at 12.
    centre.serves('C', 31, 60);
    centre.serves('C', 32, 60);
    centre.ends('A').wait(60);
    centre.joins(33).expect("offer 33 A");
}

#[test]
fn r47_who_was_here_within_the_window_keeps_his_own_count() {
    let mut centre = served("least-calls", 10, 12);
    centre
        .hires('C', &[SUPPORT])
        .ready('C')
        .signs_out('C')
        .wait(3_600);
    centre.ready('C');
    // Credited once, with 10, and not again with what the lowest has now.
    centre.serves('A', 31, 60).serves('C', 32, 60);
    centre.signs_out('C').wait(60).ready('C');
    // A and C stand at 11, then A at 12. Had C another credit, B would be next.
    centre.serves('A', 33, 60).serves('C', 34, 60);
}

#[test]
fn r47_a_credit_leaves_the_window_like_the_calls_it_stands_for() {
    let mut centre = Centre::tuned("least-calls", "A", |queue| queue.count_window = s(7_200));
    centre.serves('A', 1, 60).serves('A', 2, 60);
    centre.hires('C', &[SUPPORT]).ready('C');
    centre.wait(7_000).serves('A', 3, 60);
    // C's credit of 2 and A's first two calls are gone: 1 against 0.
    centre.wait(600).joins(4).expect("offer 4 C");
}

#[test]
fn r49_calls_and_time_are_compared_by_the_hour_of_duty() {
    let by_hour = [("least-calls", true), ("least-time", true)].map(|it| (it, "offer 99 B"));
    let plainly = [("least-calls", false), ("least-time", false)].map(|it| (it, "offer 99 A"));
    for ((strategy, by_hour), expected) in by_hour.into_iter().chain(plainly) {
        let mut centre = Centre::tuned(strategy, "B", |queue| queue.per_duty_hour = by_hour);
        // B: 8 calls in 4 hours. A comes after two: 6 calls in 2 hours; what he missed before is no credit of his.
        for number in 1..=8 {
            centre.serves('B', number, 60);
        }
        centre.rests('B').hires('A', &[SUPPORT]);
        centre.ready('A');
        for number in 11..=16 {
            centre.serves('A', number, 60);
        }
        centre.wait(2 * 3_600 - 6 * 60).rests('A').ready('B');
        centre.wait(4 * 3_600 - 8 * 60).ready('A');
        centre.joins(99).expect(expected);
    }
}

#[test]
fn r49_a_newcomers_rate_is_level_until_he_has_one_of_his_own() {
    let mut centre = Centre::tuned("least-calls", "A", |queue| queue.per_duty_hour = true);
    for number in 1..=6 {
        centre.serves('A', number, 60);
    }
    centre.wait(2 * 3_600 - 6 * 60);
    centre.hires('B', &[SUPPORT]).ready('B');
    // Both at 3 an hour: A has been idle for longer. His 3.5 then send the next one to B, who stays at 3 with it.
    centre
        .serves('A', 11, 60)
        .serves('B', 12, 60)
        .serves('B', 13, 60);
    // An hour later B has his own 2 calls an hour.
    centre.wait(3_600).serves('B', 14, 60);
}

#[test]
fn r51_time_is_talk_hold_and_wrap_up_of_handled_calls() {
    let wrap_up = |seconds| {
        let mut centre = Centre::tuned("least-time", "AB", |queue| queue.wrap_up = s(600));
        centre.rests('B').serves('A', 1, 100).wait(seconds);
        centre.input(acd::Input::WrapUpEnded(id('A')));
        centre.rests('A').ready('B').serves('B', 2, 150);
        centre.input(acd::Input::WrapUpEnded(id('B')));
        centre.ready('A').joins(3);
        centre.last_decision().chosen[0]
    };
    assert_eq!(wrap_up(49), id('A'), "149 s against 150");
    assert_eq!(wrap_up(51), id('B'), "151 s against 150");
}

#[test]
fn r51_a_call_too_short_to_count_adds_neither_talk_nor_wrap_up() {
    let mut centre = Centre::tuned("least-time", "AB", |queue| queue.wrap_up = s(600));
    centre.rests('B').serves('A', 1, 4).wait(300);
    centre.input(acd::Input::WrapUpEnded(id('A')));
    centre.rests('A').ready('B').serves('B', 2, 5);
    centre.input(acd::Input::WrapUpEnded(id('B')));
    centre.ready('A').joins(3).expect("offer 3 A");
}
