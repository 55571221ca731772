//! The hub by itself: resuming, cutting off, heartbeats.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use model::{AgentId, CallId, FactRecord};
use web::desktop::Viewer;
use web::events::{CannotListen, EventHub, HubSettings, Said, Subscription};

use crate::support::facts::{CALL, arrived, offered, record};
use crate::support::reader;

/// A hub whose log holds the facts `kept` onwards.
struct Bench {
    hub: Arc<EventHub>,
    log: Arc<Mutex<Vec<FactRecord>>>,
    next: Mutex<u64>,
}

impl Bench {
    fn new(settings: HubSettings) -> Self {
        let log = Arc::new(Mutex::new(Vec::new()));
        let hub = EventHub::new(settings, reader(&log));
        let next = Mutex::new(settings.last_seq + 1);
        Self { hub, log, next }
    }

    fn publish(&self, count: u64) {
        for _ in 0..count {
            let mut next = self.next.lock().unwrap();
            let record = record(*next, arrived(CallId::new(*next)));
            self.log.lock().unwrap().push(record.clone());
            self.hub.publish(Arc::new(record));
            *next += 1;
        }
    }

    async fn observe(&self, after: Option<u64>) -> Result<Subscription, CannotListen> {
        let mut subscription = self
            .hub
            .subscribe(Viewer::Observer(AgentId::new(1)), after)?;
        subscription.prepare().await?;
        Ok(subscription)
    }
}

async fn ids(subscription: &mut Subscription, count: usize) -> Vec<u64> {
    let mut ids = Vec::new();
    for _ in 0..count {
        match subscription.next().await {
            Some(Said::Frame(frame)) => ids.push(frame.id),
            other => panic!("{other:?} after {ids:?}"),
        }
    }
    ids
}

fn small(ring_max: usize, queue_max: usize) -> HubSettings {
    HubSettings {
        ring_max,
        queue_max,
        ..HubSettings::default()
    }
}

#[tokio::test]
async fn whoever_resumes_misses_nothing_whether_from_memory_or_from_the_log() {
    let bench = Bench::new(small(4, 64));
    bench.publish(10);
    for after in 0..=10 {
        let mut stream = bench.observe(Some(after)).await.unwrap();
        bench.publish(1);
        let last = bench.hub.last_seq();
        let expected: Vec<u64> = (after + 1..=last).collect();
        assert_eq!(
            ids(&mut stream, expected.len()).await,
            expected,
            "after {after}"
        );
    }
    let mut from_here = bench.observe(None).await.unwrap();
    bench.publish(1);
    assert_eq!(ids(&mut from_here, 1).await, [bench.hub.last_seq()]);
}

#[tokio::test]
async fn a_long_log_is_read_page_by_page() {
    let bench = Bench::new(small(4, 64));
    bench.publish(2_000);
    let mut stream = bench.observe(Some(3)).await.unwrap();
    bench.publish(5);
    assert_eq!(
        ids(&mut stream, 2_002).await,
        (4..=2_005).collect::<Vec<_>>()
    );
}

#[tokio::test]
async fn numbers_that_are_not_kept_or_never_were_are_gone() {
    let bench = Bench::new(small(4, 64));
    bench.publish(20);
    bench.log.lock().unwrap().retain(|record| record.seq > 10);
    assert!(bench.observe(Some(10)).await.is_ok());
    assert_eq!(bench.observe(Some(9)).await.err(), Some(CannotListen::Gone));
    assert_eq!(
        bench.observe(Some(21)).await.err(),
        Some(CannotListen::Gone)
    );
}

#[tokio::test]
async fn j4_a_day_of_facts_is_told_again_and_what_is_older_is_gone_from_memory_and_from_the_log() {
    const DAY_MS: i64 = 24 * 60 * 60 * 1_000;
    for ring_max in [1, 64] {
        let bench = Bench::new(small(ring_max, 64));
        let start = record(1, arrived(CALL)).at.as_ms();
        for (seq, at_ms) in [(1, -1), (2, 0), (3, 1), (4, DAY_MS)] {
            let mut record = record(seq, arrived(CALL));
            record.at = model::Timestamp::from_ms(start + at_ms);
            bench.log.lock().unwrap().push(record.clone());
            bench.hub.publish(Arc::new(record));
        }
        let gone = bench.observe(Some(0)).await.err();
        assert_eq!(gone, Some(CannotListen::Gone), "{ring_max}");
        let mut day = bench.observe(Some(1)).await.unwrap();
        assert_eq!(ids(&mut day, 3).await, [2, 3, 4], "{ring_max}");
    }
}

#[tokio::test]
async fn after_a_restart_facts_of_the_log_are_there() {
    let before = Bench::new(HubSettings::default());
    before.publish(5);
    let settings = HubSettings {
        last_seq: 5,
        ..HubSettings::default()
    };
    let hub = EventHub::new(settings, reader(&before.log));
    assert_eq!((hub.view().seq(), hub.last_seq()), (5, 5));
    let mut stream = hub
        .subscribe(Viewer::Observer(AgentId::new(1)), Some(2))
        .unwrap();
    assert_eq!(ids(&mut stream, 3).await, [3, 4, 5]);
}

#[tokio::test]
async fn s8_a_slow_listener_is_cut_off_and_comes_back_by_id() {
    let bench = Bench::new(small(64, 4));
    let mut slow = bench.observe(None).await.unwrap();
    let mut quick = bench.observe(None).await.unwrap();
    bench.publish(4);
    assert_eq!(ids(&mut quick, 4).await, [1, 2, 3, 4]);
    bench.publish(4);
    assert_eq!(ids(&mut quick, 4).await, [5, 6, 7, 8]);
    assert_eq!(ids(&mut slow, 4).await, [1, 2, 3, 4]);
    assert_eq!(slow.next().await, None, "cut off");
    assert_eq!(bench.hub.listeners(), 1);
    let mut back = bench.observe(Some(4)).await.unwrap();
    assert_eq!(ids(&mut back, 4).await, [5, 6, 7, 8]);
}

#[tokio::test(start_paused = true)]
async fn a_heartbeat_carries_the_number_although_nothing_concerned_the_listener() {
    let bench = Bench::new(HubSettings::default());
    let agent = Viewer::Agent(AgentId::new(7), web::Sight::Whole);
    let mut stream = bench.hub.subscribe(agent, None).unwrap();
    bench.publish(30);
    let begun = tokio::time::Instant::now();
    assert_eq!(stream.next().await, Some(Said::Heartbeat(30)));
    assert_eq!(begun.elapsed(), Duration::from_secs(15));
    assert_eq!(stream.next().await, Some(Said::Heartbeat(30)));
}

#[tokio::test]
async fn s7_an_agents_oldest_stream_gives_way_and_observers_have_a_bound() {
    let bench = Bench::new(HubSettings {
        streams_per_agent_max: 2,
        observers_max: 1,
        ..HubSettings::default()
    });
    let agent = AgentId::new(7);
    let listen = || {
        bench
            .hub
            .subscribe(Viewer::Agent(agent, web::Sight::Whole), None)
            .unwrap()
    };
    let (mut first, mut second, mut third) = (listen(), listen(), listen());
    bench.hub.publish(Arc::new(record(1, offered(CALL, agent))));
    assert_eq!(first.next().await, None, "the oldest window");
    assert_eq!(ids(&mut second, 1).await, [1]);
    assert_eq!(ids(&mut third, 1).await, [1]);
    let _one = bench.observe(None).await.unwrap();
    assert_eq!(bench.observe(None).await.err(), Some(CannotListen::TooMany));
    drop((first, second, third));
    assert_eq!(bench.hub.listeners(), 1, "who leaves is forgotten");
}

#[tokio::test]
async fn the_end_of_the_process_ends_all_streams() {
    let bench = Bench::new(HubSettings::default());
    let mut stream = bench.observe(None).await.unwrap();
    bench.hub.close();
    assert_eq!(stream.next().await, None);
    assert_eq!(bench.observe(None).await.err(), Some(CannotListen::Closing));
}

#[tokio::test]
async fn p9_a_page_of_a_former_run_loads_its_state_again() {
    let before = Bench::new(HubSettings::default());
    before.publish(5);
    let settings = HubSettings {
        last_seq: 5,
        ..HubSettings::default()
    };
    let hub = EventHub::new(settings, reader(&before.log));
    let agent = || Viewer::Agent(AgentId::new(7), web::Sight::Whole);
    hub.publish(Arc::new(record(6, arrived(CALL))));
    for (viewer, after, goes_on) in [
        (agent(), 0, false),
        (agent(), 4, false),
        (agent(), 5, true),
        (agent(), 6, true),
        // Facts stay true for those who gather them.
        (Viewer::Observer(AgentId::new(1)), 0, true),
        (Viewer::Observer(AgentId::new(1)), 4, true),
    ] {
        let heard = hub.subscribe(viewer.clone(), Some(after)).map(drop);
        let expected = if goes_on {
            Ok(())
        } else {
            Err(CannotListen::Gone)
        };
        assert_eq!(heard, expected, "{viewer:?} after {after}");
    }
    assert_ne!(before.hub.run(), hub.run());
}

#[tokio::test]
async fn s8_nobody_has_the_whole_log_read_for_him() {
    let settings = HubSettings {
        resume_max: 10,
        ..small(4, 64)
    };
    let bench = Bench::new(settings);
    bench.publish(30);
    assert!(bench.observe(Some(20)).await.is_ok());
    let older = bench.observe(Some(19)).await.err();
    assert_eq!(older, Some(CannotListen::Gone));
    let agent = Viewer::Agent(AgentId::new(7), web::Sight::Whole);
    assert!(bench.hub.subscribe(agent.clone(), Some(20)).is_ok());
    let older = bench.hub.subscribe(agent, Some(19)).err();
    assert_eq!(older, Some(CannotListen::Gone));
    assert_eq!(HubSettings::default().resume_max, 1_000_000);
}
