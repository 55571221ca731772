//! B14: steps that relax by the predicted wait.

use acd::{QueueConfig, Relax, Step};

use crate::support::{Centre, SUPPORT, s};

/// Three levels of English, 20 s each.
fn levels(queue: &mut QueueConfig) {
    let step = |needs: &str| Step {
        needs: needs.parse().unwrap(),
        lasts: s(20),
    };
    queue.steps = vec![step("en >= 4"), step("en >= 3"), step("en >= 2")];
}

/// A has level 4; calls take 100 s, and his last one began `since` seconds ago. B of level 2 is free.
fn centre(relax: Relax, since: u64) -> Centre {
    let mut centre = Centre::tuned("longest-idle", "", |queue| {
        levels(queue);
        queue.relax = relax;
    });
    centre.hires_with('A', "en=4");
    for number in 101..=110 {
        centre.serves('A', number, 100);
    }
    centre.joins(1).answers('A').wait(since).silence();
    centre.hires_with('B', "en=2");
    centre
}

/// The step that the last decision says that its caller had reached.
fn step(centre: &Centre) -> u32 {
    centre.last_decision().step
}

#[test]
fn b14_whom_his_step_would_keep_for_too_long_goes_straight_to_the_first_that_helps() {
    // The second step has nobody to offer who would be sooner.
    let mut predicted = centre(Relax::Predicted, 10);
    predicted.hires_with('C', "en=3").rests('C');
    predicted.joins(2).expect("offer 2 B");
    assert_eq!(step(&predicted), 3);
    let mut elapsed = centre(Relax::Elapsed, 10);
    elapsed.hires_with('C', "en=3").rests('C');
    elapsed
        .joins(2)
        .wait_ms(39_999)
        .expect("")
        .wait_ms(1)
        .expect("offer 2 B");
}

#[test]
fn b14_the_first_step_that_helps_is_enough() {
    let mut centre = centre(Relax::Predicted, 0);
    centre.rests('B').hires_with('C', "en=3");
    centre.joins(2).expect("offer 2 C").answers('C').silence();
    // 85 s of C's call, while A has just begun another: the second step helps, and keeps him for less than it lasts.
    centre.wait(85).silence();
    centre.ends('A').joins(3).answers('A').silence();
    centre.ready('B').joins(4).expect("");
    centre.wait(15).ends('C').expect("offer 4 C");
    assert_eq!(step(&centre), 2);
}

#[test]
fn b14_who_would_come_to_his_turn_before_the_next_step_opens_waits() {
    let mut centre = centre(Relax::Predicted, 85);
    centre.joins(2).wait(15).expect("").ends('A');
    centre.expect("offer 2 A");
    assert_eq!(step(&centre), 1);
}

#[test]
fn b14_a_prediction_that_was_too_good_costs_no_more_than_the_elapsed_time() {
    let mut centre = centre(Relax::Predicted, 85);
    centre.joins(2).wait_ms(19_999).expect("");
    // A talks for longer than anybody did, and nobody is there for the second step: he is looked at anew.
    centre.wait_ms(1).expect("offer 2 B");
    assert_eq!(step(&centre), 3);
}

#[test]
fn b14_where_nothing_is_known_steps_relax_by_elapsed_time() {
    let mut new = Centre::tuned("longest-idle", "", |queue| {
        levels(queue);
        queue.relax = Relax::Predicted;
    });
    new.hires_with('A', "en=4").joins(1).answers('A').silence();
    new.hires_with('B', "en=3");
    new.joins(2).wait_ms(19_999).expect("");
    new.wait_ms(1).expect("offer 2 B");
}

#[test]
fn b14_no_step_is_left_that_would_not_serve_him_sooner() {
    let mut centre = centre(Relax::Predicted, 10);
    centre.rests('B').joins(2).expect("");
    // He is in the first step still: who is of the second one only is nobody for him yet.
    centre.hires_with('C', "en=3").wait_ms(19_999).expect("");
    centre.wait_ms(1).expect("offer 2 C");
}

#[test]
fn b14_d30_who_waits_is_looked_at_when_the_setting_changes_and_his_clock_runs_on() {
    let mut foreseen = centre(Relax::Elapsed, 10);
    foreseen.joins(2).wait(5).expect("");
    foreseen.tune(SUPPORT, |queue| queue.relax = Relax::Predicted);
    foreseen.expect("offer 2 B");
    // And back: 15 s of his 20 are over, and C is offered to him at 20.
    let mut elapsed = centre(Relax::Predicted, 85);
    elapsed.hires_with('C', "en=3").joins(2).wait(10).expect("");
    elapsed.tune(SUPPORT, |queue| queue.relax = Relax::Elapsed);
    elapsed.wait_ms(9_999).expect("");
    elapsed.wait_ms(1).expect("offer 2 C");
}
