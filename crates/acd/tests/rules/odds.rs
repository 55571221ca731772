//! B10: progressive ringing stops adding phones when those that ring will probably be answered.

use acd::{Input, Past, Requested, RingEnd, RingLog, strategy};
use model::decision::Odds;
use model::{AgentState, Decision};

use crate::support::{Centre, SUPPORT, call, id, s};

/// So many calls to each make a habit: 10 of 11 by Laplace.
const HABIT: u64 = 9;

/// These agents ring one by one in the order of seats, for a minute each; none is added from 90 % on. Each has let his phone ring
/// for `rang` seconds before he answered, nine times.
fn habits(agents: &str, rang: u64) -> Centre {
    let mut centre = Centre::tuned("linear", "", |queue| queue.ring_timeout = s(60));
    for agent in agents.chars() {
        centre.hires(agent, &[SUPPORT]).ready(agent);
        for number in 0..HABIT {
            centre.joins(1_000 + number).wait(rang).talks(agent, 10);
        }
        centre.rests(agent);
    }
    for agent in agents.chars() {
        centre.ready(agent);
    }
    centre.tune(SUPPORT, |queue| {
        queue.strategy = strategy::find("progressive").unwrap();
        queue.fallback = strategy::find("linear").unwrap();
        queue.stop_at = Some(0.9);
    });
    centre.silence();
    centre
}

/// What a waiting caller's record says now.
fn why(centre: &mut Centre, number: u64) -> Decision {
    let now = centre.now;
    centre.acd.why(now, call(number)).remove(0)
}

const fn odds(answer: u8) -> Odds {
    let stop_at = 90;
    Odds { answer, stop_at }
}

#[test]
fn b10_no_phone_is_added_to_one_that_will_probably_be_answered() {
    let mut centre = habits("A", 12);
    centre.hires('B', &[SUPPORT]).ready('B');
    centre.joins(1).expect("offer 1 A");
    assert_eq!(
        centre.last_decision().odds,
        Odds::default(),
        "nothing rang before"
    );
    centre.wait(10).expect("");
    assert_eq!(why(&mut centre, 1).odds, odds(90));
    // He has never let it ring for 20 s: nothing is known of it any more, and the next phone is due.
    centre.wait_ms(9_999).expect("").wait_ms(1);
    centre.expect("offer 1 B");
    assert_eq!(centre.last_decision().odds, odds(50));
}

#[test]
fn b10_who_answers_at_once_or_never_is_helped_when_he_does_not() {
    // R55: his chance is that of the time to come, not of the time that has passed.
    let mut centre = habits("A", 3);
    centre.hires('B', &[SUPPORT]).ready('B');
    centre.joins(1).wait(10).expect("offer 1 A, offer 1 B");
}

#[test]
fn b10_the_chances_of_all_that_ring_are_combined_and_strangers_count_a_half() {
    let mut centre = habits("", 0);
    for agent in "ABCDEF".chars() {
        centre.hires(agent, &[SUPPORT]).ready(agent);
    }
    centre.joins(1).wait(59);
    centre.expect("offer 1 A, offer 1 B, offer 1 C, offer 1 D");
    let told: Vec<_> = centre.decisions.iter().map(|one| one.odds).collect();
    assert_eq!(told, [Odds::default(), odds(50), odds(75), odds(87)]);
    assert_eq!(why(&mut centre, 1).odds, odds(93));
}

#[test]
fn b10_without_the_setting_phones_are_added_whatever_is_known() {
    let mut centre = habits("A", 12);
    centre.tune(SUPPORT, |queue| queue.stop_at = None);
    centre.hires('B', &[SUPPORT]).ready('B');
    centre.joins(1).wait(10).expect("offer 1 A, offer 1 B");
    assert_eq!(centre.last_decision().odds, Odds::default());
}

#[test]
fn b10_r56_who_declines_is_replaced_at_once_all_the_same() {
    let mut centre = habits("A", 12);
    centre.hires('B', &[SUPPORT]).ready('B');
    centre.joins(1).wait(11).expect("offer 1 A");
    centre.declines('A').expect("offer 1 B");
}

#[test]
fn b10_a_phone_that_does_not_ring_yet_promises_nothing() {
    let mut centre = habits("A", 12);
    centre.hires('B', &[SUPPORT]).ready('B');
    centre.phones_ring = false;
    centre.joins(1).wait(10).expect("offer 1 A, offer 1 B");
}

#[test]
fn b10_who_lets_it_ring_out_among_others_is_known_for_it() {
    let mut centre = habits("A", 12);
    centre.tune(SUPPORT, |queue| {
        queue.strategy = strategy::find("ring-all").unwrap();
        queue.no_answer_limit = 0;
    });
    centre.hires('B', &[SUPPORT]).ready('B');
    centre.joins(1).wait(190).hangs_up(1).wait(60).silence();
    centre.tune(SUPPORT, |queue| {
        queue.strategy = strategy::find("progressive").unwrap();
    });
    // Three of twelve rings went unanswered: 10 of 14.
    centre.joins(2).wait(10).expect("offer 2 A, offer 2 B");
    assert_eq!(centre.last_decision().odds, odds(71));
}

#[test]
fn b10_d30_a_new_setting_holds_for_those_who_wait() {
    let mut centre = habits("A", 12);
    centre.hires('B', &[SUPPORT]).ready('B');
    centre.joins(1).wait(5).expect("offer 1 A");
    centre.tune(SUPPORT, |queue| queue.stop_at = Some(0.95));
    centre.wait(5).expect("offer 1 B");
}

#[test]
fn b10_old_rings_leave_the_window_of_the_queue() {
    let mut centre = habits("A", 12);
    centre.tune(SUPPORT, |queue| queue.count_window = s(3_600));
    centre.hires('B', &[SUPPORT]).ready('B');
    centre.wait(3_600).joins(1).wait(10);
    centre.expect("offer 1 A, offer 1 B");
    assert_eq!(centre.last_decision().odds, odds(50));
}

/// R16, C20: the same rings, told by who kept them over the end of a process.
#[test]
fn b10_a_restart_forgets_no_ring() {
    let mut centre = habits("", 0);
    centre.hires('A', &[SUPPORT]);
    let now = centre.now;
    let ringing = AgentState::Ringing { call: call(1) };
    let mut rings = RingLog::default();
    let answered = [(12, RingEnd::Answered); HABIT as usize];
    let unanswered = [(15, RingEnd::Unanswered); 3];
    // Another phone was faster: what he would have done nobody knows.
    let cut = [(15, RingEnd::Cut)];
    let all = answered.into_iter().chain(unanswered).chain(cut);
    for ((lasted, end), number) in all.zip(0..) {
        let began = now - s(3_600 - 100 * number);
        rings.changed(began, &AgentState::Ready, &ringing);
        rings.end(began + s(lasted), end);
    }
    let past = vec![
        (now - s(7_200), Past::Became(AgentState::Ready)),
        // What stands of a ring among the rest is not counted twice.
        (now - s(3_600), Past::Became(ringing.clone())),
        (now - s(3_500), Past::Declined),
        (now - s(3_500), Past::Became(AgentState::Ready)),
        (now, Past::Rings(rings)),
        (now, Past::ProcessEnded),
    ];
    centre.input(Input::Restored {
        agent: id('A'),
        past,
        wish: Some(Requested::Ready),
    });
    centre.joins(1).wait(10).expect("offer 1 A");
    assert_eq!(why(&mut centre, 1).odds, odds(71), "10 of 14");
}
