//! R57-R64: the familiar agent.

use acd::{Input, strategy};
use model::decision::{ReasonCode, Verdict};

use crate::support::{Centre, SUPPORT, call, id, owned_by, queue, s, set};

/// A and B ready; A has been idle for longer, so the fall-back would choose him. F is the familiar agent.
fn centre(agents: &str) -> Centre {
    let mut centre = Centre::tuned("sticky", agents, |queue| queue.wrap_up = s(15));
    centre.wait(100).hires('F', &[SUPPORT]).ready('F');
    centre
}

#[test]
fn r57_the_familiar_agent_alone_is_offered_the_call_first() {
    let mut centre = centre("AB");
    centre.joins_for(1, 'F').expect("offer 1 F");
    let decision = centre.last_decision();
    assert_eq!(decision.strategy, "sticky");
    assert_eq!(
        decision.verdict(id('A')),
        Some(Verdict::Out(ReasonCode::NotFamiliar))
    );
    centre.joins(2).expect("offer 2 A");
    assert_eq!(centre.last_decision().strategy, "longest-idle");
}

#[test]
fn r57_also_when_the_directory_answers_while_nobody_rings() {
    let mut centre = centre("");
    centre.joins(1).answers('F').joins(2).silence();
    centre.wait(175);
    let identified = |agent| Input::Identified {
        call: call(2),
        ties: owned_by(agent),
    };
    centre
        .input(identified('F'))
        .hires('A', &[SUPPORT])
        .ready('A')
        .expect("");
    centre.ends('F').wait(15).expect("offer 2 F");
    // While F rings nothing changes any more.
    centre.input(identified('A')).expect("");
}

#[test]
fn r58_who_is_away_is_not_waited_for() {
    let table: [fn(&mut Centre); 5] = [
        |centre| _ = centre.signs_out('F'),
        |centre| _ = centre.rests('F'),
        |centre| _ = centre.assigns('F', &["sales"]),
        |centre| _ = centre.input(Input::PhoneUnregistered(id('F'))),
        |centre| _ = centre.input(Input::AgentRemoved(id('F'))),
    ];
    for away in table {
        let mut centre = centre("A");
        away(&mut centre);
        centre.joins_for(1, 'F').expect("offer 1 A");
        assert_eq!(centre.last_decision().strategy, "longest-idle");
    }
}

#[test]
fn r58_who_goes_away_is_no_longer_waited_for() {
    let table: [fn(&mut Centre); 5] = [
        |centre| _ = centre.signs_out('F'),
        |centre| _ = centre.rests('F'),
        |centre| _ = centre.assigns('F', &["sales"]),
        |centre| _ = centre.input(Input::PhoneUnregistered(id('F'))),
        |centre| _ = centre.input(Input::AgentRemoved(id('F'))),
    ];
    for away in table {
        let mut centre = centre("A");
        centre
            .joins_for(1, 'F')
            .talks('F', 60)
            .joins_for(2, 'F')
            .silence();
        away(&mut centre);
        centre.expect("offer 2 A");
    }
}

#[test]
fn r59_a_familiar_agent_in_wrap_up_is_waited_for() {
    let mut centre = centre("A");
    centre.joins_for(1, 'F').talks('F', 60).silence();
    centre.joins_for(2, 'F').wait_ms(14_999).expect("");
    centre.wait_ms(1).expect("offer 2 F");
}

#[test]
fn r59_a_long_wrap_up_is_not() {
    let mut centre = centre("A");
    centre.tune(SUPPORT, |queue| queue.wrap_up = s(21));
    centre.joins_for(1, 'F').talks('F', 60).silence();
    centre.joins_for(2, 'F').expect("offer 2 A");
}

#[test]
fn r59_the_rest_of_a_talk_is_read_from_his_last_calls() {
    for (into, expected) in [(40, "offer 3 A"), (58, "")] {
        let mut centre = centre("A");
        centre.joins_for(1, 'F').talks('F', 60).wait(15).silence();
        centre.joins_for(2, 'F').answers('F').wait(into).silence();
        // His calls take 60 s, and the wrap-up 15.
        centre.joins_for(3, 'F').expect(expected);
    }
}

#[test]
fn r59_who_is_left_alone_after_a_decline_is_waited_for() {
    let mut centre = centre("A");
    centre
        .joins_for(1, 'F')
        .declines('F')
        .answers('A')
        .hires('B', &[SUPPORT])
        .ready('B');
    centre.silence().joins_for(2, 'F').wait_ms(9_999).expect("");
    centre.wait_ms(1).expect("offer 2 F");
}

#[test]
fn r59_who_is_about_to_leave_is_not_waited_for() {
    let mut centre = centre("A");
    centre
        .joins_for(1, 'F')
        .answers('F')
        .wait(60)
        .ends('F')
        .rests('F')
        .silence();
    centre.expect_state('F', "wrap_up 1");
    centre.joins_for(2, 'F').expect("offer 2 A");
}

#[test]
fn r60_the_wait_ends_exactly_and_the_place_is_kept() {
    let mut centre = centre("A");
    centre
        .joins_for(1, 'F')
        .answers('F')
        .joins(2)
        .answers('A')
        .wait(170)
        .silence();
    // Nobody knows how long F's calls are: 180 s are assumed, 10 are left, and they are too few.
    centre.tune(SUPPORT, |queue| queue.wrap_up = s(1));
    centre.joins_for(3, 'F').joins(4).wait(2);
    assert_eq!(centre.acd.position(call(3)), Some(1));
    centre
        .ends('A')
        .wait_ms(1_000)
        .expect("offer 4 A")
        .answers('A')
        .silence();
    centre.wait_ms(16_999).ends('A').wait(1).expect("offer 3 A");
}

#[test]
fn r60_the_fall_back_starts_exactly_at_sticky_wait() {
    let mut centre = centre("A");
    centre
        .joins_for(1, 'F')
        .answers('F')
        .wait(175)
        .tune(SUPPORT, |queue| queue.wrap_up = s(1));
    centre
        .silence()
        .joins_for(2, 'F')
        .wait_ms(19_999)
        .expect("");
    centre.wait_ms(1).expect("offer 2 A");
    assert_eq!(centre.last_decision().strategy, "longest-idle");
    assert_eq!(centre.last_decision().waited_ms, 20_000);
}

#[test]
fn r60_the_wait_is_over_when_he_rings() {
    let mut centre = centre("A");
    centre.tune(SUPPORT, |queue| {
        queue.fallback = strategy::find("ring-all").unwrap()
    });
    centre
        .joins_for(1, 'F')
        .talks('F', 60)
        .joins_for(2, 'F')
        .silence();
    // He rings from 15 s on; at 20 s nobody else joins in.
    centre
        .wait(20)
        .expect("offer 2 F")
        .wait(10)
        .expect("missed 2 F, offer 2 A");
}

#[test]
fn r61_when_he_declines_misses_or_fails_the_fall_back_comes_at_once() {
    let table: [fn(&mut Centre); 3] = [
        |centre| _ = centre.declines('F'),
        |centre| _ = centre.wait(15),
        |centre| _ = centre.fails('F', 480),
    ];
    for end in table {
        let mut centre = centre("A");
        centre.joins_for(1, 'F');
        end(&mut centre);
        let news = centre.last_decision();
        assert_eq!(news.chosen, [id('A')]);
        let tried = news.verdict(id('F'));
        assert_eq!(tried, Some(Verdict::Out(ReasonCode::Tried)));
    }
}

#[test]
fn r63_two_may_wait_for_him_by_place_and_the_third_falls_back() {
    let mut centre = centre("A");
    centre.joins_for(1, 'F').talks('F', 60).silence();
    centre
        .joins_for(3, 'F')
        .joins_as(2, SUPPORT, 60, None, Some('F'))
        .expect("");
    centre
        .joins_for(4, 'F')
        .expect("offer 4 A")
        .answers('A')
        .silence();
    centre.wait(15).expect("offer 2 F");
}

/// A caller whom the directory has not told yet.
fn joins_unknown(centre: &mut Centre, number: u64, sticky: bool) {
    centre.input(Input::Joined {
        call: call(number),
        queues: set(&[SUPPORT]),
        head_start: s(0),
        priority: 0,
        caller_agent: None,
        ties: None,
        sticky,
        needs: None,
    });
}

#[test]
fn r57_a_caller_whom_the_directory_is_about_to_tell_rings_nobody_else() {
    let told = |agent: Option<char>| Input::Identified {
        call: call(1),
        ties: agent.map(owned_by).unwrap_or_default(),
    };
    for (answer, news) in [(Some('F'), "offer 1 F"), (None, "offer 1 A")] {
        let mut centre = centre("A");
        joins_unknown(&mut centre, 1, true);
        centre.expect("").wait_ms(5);
        centre.input(told(answer)).expect(news);
    }
    // A directory that does not answer costs a tenth of a second, and what it says then still holds for the next decision.
    let mut centre = centre("A");
    joins_unknown(&mut centre, 1, true);
    centre.wait_ms(99).expect("").wait_ms(1).expect("offer 1 A");
    centre.input(told(Some('F'))).expect("");
    centre.declines('A').expect("offer 1 F");
}

#[test]
fn r64_who_can_be_familiar_to_nobody_is_not_kept_waiting_for_the_directory() {
    let mut sticky = centre("A");
    joins_unknown(&mut sticky, 1, false);
    sticky.expect("offer 1 A");
    let mut other = Centre::new("longest-idle", "A");
    joins_unknown(&mut other, 1, true);
    other.expect("offer 1 A");
}

#[test]
fn r64_a_number_that_is_no_key_is_not_sticky() {
    let mut centre = centre("A");
    centre.input(Input::Joined {
        call: call(1),
        queues: set(&[SUPPORT]),
        head_start: s(0),
        priority: 0,
        caller_agent: None,
        ties: Some(owned_by('F')),
        sticky: false,
        needs: None,
    });
    centre.expect("offer 1 A");
    centre.joins(2).answers('F').joins(3).silence();
    centre.input(Input::Identified {
        call: call(3),
        ties: owned_by('F'),
    });
    centre.hires('B', &[SUPPORT]).ready('B').expect("offer 3 B");
}

#[test]
fn other_strategies_do_not_ask_who_is_familiar() {
    let mut centre = Centre::new("longest-idle", "A");
    centre.wait(9).hires('F', &[SUPPORT]).ready('F');
    centre.joins_for(1, 'F').expect("offer 1 A");
}

#[test]
fn a_queue_that_stops_being_sticky_frees_those_who_wait_for_somebody() {
    let mut centre = centre("A");
    centre
        .joins_for(1, 'F')
        .talks('F', 60)
        .joins_for(2, 'F')
        .silence();
    centre.tune(SUPPORT, |queue| queue.strategy = strategy::default());
    centre.expect("offer 2 A");
}

#[test]
fn a_sticky_queue_may_fall_back_to_ring_all() {
    let mut centre = Centre::tuned("sticky", "AB", |queue| {
        queue.fallback = strategy::find("ring-all").unwrap();
    });
    centre.add_queue(queue("sales", "linear"));
    centre
        .joins(1)
        .expect("offer 1 A, offer 1 B")
        .hangs_up(1)
        .silence();
    centre
        .joins_for(2, 'B')
        .expect("offer 2 B")
        .hangs_up(2)
        .silence();
    centre
        .joins_for(3, 'B')
        .declines('B')
        .expect("offer 3 B, offer 3 A");
}
