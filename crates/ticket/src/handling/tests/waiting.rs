//! What happens while it is open (T11 to T16, T30, T31).

use super::*;

#[test]
fn t11_t14_what_the_customer_adds_wakes_a_ticket_that_waits_for_him() {
    let mut lab = Lab::in_progress();
    let resume_at = Timestamp::from_ms(lab.now.as_ms() + DAY_MS);
    lab.does(
        agent(FIRST),
        Order::Pend {
            reason: PauseReason::Customer,
            resume_at,
        },
    );
    assert_eq!(lab.clock(ClockKind::Resolve).due_at(), None, "R7");
    let add = || Order::Append {
        text: "it is the red one".to_owned(),
    };
    assert_eq!(lab.does(agent(AGENT), add()), State::Pending);
    assert_eq!(
        lab.tries(Actor::System, Order::Resume),
        Err(Refused::BadMoment)
    );
    assert_eq!(
        lab.after(DAY_MS / 2).does(Actor::Customer, add()),
        State::InProgress
    );
    assert!(lab.clock(ClockKind::Resolve).is_running());
    assert_eq!(lab.handling.pause, Pause::default());
}

#[test]
fn t12_urging_counts_once_in_ten_minutes_and_the_second_raises_the_urgency() {
    let mut lab = Lab::in_progress();
    let urge = || Order::Urge {
        text: String::new(),
    };
    lab.does(Actor::Customer, urge());
    assert_eq!(
        lab.tries(Actor::Customer, urge()),
        Err(Refused::UrgedAlready)
    );
    assert_eq!(lab.handling.weight.priority, Priority::NORMAL);
    let due = lab.clock(ClockKind::Resolve).due_at();
    lab.does(agent(AGENT), urge());
    assert_eq!(
        (
            lab.handling.counts.urges,
            lab.handling.weight.priority.level()
        ),
        (2, 2)
    );
    assert!(lab.clock(ClockKind::Resolve).due_at() < due, "R9");
    lab.after(10 * MINUTE_MS).does(Actor::Customer, urge());
    assert_eq!(
        (
            lab.handling.counts.urges,
            lab.handling.weight.priority.level()
        ),
        (3, 2)
    );
    lab.does(agent(FIRST), resolve());
    let late = lab.tries(Actor::Customer, urge());
    assert!(
        matches!(late, Err(Refused::NotAllowed { .. })),
        "in flight only"
    );
}

#[test]
fn t13_waiting_has_a_reason_an_end_and_a_bound() {
    let mut lab = Lab::in_progress();
    let until = |lab: &Lab, days: i64| Timestamp::from_ms(lab.now.as_ms() + days * DAY_MS);
    let pend = |reason, resume_at| Order::Pend { reason, resume_at };
    for days in [0, 31] {
        let at = until(&lab, days);
        let refused = lab.tries(agent(FIRST), pend(PauseReason::Parts, at));
        assert_eq!(refused, Err(Refused::BadMoment));
    }
    for _ in 0..2 {
        let at = until(&lab, 1);
        lab.does(agent(FIRST), pend(PauseReason::Parts, at));
        assert!(
            lab.clock(ClockKind::Resolve).is_running(),
            "not for every reason"
        );
        lab.after(DAY_MS).does(Actor::System, Order::Resume);
    }
    let at = until(&lab, 1);
    let refused = lab.tries(agent(FIRST), pend(PauseReason::Parts, at));
    assert_eq!(refused, Err(Refused::LeadDecides));
    lab.does(agent(LEAD), pend(PauseReason::Parts, at));
}

#[test]
fn t15_a_public_reply_answers_and_promises_the_next() {
    let mut lab = Lab::new();
    lab.policy.accept_is_response = false;
    lab.does(agent(SUPERVISOR), sent("first", None));
    lab.does(agent(FIRST), Order::Claim);
    let reply = |public| Order::StageReply {
        text: "ordered".to_owned(),
        public,
    };
    lab.does(agent(FIRST), reply(false));
    assert!(lab.clock(ClockKind::Response).is_running());
    lab.after(MINUTE_MS).does(agent(FIRST), reply(true));
    assert_eq!(lab.handling.times.first_response, Some(lab.now));
    assert!(!lab.clock(ClockKind::Response).is_running());
    assert!(lab.clock(ClockKind::Update).is_running());
}

#[test]
fn t16_more_time_is_given_by_another_and_twice_only_by_a_supervisor() {
    let mut lab = Lab::in_progress();
    let ask = || Order::RequestExtension {
        ms: 3_600_000,
        reason: because(),
    };
    let due = |lab: &Lab| lab.clock(ClockKind::Resolve).due_at().unwrap();
    let before = due(&lab);
    assert_eq!(
        lab.tries(agent(LEAD), Order::GrantExtension),
        Err(Refused::NoSuchRequest)
    );
    lab.does(agent(FIRST), ask());
    assert_eq!(
        lab.tries(agent(FIRST), ask()),
        Err(Refused::NoSuchRequest),
        "one at a time"
    );
    lab.does(agent(LEAD), Order::RefuseExtension { reason: because() });
    lab.does(agent(FIRST), ask());
    lab.does(agent(LEAD), Order::GrantExtension);
    assert_eq!(due(&lab).ms_since(before), 3_600_000);
    lab.does(agent(FIRST), ask());
    assert_eq!(
        lab.tries(agent(LEAD), Order::GrantExtension),
        Err(Refused::SupervisorDecides)
    );
    lab.does(agent(SUPERVISOR), Order::GrantExtension);
    assert_eq!(due(&lab).ms_since(before), 7_200_000);
}

#[test]
fn t16_nobody_gives_time_to_himself() {
    let mut lab = Lab::new();
    lab.does(agent(SUPERVISOR), sent("first", None));
    lab.does(agent(LEAD), Order::Claim);
    lab.does(
        agent(LEAD),
        Order::RequestExtension {
            ms: 1,
            reason: because(),
        },
    );
    assert_eq!(
        lab.tries(agent(LEAD), Order::GrantExtension),
        Err(Refused::SomebodyElse)
    );
}

#[test]
fn t30_a_priority_by_hand_is_locked_against_the_matrix() {
    let mut lab = Lab::in_progress();
    let weigh = |impact, urgency| Order::Weigh { impact, urgency };
    lab.does(agent(FIRST), weigh(Level::High, Level::High));
    assert_eq!(lab.handling.weight.priority.level(), 1);
    let by_hand = Order::SetPriority {
        priority: Priority::new(4).unwrap(),
        reason: because(),
    };
    lab.does(agent(FIRST), by_hand);
    lab.does(agent(FIRST), weigh(Level::High, Level::Middle));
    assert_eq!(lab.handling.weight.priority.level(), 4);
    let table = [
        (1, 1, 1),
        (1, 2, 2),
        (2, 1, 2),
        (1, 3, 3),
        (2, 2, 3),
        (3, 1, 3),
        (2, 3, 4),
        (3, 2, 4),
        (3, 3, 5),
    ];
    for (impact, urgency, priority) in table {
        let level = |level: u8| Level::try_from(level).unwrap();
        assert_eq!(
            Matrix::default()
                .priority(level(impact), level(urgency))
                .level(),
            priority
        );
    }
}

#[test]
fn t31_who_may_read_may_follow() {
    let mut lab = Lab::resolved();
    lab.does(agent(SECOND), Order::Track { on: true });
    assert!(lab.handling.people.watchers.contains(&AgentId::new(SECOND)));
    lab.does(agent(SECOND), Order::Track { on: false });
    assert!(!lab.handling.people.watchers.contains(&AgentId::new(SECOND)));
}

#[test]
fn t16_r12_what_was_given_is_not_taken_back_by_urging_and_is_bounded() {
    let mut lab = Lab::in_progress();
    let ask = |ms| Order::RequestExtension {
        ms,
        reason: because(),
    };
    assert_eq!(
        lab.tries(agent(FIRST), ask(u64::MAX)),
        Err(Refused::TooMuchTime)
    );
    lab.does(agent(FIRST), ask(3_600_000));
    lab.does(agent(LEAD), Order::GrantExtension);
    lab.does(
        agent(FIRST),
        Order::SetPriority {
            priority: Priority::NORMAL,
            reason: because(),
        },
    );
    let due = lab.clock(ClockKind::Resolve).due_at();
    for urger in [Actor::Customer, agent(AGENT)] {
        lab.does(
            urger,
            Order::Urge {
                text: String::new(),
            },
        );
    }
    assert_eq!(lab.clock(ClockKind::Resolve).due_at(), due);
}
