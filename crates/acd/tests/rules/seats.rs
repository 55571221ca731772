//! R27-R34: linear and round-robin, which go by seats.

use crate::support::{Centre, SUPPORT, queue};

#[test]
fn r27_linear_gives_the_first_seat_every_call_while_he_is_free() {
    let mut centre = Centre::new("linear", "CBA");
    for number in 1..=3 {
        centre.joins(number).expect(&format!("offer {number} A"));
        centre.talks('A', 60).silence();
    }
}

#[test]
fn r28_linear_goes_on_to_the_first_free_seat() {
    let mut centre = Centre::new("linear", "ABC");
    centre.joins(1).answers('A').silence();
    centre.joins(2).expect("offer 2 B").answers('B').silence();
    centre.joins(3).expect("offer 3 C");
}

#[test]
fn r29_linear_walks_down_for_each_caller_of_his_own() {
    let mut centre = Centre::new("linear", "ABC");
    centre
        .joins(1)
        .wait(15)
        .expect("offer 1 A, missed 1 A, offer 1 B");
    centre.joins(2).expect("offer 2 A").hangs_up(2).silence();
    centre.wait(15).expect("missed 1 B, offer 1 C");
    centre
        .wait(15)
        .expect("missed 1 C")
        .wait(5)
        .expect("offer 1 A");
}

#[test]
fn r30_linear_does_not_halt_at_a_break_at_the_end_of_the_list() {
    let mut centre = Centre::new("linear", "ABC");
    centre.rests('C').joins(1).wait(30).silence();
    centre
        .wait_ms(4_999)
        .expect("")
        .wait_ms(1)
        .expect("offer 1 A");
}

#[test]
fn r31_round_robin_goes_on_behind_the_one_who_was_offered_whether_he_answered_or_not() {
    let mut centre = Centre::new("round-robin", "ABC");
    let mut order = String::new();
    for number in 1..=6 {
        centre.joins(number);
        for agent in "ABC".chars() {
            if centre.state(agent).starts_with("ringing") {
                order.push(agent);
            }
        }
        // Every other call is not answered.
        if number % 2 == 0 {
            centre
                .answers(order.chars().last().unwrap())
                .ends(order.chars().last().unwrap());
        } else {
            centre.hangs_up(number);
        }
    }
    assert_eq!(order, "ABCABC");
}

#[test]
fn r32_round_robin_owes_nobody_a_call() {
    let mut centre = Centre::new("round-robin", "ABC");
    centre.serves('A', 1, 9).rests('B');
    centre
        .joins(2)
        .expect("offer 2 C")
        .talks('C', 9)
        .ready('B')
        .silence();
    centre.joins(3).expect("offer 3 A");
}

#[test]
fn r33_round_robin_survives_who_leaves_and_who_comes() {
    let mut centre = Centre::new("round-robin", "ABCE");
    centre.serves('A', 1, 9).serves('B', 2, 9);
    centre.input(acd::Input::AgentRemoved(crate::support::id('B')));
    centre.joins(3).expect("offer 3 C").talks('C', 9).silence();
    // D takes a seat between C and E.
    centre.hires('D', &[SUPPORT]).ready('D');
    centre.joins(4).expect("offer 4 D").talks('D', 9).silence();
    centre.joins(5).expect("offer 5 E").talks('E', 9).silence();
    centre.joins(6).expect("offer 6 A");
}

#[test]
fn r34_round_robin_is_not_moved_by_another_queue() {
    let mut centre = Centre::new("round-robin", "ABC");
    centre.add_queue(queue("sales", "linear"));
    for agent in "ABC".chars() {
        centre.assigns(agent, &[SUPPORT, "sales"]);
    }
    centre.serves('A', 1, 9).rests('A');
    centre
        .joins_in(2, "sales")
        .expect("offer 2 B")
        .talks('B', 9)
        .silence();
    centre.ready('A').joins(3).expect("offer 3 B");
}

#[test]
fn seats_follow_the_logins_also_after_a_change_of_login() {
    let mut centre = Centre::new("linear", "AB");
    centre.input(acd::Input::AgentPut(acd::AgentProfile {
        id: crate::support::id('A'),
        login: "zoe".to_owned(),
        queues: vec![SUPPORT.into()],
        skills: Default::default(),
    }));
    centre.joins(1).expect("offer 1 B");
}
