//! What holds of a file of SQLite alone.

use std::time::Duration;

use store::{Address, Database, StoreError};

use crate::scratch::Scratch;
use crate::tokens;
use crate::world::{NOW, World};

#[tokio::test]
async fn a_database_is_a_file_in_a_country() {
    for (url, region) in [
        ("sqlite::memory:", "CN"),
        ("mysql://x/y", "CN"),
        ("sqlite://t.db", "Atlantis"),
    ] {
        let tried = Database::open(url, region).await;
        assert!(
            matches!(tried, Err(StoreError::Setting(_))),
            "{url} {region}"
        );
    }
    let made = std::path::Path::new("t.db").exists();
    assert!(!made, "wrong settings leave nothing behind");
}

#[tokio::test]
async fn who_only_looks_makes_no_file() {
    let scratch = Scratch::new();
    let nowhere = scratch.path().join("nowhere.db");
    let address = Address::parse(&format!("sqlite://{}", nowhere.display())).unwrap();
    assert_eq!(store::staff::look_up(&address).await.unwrap(), []);
    assert!(!nowhere.exists());
}

#[tokio::test]
async fn a_closed_database_leaves_one_file() {
    let world = World::new().await;
    world.agent("1001").await;
    let other = world.database.clone();
    world.database.close().await;
    let files: Vec<_> = std::fs::read_dir(world.scratch.path().join("data"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(files, ["trunkline.db"], "the log is in the file");
    other.close().await;
}

#[tokio::test]
async fn a_path_with_letters_of_any_language_is_opened() {
    let scratch = Scratch::new();
    let path = scratch.path().join("呼叫 中心/数据#1.db");
    let url = format!("sqlite://{}", path.display()).replace('#', "%23");
    let database = Database::open(&url, "CN").await.unwrap();
    database.ping().await.unwrap();
    assert!(path.exists());
}

#[tokio::test]
async fn s22_the_file_holds_no_token() {
    let world = World::new().await;
    let agent = world.agent("1001").await.id;
    let session = world
        .database
        .create_session(agent, NOW, Duration::from_secs(3_600))
        .await
        .unwrap();
    let bearer = tokens::made(&world.database, tokens::wanted("crm", agent)).await;
    world.database.clone().close().await;
    let folder = world.scratch.path().join("data");
    let mut bytes = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        bytes.extend(std::fs::read(entry.unwrap().path()).unwrap());
    }
    let holds = |text: &str| {
        bytes
            .windows(text.len())
            .any(|window| window == text.as_bytes())
    };
    assert!(holds("crm"), "we look in the right place");
    for secret in [&session.token, &session.csrf, &bearer] {
        assert!(!holds(secret.expose()));
    }
    assert!(!holds("correct horse"));
}
