//! R1-R12, R16-R19: what holds for every strategy.

use std::collections::BTreeSet;

use acd::{Input, Output, strategy};
use model::decision::{ReasonCode, Verdict};

use crate::support::{Centre, SUPPORT, all_in_wrap_up, call, id, letter, queue, s};

/// `A Ranked`, `B Tried` … of the last decision.
fn verdicts(centre: &Centre) -> Vec<String> {
    let candidates = centre.last_decision().candidates.iter();
    let words = candidates.map(|one| match one.verdict {
        Verdict::Ranked { .. } => format!("{} Ranked", letter(one.agent)),
        Verdict::Out(reason) => format!("{} {reason:?}", letter(one.agent)),
    });
    words.collect()
}

#[test]
fn r01_each_agent_who_is_no_candidate_has_exactly_one_reason() {
    let mut centre = Centre::tuned("linear", "ABCDEF", |queue| queue.wrap_up = s(60));
    centre.hires('G', &[SUPPORT]);
    centre.rests('A').joins(1).answers('B').joins(2);
    centre.input(Input::PhoneUnregistered(id('D')));
    // C rings for 2, D's phone is away, E will file; 4 tries F, and H is the colleague who calls.
    centre.joins(3).answers('E').ends('E');
    centre.hires('H', &[SUPPORT]).ready('H');
    centre.hires('I', &[SUPPORT]).ready('I');
    centre
        .joins_as(4, SUPPORT, 0, Some('H'), None)
        .declines('F');
    let others = [
        "A NotReady",
        "B Talking",
        "C Reserved",
        "D Unregistered",
        "E WrapUp",
        "F Tried",
        "G Offline",
        "H IsCaller",
        "I Ranked",
    ];
    assert_eq!(verdicts(&centre), others);
    centre.joins(5);
    assert_eq!(verdicts(&centre)[5], "F BackOff", "for another caller");
    assert_eq!(verdicts(&centre)[7], "H Ranked", "for another caller");
}

#[test]
fn r01_a_large_queue_records_the_chosen_and_counts_the_others() {
    let mut centre = Centre::new("longest-idle", "");
    for agent in 1..=70 {
        let id = model::AgentId::new(agent);
        centre.input(Input::AgentPut(acd::AgentProfile {
            id,
            login: format!("{agent:03}"),
            queues: vec![SUPPORT.into()],
        }));
        if agent <= 30 {
            centre
                .input(Input::PhoneRegistered(id))
                .input(Input::StateRequested {
                    agent: id,
                    request: acd::Requested::Ready,
                    cause: "agent",
                });
        }
    }
    centre.joins(1);
    let decision = centre.last_decision();
    assert_eq!(decision.chosen, [id('A')]);
    assert_eq!(decision.candidates.len(), 1);
    assert_eq!(decision.ranked, 30);
    assert_eq!(decision.others, [(ReasonCode::Offline, 40)].into());
}

#[test]
fn r02_two_queues_that_choose_the_same_agent_reserve_him_once() {
    let mut centre = Centre::tuned("longest-idle", "", |queue| queue.wrap_up = s(10));
    centre.add_queue(queue("sales", "longest-idle"));
    for agent in "AB".chars() {
        centre.hires(agent, &[SUPPORT, "sales"]).ready(agent);
    }
    // Both become ready in one turn; both queues would choose A, who has the lower id.
    centre
        .joins(1)
        .joins(2)
        .answers('A')
        .answers('B')
        .ends('A')
        .ends('B')
        .silence();
    centre.joins_in(3, "sales").joins(4).expect("");
    centre.wait(10).expect("offer 3 A, offer 4 B");
    let verdict = &centre.last_decision().candidates[0].verdict;
    assert_eq!(*verdict, Verdict::Out(ReasonCode::Reserved));
}

#[test]
fn r04_equal_keys_fall_to_the_longest_idle_then_the_lowest_id() {
    // Least-calls: nobody has handled any, so all keys are equal.
    let mut centre = Centre::new("least-calls", "");
    for agent in "DBC".chars() {
        centre.hires(agent, &[SUPPORT]).ready(agent).wait(1);
    }
    centre
        .joins(1)
        .joins(2)
        .joins(3)
        .expect("offer 1 D, offer 2 B, offer 3 C");
    let mut same = Centre::new("least-calls", "CAB");
    same.joins(1).expect("offer 1 A");
}

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
        .expect("offer 1 A, no contact 1 A")
        .expect_state('A', "not_ready device");
}

#[test]
fn r07_a_phone_that_rings_between_two_faults_is_not_broken() {
    let mut centre = Centre::new("linear", "A");
    centre.phones_ring = false;
    centre.joins(1).fails('A', 503).wait(5);
    let offer = centre.offer('A');
    centre
        .input(Input::Ringing { offer })
        .declines('A')
        .wait(20);
    centre.fails('A', 503).expect_state('A', "ready");
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

#[test]
fn r17_ringing_offers_end_under_the_old_settings_and_order_stays() {
    let mut centre = Centre::new("ring-all", "AB");
    centre
        .joins(1)
        .joins(2)
        .joins(3)
        .expect("offer 1 A, offer 1 B");
    centre.wait(5).tune(SUPPORT, |queue| {
        queue.strategy = strategy::find("linear").unwrap();
        queue.ring_timeout = s(40);
    });
    let places = [1, 2, 3].map(|number| centre.acd.position(call(number)));
    assert_eq!(places, [Some(1), Some(2), Some(3)]);
    centre
        .wait(10)
        .expect("missed 1 A, missed 1 B, offer 2 A, offer 3 B");
    centre.wait(39).expect("");
    assert_eq!(centre.last_decision().config_version, 2);
}

#[test]
fn r18_as_many_callers_as_there_are_agents_get_an_offer_in_one_turn() {
    for row in strategy::all() {
        for callers in [3, 6] {
            let mut centre = all_in_wrap_up(row.name);
            for number in 11..11 + callers {
                centre.joins(number);
            }
            centre.expect("").wait(10);
            let offered = centre
                .outputs
                .iter()
                .filter_map(|(at, output)| match output {
                    Output::Offer { call, .. } if *at == centre.now => Some(call.get()),
                    _ => None,
                });
            let expected = (11..11 + callers).take(4);
            assert!(
                offered.collect::<BTreeSet<_>>().into_iter().eq(expected),
                "{}",
                row.name
            );
        }
    }
}

#[test]
fn r19_a_caller_without_a_candidate_holds_nobody_up_and_can_ask_why() {
    let mut centre = Centre::new("linear", "A");
    centre.joins(1).declines('A').wait(10).silence();
    // 1 has just been offered A again; another agent is the caller's own colleague only.
    centre.hangs_up(1).silence();
    centre.joins_as(2, SUPPORT, 600, Some('A'), None).expect("");
    centre.joins(3).expect("offer 3 A");
    let why = centre.acd.why(centre.now, call(2)).unwrap();
    assert!(why.chosen.is_empty());
    assert_eq!(
        why.candidates[0].verdict,
        Verdict::Out(ReasonCode::Reserved)
    );
    centre.hangs_up(3);
    let why = centre.acd.why(centre.now, call(2)).unwrap();
    assert_eq!(
        why.candidates[0].verdict,
        Verdict::Out(ReasonCode::IsCaller)
    );
}

#[test]
fn r72_a_head_start_is_seconds_of_waiting_and_ties_fall_to_the_call_id() {
    let mut centre = Centre::new("linear", "A");
    centre.joins(1).answers('A').joins(2).wait(60);
    centre
        .joins_vip(4, 90)
        .joins_vip(3, 90)
        .wait(40)
        .joins_vip(5, 90);
    let line = [3, 4, 2, 5].map(|number| centre.acd.position(call(number)));
    assert_eq!(line, [Some(1), Some(2), Some(3), Some(4)]);
    centre.silence().ends('A').expect("offer 3 A");
}
