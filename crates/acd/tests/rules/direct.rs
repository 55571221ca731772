//! B12: agents whom a script or a person named.

use acd::{Input, Requested};
use model::NotReadyReason;

use crate::support::{Centre, SUPPORT, call, id, s};

fn direct(centre: &mut Centre, number: u64, agent: char) {
    centre.input(Input::Direct {
        call: call(number),
        agent: id(agent),
        ring_timeout: s(25),
    });
}

#[test]
fn b12_a_named_agent_is_rung_outside_queues() {
    let mut centre = Centre::tuned("linear", "A", |queue| queue.wrap_up = s(30));
    direct(&mut centre, 1, 'A');
    centre.expect("offer 1 A").expect_state('A', "ringing 1");
    centre
        .joins(2)
        .expect("")
        .answers('A')
        .expect("connect 1 A");
    centre.wait(60).ends('A').expect("offer 2 A");
    let decision = &centre.decisions[0];
    assert_eq!(decision.strategy, "direct");
    let [weighed] = decision.candidates.as_slice() else {
        panic!("{decision:?}");
    };
    assert_eq!(weighed.agent, id('A'), "the record names him alone");
}

#[test]
fn b12_a_named_agent_who_cannot_be_had_is_told() {
    let mut centre = Centre::new("linear", "AB");
    centre.rests('B').joins(1).silence();
    for (number, agent) in (2..).zip("AB".chars()) {
        direct(&mut centre, number, agent);
        centre.expect(&format!("busy {number} {agent}"));
    }
    direct(&mut centre, 5, 'Z');
    centre.expect("unreachable 5 Z").hangs_up(1).silence();
    direct(&mut centre, 6, 'A');
    centre
        .wait(25)
        .expect("offer 6 A, missed 6 A, no answer 6 A");
    direct(&mut centre, 7, 'A');
    centre.declines('A').expect("offer 7 A, declined 7 A");
    direct(&mut centre, 8, 'A');
    centre.fails('A', 503).expect("offer 8 A, unreachable 8 A");
    direct(&mut centre, 9, 'A');
    centre
        .rests('A')
        .expect("offer 9 A, cancelled 9 A AgentNotReady, busy 9 A");
    centre.ready('A');
    direct(&mut centre, 10, 'A');
    centre
        .hangs_up(10)
        .expect("offer 10 A, cancelled 10 A CallerLeft");
}

#[test]
fn b12_a_call_that_joins_a_queue_no_longer_rings_the_named_agent() {
    let mut centre = Centre::new("linear", "AB");
    direct(&mut centre, 1, 'B');
    centre
        .silence()
        .joins(1)
        .expect("cancelled 1 B QueueLeft, offer 1 A");
    direct(&mut centre, 1, 'B');
    centre.expect("cancelled 1 A QueueLeft, offer 1 B");
    assert_eq!(centre.acd.waiting(&SUPPORT.into()), 0);
}

/// `busy` or `unreachable` for an agent who is in a state, by how he came into it.
type Bring = fn(&mut Centre);

#[test]
fn b12_a_named_agent_at_something_is_busy() {
    let table: [(&str, Bring); 7] = [
        ("not_ready break", |centre| _ = centre.rests('A')),
        ("not_ready signed_in", |centre| {
            let request = Requested::NotReady(NotReadyReason::SignedIn);
            centre.requests('A', request);
        }),
        ("not_ready no_answer", |centre| {
            centre.tune(SUPPORT, |queue| queue.no_answer_limit = 1);
            centre.joins(1).wait(15).hangs_up(1);
        }),
        ("reserved 1", |centre| {
            centre.phones_ring = false;
            centre.joins(1);
        }),
        ("ringing 1", |centre| _ = centre.joins(1)),
        ("talking 1", |centre| _ = centre.joins(1).answers('A')),
        ("wrap_up 1", |centre| {
            centre.tune(SUPPORT, |queue| queue.wrap_up = s(30));
            centre.joins(1).talks('A', 60);
        }),
    ];
    for (state, bring) in table {
        let mut centre = Centre::new("linear", "A");
        bring(&mut centre);
        centre.expect_state('A', state).silence();
        direct(&mut centre, 7, 'A');
        centre.expect("busy 7 A").expect_state('A', state);
    }
}

#[test]
fn b12_a_named_agent_without_a_phone_is_unreachable() {
    let table: [(&str, Bring); 5] = [
        ("offline", |centre| _ = centre.signs_out('A')),
        ("not_ready device_lost", |centre| {
            centre.input(Input::PhoneUnregistered(id('A')));
        }),
        ("not_ready device", |centre| {
            centre.phones_ring = false;
            centre
                .joins(1)
                .fails('A', 503)
                .wait(5)
                .fails('A', 503)
                .hangs_up(1);
        }),
        ("not_ready break", |centre| {
            centre.rests('A').input(Input::PhoneUnregistered(id('A')));
        }),
        ("wrap_up 1", |centre| {
            centre.tune(SUPPORT, |queue| queue.wrap_up = s(30));
            centre.joins(1).talks('A', 60);
            centre.input(Input::PhoneUnregistered(id('A')));
        }),
    ];
    for (state, bring) in table {
        let mut centre = Centre::new("linear", "A");
        bring(&mut centre);
        centre.expect_state('A', state).silence();
        direct(&mut centre, 7, 'A');
        centre.expect("unreachable 7 A").expect_state('A', state);
    }
}

#[test]
fn b12_who_signs_out_while_he_rings_by_name_is_unreachable() {
    let mut centre = Centre::new("linear", "A");
    direct(&mut centre, 1, 'A');
    centre
        .signs_out('A')
        .expect("offer 1 A, cancelled 1 A AgentNotReady, unreachable 1 A");
}
