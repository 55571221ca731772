//! R1-R4, R17-R19, R72: what holds for every decision.

use std::collections::BTreeSet;

use acd::{AgentProfile, Input, Output, Requested, strategy};
use model::AgentId;
use model::decision::{RECORD_MAX, ReasonCode, TieBreak, Verdict};

use crate::support::{Centre, SUPPORT, all_in_wrap_up, call, id, letter, queue, s};

/// `A Ranked`, `B Tried` … of the last decision.
fn verdicts(centre: &Centre) -> Vec<String> {
    let decision = centre.last_decision();
    let agents = ('A'..='Z').filter_map(|agent| Some((agent, decision.verdict(id(agent))?)));
    let words = agents.map(|(agent, verdict)| match verdict {
        Verdict::Ranked { .. } => format!("{agent} Ranked"),
        Verdict::Behind => format!("{agent} Behind"),
        Verdict::Out(reason) => format!("{agent} {reason:?}"),
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
fn r01_a_large_queue_records_the_chosen_and_counts_each_other_agent_once() {
    for row in strategy::all() {
        let mut centre = Centre::tuned(row.name, "", |queue| queue.ring_max = 3);
        for agent in 1..=70 {
            let id = AgentId::new(agent);
            centre.input(Input::AgentPut(AgentProfile {
                id,
                login: format!("{agent:03}"),
                queues: vec![SUPPORT.into()],
                skills: Default::default(),
            }));
            if agent <= 30 {
                centre.input(Input::PhoneRegistered(id));
                centre.input(Input::StateRequested {
                    agent: id,
                    request: Requested::Ready,
                    cause: "agent",
                });
            }
        }
        // One agent is the caller, one is tried, and one is familiar where that matters.
        centre.joins_as(1, SUPPORT, 0, Some('A'), Some('B'));
        let declined = centre.last_decision().chosen[0];
        centre.declines(letter(declined));
        for decision in &centre.decisions {
            let others: u32 = decision.others.values().sum();
            assert_eq!(decision.ranked + others, 70, "{decision:?}");
            assert!(decision.candidates.len() <= 4 && decision.outs().count() == 0);
            assert!(serde_json::to_string(decision).unwrap().len() <= RECORD_MAX);
            assert_eq!(decision.others[&ReasonCode::Offline], 40);
        }
        assert!(!centre.decisions[0].chosen.contains(&id('A')));
        assert_eq!(centre.last_decision().others[&ReasonCode::BackOff], 1);
    }
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
    let of_a = centre.last_decision().verdict(id('A'));
    assert_eq!(of_a, Some(Verdict::Out(ReasonCode::Reserved)));
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
    let why = centre.acd.why(centre.now, call(2)).remove(0);
    assert!(why.chosen.is_empty());
    let out = |reason| Some(Verdict::Out(reason));
    assert_eq!(why.verdict(id('A')), out(ReasonCode::Reserved));
    centre.hangs_up(3);
    let why = centre.acd.why(centre.now, call(2)).remove(0);
    assert_eq!(why.verdict(id('A')), out(ReasonCode::IsCaller));
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

#[test]
fn r01_the_record_tells_place_head_start_queue_and_what_made_the_difference() {
    let mut centre = Centre::new("longest-idle", "");
    centre.hires('A', &[SUPPORT]).ready('A').wait(30);
    centre.hires('B', &[SUPPORT]).ready('B').wait(30);
    centre.joins_vip(1, 90).expect("offer 1 A");
    let first = centre.last_decision();
    assert_eq!(
        (first.place, first.head_start_ms, first.step),
        (1, 90_000, 0)
    );
    assert_eq!((first.tie, first.ranked), (Some(TieBreak::Key), 2));
    let keyed: Vec<_> = first.candidates.iter().map(|one| one.agent).collect();
    assert_eq!(keyed, [id('A'), id('B')], "best first");
    centre.joins(2).expect("offer 2 B");
    assert_eq!(centre.last_decision().tie, Some(TieBreak::Only));
    centre.joins(3).joins(4).expect("");
    let places = [3, 4].map(|number| centre.acd.why(centre.now, call(number)).remove(0).place);
    assert_eq!(
        places,
        [3, 4],
        "those for whom phones ring stand before them"
    );
    let mut equal = Centre::new("least-calls", "AB");
    equal.joins(1).expect("offer 1 A");
    assert_eq!(equal.last_decision().tie, Some(TieBreak::LowestId));
}
