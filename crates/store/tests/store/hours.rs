//! R10: hours that change under tickets, while somebody serves and while nobody does.

use std::sync::Arc;

use model::{Calendar, Timestamp};
use store::{NewTicket, TicketDesk};
use ticket::{Actor, ClockKind, Contact, Matter, Rules, Ticket};
use tokio::sync::watch;

use crate::world::{NOW, World, after};

const HOUR_MS: i64 = 3_600_000;

fn calendar(table: &str) -> Calendar {
    Calendar::new(&serde_json::from_str(table).unwrap()).unwrap()
}

fn always() -> Rules {
    Rules::of(calendar(
        r#"{"zone": "Asia/Shanghai", "mon-sun": ["00:00-24:00"]}"#,
    ))
}

/// The promises of [`always`], by shorter hours.
fn office() -> Rules {
    let hours = r#"{"zone": "Asia/Shanghai", "mon-fri": ["09:00-18:00"]}"#;
    Rules {
        calendar: calendar(hours),
        ..always()
    }
}

async fn entered(desk: &TicketDesk, at: Timestamp) -> Ticket {
    let number = Some("13800001111".to_owned());
    let new = NewTicket {
        matter: Matter {
            subject: "no network".to_owned(),
            contact: Contact {
                number,
                ..Contact::default()
            },
            ..Matter::default()
        },
        ..NewTicket::default()
    };
    desk.enter(new, Actor::System, at).await.unwrap().ticket
}

/// When the solution is due that was promised at [`NOW`], and whose hours changed then.
fn due_if_changed_at(since: Timestamp) -> Option<Timestamp> {
    let used = since.ms_since(NOW);
    let rules = always();
    let level = ticket::Priority::new(3).unwrap();
    let target = rules.standard.promises().targets[&(ClockKind::Resolve, level)].time;
    let left = target - std::time::Duration::from_millis(used);
    office().calendar.business_after(since, left)
}

async fn resolve_due(world: &World, ticket: &Ticket) -> Option<Timestamp> {
    let stands = world.database.ticket(ticket.id).await.unwrap().unwrap();
    stands.handling.clocks[&ClockKind::Resolve].due_at()
}

#[tokio::test]
async fn r10_a_reload_of_hours_moves_what_runs_and_keeps_what_was_used() {
    let world = World::new().await;
    let (change, rules) = watch::channel(Arc::new(always()));
    let desk = TicketDesk::new(world.database.clone(), rules, 480);
    desk.adopt_hours(NOW).await.unwrap();
    let ticket = entered(&desk, NOW).await;
    change.send_replace(Arc::new(office()));
    let since = after(HOUR_MS);
    let news = desk.wake(since).await.unwrap();
    assert_eq!(news.len(), 1, "the one that runs by other hours is told");
    assert_eq!(resolve_due(&world, &ticket).await, due_if_changed_at(since));
    assert_eq!(desk.wake(after(HOUR_MS + 1)).await.unwrap(), [], "once");
    let entries = world.database.ticket_entries(ticket.id).await.unwrap();
    let stands = world.database.ticket(ticket.id).await.unwrap();
    let played = Ticket::replay(ticket.id, ticket.number.clone(), &entries);
    assert_eq!(played, stands, "property d");
    // The same text again is the same hours.
    change.send_replace(Arc::new(office()));
    assert_eq!(desk.wake(after(2 * HOUR_MS)).await.unwrap(), []);
}

#[tokio::test]
async fn r10_hours_that_changed_while_nobody_served_hold_from_the_start_on() {
    let world = World::new().await;
    let served_by = |rules: Rules| {
        let (_, rules) = watch::channel(Arc::new(rules));
        TicketDesk::new(world.database.clone(), rules, 480)
    };
    let former = served_by(always());
    let ticket = entered(&former, NOW).await;
    let desk = served_by(office());
    let since = after(3 * HOUR_MS);
    desk.adopt_hours(since).await.unwrap();
    // Whoever comes late finds the moment of the change kept.
    served_by(office()).wake(after(5 * HOUR_MS)).await.unwrap();
    assert_eq!(resolve_due(&world, &ticket).await, due_if_changed_at(since));
    let again = entered(&desk, after(6 * HOUR_MS)).await;
    assert_eq!(desk.wake(after(6 * HOUR_MS)).await.unwrap(), []);
    assert_eq!(again.handling.hours.get(), 2);
}

#[tokio::test]
async fn r10_a_verb_beside_a_server_leaves_hours_as_they_are_in_force() {
    let world = World::new().await;
    let served_by = |rules: Rules| {
        let (_, rules) = watch::channel(Arc::new(rules));
        TicketDesk::new(world.database.clone(), rules, 480)
    };
    let server = served_by(always());
    server.adopt_hours(NOW).await.unwrap();
    // The files have changed, and the server has not read them.
    let verb = served_by(office()).beside_a_server();
    let ticket = entered(&verb, after(HOUR_MS)).await;
    assert_eq!(ticket.handling.hours.get(), 1);
    assert_eq!(server.wake(after(2 * HOUR_MS)).await.unwrap(), []);
}
