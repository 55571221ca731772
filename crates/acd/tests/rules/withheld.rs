//! Offers that the engine could not ring for a reason of its own: the agent pays nothing, the caller waits a little.

use acd::{Input, Requested, strategy};
use model::NotReadyReason;

use crate::support::{Centre, SUPPORT, call, id, s};

impl Centre {
    fn withheld(&mut self, agent: char) -> &mut Self {
        let offer = self.offer(agent);
        self.input(Input::Withheld { offer })
    }
}

#[test]
fn r07_a_shortage_of_ours_is_no_device_fault_however_often_it_comes() {
    for row in strategy::all() {
        let mut centre = Centre::new(row.name, "A");
        centre.phones_ring = false;
        centre.joins(1).fails('A', 503).wait(5).silence();
        for _ in 0..5 {
            centre.withheld('A').expect_state('A', "ready");
            centre.expect("").wait(5).expect("offer 1 A");
        }
        assert!(centre.causes('A').contains(&"withheld"), "{}", row.name);
        // The fault that came before is not forgotten either.
        centre.fails('A', 503).expect_state('A', "not_ready device");
    }
}

#[test]
fn a_withheld_offer_counts_as_no_miss_and_leaves_the_misses_as_they_were() {
    let mut centre = Centre::tuned("linear", "A", |queue| queue.no_answer_limit = 2);
    centre.joins(1).wait(15).expect("offer 1 A, missed 1 A");
    centre.wait(5).withheld('A').wait(5).withheld('A').wait(5);
    centre.expect("offer 1 A, offer 1 A, offer 1 A");
    centre.wait(15).expect_state('A', "not_ready no_answer");
}

#[test]
fn a_withheld_caller_is_tried_once_a_pause_and_keeps_his_place() {
    let mut centre = Centre::new("linear", "A");
    centre.joins(1).joins(2).expect("offer 1 A");
    centre.withheld('A').expect("offer 2 A");
    assert_eq!(centre.acd.position(call(1)), Some(1));
    centre.withheld('A').wait_ms(4_999).expect("");
    centre.wait_ms(1).expect("offer 1 A");
    centre.answers('A').expect("connect 1 A").wait(60).ends('A');
    centre.expect("offer 2 A");
}

#[test]
fn a_withheld_caller_is_left_alone_whoever_becomes_ready() {
    let mut centre = Centre::new("linear", "A");
    centre.joins(1).withheld('A').silence();
    centre
        .hires('B', &[SUPPORT])
        .ready('B')
        .rests('A')
        .ready('A');
    centre.expect("").wait(5).expect("offer 1 A");
}

#[test]
fn a_withheld_caller_is_not_tried_without_end_where_no_pause_is_set() {
    let mut centre = Centre::tuned("linear", "A", |queue| queue.pass_pause = s(0));
    centre.joins(1).withheld('A').expect("offer 1 A");
    centre
        .wait_ms(999)
        .expect("")
        .wait_ms(1)
        .expect("offer 1 A");
}

#[test]
fn r44_a_withheld_offer_does_not_touch_the_idle_clock() {
    let mut centre = Centre::new("longest-idle", "");
    centre.hires('B', &[SUPPORT]).ready('B').wait(60);
    centre.hires('A', &[SUPPORT]).ready('A').wait(60);
    centre.joins(1).withheld('B').expect("offer 1 B").wait(5);
    centre
        .expect("offer 1 B")
        .withheld('B')
        .hangs_up(1)
        .silence();
    centre.joins(2).expect("offer 2 B");
}

#[test]
fn r21_a_withheld_phone_among_several_stops_none_and_adds_none() {
    let mut centre = Centre::tuned("ring-all", "AB", |queue| queue.ring_max = 2);
    centre.joins(1).expect("offer 1 A, offer 1 B");
    centre
        .withheld('A')
        .expect("")
        .expect_state('B', "ringing 1");
    centre.wait(5).expect("offer 1 A").withheld('A');
    centre
        .answers('B')
        .expect("connect 1 B")
        .wait(60)
        .expect("");
}

#[test]
fn r57_a_withheld_familiar_agent_is_still_looked_for() {
    let mut centre = Centre::tuned("sticky", "AB", |queue| queue.personal_line = 0);
    centre.joins_for(1, 'B').withheld('B').expect("offer 1 B");
    centre
        .wait(5)
        .expect("offer 1 B")
        .withheld('B')
        .signs_out('B');
    centre.expect("").wait(5).expect("offer 1 A");
}

#[test]
fn r09_a_pause_of_ours_is_no_pass() {
    let mut centre = Centre::new("linear", "AB");
    centre.joins(1).declines('A').withheld('B').silence();
    centre.wait(5).expect("offer 1 B");
}

#[test]
fn d6_a_withheld_caller_still_leaves_in_time_or_by_himself() {
    let mut centre = Centre::tuned("linear", "A", |queue| queue.max_wait = Some(s(3)));
    centre
        .joins(1)
        .withheld('A')
        .wait(3)
        .expect("offer 1 A, left 1 Timeout");
    centre.joins(2).withheld('A').hangs_up(2);
    centre
        .expect("offer 2 A, left 2 Abandoned")
        .wait(60)
        .expect("");
}

#[test]
fn b12_a_named_agent_who_is_withheld_is_unreachable_and_free() {
    let mut centre = Centre::new("linear", "");
    centre.hires('A', &[SUPPORT]);
    for _ in 0..3 {
        centre.ready('A').input(Input::Direct {
            call: call(1),
            agent: id('A'),
            ring_timeout: s(25),
        });
        centre.withheld('A').expect("offer 1 A, unreachable 1 A");
        centre.expect_state('A', "ready");
    }
}

#[test]
fn an_offer_that_ended_cannot_be_withheld() {
    let mut centre = Centre::new("linear", "AB");
    centre.joins(1).declines('A').silence();
    centre
        .withheld('A')
        .expect("")
        .expect_state('B', "ringing 1");
    centre.answers('B').withheld('B').expect("connect 1 B");
    let reason = NotReadyReason::Said("break".into());
    centre.requests('B', Requested::NotReady(reason));
    centre.expect_state('B', "talking 1");
}

#[test]
fn a_withheld_caller_who_left_and_comes_back_is_offered_at_once() {
    let mut centre = Centre::new("linear", "A");
    centre.joins(1).withheld('A').wait(3).hangs_up(1).silence();
    centre.joins(1).expect("offer 1 A").withheld('A');
    centre.wait(2).expect("").wait(3).expect("offer 1 A");
}

#[test]
fn r22_a_phone_that_answers_a_withheld_offer_after_all_is_too_late() {
    let mut centre = Centre::new("linear", "A");
    centre.joins(1).withheld('A').silence();
    centre
        .answers('A')
        .expect("too late 1 A")
        .expect_state('A', "ready");
}
