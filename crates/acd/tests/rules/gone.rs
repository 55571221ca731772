//! S3: a call that the engine lost is given back, whatever it held.

use acd::Input;

use crate::support::{Centre, SUPPORT, call, id, s};

impl Centre {
    /// Told twice each time: the second changes nothing.
    #[track_caller]
    fn loses(&mut self, number: u64, news: &str) -> &mut Self {
        let call = call(number);
        self.silence().input(Input::CallGone { call }).expect(news);
        let told = self.outputs.len();
        self.input(Input::CallGone { call });
        assert_eq!(self.outputs.len(), told, "told twice");
        self
    }
}

#[test]
fn s3_a_lost_call_leaves_the_line_and_its_phones_stop() {
    let mut centre = Centre::new("ring-all", "AB");
    centre.joins(1).joins(2);
    centre.loses(2, "left 2 Failed");
    centre.loses(
        1,
        "cancelled 1 A Failed, cancelled 1 B Failed, left 1 Failed",
    );
    assert_eq!(centre.acd.waiting(&SUPPORT.into()), 0);
    centre.expect_state('A', "ready").expect_state('B', "ready");
    centre.joins(3).expect("offer 3 A, offer 3 B");
}

#[test]
fn s3_a_lost_call_frees_all_who_talk_in_it_as_its_end_would() {
    let mut centre = Centre::tuned("linear", "AB", |queue| queue.wrap_up = s(30));
    centre.joins(1).answers('A').input(Input::Direct {
        call: call(1),
        agent: id('B'),
        ring_timeout: s(25),
    });
    centre.answers('B').wait(60).joins(2);
    centre.loses(1, "offer 2 B");
    centre.expect_state('A', "wrap_up 1");
    assert_eq!(centre.causes('A').last(), Some(&"call_ended"));
    centre.wait(15).expect_state('A', "wrap_up 1").wait(15);
    centre.expect_state('A', "ready");
}

#[test]
fn s3_a_lost_call_stops_the_phone_of_a_named_agent_and_ends_own_calls() {
    let mut centre = Centre::new("linear", "AB");
    centre.input(Input::PhoneBusy {
        agent: id('B'),
        call: Some(call(1)),
    });
    centre.input(Input::Direct {
        call: call(1),
        agent: id('A'),
        ring_timeout: s(25),
    });
    centre.loses(1, "cancelled 1 A Failed");
    centre.expect_state('A', "ready").expect_state('B', "ready");
}

#[test]
fn s3_who_was_deleted_in_a_lost_call_is_gone_with_it() {
    let mut centre = Centre::new("linear", "A");
    centre
        .joins(1)
        .answers('A')
        .input(Input::AgentRemoved(id('A')));
    centre.loses(1, "").expect_state('A', "unknown");
}

#[test]
fn s3_other_calls_are_none_of_its_business() {
    let mut centre = Centre::new("linear", "AB");
    centre.joins(1).answers('A').joins(2).joins(3);
    centre.loses(7, "").expect_state('A', "talking 1");
    centre.expect_state('B', "ringing 2");
    assert_eq!(centre.acd.position(call(3)), Some(2));
}
