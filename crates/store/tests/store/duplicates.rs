//! Tickets about the same matter (D4 to D8, X7, X10): all are listed, somebody chooses, and a search that is late holds up nothing.

use std::sync::Arc;
use std::time::{Duration, Instant};

use model::fact::TicketField;
use model::{AgentId, TicketId};
use store::{
    Circle, Command, NewTicket, PageRequest, Reader, Related, StoreError, Submitted, Suspect,
    TicketDesk,
};
use ticket::duplicate::{Choice, Condition, Part, Relation};
use ticket::handling::Role;
use ticket::{Actor, By, Contact, Correction, Matter, Order, Refused, Rules, State, Ticket};
use tokio::sync::watch;

use crate::world::{DAY, NOW, World, after};

/// A house that knows infringers.
fn rules() -> Rules {
    let mut rules = Rules::default();
    rules.standard.conditions = vec![Condition {
        name: "infringer".to_owned(),
        parts: vec![Part::Name("infringer".to_owned()), Part::Category],
        window_days: 180,
    }];
    rules
}

fn desk(world: &World, rules: Rules) -> TicketDesk {
    let (_, rules) = watch::channel(Arc::new(rules));
    TicketDesk::new(world.database.clone(), rules, 480)
}

fn case(infringer: &str, subject: &str, number: &str) -> NewTicket {
    let field = TicketField::Text(infringer.to_owned());
    NewTicket {
        matter: Matter {
            subject: subject.to_owned(),
            category: Some("trademark".to_owned()),
            fields: [("infringer".to_owned(), field)].into(),
            contact: Contact {
                number: Some(number.to_owned()),
                ..Contact::default()
            },
            ..Matter::default()
        },
        ..NewTicket::default()
    }
}

fn chosen(new: NewTicket, choice: Choice) -> NewTicket {
    NewTicket {
        choice: Some(choice),
        ..new
    }
}

fn different() -> Choice {
    Choice::Different {
        reason: "another branch".to_owned(),
    }
}

fn boss() -> By {
    By {
        actor: Actor::Agent(AgentId::new(9)),
        rights: [
            Role::Agent,
            Role::Dispatcher,
            Role::Supervisor,
            Role::Trusted,
        ]
        .into(),
    }
}

async fn enter(desk: &TicketDesk, new: NewTicket) -> Result<Submitted, StoreError> {
    desk.enter(new, boss(), NOW).await
}

async fn entered(desk: &TicketDesk, new: NewTicket) -> Ticket {
    enter(desk, new).await.unwrap().ticket
}

async fn others(desk: &TicketDesk, of: &Ticket) -> Vec<TicketId> {
    let suspect = Suspect {
        matter: of.matter.clone(),
        own: Some(of.id),
    };
    let found = desk.duplicates(suspect, None, PageRequest::default(), after(1));
    let found = found.await.unwrap().page.items;
    found.into_iter().map(|one| one.ticket.id).collect()
}

const SHOES: &str = "XX商店销售假冒名牌运动鞋";

#[tokio::test]
async fn d4_d8_all_are_listed_with_their_reasons_and_the_callers_own_is_offered() {
    let world = World::new().await;
    let desk = desk(&world, rules());
    let hard = entered(&desk, case("北京ＡＢＣ有限公司", "第一件", "13800002222")).await;
    let soft = entered(&desk, case("上海某某", SHOES, "13800001111")).await;
    let other = case("广州某某", "电视无法收看", "13800003333");
    entered(&desk, other).await;
    let suspect = Suspect {
        matter: case("北京abc", "举报XX商店卖假冒名牌运动鞋", "138 0000 1111").matter,
        own: None,
    };
    let found = desk.duplicates(suspect.clone(), None, PageRequest::default(), after(1));
    let found = found.await.unwrap();
    assert_eq!((found.total, found.hard, found.open), (2, 1, Some(soft.id)));
    let told: Vec<_> = found
        .page
        .items
        .iter()
        .map(|one| (one.ticket.id, one.is_hard, one.is_likely, one.points))
        .collect();
    // X1, and a hard key whose likeness would not list it.
    assert_eq!(
        told,
        [(soft.id, false, true, 82), (hard.id, true, false, 20)]
    );
    let codes = |at: usize| -> Vec<&str> {
        let why = found.page.items[at].why.iter();
        why.map(|why| why.code.as_str()).collect()
    };
    assert_eq!(codes(0), ["contact", "category", "subject"]);
    assert_eq!(codes(1), ["infringer", "category"]);
    assert_eq!(found.page.items[1].why[0].zh, "同一infringer，同一类别");
    // X5: 181 days later the key holds no more, likeness does.
    let late = desk.duplicates(suspect, None, PageRequest::default(), after(181 * DAY));
    let late = late.await.unwrap();
    assert_eq!((late.total, late.hard), (1, 0));
}

#[tokio::test]
async fn x7_1200_duplicates_are_counted_and_paged_each_page_in_time() {
    let world = World::new().await;
    let desk = desk(&world, rules());
    let first = entered(&desk, case("北京ABC", "case", "13800000000")).await;
    for n in 1..1_200 {
        let number = format!("1380000{n:04}");
        let new = case("北京ABC", &format!("case {n}"), &number);
        entered(&desk, chosen(new, Choice::Link { ticket: first.id })).await;
    }
    let mut page = PageRequest::default();
    let (mut seen, mut took) = (Vec::new(), Vec::new());
    loop {
        let suspect = Suspect {
            matter: case("北京abc", "again", "13900001111").matter,
            own: None,
        };
        let began = Instant::now();
        let found = desk
            .duplicates(suspect, None, page, after(1))
            .await
            .unwrap();
        took.push(began.elapsed());
        assert_eq!((found.total, found.hard), (1_200, 1_200));
        seen.extend(found.page.items.iter().map(|one| one.ticket.id));
        page.after = found.page.next;
        if page.after.is_none() {
            break;
        }
    }
    assert_eq!((seen.len(), took.len()), (1_200, 24));
    assert!(
        seen.is_sorted_by(|one, next| one > next),
        "none lost, none twice"
    );
    // Other tests have the processors too: half of the pages tell what a page costs.
    took.sort_unstable();
    assert!(took[12] < Duration::from_millis(100), "{took:?}");
}

#[tokio::test]
async fn d6_a_hard_key_demands_a_choice_and_each_does_what_it_says() {
    let world = World::new().await;
    let desk = desk(&world, rules());
    let first = entered(&desk, case("某公司", "first", "13800001111")).await;
    let again = || case("某", "second", "13800002222");
    let refused = enter(&desk, again()).await;
    assert!(
        matches!(refused, Err(StoreError::Refused(Refused::Duplicate))),
        "{refused:?}"
    );
    let ticket = first.id;
    let merged = entered(&desk, chosen(again(), Choice::MergeInto { ticket })).await;
    assert_eq!(merged.state(), State::Merged);
    let linked = entered(&desk, chosen(again(), Choice::Link { ticket })).await;
    assert_eq!(desk.related_to(linked.id, None).await.unwrap(), [ticket]);
    assert_eq!(desk.related_to(ticket, None).await.unwrap(), [linked.id]);
    // What is appended is no ticket, and goes to the one that goes on.
    let added = chosen(again(), Choice::AppendTo { ticket: merged.id });
    let added = enter(&desk, added).await.unwrap();
    assert_eq!((added.ticket.id, added.is_new), (ticket, false));
    let mut other = chosen(
        again(),
        Choice::Different {
            reason: "  ".into(),
        },
    );
    let refused = enter(&desk, other.clone()).await;
    assert!(matches!(refused, Err(StoreError::Refused(Refused::NoText))));
    other.choice = Some(different());
    let other = entered(&desk, other).await;
    assert_eq!(others(&desk, &other).await, [], "all three are different");
    let entries = world.database.ticket_entries(other.id).await.unwrap();
    let events: Vec<_> = entries.iter().map(|entry| entry.event.name()).collect();
    assert_eq!(events, ["submit", "related"]);
    let replayed = Ticket::replay(other.id, other.number.clone(), &entries);
    assert_eq!(replayed, world.database.ticket(other.id).await.unwrap());
}

#[tokio::test]
async fn x10_who_was_called_different_is_not_proposed_again_and_a_third_one_is() {
    let world = World::new().await;
    let desk = desk(&world, rules());
    let first = entered(&desk, case("某", "first", "13800001111")).await;
    let second = entered(
        &desk,
        chosen(case("某", "second", "13800002222"), different()),
    )
    .await;
    let correction = Correction {
        subject: Some("first".to_owned()),
        ..Correction::default()
    };
    let command = Command {
        ticket: second.id,
        version: None,
        order: Order::Correct(correction),
        by: boss(),
        at: after(1),
    };
    let second = desk.order(command).await.unwrap().ticket;
    assert_eq!(others(&desk, &second).await, []);
    assert_eq!(others(&desk, &first).await, []);
    let third = chosen(
        case("某", "third", "13800003333"),
        Choice::Link { ticket: first.id },
    );
    let third = entered(&desk, third).await;
    assert_eq!(others(&desk, &second).await, [third.id]);
    // Later, by hand, of two that stand.
    let said = Related {
        ticket: second.id,
        other: third.id,
        relation: Relation::Different,
        reason: "seen".to_owned(),
        by: boss(),
        at: after(2),
    };
    assert_eq!(desk.relate(said.clone()).await.unwrap().news.len(), 1);
    assert_eq!(desk.relate(said).await.unwrap().news.len(), 0, "said twice");
    assert_eq!(others(&desk, &second).await, []);
    assert_eq!(others(&desk, &third).await, [first.id]);
}

#[tokio::test]
async fn d5_a_search_that_is_late_holds_up_nothing_and_is_done_afterwards() {
    let world = World::new().await;
    let desk = desk(&world, rules());
    let first = entered(&desk, case("某", "first", "13800001111")).await;
    let hasty = desk.clone().checking_within(Duration::ZERO);
    let second = entered(&hasty, case("某", "second", "13800002222")).await;
    assert!(desk.is_unchecked(second.id).await.unwrap());
    assert!(!desk.is_unchecked(first.id).await.unwrap());
    let news = desk.check_late(after(1)).await.unwrap();
    assert_eq!(news.len(), 1, "D7: linked by itself, never merged");
    assert_eq!(desk.related_to(second.id, None).await.unwrap(), [first.id]);
    assert!(!desk.is_unchecked(second.id).await.unwrap());
    assert_eq!(desk.check_late(after(2)).await.unwrap(), []);
}

#[tokio::test]
async fn a13_nobody_is_asked_about_what_he_may_not_read() {
    let world = World::new().await;
    let desk = desk(&world, rules());
    let first = entered(&desk, case("某", "first", "13800001111")).await;
    let command = Command {
        ticket: first.id,
        version: None,
        order: Order::SetSensitive {
            on: true,
            reason: "VIP".to_owned(),
        },
        by: boss(),
        at: after(1),
    };
    desk.order(command).await.unwrap();
    let agent = world.agent("1001").await.id;
    let reader = desk.reader(agent, NOW).await.unwrap();
    let suspect = Suspect {
        matter: case("某", "second", "13800001111").matter,
        own: None,
    };
    let page = PageRequest::default();
    let shown = desk.duplicates(suspect.clone(), Some(&reader), page, after(1));
    assert_eq!(shown.await.unwrap().total, 0);
    let all = desk.duplicates(suspect, None, page, after(1));
    assert_eq!(all.await.unwrap().total, 1);
    let new = NewTicket {
        reader: Some(reader.clone()),
        ..case("某", "second", "13800001111")
    };
    let second = desk.enter(new, Actor::Agent(agent), NOW).await.unwrap();
    let of = second.ticket.id;
    assert_eq!(desk.related_to(of, Some(&reader)).await.unwrap(), []);
    assert_eq!(desk.related_to(of, None).await.unwrap(), [first.id]);
    let entries = world.database.ticket_entries(of).await.unwrap();
    assert_eq!(entries.len(), 1, "the timeline does not name it");
}

/// What a later step makes of a ticket counts as it does for one that was entered so: its keys know who may read it.
#[tokio::test]
async fn d4_a13_steps_after_the_entry_count_for_what_is_counted_by_hard_keys() {
    let world = World::new().await;
    let desk = desk(&world, rules());
    let number = "13800001111";
    let first = entered(&desk, case("某", "first", number)).await;
    let second = entered(&desk, chosen(case("某", "second", number), different())).await;
    let agent = world.agent("1001").await.id;
    let plain = desk.reader(agent, NOW).await.unwrap();
    let afar = Reader {
        within: Some(Circle {
            me: agent,
            groups: ["nowhere".to_owned()].into(),
            people: [agent].into(),
        }),
        ..plain.clone()
    };
    let sensitive = |on| Order::SetSensitive {
        on,
        reason: "x".to_owned(),
    };
    let void = Order::Void {
        reason: "typed twice".to_owned(),
        mistake: true,
    };
    for (order, readable, all) in [
        (None, 2, 2),
        (Some((&first, sensitive(true))), 1, 2),
        (Some((&first, sensitive(false))), 2, 2),
        (Some((&second, void)), 1, 1),
    ] {
        if let Some((ticket, order)) = order {
            let command = Command {
                ticket: ticket.id,
                version: None,
                order,
                by: boss(),
                at: after(1),
            };
            desk.order(command).await.unwrap();
        }
        for (reader, expected) in [(Some(&plain), readable), (Some(&afar), 0), (None, all)] {
            let suspect = Suspect {
                matter: case("某", "third", "13800009999").matter,
                own: None,
            };
            let found = desk.duplicates(suspect, reader, PageRequest::default(), after(1));
            assert_eq!(found.await.unwrap().hard, expected, "{reader:?}");
        }
    }
}

#[tokio::test]
async fn d1_where_the_house_changes_its_conditions_keys_are_made_anew() {
    let world = World::new().await;
    let before = desk(&world, Rules::default());
    let first = entered(&before, case("某", "first", "13800001111")).await;
    assert!(!before.renew_keys(after(1)).await.unwrap());
    let after_reload = desk(&world, rules());
    let new = || case("某", "second", "13800002222");
    let unseen = Suspect {
        matter: new().matter,
        own: None,
    };
    let page = PageRequest::default();
    let found = after_reload.duplicates(unseen.clone(), None, page, after(1));
    assert_eq!(found.await.unwrap().hard, 0);
    assert!(!after_reload.renew_keys(after(1)).await.unwrap());
    let found = after_reload.duplicates(unseen, None, page, after(1));
    let found = found.await.unwrap();
    assert_eq!((found.hard, found.page.items[0].ticket.id), (1, first.id));
}
