//! R57, R65-R68: who is familiar by what is known of a caller, and whom he must not meet.

use acd::{Input, Presence, Sticky, StickyScope};
use model::decision::{ReasonCode, Verdict};
use model::ties::Talk;
use model::{QueueName, Ties};

use crate::support::{Centre, SUPPORT, call, id, owned_by, queue, s, set};

const DAY: u64 = 86_400;

/// A is the fall-back's choice, then B; F and G serve the queue too.
fn centre() -> Centre {
    let mut centre = Centre::new("sticky", "A");
    for agent in "BFG".chars() {
        centre.wait(100).hires(agent, &[SUPPORT]).ready(agent);
    }
    centre
}

impl Centre {
    fn joins_with(&mut self, number: u64, queue: &str, ties: Ties) -> &mut Self {
        self.input(Input::Joined {
            call: call(number),
            queues: set(&[queue]),
            head_start: s(0),
            priority: 0,
            caller_agent: None,
            ties: Some(ties),
            sticky: true,
            needs: None,
        })
    }

    /// A talk in `support` of so many seconds, so many days ago.
    fn talk(&self, agent: char, days: u64, seconds: u64) -> Talk {
        Talk {
            agent: id(agent),
            queue: Some(SUPPORT.into()),
            since: (self.now - s(days * DAY)).into(),
            talk_ms: seconds * 1_000,
        }
    }

    fn sticks(&mut self, rules: Sticky) -> &mut Self {
        self.tune(SUPPORT, |queue| queue.sticky = rules)
    }
}

/// Talks, newest first.
fn talks(talks: impl IntoIterator<Item = Talk>) -> Ties {
    Ties {
        talks: talks.into_iter().collect(),
        ..Ties::default()
    }
}

fn left(ties: Ties, agent: char, team: &str) -> Ties {
    Ties {
        gone: [(id(agent), QueueName::from(team))].into(),
        ..ties
    }
}

#[test]
fn r57_a_talk_counts_from_thirty_seconds_within_thirty_days() {
    for (days, seconds, news) in [
        (1, 30, "offer 1 F"),
        (1, 29, "offer 1 A"),
        (30, 30, "offer 1 F"),
        (31, 30, "offer 1 A"),
    ] {
        let mut centre = centre();
        let ties = talks([centre.talk('G', 0, 5), centre.talk('F', days, seconds)]);
        centre.joins_with(1, SUPPORT, ties).expect(news);
    }
}

#[test]
fn r57_how_long_and_how_old_is_the_queues_own_rule() {
    let mut centre = centre();
    centre.sticks(Sticky {
        max_age: s(2 * DAY),
        min_talk: s(60),
        ..Sticky::default()
    });
    let ties = talks([centre.talk('G', 1, 59), centre.talk('F', 2, 60)]);
    centre.joins_with(1, SUPPORT, ties).expect("offer 1 F");
    let ties = talks([centre.talk('G', 3, 60)]);
    centre.joins_with(2, SUPPORT, ties).expect("offer 2 A");
}

#[test]
fn r65_who_handled_the_last_call_is_familiar_from_then_on() {
    let mut centre = centre();
    let ties = talks([centre.talk('G', 1, 60), centre.talk('F', 2, 60)]);
    centre.joins_with(1, SUPPORT, ties).expect("offer 1 G");
}

#[test]
fn r65_an_owner_stays_the_owner() {
    let mut centre = centre();
    let ties = Ties {
        owner: Some(id('F')),
        ..talks([centre.talk('G', 1, 60)])
    };
    centre.joins_with(1, SUPPORT, ties).expect("offer 1 F");
}

#[test]
fn r65_without_follow_the_first_stays_as_long_as_his_talks_count() {
    for (days_of_f, news) in [(20, "offer 1 F"), (31, "offer 1 G")] {
        let mut centre = centre();
        centre.sticks(Sticky {
            follow: false,
            ..Sticky::default()
        });
        let ties = talks([centre.talk('G', 1, 60), centre.talk('F', days_of_f, 60)]);
        centre.joins_with(1, SUPPORT, ties).expect(news);
    }
}

#[test]
fn r66_who_is_kept_apart_is_no_candidate_in_any_strategy() {
    for strategy in acd::strategy::all() {
        let mut centre = Centre::new(strategy.name, "AB");
        let ties = Ties {
            apart: [id('A')].into(),
            ..owned_by('A')
        };
        centre.joins_with(1, SUPPORT, ties).expect("offer 1 B");
        let of_a = centre.last_decision().verdict(id('A'));
        assert_eq!(of_a, Some(Verdict::Out(ReasonCode::KeptApart)));
        // Nor is he later, however long it takes.
        centre.rests('B').silence().wait(600).expect("");
        assert!(centre.acd.keeps_apart(call(1), id('A')));
    }
}

#[test]
fn r66_a_phone_that_rings_already_stops_when_it_turns_out() {
    let mut centre = Centre::new("ring-all", "AB");
    centre.joins(1).silence();
    centre.input(Input::Identified {
        call: call(1),
        ties: apart_from_a(),
    });
    centre
        .expect("cancelled 1 A KeptApart")
        .expect_state('A', "ready");
    centre.answers('B').expect("connect 1 B");
}

#[test]
fn r66_a_supervisor_cannot_bring_them_together_either() {
    let mut centre = Centre::new("linear", "AB");
    centre.rests('B');
    centre.joins_with(1, SUPPORT, apart_from_a());
    let assigned = Input::Assigned {
        call: call(1),
        agent: id('A'),
    };
    centre.input(assigned).expect("");
}

/// A caller who must not meet A.
fn apart_from_a() -> Ties {
    Ties {
        apart: [id('A')].into(),
        ..Ties::default()
    }
}

#[test]
fn r66_d7_who_may_not_meet_the_only_agent_there_has_nobody_to_wait_for() {
    for (presence, soon) in [
        (Presence::SignedIn, "left 2 NoAgents"),
        (Presence::AtWork, "left 2 NoAgents"),
        (Presence::Soon, "left 2 NoAgents"),
        (Presence::Nobody, ""),
    ] {
        let mut centre = Centre::tuned("linear", "A", |queue| {
            queue.join_when = presence;
            queue.leave_unless = Presence::Nobody;
        });
        centre.joins(1).answers('A').silence();
        centre.joins_with(2, SUPPORT, apart_from_a()).expect(soon);
        centre.joins_with(3, SUPPORT, Ties::default()).expect("");
        // B is somebody for him.
        centre.hires('B', &[SUPPORT]).ready('B').silence();
        centre.rests('B').ready('B').silence();
        centre.joins_with(4, SUPPORT, apart_from_a());
        assert!(centre.acd.position(call(4)).is_some(), "{presence:?}");
    }
}

#[test]
fn r66_d8_he_leaves_after_the_grace_when_nobody_is_left_whom_he_may_meet() {
    let mut centre = Centre::new("linear", "AB");
    centre.joins(1).answers('A').joins(2).answers('B').silence();
    centre.joins_with(3, SUPPORT, apart_from_a()).joins(4);
    centre.ends('B').silence().signs_out('B').wait_ms(9_999);
    centre.silence().wait_ms(1).expect("left 3 NoAgents");
    // The others have A.
    centre.wait(3_600).expect("").ends('A').expect("offer 4 A");
}

#[test]
fn r66_d8_that_turns_out_while_he_waits_and_who_comes_back_in_time_keeps_him() {
    let mut centre = Centre::new("linear", "A");
    centre.hires('B', &[SUPPORT]).joins(1).answers('A').joins(2);
    let (call, ties) = (call(2), apart_from_a());
    centre.input(Input::Identified { call, ties }).silence();
    centre.wait(9).expect("").ready('B').expect("offer 2 B");
    centre.declines('B').silence().signs_out('B').silence();
    centre.wait(9).expect("").wait(1).expect("left 2 NoAgents");
}

#[test]
fn r66_d16_the_estimate_does_not_count_on_an_agent_whom_he_may_not_meet() {
    let mut centre = Centre::new("linear", "A");
    for number in 101..=110 {
        centre.serves('A', number, 100);
    }
    centre.hires('B', &[SUPPORT]).ready('B').joins(1);
    centre.joins(2).wait(40);
    let told = |centre: &Centre, number| centre.acd.estimate(centre.now, call(number));
    centre.answers('A').answers('B').joins(3);
    assert!(told(&centre, 3).is_some());
    centre.joins_with(4, SUPPORT, apart_from_a()).hangs_up(3);
    let with_b = told(&centre, 4);
    assert!(with_b.is_some(), "B is left to him");
    centre.rests('B');
    assert_eq!(told(&centre, 4), None, "A is no help to him");
    centre.joins(5);
    assert!(told(&centre, 5).is_some(), "to others he is");
}

#[test]
fn r67_the_team_of_one_who_left_comes_first() {
    let mut centre = centre();
    centre.add_queue(queue("gold", "linear"));
    // G served `gold` with the one who left; A, who would be first, and B and F did not.
    centre.assigns('G', &[SUPPORT, "gold"]);
    let ties = left(owned_by('X'), 'X', "gold");
    centre
        .joins_with(1, SUPPORT, ties.clone())
        .expect("offer 1 G");
    let of_a = centre.last_decision().verdict(id('A'));
    assert_eq!(of_a, Some(Verdict::Out(ReasonCode::NotFamiliar)));
    assert_eq!(centre.last_decision().strategy, "sticky");
    // R61: when the team is through, the others come at once.
    centre.declines('G').expect("offer 1 A");
    let last = left(talks([centre.talk('X', 1, 60)]), 'X', "gold");
    centre.hangs_up(1).wait(20).silence();
    centre.joins_with(2, SUPPORT, last).expect("offer 2 G");
}

#[test]
fn r67_a_busy_team_is_waited_for_until_sticky_wait_is_over() {
    let mut centre = centre();
    centre.add_queue(queue("gold", "linear"));
    centre.assigns('G', &[SUPPORT, "gold"]);
    let ties = || left(owned_by('X'), 'X', "gold");
    centre.joins_with(1, SUPPORT, ties()).answers('G').wait(175);
    centre.silence().joins_with(2, SUPPORT, ties()).expect("");
    centre.wait_ms(19_999).expect("").wait_ms(1);
    centre.expect("offer 2 A");
    centre.answers('A').silence();
    // And when one of them is free within that time he has the caller.
    centre.hangs_up(2).ends('G').ends('A').silence();
    centre.joins_with(3, SUPPORT, ties()).answers('G').wait(175);
    centre.silence().joins_with(4, SUPPORT, ties()).wait(5);
    centre.ends('G').expect("offer 4 G");
}

#[test]
fn r67_nobody_of_a_team_that_is_away_is_waited_for() {
    let mut centre = centre();
    centre.add_queue(queue("gold", "linear"));
    centre.assigns('G', &[SUPPORT, "gold"]).rests('G');
    let ties = left(owned_by('X'), 'X', "gold");
    centre.joins_with(1, SUPPORT, ties).expect("offer 1 A");
    // Nor is there anybody to come first where all are of his team.
    let same = left(owned_by('X'), 'X', SUPPORT);
    centre.joins_with(2, SUPPORT, same).expect("offer 2 B");
    assert_eq!(centre.last_decision().strategy, "longest-idle");
}

#[test]
fn r67_an_agent_who_is_here_comes_before_the_team_of_one_who_left() {
    let mut centre = centre();
    centre.add_queue(queue("gold", "linear"));
    centre.assigns('G', &[SUPPORT, "gold"]);
    let ties = Ties {
        owner: Some(id('X')),
        ..talks([centre.talk('F', 1, 60)])
    };
    let ties = left(ties, 'X', "gold");
    centre.joins_with(1, SUPPORT, ties).expect("offer 1 F");
}

#[test]
fn r68_by_scope_a_talk_counts_in_every_queue_or_in_its_own() {
    for (scope, news) in [
        (StickyScope::Customer, "offer 1 F"),
        (StickyScope::Queue, "offer 1 A"),
    ] {
        let mut centre = Centre::new("sticky", "");
        let mut sales = queue("sales", "sticky");
        sales.sticky.scope = scope;
        centre.add_queue(sales);
        for agent in "AF".chars() {
            centre
                .hires(agent, &[SUPPORT, "sales"])
                .ready(agent)
                .wait(9);
        }
        let ties = talks([centre.talk('F', 1, 60)]);
        centre.joins_with(1, "sales", ties.clone()).expect(news);
        // In the queue in which they talked he is familiar either way.
        centre.hangs_up(1).silence();
        centre.sticks(Sticky {
            scope,
            ..Sticky::default()
        });
        centre.joins_with(2, SUPPORT, ties).expect("offer 2 F");
    }
}

#[test]
fn r68_an_owner_belongs_to_the_first_of_his_queues() {
    let mut centre = Centre::new("sticky", "");
    let mut sales = queue("sales", "sticky");
    sales.sticky.scope = StickyScope::Queue;
    centre.add_queue(sales);
    centre.hires('A', &[SUPPORT, "sales"]).ready('A').wait(9);
    centre.hires('F', &["sales", SUPPORT]).ready('F').wait(9);
    centre.hires('G', &[SUPPORT, "sales"]).ready('G');
    centre
        .joins_with(1, "sales", owned_by('F'))
        .expect("offer 1 F")
        .joins_with(2, "sales", owned_by('G'))
        .expect("offer 2 A");
}

#[test]
fn r68_an_agent_who_does_not_serve_the_queue_is_not_used() {
    let mut centre = centre();
    centre.assigns('F', &["sales"]);
    centre
        .joins_with(1, SUPPORT, owned_by('F'))
        .expect("offer 1 A");
}
