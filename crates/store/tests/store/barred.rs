//! Barred callers: one number has one entry, hits are counted once, and the server sees every change.

use model::{Bar, CallId, Fact, Timestamp};
use store::{NewBarred, PageRequest, StoreError};
use ticket::Actor;

use crate::world::{NOW, World};

fn wanted(number: &str) -> NewBarred {
    NewBarred {
        number: number.into(),
        bar: Bar::Reject,
        reason: "threats".into(),
        owner: "admin".into(),
        note: None,
        until: None,
    }
}

fn at(ms: i64) -> Timestamp {
    Timestamp::from_ms(NOW.as_ms() + ms)
}

#[tokio::test]
async fn a7_one_number_has_one_entry_in_any_spelling_and_keeps_its_hits() {
    let mut world = World::new().await;
    let database = world.database.clone();
    let first = database
        .bar_caller(wanted("138-0000-1111"), Actor::System, NOW)
        .await
        .unwrap();
    assert_eq!(first.number, "+8613800001111");
    hit(&mut world, "+8613800001111", at(10)).await;
    let changed = NewBarred {
        bar: Bar::Busy,
        note: Some("appealed, upheld".into()),
        until: Some(at(1_000)),
        ..wanted("+86 13800001111")
    };
    let second = database
        .bar_caller(changed, Actor::System, at(20))
        .await
        .unwrap();
    assert_eq!((second.bar, second.hits), (Bar::Busy, 1));
    assert_eq!(second.since, NOW, "since he was barred first");
    assert_eq!(second.last_hit_at, Some(at(10)));
    assert_eq!(second.note.as_deref(), Some("appealed, upheld"));
    assert_eq!(database.barred_now(at(999)).await.unwrap().len(), 1);
    assert!(database.barred_now(at(1_000)).await.unwrap().is_empty());
    database
        .unbar_caller("008613800001111", Actor::System, NOW)
        .await
        .unwrap();
    let gone = database
        .unbar_caller("13800001111", Actor::System, NOW)
        .await;
    assert!(matches!(gone, Err(StoreError::NotFound(_))), "{gone:?}");
}

#[tokio::test]
async fn a9_what_is_nobodys_number_cannot_be_barred_and_texts_have_a_bound() {
    let world = World::new().await;
    for number in ["", "  ", "anonymous", "Restricted"] {
        let told = world
            .database
            .bar_caller(wanted(number), Actor::System, NOW)
            .await;
        assert!(matches!(told, Err(StoreError::Setting(_))), "{number:?}");
    }
    for change in [
        NewBarred {
            reason: " ".into(),
            ..wanted("13800001111")
        },
        NewBarred {
            reason: "x".repeat(501),
            ..wanted("13800001111")
        },
        NewBarred {
            note: Some("a\nb".into()),
            ..wanted("13800001111")
        },
        NewBarred {
            until: Some(NOW),
            ..wanted("13800001111")
        },
    ] {
        let told = world
            .database
            .bar_caller(change.clone(), Actor::System, NOW)
            .await;
        assert!(matches!(told, Err(StoreError::Setting(_))), "{change:?}");
    }
}

#[tokio::test]
async fn every_change_is_seen_and_a_hit_is_none() {
    let mut world = World::new().await;
    let database = world.database.clone();
    let empty = database.barred_mark().await.unwrap();
    let mut marks = vec![empty];
    for number in ["13800001111", "13800002222", "13800001111"] {
        database
            .bar_caller(wanted(number), Actor::System, NOW)
            .await
            .unwrap();
        marks.push(database.barred_mark().await.unwrap());
    }
    database
        .unbar_caller("13800002222", Actor::System, NOW)
        .await
        .unwrap();
    marks.push(database.barred_mark().await.unwrap());
    // Who writes by a clock that is behind is seen as well.
    for (number, now) in [("13800003333", at(60_000)), ("13800001111", at(1))] {
        database
            .bar_caller(wanted(number), Actor::System, now)
            .await
            .unwrap();
        marks.push(database.barred_mark().await.unwrap());
    }
    for (later, mark) in marks.iter().enumerate() {
        assert_eq!(
            marks.iter().filter(|other| *other == mark).count(),
            1,
            "{later}"
        );
    }
    hit(&mut world, "+8613800001111", at(5)).await;
    assert_eq!(Some(&database.barred_mark().await.unwrap()), marks.last());
}

#[tokio::test]
async fn the_list_has_pages() {
    let world = World::new().await;
    for number in ["13800001111", "13800002222", "13800003333"] {
        world
            .database
            .bar_caller(wanted(number), Actor::System, NOW)
            .await
            .unwrap();
    }
    let mut page = PageRequest {
        after: None,
        limit: 2,
    };
    let first = world.database.barred_callers(page).await.unwrap();
    page.after = first.next;
    let second = world.database.barred_callers(page).await.unwrap();
    let numbers: Vec<String> = first
        .items
        .into_iter()
        .chain(second.items)
        .map(|(_, barred)| barred.number)
        .collect();
    assert_eq!(
        numbers,
        ["+8613800003333", "+8613800002222", "+8613800001111"]
    );
    assert_eq!(second.next, None);
}

/// A call of a barred caller; read twice, as after a crash, it counts once.
async fn hit(world: &mut World, number: &str, at: Timestamp) {
    let barred = Fact::CallerBarred {
        call: CallId::new(1),
        number: number.into(),
        bar: Bar::Reject,
    };
    let facts = world.numbered(vec![(at, barred)]);
    for _ in 0..2 {
        world.database.apply(&facts).await.unwrap();
    }
}
