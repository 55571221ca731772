//! Its solution, and the visit that has to succeed (T17 to T24).

use super::*;

#[test]
fn t17_to_t19_four_eyes_and_six_when_it_is_sensitive() {
    let mut lab = Lab::in_progress();
    let propose = || Order::Propose {
        solution: "refund".to_owned(),
    };
    assert_eq!(
        lab.tries(agent(FIRST), propose()),
        Err(Refused::NeedsNoApproval)
    );
    lab.policy.approval = vec![[LEAD, FIRST].map(AgentId::new).into()];
    lab.policy.sensitive_approval = vec![[LEAD, SUPERVISOR].map(AgentId::new).into()];
    lab.handling.weight.sensitive = true;
    assert_eq!(
        lab.tries(agent(FIRST), resolve()),
        Err(Refused::NeedsApproval)
    );
    lab.does(agent(FIRST), propose());
    let own = lab.tries(agent(FIRST), Order::Approve);
    assert_eq!(
        own,
        Err(Refused::NotYours { order: "approve" }),
        "he proposed it"
    );
    lab.does(agent(LEAD), Order::Reject { reason: because() });
    lab.does(agent(FIRST), propose());
    assert_eq!(lab.does(agent(LEAD), Order::Approve), State::InReview);
    let twice = lab.tries(agent(LEAD), Order::Approve);
    assert_eq!(
        twice,
        Err(Refused::NotYours { order: "approve" }),
        "he has agreed"
    );
    assert_eq!(lab.does(agent(SUPERVISOR), Order::Approve), State::Resolved);
    assert!(!lab.clock(ClockKind::Resolve).is_running());
}

#[test]
fn t20_a_solution_needs_its_fields_and_its_tasks() {
    let mut lab = Lab::in_progress();
    lab.missing = vec!["cause".to_owned()];
    let missing = lab.tries(agent(FIRST), resolve()).unwrap_err();
    assert_eq!(missing.to_string(), "these fields are needed first: cause");
    (lab.missing, lab.open_tasks) = (Vec::new(), 1);
    assert_eq!(lab.tries(agent(FIRST), resolve()), Err(Refused::OpenTasks));
    lab.open_tasks = 0;
    assert_eq!(lab.does(agent(FIRST), resolve()), State::Resolved);
    assert!(lab.handling.visits.own.next.is_some());
    assert!(lab.clock(ClockKind::Visit).is_running());
    for (visit, asks) in [
        (VisitPolicy::None, false),
        (VisitPolicy::Sample(40), false),
        (VisitPolicy::Sample(41), true),
    ] {
        let mut lab = Lab::in_progress();
        lab.policy.visit = visit;
        lab.does(agent(FIRST), resolve());
        assert_eq!(
            lab.handling.visits.own.next.is_some(),
            asks,
            "{visit:?} of lot 40"
        );
    }
}

#[test]
fn t21_t22_a_visit_has_to_succeed_and_another_asks_than_who_solved_it() {
    let mut lab = Lab::resolved();
    let ok = |satisfaction| visited(None, satisfaction);
    assert_eq!(
        lab.tries(Actor::System, Order::Confirm),
        Err(Refused::NeedsVisit),
        "not by itself"
    );
    let next_at = |lab: &Lab| Timestamp::from_ms(lab.now.as_ms() + DAY_MS);
    let again = |at| Order::VisitRetry {
        reporter: None,
        result: "no answer".to_owned(),
        next_at: at,
    };
    let now = lab.now;
    assert_eq!(
        lab.tries(agent(VISITOR), again(now)),
        Err(Refused::BadMoment)
    );
    for _ in 0..2 {
        let at = next_at(&lab);
        lab.does(agent(VISITOR), again(at));
        lab.after(DAY_MS);
    }
    let at = next_at(&lab);
    assert_eq!(
        lab.tries(agent(VISITOR), again(at)),
        Err(Refused::LeadDecides)
    );
    assert_eq!(
        lab.tries(agent(VISITOR), ok(Some(6))),
        Err(Refused::NotAScore)
    );
    assert_eq!(lab.does(agent(VISITOR), ok(Some(5))), State::Closed);
    assert_eq!(lab.handling.visits.own.satisfaction, Some(5));
    assert_eq!(lab.handling.times.closed, Some(lab.now));
    let mut own = Lab::resolved();
    own.handling.people.resolver = person(VISITOR);
    assert_eq!(
        own.tries(agent(VISITOR), ok(None)),
        Err(Refused::SomebodyElse)
    );
}

#[test]
fn t23_who_is_not_content_brings_it_back_to_who_solved_it() {
    let mut lab = Lab::resolved();
    let used = lab.clock(ClockKind::Resolve).used(&lab.calendar, lab.now);
    lab.after(DAY_MS);
    let bad = || Order::VisitBad {
        reporter: None,
        comment: "still broken".to_owned(),
    };
    assert_eq!(lab.does(Actor::Customer, bad()), State::InProgress);
    assert_eq!(lab.handling.place.assignee, person(FIRST));
    assert_eq!(lab.handling.counts.reopens, 1);
    assert_eq!(
        lab.clock(ClockKind::Resolve).used(&lab.calendar, lab.now),
        used,
        "R8"
    );
    let mut gone = Lab::resolved();
    let first = gone.groups.get_mut("first").unwrap();
    first.members.remove(&AgentId::new(FIRST));
    assert_eq!(gone.does(agent(VISITOR), bad()), State::New);
}

#[test]
fn t24_where_nobody_is_asked_it_closes_when_nobody_objects() {
    let mut lab = Lab::in_progress();
    lab.policy.visit = VisitPolicy::None;
    lab.does(agent(FIRST), resolve());
    assert_eq!(
        lab.tries(agent(VISITOR), visited(None, None)),
        Err(Refused::NeedsNoVisit)
    );
    assert_eq!(lab.does(Actor::System, Order::Confirm), State::Closed);
}

#[test]
fn t17_nobody_proposes_what_nobody_can_approve() {
    let mut lab = Lab::in_progress();
    let propose = || Order::Propose {
        solution: "refund".to_owned(),
    };
    let one = |people: &[u64]| {
        people
            .iter()
            .map(|id| AgentId::new(*id))
            .collect::<BTreeSet<_>>()
    };
    for (steps, can) in [
        (vec![one(&[FIRST])], false),
        (vec![one(&[LEAD]), one(&[LEAD])], false),
        (vec![one(&[LEAD, SUPERVISOR]), one(&[LEAD])], true),
        (vec![one(&[LEAD]), one(&[])], false),
    ] {
        lab.policy.approval = steps;
        let tried = lab.tries(agent(FIRST), propose());
        assert_eq!(tried.is_ok(), can, "{:?}", lab.policy.approval);
    }
    assert_eq!(
        lab.does(agent(LEAD), Order::Reject { reason: because() }),
        State::InProgress
    );
}

#[test]
fn t22_t24_a_lead_closes_what_nobody_can_be_reached_about() {
    let mut lab = Lab::resolved();
    for _ in 0..3 {
        assert_eq!(
            lab.tries(agent(LEAD), Order::Confirm),
            Err(Refused::NeedsVisit)
        );
        let next_at = Timestamp::from_ms(lab.now.as_ms() + DAY_MS);
        let retry = Order::VisitRetry {
            reporter: None,
            result: "no answer".to_owned(),
            next_at,
        };
        lab.does(agent(LEAD), retry);
    }
    assert_eq!(lab.does(agent(LEAD), Order::Confirm), State::Closed);
}
