//! Who calls: the cases of P4 and P10. Which agents know him: `ties.rs`.

use model::fact::CallResult;
use model::profile::{CALLS_MAX, CANDIDATES_MAX, TICKETS_MAX};
use model::{CallId, Caller, Profile};
use store::{Command, NewPhone};
use ticket::handling::Role;
use ticket::{Actor, By, Order};

use crate::world::{DAY, MINUTE, MOBILE, NOW, World, after, arrived, draft, ended, phone};

async fn profile(world: &World, number: &str) -> Profile {
    let caller = Caller::new(number, None);
    world.database.profile(&caller, NOW).await.unwrap()
}

fn names(profile: &Profile) -> Vec<&str> {
    let candidates = profile.candidates.iter();
    candidates
        .map(|candidate| candidate.name.as_str())
        .collect()
}

#[tokio::test]
async fn p10_a_withheld_number_finds_nothing() {
    let mut world = World::new().await;
    let agent = world.agent("1001").await.id;
    world.customer("王芳", MOBILE, 0, Some(agent)).await;
    world
        .call(1, "anonymous", agent, after(-MINUTE), 40_000)
        .await;
    for caller in [
        Caller::withheld(),
        Caller::new("anonymous", None),
        Caller::new("", None),
        Caller {
            number: Some(" ".to_owned()),
            display: None,
            raw: None,
        },
    ] {
        let found = world.database.profile(&caller, NOW).await.unwrap();
        assert_eq!(found, Profile::default(), "{caller:?}");
    }
}

#[tokio::test]
async fn a_number_is_found_however_it_is_written_and_a_strange_one_as_it_came() {
    let world = World::new().await;
    world.customer("王芳", "138 0000 1111", 0, None).await;
    world.customer("分机", "8001", 0, None).await;
    for number in [MOBILE, "+8613800001111", "008613800001111"] {
        let found = profile(&world, number).await;
        assert_eq!(names(&found), ["王芳"], "{number}");
        assert_eq!(found.e164.unwrap().as_str(), "+8613800001111");
    }
    let found = profile(&world, "8001").await;
    assert_eq!((names(&found), &found.e164), (vec!["分机"], &None));
    let stranger = profile(&world, "13900002222").await;
    assert_eq!(names(&stranger), Vec::<&str>::new());
    assert!(
        stranger.e164.is_some(),
        "a stranger has a number all the same"
    );
}

#[tokio::test]
async fn the_certain_come_first_then_the_important_and_never_more_than_five() {
    let world = World::new().await;
    for (name, vip_level) in [("a", 0), ("b", 0), ("vip", 3), ("c", 0), ("d", 0)] {
        world.customer(name, MOBILE, vip_level, None).await;
    }
    let maybe = world.customer("maybe", "8002", 9, None).await;
    let guess = NewPhone {
        is_certain: false,
        ..phone(MOBILE)
    };
    world
        .database
        .put_customer_phone(maybe, guess, Actor::System, NOW)
        .await
        .unwrap();
    let found = profile(&world, MOBILE).await;
    assert_eq!(names(&found), ["vip", "a", "b", "c", "d"]);
    assert_eq!(found.candidates.len(), CANDIDATES_MAX);
    let vip = &found.candidates[0];
    assert_eq!(
        (vip.vip_level, vip.confidence.as_str(), vip.why.as_str()),
        (3, "known", "number")
    );
    let found = profile(&world, "8002").await;
    assert_eq!(names(&found), ["maybe"]);
}

#[tokio::test]
async fn g5_what_is_overdue_comes_before_what_is_urgent() {
    let world = World::new().await;
    let agent = world.agent("1001").await.id;
    let caller = Caller::new(MOBILE, None);
    let mut ids = Vec::new();
    for id in 1..=6 {
        let draft = draft(id, agent, caller.clone());
        world.database.save_draft(&draft).await.unwrap();
        let entered = world.desk().submit(CallId::new(id), agent, NOW).await;
        ids.push(entered.unwrap().ticket.id);
    }
    let by = || By {
        actor: Actor::Agent(agent),
        rights: [Role::Supervisor, Role::Dispatcher].into(),
    };
    let ordered = async |ticket, order| {
        let command = Command {
            ticket,
            version: None,
            order,
            by: by(),
            at: NOW,
        };
        world.desk().order(command).await.unwrap();
    };
    let due_at = Some(after(MINUTE));
    ordered(ids[0], Order::SetDue { due_at }).await;
    let found = async || {
        let found = world.database.profile(&caller, after(2 * MINUTE)).await;
        found.unwrap()
    };
    let shown = |found: &Profile| {
        let tickets = found.open_tickets.iter();
        tickets.map(|it| it.ticket).collect::<Vec<_>>()
    };
    let pressing = found().await;
    assert_eq!(shown(&pressing), [ids[0], ids[5], ids[4], ids[3], ids[2]]);
    let first = &pressing.open_tickets[0];
    assert_eq!((first.due_at, first.is_overdue), (due_at, true));
    assert!(!pressing.open_tickets[1].is_overdue);
    assert_eq!(pressing.suggestion(), "urge");
    // What is solved can be pressed for no more, though its visit is late.
    let solution = "done".to_owned();
    ordered(ids[0], Order::Claim).await;
    ordered(ids[0], Order::Resolve { solution }).await;
    let solved = found().await;
    assert!(!solved.open_tickets.iter().any(|it| it.is_overdue));
    assert_eq!(solved.suggestion(), "append");
}

#[tokio::test]
async fn open_tickets_and_last_calls_are_bounded_and_newest_first() {
    let mut world = World::new().await;
    let agent = world.agent("1001").await.id;
    for id in 1..=7 {
        world
            .call(id, MOBILE, agent, after(id as i64 * 1_000 - DAY), 40_000)
            .await;
        let caller = Caller::new(MOBILE, None);
        world
            .database
            .save_draft(&draft(id, agent, caller))
            .await
            .unwrap();
        let desk = world.desk();
        desk.submit(CallId::new(id), agent, NOW).await.unwrap();
    }
    // The call that asks lives and is none of the past.
    world.tell(vec![(NOW, arrived(8, MOBILE))]).await;
    let found = profile(&world, MOBILE).await;
    assert_eq!(found.open_tickets.len(), TICKETS_MAX);
    let newest = &found.open_tickets[0];
    assert_eq!(
        (newest.state.as_str(), newest.priority, newest.urges),
        ("new", 3, 0)
    );
    assert!(
        newest.number.starts_with("261118-0007-"),
        "{}",
        newest.number
    );
    let calls: Vec<_> = found
        .last_calls
        .iter()
        .map(|call| call.call.get())
        .collect();
    assert_eq!((calls.len(), calls), (CALLS_MAX, vec![7, 6, 5]));
    let last = &found.last_calls[0];
    assert_eq!(
        (last.agent.as_deref(), last.result.as_str()),
        (Some("Agent 1001"), "answered")
    );
    assert!(serde_json::to_string(&found).unwrap().len() < 8_192, "P4");
}

#[tokio::test]
async fn tickets_of_the_customer_show_also_from_another_number() {
    let world = World::new().await;
    let agent = world.agent("1001").await.id;
    let customer = world.customer("王芳", MOBILE, 0, None).await;
    let mut other_number = draft(1, agent, Caller::new("8005", None));
    other_number.customer = Some(customer);
    world.database.save_draft(&other_number).await.unwrap();
    let desk = world.desk();
    desk.submit(CallId::new(1), agent, NOW).await.unwrap();
    assert_eq!(profile(&world, MOBILE).await.open_tickets.len(), 1);
    assert_eq!(profile(&world, "8005").await.open_tickets.len(), 1);
    assert_eq!(profile(&world, "8006").await.open_tickets.len(), 0);
}

#[tokio::test]
async fn an_abandoned_call_is_past_but_makes_nobody_familiar() {
    let mut world = World::new().await;
    world
        .tell(vec![
            (after(-MINUTE), arrived(1, MOBILE)),
            (after(-1), ended(1, CallResult::Abandoned, None)),
        ])
        .await;
    let found = profile(&world, MOBILE).await;
    assert_eq!(found.last_calls[0].result, "abandoned");
    assert_eq!(
        (found.last_calls[0].agent.as_deref(), found.ties.talks.len()),
        (None, 0)
    );
}

#[tokio::test]
async fn p4_the_largest_pop_stays_within_eight_kib() {
    let mut world = World::new().await;
    let agent = world.agent("1001").await.id;
    for place in 0..6 {
        let name = "名".repeat(119) + &place.to_string();
        world.customer(&name, MOBILE, 0, None).await;
        let id = place + 1;
        world.call(id, MOBILE, agent, after(-DAY), 40_000).await;
        let mut long = draft(id, agent, Caller::new(MOBILE, None));
        long.subject = Some("题".repeat(200));
        world.database.save_draft(&long).await.unwrap();
        let desk = world.desk();
        desk.submit(CallId::new(id), agent, NOW).await.unwrap();
    }
    let found = profile(&world, MOBILE).await;
    assert_eq!(found.open_tickets[0].subject.chars().count(), 120);
    let bytes = serde_json::to_string(&found).unwrap().len();
    assert!(
        bytes < 6_144,
        "{bytes} of 8,192 bytes, and the call needs room too"
    );
}
