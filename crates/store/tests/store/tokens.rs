//! Bearer tokens: names, scopes, ends, when they were used, and what the audit log says of them.

use model::AgentId;
use store::{Database, NewApiToken, PageRequest, Scopes, Secret, StoreError};
use ticket::Actor;

use crate::world::{NOW, World, after};

const HOUR_MS: i64 = 3_600_000;

/// A token of an agent that may do all that he may, for ever.
pub(crate) fn wanted(name: &str, agent: AgentId) -> NewApiToken {
    NewApiToken {
        name: name.to_owned(),
        agent,
        scopes: Scopes::All,
        expires_at: None,
    }
}

/// Made by the house.
pub(crate) async fn made(database: &Database, new: NewApiToken) -> Secret<String> {
    let made = database.create_api_token(new, Actor::System, NOW).await;
    made.unwrap().0
}

#[tokio::test]
async fn j1_tokens_have_names_scopes_and_ends() {
    let world = World::new().await;
    let agent = world.agent("1001").await.id;
    let narrow = NewApiToken {
        scopes: Scopes::of(["tickets:read", "calls:read"]).unwrap(),
        expires_at: Some(after(HOUR_MS)),
        ..wanted("crm", agent)
    };
    let bearer = made(&world.database, narrow.clone()).await;
    made(&world.database, wanted("bot", agent)).await;
    let world = world.reopen().await;
    let database = &world.database;
    let found = database
        .api_token(bearer.expose(), NOW)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (
            found.name.as_str(),
            found.agent,
            found.expires_at,
            &found.scopes
        ),
        ("crm", agent, narrow.expires_at, &narrow.scopes)
    );
    let ended = database.api_token(bearer.expose(), after(HOUR_MS)).await;
    assert_eq!(ended.unwrap(), None);
    let all = database.api_tokens().await.unwrap();
    let names: Vec<_> = all
        .iter()
        .map(|it| (it.name.as_str(), it.scopes.to_string()))
        .collect();
    assert_eq!(
        names,
        [
            ("bot", "*".to_owned()),
            ("crm", "calls:read tickets:read".to_owned())
        ]
    );
    let session = std::time::Duration::from_secs(3_600);
    database.create_session(agent, NOW, session).await.unwrap();
    assert_eq!(database.purge_sessions(after(HOUR_MS)).await.unwrap(), 2);
    assert_eq!(database.api_tokens().await.unwrap().len(), 1);
}

#[tokio::test]
async fn j1_what_is_no_token_is_refused() {
    let world = World::new().await;
    let database = &world.database;
    let agent = world.agent("1001").await.id;
    made(database, wanted("crm", agent)).await;
    let taken = database.create_api_token(wanted("crm", agent), Actor::System, NOW);
    assert!(matches!(taken.await, Err(StoreError::Taken("token name"))));
    let nothing = NewApiToken {
        scopes: Scopes::Some([].into()),
        ..wanted("bot", agent)
    };
    let over = NewApiToken {
        expires_at: Some(NOW),
        ..wanted("bot", agent)
    };
    let long = "x".repeat(81);
    let names = ["", " ", "a\nb", long.as_str()].map(|name| wanted(name, agent));
    for wrong in names.into_iter().chain([nothing, over]) {
        let tried = database
            .create_api_token(wrong.clone(), Actor::System, NOW)
            .await;
        assert!(matches!(tried, Err(StoreError::Setting(_))), "{wrong:?}");
    }
    for n in 1..200 {
        made(database, wanted(&n.to_string(), agent)).await;
    }
    let one_more = database.create_api_token(wanted("one more", agent), Actor::System, NOW);
    assert!(matches!(one_more.await, Err(StoreError::Setting(_))), "S8");
}

#[tokio::test]
async fn a_tokens_use_is_written_at_most_once_a_minute() {
    let world = World::new().await;
    let database = &world.database;
    let agent = world.agent("1001").await.id;
    let bearer = made(database, wanted("crm", agent)).await;
    let used = async |at| {
        let found = database
            .api_token(bearer.expose(), at)
            .await
            .unwrap()
            .unwrap();
        (found.last_used_at, found.is_to_be_noted(at))
    };
    assert_eq!(used(NOW).await, (None, true));
    database.note_token_use("crm", NOW).await.unwrap();
    database.note_token_use("crm", after(59_999)).await.unwrap();
    assert_eq!(used(after(59_999)).await, (Some(NOW), false));
    assert_eq!(used(after(60_000)).await, (Some(NOW), true));
    database.note_token_use("crm", after(60_000)).await.unwrap();
    assert_eq!(used(after(60_001)).await, (Some(after(60_000)), false));
}

#[tokio::test]
async fn s22_making_and_taking_back_stand_in_the_audit_log_without_the_token() {
    let world = World::new().await;
    let database = &world.database;
    let agent = world.agent("1001").await.id;
    let by = Actor::Agent(agent);
    let bearer = database
        .create_api_token(wanted("crm", agent), by, NOW)
        .await;
    let (bearer, _) = bearer.unwrap();
    database
        .delete_api_token("crm", Actor::System, after(1))
        .await
        .unwrap();
    let gone = database
        .delete_api_token("crm", Actor::System, after(2))
        .await;
    assert!(matches!(gone, Err(StoreError::NotFound("token"))));
    assert_eq!(
        database.api_token(bearer.expose(), NOW).await.unwrap(),
        None
    );
    let about = Some(("token", "crm"));
    let rows = database
        .audit_entries(about, PageRequest::default())
        .await
        .unwrap()
        .items;
    let told: Vec<_> = rows
        .iter()
        .map(|row| (row.action.as_str(), row.actor))
        .collect();
    assert_eq!(told, [("token.revoked", Actor::System), ("token.made", by)]);
    assert!(rows[1].after.as_ref().unwrap().contains("\"scopes\":\"*\""));
    assert!(!format!("{rows:?}").contains(bearer.expose()));
}
