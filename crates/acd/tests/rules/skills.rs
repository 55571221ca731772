//! R69-R71, B13: what a caller needs of an agent, and steps that relax over time.

use acd::{Prefer, QueueConfig, Step};

use crate::support::{Centre, SUPPORT, id, s};
use model::decision::{ReasonCode, Verdict};

fn step(needs: &str, seconds: u64) -> Step {
    Step {
        needs: needs.parse().unwrap(),
        lasts: s(seconds),
    }
}

/// `en ≥ 4` for 20 s, then `en ≥ 2`.
fn relaxing(queue: &mut QueueConfig) {
    queue.steps = vec![step("en >= 4", 20), step("en >= 2", 60)];
}

#[test]
fn r69_after_its_time_a_step_lets_the_next_level_in_too() {
    let mut centre = Centre::tuned("longest-idle", "", relaxing);
    centre
        .hires_with('A', "en=4")
        .rests('A')
        .hires_with('B', "en=2");
    centre.joins(1).wait_ms(19_999).expect("");
    centre.wait_ms(1).expect("offer 1 B").hangs_up(1).silence();
    // Cumulative: who came into question before still does, at the same level as the others.
    centre.joins(2).wait(20).hangs_up(2).silence();
    centre.rests('B').joins(3).wait(20).expect("");
    centre.ready('A').expect("offer 3 A");
}

#[test]
fn r69_misses_and_new_offers_do_not_restart_the_clock() {
    let mut centre = Centre::tuned("longest-idle", "", |queue| {
        relaxing(queue);
        queue.pass_pause = s(30);
    });
    centre.hires_with('A', "en=4").hires_with('B', "en=2");
    centre.joins(1).expect("offer 1 A");
    centre.wait(15).expect("missed 1 A").wait(4).expect("");
    // 20 s after joining, while the pause of the pass runs.
    centre.wait(1).expect("offer 1 B");
}

#[test]
fn r69_what_a_caller_needs_himself_never_relaxes() {
    let mut centre = Centre::tuned("longest-idle", "", relaxing);
    centre.hires_with('A', "en=4").hires_with('B', "en=3 fr");
    centre
        .joins_needing(1, "fr")
        .wait(600)
        .expect("offer 1 B, missed 1 B, offer 1 B, missed 1 B, offer 1 B, missed 1 B");
    let decision = centre.last_decision();
    let of_a = decision.verdict(id('A'));
    assert_eq!(of_a, Some(Verdict::Out(ReasonCode::Skills)));
}

#[test]
fn r70_a_step_that_nobody_signed_in_can_meet_takes_no_time() {
    let mut centre = Centre::tuned("longest-idle", "", relaxing);
    centre.hires_with('A', "en=4").signs_out('A');
    centre.hires_with('B', "en=2").joins(1).expect("offer 1 B");
}

#[test]
fn r70_a_step_takes_its_time_while_those_who_can_meet_it_are_busy() {
    let mut centre = Centre::tuned("longest-idle", "", relaxing);
    centre
        .hires_with('A', "en=4")
        .joins(1)
        .answers('A')
        .silence();
    centre
        .hires_with('B', "en=2")
        .joins(2)
        .wait_ms(19_999)
        .expect("");
    centre.wait_ms(1).expect("offer 2 B");
}

#[test]
fn r70_a_step_ends_when_the_last_who_could_meet_it_signs_out_or_forgets() {
    for signs_out in [true, false] {
        let mut centre = Centre::tuned("longest-idle", "", relaxing);
        centre
            .hires_with('A', "en=4")
            .rests('A')
            .hires_with('B', "en=2");
        centre.joins(1).wait(5).expect("");
        if signs_out {
            centre.signs_out('A');
        } else {
            centre.trains('A', "en=1");
        }
        centre.expect("offer 1 B");
    }
}

#[test]
fn r71_the_best_come_first_and_the_strategy_breaks_ties() {
    for skilled in [true, false] {
        let strategy = if skilled { "skills" } else { "longest-idle" };
        let mut centre = Centre::tuned(strategy, "", |queue| queue.prefer = Prefer::Best);
        for (agent, skills) in [('A', "en=2"), ('B', "en=4"), ('C', "en=4")] {
            centre.hires_with(agent, skills).wait(60);
        }
        for (number, agent) in [(1, 'B'), (2, 'C'), (3, 'A')] {
            centre.joins_needing(number, "en");
            centre.expect(&format!("offer {number} {agent}"));
        }
    }
}

#[test]
fn r71_the_least_versatile_come_first_where_the_others_are_to_be_spared() {
    let mut centre = Centre::tuned("longest-idle", "", |queue| queue.prefer = Prefer::Spare);
    for (agent, skills) in [('A', "en=4 fr de"), ('B', "en=1 fr"), ('C', "en=2")] {
        centre.hires_with(agent, skills).wait(60);
    }
    for (number, agent) in [(1, 'C'), (2, 'B'), (3, 'A')] {
        centre.joins_needing(number, "en");
        centre.expect(&format!("offer {number} {agent}"));
    }
}

#[test]
fn r71_without_a_preference_levels_do_not_matter() {
    let mut centre = Centre::new("longest-idle", "");
    for (agent, skills) in [('A', "en=1"), ('B', "en=5")] {
        centre.hires_with(agent, skills).wait(60);
    }
    centre.joins_needing(1, "en").expect("offer 1 A");
}

#[test]
fn r73_a_caller_who_may_not_have_an_agent_yet_leaves_him_to_the_next() {
    let mut centre = Centre::tuned("longest-idle", "", relaxing);
    centre.add_queue(crate::support::queue("sales", "longest-idle"));
    centre
        .hires_with('A', "en=4")
        .rests('A')
        .hires_with('B', "en=2");
    centre.assigns_with('B', &[SUPPORT, "sales"], "en=2");
    // He has waited for longer, but his step does not let him have B.
    centre.joins(1).wait(10).joins_in(2, "sales");
    centre.expect("offer 2 B");
}

#[test]
fn b13_skills_bind_the_familiar_agent_too() {
    let mut centre = Centre::tuned("sticky", "", relaxing);
    centre.hires_with('A', "en=1").hires_with('B', "en=4");
    centre.joins_for(1, 'A').expect("offer 1 B");
}

#[test]
fn d30_callers_keep_their_step_when_steps_change() {
    let mut centre = Centre::tuned("longest-idle", "", relaxing);
    centre
        .hires_with('A', "en=4")
        .rests('A')
        .hires_with('B', "en=2")
        .rests('B');
    centre.joins(1).wait(30).silence();
    centre.tune(SUPPORT, |queue| queue.steps[1] = step("en >= 1", 60));
    centre.hires_with('C', "en=1").expect("offer 1 C");
    centre.tune(SUPPORT, |queue| queue.steps.clear());
    centre.hangs_up(1).silence().joins(2).expect("offer 2 C");
}
