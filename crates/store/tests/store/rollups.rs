//! I5: sums by the quarter of an hour are those of a slow count, however facts are batched, read twice, or cut by a kill.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command as Program, Stdio};

use model::fact::{CallResult, FactRecord, PlaceResumed, QueueExit};
use model::service_level::Bounds;
use model::{
    AgentId, AgentState, CallId, Fact, Interval, Offer, OfferId, QueueName, Timestamp, Zone,
};
use report::{AgentSums, QueueSums, Report, Subject, Tally};
use store::{Database, ReportWish, StoreError, SumsOf, Whose, Window};

use crate::world::{DAY, MINUTE, NOW, World, after, arrived, ended};

/// Tells the child where the database is.
const URL: &str = "TRUNKLINE_TEST_COUNTS_IN";
const TEST: &str = "rollups::i5_a_kill_changes_no_sum";
const KILLS: usize = 6;
const SEED: u64 = 20_261_123;

/// SplitMix64: the same stream for the same seed.
pub(crate) struct Lots(pub(crate) u64);

impl Lots {
    pub(crate) fn draw(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % below
    }
}

/// The facts of many callers and four agents, mixed, over some hours.
fn stream(seed: u64, calls: u64) -> Vec<(Timestamp, Fact)> {
    let mut lots = Lots(seed);
    let mut facts = Vec::new();
    for id in 1..=calls {
        let mut now = lots.draw(6 * 60 * 60_000) as i64;
        let mut tell = |now: i64, fact| facts.push((after(now), fact));
        let agent = AgentId::new(1 + lots.draw(4));
        let queue = ["support", "sales", "night"][lots.draw(3) as usize];
        tell(now, arrived(id, "13800001111"));
        now += 1_000;
        tell(now, joined(id, queue));
        now += lots.draw(40_000) as i64;
        match lots.draw(8) {
            0 => tell(now, left(id, queue, QueueExit::Timeout)),
            1 | 2 => {
                tell(now, left(id, queue, QueueExit::Abandoned));
                tell(now + 1, ended(id, CallResult::Abandoned, None));
                if lots.draw(3) == 0 {
                    tell(now + 90_000, resumed(id, queue));
                }
                continue;
            }
            3 => tell(
                now,
                Fact::OfferMissed {
                    offer: offer(id, agent, queue),
                },
            ),
            _ => talk(&mut tell, &mut now, (id, agent, queue), &mut lots),
        }
        tell(now + 1, ended(id, CallResult::Answered, None));
    }
    facts.sort_by_key(|(at, _)| *at);
    facts
}

fn talk(
    tell: &mut impl FnMut(i64, Fact),
    now: &mut i64,
    (id, agent, queue): (u64, AgentId, &str),
    lots: &mut Lots,
) {
    let talking = AgentState::Talking {
        call: Some(CallId::new(id)),
    };
    let filing = AgentState::WrapUp {
        call: CallId::new(id),
    };
    let state = |from: &AgentState, to: &AgentState| Fact::AgentStateChanged {
        agent,
        from: from.clone(),
        to: to.clone(),
        cause: "call".to_owned(),
    };
    let connected = Fact::CallConnected {
        offer: offer(id, agent, queue),
        waited_ms: 0,
        rang_ms: 2_000,
    };
    tell(*now, connected);
    tell(*now, state(&AgentState::Ready, &talking));
    *now += lots.draw(30 * 60_000) as i64;
    tell(*now, state(&talking, &filing));
    let filed = *now + 1 + lots.draw(20 * 60_000) as i64;
    tell(filed, state(&filing, &AgentState::Ready));
}

fn joined(id: u64, queue: &str) -> Fact {
    Fact::QueueJoined {
        call: CallId::new(id),
        queue: queue.into(),
        position: 1,
        also: Vec::new(),
        regions: Vec::new(),
    }
}

fn left(id: u64, queue: &str, cause: QueueExit) -> Fact {
    Fact::QueueLeft {
        call: CallId::new(id),
        queue: queue.into(),
        cause,
        waited_ms: 1,
        unserved: None,
    }
}

fn resumed(id: u64, queue: &str) -> Fact {
    let (call, former) = (CallId::new(1_000_000 + id), CallId::new(id));
    Fact::QueueResumed(PlaceResumed {
        call,
        former,
        queue: queue.into(),
    })
}

fn offer(id: u64, agent: AgentId, queue: &str) -> Offer {
    Offer {
        id: OfferId::new(id),
        call: CallId::new(id),
        agent,
        queue: Some(queue.into()),
    }
}

/// What stands in the tables.
#[derive(Debug, Default, PartialEq)]
struct Standing {
    queues: BTreeMap<(i64, QueueName), QueueSums>,
    agents: BTreeMap<(i64, AgentId, Option<QueueName>), AgentSums>,
    states: BTreeMap<(i64, u64, String, String), i64>,
}

async fn standing(database: &Database) -> Standing {
    let first = Timestamp::from_ms(report::quarter(after(-DAY)));
    let time = first..after(3 * DAY);
    let (by, zone) = (Interval::QuarterHour, Zone::ahead(0));
    let windows = Window::of(&time, by, &zone, 1_000).unwrap();
    let all = SumsOf::default();
    let states = database.state_sums(&windows, &all, None).await.unwrap();
    Standing {
        queues: database.queue_sums(&windows, &all).await.unwrap(),
        agents: database.agent_sums(&windows, &all).await.unwrap(),
        states: states
            .into_iter()
            .map(|row| {
                (
                    (row.bucket_at, row.agent_id as u64, row.doing, row.reason),
                    row.ms,
                )
            })
            .collect(),
    }
}

/// The same by one count of all facts, in memory.
fn counted(facts: &[(Timestamp, Fact)], bounds: &BTreeMap<QueueName, Bounds>) -> Standing {
    let mut tally = Tally::default();
    for (at, fact) in facts {
        tally.apply(*at, fact, bounds);
    }
    let states = tally.counts.states.into_iter();
    Standing {
        queues: tally.counts.queues,
        agents: tally.counts.agents,
        states: states
            .map(|((bucket, agent, doing), ms)| {
                (
                    (
                        bucket,
                        agent.get(),
                        doing.name().to_owned(),
                        doing.reason().to_owned(),
                    ),
                    ms,
                )
            })
            .collect(),
    }
}

fn bounds() -> BTreeMap<QueueName, Bounds> {
    let strict = Bounds {
        t_ms: 10_000,
        short_ms: 20_000,
        ..Bounds::default()
    };
    [("sales".into(), strict)].into()
}

#[tokio::test]
async fn i5_sums_are_those_of_one_count_however_facts_are_batched() {
    let facts = stream(SEED, 60);
    let expected = counted(&facts, &bounds());
    assert!(expected.queues.len() > 20 && expected.states.len() > 20);
    for batch in [1, 7, 256] {
        let mut world = World::new().await;
        world.database.set_bounds(bounds());
        let records = world.numbered(facts.clone());
        for (index, batch) in records.chunks(batch).enumerate() {
            world.database.apply(batch).await.unwrap();
            if index % 40 == 7 {
                // A start anew, and a batch that is read twice.
                world = world.reopen().await;
                world.database.set_bounds(bounds());
                world.database.apply(batch).await.unwrap();
            }
        }
        assert_eq!(standing(&world.database).await, expected, "{batch} at once");
    }
}

#[tokio::test]
async fn i5_what_is_refused_as_a_whole_counts_nothing() {
    let mut world = World::new().await;
    let facts = stream(SEED + 1, 4);
    let mut records = world.numbered(facts);
    records.remove(2);
    let refused = world.database.apply(&records).await;
    assert!(matches!(refused, Err(StoreError::Gap { after: 2, got: 4 })));
    assert_eq!(standing(&world.database).await, Standing::default());
}

#[tokio::test]
async fn i5_what_comes_after_midnight_counts_where_its_caller_entered() {
    let mut world = World::new().await;
    world
        .tell(vec![
            (NOW, arrived(1, "13800001111")),
            (NOW, joined(1, "support")),
        ])
        .await;
    let agent = AgentId::new(7);
    let mut late = Vec::new();
    let mut tell = |ms: i64, fact| late.push((after(DAY + ms), fact));
    talk(&mut tell, &mut 0, (1, agent, "support"), &mut Lots(SEED));
    world.tell(late).await;
    let standing = standing(&world.database).await;
    assert_eq!(standing.queues.len(), 1);
    let sums = standing.queues[&(report::quarter(NOW), "support".into())];
    assert_eq!((sums.offered, sums.answered, sums.talks), (1, 1, 1));
    assert!(sums.wrap_up_ms > 0);
    // What he did stands where he did it.
    assert!(
        standing
            .states
            .keys()
            .all(|(bucket, ..)| *bucket > NOW.as_ms() + DAY - 15 * MINUTE)
    );
}

/// Applies the stream, and says how far it is.
async fn count_in(url: &str) {
    let database = Database::open(url, "CN").await.unwrap();
    let facts = numbered(&stream(SEED, 60));
    for batch in facts.chunks(3) {
        database.apply(batch).await.unwrap();
        let mut out = std::io::stdout().lock();
        writeln!(out, "stands {}", batch[0].seq).unwrap();
        out.flush().unwrap();
    }
}

fn numbered(facts: &[(Timestamp, Fact)]) -> Vec<FactRecord> {
    let facts = facts.iter().cloned().zip(1..);
    facts
        .map(|((at, fact), seq)| FactRecord { seq, at, fact })
        .collect()
}

fn killed_at(url: &str, lines: usize) {
    let mut child = Program::new(std::env::current_exe().unwrap())
        .args([TEST, "--exact", "--nocapture", "--test-threads=1"])
        .env(URL, url)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let told = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut told = told
        .map_while(Result::ok)
        .filter(|line| line.contains("stands "));
    assert!(told.nth(lines).is_some(), "it ended by itself");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[tokio::test]
async fn i5_a_kill_changes_no_sum() {
    if let Ok(url) = std::env::var(URL) {
        return count_in(&url).await;
    }
    let world = World::new().await;
    let World { database, url, .. } = &world;
    database.clone().close().await;
    for round in 0..KILLS {
        killed_at(url, 12 * round + round % 5);
    }
    let database = Database::open(url, "CN").await.unwrap();
    let facts = stream(SEED, 60);
    let before = database.applied_seq().await.unwrap();
    assert!(before > 0 && before < facts.len() as u64, "{before}");
    database.apply(&numbered(&facts)).await.unwrap();
    assert_eq!(standing(&database).await, counted(&facts, &BTreeMap::new()));
}

#[tokio::test]
async fn i5_sums_are_kept_for_so_many_days() {
    let mut world = World::new().await;
    world.tell(stream(SEED, 10)).await;
    assert!(!standing(&world.database).await.queues.is_empty());
    let state = |to| Fact::AgentStateChanged {
        agent: AgentId::new(1),
        from: AgentState::Offline,
        to,
        cause: "agent".to_owned(),
    };
    let later = after((store::rollup::KEPT_DAYS + 2) * DAY);
    world.tell(vec![(later, state(AgentState::Ready))]).await;
    let left = standing(&world.database).await;
    assert_eq!((left.queues.len(), left.agents.len()), (0, 0));
    // Sums of four hours go with their quarters.
    let whole = told(&world, Subject::Queues, Interval::Whole, SumsOf::default()).await;
    assert!(whole.rows.is_empty(), "{whole:?}");
}

async fn told(world: &World, subject: Subject, by: Interval, of: SumsOf) -> Report {
    let wish = ReportWish {
        subject,
        time: NOW..after(8 * 60 * MINUTE),
        by,
        zone: Zone::ahead(480),
        of,
    };
    let report = world.database.report(&wish, after(8 * 60 * MINUTE)).await;
    report.unwrap().unwrap()
}

#[tokio::test]
async fn i5_whatever_the_interval_rows_add_up_to_the_same() {
    let mut world = World::new().await;
    world.tell(stream(SEED, 60)).await;
    for subject in [Subject::Queues, Subject::Agents] {
        let whole = told(&world, subject, Interval::Whole, SumsOf::default()).await;
        assert!(whole.rows.len() >= 3);
        for by in Interval::ALL {
            let report = told(&world, subject, by, SumsOf::default()).await;
            assert_eq!(
                report.total.sums,
                whole.total.sums,
                "{subject:?} by {}",
                by.name()
            );
            assert!(report.rows.len() >= whole.rows.len());
            for row in &report.rows {
                assert!(!row.time.is_empty());
                assert_eq!(
                    by.cut(&row.time, &report.zone, 2).map(|cut| cut.len()),
                    Some(1)
                );
            }
        }
    }
    let one = SumsOf {
        queue: Some("sales".into()),
        ..SumsOf::default()
    };
    let sales = told(&world, Subject::Queues, Interval::Hour, one).await;
    assert!(sales.rows.iter().all(|row| row.id == "sales"));
    let one = SumsOf {
        whose: Whose::One(AgentId::new(2)),
        ..SumsOf::default()
    };
    let two = told(&world, Subject::Agents, Interval::Whole, one).await;
    assert_eq!((two.rows.len(), two.rows[0].id.as_str()), (1, "2"));
}

#[tokio::test]
async fn i5_who_is_signed_in_does_what_he_does_until_now() {
    let mut world = World::new().await;
    let agent = world.agent("1001").await;
    let ready = Fact::AgentStateChanged {
        agent: agent.id,
        from: AgentState::Offline,
        to: AgentState::Ready,
        cause: "agent".to_owned(),
    };
    world.tell(vec![(after(60 * MINUTE), ready)]).await;
    let report = told(&world, Subject::Agents, Interval::Hour, SumsOf::default()).await;
    assert_eq!(report.total.sums.states.ready_ms, 7 * 60 * MINUTE);
    assert_eq!(report.rows[0].title, "1001 Agent 1001");
    let most = report.rows.iter().map(|row| row.sums.states.ready_ms).max();
    assert_eq!(most, Some(60 * MINUTE), "cut at the borders of hours");
}

#[tokio::test]
async fn i5_a_report_of_too_many_intervals_is_refused() {
    let world = World::new().await;
    let wish = ReportWish {
        subject: Subject::Queues,
        time: NOW..after(200 * DAY),
        by: Interval::QuarterHour,
        zone: Zone::ahead(480),
        of: SumsOf::default(),
    };
    assert_eq!(world.database.report(&wish, NOW).await.unwrap(), None);
}
