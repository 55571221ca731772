//! Calls as projections of facts.

use model::fact::{CallResult, FactRecord};
use model::{AgentId, CallId, Fact};
use store::{CallFilter, PageRequest, StoreError, Whose};

use crate::world::{MINUTE, MOBILE, NOW, World, after, answered, arrived, cdr_of, ended, offer};

fn page(after: Option<u64>, limit: u32) -> PageRequest {
    PageRequest { after, limit }
}

fn recording(call: u64, path: &str, bytes: u64) -> Fact {
    Fact::RecordingReady {
        call: CallId::new(call),
        path: path.to_owned(),
        started_at: NOW,
        duration_ms: 1_000,
        bytes,
    }
}

#[tokio::test]
async fn a_call_reads_as_its_facts_make_it() {
    let mut world = World::new().await;
    let agent = world.agent("1001").await.id;
    let facts = answered(5, MOBILE, agent, NOW, 40_000);
    let records = world.numbered(facts.clone());
    world.database.apply(&records).await.unwrap();
    let world = world.reopen().await;
    let call = world.database.call(CallId::new(5)).await.unwrap();
    assert_eq!(call, Some(cdr_of(&facts)));
    let timeline = world.database.timeline(CallId::new(5)).await.unwrap();
    assert_eq!(timeline, records);
    assert_eq!(world.database.call(CallId::new(6)).await.unwrap(), None);
    assert_eq!(world.database.applied_seq().await.unwrap(), 4);
}

#[tokio::test]
async fn each_fact_counts_once_however_often_it_is_read() {
    let mut world = World::new().await;
    let agent = AgentId::new(7);
    let mut facts = answered(5, MOBILE, agent, NOW, 40_000);
    facts.push((after(MINUTE), recording(5, "2026/11/18/5-1.wav", 16_044)));
    let whole = cdr_of(&facts);
    let records = world.numbered(facts);
    // In every cut, with every overlap.
    for cut in 0..records.len() {
        let database = &world.database;
        database.apply(&records[..cut]).await.unwrap();
        database.apply(&records[cut / 2..=cut]).await.unwrap();
    }
    world.database.apply(&records).await.unwrap();
    let call = CallId::new(5);
    assert_eq!(world.database.call(call).await.unwrap(), Some(whole));
    assert_eq!(world.database.timeline(call).await.unwrap(), records);
    assert_eq!(world.database.recordings(call).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_gap_is_refused_whole_until_it_is_accepted() {
    let mut world = World::new().await;
    let records = world.numbered(answered(5, MOBILE, AgentId::new(7), NOW, 40_000));
    let database = &world.database;
    database.apply(&records[..1]).await.unwrap();
    let gap = [records[1].clone(), records[3].clone()];
    let refused = database.apply(&gap).await;
    assert!(
        matches!(refused, Err(StoreError::Gap { after: 2, got: 4 })),
        "{refused:?}"
    );
    assert_eq!(database.applied_seq().await.unwrap(), 1, "none was applied");
    database.accept_gap(3).await.unwrap();
    assert_eq!(
        database.applied_seq().await.unwrap(),
        1,
        "what can be read is not passed over"
    );
    database.apply(&records[1..2]).await.unwrap();
    database.apply(&records[3..]).await.unwrap();
    let call = database.call(CallId::new(5)).await.unwrap().unwrap();
    assert_eq!(
        (call.result, call.queue, call.connected_at),
        (Some(CallResult::Answered), Some("support".into()), None)
    );
    let mut later = records[0].clone();
    later.seq = 6;
    let refused = database.apply(&[later]).await;
    assert!(
        matches!(refused, Err(StoreError::Gap { after: 4, got: 6 })),
        "only that gap"
    );
}

#[tokio::test]
async fn a_call_whose_arrival_was_lost_has_facts_but_no_record() {
    let world = World::new().await;
    let lone = FactRecord {
        seq: 1,
        at: NOW,
        fact: ended(9, CallResult::Failed, None),
    };
    world.database.apply(&[lone]).await.unwrap();
    let call = CallId::new(9);
    assert_eq!(world.database.call(call).await.unwrap(), None);
    assert_eq!(world.database.timeline(call).await.unwrap().len(), 1);
}

#[tokio::test]
async fn recordings_are_numbered_and_known_by_path() {
    let mut world = World::new().await;
    let facts = vec![
        (NOW, arrived(5, MOBILE)),
        (NOW, recording(5, "a/5-1.wav", 100)),
        (NOW, recording(5, "a/5-2.wav", 200)),
        (NOW, recording(5, "a/5-1.wav", 300)),
    ];
    world.tell(facts).await;
    let recordings = world.database.recordings(CallId::new(5)).await.unwrap();
    let seen: Vec<_> = recordings
        .iter()
        .map(|recording| (recording.part, recording.path.as_str(), recording.bytes))
        .collect();
    assert_eq!(seen, [(1, "a/5-1.wav", 300), (2, "a/5-2.wav", 200)]);
    assert!(world.database.knows_recording("a/5-2.wav").await.unwrap());
    assert!(!world.database.knows_recording("a/5-3.wav").await.unwrap());
}

#[tokio::test]
async fn open_calls_are_those_that_a_crash_cut() {
    let mut world = World::new().await;
    world.call(1, MOBILE, AgentId::new(7), NOW, 1_000).await;
    world
        .tell(vec![(NOW, arrived(3, MOBILE)), (NOW, arrived(2, MOBILE))])
        .await;
    let open: Vec<_> = world
        .database
        .open_calls()
        .await
        .unwrap()
        .iter()
        .map(|cdr| cdr.call.get())
        .collect();
    assert_eq!(open, [2, 3]);
}

#[tokio::test]
async fn pages_follow_each_other_without_gap_or_double() {
    let mut world = World::new().await;
    for id in 1..=25 {
        world.call(id, MOBILE, AgentId::new(7), NOW, 1_000).await;
    }
    let mut seen = Vec::new();
    let mut next = None;
    loop {
        let got = world
            .database
            .calls(&CallFilter::default(), page(next, 10))
            .await
            .unwrap();
        seen.extend(got.items.iter().map(|cdr| cdr.call.get()));
        if got.next.is_none() {
            break;
        }
        // A call that comes meanwhile is newer than any page that is still to come.
        world
            .tell(vec![(NOW, arrived(100 + seen.len() as u64, MOBILE))])
            .await;
        next = got.next;
    }
    assert_eq!(seen, (1..=25).rev().collect::<Vec<u64>>());
}

#[tokio::test]
async fn filters_narrow_by_queue_agent_and_result() {
    let mut world = World::new().await;
    let (anna, ben) = (AgentId::new(7), AgentId::new(8));
    world.call(1, MOBILE, anna, NOW, 1_000).await;
    world.call(2, MOBILE, ben, NOW, 1_000).await;
    world
        .tell(vec![
            (NOW, arrived(3, MOBILE)),
            (after(1), ended(3, CallResult::Abandoned, None)),
        ])
        .await;
    let by = |queue: Option<&str>, agent: Option<AgentId>, result| CallFilter {
        queue: queue.map(Into::into),
        whose: agent.map_or(Whose::Everybody, Whose::One),
        result,
    };
    for (filter, ids) in [
        (by(None, None, None), vec![3, 2, 1]),
        (by(Some("support"), None, None), vec![2, 1]),
        (by(Some("sales"), None, None), vec![]),
        (by(None, Some(anna), None), vec![1]),
        (by(None, None, Some(CallResult::Abandoned)), vec![3]),
        (
            by(Some("support"), Some(ben), Some(CallResult::Answered)),
            vec![2],
        ),
        (by(Some("support' OR 1=1 --"), None, None), vec![]),
    ] {
        let found = world.database.calls(&filter, page(None, 50)).await.unwrap();
        let found: Vec<_> = found.items.iter().map(|cdr| cdr.call.get()).collect();
        assert_eq!(found, ids, "{filter:?}");
    }
}

#[tokio::test]
async fn r14_a_call_that_was_handed_on_belongs_to_each_of_its_agents() {
    let mut world = World::new().await;
    let (anna, ben, carl, dora) = (
        AgentId::new(7),
        AgentId::new(8),
        AgentId::new(9),
        AgentId::new(10),
    );
    world.call(1, MOBILE, ben, NOW, 1_000).await;
    let mut facts = answered(2, MOBILE, anna, NOW, 60_000);
    let handed_on = |agent| Fact::CallConnected {
        offer: offer(2, agent),
        waited_ms: 0,
        rang_ms: 1_000,
    };
    let end = facts.len() - 1;
    facts.insert(end, (after(30_000), handed_on(dora)));
    facts.insert(end + 1, (after(40_000), handed_on(ben)));
    facts[end + 2].1 = ended(2, CallResult::Answered, Some(ben));
    world.tell(facts).await;
    for (agent, queue, ids) in [
        (anna, None, vec![2]),
        (dora, None, vec![2]),
        (ben, None, vec![2, 1]),
        (carl, None, vec![]),
        // Both conditions hold, not either.
        (anna, Some("sales"), vec![]),
        (dora, Some("support"), vec![2]),
    ] {
        let filter = CallFilter {
            whose: Whose::One(agent),
            queue: queue.map(Into::into),
            result: None,
        };
        let found = world.database.calls(&filter, page(None, 50)).await.unwrap();
        let found: Vec<_> = found.items.iter().map(|cdr| cdr.call.get()).collect();
        assert_eq!(found, ids, "{agent}");
    }
}

#[tokio::test]
async fn r80_a_caller_who_came_back_in_time_did_not_abandon_his_first_call() {
    use model::fact::PlaceResumed;

    let mut world = World::new().await;
    let left = |call: u64, at: i64| {
        let fact = Fact::CallEnded {
            call: CallId::new(call),
            result: CallResult::Abandoned,
            by: model::fact::EndedBy::Caller,
            agent: None,
            answered_late: false,
        };
        (after(at), fact)
    };
    let back = Fact::QueueResumed(PlaceResumed {
        call: CallId::new(6),
        former: CallId::new(5),
        queue: "support".into(),
    });
    let facts = vec![
        (NOW, arrived(5, MOBILE)),
        left(5, MINUTE),
        (after(2 * MINUTE), arrived(6, MOBILE)),
        (after(2 * MINUTE), back),
        left(6, 3 * MINUTE),
    ];
    let records = world.numbered(facts);
    // The first call may have been written long before.
    world.database.apply(&records[..2]).await.unwrap();
    world.database.apply(&records[2..]).await.unwrap();
    for (call, result) in [(5, CallResult::Resumed), (6, CallResult::Abandoned)] {
        let found = world.database.call(CallId::new(call)).await.unwrap();
        assert_eq!(found.unwrap().result, Some(result), "{call}");
        let filter = CallFilter {
            result: Some(result),
            ..CallFilter::default()
        };
        let page = world.database.calls(&filter, page(None, 10)).await.unwrap();
        assert_eq!(page.items.len(), 1, "{result:?}");
    }
}
