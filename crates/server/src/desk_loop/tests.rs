//! A fact that the database refuses holds up nothing.

use std::path::PathBuf;

use std::collections::BTreeMap;

use model::fact::{Offer, Pop, PopCustomer};
use model::transfer::{Colleague, HandedOn};
use model::{AgentId, CallId, Caller, DAY_MS, Decision, Fact, FactRecord, OfferId, Timestamp};
use store::FactLog;
use web::{EventHub, HubSettings};

use super::*;
use crate::fan_out::FanOut;
use crate::vital::Vitals;

/// A folder that goes with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("trunkline-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    async fn database(&self) -> Database {
        let url = format!("sqlite://{}", self.0.join("test.db").display());
        Database::open(&url, "CN").await.unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _left_behind = std::fs::remove_dir_all(&self.0);
    }
}

fn arrived(call: u64) -> Fact {
    Fact::CallArrived {
        call: CallId::new(call),
        caller: Caller::new("100", None),
        called: "4000".into(),
        sip_call_id: "x".into(),
        agent: None,
        direction: model::fact::Direction::In,
        trunk: None,
        diverted_from: None,
    }
}

fn desk_loop(log: FactLog, database: Database) -> DeskLoop {
    let reader = log.reader();
    let hub = EventHub::new(HubSettings::default(), Box::new(|_, _| Vec::new()));
    let (facts, fan_out) = FanOut::start(log, hub, Vitals::new().pulse("log")).unwrap();
    DeskLoop {
        tickets: TicketDesk::standard(database.clone()).telling({
            let facts = facts.clone();
            move |fact| facts.tell(Timestamp::from_ms(1), fact)
        }),
        database,
        reader,
        reached: fan_out.reached(),
        facts,
        clock: Clock::start(),
        filed: watch::Sender::new(0),
        set_aside: Arc::default(),
        sweeper: Sweeper::new(store::Retention::default(), PathBuf::new()),
    }
}

#[tokio::test]
async fn a_fact_that_the_database_refuses_is_set_aside_and_the_next_ones_are_applied() {
    let folder = Folder::new("set-aside");
    let (mut log, _report) = FactLog::open(&folder.0.join("facts"), 0).unwrap();
    let calls = (1..=5).map(arrived).collect();
    log.append(Timestamp::from_ms(1), calls).unwrap();
    let database = folder.database().await;
    let desk_loop = desk_loop(log, database.clone());
    // The database has none; from 3 on, the first does not follow on what it has, and it says so each time.
    let caught_up = desk_loop.catch_up(2).await;
    assert_eq!(
        caught_up,
        CaughtUp {
            applied: 5,
            is_complete: true
        }
    );
    assert_eq!(desk_loop.set_aside.load(Ordering::Relaxed), 1);
    assert_eq!(database.applied_seq().await.unwrap(), 5);
    for (call, is_known) in [(3, false), (4, true), (5, true)] {
        let found = database.call(CallId::new(call)).await.unwrap();
        assert_eq!(found.is_some(), is_known, "call {call}");
    }
}

/// What an agent's screen shows, handed on by a colleague or not.
fn offered(call: u64, agent: u64, by: Option<u64>) -> Fact {
    let colleague = |agent| Colleague {
        agent: AgentId::new(agent),
        login: agent.to_string(),
        name: "Li".into(),
    };
    Fact::OfferMade {
        offer: offer(call, agent),
        decision: Box::new(Decision::new("support".into(), "direct")),
        pop: Box::new(Pop {
            direction: "in".into(),
            caller: Caller::new("100", None),
            called: "4000".into(),
            waited_s: 0,
            queue_name: BTreeMap::new(),
            language: "en".into(),
            path: Vec::new(),
            answers: BTreeMap::new(),
            customer: PopCustomer::Pending,
            suggestion: "new".into(),
            handed_on: by.map(|by| HandedOn {
                by: colleague(by),
                consult: false,
                back: false,
                note: None,
            }),
            wrap_up: None,
            survey: false,
            flags: Vec::new(),
        }),
    }
}

fn offer(call: u64, agent: u64) -> Offer {
    Offer {
        id: OfferId::new(call * 100 + agent),
        call: CallId::new(call),
        agent: AgentId::new(agent),
        queue: None,
    }
}

#[tokio::test]
async fn p6_what_one_agent_wrote_stands_in_the_draft_of_the_one_who_gets_the_call() {
    let folder = Folder::new("handed-on");
    let database = folder.database().await;
    let mut desk = Desk::new(
        database.clone(),
        Clock::start(),
        TicketDesk::standard(database.clone()),
        watch::Sender::new(0),
    );
    let mut seq = 0;
    let mut record = |fact| {
        seq += 1;
        FactRecord {
            seq,
            at: Timestamp::from_ms(1),
            fact,
        }
    };
    let call = CallId::new(1);
    desk.take(&record(offered(1, 7, None))).await.unwrap();
    let mut first = database
        .draft(call, AgentId::new(7))
        .await
        .unwrap()
        .unwrap();
    first.subject = Some("Router broken".into());
    database.save_draft(&first).await.unwrap();
    desk.take(&record(offered(1, 8, Some(7)))).await.unwrap();
    let of = |agent| {
        let database = database.clone();
        async move { database.draft(call, AgentId::new(agent)).await.unwrap() }
    };
    let second = of(8).await.unwrap();
    assert_eq!(second.subject.as_deref(), Some("Router broken"));
    // What he adds until the colleague answers goes along too, unless that one has written himself.
    let mut third = of(7).await.unwrap();
    third.body = "since Monday".into();
    database.save_draft(&third).await.unwrap();
    desk.take(&record(offered(1, 9, Some(8)))).await.unwrap();
    let connected = Fact::CallConnected {
        offer: offer(1, 9),
        waited_ms: 0,
        rang_ms: 0,
    };
    desk.take(&record(connected)).await.unwrap();
    assert_eq!(
        of(9).await.unwrap().subject.as_deref(),
        Some("Router broken")
    );
    // An agent's call to a colleague leaves nothing behind when it becomes part of another.
    desk.take(&record(offered(2, 9, None))).await.unwrap();
    let merged = Fact::CallMerged {
        call: CallId::new(2),
        into: call,
    };
    desk.take(&record(merged)).await.unwrap();
    let gone = database
        .draft(CallId::new(2), AgentId::new(9))
        .await
        .unwrap();
    assert!(gone.is_none());
}

#[tokio::test]
async fn an_ill_database_costs_no_fact_and_does_not_hold_up_the_start() {
    let folder = Folder::new("ill");
    let (mut log, _report) = FactLog::open(&folder.0.join("facts"), 0).unwrap();
    log.append(Timestamp::from_ms(1), vec![arrived(1)]).unwrap();
    let database = folder.database().await;
    let desk_loop = desk_loop(log, database.clone());
    database.close().await;
    let started = Instant::now();
    let caught_up = desk_loop.catch_up(0).await;
    assert_eq!(
        caught_up,
        CaughtUp {
            applied: 0,
            is_complete: false
        }
    );
    assert_eq!(desk_loop.set_aside.load(Ordering::Relaxed), 0);
    assert!(started.elapsed() < STUCK_MAX * 2);
}

/// Events of tickets in the log, when there are so many.
async fn told(desk_loop: &DeskLoop, count: u64) -> Vec<String> {
    let mut reached = desk_loop.reached.clone();
    let waited = tokio::time::timeout(STUCK_MAX, reached.wait_for(|seq| *seq >= count));
    waited.await.unwrap().unwrap();
    let records = desk_loop.reader.read_from(1, BATCH_MAX).unwrap();
    let events = records.into_iter().map(|record| {
        if let Fact::TicketChanged { event, .. } = record.fact {
            event
        } else {
            record.fact.name().to_owned()
        }
    });
    events.collect()
}

#[tokio::test]
async fn f_r14_what_a_former_process_left_untold_is_told_and_what_is_late_comes_by_itself() {
    let folder = Folder::new("untold");
    let (log, _report) = FactLog::open(&folder.0.join("facts"), 0).unwrap();
    let database = folder.database().await;
    let desk_loop = desk_loop(log, database);
    let matter = ticket::Matter {
        subject: "no network".to_owned(),
        contact: ticket::Contact {
            number: Some("13800001111".to_owned()),
            ..ticket::Contact::default()
        },
        ..ticket::Matter::default()
    };
    let new = store::NewTicket {
        matter,
        ..store::NewTicket::default()
    };
    // P3 is to be answered within two hours.
    let now: Timestamp = desk_loop.clock.now().into();
    let then = Timestamp::from_ms(now.as_ms() - 3 * 3_600_000);
    // A process that tells nothing, as one does that is killed behind the commit.
    let killed = TicketDesk::standard(desk_loop.database.clone());
    let entered = killed.enter(new, ticket::Actor::System, then);
    assert_eq!(entered.await.unwrap().news.len(), 1);
    desk_loop.catch_up(0).await;
    assert_eq!(told(&desk_loop, 1).await, ["ticket.created"]);
    // What stands in the log is not told again, though the database has not met it.
    let desk = desk_loop.desk();
    let in_log = desk_loop.told_since(0).await;
    desk.tell_again(&in_log, &desk_loop.facts).await;
    desk.sweep().await;
    assert_eq!(told(&desk_loop, 2).await, ["ticket.created", "breached"]);
}

#[tokio::test]
async fn e6_each_kind_is_swept_a_step_a_tick_and_rests_then_as_long_as_its_row_says() {
    let folder = Folder::new("sweeper");
    let database = folder.database().await;
    let ended = |call| Fact::CallEnded {
        call: CallId::new(call),
        result: model::fact::CallResult::Abandoned,
        by: model::fact::EndedBy::Caller,
        agent: None,
        answered_late: false,
    };
    let facts = [arrived(1), ended(1), arrived(2), ended(2)];
    let record = |(fact, seq)| FactRecord {
        seq,
        at: Timestamp::from_ms(if seq <= 2 { 1 } else { DAY_MS - 1 }),
        fact,
    };
    let facts: Vec<FactRecord> = facts.into_iter().zip(1..).map(record).collect();
    database.apply(&facts).await.unwrap();
    let kinds = store::RetentionKind::ALL.len();
    let mut sweeper = Sweeper::new(store::Retention::default(), folder.0.clone());
    let there = async || {
        let call = |id| database.call(CallId::new(id));
        [
            call(1).await.unwrap().is_some(),
            call(2).await.unwrap().is_some(),
        ]
    };
    let mut ticks = async |at_ms, expected| {
        for _ in 0..kinds {
            sweeper.step(&database, Timestamp::from_ms(at_ms)).await;
        }
        assert_eq!(there().await, expected, "at {at_ms}");
    };
    let first = 1_095 * DAY_MS + 2;
    ticks(first, [false, true]).await;
    // The other one is old enough by then, and nobody looks.
    let rest = 24 * 3_600_000;
    ticks(first + rest - 2, [false, true]).await;
    ticks(first + rest, [false, false]).await;
}
