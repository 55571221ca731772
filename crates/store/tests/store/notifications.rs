//! What people are told of tickets: who, once, and what becomes of it (J8).

use std::sync::Arc;

use model::{AgentId, Fact, NotificationId, Timestamp};
use store::{Absence, Command, NewTicket, Notification, PageRequest, ReadMark, TicketDesk};
use ticket::handling::{Receiver, Role};
use ticket::notice::NoticeKind;
use ticket::rules::GroupRule;
use ticket::{Actor, By, Contact, Matter, Order, Rules, Ticket};

use crate::world::{DAY, NOW, World, after};

fn by(agent: AgentId, rights: &[Role]) -> By {
    By {
        actor: Actor::Agent(agent),
        rights: rights.iter().copied().collect(),
    }
}

const BOSS: [Role; 4] = [
    Role::Agent,
    Role::Dispatcher,
    Role::Supervisor,
    Role::Trusted,
];

const fn number(number: u64) -> NotificationId {
    NotificationId::new(number)
}

async fn entered(desk: &TicketDesk, by: AgentId) -> Ticket {
    let matter = Matter {
        subject: "no network".to_owned(),
        contact: Contact {
            number: Some("13800001111".to_owned()),
            ..Contact::default()
        },
        ..Matter::default()
    };
    let new = NewTicket {
        matter,
        ..NewTicket::default()
    };
    desk.enter(new, Actor::Agent(by), NOW).await.unwrap().ticket
}

async fn ordered(
    desk: &TicketDesk,
    ticket: &Ticket,
    order: Order,
    by: By,
    at: Timestamp,
) -> Vec<Fact> {
    let command = Command {
        ticket: ticket.id,
        version: None,
        order,
        by,
        at,
    };
    desk.order(command).await.unwrap().news
}

async fn told(world: &World, agent: AgentId, only_unread: bool) -> Vec<Notification> {
    let page = PageRequest::default();
    let found = world
        .database
        .notifications(agent, only_unread, page, after(10))
        .await;
    found.unwrap().items
}

async fn kinds(world: &World, agent: AgentId) -> Vec<NoticeKind> {
    told(world, agent, false)
        .await
        .into_iter()
        .map(|it| it.kind)
        .collect()
}

fn sent_to(agent: AgentId) -> Order {
    Order::Dispatch {
        to: Receiver {
            group: "all".to_owned(),
            person: Some(agent),
        },
        rule: None,
    }
}

#[tokio::test]
async fn j8_who_is_concerned_is_told_and_who_did_it_is_not() {
    let world = World::new().await;
    let (boss, one, other) = (
        world.agent("2001").await.id,
        world.agent("1001").await.id,
        world.agent("1002").await.id,
    );
    let desk = world.desk();
    let ticket = entered(&desk, boss).await;
    let sent = ordered(&desk, &ticket, sent_to(one), by(boss, &BOSS), after(1)).await;
    let [
        Fact::NotificationCreated(told_him),
        Fact::TicketChanged { entry, .. },
    ] = &sent[..]
    else {
        panic!("who is told, then the entry: {sent:?}")
    };
    assert_eq!(
        (told_him.agent, &*told_him.kind, told_him.entry),
        (one, "assigned", Some(*entry))
    );
    assert!(
        !told_him.title["en"].contains(&ticket.matter.subject),
        "A13: others read it"
    );
    let left = world.database.untold(None).await.unwrap();
    let left = left.into_iter().flat_map(|it| it.facts);
    assert_eq!(
        left.skip(1).collect::<Vec<_>>(),
        sent,
        "nothing is lost by a kill"
    );
    ordered(
        &desk,
        &ticket,
        Order::Claim,
        by(one, &[Role::Agent]),
        after(2),
    )
    .await;
    let append = Order::Append {
        text: "see @1002, @nobody and a@1001".to_owned(),
    };
    ordered(&desk, &ticket, append, by(boss, &BOSS), after(3)).await;
    assert_eq!(
        kinds(&world, one).await,
        [NoticeKind::Added, NoticeKind::Assigned]
    );
    assert_eq!(kinds(&world, other).await, [NoticeKind::Mentioned]);
    assert_eq!(kinds(&world, boss).await, [], "he did it himself");
    let world = world.reopen().await;
    let kept = told(&world, one, true).await;
    let stands: Vec<_> = kept
        .iter()
        .map(|it| (it.id.get(), it.ticket, it.at))
        .collect();
    let of = Some(ticket.id);
    assert_eq!(stands, [(2, of, after(3)), (1, of, after(1))]);
}

#[tokio::test]
async fn j8_what_was_read_is_marked_and_another_persons_is_not_touched() {
    let world = World::new().await;
    let (boss, one) = (world.agent("2001").await.id, world.agent("1001").await.id);
    let desk = world.desk();
    for _ in 0..3 {
        let ticket = entered(&desk, boss).await;
        ordered(&desk, &ticket, sent_to(one), by(boss, &BOSS), after(1)).await;
    }
    let database = &world.database;
    let these = ReadMark::These([number(3)].into());
    database
        .read_notifications(boss, ReadMark::UpTo(number(9)), after(2))
        .await
        .unwrap();
    database
        .read_notifications(one, these, after(3))
        .await
        .unwrap();
    let unread: Vec<_> = told(&world, one, true)
        .await
        .iter()
        .map(|it| it.id.get())
        .collect();
    assert_eq!(unread, [2, 1]);
    database
        .read_notifications(one, ReadMark::UpTo(number(2)), after(4))
        .await
        .unwrap();
    database
        .read_notifications(one, ReadMark::UpTo(number(3)), after(5))
        .await
        .unwrap();
    let read: Vec<_> = told(&world, one, false)
        .await
        .iter()
        .map(|it| it.read_at)
        .collect();
    assert_eq!(
        read,
        [Some(after(3)), Some(after(4)), Some(after(4))],
        "the first word stands"
    );
    let page = PageRequest {
        after: None,
        limit: 2,
    };
    let first = database
        .notifications(one, false, page, after(5))
        .await
        .unwrap();
    assert_eq!((first.items.len(), first.next), (2, Some(2)));
    let late = database
        .notifications(one, false, page, after(31 * DAY))
        .await
        .unwrap();
    assert_eq!(late.items, [], "30 days are shown");
}

#[tokio::test]
async fn j8_of_kinds_that_somebody_does_not_want_he_is_not_told() {
    let world = World::new().await;
    let (boss, one) = (world.agent("2001").await.id, world.agent("1001").await.id);
    let (desk, database) = (world.desk(), &world.database);
    let off = [NoticeKind::Assigned].into();
    database.set_notifications_off(one, off).await.unwrap();
    let ticket = entered(&desk, boss).await;
    ordered(&desk, &ticket, sent_to(one), by(boss, &BOSS), after(1)).await;
    assert_eq!(kinds(&world, one).await, []);
    assert_eq!(
        database.notifications_off(one).await.unwrap(),
        [NoticeKind::Assigned].into()
    );
    database
        .set_notifications_off(one, [].into())
        .await
        .unwrap();
    ordered(
        &desk,
        &ticket,
        Order::Urge {
            text: String::new(),
        },
        by(boss, &BOSS),
        after(2),
    )
    .await;
    assert_eq!(kinds(&world, one).await, [NoticeKind::Urged]);
}

/// A group below another, and a desk that knows both.
fn grouped(world: &World) -> TicketDesk {
    let front = GroupRule {
        parent: Some("house".to_owned()),
        tier: 1,
        ..GroupRule::default()
    };
    let house = GroupRule {
        tier: 2,
        ..GroupRule::default()
    };
    let rules = Rules {
        groups: [("front".to_owned(), front), ("house".to_owned(), house)].into(),
        ..Rules::default()
    };
    let (_, rules) = tokio::sync::watch::channel(Arc::new(rules));
    TicketDesk::new(world.database.clone(), rules, 480)
}

async fn member(world: &World, login: &str, of: &str) -> AgentId {
    let agent = world.agent(login).await.id;
    let groups = vec![of.parse().unwrap()];
    let done = world.database.set_groups(agent, groups, Actor::System, NOW);
    done.await.unwrap();
    agent
}

#[tokio::test]
async fn c6_who_stands_in_is_told_and_so_are_the_leads_of_the_chain() {
    let world = World::new().await;
    let one = member(&world, "1001", "front").await;
    let other = member(&world, "1002", "front").await;
    let lead = member(&world, "1003", "front:lead").await;
    let head = member(&world, "1004", "house:lead").await;
    let boss = world.agent("2001").await.id;
    let desk = grouped(&world);
    let ticket = entered(&desk, boss).await;
    let to = Receiver {
        group: "front".to_owned(),
        person: Some(one),
    };
    let order = Order::Dispatch { to, rule: None };
    ordered(&desk, &ticket, order, by(boss, &BOSS), after(1)).await;
    ordered(
        &desk,
        &ticket,
        Order::Claim,
        by(one, &[Role::Agent]),
        after(2),
    )
    .await;
    let absence = Absence {
        from: NOW,
        until: after(DAY),
        stand_in: Some(other),
    };
    let away = world
        .database
        .set_absence(one, Some(absence), Actor::System, NOW);
    away.await.unwrap();
    let text = String::new();
    let urge = Order::Urge { text };
    let told = ordered(&desk, &ticket, urge, by(boss, &BOSS), after(3)).await;
    let Some(Fact::TicketChanged { concerns, .. }) = told.last() else {
        panic!("the entry comes last: {told:?}")
    };
    assert!(concerns.contains(&other), "his page shows the ticket");
    assert_eq!(
        kinds(&world, one).await,
        [NoticeKind::Assigned],
        "before he went"
    );
    for agent in [other, lead, head] {
        assert_eq!(kinds(&world, agent).await, [NoticeKind::Urged]);
    }
}

#[tokio::test]
async fn a13_of_a_sensitive_ticket_a_stranger_is_not_told_though_he_is_named() {
    let world = World::new().await;
    let one = member(&world, "1001", "front").await;
    let stranger = member(&world, "1002", "house").await;
    let boss = world.agent("2001").await.id;
    let desk = grouped(&world);
    let ticket = entered(&desk, boss).await;
    let to = Receiver {
        group: "front".to_owned(),
        person: None,
    };
    let order = Order::Dispatch { to, rule: None };
    ordered(&desk, &ticket, order, by(boss, &BOSS), after(1)).await;
    let secret = Order::SetSensitive {
        on: true,
        reason: "names a minor".to_owned(),
    };
    ordered(&desk, &ticket, secret, by(boss, &BOSS), after(2)).await;
    let text = "@1001 @1002".to_owned();
    ordered(
        &desk,
        &ticket,
        Order::Append { text },
        by(boss, &BOSS),
        after(3),
    )
    .await;
    assert_eq!(
        kinds(&world, one).await,
        [NoticeKind::Mentioned, NoticeKind::Assigned]
    );
    assert_eq!(kinds(&world, stranger).await, []);
}
