//! Two customers who are one (F9): what moves, what stays, who stands, and the exact way back.

use model::{Caller, ContactKind, CustomerFault, CustomerId};
use store::{
    CustomerChange, CustomerContact, CustomerRecord, Moment, NewCustomer, NewPhone, StoreError,
    TimelineReader, Whose,
};
use ticket::Actor;

use crate::world::{DAY, MINUTE, MOBILE, NOW, World, after, draft, phone};

const ME: Actor = Actor::System;
const OTHER: &str = "13900002222";

async fn customer(world: &World, name: &str, numbers: &[&str], vip_level: u8) -> CustomerRecord {
    let new = NewCustomer {
        name: name.to_owned(),
        phones: numbers.iter().map(|raw| phone(raw)).collect(),
        contacts: vec![CustomerContact {
            kind: ContactKind::Mail,
            value: format!("{vip_level}@example.com"),
        }],
        vip_level,
        ..NewCustomer::default()
    };
    world.database.add_customer(new, ME, NOW).await.unwrap()
}

/// Without what says that it was written again.
fn bare(record: CustomerRecord) -> CustomerRecord {
    CustomerRecord {
        version: 0,
        updated_at: NOW,
        ..record
    }
}

async fn read(world: &World, id: CustomerId) -> CustomerRecord {
    world.database.customer(id).await.unwrap().unwrap()
}

fn numbers(record: &CustomerRecord) -> Vec<&str> {
    let mut numbers: Vec<_> = record.phones.iter().map(|it| it.number.as_str()).collect();
    numbers.sort_unstable();
    numbers
}

fn fault<T: std::fmt::Debug>(told: Result<T, StoreError>) -> CustomerFault {
    match told {
        Err(StoreError::Customer(fault)) => fault,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn f9_numbers_move_calls_and_tickets_are_found_and_the_redirect_stays() {
    let mut world = World::new().await;
    let agent = world.agent("1001").await.id;
    let old = customer(&world, "王芳", &[MOBILE, "8001"], 5).await;
    let new = customer(&world, "王方", &[OTHER, "8001"], 1).await;
    let caller = Caller::new(MOBILE, None);
    let profile = world.database.profile(&caller, NOW).await.unwrap();
    let mut facts = crate::world::answered(1, MOBILE, agent, after(-DAY), 40_000);
    let call = model::CallId::new(1);
    facts.insert(
        1,
        (after(-DAY), model::Fact::CallIdentified { call, profile }),
    );
    world.tell(facts).await;
    let mut open = draft(1, agent, Caller::new(MOBILE, None));
    open.customer = Some(old.id);
    world.database.save_draft(&open).await.unwrap();
    world.desk().submit(call, agent, NOW).await.unwrap();

    let merged = world
        .database
        .merge_customers(old.id, new.id, ME, NOW)
        .await
        .unwrap();
    assert_eq!(
        numbers(&merged.stands),
        ["+8613800001111", "+8613900002222", "8001"]
    );
    assert_eq!(
        (merged.stands.vip_level, merged.stands.contacts.len()),
        (5, 2)
    );
    assert_eq!(
        (merged.merged.merged_into, numbers(&merged.merged)),
        (Some(new.id), vec![])
    );
    let found = world.database.profile(&caller, NOW).await.unwrap();
    let sole = found.sole().unwrap();
    assert_eq!((sole.customer, sole.open_tickets), (new.id, 1));
    assert_eq!(sole.last_contact, Some(after(-DAY)));
    assert_eq!(found.open_tickets.len(), 1);
    // By another number too: the ticket is his.
    let other = world
        .database
        .profile(&Caller::new(OTHER, None), NOW)
        .await
        .unwrap();
    assert_eq!(other.open_tickets.len(), 1);
    let all = TimelineReader {
        tickets_of: None,
        surveys_of: Whose::Everybody,
    };
    let line = world
        .database
        .customer_timeline(new.id, all, None, 50)
        .await
        .unwrap();
    let kinds = line
        .items
        .iter()
        .map(|(_, moment)| matches!(moment, Moment::Call(_)));
    assert_eq!(
        kinds.collect::<Vec<_>>(),
        [false, true],
        "a ticket and a call"
    );
    let cdr = world.database.call(call).await.unwrap().unwrap();
    assert_eq!(cdr.customer, Some(old.id), "history is not rewritten");
    let filter = store::TicketFilter {
        customer: Some(new.id),
        ..Default::default()
    };
    let tickets = world.database.tickets(&filter, None, 50).await.unwrap();
    assert_eq!(tickets.items.len(), 1);

    // Who was merged is changed by nobody.
    let change = CustomerChange {
        vip_level: Some(0),
        ..CustomerChange::default()
    };
    let version = merged.merged.version;
    let told = world
        .database
        .change_customer(old.id, version, change, ME, NOW)
        .await;
    assert_eq!(fault(told), CustomerFault::Merged(new.id));
    let told = world
        .database
        .add_customer_note(old.id, "x", agent, NOW)
        .await;
    assert_eq!(fault(told), CustomerFault::Merged(new.id));
}

#[tokio::test]
async fn f9_an_undo_in_time_restores_exactly_and_keeps_what_came_since() {
    let world = World::new().await;
    let old = customer(&world, "王芳", &[MOBILE, "8001"], 5).await;
    let new = customer(&world, "王方", &[OTHER, "8001"], 1).await;
    world
        .database
        .merge_customers(old.id, new.id, ME, NOW)
        .await
        .unwrap();
    world
        .database
        .put_customer_phone(new.id, phone("8009"), ME, after(1))
        .await
        .unwrap();
    let parted = world
        .database
        .unmerge_customer(old.id, ME, after(7 * DAY))
        .await
        .unwrap();
    assert_eq!(bare(parted.merged.clone()), bare(old.clone()));
    assert_eq!(numbers(&parted.stands), ["+8613900002222", "8001", "8009"]);
    assert_eq!(
        (parted.stands.vip_level, &parted.stands.contacts),
        (1, &new.contacts)
    );
    let again = world.database.unmerge_customer(old.id, ME, after(2)).await;
    assert_eq!(fault(again), CustomerFault::NotMerged);
    // Once more, and too late.
    world
        .database
        .merge_customers(old.id, new.id, ME, NOW)
        .await
        .unwrap();
    let late = world
        .database
        .unmerge_customer(old.id, ME, after(7 * DAY + 1))
        .await;
    assert_eq!(fault(late), CustomerFault::NotMerged);
    let page = store::PageRequest::default();
    let about = Some(("customer", &*old.id.to_string()));
    let rows = world
        .database
        .audit_entries(about, page)
        .await
        .unwrap()
        .items;
    let told: Vec<_> = rows.iter().map(|row| row.action.clone()).collect();
    assert_eq!(
        told,
        [
            "customer.merged",
            "customer.unmerged",
            "customer.merged",
            "customer.added"
        ]
    );
}

#[tokio::test]
async fn f9_of_merges_that_cross_one_is_done_and_one_customer_stands() {
    for _ in 0..5 {
        let world = World::new().await;
        let a = customer(&world, "a", &[MOBILE], 0).await;
        let b = customer(&world, "b", &[OTHER], 0).await;
        let (first, second) = tokio::join!(
            world.database.merge_customers(a.id, b.id, ME, NOW),
            world.database.merge_customers(b.id, a.id, ME, NOW),
        );
        assert!(first.is_ok() != second.is_ok(), "{first:?} {second:?}");
        let stand = [read(&world, a.id).await, read(&world, b.id).await];
        let stand: Vec<_> = stand.iter().filter(|it| it.merged_into.is_none()).collect();
        assert_eq!(stand.len(), 1);
        assert_eq!(numbers(stand[0]).len(), 2);
    }
}

#[tokio::test]
async fn f9_a_chain_of_merges_has_one_end_and_is_undone_from_there() {
    let world = World::new().await;
    let a = customer(&world, "a", &[MOBILE], 0).await;
    let b = customer(&world, "b", &[OTHER], 0).await;
    let c = customer(&world, "c", &["8001"], 0).await;
    let merge =
        |from: CustomerId, into: CustomerId| world.database.merge_customers(from, into, ME, NOW);
    assert_eq!(fault(merge(a.id, a.id).await), CustomerFault::Itself);
    merge(a.id, b.id).await.unwrap();
    assert_eq!(fault(merge(a.id, c.id).await), CustomerFault::Merged(b.id));
    assert_eq!(fault(merge(c.id, a.id).await), CustomerFault::Merged(b.id));
    merge(b.id, c.id).await.unwrap();
    assert_eq!(
        read(&world, a.id).await.merged_into,
        Some(c.id),
        "the redirect leads to who stands"
    );
    assert_eq!(numbers(&read(&world, c.id).await).len(), 3);
    let first = world
        .database
        .unmerge_customer(a.id, ME, after(MINUTE))
        .await;
    assert_eq!(fault(first), CustomerFault::MergedSince(c.id));
    world
        .database
        .unmerge_customer(b.id, ME, after(MINUTE))
        .await
        .unwrap();
    assert_eq!(read(&world, a.id).await.merged_into, Some(b.id));
    world
        .database
        .unmerge_customer(a.id, ME, after(MINUTE))
        .await
        .unwrap();
    for one in [a, b, c] {
        assert_eq!(bare(read(&world, one.id).await), bare(one));
    }
}

#[tokio::test]
async fn f9_what_was_certain_of_one_is_certain_until_they_are_parted() {
    let world = World::new().await;
    let old = customer(&world, "王芳", &[MOBILE], 0).await;
    let new = customer(&world, "王方", &[], 0).await;
    let maybe = NewPhone {
        is_certain: false,
        ..phone(MOBILE)
    };
    let put = world.database.put_customer_phone(new.id, maybe, ME, NOW);
    let new = put.await.unwrap();
    let merge = world.database.merge_customers(old.id, new.id, ME, NOW);
    assert!(merge.await.unwrap().stands.phones[0].is_certain);
    let parted = world.database.unmerge_customer(old.id, ME, NOW).await;
    let parted = parted.unwrap();
    assert_eq!(
        (bare(parted.merged), bare(parted.stands)),
        (bare(old), bare(new))
    );
}

#[tokio::test]
async fn f9_together_they_have_no_more_numbers_than_one_may_have() {
    let world = World::new().await;
    let many = |from: usize, count: usize| -> Vec<String> {
        (from..from + count).map(|it| format!("80{it}")).collect()
    };
    let (left, right) = (many(100, 30), many(129, 22));
    let left: Vec<_> = left.iter().map(String::as_str).collect();
    let right: Vec<_> = right.iter().map(String::as_str).collect();
    let old = customer(&world, "a", &left, 0).await;
    let new = customer(&world, "b", &right, 0).await;
    let told = world
        .database
        .merge_customers(old.id, new.id, ME, NOW)
        .await;
    assert_eq!(fault(told), CustomerFault::Numbers);
    assert_eq!(read(&world, old.id).await, old, "nothing is done by halves");
    let fewer = CustomerChange {
        phones: Some(right[..21].iter().map(|raw| phone(raw)).collect()),
        ..CustomerChange::default()
    };
    let changed = world
        .database
        .change_customer(new.id, new.version, fewer, ME, NOW);
    changed.await.unwrap();
    let merged = world
        .database
        .merge_customers(old.id, new.id, ME, NOW)
        .await;
    assert_eq!(merged.unwrap().stands.phones.len(), 50);
}

#[tokio::test]
async fn f9_strangers_are_neither_merged_nor_parted() {
    let world = World::new().await;
    let here = customer(&world, "a", &[], 0).await.id;
    let nobody = CustomerId::new(9);
    for told in [
        world.database.merge_customers(nobody, here, ME, NOW).await,
        world.database.merge_customers(here, nobody, ME, NOW).await,
        world.database.unmerge_customer(nobody, ME, NOW).await,
    ] {
        assert!(matches!(told, Err(StoreError::NotFound(_))), "{told:?}");
    }
    let never = world.database.unmerge_customer(here, ME, NOW).await;
    assert_eq!(fault(never), CustomerFault::NotMerged);
}
