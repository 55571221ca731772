//! What verbs change beside a server: told by it, once, in the order of each ticket.

use std::sync::{Arc, Mutex};

use model::{AgentId, Fact, Timestamp};
use store::{Command, NewTicket, TicketDesk};
use ticket::{Actor, By, Contact, Matter, Order, Ticket};

use crate::world::{NOW, World, after, of_tickets};

/// A desk of a server, and what it has told.
fn server(world: &World) -> (TicketDesk, Arc<Mutex<Vec<Fact>>>) {
    let told = Arc::new(Mutex::new(Vec::new()));
    let hears = Arc::clone(&told);
    let desk = world.desk();
    let desk = desk.telling(move |fact| hears.lock().unwrap().push(fact));
    (desk, told)
}

async fn entered(desk: &TicketDesk, subject: &str, by: AgentId) -> Ticket {
    let contact = Contact {
        number: Some("13800001111".to_owned()),
        ..Contact::default()
    };
    let matter = Matter {
        subject: subject.to_owned(),
        contact,
        ..Matter::default()
    };
    let new = NewTicket {
        matter,
        ..NewTicket::default()
    };
    let entered = desk.enter(new, Actor::Agent(by), NOW).await;
    entered.unwrap().ticket
}

fn appends(ticket: &Ticket, text: &str, by: Actor, at: Timestamp) -> Command {
    let text = text.to_owned();
    Command {
        ticket: ticket.id,
        version: None,
        order: Order::Append { text },
        by: by.into(),
        at,
    }
}

fn heard(told: &Mutex<Vec<Fact>>) -> Vec<(u64, &'static str)> {
    let mut told = told.lock().unwrap();
    let heard = of_tickets(told.drain(..).collect());
    heard
        .into_iter()
        .map(|fact| (store::entry_of(&fact).unwrap().1, fact.name()))
        .collect()
}

#[tokio::test]
async fn what_a_verb_changes_is_told_by_the_server_once() {
    let mut world = World::new().await;
    let agent = world.agent("1001").await.id;
    let ((desk, told), verb) = (server(&world), world.desk().beside_a_server());
    let (one, other) = (
        entered(&desk, "no network", agent).await,
        entered(&desk, "no signal", agent).await,
    );
    heard(&told);
    let facts = world.database.untold(None).await.unwrap();
    let facts = facts.into_iter().flat_map(|it| it.facts);
    let facts = facts.map(|fact| (NOW, fact)).collect();
    world.tell(facts).await;
    let command = Command {
        ticket: other.id,
        version: Some(other.version),
        order: Order::Merge { into: one.id },
        by: By::operator(),
        at: after(1),
    };
    verb.order(command).await.unwrap();
    assert_eq!(heard(&told), [], "a verb tells nobody");
    let untold = world.database.untold(None).await.unwrap();
    assert_eq!(
        untold,
        [],
        "a server that starts does not take it for its own"
    );
    let left = desk.tell_left().await.unwrap();
    assert_eq!(of_tickets(left).len(), 2);
    assert_eq!(heard(&told), [(2, "ticket.changed"), (2, "ticket.changed")]);
    assert_eq!(desk.tell_left().await.unwrap(), [], "once");
    assert_eq!(heard(&told), []);
    // Killed before they stood in the log, they are told at the next start like all others.
    let untold = world.database.untold(None).await.unwrap();
    assert_eq!(untold.len(), 2);
    let facts = untold.into_iter().flat_map(|it| it.facts);
    let facts = facts.map(|fact| (after(2), fact)).collect();
    world.tell(facts).await;
    assert_eq!(world.database.untold(None).await.unwrap(), []);
}

#[tokio::test]
async fn what_the_server_does_to_a_ticket_is_told_behind_what_a_verb_did() {
    let world = World::new().await;
    let agent = world.agent("1001").await.id;
    let ((desk, told), verb) = (server(&world), world.desk().beside_a_server());
    let ticket = entered(&desk, "no network", agent).await;
    let left = appends(&ticket, "from the terminal", Actor::Agent(agent), after(1));
    verb.order(left).await.unwrap();
    let own = appends(&ticket, "from the page", Actor::Agent(agent), after(2));
    desk.order(own).await.unwrap();
    let entries: Vec<u64> = heard(&told).into_iter().map(|(entry, _)| entry).collect();
    assert_eq!(entries, [1, 2, 3]);
    assert_eq!(desk.tell_left().await.unwrap(), []);
}

#[tokio::test]
async fn what_is_only_tried_changes_nothing() {
    let world = World::new().await;
    let agent = world.agent("1001").await.id;
    let desk = world.desk();
    let ticket = entered(&desk, "no network", agent).await;
    let add = appends(&ticket, "more", Actor::Agent(agent), after(1));
    desk.try_order(add).await.unwrap();
    let command = Command {
        ticket: ticket.id,
        version: None,
        order: Order::Claim,
        by: Actor::Agent(agent).into(),
        at: after(1),
    };
    let claimed = desk.try_order(command).await.unwrap();
    assert_eq!(claimed.handling.place.assignee, Some(agent));
    let stands = world.database.ticket(ticket.id).await.unwrap().unwrap();
    assert_eq!(stands, ticket);
    assert_eq!(
        world
            .database
            .ticket_entries(ticket.id)
            .await
            .unwrap()
            .len(),
        1
    );
}
