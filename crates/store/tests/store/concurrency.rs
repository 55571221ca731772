//! Readers while it is written, writers in a crowd, and the end.

use model::AgentId;
use store::{CallFilter, Database, PageRequest, StoreError};

use crate::world::{MOBILE, NOW, World, after, answered, new_agent};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_see_whole_batches_while_it_is_written() {
    let mut world = World::new().await;
    let mut readers = Vec::new();
    for _ in 0..6 {
        let database = world.database.clone();
        readers.push(tokio::spawn(async move {
            let mut most = 0;
            while most < 200 {
                let request = PageRequest {
                    after: None,
                    limit: 200,
                };
                let page = database
                    .calls(&CallFilter::default(), request)
                    .await
                    .unwrap();
                assert!(page.items.len() >= most, "nothing disappears");
                assert_eq!(
                    page.items.len() % 4,
                    0,
                    "a batch is seen whole or not at all"
                );
                assert!(page.items.iter().all(|cdr| cdr.ended_at.is_some()));
                most = page.items.len();
            }
        }));
    }
    for batch in 0..50 {
        let mut facts = Vec::new();
        for call in 1..=4 {
            facts.extend(answered(
                batch * 4 + call,
                MOBILE,
                AgentId::new(7),
                NOW,
                1_000,
            ));
        }
        world.tell(facts).await;
    }
    for reader in readers {
        reader.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crowd_of_writers_is_served_and_each_hears_its_own_result() {
    let world = World::new().await;
    let mut writers = Vec::new();
    // Each login is wanted by two.
    for place in 0..400 {
        let database = world.database.clone();
        let mut agent = new_agent("x");
        agent.login = format!("{}", 1_000 + place / 2);
        writers.push(tokio::spawn(
            async move { database.add_agent(agent, NOW).await },
        ));
    }
    let (mut added, mut taken) = (0, 0);
    for writer in writers {
        match writer.await.unwrap() {
            Ok(_) => added += 1,
            Err(StoreError::Taken("login")) => taken += 1,
            Err(error) => panic!("{error}"),
        }
    }
    assert_eq!((added, taken), (200, 200));
    let agents = world.database.agents().await.unwrap();
    assert_eq!(agents.len(), 200);
}

#[tokio::test]
async fn a_closed_database_says_so() {
    let world = World::new().await;
    let other = world.database.clone();
    other.ping().await.unwrap();
    world.database.close().await;
    assert!(matches!(other.ping().await, Err(StoreError::Closed)));
    assert!(matches!(other.agents().await, Err(StoreError::Closed)));
    other.close().await;
}

#[tokio::test]
async fn two_processes_may_write() {
    let world = World::new().await;
    let second = Database::open(&world.url, "CN").await.unwrap();
    second.add_agent(new_agent("1001"), NOW).await.unwrap();
    let seen = world.database.agent_by_login("1001").await.unwrap();
    assert!(seen.is_some(), "what `trunkline agent add` wrote");
    let agent = new_agent("1002");
    world.database.add_agent(agent, after(1)).await.unwrap();
    assert_eq!(second.agents().await.unwrap().len(), 2);
}
