//! Health, readiness and figures.

use serde_json::json;
use web::Readiness;

use crate::support::House;
use crate::support::facts::{CALL, arrived};

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
    client.get("/metrics").await;
    let text = handle.render();
    for expected in [
        "trunkline_facts_total{type=\"call.arrived\"}",
        "trunkline_live_calls ",
        "trunkline_agents{state=\"ready\"} 0",
        "trunkline_http_requests_total{method=\"GET\",route=\"/v1/agents/{id}\",status=\"401\"} ",
        "trunkline_http_requests_total{method=\"GET\",route=\"other\",status=\"404\"} ",
    ] {
        assert!(text.contains(expected), "{expected} in\n{text}");
    }
    assert!(!text.contains("/random"), "no path that somebody typed");
}
