//! C12: calls of an agent's phone that the core did not give him.

use acd::{Input, Output};
use model::AgentState;

use crate::support::{Centre, call, id, s};

impl Centre {
    fn picks_up(&mut self, agent: char, number: u64) -> &mut Self {
        self.input(Input::PhoneBusy {
            agent: id(agent),
            call: Some(call(number)),
        })
    }

    fn puts_down(&mut self, agent: char, number: u64) -> &mut Self {
        self.input(Input::PhoneFree {
            agent: id(agent),
            call: Some(call(number)),
        })
    }
}

#[test]
fn c12_a_call_of_his_own_makes_him_busy_without_wrap_up() {
    let mut centre = Centre::tuned("linear", "A", |queue| queue.wrap_up = s(30));
    centre.picks_up('A', 99);
    centre
        .expect_state('A', "talking 99")
        .joins(1)
        .expect("")
        .wait(60);
    centre.puts_down('A', 99);
    centre.expect("offer 1 A").rests('A').silence();
    centre.picks_up('A', 99);
    centre.expect_state('A', "talking 99");
    centre.puts_down('A', 99);
    centre.expect_state('A', "not_ready break");
}

#[test]
fn c12_picking_up_the_phone_stops_a_ring_and_an_offline_agent_stays_offline() {
    let mut centre = Centre::new("linear", "AB");
    centre.joins(1).silence();
    centre.picks_up('A', 99);
    centre.expect("cancelled 1 A AgentNotReady, offer 1 B");
    centre.signs_out('A').expect_state('A', "talking 99");
    centre.puts_down('A', 99);
    centre.expect_state('A', "offline");
    centre.picks_up('A', 99);
    centre.expect_state('A', "offline");
}

#[test]
fn c12_a_second_leg_during_a_call_keeps_him_busy_after_it() {
    let mut centre = Centre::new("linear", "A");
    centre.joins(1).answers('A');
    centre.picks_up('A', 99);
    centre
        .expect_state('A', "talking 1")
        .ends('A')
        .expect_state('A', "talking 99");
    centre.puts_down('A', 99);
    centre.expect_state('A', "ready");
}

#[test]
fn c12_two_own_calls_hold_him_until_the_last_is_over() {
    for (first, last) in [(98, 99), (99, 98)] {
        let mut centre = Centre::new("linear", "A");
        centre.picks_up('A', 98).picks_up('A', 99);
        centre.expect_state('A', "talking 99");
        centre.puts_down('A', first).joins(1);
        centre
            .expect("")
            .expect_state('A', &format!("talking {last}"));
        centre.puts_down('A', first).expect("");
        centre.puts_down('A', last).expect("offer 1 A");
    }
}

#[test]
fn c12_an_own_call_told_twice_is_one_and_nameless_ones_are_counted() {
    let mut centre = Centre::new("linear", "A");
    centre
        .picks_up('A', 99)
        .picks_up('A', 99)
        .puts_down('A', 99);
    centre.expect_state('A', "ready");
    let agent = id('A');
    for _ in 0..2 {
        centre.input(Input::PhoneBusy { agent, call: None });
    }
    centre
        .puts_down('A', 99)
        .input(Input::PhoneFree { agent, call: None });
    centre.expect_state('A', "talking");
    centre.input(Input::PhoneFree { agent, call: None });
    centre.expect_state('A', "ready");
}

#[test]
fn c12_an_own_call_before_the_phone_rings_frees_the_caller_for_others() {
    let mut centre = Centre::new("linear", "AB");
    centre.phones_ring = false;
    centre.joins(1).picks_up('A', 99);
    centre.expect("offer 1 A, cancelled 1 A AgentNotReady, offer 1 B");
    centre.expect_state('A', "talking 99").puts_down('A', 99);
    centre.expect_state('A', "ready");
}

#[test]
fn c12_an_own_call_that_ends_within_the_given_one_changes_nothing() {
    let mut centre = Centre::tuned("linear", "A", |queue| queue.wrap_up = s(30));
    centre.joins(1).answers('A').picks_up('A', 99).wait(60);
    centre.puts_down('A', 99).expect_state('A', "talking 1");
    centre.ends('A').expect_state('A', "wrap_up 1");
    assert_eq!(centre.causes('A').last(), Some(&"call_ended"));
}

#[test]
fn c12_who_talks_on_after_the_given_call_is_talking_and_files_in_what_is_left() {
    for (talks_on, then) in [(20, "wrap_up 1"), (31, "ready")] {
        let mut centre = Centre::tuned("linear", "A", |queue| queue.wrap_up = s(30));
        centre.joins(1).answers('A').picks_up('A', 99).wait(60);
        centre.ends('A').expect_state('A', "talking 99");
        centre.wait(talks_on).expect_state('A', "talking 99");
        centre.puts_down('A', 99).expect_state('A', then);
        centre.wait(10).expect_state('A', "ready");
    }
}

#[test]
fn c12_a_call_in_wrap_up_is_a_call_and_wrap_up_goes_on_after_it() {
    let mut centre = Centre::tuned("linear", "A", |queue| queue.wrap_up = s(30));
    centre.serves('A', 1, 60).expect_state('A', "wrap_up 1");
    centre
        .picks_up('A', 99)
        .expect_state('A', "talking 99")
        .wait(10);
    centre
        .puts_down('A', 99)
        .expect_state('A', "wrap_up 1")
        .wait(20);
    centre.expect_state('A', "ready");
}

#[test]
fn who_was_deleted_in_a_call_ends_offline_whatever_came_in_since() {
    let mut centre = Centre::new("linear", "A");
    centre
        .joins(1)
        .answers('A')
        .input(Input::AgentRemoved(id('A')));
    centre
        .picks_up('A', 99)
        .ready('A')
        .ends('A')
        .expect_state('A', "unknown");
    let last = centre.outputs.last().map(|(_, output)| output);
    let Some(Output::AgentStateChanged { to, .. }) = last else {
        panic!("{last:?}");
    };
    assert_eq!(*to, AgentState::Offline);
}
