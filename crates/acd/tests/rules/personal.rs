//! B12: a caller waits for the agent whom a script named, in one of that agent's queues and for him alone.

use std::collections::BTreeSet;

use acd::Input;
use model::decision::{ReasonCode, Verdict};
use model::fact::QueueExit;

use crate::support::{Centre, SUPPORT, call, id, s, set};

/// A is ready; N, who is named, talks with 9.
fn centre() -> Centre {
    let mut centre = Centre::new("longest-idle", "N");
    centre.joins(9).answers('N');
    centre.hires('A', &[SUPPORT]).ready('A').silence();
    centre
}

/// He waits for N for 60 s at most, whose phone then rings for 15 s.
fn waits(centre: &mut Centre, number: u64) -> &mut Centre {
    waits_without(centre, number, &[])
}

fn waits_without<'a>(centre: &'a mut Centre, number: u64, apart: &[char]) -> &'a mut Centre {
    centre.input(Input::JoinedFor {
        call: call(number),
        queues: set(&[SUPPORT]),
        agent: id('N'),
        wait_max: s(60),
        ring_timeout: s(15),
        head_start: s(0),
        priority: 0,
        apart: apart.iter().copied().map(id).collect::<BTreeSet<_>>(),
    })
}

#[test]
fn b12_who_waits_for_a_named_agent_gets_him_as_soon_as_he_is_free_and_nobody_else() {
    let mut centre = centre();
    waits(&mut centre, 1).wait(30).expect("");
    assert_eq!(centre.acd.waiting(&SUPPORT.into()), 1, "counts in the line");
    // A takes the others meanwhile.
    centre.joins(2).expect("offer 2 A");
    centre.ends('N').expect("offer 1 N");
    centre.answers('N').expect("connect 1 N");
    let decision = &centre.decisions[centre.decisions.len() - 1];
    assert_eq!(decision.strategy, "named");
    assert_eq!(decision.waited_ms, 30_000);
}

#[test]
fn b12_the_record_says_that_the_others_were_not_asked_for() {
    let mut centre = centre();
    waits(&mut centre, 1);
    let record = &centre.acd.why(centre.now, call(1))[0];
    let of = |agent| record.verdict(id(agent));
    assert_eq!(of('A'), Some(Verdict::Out(ReasonCode::NotAskedFor)));
    assert_eq!(of('N'), Some(Verdict::Out(ReasonCode::Talking)));
}

#[test]
fn b12_who_is_free_is_rung_at_once_for_as_long_as_the_script_says() {
    let mut centre = centre();
    centre.ends('N');
    waits(&mut centre, 1).expect("offer 1 N");
    centre.wait(14).expect("");
    centre
        .wait(1)
        .expect("missed 1 N, left 1 Timeout, no answer 1 N");
}

#[test]
fn b12_a_wait_ends_when_its_time_is_over_and_not_while_he_rings() {
    let mut centre = centre();
    waits(&mut centre, 1).wait_ms(59_999).expect("");
    centre.wait_ms(1).expect("left 1 Timeout, busy 1 N");
    waits(&mut centre, 2).wait(55);
    centre.ends('N').expect("offer 2 N");
    centre.wait(10).expect("");
    centre.answers('N').expect("connect 2 N");
}

#[test]
fn b12_who_declines_or_cannot_be_reached_is_not_waited_for() {
    let mut centre = centre();
    centre.ends('N');
    waits(&mut centre, 1).expect("offer 1 N");
    centre.declines('N').expect("left 1 NoAgents, declined 1 N");
    centre.wait(60);
    waits(&mut centre, 2).expect("offer 2 N");
    centre
        .fails('N', 503)
        .expect("left 2 NoAgents, unreachable 2 N");
}

#[test]
fn b12_who_goes_home_sends_his_callers_on_at_once_and_a_break_after_the_grace() {
    let mut centre = centre();
    waits(&mut centre, 1);
    centre.signs_out('N').expect("left 1 NoAgents, busy 1 N");
    centre.ready('N');
    waits(&mut centre, 2);
    centre.rests('N').wait_ms(9_999).expect("");
    centre.wait_ms(1).expect("left 2 NoAgents, busy 2 N");
    // Who comes back in time has his callers wait on, for as long as they may.
    centre.ready('N');
    waits(&mut centre, 3);
    centre.rests('N').wait(9).ready('N').wait(50).expect("");
    centre.wait(1).expect("left 3 Timeout, busy 3 N");
    // Nor does anybody begin to wait for one who is away.
    centre.rests('N');
    waits(&mut centre, 4).expect("left 4 NoAgents, busy 4 N");
}

#[test]
fn b12_who_is_deleted_or_leaves_the_queue_is_not_waited_for() {
    let mut centre = centre();
    waits(&mut centre, 1);
    centre
        .assigns('N', &["sales"])
        .expect("left 1 NoAgents, busy 1 N");
    centre.assigns('N', &[SUPPORT]);
    waits(&mut centre, 2);
    centre
        .input(Input::AgentRemoved(id('N')))
        .expect("left 2 NoAgents, busy 2 N");
    waits(&mut centre, 3).silence_but("busy 3 N");
}

#[test]
fn b12_r63_no_more_wait_for_one_agent_than_the_personal_line_holds() {
    let mut centre = centre();
    waits(&mut centre, 1);
    waits(centre.wait(1), 2).expect("");
    waits(&mut centre, 3).expect("left 3 Full, busy 3 N");
    // D15: the one who came first is before him, who waits for another is not.
    centre.joins(7).silence();
    let standing = |number| centre.acd.standing(centre.now, call(number)).unwrap();
    assert_eq!((standing(1).ahead, standing(2).ahead), (0, 1));
    assert_eq!(standing(2).wait, None, "D16: nobody knows");
    centre.ends('N').expect("offer 1 N");
}

#[test]
fn b12_skills_and_the_queues_strategy_are_no_matter_for_one_who_is_named() {
    let mut centre = centre();
    centre.tune(SUPPORT, |queue| {
        queue.strategy = acd::strategy::find("ring-all").unwrap();
        queue.steps = vec![acd::Step {
            needs: "fr".parse().unwrap(),
            lasts: s(20),
        }];
    });
    waits(&mut centre, 1);
    centre.ends('N').expect("offer 1 N");
}

#[test]
fn b12_r66_who_must_not_meet_him_does_not_wait_for_him() {
    let mut centre = centre();
    waits_without(&mut centre, 1, &['N']).silence_but("busy 1 N");
    waits(&mut centre, 2);
    let ties = model::Ties {
        apart: BTreeSet::from([id('N')]),
        ..model::Ties::default()
    };
    let call = call(2);
    centre.input(Input::Identified { call, ties });
    centre.expect("left 2 NoAgents, unreachable 2 N");
}

#[test]
fn b12_d25_whom_a_supervisor_assigns_comes_first_and_then_the_wait_goes_on() {
    let mut centre = centre();
    waits(&mut centre, 1);
    centre
        .input(Input::Assigned {
            call: call(1),
            agent: id('A'),
        })
        .expect("offer 1 A");
    centre.declines('A').expect("");
    centre.ends('N').expect("offer 1 N");
}

#[test]
fn b12_d30_a_queue_that_is_gone_ends_the_wait() {
    let mut centre = centre();
    waits(&mut centre, 1);
    centre
        .drop_queue(SUPPORT)
        .expect("left 1 Closed, unreachable 1 N");
}

#[test]
fn b12_who_hangs_up_or_is_taken_out_leaves_nothing_behind() {
    let mut centre = centre();
    waits(&mut centre, 1);
    centre.hangs_up(1).expect("left 1 Abandoned");
    waits(&mut centre, 2);
    centre
        .leaves(2, QueueExit::Withdrawn)
        .expect("left 2 Withdrawn, unreachable 2 N");
    centre.ends('N').expect("");
}
