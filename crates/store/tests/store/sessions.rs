//! Sessions.

use std::time::Duration;

use crate::tokens;
use crate::world::{NOW, World, after};

const HOUR: Duration = Duration::from_secs(3_600);
const HOUR_MS: i64 = 3_600_000;

#[tokio::test]
async fn a_session_is_found_by_its_token_until_it_ends() {
    let world = World::new().await;
    let agent = world.agent("1001").await.id;
    let issued = world
        .database
        .create_session(agent, NOW, HOUR)
        .await
        .unwrap();
    assert_eq!(issued.expires_at, after(HOUR_MS));
    let token = issued.token.expose().clone();
    assert_eq!(token.len(), 43, "256 bits");
    let world = world.reopen().await;
    let database = &world.database;
    let found = database
        .session(&token, after(HOUR_MS - 1))
        .await
        .unwrap()
        .unwrap();
    assert_eq!((found.agent, &found.csrf), (agent, &issued.csrf));
    assert_ne!(found.csrf.expose(), &token);
    assert_eq!(
        database.session(&token, after(HOUR_MS)).await.unwrap(),
        None
    );
    for wrong in ["", "x", &token[1..], &"A".repeat(5_000)] {
        assert_eq!(
            database.session(wrong, NOW).await.unwrap(),
            None,
            "{wrong:.20}"
        );
    }
    database.delete_session(&token).await.unwrap();
    database.delete_session(&token).await.unwrap();
    assert_eq!(database.session(&token, NOW).await.unwrap(), None);
}

#[tokio::test]
async fn one_who_may_not_sign_in_any_more_is_out_at_once() {
    let world = World::new().await;
    let database = &world.database;
    let agent = world.agent("1001").await;
    let bearer = tokens::made(database, tokens::wanted("crm", agent.id)).await;
    let session = database.create_session(agent.id, NOW, HOUR).await.unwrap();
    let mut barred = agent.clone();
    barred.is_active = false;
    let mut barred = database.put_agent(barred, NOW).await.unwrap();
    assert_eq!(
        database.session(session.token.expose(), NOW).await.unwrap(),
        None
    );
    assert_eq!(
        database.api_token(bearer.expose(), NOW).await.unwrap(),
        None
    );
    barred.is_active = true;
    database.put_agent(barred, NOW).await.unwrap();
    assert_eq!(
        database.session(session.token.expose(), NOW).await.unwrap(),
        None,
        "the session has ended for good"
    );
    assert!(
        database
            .api_token(bearer.expose(), NOW)
            .await
            .unwrap()
            .is_some()
    );
    database.remove_agent(agent.id, NOW).await.unwrap();
    assert_eq!(
        database.api_token(bearer.expose(), NOW).await.unwrap(),
        None
    );
    assert_eq!(database.api_tokens().await.unwrap(), []);
}
