//! C7-C10: declined, missed, unreachable: how long an agent is left alone, and who is told that nobody is left.

use acd::Input;

use crate::support::{Centre, SUPPORT, id, s};

#[test]
fn c9_each_decline_leaves_him_alone_for_twice_as_long_until_he_answers() {
    let mut centre = Centre::tuned("linear", "A", |queue| {
        queue.pass_pause = s(1);
        queue.back_off_max = s(35);
    });
    centre.joins(1).expect("offer 1 A");
    for seconds in [10, 20, 35, 35] {
        centre.declines('A').silence().wait(seconds - 1).expect("");
        centre.wait(1).expect("offer 1 A");
    }
    centre.talks('A', 60).silence();
    centre.joins(2).declines('A').silence().wait(9).expect("");
    centre.wait(1).expect("offer 2 A");
}

#[test]
fn c9_faults_of_a_phone_double_on_their_own() {
    let mut centre = Centre::tuned("linear", "A", |queue| queue.back_off_max = s(60));
    centre.phones_ring = false;
    centre.joins(1).silence();
    centre.fails('A', 503).wait(4).expect("");
    centre.wait(1).expect("offer 1 A").fails('A', 503);
    // R7: the second in a row takes him out; when he is back, the pauses go on where they were.
    centre.expect_state('A', "not_ready device").silence();
    centre.ready('A').expect("offer 1 A").fails('A', 503);
    centre.wait(19).expect("").wait(1).expect("offer 1 A");
    let offer = centre.offer('A');
    centre.input(Input::Ringing { offer }).declines('A');
    centre
        .silence()
        .wait(9)
        .expect("")
        .wait(1)
        .expect("offer 1 A");
}

#[test]
fn c10_three_results_have_three_rules() {
    let mut centre = Centre::tuned("linear", "AB", |queue| {
        queue.no_answer_limit = 2;
        queue.ring_timeout = s(15);
    });
    // Declined: he stays ready and is left alone; never the same caller twice in a pass.
    centre.joins(1).declines('A').expect("offer 1 A, offer 1 B");
    centre.expect_state('A', "ready").talks('B', 60).silence();
    // Missed: he stays ready, is at once there for others, and goes at the limit.
    centre.joins(2).expect("offer 2 A").wait(15);
    centre
        .expect("missed 2 A, offer 2 B")
        .joins(3)
        .expect("offer 3 A");
    centre.wait(15).expect_state('A', "not_ready no_answer");
    // Unreachable: he stays ready for another try, and misses are not counted.
    centre.ready('A').silence();
    centre.hangs_up(2).hangs_up(3).silence().joins(4);
    centre
        .fails('A', 480)
        .expect_state('A', "ready")
        .wait(6)
        .silence();
    assert_eq!(
        centre
            .causes('A')
            .iter()
            .filter(|cause| **cause == "device")
            .count(),
        1
    );
}

#[test]
fn c7_the_last_who_takes_calls_is_not_paused_in_silence() {
    let mut centre = Centre::tuned("linear", "AB", |queue| queue.no_answer_limit = 1);
    centre.assigns('A', &[SUPPORT, "nobody"]);
    // B talks: he will be back, and nothing is to be told.
    centre
        .joins(1)
        .declines('A')
        .answers('B')
        .silence()
        .wait(10);
    centre.joins(2).silence().wait(15).expect("missed 2 A");
    centre.expect_state('A', "not_ready no_answer");
    centre.ready('A').silence().hangs_up(2).silence();
    // B is on a break: after A nobody is left.
    centre.ends('B').rests('B').joins(3).silence().wait(15);
    centre.expect("missed 3 A, last paused A support");
    centre.phones_ring = false;
    centre.ready('A').silence();
    centre.fails('A', 503).wait(5).silence().fails('A', 503);
    centre.expect("last paused A support");
    centre.expect_state('A', "not_ready device");
}

#[test]
fn c7_who_goes_by_himself_raises_no_alarm() {
    let mut centre = Centre::new("linear", "A");
    centre.joins(1).silence().rests('A');
    centre.expect("cancelled 1 A AgentNotReady");
    centre.input(Input::PhoneUnregistered(id('A'))).expect("");
}
