//! D5-D8, D30: how callers come into a queue and out of it.

use acd::{Output, Presence};
use model::fact::QueueExit;

use crate::support::{Centre, SUPPORT, call, queue, s};

#[test]
fn d5_a_full_queue_takes_nobody_in() {
    let mut centre = Centre::tuned("linear", "A", |queue| queue.max_waiting = Some(2));
    centre
        .joins(1)
        .joins(2)
        .joins(3)
        .expect("offer 1 A, left 3 Full");
    assert_eq!(centre.acd.waiting(&SUPPORT.into()), 2);
    centre.answers('A').joins(4).expect("connect 1 A");
}

#[test]
fn d6_the_deadline_is_exact_stops_the_ring_and_never_fires_after_an_answer() {
    let mut centre = Centre::tuned("linear", "AB", |queue| {
        queue.max_wait = Some(s(20));
        queue.ring_timeout = s(60);
    });
    centre
        .joins(1)
        .joins(2)
        .answers('B')
        .wait_ms(19_999)
        .silence();
    centre
        .wait_ms(1)
        .expect("cancelled 1 A QueueLeft, left 1 Timeout");
    centre.joins(3).wait(12).joins(4).wait(7).silence();
    centre
        .wait(1)
        .expect("cancelled 3 A QueueLeft, left 3 Timeout, offer 4 A");
    centre.wait(600).expect_state('B', "talking 2");
    let waited = centre.outputs.iter().find_map(|(_, output)| match output {
        Output::LeftQueue { waited, .. } => Some(*waited),
        _ => None,
    });
    assert_eq!(waited, Some(s(20)));
}

#[test]
fn d7_nobody_signed_in_is_told_at_once_and_nobody_ready_is_not() {
    let mut centre = Centre::new("linear", "");
    centre
        .hires('A', &[SUPPORT])
        .joins(1)
        .expect("left 1 NoAgents");
    centre
        .rests('A')
        .joins(2)
        .expect("")
        .ready('A')
        .expect("offer 2 A");
    let mut patient = Centre::tuned("linear", "", |queue| {
        queue.join_when = Presence::Nobody;
        queue.leave_unless = Presence::Nobody;
    });
    patient.joins(1).wait(3_600).expect("");
    patient
        .hires('A', &[SUPPORT])
        .ready('A')
        .expect("offer 1 A");
}

#[test]
fn d8_when_the_last_one_signs_out_callers_leave_after_the_grace() {
    let mut centre = Centre::new("linear", "A");
    centre.joins(1).joins(2).signs_out('A').silence();
    centre
        .wait_ms(9_999)
        .expect("")
        .wait_ms(1)
        .expect("left 1 NoAgents, left 2 NoAgents");
    centre.ready('A').joins(3).signs_out('A').wait(9).silence();
    centre.ready('A').wait(9).expect("offer 3 A");
}

#[test]
fn d7_a_queue_may_ask_for_somebody_at_work_or_ready_soon() {
    let mut centre = Centre::tuned("linear", "A", |queue| {
        queue.join_when = Presence::AtWork;
        queue.wrap_up = s(400);
    });
    centre.rests('A').joins(1).expect("left 1 NoAgents");
    centre.ready('A').joins(2).answers('A').silence();
    centre.joins(3).expect("");
    centre.ends('A').hangs_up(3).silence();
    // He files for 400 s: nobody is ready within five minutes, and then somebody is.
    centre.tune(SUPPORT, |queue| queue.join_when = Presence::Soon);
    centre.wait(99).joins(4).expect("left 4 NoAgents");
    centre.wait(1).joins(5).expect("");
    centre.hangs_up(5).signs_out('A').wait(300).silence();
    centre.joins(6).expect("left 6 NoAgents");
}

#[test]
fn d8_a_queue_may_ask_for_somebody_at_work_and_gives_the_breaks_a_grace() {
    for (presence, grace) in [(Presence::AtWork, 10), (Presence::Soon, 300)] {
        let mut centre = Centre::tuned("linear", "A", |queue| {
            queue.join_when = Presence::Nobody;
            queue.leave_unless = presence;
        });
        centre.joins(1).answers('A').joins(2).wait(3_600).silence();
        centre.joins(3).rests('A').wait(3_600).expect("");
        centre.ends('A').wait(grace - 1).expect("");
        centre.ready('A').rests('A').wait(grace - 1).silence();
        centre.wait(1).expect("left 2 NoAgents, left 3 NoAgents");
        // Who is let in all the same has the grace before him.
        centre.joins(4).wait(grace - 1).expect("");
        centre.wait(1).expect("left 4 NoAgents");
    }
}

#[test]
fn d10_a_deadline_wins_over_the_ring_and_nobody_is_rung_for_less_than_the_least_time() {
    let mut centre = Centre::tuned("linear", "A", |queue| {
        queue.max_wait = Some(s(30));
        queue.ring_timeout = s(60);
    });
    centre.rests('A').joins(1).wait_ms(21_999).ready('A');
    centre.expect("offer 1 A");
    // It rings on to the deadline.
    centre.wait_ms(8_000).expect("");
    centre
        .wait_ms(1)
        .expect("cancelled 1 A QueueLeft, left 1 Timeout");
    centre.rests('A').joins(2).wait(22).joins(3).silence();
    centre.ready('A').expect("offer 3 A");
    centre.wait(8).expect("left 2 Timeout");
}

#[test]
fn d27_a_queue_has_so_many_talks_at_once_and_the_end_of_one_begins_the_next() {
    let mut centre = Centre::tuned("linear", "ABC", |queue| {
        queue.max_active = Some(2);
        queue.wrap_up = s(30);
    });
    centre.joins(1).joins(2).joins(3).joins(4);
    centre
        .expect("offer 1 A, offer 2 B")
        .answers('A')
        .expect("connect 1 A");
    centre.declines('B').expect("offer 2 C").silence();
    // He files, and the next one is served by somebody else.
    centre.ends('A').wait(9).expect("");
    centre.wait(1).expect("offer 3 B");
    // A caller who leaves makes room too; other queues of the same agents know no limit.
    centre.add_queue(queue("sales", "linear"));
    centre.hires('D', &[SUPPORT, "sales"]).ready('D').expect("");
    centre
        .hangs_up(3)
        .expect("cancelled 3 B CallerLeft, left 3 Abandoned, offer 4 B");
    centre.joins_in(5, "sales").expect("offer 5 D");
}

#[test]
fn d27_ring_all_rings_for_one_caller_as_often_as_it_likes() {
    let mut centre = Centre::tuned("ring-all", "ABC", |queue| queue.max_active = Some(1));
    centre
        .joins(1)
        .joins(2)
        .expect("offer 1 A, offer 1 B, offer 1 C");
    centre.hires('D', &[SUPPORT]).ready('D').expect("offer 1 D");
}

#[test]
fn d8_a_new_configuration_may_end_the_patience() {
    let mut centre = Centre::tuned("linear", "", |queue| {
        queue.join_when = Presence::Nobody;
        queue.leave_unless = Presence::Nobody;
    });
    centre
        .joins(1)
        .wait(600)
        .tune(SUPPORT, |queue| queue.leave_unless = Presence::SignedIn);
    centre
        .wait_ms(9_999)
        .expect("")
        .wait_ms(1)
        .expect("left 1 NoAgents");
}

#[test]
fn d14_a_key_or_a_failure_takes_the_caller_out_and_is_echoed() {
    for (cause, ring) in [
        (QueueExit::Key, "QueueLeft"),
        (QueueExit::Failed, "Failed"),
        (QueueExit::Abandoned, "CallerLeft"),
    ] {
        let mut centre = Centre::new("linear", "A");
        centre.joins(1).silence().leaves(1, cause);
        centre.expect(&format!("cancelled 1 A {ring}, left 1 {cause:?}"));
        centre.leaves(1, cause).expect("");
    }
}

#[test]
fn d30_callers_of_a_queue_that_is_gone_leave_and_others_keep_their_places() {
    let mut centre = Centre::new("linear", "A");
    centre.add_queue(queue("sales", "linear"));
    centre.assigns('A', &[SUPPORT, "sales"]);
    centre.joins(1).joins(2).joins_in(3, "sales").silence();
    centre.drop_queue(SUPPORT);
    centre.expect("cancelled 1 A QueueLeft, left 1 Closed, left 2 Closed, offer 3 A");
    centre.joins(4).expect("left 4 Closed");
    // A queue that comes back takes its agents in again.
    centre
        .hangs_up(3)
        .add_queue(queue(SUPPORT, "linear"))
        .silence();
    centre.joins(5).expect("offer 5 A");
}

#[test]
fn d30_a_reload_without_a_change_changes_nothing() {
    let mut centre = Centre::new("round-robin", "ABC");
    centre.serves('A', 1, 60).joins(2).wait(3).silence();
    let before = (centre.state('B'), centre.acd.poll_timeout());
    centre.tune(SUPPORT, |_| {}).expect("");
    assert_eq!(before, (centre.state('B'), centre.acd.poll_timeout()));
    centre
        .answers('B')
        .joins(3)
        .expect("connect 2 B, offer 3 C");
}

#[test]
fn a_caller_who_joins_elsewhere_has_left_the_first_line() {
    let mut centre = Centre::new("linear", "A");
    centre.add_queue(queue("sales", "linear"));
    centre.hires('B', &["sales"]).ready('B').joins(1).silence();
    centre
        .joins_in(1, "sales")
        .expect("cancelled 1 A QueueLeft, offer 1 B");
    assert_eq!(centre.acd.waiting(&SUPPORT.into()), 0);
}

/// What orders a call's way through queues, with its place on joining.
fn way(centre: &Centre, number: u64) -> Vec<String> {
    let words = centre
        .outputs
        .iter()
        .filter_map(|(_, output)| match output {
            Output::JoinedQueue {
                call: who,
                queues,
                position,
            } if *who == call(number) => Some(format!("joined {} {position}", queues.home())),
            Output::Offer { call: who, .. } if *who == call(number) => Some("offer".to_owned()),
            Output::Connect { call: who, .. } if *who == call(number) => Some("connect".to_owned()),
            Output::LeftQueue {
                call: who, cause, ..
            } if *who == call(number) => Some(format!("left {cause:?}")),
            _ => None,
        });
    words.collect()
}

#[test]
fn joining_is_told_with_the_place_before_any_offer() {
    let mut centre = Centre::new("linear", "A");
    centre.joins(1).joins(2).joins_vip(3, 60).answers('A');
    centre.hangs_up(2);
    assert_eq!(way(&centre, 1), ["joined support 1", "offer", "connect"]);
    assert_eq!(way(&centre, 2), ["joined support 2", "left Abandoned"]);
    assert_eq!(way(&centre, 3), ["joined support 1"], "60 s ahead");
}

#[test]
fn who_is_refused_at_once_never_joined() {
    let mut centre = Centre::tuned("linear", "A", |queue| queue.max_waiting = Some(1));
    centre.joins(1).joins(2).joins_in(3, "nowhere");
    centre
        .add_queue(queue("empty", "linear"))
        .joins_in(4, "empty");
    assert_eq!(way(&centre, 2), ["left Full"]);
    assert_eq!(way(&centre, 3), ["left Closed"]);
    assert_eq!(way(&centre, 4), ["left NoAgents"]);
}
