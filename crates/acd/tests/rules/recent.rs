//! R36-R39: most recently connected.

use crate::support::Centre;

#[test]
fn r36_who_took_the_last_call_gets_the_next() {
    let mut centre = Centre::new("most-recent", "A");
    centre
        .rests('A')
        .hires('B', &["support"])
        .ready('B')
        .serves('B', 1, 60);
    centre.ready('A').wait(600).joins(2).expect("offer 2 B");
}

#[test]
fn r37_then_the_next_most_recent_and_last_those_without_any_by_signing_in() {
    let mut centre = Centre::new("most-recent", "");
    for agent in "CDAB".chars() {
        centre.hires(agent, &["support"]).ready(agent).wait(10);
    }
    for agent in "CD".chars() {
        centre.rests(agent);
    }
    centre.serves('A', 1, 60).rests('A').serves('B', 2, 60);
    // The order in which they come back from a break is not that in which they signed in.
    for agent in "DCA".chars() {
        centre.ready(agent).wait(1);
    }
    for number in 3..=6 {
        centre.joins(number);
    }
    centre.expect("offer 3 B, offer 4 A, offer 5 C, offer 6 D");
}

#[test]
fn r38_after_five_calls_in_a_row_he_is_skipped_once() {
    let mut centre = Centre::new("most-recent", "AB");
    for number in 1..=5 {
        centre.serves('A', number, 60);
    }
    // Only the offer counts as the skip; B does not answer, and 6 comes back to A.
    centre
        .joins(6)
        .expect("offer 6 B")
        .wait(15)
        .expect("missed 6 B, offer 6 A");
    centre.talks('A', 60).silence();
    centre.joins(7).expect("offer 7 A");
}

#[test]
fn r38_nobody_waits_because_of_the_cap_and_other_strategies_have_none() {
    let mut alone = Centre::new("most-recent", "A");
    let mut linear = Centre::new("linear", "AB");
    for number in 1..=7 {
        alone.serves('A', number, 60);
        linear.serves('A', number, 60);
    }
}

#[test]
fn r39_a_decline_does_not_change_who_was_most_recent() {
    let mut centre = Centre::new("most-recent", "AB");
    centre
        .serves('A', 1, 60)
        .joins(2)
        .declines('A')
        .expect("offer 2 A, offer 2 B");
    centre.hangs_up(2).wait(10).silence();
    centre.joins(3).expect("offer 3 A");
}
