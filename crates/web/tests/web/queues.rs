//! `/v1/queues`: who waits, who serves, and what became of today's callers (D23, D24, A12).

use std::time::{SystemTime, UNIX_EPOCH};

use engine::{PlaceReport, QueueReport};
use model::fact::{PlaceResumed, QueueExit};
use model::service_level::{Bounds, ServiceLevel};
use model::{CallId, Fact, FactRecord, Timestamp};
use serde_json::{Value, json};
use web::HubSettings;

use crate::support::House;
use crate::support::facts::{arrived, connected, ended, joined, offered};

const MINUTE_MS: i64 = 60_000;
const DAY_MIN: i64 = 24 * 60;

fn call(number: u64) -> CallId {
    CallId::new(number)
}

fn report() -> QueueReport {
    QueueReport {
        name: "support".into(),
        title: [("en".to_owned(), "Support".to_owned())].into(),
        strategy: "longest-idle",
        strategy_title: [("en", "Longest idle")].into(),
        open: true,
        changes_at: None,
        agents: [("ready", 1), ("talking", 3)].into(),
        callbacks: 1,
        estimate_ms: Some((9_000, 21_000)),
        active: Some(4),
        max_active: Some(6),
    }
}

fn left(number: u64, cause: QueueExit) -> Fact {
    Fact::QueueLeft {
        call: call(number),
        queue: "support".into(),
        cause,
        waited_ms: 0,
        unserved: None,
    }
}

/// The clock of the machine.
fn now() -> Timestamp {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().into()
}

/// A house whose clock shows noon: no test meets midnight.
async fn house() -> House {
    let of_day = now().as_ms() / MINUTE_MS % DAY_MIN;
    let house = House::with(HubSettings {
        utc_offset_min: i32::try_from(DAY_MIN / 2 - of_day).unwrap(),
        ..HubSettings::default()
    })
    .await;
    house.reports.lock().unwrap().queues = vec![report()];
    house
}

/// Tells facts of today, each some seconds before now.
async fn tell(house: &House, facts: Vec<(i64, Fact)>) {
    let now = now();
    for (seconds_ago, fact) in facts {
        let at = Timestamp::from_ms(now.as_ms() - seconds_ago * 1_000);
        house.tell_at(at, fact).await;
    }
}

/// Eight callers: one is served twice and counts once, two give up, one of them at once, one presses a key, one is moved by a
/// supervisor, one gave up and has his place back, one is not let in, and one waits.
async fn busy_day() -> House {
    let house = house().await;
    let li = house.id("1001");
    let resumed = Fact::QueueResumed(PlaceResumed {
        call: call(7),
        former: call(6),
        queue: "support".into(),
    });
    let mut facts = vec![(300, joined(call(1))), (288, connected(call(1), li))];
    facts.extend([(270, joined(call(1))), (200, connected(call(1), li))]);
    facts.push((190, ended(call(1), Some(li))));
    facts.extend([(180, joined(call(2))), (177, left(2, QueueExit::Abandoned))]);
    facts.extend([(170, joined(call(3))), (140, left(3, QueueExit::Abandoned))]);
    facts.extend([(130, joined(call(4))), (120, left(4, QueueExit::Key))]);
    facts.extend([(110, joined(call(5))), (109, left(5, QueueExit::Moved))]);
    facts.extend([(109, joined(call(5))), (70, connected(call(5), li))]);
    facts.extend([(65, joined(call(6))), (60, left(6, QueueExit::Abandoned))]);
    facts.extend([
        (60, left(8, QueueExit::Full)),
        (59, left(8, QueueExit::Full)),
    ]);
    facts.extend([(51, arrived(call(7))), (51, resumed), (50, joined(call(7)))]);
    tell(&house, facts).await;
    house
}

#[tokio::test]
async fn d24_a_queue_is_told_with_its_line_its_agents_and_all_levels_by_name() {
    let house = busy_day().await;
    let boss = house.program("boss").await;
    let list = boss.get("/v1/queues").await.json();
    let queue = &list["items"][0];
    for (figure, expected) in [
        ("name", json!("support")),
        ("title", json!({ "en": "Support" })),
        ("strategy", json!("longest-idle")),
        ("open", json!(true)),
        ("waiting", json!(1)),
        ("also_waiting", json!(0)),
        ("callbacks", json!(1)),
        ("oldest_call", json!("7")),
        ("agents", json!({ "ready": 1, "talking": 3 })),
        ("estimate", json!({ "p50_ms": 9_000, "p80_ms": 21_000 })),
        ("active", json!(4)),
        ("max_active", json!(6)),
    ] {
        assert_eq!(queue[figure], expected, "{figure} of {queue}");
    }
    let waits = queue["longest_wait_ms"].as_u64().unwrap();
    assert!((50_000..80_000).contains(&waits), "{waits}");
    let today = &queue["today"];
    for (figure, expected) in [
        ("offered", 6),
        ("answered", 2),
        ("answered_in_threshold", 1),
        ("abandoned", 2),
        ("abandoned_in_threshold", 1),
        ("short_abandons", 1),
        ("led_elsewhere", 1),
        ("turned_away", 1),
        ("short_abandon_ms", 5_000),
        ("threshold_ms", 20_000),
    ] {
        assert_eq!(today[figure], expected, "{figure} of {today}");
    }
    // To within 0.8 %.
    let near =
        |figure: &str, ms: u64| (ms..ms + ms / 100).contains(&today[figure].as_u64().unwrap());
    assert!(near("wait_p50_ms", 12_000), "{today}");
    assert!(near("wait_p90_ms", 40_000), "{today}");
    assert_eq!(
        levels(today),
        [
            ("of_answered", Some(1.0 / 2.0)),
            ("of_offered", Some(1.0 / 6.0)),
            ("with_abandons_in_t", Some(2.0 / 4.0)),
            ("without_abandons_in_t", Some(1.0 / 3.0)),
            ("without_short_abandons", Some(1.0 / 5.0)),
        ]
    );
    let formula = &today["service_levels"][1]["formula"];
    assert_eq!(*formula, "answered in T ÷ offered");
    let judged_by = &today["service_level"]["name"];
    assert_eq!(
        *judged_by, "without_abandons_in_t",
        "unless the queue says so"
    );
}

fn levels(today: &Value) -> Vec<(&str, Option<f64>)> {
    let levels = today["service_levels"].as_array().unwrap().iter();
    levels
        .map(|level| (level["name"].as_str().unwrap(), level["share"].as_f64()))
        .collect()
}

#[tokio::test]
async fn d30_a_threshold_of_a_queue_counts_from_the_reload_on() {
    let house = busy_day().await;
    let stricter = Bounds {
        t_ms: 10_000,
        short_ms: 2_000,
        level: ServiceLevel::OfAnswered,
    };
    house
        .hub
        .view()
        .set_bounds([("support".into(), stricter)].into());
    let li = house.id("1001");
    let facts = vec![(30, joined(call(8))), (15, connected(call(8), li))];
    tell(&house, facts).await;
    let boss = house.program("boss").await;
    let queue = boss.get("/v1/queues/support").await.json();
    let today = &queue["today"];
    assert_eq!(
        (&today["threshold_ms"], &today["answered"]),
        (&json!(10_000), &json!(3))
    );
    assert_eq!(
        today["answered_in_threshold"], 1,
        "15 s are too long from here on"
    );
    // I7: of three who were answered, one within T.
    let judged_by = &today["service_level"];
    assert_eq!(judged_by["name"], "of_answered");
    assert_eq!(judged_by["share"], 1.0 / 3.0);
}

fn place(number: u64, position: u32, is_here: bool) -> PlaceReport {
    PlaceReport {
        call: call(number),
        position,
        is_here,
        callback: (!is_here).then(|| (call(7), "+8613900002222".into())),
        is_home: number != 2,
        priority: u8::from(number == 1),
        since: Timestamp::from_ms(0),
    }
}

#[tokio::test]
async fn d25_a_queue_tells_its_line_and_who_may_not_see_callers_sees_half_of_their_numbers() {
    let house = house().await;
    house.reports.lock().unwrap().line =
        vec![place(1, 1, true), place(3, 2, false), place(2, 3, true)];
    let facts = [1, 2].map(|number| vec![(9, arrived(call(number))), (8, joined(call(number)))]);
    tell(&house, facts.concat()).await;
    let rung = vec![(1, offered(call(1), house.id("1001")))];
    tell(&house, rung).await;
    let boss = house.program("boss").await;
    let queue = boss.get("/v1/queues/support").await.json();
    assert_eq!(queue["line_length"], 3);
    let line = queue["line"].as_array().unwrap();
    let told: Vec<_> = line
        .iter()
        .map(|place| {
            (
                place["call"].as_str().unwrap(),
                place["state"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [("1", "ringing"), ("3", "callback"), ("2", "waiting")]
    );
    assert_eq!(
        (&line[0]["priority"], &line[0]["home"]),
        (&json!(1), &json!(null))
    );
    assert_eq!(line[0]["caller"]["number"], "13800001111");
    assert_eq!(line[0]["callback"], json!(null));
    assert_eq!(line[1]["callback"], "7", "as `/v1/callbacks` has it");
    assert_eq!(line[1]["caller"]["number"], "+8613900002222");
    assert_eq!(line[2]["home"], "support");
    let agent = house.program("1002").await;
    let queue = agent.get("/v1/queues/support").await.json();
    let masked = json!({ "number": "138****1111", "display": null, "e164": null });
    assert_eq!(queue["line"][0]["caller"], masked);
    assert_eq!(queue["line"][1]["caller"]["number"], "+86139****2222");
    let missing = agent.get("/v1/queues/nowhere").await;
    assert_eq!(missing.problem(), "no_such_queue");
    assert_eq!(house.stranger().get("/v1/queues").await.status, 401);
}

#[tokio::test]
async fn a12_who_stands_in_several_lines_is_told_in_each_and_counted_once() {
    let house = house().await;
    let sales = QueueReport {
        name: "sales".into(),
        ..report()
    };
    house.reports.lock().unwrap().queues.push(sales);
    let mut both = joined(call(1));
    if let Fact::QueueJoined { also, .. } = &mut both {
        *also = vec!["sales".into()];
    }
    let mut facts = vec![(60, arrived(call(1))), (40, both)];
    facts.extend([(30, arrived(call(2))), (30, joined(call(2)))]);
    tell(&house, facts).await;
    let boss = house.program("boss").await;
    let waiting = |list: &Value| -> Vec<(Value, Value)> {
        let items = list["items"].as_array().unwrap().iter();
        items
            .map(|queue| (queue["waiting"].clone(), queue["also_waiting"].clone()))
            .collect()
    };
    let list = boss.get("/v1/queues").await.json();
    assert_eq!(waiting(&list), [(json!(0), json!(1)), (json!(2), json!(0))]);
    let live = boss.get("/v1/calls?live=true").await.json();
    let first = &live["items"][0];
    assert_eq!(
        (&first["queue"], &first["live"]["also"]),
        (&json!("support"), &json!(["sales"]))
    );
    assert!(first["queued_at"].is_string() && first["connected_at"].is_null());

    let dropped = Fact::QueueDropped {
        call: call(1),
        dropped: "support".into(),
        queue: "sales".into(),
        also: Vec::new(),
    };
    tell(&house, vec![(20, dropped)]).await;
    let list = boss.get("/v1/queues").await.json();
    assert_eq!(waiting(&list), [(json!(1), json!(0)), (json!(1), json!(0))]);

    tell(&house, vec![(10, connected(call(1), house.id("1001")))]).await;
    let live = boss.get("/v1/calls?live=true").await.json();
    let first = &live["items"][0];
    assert_eq!(first["live"]["also"], json!([]));
    let at = |key: &str| first[key].as_str().unwrap().to_owned();
    assert!(at("queued_at") < at("connected_at"), "{first}");
    let list = boss.get("/v1/queues").await.json();
    assert_eq!(waiting(&list), [(json!(0), json!(0)), (json!(1), json!(0))]);
}

#[test]
fn d24_after_a_restart_the_day_is_counted_from_the_log() {
    const HOUR_MS: i64 = 3_600_000;
    // 01:00 of a day that is 8 h ahead of UTC, in the middle of UTC's.
    let began_ms = 20_000 * 24 * HOUR_MS - 7 * HOUR_MS;
    let record = |seq: u64, ms: i64, fact| FactRecord {
        seq,
        at: Timestamp::from_ms(ms),
        fact,
    };
    let mut log = Vec::new();
    for number in 1..=60 {
        // One caller each minute, of whom those after midnight count.
        let at = began_ms - (90 - i64::try_from(number).unwrap()) * MINUTE_MS;
        log.push(record(2 * number - 1, at, joined(call(number))));
        log.push(record(
            2 * number,
            at + 9_000,
            left(number, QueueExit::Abandoned),
        ));
    }
    let kept = std::sync::Arc::new(std::sync::Mutex::new(log));
    let settings = HubSettings {
        last_seq: 120,
        began_at: Timestamp::from_ms(began_ms),
        utc_offset_min: 480,
        ..HubSettings::default()
    };
    let hub = web::EventHub::new(settings, crate::support::reader(&kept));
    let live = record(121, began_ms + 1_000, joined(call(99)));
    hub.publish(std::sync::Arc::new(live));
    let told = |ms: i64| {
        let today = hub.view().today(Timestamp::from_ms(ms));
        let day = today.queues.get("support").cloned().unwrap_or_default();
        (
            today.since.as_ms() - began_ms,
            day.counts.offered,
            day.counts.abandoned,
        )
    };
    assert_eq!(told(began_ms + 2_000), (0, 1, 0), "since the start");
    hub.count_earlier();
    assert_eq!(told(began_ms + 2_000), (-HOUR_MS, 32, 31), "since midnight");
    assert_eq!(told(began_ms + 23 * HOUR_MS), (23 * HOUR_MS, 0, 0));
}
