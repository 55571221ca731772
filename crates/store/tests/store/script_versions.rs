//! Versions of scripts: every text that led callers has a number, an older one comes back as the newest, and only so many are
//! kept.

use std::collections::BTreeMap;

use model::ScriptName;
use store::{Database, PageRequest, Restored, StoreError};

use crate::world::{NOW, World};

async fn keep(database: &Database, text: &str, restored: Option<Restored>) -> u32 {
    let texts = BTreeMap::from([(ScriptName::from("main"), text.to_owned())]);
    let numbers = database.keep_scripts(texts, restored, NOW).await.unwrap();
    numbers["main"]
}

async fn numbers(database: &Database, page: PageRequest) -> (Vec<u32>, Option<u64>) {
    let found = database.script_versions(&"main".into(), page).await;
    let found = found.unwrap();
    let numbers = found.items.iter().map(|version| version.number);
    (numbers.collect(), found.next)
}

#[tokio::test]
async fn e20_each_text_has_a_number_and_an_older_one_becomes_the_newest() {
    let world = World::new().await;
    let database = &world.database;
    let main = ScriptName::from("main");
    assert_eq!(keep(database, "一\n", None).await, 1);
    assert_eq!(keep(database, "一\n", None).await, 1, "the same text");
    assert_eq!(keep(database, "two\n", None).await, 2);
    let restored = |script: &str| Restored {
        script: script.into(),
        number: 1,
        by: "admin".to_owned(),
    };
    assert_eq!(keep(database, "一\n", Some(restored("main"))).await, 3);
    assert_eq!(keep(database, "4\n", Some(restored("night"))).await, 4);
    let all = PageRequest::default();
    let found = database.script_versions(&main, all).await.unwrap();
    let told: Vec<_> = found
        .items
        .iter()
        .map(|it| (it.number, it.by.as_deref(), it.restores, it.size))
        .collect();
    assert_eq!(
        told,
        [
            (4, None, None, 2),
            (3, Some("admin"), Some(1), 4),
            (2, None, None, 4),
            (1, None, None, 4)
        ]
    );
    assert_eq!(database.script_text(&main, 3).await.unwrap(), "一\n");
    let diff = database.script_diff(&main, 1, 2).await.unwrap();
    assert_eq!(
        diff,
        "--- main version 1\n+++ main version 2\n@@ -1 +1 @@\n-一\n+two\n"
    );
    assert_eq!(database.script_diff(&main, 1, 3).await.unwrap(), "");
    for wrong in [
        database.script_text(&main, 5).await,
        database.script_diff(&main, 0, 1).await,
        database.script_text(&"night".into(), 1).await,
    ] {
        assert!(matches!(wrong, Err(StoreError::NotFound(_))), "{wrong:?}");
    }
}

#[tokio::test]
async fn s8_so_many_versions_are_kept_and_pages_go_through_them() {
    let world = World::new().await;
    let database = &world.database;
    let most = store::script_version::KEPT_MAX;
    for text in 0..most + 5 {
        keep(database, &text.to_string(), None).await;
    }
    let page = |after, limit| PageRequest { after, limit };
    let (first, next) = numbers(database, page(None, 2)).await;
    assert_eq!((first, next), (vec![most + 5, most + 4], Some(204)));
    let (last, next) = numbers(database, page(Some(7), 10)).await;
    assert_eq!((last, next), (vec![6], None));
}
