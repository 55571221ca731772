//! Health, readiness and figures.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use model::fact::QueueExit;
use model::service_level::Bounds;
use model::{CallId, Fact};
use serde_json::json;
use web::Readiness;

use crate::support::House;
use crate::support::facts::{CALL, arrived, connected, joined};

#[tokio::test]
async fn readiness_tells_which_part_fails() {
    let house = House::open().await;
    let client = house.stranger();
    assert_eq!(
        client.get("/healthz").await.json(),
        json!({ "status": "ok" })
    );
    assert_eq!(client.get("/readyz").await.status, 200);
    *house.readiness.lock().unwrap() = Readiness {
        signalling: true,
        media: false,
        store: true,
        draining: false,
    };
    let failing = client.get("/readyz").await;
    assert_eq!(failing.status, 503);
    assert_eq!(
        failing.json(),
        json!({ "signalling": true, "media": false, "store": true, "draining": false })
    );
    *house.readiness.lock().unwrap() = Readiness {
        signalling: true,
        media: true,
        store: true,
        draining: true,
    };
    assert_eq!(
        client.get("/readyz").await.status,
        503,
        "whoever goes down wants no new calls"
    );
    assert_eq!(
        client.get("/healthz").await.status,
        200,
        "the process lives"
    );
}

#[tokio::test]
async fn figures_are_told_in_the_text_format_with_bounded_labels() {
    let handle = web::MetricsHandle::install().expect("the only recorder of this test binary");
    let house = House::open().await;
    let client = house.stranger();
    house.tell(arrived(CALL)).await;
    for n in 0..20 {
        client.get(&format!("/v1/agents/{n}")).await;
        client.get(&format!("/random/{n}")).await;
    }
    callers_of_a_queue(&house).await;
    client.get("/metrics").await;
    let text = handle.render();
    for expected in [
        "trunkline_facts_total{type=\"call.arrived\"}",
        "trunkline_live_calls ",
        "trunkline_agents{state=\"ready\"} 0",
        "trunkline_queue_waiting{queue=\"counted\"} 1",
        "trunkline_queue_offered_total{queue=\"counted\"} 4",
        "trunkline_queue_answered_total{queue=\"counted\"} 2",
        "trunkline_queue_answered_in_time_total{queue=\"counted\"} 1",
        "trunkline_queue_abandoned_total{queue=\"counted\"} 1",
        "trunkline_queue_abandoned_in_time_total{queue=\"counted\"} 1",
        "trunkline_queue_short_abandons_total{queue=\"counted\"} 1",
        "trunkline_queue_led_elsewhere_total{queue=\"counted\"} 0",
        "trunkline_http_requests_total{method=\"GET\",route=\"/v1/agents/{id}\",status=\"401\"} ",
        "trunkline_http_requests_total{method=\"GET\",route=\"other\",status=\"404\"} ",
    ] {
        assert!(text.contains(expected), "{expected} in\n{text}");
    }
    assert!(!text.contains("/random"), "no path that somebody typed");
    assert!(!text.contains("unheard of"), "queues of the configuration");
    let mut lines = text.lines();
    let longest = lines.find_map(|line| {
        line.strip_prefix("trunkline_queue_longest_wait_seconds{queue=\"counted\"} ")
    });
    let longest: f64 = longest.unwrap().parse().unwrap();
    assert!((30.0..60.0).contains(&longest), "{longest} s");
}

/// D24: one is answered in time and one late, one gives up at once, one waits; another queue was never heard of.
async fn callers_of_a_queue(house: &House) {
    let bounds = [("counted".into(), Bounds::default())];
    house.hub.view().set_bounds(bounds.into());
    let joins = |number: u64, queue: &str| {
        let mut fact = joined(CallId::new(number));
        if let Fact::QueueJoined { queue: named, .. } = &mut fact {
            *named = queue.into();
        }
        fact
    };
    let li = house.id("1001");
    let left = Fact::QueueLeft {
        call: CallId::new(3),
        queue: "counted".into(),
        cause: QueueExit::Abandoned,
        waited_ms: 0,
        unserved: None,
    };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    for (seconds_ago, fact) in [
        (90, joins(1, "counted")),
        (80, connected(CallId::new(1), li)),
        (80, joins(2, "counted")),
        (50, connected(CallId::new(2), li)),
        (50, joins(3, "counted")),
        (48, left),
        (40, joins(5, "unheard of")),
        (31, arrived(CallId::new(4))),
        (30, joins(4, "counted")),
    ] {
        let at = now - Duration::from_secs(seconds_ago);
        house.tell_at(at.into(), fact).await;
    }
}
