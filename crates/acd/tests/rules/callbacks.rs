//! R76-R79, D21: somebody who hung up keeps his place in line, and is called back when it is his turn.

use acd::{Input, Output};
use model::fact::QueueExit;

use crate::support::{Centre, SUPPORT, call, queue, s, set};

impl Centre {
    /// He has hung up and is to be called back; by his score he waits since so many seconds ago.
    fn promises(&mut self, number: u64, ago_s: u64) -> &mut Self {
        self.input(Input::Promised {
            call: call(number),
            queues: set(&[SUPPORT]),
            since: self.now - s(ago_s),
            priority: 0,
            needs: None,
        })
    }

    /// He has answered our call.
    fn is_back(&mut self, number: u64) -> &mut Self {
        self.input(Input::CalledBack { call: call(number) })
    }

    fn cannot_be_reached(&mut self, number: u64) -> &mut Self {
        self.leaves(number, QueueExit::Failed)
    }
}

/// A talks, so that nobody is free.
fn busy(strategy: &str) -> Centre {
    let mut centre = Centre::tuned(strategy, "A", |queue| queue.dial_ahead = s(0));
    centre.joins(99).answers('A').wait(100).silence();
    centre
}

#[test]
fn r76_a_callback_keeps_its_place_against_those_who_wait_on_the_line() {
    // W1 of 10:00 chose to be called back, W2 of 10:01 waits.
    let mut centre = busy("linear");
    centre.promises(1, 120).joins_vip(2, 60).ends('A');
    centre.expect("call back 1").is_back(1).expect("offer 1 A");
    centre.talks('A', 60).expect("connect 1 A, offer 2 A");
    // W1 of 10:02: W2 is first.
    let mut centre = busy("linear");
    centre.promises(1, 0).joins_vip(2, 60).ends('A');
    centre.expect("offer 2 A").talks('A', 60);
    centre.expect("connect 2 A, call back 1");
}

#[test]
fn d21_the_called_back_have_their_place_in_line_and_the_announced_place_counts_them() {
    let mut centre = busy("linear");
    centre.promises(1, 120).joins(2);
    assert_eq!(centre.acd.position(call(1)), Some(1));
    assert_eq!(centre.acd.position(call(2)), Some(2));
    centre.ends('A').is_back(1);
    let joined = centre.outputs.iter().find_map(|(_, output)| match output {
        Output::JoinedQueue { call, position, .. } if call.get() == 1 => Some(*position),
        _ => None,
    });
    assert_eq!(joined, Some(1), "told when he is on the line, at his place");
}

#[test]
fn d21_nobody_is_rung_before_the_customer_is_on_the_line() {
    for strategy in ["ring-all", "progressive", "linear", "longest-idle"] {
        let mut centre = Centre::new(strategy, "AB");
        centre.promises(1, 60).expect("call back 1");
        let held = ['A', 'B'].map(|agent| centre.state(agent));
        assert!(held.contains(&"reserved 1".to_owned()), "{held:?}");
        assert!(held.contains(&"ready".to_owned()), "one alone: {held:?}");
        centre.wait(12).expect("").is_back(1);
        centre.silence_but("offer 1 A").answers('A').silence();
        assert_eq!(
            centre.outputs.iter().filter(|(_, it)| waited(it)).count(),
            1
        );
    }
}

/// Connected without having waited on the line.
fn waited(output: &Output) -> bool {
    matches!(output, Output::Connect { waited, .. } if waited.is_zero())
}

#[test]
fn r77_who_does_not_answer_within_20_s_gives_the_agent_to_the_next_in_that_tick() {
    let mut centre = Centre::new("linear", "A");
    centre.promises(1, 60).joins(2).expect("call back 1");
    centre
        .wait_ms(19_999)
        .expect("")
        .expect_state('A', "reserved 1");
    centre.wait_ms(1).expect("left 1 Timeout, offer 2 A");
    // Tried again with the score that he had, he is before whoever came meanwhile.
    centre.joins(3).promises(4, 120).talks('A', 60);
    centre.expect("connect 2 A, call back 4");
    // A carrier that says no is no different.
    centre
        .cannot_be_reached(4)
        .expect("left 4 Failed, offer 3 A");
}

#[test]
fn r77_an_agent_who_goes_away_meanwhile_is_replaced_and_nobody_was_told_of_him() {
    let mut centre = Centre::new("linear", "AB");
    centre.promises(1, 60).expect("call back 1").rests('A');
    centre.expect("").expect_state('B', "reserved 1").rests('B');
    centre.is_back(1).expect("").ready('B').expect("offer 1 B");
    assert!(
        !centre
            .outputs
            .iter()
            .any(|(_, it)| matches!(it, Output::Withdraw { .. }))
    );
}

#[test]
fn r78_no_more_are_called_than_agents_will_be_free_in_the_lead_time() {
    let mut centre = Centre::tuned("linear", "ABCD", |queue| queue.wrap_up = s(30));
    for number in 1..=4 {
        centre.joins(number);
    }
    for agent in "ABCD".chars() {
        centre.answers(agent);
    }
    // A and B file for 30 s from here; C and D talk, and nobody knows for how long.
    centre.ends('A').ends('B').silence();
    for number in 11..=15 {
        centre.promises(number, 60);
    }
    centre.wait(19).expect("");
    centre.wait(1).expect("call back 11, call back 12");
    centre.is_back(12).expect("").wait(9).expect("").wait(1);
    // A is held for the first, who has not answered yet; the second waits at his place and is rung.
    centre.expect("offer 12 B").expect_state('A', "reserved 11");
    centre.is_back(11).expect("offer 11 A");
}

#[test]
fn r78_those_who_wait_on_the_line_before_him_come_first_in_the_count() {
    let mut centre = Centre::tuned("linear", "AB", |queue| queue.wrap_up = s(30));
    centre
        .joins(1)
        .joins(2)
        .answers('A')
        .answers('B')
        .ends('A')
        .ends('B');
    centre
        .joins_vip(3, 300)
        .promises(11, 60)
        .promises(12, 50)
        .silence();
    centre.wait(29).expect("call back 11");
    centre
        .wait(1)
        .expect("offer 3 A")
        .expect_state('B', "reserved 11");
}

#[test]
fn r79_who_calls_again_joins_at_his_old_score_once_his_promise_is_closed() {
    let mut centre = busy("linear");
    centre.promises(1, 120).joins_vip(2, 60);
    centre.leaves(1, QueueExit::Moved).joins_vip(5, 120);
    centre.silence().ends('A').expect("offer 5 A").wait(600);
    assert_eq!(centre.acd.position(call(1)), None, "consumed once");
}

#[test]
fn d21_a_promise_takes_nobodys_place_on_the_line_and_waits_for_agents_to_come_back() {
    let mut centre = Centre::tuned("linear", "A", |queue| {
        queue.max_waiting = Some(1);
        queue.max_wait = Some(s(60));
    });
    centre
        .promises(1, 0)
        .promises(2, 0)
        .cannot_be_reached(1)
        .cannot_be_reached(2);
    centre.rests('A').promises(3, 0).promises(4, 0).silence();
    centre.joins(5).expect("").joins(6).expect("left 6 Full");
    centre.signs_out('A').wait(60).expect("left 5 NoAgents");
    centre
        .wait(7_200)
        .expect("")
        .ready('A')
        .expect("call back 3");
    // On the line he has the time that everybody has.
    centre.rests('A').is_back(3).wait(59).expect("");
    centre.wait(1).expect("left 3 Timeout");
}

#[test]
fn d30_a_queue_that_closes_ends_its_promises_unless_another_keeps_them() {
    let mut centre = busy("linear");
    centre
        .add_queue(queue("sales", "linear"))
        .hires('B', &["sales"]);
    centre.input(Input::Promised {
        call: call(1),
        queues: set(&["sales", SUPPORT]),
        since: centre.now,
        priority: 0,
        needs: None,
    });
    centre.input(Input::Promised {
        call: call(2),
        queues: set(&["sales"]),
        since: centre.now,
        priority: 0,
        needs: None,
    });
    centre.silence().drop_queue("sales");
    centre
        .expect("keeps 1 support, left 2 Closed")
        .ends('A')
        .expect("call back 1");
}

#[test]
fn d16_a_promise_is_no_wait_that_ended() {
    // The estimate learns from those who waited on the line; who hung up long ago did not give up.
    let mut centre = busy("linear");
    for number in 1..=20 {
        centre.promises(number, 3_600).cannot_be_reached(number);
    }
    let left = |(_, output): &&(_, Output)| matches!(output, Output::LeftQueue { .. });
    assert_eq!(centre.outputs.iter().filter(left).count(), 20);
    for number in 101..=111 {
        centre.ends('A').joins(number).answers('A').wait(100);
    }
    centre.joins(200);
    let told = centre.acd.estimate(centre.now, call(200)).unwrap();
    assert!(
        told.p50.as_secs() > 0 && told.p50.as_secs() <= 100,
        "{told:?}"
    );
}
