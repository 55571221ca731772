//! What a ticket that goes on has of those that went into it (M3): found there, copied nowhere; and whom it owes an answer (M6).

use std::collections::BTreeSet;
use std::slice;

use model::{AgentId, CallId, Fact, TicketId};
use store::{
    Circle, Command, LineKey, Moment, NewTicket, Reader, TicketDesk, TimelineReader, Whose,
};
use ticket::handling::{Policy, Role, VisitPolicy};
use ticket::{Actor, By, Contact, Matter, Order, Rules, State, Ticket, TicketKind};

use crate::world::{NOW, World, after, of_tickets};

fn boss(world: model::AgentId) -> By {
    By {
        actor: Actor::Agent(world),
        rights: [
            Role::Agent,
            Role::Dispatcher,
            Role::Supervisor,
            Role::Trusted,
        ]
        .into(),
    }
}

/// A ticket of a call of that number, a millisecond after the one before.
async fn entered(desk: &TicketDesk, number: &str, place: i64, by: &By) -> Ticket {
    let new = NewTicket {
        matter: Matter {
            subject: format!("matter {place}"),
            contact: Contact {
                number: Some(number.to_owned()),
                ..Contact::default()
            },
            ..Matter::default()
        },
        ..NewTicket::default()
    };
    let entered = desk.enter(new, by.clone(), after(place)).await;
    entered.unwrap().ticket
}

async fn does(desk: &TicketDesk, id: TicketId, order: Order, by: &By, ms: i64) -> Vec<Fact> {
    let command = Command {
        ticket: id,
        version: None,
        order,
        by: by.clone(),
        at: after(ms),
    };
    desk.order(command).await.unwrap().news
}

/// What stands in a timeline, read by pages of `limit`: the ticket's number and the event.
async fn timeline(world: &World, id: TicketId, limit: u32) -> Vec<(String, &'static str)> {
    let (mut after, mut told, mut keys) = (None, Vec::new(), Vec::new());
    loop {
        let read = world.database.ticket_timeline(id, None, after, limit);
        let page = read.await.unwrap();
        assert!(page.items.len() <= limit as usize);
        keys.extend(page.items.iter().map(|line| line.key));
        let lines = page.items.iter();
        told.extend(lines.map(|line| (line.number.to_string(), line.entry.event.name())));
        let Some(next) = page.next else { break };
        assert_eq!(next.to_string().parse(), Ok(next), "as a client sends it");
        after = Some(next);
    }
    assert!(keys.is_sorted() && keys.windows(2).all(|pair| pair[0] != pair[1]));
    told
}

#[tokio::test]
async fn m3_one_timeline_holds_what_went_into_a_ticket_and_gives_it_back() {
    let world = World::new().await;
    let (desk, agent) = (world.desk(), world.agent("1001").await.id);
    let follower = world.agent("1002").await.id;
    let by = boss(agent);
    let mut all = Vec::new();
    for (place, number) in ["13800001111", "13900002222", "13700003333"]
        .iter()
        .enumerate()
    {
        all.push(entered(&desk, number, place as i64, &by).await);
    }
    let [a, b, c] = &all[..] else { panic!() };
    does(&desk, a.id, Order::Track { on: true }, &boss(follower), 10).await;
    let note = || Order::Append {
        text: "more".to_owned(),
    };
    does(&desk, c.id, note(), &by, 11).await;
    does(&desk, a.id, note(), &by, 12).await;
    // A into B, and B into C: two removes.
    does(&desk, a.id, Order::Merge { into: b.id }, &by, 20).await;
    does(&desk, b.id, Order::Merge { into: c.id }, &by, 21).await;
    let number = |ticket: &Ticket| ticket.number.to_string();
    let (na, nb, nc) = (number(a), number(b), number(c));
    let expected: Vec<_> = [
        (&na, "submit"),
        (&nb, "submit"),
        (&nc, "submit"),
        (&na, "track"),
        (&nc, "append"),
        (&na, "append"),
        (&na, "merge"),
        (&nb, "absorb"),
        (&nb, "merge"),
        (&nc, "absorb"),
    ]
    .map(|(number, event)| (number.clone(), event))
    .into();
    for limit in [1, 3, 200] {
        assert_eq!(timeline(&world, c.id, limit).await, expected, "{limit}");
    }
    let rows = world.database.ticket_entries(c.id).await.unwrap();
    assert_eq!(rows.len(), 3, "nothing is copied");
    let over = desk.taken_over(c.id, None).await.unwrap();
    let over: Vec<_> = over
        .into_iter()
        .map(|it| (it.ticket, it.into, it.watchers))
        .collect();
    let expected = [(a.id, b.id, vec![follower]), (b.id, c.id, vec![])];
    assert_eq!(over, expected, "who follows what, and where it went");
    let told = does(&desk, c.id, note(), &by, 22).await;
    let [Fact::TicketChanged { concerns, .. }] = &told[..] else {
        panic!("{told:?}")
    };
    assert!(concerns.contains(&follower), "he follows what became of it");

    does(&desk, b.id, Order::Unmerge, &by, 30).await;
    let names: Vec<_> = timeline(&world, c.id, 200).await;
    assert!(names.iter().all(|(number, _)| *number == nc), "{names:?}");
    let told = does(&desk, c.id, note(), &by, 31).await;
    assert!(
        matches!(&told[..], [Fact::TicketChanged { concerns, .. }] if !concerns.contains(&follower))
    );
}

#[tokio::test]
async fn m6_each_reporter_is_asked_once_and_told_when_it_is_closed() {
    let world = World::new().await;
    let agent = world.agent("1001").await.id;
    let by = boss(agent);
    let mut rules = Rules::default();
    rules.standard = TicketKind::new(Policy {
        visit: VisitPolicy::Always,
        ..rules.standard.promises().clone()
    });
    let desk = world.desk_of(rules);
    let (stands, mut others) = (entered(&desk, "13800001111", 0, &by).await, Vec::new());
    // The second has reported it twice, and who reported the survivor once more.
    for (place, number) in [
        "13900002222",
        "139 0000 2222",
        "+8613800001111",
        "13700003333",
    ]
    .iter()
    .enumerate()
    {
        let other = entered(&desk, number, place as i64 + 1, &by).await;
        does(&desk, other.id, Order::Merge { into: stands.id }, &by, 10).await;
        others.push(other);
    }
    does(&desk, stands.id, Order::Claim, &by, 20).await;
    let solution = "done".to_owned();
    does(&desk, stands.id, Order::Resolve { solution }, &by, 21).await;
    let read = async || world.database.ticket(stands.id).await.unwrap().unwrap();
    let asked: Vec<_> = read().await.handling.visits.others.into_keys().collect();
    assert_eq!(asked, [others[0].id, others[3].id], "each once");
    let visitor = By {
        actor: Actor::Agent(world.agent("1002").await.id),
        rights: [Role::Visitor].into(),
    };
    let mut told = Vec::new();
    for reporter in [Some(others[3].id), None, Some(others[0].id)] {
        assert_eq!(read().await.state(), State::Resolved);
        let order = Order::VisitOk {
            reporter,
            satisfaction: Some(5),
        };
        told = of_tickets(does(&desk, stands.id, order, &visitor, 30).await);
    }
    assert_eq!(read().await.state(), State::Closed);
    let told: Vec<_> = told
        .into_iter()
        .map(|fact| {
            let Fact::TicketChanged { ticket, event, .. } = fact else {
                panic!("{fact:?}")
            };
            (ticket, event)
        })
        .collect();
    let ended = "survivor_closed".to_owned();
    let expected = [
        (stands.id, "visit_ok".to_owned()),
        (others[0].id, ended.clone()),
        (others[3].id, ended),
    ];
    assert_eq!(told, expected, "who reported it otherwise is to be told");
    let entries = world.database.ticket_entries(others[0].id).await.unwrap();
    let merged = world.database.ticket(others[0].id).await.unwrap().unwrap();
    let replayed = Ticket::replay(merged.id, merged.number.clone(), &entries);
    assert_eq!(replayed, Some(merged), "property d");
}

#[tokio::test]
async fn m6_who_was_content_is_not_asked_again_when_an_older_one_of_his_joins() {
    let world = World::new().await;
    let by = boss(world.agent("1001").await.id);
    let mut rules = Rules::default();
    rules.standard = TicketKind::new(Policy {
        visit: VisitPolicy::Always,
        ..rules.standard.promises().clone()
    });
    let desk = world.desk_of(rules);
    let older = entered(&desk, "13900002222", 0, &by).await;
    let stands = entered(&desk, "13800001111", 1, &by).await;
    let newer = entered(&desk, "139 0000 2222", 2, &by).await;
    let into = Order::Merge { into: stands.id };
    does(&desk, newer.id, into.clone(), &by, 10).await;
    does(&desk, stands.id, Order::Claim, &by, 20).await;
    let solution = "done".to_owned();
    does(&desk, stands.id, Order::Resolve { solution }, &by, 21).await;
    let visitor = By {
        actor: Actor::Agent(world.agent("1002").await.id),
        rights: [Role::Visitor].into(),
    };
    let content = |reporter| Order::VisitOk {
        reporter,
        satisfaction: Some(4),
    };
    does(&desk, stands.id, content(Some(newer.id)), &visitor, 30).await;
    does(&desk, older.id, into, &by, 31).await;
    let read = async || world.database.ticket(stands.id).await.unwrap().unwrap();
    let visits = read().await.handling.visits;
    let others: Vec<_> = visits.others.iter().collect();
    let [(asked, visit)] = &others[..] else {
        panic!("one reporter, one visit: {others:?}")
    };
    assert_eq!(
        (**asked, visit.next, visit.satisfaction),
        (newer.id, None, Some(4))
    );
    does(&desk, stands.id, content(None), &visitor, 32).await;
    assert_eq!(
        read().await.state(),
        State::Closed,
        "nobody else is to be asked"
    );
}

#[tokio::test]
async fn m3_j3_what_is_for_those_who_lead_stays_theirs_inside_another() {
    let world = World::new().await;
    let (desk, agent) = (world.desk(), world.agent("1001").await.id);
    let by = boss(agent);
    let mut new = NewTicket {
        matter: Matter {
            subject: "how he spoke".to_owned(),
            for_leads: true,
            ..Matter::default()
        },
        call: Some(CallId::new(7)),
        ..NewTicket::default()
    };
    new.matter.contact.number = Some("13800001111".to_owned());
    let hidden = desk.enter(new, by.clone(), NOW).await.unwrap().ticket;
    let stands = entered(&desk, "13900002222", 1, &by).await;
    does(&desk, hidden.id, Order::Merge { into: stands.id }, &by, 2).await;
    let reader = Reader {
        agent,
        groups: Default::default(),
        within: None,
        leads: false,
    };
    let read = async |reader: Option<&Reader>| {
        let page = world.database.ticket_timeline(stands.id, reader, None, 50);
        let over = desk.taken_over(stands.id, reader).await.unwrap();
        (page.await.unwrap().items.len(), over.len())
    };
    assert_eq!(read(None).await, (4, 1));
    assert_eq!(read(Some(&reader)).await, (2, 0));
    let calls = desk.calls_of(&stands, None).await.unwrap();
    assert_eq!(calls, [CallId::new(7)]);
    assert_eq!(desk.calls_of(&stands, Some(&reader)).await.unwrap(), []);
}

#[test]
fn what_is_no_place_in_a_timeline_is_refused() {
    for text in [
        "",
        "1",
        "1-2",
        "1-2-3-4",
        "a-2-3",
        "99999999999999999999-1-1",
    ] {
        assert!(text.parse::<LineKey>().is_err(), "{text}");
    }
}

#[tokio::test]
async fn f10_m6_a_visit_stands_in_the_timeline_of_whoever_was_visited() {
    let world = World::new().await;
    let by = boss(world.agent("1001").await.id);
    let visitor_id = world.agent("1002").await.id;
    let mut rules = Rules::default();
    rules.standard = TicketKind::new(Policy {
        visit: VisitPolicy::Always,
        ..rules.standard.promises().clone()
    });
    let desk = world.desk_of(rules);
    let (one, other) = (
        world.customer("Li", "13800001111", 0, None).await,
        world.customer("Wu", "13900002222", 0, None).await,
    );
    let mut tickets = Vec::new();
    for (place, (customer, number)) in [(one, "13800001111"), (other, "13900002222")]
        .into_iter()
        .enumerate()
    {
        let new = NewTicket {
            matter: Matter {
                subject: format!("matter {place}"),
                customer: Some(customer),
                contact: Contact {
                    number: Some(number.to_owned()),
                    ..Contact::default()
                },
                ..Matter::default()
            },
            ..NewTicket::default()
        };
        let entered = desk.enter(new, by.clone(), after(place as i64)).await;
        tickets.push(entered.unwrap().ticket);
    }
    let [stands, merged] = &tickets[..] else {
        panic!()
    };
    does(&desk, merged.id, Order::Merge { into: stands.id }, &by, 10).await;
    does(&desk, stands.id, Order::Claim, &by, 20).await;
    let solution = "done".to_owned();
    does(&desk, stands.id, Order::Resolve { solution }, &by, 21).await;
    let visitor = By {
        actor: Actor::Agent(visitor_id),
        rights: [Role::Visitor].into(),
    };
    let retry = Order::VisitRetry {
        reporter: Some(merged.id),
        result: "no answer".to_owned(),
        next_at: after(3_600_000),
    };
    does(&desk, stands.id, retry, &visitor, 30).await;
    for (reporter, at) in [(Some(merged.id), 40), (None, 41)] {
        let content = Order::VisitOk {
            reporter,
            satisfaction: Some(5),
        };
        does(&desk, stands.id, content, &visitor, at).await;
    }
    let visits = async |customer, tickets_of| {
        let reader = TimelineReader {
            tickets_of,
            surveys_of: Whose::Everybody,
        };
        let (mut told, mut from) = (Vec::new(), None);
        loop {
            let page = world
                .database
                .customer_timeline(customer, reader.clone(), from, 1)
                .await
                .unwrap();
            for (key, moment) in page.items {
                assert_eq!(key.to_string().parse(), Ok(key), "as a client sends it");
                if let Moment::Visit {
                    ticket,
                    event,
                    agent,
                    satisfaction,
                    words,
                    ..
                } = moment
                {
                    assert_eq!((ticket, agent), (stands.id, Some(visitor_id)));
                    told.push((event, satisfaction, words));
                }
            }
            let Some(next) = page.next else { return told };
            from = Some(next);
        }
    };
    let content = ("visit_ok", Some(5), None);
    let missed = ("visit_retry", None, Some("no answer".to_owned()));
    assert_eq!(visits(one, None).await, slice::from_ref(&content));
    assert_eq!(visits(other, None).await, [content.clone(), missed]);
    // A13: who may not read the ticket does not read what was asked about it.
    let stranger = Reader {
        agent: AgentId::new(99),
        groups: BTreeSet::new(),
        within: Some(Circle {
            me: AgentId::new(99),
            groups: BTreeSet::new(),
            people: BTreeSet::from([AgentId::new(99)]),
        }),
        leads: false,
    };
    assert_eq!(visits(one, Some(stranger)).await, []);
}
