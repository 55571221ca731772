//! R20-R26: ring-all.

use acd::{Input, strategy};
use model::decision::{ReasonCode, Verdict};

use crate::support::{Centre, SUPPORT, all_in_wrap_up, id, s};

impl Centre {
    /// He answers while others ring; whether he is heard is to be seen (R23).
    fn claims(&mut self, agent: char) -> &mut Self {
        let offer = self.offer(agent);
        self.input(Input::PickedUp { offer })
    }
}

#[test]
fn r20_all_candidates_ring_in_one_turn() {
    let mut centre = Centre::new("ring-all", "ABCDE");
    centre.joins(1);
    centre.expect("offer 1 A, offer 1 B, offer 1 C, offer 1 D, offer 1 E");
    assert_eq!(centre.decisions.len(), 5);
    assert_eq!(
        centre.last_decision().all_chosen().count(),
        5,
        "one decision"
    );
}

#[test]
fn r20_beyond_ring_max_the_fall_back_strategy_picks() {
    let mut centre = Centre::tuned("ring-all", "ABCD", |queue| {
        queue.ring_max = 2;
        queue.fallback = strategy::find("least-calls").unwrap();
    });
    for (agent, number) in [('A', 1), ('B', 2)] {
        centre.rests('C').rests('D');
        for other in "AB".chars().filter(|other| *other != agent) {
            centre.rests(other);
        }
        centre.serves(agent, number, 60);
        for all in "ABCD".chars() {
            centre.ready(all);
        }
    }
    centre.joins(3).expect("offer 3 C, offer 3 D");
    let of_a = centre.last_decision().verdict(id('A'));
    assert_eq!(of_a, Some(Verdict::Out(ReasonCode::RingMax)));
    assert_eq!(centre.last_decision().strategy, "ring-all");
}

#[test]
fn r21_who_becomes_ready_joins_in_and_who_leaves_stops_alone() {
    let mut centre = Centre::new("ring-all", "AB");
    centre.hires('C', &[SUPPORT]).joins(1).wait(3).silence();
    centre.ready('C').expect("offer 1 C");
    centre.rests('B').expect("cancelled 1 B AgentNotReady");
    centre
        .expect_state('B', "not_ready break")
        .expect_state('A', "ringing 1");
    centre
        .answers('C')
        .expect("connect 1 C, cancelled 1 A AnsweredElsewhere");
}

#[test]
fn r22_the_second_answer_comes_too_late_and_is_not_charged() {
    let mut centre = Centre::tuned("ring-all", "AB", |queue| queue.no_answer_limit = 1);
    centre.wait(60).joins(1).silence();
    centre.answers('A').answers('B');
    centre.expect("connect 1 A, cancelled 1 B AnsweredElsewhere, too late 1 B");
    centre
        .expect_state('B', "ready")
        .hires('C', &[SUPPORT])
        .ready('C');
    centre.tune(SUPPORT, |queue| queue.strategy = strategy::default());
    centre.joins(2).expect("offer 2 B");
}

#[test]
fn r23_the_others_ring_on_until_an_answer_is_sure() {
    let mut centre = Centre::new("ring-all", "AB");
    centre.joins(1).silence();
    centre.claims('A').wait_ms(300).expect("");
    centre
        .fails('A', 480)
        .expect("")
        .expect_state('B', "ringing 1");
    centre.answers('B').expect("connect 1 B");
}

#[test]
fn r23_neither_the_ring_nor_the_wait_ends_while_an_answer_is_made_sure() {
    let mut centre = Centre::tuned("ring-all", "AB", |queue| queue.max_wait = Some(s(15)));
    centre.joins(1).wait_ms(14_900).silence();
    centre.claims('A').wait_ms(300).expect("missed 1 B");
    centre.answers('A').expect("connect 1 A");
}

#[test]
fn r23_an_answer_of_which_nobody_speaks_any_more_is_no_answer() {
    let mut centre = Centre::new("ring-all", "AB");
    centre.joins(1).silence();
    centre.claims('A').wait(1).expect("missed 1 A");
}

#[test]
fn r26_nobody_more_rings_while_an_answer_is_made_sure() {
    let mut centre = Centre::new("ring-all", "AB");
    centre.hires('C', &[SUPPORT]).joins(1).silence();
    centre.claims('A').ready('C').expect("");
    centre.joins(2).expect("offer 2 C");
    centre.hires('D', &[SUPPORT]).fails('A', 480).silence();
    centre.ready('D').expect("offer 1 D");
}

#[test]
fn r24_who_rang_together_is_not_charged_and_who_rang_alone_is() {
    let mut centre = Centre::tuned("ring-all", "AB", |queue| queue.no_answer_limit = 1);
    centre
        .joins(1)
        .wait(15)
        .expect_state('A', "ready")
        .expect_state('B', "ready");
    centre.hangs_up(1).rests('B').joins(2).wait(15);
    centre.expect_state('A', "not_ready no_answer");
}

#[test]
fn r24_rang_together_also_when_one_joined_later() {
    let mut centre = Centre::tuned("ring-all", "A", |queue| queue.no_answer_limit = 1);
    centre.hires('B', &[SUPPORT]).joins(1).wait(14).ready('B');
    centre.wait(1).expect_state('A', "ready");
    centre.wait(14).expect_state('B', "ready");
}

#[test]
fn r25_agents_freed_by_an_answer_ring_for_the_next_caller_in_the_same_turn() {
    let mut centre = Centre::new("ring-all", "ABC");
    centre.joins(1).joins(2).silence();
    centre.answers('B').expect(
        "connect 1 B, cancelled 1 A AnsweredElsewhere, cancelled 1 C AnsweredElsewhere, offer 2 A, offer 2 C",
    );
}

#[test]
fn r18_ring_all_leaves_a_phone_for_each_caller_behind() {
    let mut centre = all_in_wrap_up("ring-all");
    centre.joins(11).joins(12).joins(13).silence();
    centre
        .wait(10)
        .expect("offer 11 A, offer 11 B, offer 12 C, offer 13 D");
    let first = &centre.decisions[centre.decisions.len() - 4];
    let of_d = first.verdict(id('D'));
    assert_eq!(of_d, Some(Verdict::Out(ReasonCode::NextCaller)));
}
