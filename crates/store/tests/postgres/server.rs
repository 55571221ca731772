//! What holds of a server of PostgreSQL alone: who is refused and in what words, and what becomes of a lost connection.

use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use store::{Address, Database, StoreError};

use crate::test_server::{address, schema};
use crate::world::{NOW, World, new_agent};

async fn refusal(url: &str) -> StoreError {
    let tried = Database::open(url, "CN").await;
    tried.expect_err("it is refused")
}

#[tokio::test]
async fn s22_who_is_refused_is_told_why_and_no_password() {
    let wrong_password = format!("{}&password=hunter2", address("postgres", "guarded"));
    let gone = format!("{}&password=hunter2", address("nowhere", "trunkline"));
    for (url, words) in [
        (wrong_password.as_str(), "password authentication failed"),
        (gone.as_str(), "\"nowhere\" does not exist"),
        (
            "postgres://trunkline:hunter2@127.0.0.1:1/t",
            "cannot be reached",
        ),
        (
            "postgres:///t?host=/nowhere&password=hunter2",
            "cannot be reached",
        ),
        (address("latin", "trunkline").as_str(), "is in LATIN1"),
    ] {
        let told = refusal(url).await.to_string();
        assert!(told.contains(words), "{told}");
        assert!(!told.contains("hunter2"), "{told}");
    }
    let right = Address::parse(&address("postgres", "guarded")).unwrap();
    let right = right.with_password(&store::Secret::new("open sesame".to_owned()));
    let tried = store::staff::look_up(&right.unwrap()).await;
    assert_eq!(tried.unwrap(), [], "the right password opens");
}

#[tokio::test]
async fn one_process_serves_from_a_database_and_others_may_write() {
    let world = World::new().await;
    world.database.claim().await.unwrap();
    let second = Database::open(&world.url, "CN").await.unwrap();
    let tried = second.claim().await;
    assert!(matches!(tried, Err(StoreError::InUse)), "{tried:?}");
    second.add_agent(new_agent("1001"), NOW).await.unwrap();
    world.database.claim().await.unwrap();
    world.database.close().await;
    second.claim().await.unwrap();
    let elsewhere = Database::open(&schema().await, "CN").await.unwrap();
    elsewhere.claim().await.unwrap();
}

/// Ends all sessions of a schema, as a restart of the server would.
async fn cut_off(url: &str) {
    let mut conn = PgConnection::connect(url).await.unwrap();
    let (name,): (String,) = sqlx::query_as("SELECT CAST(current_schema() AS TEXT)")
        .fetch_one(&mut conn)
        .await
        .unwrap();
    let sessions =
        "SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND application_name = ";
    let text = format!("SELECT COUNT(pg_terminate_backend(pid)) FROM ({sessions}'{name}') AS s");
    let (ended,): (i64,) = sqlx::query_as(AssertSqlSafe(text))
        .fetch_one(&mut conn)
        .await
        .unwrap();
    assert!(ended > 0, "nobody was there");
}

/// Its sessions bear the schema's name.
async fn named_schema() -> String {
    let url = schema().await;
    let name = url.rsplit('=').next().unwrap().to_owned();
    format!("{url}&application_name={name}")
}

#[tokio::test]
async fn a_connection_that_is_lost_comes_back_by_itself() {
    let url = named_schema().await;
    let database = Database::open(&url, "CN").await.unwrap();
    database.claim().await.unwrap();
    database.add_agent(new_agent("1001"), NOW).await.unwrap();
    cut_off(&url).await;
    // In the same moment nobody can know of it; whoever asks is told in the store's own words, and nothing is half done.
    match database.add_agent(new_agent("1002"), NOW).await {
        Ok(_) | Err(StoreError::Away(_)) => {}
        Err(error) => panic!("{error:?}"),
    }
    database.add_agent(new_agent("1003"), NOW).await.unwrap();
    database.ping().await.unwrap();
    let agents = database.agents().await.unwrap();
    assert!(agents.iter().any(|agent| agent.login == "1003"));
    // The new session has the claim.
    let second = Database::open(&url, "CN").await.unwrap();
    assert!(matches!(second.claim().await, Err(StoreError::InUse)));
}

#[tokio::test]
async fn a_server_leaves_no_file_here() {
    let world = World::new().await;
    world.agent("1001").await;
    let mut files = std::fs::read_dir(world.scratch.path()).unwrap();
    assert!(files.next().is_none());
}
