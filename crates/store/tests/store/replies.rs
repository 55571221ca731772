//! Canned replies: shelves, who finds which, versions, and how often one was used (C18).

use std::collections::BTreeMap;

use knowledge::{Language, Reply, ReplyFault, Shelf, Wording};
use model::AgentId;
use store::{PageRequest, ReplyFilter, ReplyReader, StoreError};

use crate::world::{NOW, World, after};

const ME: AgentId = AgentId::new(7);
const OTHER: AgentId = AgentId::new(8);

fn wording(name: &str) -> Wording {
    Wording {
        name: name.to_owned(),
        texts: BTreeMap::from([(Language::Chinese, "{customer.name}您好".to_owned())]),
        category: Some("broadband".to_owned()),
    }
}

async fn added(world: &World, shelf: Shelf, name: &str) -> Reply {
    world
        .database
        .add_reply(shelf, wording(name), ME, NOW)
        .await
        .unwrap()
}

async fn names(
    world: &World,
    filter: ReplyFilter,
    agent: AgentId,
    groups: Option<&[&str]>,
) -> Vec<String> {
    let reader = ReplyReader {
        agent,
        groups: groups.map(|all| all.iter().map(ToString::to_string).collect()),
    };
    let page = world
        .database
        .replies(&filter, &reader, PageRequest::default())
        .await;
    page.unwrap()
        .items
        .into_iter()
        .map(|it| it.wording.name)
        .collect()
}

#[tokio::test]
async fn c18_each_finds_his_own_those_of_his_groups_and_those_of_the_house() {
    let world = World::new().await;
    added(&world, Shelf::Personal(ME), "我的问候").await;
    added(&world, Shelf::Group("tech".to_owned()), "光猫重启").await;
    added(&world, Shelf::House, "结束语").await;
    let all = ReplyFilter::default;
    assert_eq!(
        names(&world, all(), ME, Some(&["tech"])).await,
        ["结束语", "光猫重启", "我的问候"]
    );
    assert_eq!(
        names(&world, all(), OTHER, Some(&["sales"])).await,
        ["结束语"]
    );
    assert_eq!(
        names(&world, all(), OTHER, None).await,
        ["结束语", "光猫重启"]
    );
    for (text, found) in [
        ("jsy", &["结束语"][..]),
        ("guangmao", &["光猫重启"]),
        ("重启", &["光猫重启"]),
        ("%", &[]),
    ] {
        let filter = ReplyFilter {
            text: Some(text.to_owned()),
            ..all()
        };
        assert_eq!(names(&world, filter, ME, None).await, found, "{text}");
    }
    let rows = [
        (
            ReplyFilter {
                shelf: Some(Shelf::Personal(ME)),
                ..all()
            },
            1,
        ),
        (
            ReplyFilter {
                shelf: Some(Shelf::Personal(OTHER)),
                ..all()
            },
            0,
        ),
        (
            ReplyFilter {
                shelf: Some(Shelf::Group("tech".to_owned())),
                ..all()
            },
            1,
        ),
        (
            ReplyFilter {
                shelf: Some(Shelf::House),
                ..all()
            },
            1,
        ),
        (
            ReplyFilter {
                category: Some("tv".to_owned()),
                ..all()
            },
            0,
        ),
        (
            ReplyFilter {
                category: Some("broadband".to_owned()),
                ..all()
            },
            3,
        ),
    ];
    for (filter, many) in rows {
        assert_eq!(
            names(&world, filter.clone(), ME, None).await.len(),
            many,
            "{filter:?}"
        );
    }
}

#[tokio::test]
async fn c18_a_change_is_one_version_and_what_is_removed_stands_in_the_audit_log() {
    let world = World::new().await;
    let reply = added(&world, Shelf::House, "结束语").await;
    let database = &world.database;
    let changed = database
        .change_reply(reply.id, 1, wording("祝您愉快"), ME, after(1))
        .await
        .unwrap();
    assert_eq!(
        (changed.version, changed.wording.name.as_str()),
        (2, "祝您愉快")
    );
    let same = database
        .change_reply(reply.id, 2, wording("祝您愉快"), ME, after(2))
        .await
        .unwrap();
    assert_eq!(same, changed, "what changes nothing is no version");
    let late = database
        .change_reply(reply.id, 1, wording("x"), ME, after(3))
        .await;
    assert!(
        matches!(late, Err(StoreError::Conflict { current: 2, .. })),
        "{late:?}"
    );
    for _ in 0..2 {
        database.count_reply(reply.id, after(4)).await.unwrap();
    }
    let world = world.reopen().await;
    let database = &world.database;
    let kept = database.reply(reply.id).await.unwrap().unwrap();
    assert_eq!(
        (kept.used, kept.used_at, kept.version),
        (2, Some(after(4)), 2)
    );
    database
        .remove_reply(reply.id, 2, ME, after(5))
        .await
        .unwrap();
    assert_eq!(database.reply(reply.id).await.unwrap(), None);
    let gone = database.count_reply(reply.id, after(6)).await;
    assert!(
        matches!(gone, Err(StoreError::NotFound("reply"))),
        "{gone:?}"
    );
    let about = ("reply", &*reply.id.to_string());
    let rows = database
        .audit_entries(Some(about), PageRequest::default())
        .await
        .unwrap()
        .items;
    let acts: Vec<_> = rows.iter().rev().map(|row| row.action.as_str()).collect();
    assert_eq!(acts, ["reply.added", "reply.changed", "reply.removed"]);
    assert!(rows[0].before.as_deref().unwrap().contains("祝您愉快"));
}

#[tokio::test]
async fn c18_a_text_with_a_slip_is_not_kept() {
    let world = World::new().await;
    let slip = Wording {
        texts: BTreeMap::from([(Language::English, "Dear {customer.nam}".to_owned())]),
        ..wording("a")
    };
    let told = world
        .database
        .add_reply(Shelf::House, slip.clone(), ME, NOW)
        .await;
    assert!(
        matches!(told, Err(StoreError::Reply(ReplyFault::Slip(_)))),
        "{told:?}"
    );
    let reply = added(&world, Shelf::House, "a").await;
    let told = world
        .database
        .change_reply(reply.id, 1, slip, ME, NOW)
        .await;
    assert!(
        matches!(told, Err(StoreError::Reply(ReplyFault::Slip(_)))),
        "{told:?}"
    );
}
