//! Which agents know a caller and whom he must not meet: R57, R64, R66, R67 and R14 where talks are read.

use std::collections::BTreeMap;

use model::ties::TALKS_MAX;
use model::{Caller, Ties};
use store::NewPhone;
use store::{NewConflict, PageRequest, StoreError};
use ticket::Actor;

use crate::world::{DAY, MINUTE, MOBILE, NOW, World, after, phone};

const OTHER: &str = "13800002222";

async fn ties(world: &World, number: &str) -> Ties {
    let caller = Caller::new(number, None);
    world.database.profile(&caller, NOW).await.unwrap().ties
}

fn apart(number: &str, login: &str) -> NewConflict {
    NewConflict {
        number: number.into(),
        login: login.into(),
        reason: "neighbours in court".into(),
        owner: "boss".into(),
        until: None,
    }
}

#[tokio::test]
async fn r57_the_owner_is_told_and_of_two_the_better_customers() {
    let mut world = World::new().await;
    let owner = world.agent("1001").await.id;
    let other = world.agent("1002").await.id;
    let third = world.agent("1003").await.id;
    world.customer("plain", MOBILE, 0, Some(other)).await;
    world.customer("vip", MOBILE, 1, Some(owner)).await;
    world.call(1, MOBILE, third, after(-MINUTE), 40_000).await;
    let found = ties(&world, MOBILE).await;
    assert_eq!(found.owner, Some(owner));
    assert_eq!(found.talks[0].agent, third, "who talked is told beside him");
    // One who is gone gives way to one who is here.
    world.database.remove_agent(owner, NOW).await.unwrap();
    assert_eq!(ties(&world, MOBILE).await.owner, Some(other));
}

#[tokio::test]
async fn r57_talks_are_told_newest_first_and_never_more_than_ten() {
    let mut world = World::new().await;
    let agent = world.agent("1001").await.id;
    for (id, minutes) in (1..=12).zip(1..) {
        let talk_ms = if id == 12 { 4_999 } else { 30_000 + minutes };
        let at = after(minutes * MINUTE - DAY);
        world.call(id, MOBILE, agent, at, talk_ms).await;
    }
    let found = ties(&world, MOBILE).await;
    assert_eq!(found.talks.len(), TALKS_MAX);
    let newest = &found.talks[0];
    assert_eq!((newest.agent, newest.talk_ms), (agent, 30_011));
    assert_eq!(ties(&world, OTHER).await, Ties::default());
}

#[tokio::test]
async fn r64_behind_a_switchboard_nobody_is_familiar_and_conflicts_hold() {
    let mut world = World::new().await;
    let agent = world.agent("1001").await.id;
    let company = world.customer("company", "8002", 0, Some(agent)).await;
    world.call(1, MOBILE, agent, after(-MINUTE), 40_000).await;
    let of_mobile = apart(MOBILE, "1001");
    world.database.keep_apart(of_mobile, NOW).await.unwrap();
    let shared = NewPhone {
        is_shared: true,
        ..phone(MOBILE)
    };
    let database = &world.database;
    database
        .put_customer_phone(company, shared, Actor::System, NOW)
        .await
        .unwrap();
    let found = ties(&world, MOBILE).await;
    assert_eq!((found.owner, found.talks.len()), (None, 0));
    assert!(found.apart.contains(&agent));
}

#[tokio::test]
async fn r66_a_conflict_holds_for_every_number_of_the_customer_until_it_ends() {
    let world = World::new().await;
    let agent = world.agent("1001").await.id;
    let customer = world.customer("王芳", MOBILE, 0, None).await;
    let database = &world.database;
    database
        .put_customer_phone(customer, phone(OTHER), Actor::System, NOW)
        .await
        .unwrap();
    let made = database
        .keep_apart(apart("138-0000-1111", "1001"), NOW)
        .await;
    let made = made.unwrap();
    assert_eq!(
        (made.number.as_str(), made.agent),
        ("+8613800001111", agent)
    );
    for number in [MOBILE, "+8613800001111", OTHER] {
        let found = ties(&world, number).await;
        assert_eq!(found.apart, [agent].into(), "{number}");
    }
    assert!(ties(&world, "13900000000").await.apart.is_empty());
    let ended = NewConflict {
        until: Some(after(1)),
        ..apart(MOBILE, "1001")
    };
    database.keep_apart(ended, NOW).await.unwrap();
    let caller = Caller::new(MOBILE, None);
    let later = database.profile(&caller, after(1)).await.unwrap();
    assert!(later.ties.apart.is_empty());
    database
        .end_conflict("008613800001111", "1001")
        .await
        .unwrap();
    let gone = database.end_conflict(MOBILE, "1001").await;
    assert!(matches!(gone, Err(StoreError::NotFound(_))), "{gone:?}");
}

#[tokio::test]
async fn r66_the_list_has_one_entry_a_pair_and_says_what_it_cannot_take() {
    let world = World::new().await;
    world.agent("1001").await;
    world.agent("1002").await;
    let database = &world.database;
    for login in ["1001", "1002", "1001"] {
        database
            .keep_apart(apart(MOBILE, login), NOW)
            .await
            .unwrap();
    }
    let page = PageRequest {
        after: None,
        limit: 50,
    };
    let listed = database.conflicts(page).await.unwrap();
    let logins: Vec<&str> = listed
        .items
        .iter()
        .map(|(_, it)| it.login.as_str())
        .collect();
    assert_eq!(logins, ["1002", "1001"], "the newest first");
    for wrong in [
        apart("anonymous", "1001"),
        apart(MOBILE, "nobody"),
        NewConflict {
            reason: " ".into(),
            ..apart(MOBILE, "1001")
        },
        NewConflict {
            until: Some(NOW),
            ..apart(MOBILE, "1001")
        },
    ] {
        let told = database.keep_apart(wrong.clone(), NOW).await;
        assert!(
            matches!(
                told,
                Err(StoreError::Setting(_) | StoreError::NotFound("agent"))
            ),
            "{wrong:?}"
        );
    }
}

#[tokio::test]
async fn r67_who_has_left_is_told_with_the_first_of_his_queues() {
    let mut world = World::new().await;
    let agent = world.agent("1001").await;
    world.call(1, MOBILE, agent.id, after(-DAY), 40_000).await;
    assert_eq!(ties(&world, MOBILE).await.gone, BTreeMap::new());
    world.database.remove_agent(agent.id, NOW).await.unwrap();
    let found = ties(&world, MOBILE).await;
    assert_eq!(found.talks[0].agent, agent.id);
    let team = agent.queues[0].queue.clone();
    assert_eq!(found.gone, [(agent.id, team)].into());
}
