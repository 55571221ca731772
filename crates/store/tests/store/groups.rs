//! Who is of which group of tickets, and who is away (C2, C6); tickets of the past for a dry run (C1).

use std::collections::BTreeMap;

use model::{AgentId, Caller};
use store::{Absence, AgentRecord, DutyChange, PageRequest, StoreError};
use ticket::Actor;
use ticket::handling::Member;

use crate::world::{NOW, World, after, draft};

const BOSS: Actor = Actor::Agent(AgentId::new(9));

async fn belongs(world: &World, agent: &AgentRecord, groups: &[&str]) -> Result<bool, StoreError> {
    let groups = groups.iter().map(|text| text.parse().unwrap());
    let database = &world.database;
    database
        .set_groups(agent.id, groups.collect(), BOSS, NOW)
        .await
}

#[tokio::test]
async fn c2_people_of_groups_come_back_with_what_they_are_in_them() {
    let world = World::new().await;
    let (first, second) = (world.agent("1001").await, world.agent("1002").await);
    let is_new = belongs(&world, &first, &["technical*3/20", "front:lead"]).await;
    assert!(is_new.unwrap());
    assert!(belongs(&world, &second, &["front:receiver"]).await.unwrap());
    let again = belongs(&world, &second, &["front:receiver"]).await;
    assert!(!again.unwrap(), "nothing changes, and nothing is told");
    let world = world.reopen().await;
    let groups = world.database.groups_of(first.id).await.unwrap();
    let groups: Vec<String> = groups.iter().map(ToString::to_string).collect();
    assert_eq!(groups, ["front:lead", "technical*3/20"]);
    let lead = Member {
        leads: true,
        weight: 1,
        ..Member::default()
    };
    let receiver = Member {
        receives: true,
        weight: 1,
        ..Member::default()
    };
    let technical = Member {
        weight: 3,
        takes: 20,
        ..Member::default()
    };
    let expected = BTreeMap::from([
        (
            "front".to_owned(),
            BTreeMap::from([(first.id, lead), (second.id, receiver)]),
        ),
        (
            "technical".to_owned(),
            BTreeMap::from([(first.id, technical)]),
        ),
    ]);
    let people = world.database.people_of_groups(NOW).await.unwrap();
    assert_eq!(people, expected);
    world.database.remove_agent(first.id, NOW).await.unwrap();
    let people = world.database.people_of_groups(NOW).await.unwrap();
    assert_eq!(
        people.keys().collect::<Vec<_>>(),
        ["front"],
        "who left is of none"
    );
    let page = store::PageRequest {
        after: None,
        limit: 10,
    };
    let id = second.id.to_string();
    let told = world.database.audit_entries(Some(("agent", &id)), page);
    let told = told.await.unwrap().items;
    assert_eq!((told.len(), told[0].actor), (1, BOSS), "C21");
    assert_eq!(told[0].after.as_deref(), Some(r#"["front:receiver"]"#));
}

#[tokio::test]
async fn c2_a_group_twice_and_nobody_are_refused_and_change_nothing() {
    let world = World::new().await;
    let agent = world.agent("1001").await;
    belongs(&world, &agent, &["front"]).await.unwrap();
    let twice = belongs(&world, &agent, &["front", "front:lead"]).await;
    assert!(matches!(twice, Err(StoreError::Setting(_))), "{twice:?}");
    let nobody = AgentRecord {
        id: AgentId::new(5),
        ..agent.clone()
    };
    let nobody = belongs(&world, &nobody, &["front"]).await;
    assert!(matches!(nobody, Err(StoreError::NotFound("agent"))));
    assert_eq!(world.database.groups_of(agent.id).await.unwrap().len(), 1);
}

#[tokio::test]
async fn c6_who_is_away_has_a_stand_in_until_he_is_back() {
    let world = World::new().await;
    let database = &world.database;
    let (first, second) = (world.agent("1001").await, world.agent("1002").await);
    belongs(&world, &first, &["front"]).await.unwrap();
    let absence = Absence {
        from: NOW,
        until: after(60_000),
        stand_in: Some(second.id),
    };
    let away = database.set_absence(first.id, Some(absence), BOSS, NOW);
    away.await.unwrap();
    let found = database.absence_of(first.id, NOW).await.unwrap();
    assert_eq!(found, Some(absence));
    let member = async |at| {
        let people = database.people_of_groups(at).await.unwrap();
        people["front"][&first.id].clone()
    };
    let at_first = member(NOW).await;
    assert!(at_first.is_absent);
    assert_eq!(at_first.stand_in, Some(second.id));
    assert!(
        !member(absence.until).await.is_absent,
        "he is back by himself"
    );
    let planned = Absence {
        from: after(10_000),
        ..absence
    };
    let said = database.set_absence(first.id, Some(planned), BOSS, NOW);
    assert!(said.await.unwrap());
    let again = database.set_absence(first.id, Some(planned), BOSS, NOW);
    assert!(!again.await.unwrap(), "said twice it is the same");
    assert!(!member(NOW).await.is_absent, "not yet");
    assert!(member(planned.from).await.is_absent);
    for wrong in [
        Absence {
            from: absence.until,
            ..absence
        },
        Absence {
            until: NOW,
            ..absence
        },
        Absence {
            stand_in: Some(first.id),
            ..absence
        },
    ] {
        let refused = database.set_absence(first.id, Some(wrong), BOSS, NOW).await;
        assert!(matches!(refused, Err(StoreError::Setting(_))), "{wrong:?}");
    }
    let nobody = Absence {
        stand_in: Some(AgentId::new(5)),
        ..absence
    };
    let refused = database
        .set_absence(first.id, Some(nobody), BOSS, NOW)
        .await;
    assert!(matches!(refused, Err(StoreError::NotFound("agent"))));
    database
        .set_absence(first.id, None, BOSS, NOW)
        .await
        .unwrap();
    assert!(!member(NOW).await.is_absent);
    assert!(!member(planned.from).await.is_absent);
}

#[tokio::test]
async fn c6_c16_of_two_who_change_an_agents_duties_one_is_told_and_nothing_is_half_done() {
    let world = World::new().await;
    let database = &world.database;
    let first = world.agent("1001").await;
    let change = |groups: &[&str], stand_in| DutyChange {
        groups: Some(groups.iter().map(|it| it.parse().unwrap()).collect()),
        absence: Some(Some(Absence {
            from: NOW,
            until: after(60_000),
            stand_in,
        })),
    };
    let nobody = change(&["front"], Some(AgentId::new(5)));
    let refused = database.change_duty(first.id, Some(1), nobody, BOSS, NOW);
    assert!(matches!(refused.await, Err(StoreError::NotFound("agent"))));
    assert_eq!(
        database.groups_of(first.id).await.unwrap(),
        [],
        "nothing of it"
    );
    let good = || change(&["front*3/20:lead"], None);
    let done = database.change_duty(first.id, Some(1), good(), BOSS, NOW);
    assert!(done.await.unwrap());
    let late = database.change_duty(first.id, Some(1), good(), BOSS, NOW);
    let late = late.await;
    assert!(
        matches!(late, Err(StoreError::Conflict { current: 2, .. })),
        "{late:?}"
    );
    let same = database.change_duty(first.id, Some(2), good(), BOSS, NOW);
    assert!(
        !same.await.unwrap(),
        "what stands already raises no version"
    );
    let id = first.id.to_string();
    let rows = database.audit_entries(Some(("agent", &id)), PageRequest::default());
    let rows = rows.await.unwrap().items;
    let actions: Vec<_> = rows.iter().map(|row| row.action.as_str()).collect();
    assert_eq!(
        actions[..2],
        ["agent.absence_changed", "agent.groups_changed"]
    );
}

#[tokio::test]
async fn c1_tickets_of_the_past_say_how_they_came_newest_first() {
    let world = World::new().await;
    let agent = world.agent("1001").await;
    for call in [2, 3] {
        let caller = Caller::new("13800001111", None);
        let draft = draft(call, agent.id, caller);
        world.database.open_draft(&draft).await.unwrap();
        let made = world
            .desk()
            .submit(draft.call, agent.id, after(call as i64))
            .await;
        made.unwrap();
    }
    let past = world.database.past_tickets(10).await.unwrap();
    let calls = past
        .iter()
        .map(|past| past.ticket.source_call.unwrap().get());
    assert_eq!(calls.collect::<Vec<_>>(), [3, 2]);
    assert_eq!((past[0].channel.as_str(), past[0].vip), ("call", 0));
    assert_eq!(world.database.past_tickets(1).await.unwrap().len(), 1);
}
