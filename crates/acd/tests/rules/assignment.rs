//! D25: a supervisor has one agent rung for a waiting caller, out of turn.

use acd::{DirectEnd, Input};

use crate::support::{Centre, SUPPORT, call, id, queue};

fn assigns(centre: &mut Centre, number: u64, agent: char) -> &mut Centre {
    centre.input(Input::Assigned {
        call: call(number),
        agent: id(agent),
    })
}

#[test]
fn d25_the_agent_rings_whoevers_turn_it_is_and_the_caller_keeps_his_place_if_he_does_not_answer() {
    let mut centre = Centre::new("linear", "AB");
    centre.add_queue(queue("sales", "linear"));
    centre
        .hires('Z', &["sales"])
        .ready('Z')
        .rests('A')
        .rests('B');
    centre.joins(1).joins(2).silence();
    assigns(&mut centre, 2, 'Z').expect("offer 2 Z");
    let record = centre.last_decision();
    assert_eq!((record.strategy.as_str(), record.place), ("assigned", 2));
    assert_eq!(
        centre.acd.position(call(2)),
        Some(2),
        "he stands where he stood"
    );
    // Somebody who becomes ready serves whoever is first.
    centre.ready('A').expect("offer 1 A");
    centre.declines('Z').expect("");
    centre.ready('B').expect("offer 2 B");
    assert_eq!(centre.last_decision().queue.as_str(), SUPPORT);
}

#[test]
fn d25_what_rings_for_the_caller_stops_and_serves_the_next() {
    let mut centre = Centre::new("linear", "AB");
    centre
        .joins(1)
        .joins(2)
        .joins(3)
        .expect("offer 1 A, offer 2 B");
    centre.hires('C', &["elsewhere"]).ready('C');
    assigns(&mut centre, 1, 'C').expect("cancelled 1 A QueueLeft, offer 1 C, offer 3 A");
    centre.answers('C').expect("connect 1 C");
    assert_eq!(centre.acd.position(call(1)), None);
}

#[test]
fn d25_who_cannot_be_rung_is_not() {
    let mut centre = Centre::new("linear", "A");
    centre.joins(1).joins(2).answers('A').silence();
    assigns(&mut centre, 2, 'A').expect("");
    assigns(&mut centre, 2, 'Q').expect("");
    assert_eq!(centre.acd.cannot_ring(id('A')), Some(DirectEnd::Busy));
    assert_eq!(
        centre.acd.cannot_ring(id('Q')),
        Some(DirectEnd::Unreachable)
    );
    centre.ends('A').expect("offer 2 A");
    assigns(&mut centre, 9, 'A').expect("");
}
