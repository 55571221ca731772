//! The ticket with its matter: T1, T2, T5, T30, A4.

use super::*;
use crate::State;
use crate::lab::*;
use crate::matter::{Change, Correction};

fn matter() -> Matter {
    Matter {
        subject: "old".into(),
        ..Matter::default()
    }
}

fn begun(lab: &Lab) -> Ticket {
    Ticket::begin(matter(), lab.birth()).unwrap().0
}

fn subject(text: &str) -> Order {
    Order::Correct(Correction {
        subject: Some(text.to_owned()),
        ..Correction::default()
    })
}

#[test]
fn t1_begins_with_its_promises_and_t2_without() {
    let lab = Lab::new();
    let (ticket, entry) = Ticket::begin(matter(), lab.birth()).unwrap();
    assert_eq!((ticket.state(), ticket.version), (State::New, 1));
    assert_eq!(ticket.handling.clocks.len(), 2);
    assert_eq!((entry.from, entry.to), (None, State::New));
    let stranger = Birth {
        unverified_until: Some(Timestamp::from_ms(lab.now.as_ms() + 1)),
        actor: Actor::Customer,
        ..lab.birth()
    };
    let (ticket, _) = Ticket::begin(matter(), stranger).unwrap();
    assert_eq!(ticket.state(), State::Quarantined);
    assert!(ticket.handling.clocks.is_empty());
    let nothing = Ticket::begin(Matter::default(), lab.birth());
    assert_eq!(nothing.unwrap_err(), Refused::NoSubject);
}

#[test]
fn t5_a_correction_keeps_before_and_after_and_raises_the_version_if_it_changes_anything() {
    let mut lab = Lab::new();
    let mut ticket = begun(&lab);
    lab.after(9);
    let creator = by(agent(AGENT));
    let entry = ticket.take(subject("new"), &creator, &lab.house(), lab.now);
    let Event::Correct(revised) = entry.unwrap().unwrap().event else {
        panic!("no correction");
    };
    let change = Change {
        before: "old".into(),
        after: "new".into(),
    };
    assert_eq!(revised.subject, Some(change));
    assert_eq!((ticket.version, ticket.updated_at), (2, lab.now));
    let again = ticket.take(subject("new"), &creator, &lab.house(), lab.now);
    assert_eq!((again, ticket.version), (Ok(None), 2));
}

#[test]
fn t5_is_the_creators_or_a_leads_and_ends_with_acceptance() {
    let lab = Lab::new();
    for (who, may) in [(AGENT, true), (LEAD, true), (FIRST, false)] {
        let tried = begun(&lab).take(subject("x"), &by(agent(who)), &lab.house(), lab.now);
        assert_eq!(tried.is_ok(), may, "{who}");
    }
    let mut ticket = begun(&lab);
    let claimed = ticket.take(Order::Claim, &by(agent(FIRST)), &lab.house(), lab.now);
    claimed.unwrap();
    let late = ticket.take(subject("x"), &by(agent(AGENT)), &lab.house(), lab.now);
    let refused = Refused::NotAllowed {
        order: "correct",
        state: State::InProgress,
    };
    assert_eq!(late, Err(refused));
}

#[test]
fn t30_r9_another_type_promises_by_its_own_policy_with_what_was_used() {
    let mut lab = Lab::new();
    let mut ticket = begun(&lab);
    let clock = crate::ClockKind::Resolve;
    let due = |ticket: &Ticket| ticket.handling.clocks[&clock].due_at().unwrap();
    let before = due(&ticket);
    for target in lab.policy.targets.values_mut() {
        target.time *= 2;
    }
    lab.after(1_000);
    let order = Order::Reclassify {
        ticket_type: Some("fault".to_owned()),
        category: None,
    };
    let entry = ticket.take(order, &by(agent(SUPERVISOR)), &lab.house(), lab.now);
    assert_eq!(entry.unwrap().unwrap().event.name(), "reclassify");
    assert_eq!(ticket.matter.ticket_type.as_deref(), Some("fault"));
    assert_eq!(due(&ticket).ms_since(before), 72 * 3_600_000);
}

#[test]
fn a4_fields_are_filled_in_while_somebody_works_on_it() {
    let lab = Lab::new();
    let mut ticket = begun(&lab);
    let claimed = ticket.take(Order::Claim, &by(agent(FIRST)), &lab.house(), lab.now);
    claimed.unwrap();
    let value = model::fact::TicketField::Number("99.50".to_owned());
    let fields = [("sum".to_owned(), Some(value.clone()))].into();
    let fill = Order::Fill { fields };
    let entry = ticket.take(fill, &by(agent(FIRST)), &lab.house(), lab.now);
    assert_eq!(entry.unwrap().unwrap().event.name(), "fill");
    assert_eq!(ticket.matter.fields["sum"], value);
}

#[test]
fn a_linked_recording_leaves_the_version_alone() {
    let mut lab = Lab::new();
    let mut ticket = begun(&lab);
    lab.after(5);
    let entry = ticket.link_recording(lab.now, CallId::new(2), "a/2-1.wav");
    assert_eq!((ticket.version, ticket.updated_at), (1, lab.now));
    assert_eq!((entry.from, entry.to), (Some(State::New), State::New));
}
