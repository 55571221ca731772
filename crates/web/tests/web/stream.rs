//! `GET /v1/events` over HTTP: who gets what, resuming, and the end.

use model::{AgentId, Fact, TicketId};

use crate::support::House;
use crate::support::facts::{CALL, answered_call, arrived};
use web::HubSettings;

#[tokio::test]
async fn supervisors_get_every_fact_under_its_own_name() {
    let house = House::open().await;
    let agent = house.id("1001");
    let client = house.signed_in("boss").await;
    let mut stream = client.listen("/v1/events", &[]).await.unwrap();
    let facts = answered_call(CALL, agent);
    let expected: Vec<_> = facts.iter().map(Fact::name).collect();
    for fact in facts.clone() {
        house.tell(fact).await;
    }
    for (place, name) in expected.into_iter().enumerate() {
        let event = stream.next().await.unwrap();
        assert_eq!((event.name.as_str(), event.id), (name, place as u64 + 1));
        let record = serde_json::to_value(house_record(place, &facts)).unwrap();
        assert_eq!(event.data, record, "the fact as it stands in the log");
    }
}

fn house_record(place: usize, facts: &[Fact]) -> model::FactRecord {
    crate::support::facts::record(place as u64 + 1, facts[place].clone())
}

#[tokio::test]
async fn an_agent_gets_his_own_things_and_may_not_follow_the_house() {
    let house = House::open().await;
    let (me, other) = (house.id("1001"), house.id("1002"));
    let client = house.program("1001").await;
    let refused = client
        .listen("/v1/events?scope=all", &[])
        .await
        .err()
        .unwrap();
    assert_eq!(refused.problem(), "forbidden");
    let mut stream = client.listen("/v1/events", &[]).await.unwrap();
    let created = |ticket: u64, agent: AgentId| Fact::TicketCreated {
        ticket: TicketId::new(ticket),
        number: "261118-0001-1".to_owned(),
        call: Some(CALL),
        agent: Some(agent),
    };
    let changed = |ticket: u64, agent: AgentId| Fact::TicketChanged {
        ticket: TicketId::new(ticket),
        event: "recording_linked".to_owned(),
        entry: 2,
        concerns: vec![agent],
    };
    let notified = |agent: AgentId| {
        Fact::NotificationCreated(Box::new(model::fact::Notified {
            agent,
            notification: model::NotificationId::new(1),
            kind: "assigned".to_owned(),
            title: [("en".to_owned(), "Sent to you".to_owned())].into(),
            ticket: Some(TicketId::new(2)),
            entry: Some(3),
            customer: None,
            reminder: None,
        }))
    };
    for fact in [
        created(1, other),
        created(2, me),
        changed(1, other),
        changed(2, me),
        notified(other),
        notified(me),
    ] {
        house.tell(fact).await;
    }
    let first = stream.next().await.unwrap();
    let second = stream.next().await.unwrap();
    assert_eq!((first.name.as_str(), first.id), ("ticket.created", 2));
    assert_eq!((second.name.as_str(), second.id), ("ticket.changed", 4));
    let third = stream.next().await.unwrap();
    assert_eq!((third.name.as_str(), third.id), ("notification.created", 6));
    // J8: not even who sees all facts is told what others are told.
    let boss = house.program("boss").await;
    let mut all = boss.listen("/v1/events?after=4", &[]).await.unwrap();
    house.tell(changed(1, other)).await;
    assert_eq!(all.next().await.unwrap().id, 7);
    house.tell(notified(house.id("boss"))).await;
    assert_eq!(all.next().await.unwrap().name, "notification.created");
    let mut own = boss
        .listen("/v1/events?scope=mine&after=0", &[])
        .await
        .unwrap();
    house
        .tell(Fact::AgentRegistered {
            agent: house.id("boss"),
        })
        .await;
    assert_eq!(own.next().await.unwrap().name, "notification.created");
    assert_eq!(own.next().await.unwrap().name, "agent.registered");
}

#[tokio::test]
async fn numbers_that_cannot_be_resumed_are_410_and_nonsense_is_400() {
    let house = House::with(HubSettings {
        ring_max: 2,
        ..HubSettings::default()
    })
    .await;
    for _ in 0..5 {
        house.tell(arrived(CALL)).await;
    }
    let client = house.program("boss").await;
    let mut stream = client.listen("/v1/events?after=1", &[]).await.unwrap();
    assert_eq!(stream.next().await.unwrap().id, 2, "read from the log");
    for (path, header, code) in [
        ("/v1/events?after=6", "", "events_gone"),
        ("/v1/events", "99", "events_gone"),
        ("/v1/events", "x", "malformed_parameter"),
        ("/v1/events?after=-1", "", "malformed_parameter"),
        ("/v1/events?since=1", "", "malformed_parameter"),
    ] {
        let headers = [("Last-Event-ID", header)];
        let headers = if header.is_empty() {
            &[][..]
        } else {
            &headers[..]
        };
        let refused = client.listen(path, headers).await.err().unwrap();
        assert_eq!(refused.problem(), code, "{path} {header}");
    }
    assert_eq!(
        house
            .stranger()
            .listen("/v1/events", &[])
            .await
            .err()
            .unwrap()
            .status,
        401
    );
}

#[tokio::test]
async fn s6_the_end_of_the_process_ends_streams_at_once() {
    let house = House::open().await;
    let client = house.program("boss").await;
    let mut stream = client.listen("/v1/events", &[]).await.unwrap();
    house.shut().await;
    assert_eq!(stream.next().await, None);
}

#[tokio::test]
async fn p9_a_number_of_another_run_is_410_even_if_it_is_the_last() {
    let house = House::open().await;
    house.tell(arrived(CALL)).await;
    let client = house.program("1001").await;
    let desk = client.get("/v1/agents/me/session").await.json();
    let run = desk["run"].as_str().unwrap();
    let path = |run: &str| format!("/v1/events?scope=mine&after={}&run={run}", desk["seq"]);
    assert!(client.listen(&path(run), &[]).await.is_ok());
    let refused = client.listen(&path("former"), &[]).await.err().unwrap();
    assert_eq!(
        (refused.status, refused.problem().as_str()),
        (410, "events_gone")
    );
    let page = client.get("/assets/app.js").await.text();
    assert!(page.contains("&run=${run}"), "the page tells it");
}

/// A house in which each event is a reason to look whether its listener may still listen.
async fn strict_house() -> House {
    House::with(HubSettings {
        check_every: std::time::Duration::ZERO,
        ..HubSettings::default()
    })
    .await
}

#[tokio::test]
async fn s19_a_role_that_is_taken_away_ends_what_it_had_opened() {
    let house = strict_house().await;
    let client = house.program("boss").await;
    let mut all = client.listen("/v1/events", &[]).await.unwrap();
    let mut asked = client.listen("/v1/events?scope=all", &[]).await.unwrap();
    let mut own = client.listen("/v1/events?scope=mine", &[]).await.unwrap();
    house.tell(arrived(CALL)).await;
    assert_eq!(all.next().await.unwrap().id, 1);
    assert_eq!(asked.next().await.unwrap().id, 1);
    let found = house.database.agent(house.id("boss")).await.unwrap();
    let mut boss = found.unwrap();
    boss.roles = [store::Role::Agent].into();
    house
        .database
        .put_agent(boss, model::Timestamp::from_ms(0))
        .await
        .unwrap();
    let agent = house.id("boss");
    house.tell(Fact::AgentRegistered { agent }).await;
    assert_eq!(all.next().await, None);
    assert_eq!(asked.next().await, None);
    assert_eq!(own.next().await.unwrap().id, 2, "his own stay his");
}

#[tokio::test]
async fn s19_a_store_that_cannot_tell_is_not_trusted_for_ever() {
    let house = strict_house().await;
    let client = house.program("boss").await;
    let mut stream = client.listen("/v1/events", &[]).await.unwrap();
    house.database.clone().close().await;
    for seq in 1..=3 {
        let fact = crate::support::facts::record(seq, arrived(CALL));
        house.hub.publish(std::sync::Arc::new(fact));
    }
    assert_eq!(stream.next().await.unwrap().id, 1);
    assert_eq!(stream.next().await.unwrap().id, 2);
    assert_eq!(stream.next().await, None, "the third time");
}
