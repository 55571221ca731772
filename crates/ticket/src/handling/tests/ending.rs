//! How it begins and ends otherwise (T2 to T4, T25, T28).

use super::*;

#[test]
fn t4_an_answer_at_once_is_a_solution_at_the_first_contact() {
    let mut lab = Lab::new();
    let answer = || Order::DirectAnswer {
        answer: "from nine to six".to_owned(),
    };
    lab.policy.direct_answer = false;
    assert_eq!(
        lab.tries(agent(AGENT), answer()),
        Err(Refused::NotOfThisType)
    );
    lab.policy.direct_answer = true;
    assert_eq!(lab.does(agent(AGENT), answer()), State::Closed);
    assert!(lab.handling.people.answered_at_once);
    assert!(
        lab.handling
            .clocks
            .values()
            .all(|clock| !clock.is_running())
    );
}

#[test]
fn t25_what_is_over_is_opened_again_within_its_window() {
    let mut lab = Lab::resolved();
    lab.does(agent(VISITOR), visited(None, None));
    let reopen = || Order::Reopen { reason: because() };
    lab.after(7 * DAY_MS);
    assert_eq!(lab.does(agent(AGENT), reopen()), State::InProgress);
    assert_eq!(lab.handling.times.closed, None);
    lab.does(agent(FIRST), resolve());
    lab.does(agent(VISITOR), visited(None, None));
    lab.after(7 * DAY_MS + 1);
    assert_eq!(lab.tries(agent(AGENT), reopen()), Err(Refused::TooLate));
}

#[test]
fn t2_t3_a_strangers_ticket_runs_no_clock_until_it_is_released() {
    let mut lab = Lab::new();
    lab.handling = lab.stranger();
    assert!(lab.handling.clocks.is_empty());
    let dispatch = lab.tries(agent(SUPERVISOR), sent("first", None));
    assert!(matches!(dispatch, Err(Refused::NotAllowed { .. })));
    assert_eq!(
        lab.after(DAY_MS)
            .does(Actor::System, Order::Release { reason: because() }),
        State::New
    );
    assert_eq!(
        lab.clock(ClockKind::Response).used(&lab.calendar, lab.now),
        Duration::ZERO
    );
}

#[test]
fn t28_what_was_entered_in_error_is_void_and_told_customers_only_by_a_supervisor() {
    let void = || Order::Void {
        reason: because(),
        mistake: true,
    };
    let mut lab = Lab::new();
    assert_eq!(
        lab.does(agent(AGENT), void()),
        State::Void,
        "its creator, while it can be corrected"
    );
    assert!(lab.handling.clocks.is_empty());
    let mut lab = Lab::in_progress();
    assert_eq!(lab.tries(agent(AGENT), void()), Err(Refused::LeadDecides));
    lab.does(
        agent(FIRST),
        Order::StageReply {
            text: because(),
            public: true,
        },
    );
    assert_eq!(
        lab.tries(agent(LEAD), void()),
        Err(Refused::SupervisorDecides)
    );
    assert_eq!(lab.does(agent(SUPERVISOR), void()), State::Void);
}

#[test]
fn t29_a_verdict_can_be_objected_to_once_and_both_are_kept() {
    let mut lab = Lab::resolved();
    let rule = |group: &str, finding: &str| Order::Rule {
        verdict: Verdict {
            group: group.to_owned(),
            finding: finding.to_owned(),
        },
    };
    let appeal = || Order::Appeal { reason: because() };
    let nothing = lab.tries(agent(FIRST), appeal());
    assert_eq!(nothing, Err(Refused::NotYours { order: "appeal" }));
    assert_eq!(
        lab.tries(agent(SUPERVISOR), rule("third", "late")),
        Err(Refused::NoSuchGroup)
    );
    lab.does(agent(SUPERVISOR), rule("first", "late"));
    lab.does(agent(FIRST), appeal());
    assert_eq!(lab.tries(agent(SECOND), appeal()), Err(Refused::NoAppeal));
    lab.does(agent(SUPERVISOR), rule("second", "late"));
    assert_eq!(lab.handling.verdicts.given.len(), 2);
    lab.does(agent(VISITOR), visited(None, None));
    lab.after(3 * DAY_MS + 1);
    assert_eq!(lab.tries(agent(EXPERT), appeal()), Err(Refused::TooLate));
}
