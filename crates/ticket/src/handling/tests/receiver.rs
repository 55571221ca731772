//! Who gets a ticket (T1, T6 to T10).

use super::*;

#[test]
fn t1_t6_t7_a_ticket_is_dispatched_and_taken_on_by_one_person() {
    let mut lab = Lab::new();
    assert_eq!(
        lab.handling.people.owner,
        person(AGENT),
        "first asked (A11)"
    );
    assert!(lab.clock(ClockKind::Response).is_running());
    let refused = lab.tries(agent(AGENT), sent("first", None));
    assert_eq!(refused, Err(Refused::NotYours { order: "dispatch" }));
    lab.does(agent(SUPERVISOR), sent("first", person(FIRST)));
    assert_eq!(
        (lab.handling.place.named, lab.handling.place.assignee),
        (person(FIRST), None)
    );
    assert!(lab.clock(ClockKind::Stage).is_running());
    assert_eq!(
        lab.tries(agent(EXPERT), Order::Claim),
        Err(Refused::NotYours { order: "claim" })
    );
    lab.after(MINUTE_MS).does(agent(FIRST), Order::Claim);
    assert_eq!(
        (lab.handling.place.named, lab.handling.place.assignee),
        (None, person(FIRST))
    );
    assert_eq!(lab.handling.times.accepted, Some(lab.now));
    assert!(!lab.clock(ClockKind::Stage).is_running());
    assert!(
        !lab.clock(ClockKind::Response).is_running(),
        "acceptance is an answer here"
    );
    let again = lab.tries(agent(SECOND), Order::Claim);
    assert!(matches!(
        again,
        Err(Refused::NotAllowed {
            order: "claim",
            state: State::InProgress
        })
    ));
}

#[test]
fn t6_who_is_away_is_stood_in_for_and_t7_nobody_takes_more_than_he_takes() {
    let mut lab = Lab::new();
    let away = lab.member("first", FIRST);
    (away.is_absent, away.stand_in) = (true, person(SECOND));
    lab.does(agent(SUPERVISOR), sent("first", person(FIRST)));
    assert_eq!(lab.handling.place.named, person(SECOND));
    let full = lab.member("first", SECOND);
    (full.has, full.takes) = (5, 5);
    assert_eq!(lab.tries(agent(SECOND), Order::Claim), Err(Refused::Full));
    // Each stands in for the other, and both are away.
    let full = lab.member("first", SECOND);
    (full.is_absent, full.stand_in) = (true, person(FIRST));
    let nobody = lab.tries(agent(SUPERVISOR), sent("first", person(FIRST)));
    assert_eq!(nobody, Err(Refused::NobodyThere));
    let nowhere = lab.tries(agent(SUPERVISOR), sent("third", None));
    assert_eq!(nowhere, Err(Refused::NoSuchGroup));
    let stranger = lab.tries(agent(SUPERVISOR), sent("first", person(EXPERT)));
    assert_eq!(stranger, Err(Refused::NobodyThere));
}

#[test]
fn t8_the_third_return_goes_to_the_lead_of_the_group_that_sent_it() {
    let mut lab = Lab::in_progress();
    let second = || Order::Transfer {
        to: to("second", None),
        note: because(),
    };
    lab.does(agent(FIRST), second());
    let back = || Order::Return { reason: because() };
    assert_eq!(
        lab.tries(
            agent(EXPERT),
            Order::Return {
                reason: " ".to_owned()
            }
        ),
        Err(Refused::NoText)
    );
    for returns in 1..=2 {
        assert_eq!(lab.does(agent(EXPERT), back()), State::New);
        assert_eq!(lab.handling.counts.returns, returns);
        lab.does(agent(SUPERVISOR), sent("first", None));
        lab.does(agent(SUPERVISOR), sent("second", None));
    }
    assert_eq!(lab.does(agent(EXPERT), back()), State::Dispatched);
    let place = &lab.handling.place;
    assert_eq!(
        (place.group.as_deref(), place.named),
        (Some("first"), person(LEAD))
    );
    assert_eq!(
        lab.does(agent(LEAD), back()),
        State::New,
        "not his own for ever"
    );
}

#[test]
fn t9_a_transfer_keeps_the_customers_promise_and_a_sensitive_one_stays_in_its_tree() {
    let mut lab = Lab::in_progress();
    let due = lab.clock(ClockKind::Resolve).due_at();
    let transfer = |group: &str, person| Order::Transfer {
        to: to(group, person),
        note: because(),
    };
    assert_eq!(
        lab.tries(agent(FIRST), transfer("first", person(FIRST))),
        Err(Refused::SomebodyElse)
    );
    lab.after(MINUTE_MS)
        .does(agent(FIRST), transfer("second", person(EXPERT)));
    assert_eq!(lab.clock(ClockKind::Resolve).due_at(), due, "R12");
    assert_eq!(lab.handling.place.assignee, None);
    lab.does(agent(EXPERT), Order::Claim);
    lab.handling.weight.sensitive = true;
    assert_eq!(
        lab.tries(agent(EXPERT), transfer("elsewhere", None)),
        Err(Refused::Sensitive)
    );
    lab.does(agent(EXPERT), transfer("first", None));
}

#[test]
fn t10_escalation_goes_up_a_tier_and_the_lower_one_watches() {
    let mut lab = Lab::in_progress();
    lab.does(agent(FIRST), Order::Escalate);
    assert_eq!(lab.handling.place.group.as_deref(), Some("second"));
    let watchers = &lab.handling.people.watchers;
    assert!(
        [FIRST, AGENT]
            .iter()
            .all(|one| watchers.contains(&AgentId::new(*one)))
    );
    lab.does(agent(EXPERT), Order::Claim);
    assert_eq!(
        lab.tries(agent(EXPERT), Order::Escalate),
        Err(Refused::NoHigherTier)
    );
}
