//! How far somebody's rights go (J1): whom and what a reach covers, and lists of it.

use std::collections::BTreeSet;
use std::sync::Arc;

use model::AgentId;
use model::fact::CallResult;
use store::{
    AgentRecord, CallFilter, Circle, NewTicket, PageRequest, Reach, Reader, StoreError,
    SurveyFilter, TicketDesk, TicketFilter, Whose,
};
use ticket::handling::Receiver;
use ticket::rules::GroupRule;
use ticket::{Actor, Contact, Matter, Rules};

use crate::world::{NOW, World, after};

const BOSS: Actor = Actor::Agent(AgentId::new(9));

/// `north` with `city` below it, and `south`.
fn rules() -> Rules {
    let group = |parent: Option<&str>| GroupRule {
        parent: parent.map(str::to_owned),
        tier: 1,
        ..GroupRule::default()
    };
    let groups = [
        ("north", group(None)),
        ("city", group(Some("north"))),
        ("south", group(None)),
    ];
    Rules {
        groups: groups.map(|(name, rule)| (name.to_owned(), rule)).into(),
        ..Rules::default()
    }
}

async fn of(world: &World, login: &str, groups: &[&str]) -> AgentRecord {
    let agent = world.agent(login).await;
    let groups = groups.iter().map(|text| text.parse().unwrap()).collect();
    let set = world.database.set_groups(agent.id, groups, BOSS, NOW).await;
    set.unwrap();
    agent
}

async fn circle(world: &World, agent: &AgentRecord, reach: Reach) -> Option<Circle> {
    let database = &world.database;
    let set = database.set_reach(agent.id, reach, None, BOSS, NOW).await;
    database.circle(&set.unwrap(), &rules()).await.unwrap()
}

#[tokio::test]
async fn j1_a_reach_covers_own_groups_or_their_tree_and_no_group_is_nobody_else() {
    let world = World::new().await;
    let lead = of(&world, "1001", &["north:lead", "gone"]).await;
    let peer = of(&world, "1002", &["north"]).await;
    let below = of(&world, "1003", &["city"]).await;
    of(&world, "1004", &["south", "gone"]).await;
    let loner = world.agent("1005").await;
    for (reach, groups, people) in [
        (Reach::Own, &[][..], vec![lead.id]),
        (Reach::Group, &["north"], vec![lead.id, peer.id]),
        (
            Reach::Tree,
            &["city", "north"],
            vec![lead.id, peer.id, below.id],
        ),
    ] {
        let found = circle(&world, &lead, reach).await.unwrap();
        assert!(found.groups.iter().eq(groups), "{reach:?}: {found:?}");
        assert_eq!(found.people, people.into_iter().collect::<BTreeSet<_>>());
    }
    assert_eq!(circle(&world, &lead, Reach::All).await, None);
    let alone = circle(&world, &loner, Reach::Tree).await.unwrap();
    assert_eq!(alone.people, BTreeSet::from([loner.id]), "who is of none");
    world.database.remove_agent(peer.id, NOW).await.unwrap();
    let found = circle(&world, &lead, Reach::Group).await.unwrap();
    assert!(
        found.people.contains(&peer.id),
        "his calls are still theirs"
    );
}

#[tokio::test]
async fn j1_a_reach_is_written_by_version_and_told_once() {
    let world = World::new().await;
    let agent = world.agent("1001").await;
    assert_eq!(
        agent.reach,
        Reach::All,
        "as it was before anybody said anything"
    );
    let set = async |reach, version| {
        let database = &world.database;
        database
            .set_reach(agent.id, reach, version, BOSS, NOW)
            .await
    };
    let narrow = set(Reach::Tree, Some(1)).await.unwrap();
    assert_eq!((narrow.reach, narrow.version), (Reach::Tree, 2));
    let same = set(Reach::Tree, None).await.unwrap();
    assert_eq!(same.version, 2, "nothing changes, and nothing is told");
    let late = set(Reach::All, Some(1)).await;
    assert!(matches!(late, Err(StoreError::Conflict { current: 2, .. })));
    let kept = world.database.agent(agent.id).await.unwrap().unwrap();
    assert_eq!(kept.reach, Reach::Tree);
    // Who changes the rest of him leaves it as it is.
    let put = AgentRecord {
        reach: Reach::All,
        ..kept
    };
    let put = world.database.put_agent(put, NOW).await.unwrap();
    assert_eq!(put.reach, Reach::Tree);
    let id = agent.id.to_string();
    let told = world
        .database
        .audit_entries(Some(("agent", &id)), PageRequest::default());
    let told = told.await.unwrap().items;
    assert_eq!((told.len(), told[0].actor), (1, BOSS));
    assert_eq!(told[0].before.as_deref(), Some("\"all\""));
}

#[tokio::test]
async fn j1_lists_of_a_circle_hold_each_of_its_calls_and_surveys_once() {
    let mut world = World::new().await;
    let lead = of(&world, "1001", &["north"]).await;
    let peer = of(&world, "1002", &["north"]).await;
    let other = of(&world, "1003", &["south"]).await;
    for (id, agent) in [(1, lead.id), (2, peer.id), (3, other.id), (4, peer.id)] {
        world.call(id, "13800001111", agent, after(0), 60_000).await;
    }
    let found = async |whose: Whose, after, limit| {
        let filter = CallFilter {
            whose,
            ..CallFilter::default()
        };
        let page = world.database.calls(&filter, PageRequest { after, limit });
        let page = page.await.unwrap();
        let ids: Vec<u64> = page.items.iter().map(|cdr| cdr.call.get()).collect();
        (ids, page.next)
    };
    let mine = Whose::Circle(circle(&world, &lead, Reach::Group).await.unwrap());
    assert_eq!(found(mine.clone(), None, 2).await, (vec![4, 2], Some(2)));
    assert_eq!(found(mine.clone(), Some(2), 2).await, (vec![1], None));
    let own = Whose::Circle(circle(&world, &lead, Reach::Own).await.unwrap());
    assert_eq!(found(own, None, 9).await.0, [1]);
    // Of few people the calls of each are looked for, of many all calls are: what is found is the same.
    let mut many = circle(&world, &lead, Reach::Group).await.unwrap();
    many.people.extend((900..1_000).map(AgentId::new));
    for whose in [mine.clone(), Whose::Circle(many)] {
        assert_eq!(found(whose.clone(), Some(4), 9).await.0, [2, 1]);
        for (queue, result, expected) in [
            (Some("support"), None, vec![4, 2, 1]),
            (None, Some(CallResult::Answered), vec![4, 2, 1]),
            (Some("nobody's"), None, vec![]),
            (None, Some(CallResult::Abandoned), vec![]),
        ] {
            let filter = CallFilter {
                whose: whose.clone(),
                queue: queue.map(Into::into),
                result,
            };
            let page = world.database.calls(&filter, PageRequest::default()).await;
            let page = page.unwrap().items.into_iter();
            let ids: Vec<u64> = page.map(|cdr| cdr.call.get()).collect();
            assert_eq!(ids, expected, "{queue:?} {result:?}");
        }
    }
    let surveys = SurveyFilter {
        from: NOW,
        to: after(1),
        form: None,
        queue: None,
        whose: mine,
    };
    let counts = world.database.survey_counts(&surveys).await.unwrap();
    assert!(counts.is_empty(), "nobody was asked");
}

#[tokio::test]
async fn j1_a_ticket_is_within_reach_by_its_group_or_by_somebody_and_lists_say_the_same() {
    let world = World::new().await;
    let (_, standing) = tokio::sync::watch::channel(Arc::new(rules()));
    let desk = TicketDesk::new(world.database.clone(), standing, 480);
    let lead = of(&world, "1001", &["north"]).await;
    let peer = of(&world, "1002", &["north"]).await;
    let other = of(&world, "1003", &["south"]).await;
    let mut tickets = Vec::new();
    for (by, group, for_leads) in [
        (Some(peer.id), None, false),
        (None, Some("north"), false),
        (None, Some("city"), false),
        (Some(other.id), Some("south"), false),
        (Some(lead.id), Some("south"), false),
        (Some(peer.id), None, true),
        (None, None, false),
    ] {
        let new = NewTicket {
            matter: Matter {
                subject: "no network".to_owned(),
                contact: Contact {
                    number: Some("13800001111".to_owned()),
                    ..Contact::default()
                },
                for_leads,
                ..Matter::default()
            },
            receiver: group.map(|group| Receiver {
                group: group.to_owned(),
                person: None,
            }),
            ..NewTicket::default()
        };
        let by = by.map_or(Actor::System, Actor::Agent);
        tickets.push(desk.enter(new, by, NOW).await.unwrap().ticket);
    }
    for (reach, leads, expected) in [
        (Reach::Own, false, vec![4]),
        (Reach::Group, false, vec![0, 1, 4]),
        (Reach::Tree, false, vec![0, 1, 2, 4]),
        (Reach::Tree, true, vec![0, 1, 2, 4, 5]),
        (Reach::All, false, vec![0, 1, 2, 3, 4, 6]),
        (Reach::All, true, vec![0, 1, 2, 3, 4, 5, 6]),
    ] {
        let reader = Reader {
            within: circle(&world, &lead, reach).await,
            leads,
            ..desk.reader(lead.id, NOW).await.unwrap()
        };
        let read = tickets.iter().map(|ticket| reader.may_read(ticket));
        let read: Vec<usize> = (0..)
            .zip(read)
            .filter_map(|(at, may)| may.then_some(at))
            .collect();
        assert_eq!(read, expected, "{reach:?} {leads}");
        let filter = TicketFilter {
            readable_by: Some(reader),
            ..TicketFilter::default()
        };
        let listed = world.database.tickets(&filter, None, 50).await;
        let listed: BTreeSet<_> = listed.unwrap().items.iter().map(|it| it.id).collect();
        let expected = expected.iter().map(|at| tickets[*at].id).collect();
        assert_eq!(listed, expected, "{reach:?} {leads}");
    }
}
