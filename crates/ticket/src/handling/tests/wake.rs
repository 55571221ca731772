//! What comes by itself: R11, R14, A8, B7, D5, E5.

use super::*;
use crate::entry::Event;

/// What came, by name.
fn woken(lab: &mut Lab) -> Vec<&'static str> {
    let mut handling = lab.handling.clone();
    let entries = handling.wake(&lab.house(), lab.now);
    lab.handling = handling;
    entries.iter().map(|entry| entry.event.name()).collect()
}

/// Lets time pass until it wants to be woken, and wakes it.
fn sleeps(lab: &mut Lab) -> Vec<&'static str> {
    let at = lab.handling.wake_at().unwrap();
    lab.now = Timestamp::from_ms(at.as_ms() - 1);
    assert!(woken(lab).is_empty(), "not before its moment");
    lab.now = at;
    woken(lab)
}

#[test]
fn r11_r14_a_promise_warns_once_and_breaks_once() {
    let mut lab = Lab::new();
    // The response is due after 6 h, the solution after 72 h.
    assert_eq!(sleeps(&mut lab), ["warned"]);
    assert_eq!(sleeps(&mut lab), ["breached"]);
    let response = lab.clock(ClockKind::Response);
    let breach = response.breach().unwrap();
    assert_eq!(breach.at.as_ms() + 1, breach.noticed_at.as_ms());
    assert_eq!(sleeps(&mut lab), ["warned"]);
    assert_eq!(sleeps(&mut lab), ["breached"]);
    assert_eq!(lab.handling.wake_at(), None, "all is told");
}

#[test]
fn d5_what_a_group_does_not_accept_in_time_goes_to_the_next_tier_once_there_is_one() {
    let mut lab = Lab::new();
    let to = to("first", None);
    lab.does(agent(SUPERVISOR), Order::Dispatch { to, rule: None });
    lab.after(3 * DAY_MS);
    let came = woken(&mut lab);
    assert!(came.contains(&"escalate"), "{came:?}");
    assert_eq!(lab.handling.place.group.as_deref(), Some("second"));
    lab.after(30 * DAY_MS);
    let came = woken(&mut lab);
    assert!(came.contains(&"breached"), "{came:?}");
    assert!(!came.contains(&"escalate"), "the second line is the last");
    assert_eq!(lab.handling.place.group.as_deref(), Some("second"));
}

#[test]
fn t14_what_waits_goes_on_by_itself() {
    let mut lab = Lab::in_progress();
    let resume_at = Timestamp::from_ms(lab.now.as_ms() + 1_000);
    let reason = PauseReason::Customer;
    lab.does(agent(FIRST), Order::Pend { reason, resume_at });
    assert_eq!(sleeps(&mut lab), ["resume"]);
    assert_eq!(lab.handling.state, State::InProgress);
}

#[test]
fn e5_a_solution_nobody_objects_to_closes_the_ticket_where_nobody_is_asked() {
    let mut lab = Lab::in_progress();
    lab.policy.visit = VisitPolicy::None;
    lab.does(agent(FIRST), resolve());
    let solved = lab.now;
    assert_eq!(sleeps(&mut lab), ["confirm"]);
    assert_eq!(lab.now.as_ms() - solved.as_ms(), 3 * DAY_MS);
    assert_eq!(lab.handling.state, State::Closed);
    let mut asked = Lab::resolved();
    asked.after(30 * DAY_MS);
    woken(&mut asked);
    assert_eq!(asked.handling.state, State::Resolved, "he is to be asked");
}

#[test]
fn b7_a_stranger_nobody_verifies_is_void_and_one_who_is_verified_is_not() {
    let mut lab = Lab::new();
    lab.handling = lab.stranger();
    let mut verified = lab.clone();
    assert_eq!(sleeps(&mut lab), ["void"]);
    assert_eq!(lab.handling.state, State::Void);
    let reason = because();
    verified.does(Actor::System, Order::Release { reason });
    verified.after(30 * DAY_MS);
    woken(&mut verified);
    assert_eq!(verified.handling.state, State::New);
}

#[test]
fn a8_a_moment_set_by_hand_is_told_once_and_leaves_the_promises_alone() {
    let mut lab = Lab::new();
    let promised = lab.clock(ClockKind::Resolve).due_at();
    let due_at = Some(Timestamp::from_ms(lab.now.as_ms() + 60_000));
    let set = Order::SetDue { due_at };
    lab.does(agent(AGENT), set.clone());
    assert_eq!(lab.handling.due_at(), due_at, "it is the next");
    assert_eq!(lab.clock(ClockKind::Resolve).due_at(), promised);
    assert_eq!(sleeps(&mut lab), ["overdue"]);
    assert!(lab.handling.is_overdue(lab.now));
    assert!(woken(&mut lab).is_empty());
    assert_eq!(lab.tries(agent(AGENT), set), Err(Refused::BadMoment));
    lab.does(agent(AGENT), Order::SetDue { due_at: None });
    assert!(!lab.handling.is_overdue(lab.now));
}

#[test]
fn r14_who_was_down_books_when_it_was_due_and_when_that_was_seen() {
    let mut lab = Lab::new();
    let due = lab.clock(ClockKind::Response).due_at().unwrap();
    lab.after(2 * DAY_MS);
    let entries = lab.handling.clone().wake(&lab.house(), lab.now);
    let Event::Breached { clock, breach } = &entries[0].event else {
        panic!("{entries:?}");
    };
    assert_eq!(*clock, ClockKind::Response);
    assert_eq!((breach.at, breach.noticed_at), (due, lab.now));
}
