//! R62: the caller chooses whether he waits for his familiar agent who is busy for long.

use acd::Input;

use crate::support::{Centre, SUPPORT, call};

/// A is ready; F, the familiar agent, talks with 9 and nobody knows for how long.
fn centre() -> Centre {
    let mut centre = Centre::tuned("sticky", "A", |queue| queue.sticky_choice = true);
    centre.hires('F', &[SUPPORT]).ready('F');
    centre.joins_for(9, 'F').answers('F').silence();
    centre
}

fn chooses(centre: &mut Centre, number: u64, waits: bool) -> &mut Centre {
    let call = call(number);
    centre.input(Input::FamiliarChosen { call, waits })
}

#[test]
fn r62_who_waits_has_five_minutes_and_then_the_fall_back_comes_by_itself() {
    let mut centre = centre();
    centre.joins_for(1, 'F').expect("ask 1 F");
    chooses(centre.wait(8), 1, true).expect("");
    // A second press changes nothing.
    chooses(centre.wait(100), 1, false).expect("");
    centre.wait(199).expect("");
    centre.wait(1).expect("offer 1 A");
}

#[test]
fn r62_his_agent_comes_first_as_soon_as_he_is_free() {
    let mut centre = centre();
    centre.joins_for(1, 'F').expect("ask 1 F");
    chooses(&mut centre, 1, true).expect("");
    centre.wait(60).ends('F').expect("offer 1 F");
    // Also while he is asked.
    let mut centre = self::centre();
    centre.joins_for(1, 'F').expect("ask 1 F");
    centre.wait(5).ends('F').expect("offer 1 F");
}

#[test]
fn r62_two_and_silence_lead_to_the_next() {
    let mut centre = centre();
    centre.joins_for(1, 'F').expect("ask 1 F");
    chooses(&mut centre, 1, false).expect("offer 1 A");
    let mut centre = self::centre();
    centre.joins_for(1, 'F').expect("ask 1 F");
    centre.wait_ms(19_999).expect("");
    centre.wait_ms(1).expect("offer 1 A");
    // What comes later is no choice.
    chooses(&mut centre, 1, true).expect("");
}

#[test]
fn r62_who_waited_for_the_sticky_wait_in_vain_is_asked_then() {
    let mut centre = centre();
    // Calls of F took 10 s each: he would be free soon.
    centre.ends('F').rests('A').silence();
    for number in 101..=110 {
        centre.serves('F', number, 10);
    }
    centre.ready('A').silence();
    centre.joins_for(2, 'F').answers('F').wait(1).silence();
    centre.joins_for(1, 'F').wait_ms(19_999).expect("");
    centre.wait_ms(1).expect("ask 1 F");
    chooses(&mut centre, 1, true).expect("");
    centre.wait(300).expect("offer 1 A");
}

#[test]
fn r62_nobody_is_asked_for_one_who_is_away_nor_beyond_the_personal_line() {
    let mut away = centre();
    away.rests('F').joins_for(1, 'F').expect("offer 1 A");
    let mut long = centre();
    long.joins_for(1, 'F')
        .joins_for(2, 'F')
        .expect("ask 1 F, ask 2 F");
    long.joins_for(3, 'F').expect("offer 3 A");
    let mut unasked = centre();
    unasked.tune(SUPPORT, |queue| queue.sticky_choice = false);
    unasked.joins_for(1, 'F').expect("offer 1 A");
    // He goes to a break while they wait for him: R58.
    let mut leaves = centre();
    leaves.joins_for(1, 'F').expect("ask 1 F");
    chooses(&mut leaves, 1, true).expect("");
    leaves.rests('F').expect("offer 1 A");
}
