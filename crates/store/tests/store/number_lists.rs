//! Number lists: what stands where, hits that are counted once, and a server that sees every change.

use model::{Bar, CallId, Fact, HouseNames, ListKind, NumberEntry, NumberListFault, Timestamp};
use store::{NewNumberEntry, NumberEntryFilter, PageRequest, StoreError};
use ticket::Actor;

use crate::world::{NOW, World};

/// One who is barred everywhere.
pub(crate) fn barred(numbers: &str) -> NewNumberEntry {
    NewNumberEntry {
        list: ListKind::Black,
        numbers: numbers.into(),
        scope: Vec::new(),
        bar: Some(Bar::Reject),
        vip_level: 0,
        reason: "threats".into(),
        owner: "admin".into(),
        note: None,
        until: None,
    }
}

pub(crate) fn names() -> HouseNames {
    HouseNames {
        queues: ["support".into()].into(),
        ..HouseNames::default()
    }
}

fn at(ms: i64) -> Timestamp {
    Timestamp::from_ms(NOW.as_ms() + ms)
}

async fn add(world: &World, new: NewNumberEntry) -> Result<NumberEntry, StoreError> {
    let database = &world.database;
    database
        .add_number_entry(new, &names(), Actor::System, NOW)
        .await
}

#[tokio::test]
async fn a7_the_same_numbers_stand_once_on_a_list_in_a_place_and_keep_their_hits() {
    let mut world = World::new().await;
    let database = world.database.clone();
    let first = add(&world, barred("138-0000-1111")).await.unwrap();
    assert_eq!(first.numbers.to_string(), "+8613800001111");
    for spelling in ["+86 13800001111", "008613800001111"] {
        let told = add(&world, barred(spelling)).await;
        let same = NumberListFault::Same(first.id);
        assert!(matches!(told, Err(StoreError::NumberList(fault)) if fault == same));
    }
    let elsewhere = NewNumberEntry {
        scope: vec!["queue:support".parse().unwrap()],
        ..barred("13800001111")
    };
    add(&world, elsewhere.clone()).await.unwrap();
    hit(&mut world, &first, at(10)).await;
    let wanted = NewNumberEntry {
        bar: Some(Bar::Busy),
        note: Some("appealed, upheld".into()),
        until: Some(at(1_000)),
        ..barred("13800001111")
    };
    let change = |version, wanted: NewNumberEntry| {
        let database = database.clone();
        async move {
            let names = names();
            let changed = database.change_number_entry(
                first.id,
                version,
                wanted,
                &names,
                Actor::System,
                at(20),
            );
            changed.await
        }
    };
    let changed = change(1, wanted.clone()).await.unwrap();
    assert_eq!(
        (changed.bar.clone(), changed.hits, changed.version),
        (Some(Bar::Busy), 1, 2)
    );
    assert_eq!((changed.since, changed.last_hit_at), (NOW, Some(at(10))));
    assert_eq!(
        database.number_entry(first.id).await.unwrap(),
        Some(changed)
    );
    let late = change(1, wanted).await;
    assert!(
        matches!(late, Err(StoreError::Conflict { current: 2, .. })),
        "{late:?}"
    );
    let taken = change(2, elsewhere).await;
    assert!(
        matches!(taken, Err(StoreError::NumberList(NumberListFault::Same(_)))),
        "{taken:?}"
    );
    assert_eq!(database.number_entries_now(at(999)).await.unwrap().len(), 2);
    assert_eq!(
        database.number_entries_now(at(1_000)).await.unwrap().len(),
        1
    );
    database
        .remove_number_entry(first.id, Actor::System, NOW)
        .await
        .unwrap();
    let gone = database
        .remove_number_entry(first.id, Actor::System, NOW)
        .await;
    assert!(matches!(gone, Err(StoreError::NotFound(_))), "{gone:?}");
}

#[tokio::test]
async fn f6_a_number_finds_the_entries_that_fit_it() {
    let world = World::new().await;
    for numbers in [
        "13800001111",
        "138*",
        "*",
        "13800001000..13800001999",
        "13800002000..13800002999",
        "0099*",
        "11380..11389",
    ] {
        add(&world, barred(numbers)).await.unwrap();
    }
    let mut vip = barred("13800001111");
    (vip.list, vip.bar, vip.vip_level) = (ListKind::Vip, None, 9);
    add(&world, vip).await.unwrap();
    let found = |list, number: &str| {
        let number = Some(number.to_owned());
        let (database, filter) = (world.database.clone(), NumberEntryFilter { list, number });
        async move {
            let page = database.number_entries(&filter, PageRequest::default());
            let items = page.await.unwrap().items.into_iter();
            items
                .map(|entry| entry.numbers.to_string())
                .collect::<Vec<_>>()
        }
    };
    let one = "+8613800001111";
    assert_eq!(
        found(None, "138 0000 1111").await,
        [one, "+8613800001000..+8613800001999", "*", "+86138*", one]
    );
    assert_eq!(found(Some(ListKind::Vip), one).await, [one]);
    assert_eq!(found(None, "11385").await, ["11380..11389", "*"]);
    assert_eq!(found(None, "1385").await, ["*"]);
}

#[tokio::test]
async fn every_change_is_seen_and_a_hit_is_none() {
    let mut world = World::new().await;
    let database = world.database.clone();
    let mut marks = vec![database.number_lists_mark().await.unwrap()];
    let mut entries = Vec::new();
    for number in ["13800001111", "13800002222", "13800003333"] {
        entries.push(add(&world, barred(number)).await.unwrap());
        marks.push(database.number_lists_mark().await.unwrap());
    }
    // Who writes by a clock that is behind is seen as well.
    for (at_row, now) in [(0, at(60_000)), (1, at(1))] {
        let entry: &NumberEntry = &entries[at_row];
        let numbers = entry.numbers.to_string();
        database
            .change_number_entry(entry.id, 1, barred(&numbers), &names(), Actor::System, now)
            .await
            .unwrap();
        marks.push(database.number_lists_mark().await.unwrap());
    }
    database
        .remove_number_entry(entries[1].id, Actor::System, NOW)
        .await
        .unwrap();
    marks.push(database.number_lists_mark().await.unwrap());
    for mark in &marks {
        assert_eq!(
            marks.iter().filter(|other| *other == mark).count(),
            1,
            "{mark:?}"
        );
    }
    hit(&mut world, &entries[0], at(5)).await;
    assert_eq!(
        Some(&database.number_lists_mark().await.unwrap()),
        marks.last()
    );
}

#[tokio::test]
async fn a_fact_of_an_earlier_release_counts_for_the_number_that_it_names() {
    let mut world = World::new().await;
    let entry = add(&world, barred("13800001111")).await.unwrap();
    let former =
        r#"{"type":"caller.barred","data":{"call":"1","number":"+8613800001111","bar":"reject"}}"#;
    let fact: Fact = serde_json::from_str(former).unwrap();
    let facts = world.numbered(vec![(at(7), fact)]);
    world.database.apply(&facts).await.unwrap();
    let entry = world
        .database
        .number_entry(entry.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((entry.hits, entry.last_hit_at), (1, Some(at(7))));
}

/// A call that the entry decides; read twice, as after a crash, it counts once.
async fn hit(world: &mut World, entry: &NumberEntry, at: Timestamp) {
    let listed = Fact::CallerListed {
        call: CallId::new(1),
        entry: Some(entry.id),
        list: entry.list,
        number: entry.numbers.to_string(),
        bar: entry.bar.clone(),
        vip_level: 0,
    };
    let facts = world.numbered(vec![(at, listed)]);
    for _ in 0..2 {
        world.database.apply(&facts).await.unwrap();
    }
}
