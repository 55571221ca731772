//! A5, C3, C4: agents' states, phones and wrap-up.

use acd::{Input, Requested};
use model::NotReadyReason;

use crate::support::{Centre, SUPPORT, call, id, s};

#[test]
fn a5_a_lost_phone_is_not_ready_and_comes_back_to_ready() {
    let mut centre = Centre::new("linear", "A");
    centre.input(Input::PhoneUnregistered(id('A')));
    centre
        .expect_state('A', "not_ready device_lost")
        .joins(1)
        .expect("");
    centre
        .input(Input::PhoneRegistered(id('A')))
        .expect("offer 1 A");
    assert_eq!(
        centre.causes('A'),
        ["agent", "device_lost", "registered", "offer", "ringing"]
    );
}

#[test]
fn a5_a_phone_makes_nobody_ready_who_did_not_ask() {
    let mut centre = Centre::new("linear", "");
    centre.hires('A', &[SUPPORT]).expect_state('A', "offline");
    centre.requests('A', Requested::NotReady(NotReadyReason::SignedIn));
    centre.input(Input::PhoneUnregistered(id('A')));
    centre.input(Input::PhoneRegistered(id('A')));
    centre.expect_state('A', "not_ready signed_in");
    centre.input(Input::PhoneUnregistered(id('A'))).ready('A');
    centre.expect_state('A', "not_ready device_lost");
}

#[test]
fn c3_one_call_passes_through_all_states() {
    let mut centre = Centre::tuned("linear", "A", |queue| queue.wrap_up = s(30));
    centre.phones_ring = false;
    centre.joins(1).expect_state('A', "reserved 1");
    let offer = centre.offer('A');
    centre
        .input(Input::Ringing { offer })
        .expect_state('A', "ringing 1");
    centre.answers('A').expect_state('A', "talking 1").wait(60);
    centre
        .ends('A')
        .expect_state('A', "wrap_up 1")
        .wait_ms(29_999);
    centre
        .expect_state('A', "wrap_up 1")
        .wait_ms(1)
        .expect_state('A', "ready");
    let causes = [
        "agent",
        "offer",
        "ringing",
        "answer",
        "call_ended",
        "wrap_up_done",
    ];
    assert_eq!(centre.causes('A'), causes);
}

#[test]
fn c4_wrap_up_ends_by_hand_or_by_asking_for_ready() {
    let ends: [fn(&mut Centre); 2] = [
        |centre| _ = centre.ready('A'),
        |centre| _ = centre.input(Input::WrapUpEnded(id('A'))),
    ];
    for end in ends {
        let mut centre = Centre::tuned("linear", "A", |queue| queue.wrap_up = s(600));
        centre.serves('A', 1, 60).joins(2).expect("");
        end(&mut centre);
        centre.expect("offer 2 A").wait(600);
    }
}

#[test]
fn c3_what_is_asked_during_a_call_is_the_next_state() {
    let mut centre = Centre::tuned("linear", "AB", |queue| queue.wrap_up = s(10));
    centre
        .joins(1)
        .answers('A')
        .rests('A')
        .expect_state('A', "talking 1");
    centre
        .ends('A')
        .expect_state('A', "wrap_up 1")
        .wait(10)
        .expect_state('A', "not_ready break");
    centre
        .joins(2)
        .answers('B')
        .signs_out('B')
        .expect_state('B', "talking 2");
    centre.ends('B').wait(10).expect_state('B', "offline");
}

#[test]
fn r21_a_break_during_the_ring_stops_it_and_charges_nothing() {
    let mut centre = Centre::tuned("linear", "AB", |queue| queue.no_answer_limit = 1);
    centre
        .joins(1)
        .rests('A')
        .expect("offer 1 A, cancelled 1 A AgentNotReady, offer 1 B");
    centre.signs_out('B').expect("cancelled 1 B AgentNotReady");
    centre
        .expect_state('A', "not_ready break")
        .expect_state('B', "offline");
    centre.ready('A').expect("offer 1 A");
}

#[test]
fn who_is_deleted_in_a_call_keeps_his_state_until_it_ends() {
    let mut centre = Centre::tuned("linear", "AB", |queue| queue.wrap_up = s(30));
    centre
        .joins(1)
        .answers('A')
        .input(Input::AgentRemoved(id('A')));
    centre
        .expect_state('A', "talking 1")
        .ends('A')
        .expect_state('A', "unknown");
    centre
        .joins(2)
        .silence()
        .input(Input::AgentRemoved(id('B')));
    centre
        .expect("cancelled 2 B AgentNotReady")
        .expect_state('B', "unknown");
    assert_eq!(centre.causes('A').last(), Some(&"removed"));
}

#[test]
fn inputs_about_strangers_change_nothing() {
    let mut centre = Centre::new("linear", "A");
    centre
        .ready('Z')
        .rests('Z')
        .input(Input::WrapUpEnded(id('Z')));
    centre.input(Input::AgentRemoved(id('Z')));
    centre.input(Input::PhoneRegistered(id('Z')));
    let (agent, own) = (id('Z'), Some(call(99)));
    centre.input(Input::PhoneBusy { agent, call: own });
    centre.input(Input::PhoneFree { agent, call: own });
    centre.hangs_up(7).input(Input::CallEnded {
        call: call(7),
        agent: id('A'),
    });
    let offer = model::OfferId::new(7);
    centre
        .input(Input::Answered { offer })
        .input(Input::Ringing { offer });
    centre.input(Input::Declined { offer });
    centre.input(Input::Missed { offer });
    centre.input(Input::Failed { offer, status: 500 });
    centre.input(Input::Withheld { offer });
    centre.input(Input::CallGone { call: call(7) });
    centre
        .expect("")
        .expect_state('Z', "unknown")
        .expect_state('A', "ready");
}

#[test]
fn r01_an_agent_deleted_in_a_call_and_taken_back_is_counted_once() {
    let mut centre = Centre::new("linear", "AB");
    centre.joins(1).answers('A').silence();
    centre.input(Input::AgentRemoved(id('A')));
    // Each step checks that every member stands in the ready set or in the tally, once.
    centre.assigns('A', &[SUPPORT]).ends('A');
    centre.joins(2).expect("offer 2 B");
}
