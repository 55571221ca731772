//! Scripts by the API: who may read their versions, what changed, the way back, and where callers go.

use std::collections::{BTreeMap, BTreeSet};

use model::canary::{BadCall, Canary, CanaryPair, Measure};
use model::fact::{FailedTries, NodeLeft};
use model::{CallId, Fact, Timestamp};
use serde_json::json;

use crate::support::{House, NOON_MS, facts};

const JSON: [(&str, &str); 1] = [("content-type", "application/json")];
const BACK: &str = "/v1/scripts/main/rollback";

#[tokio::test]
async fn e20_versions_are_read_and_compared() {
    let house = House::open().await;
    let lead = house.signed_in("boss").await;
    let list = lead.get("/v1/scripts").await.json();
    assert_eq!(
        list,
        json!({ "items": [{ "name": "main", "version": 2 }], "next": null })
    );
    let versions = lead.get("/v1/scripts/main/versions?limit=1").await.json();
    assert_eq!(versions["items"][0]["version"], 2);
    assert_eq!(versions["items"][0]["by"], json!(null));
    assert_eq!(versions["next"], "2");
    let older = lead.get("/v1/scripts/main/versions?after=2").await.json();
    assert_eq!(older["items"][0]["version"], 1);
    let text = lead.get("/v1/scripts/main/versions/1").await.json();
    assert_eq!(text, json!({ "version": 1, "text": "title = 1\n" }));
    let diff = lead.get("/v1/scripts/main/diff?from=1&to=2").await.json();
    assert_eq!(
        diff["diff"],
        "--- main version 1\n+++ main version 2\n@@ -1 +1 @@\n-title = 1\n+title = 2\n"
    );
    for path in [
        "/v1/scripts/night/versions",
        "/v1/scripts/main/versions/9",
        "/v1/scripts/main/diff?from=1&to=9",
    ] {
        assert_eq!(lead.get(path).await.problem(), "no_such_script", "{path}");
    }
    let agent = house.signed_in("1001").await;
    assert_eq!(agent.get("/v1/scripts").await.problem(), "forbidden");
}

#[tokio::test]
async fn e20_an_admin_brings_an_older_text_back_and_overwrites_nobody() {
    let house = House::open().await;
    let admin = house.signed_in("root").await;
    for (body, expected) in [
        (br#"{"to":1,"seen":1}"#, "script_changed"),
        (br#"{"to":2,"seen":2}"#, "script_refused"),
        (br#"{"to":7,"seen":2}"#, "no_such_script"),
        (br#"{"to":1,"sean":2}"#, "invalid_body"),
    ] {
        let told = admin.send("POST", BACK, &JSON, body).await;
        assert_eq!(told.problem(), expected, "{}", told.text());
    }
    let body = br#"{"to":1,"seen":2}"#;
    let done = admin.send("POST", BACK, &JSON, body).await;
    assert_eq!(done.status, 200, "{}", done.text());
    assert_eq!(done.json(), json!({ "name": "main", "version": 3 }));
    let lead = house.signed_in("boss").await;
    let told = lead.send("POST", BACK, &JSON, body).await;
    assert_eq!(told.problem(), "forbidden");
}

/// A call through `main`, version 2: by key 0 from the menu to a queue, in which its caller hangs up.
async fn walks(house: &House, id: u64) {
    let call = CallId::new(id);
    let entered = |node: &str, left: Vec<NodeLeft>| Fact::IvrEntered {
        call,
        script: "main".into(),
        version: 2,
        kind: "menu".to_owned(),
        node: node.to_owned(),
        depth: 0,
        left,
    };
    let left = NodeLeft {
        node: "welcome".to_owned(),
        exit: "0".to_owned(),
        failed: FailedTries {
            timeouts: 1,
            wrong_keys: 2,
        },
    };
    for (s, fact) in [
        (0, facts::arrived(call)),
        (0, entered("welcome", Vec::new())),
        (4, entered("agents", vec![left])),
        (4, facts::joined(call)),
        (30, facts::ended(call, None)),
    ] {
        let at = Timestamp::from_ms(NOON_MS + s * 1_000);
        house.tell_at(at, fact).await;
    }
}

#[tokio::test]
async fn e23_heat_tells_where_callers_go_and_where_they_hang_up() {
    let house = House::open().await;
    walks(&house, 1).await;
    walks(&house, 2).await;
    let lead = house.signed_in("boss").await;
    let path = "/v1/scripts/main/heat?from=2026-11-18T00:00:00Z&to=2026-11-19T00:00:00Z";
    let heat = lead.get(path).await.json();
    assert_eq!(heat["version"], json!(null));
    let menu = json!({
        "node": "welcome", "kind": "menu", "entered": 2, "exits": [{ "exit": "0", "count": 2, "share": 1.0 }],
        "answered": 0, "hung_up": 0, "ended": 0, "lost": 0, "handed_on": 0, "hung_up_share": 0.0, "to_person": 2,
        "timeouts": 2, "wrong_keys": 4, "median_ms": 4_015, "p90_ms": 4_015,
    });
    assert_eq!(heat["nodes"][1], menu);
    let queue = &heat["nodes"][0];
    assert_eq!(
        (&queue["hung_up"], &queue["hung_up_share"]),
        (&json!(2), &json!(1.0))
    );

    let none = lead.get(&format!("{path}&version=1")).await.json();
    assert_eq!(none["nodes"], json!([]));
    let told = lead.get("/v1/scripts/night/heat").await;
    assert_eq!(told.problem(), "no_such_script");
    let told = lead
        .get("/v1/scripts/main/heat?form=2026-11-18T00:00:00Z")
        .await;
    assert_eq!(told.problem(), "malformed_parameter");
    let told = lead
        .get("/v1/scripts/main/heat?from=2020-11-18T00:00:00Z&to=2026-11-18T00:00:00Z")
        .await;
    assert_eq!(told.problem(), "invalid_body");
    let agent = house.signed_in("1001").await;
    assert_eq!(agent.get(path).await.problem(), "forbidden");
}

#[tokio::test]
async fn m6_the_last_canary_is_told_from_its_start_on_with_what_went_badly() {
    let house = House::open().await;
    let lead = house.signed_in("boss").await;
    let none = lead.get("/v1/canary").await.json();
    assert_eq!(
        (&none["state"], &none["scripts"]),
        (&json!("none"), &json!([]))
    );
    let pair = CanaryPair {
        former: 1,
        version: 2,
    };
    let call = CallId::new(1);
    let canary = Canary {
        scripts: BTreeMap::from([("main".into(), pair)]),
        on_ppm: 50_000,
        worse_ppm: 100_000,
        salt: 3,
    };
    let laid = |canary: Option<&Canary>| Fact::CanaryLaid {
        canary: canary.cloned(),
    };
    let measure =
        |measure: &str, canary: u32| json!({ "measure": measure, "canary": canary, "former": 0 });
    let expected = |state: &str, hung_up: u32| {
        json!({
            "state": state, "scripts": [{ "name": "main", "former": 1, "version": 2 }], "on": 0.05, "max_worse": 0.1,
            "measures": [measure("hung_up", hung_up), measure("lost", 0), measure("error", 0)],
            "ended_by": null, "deciding_calls": [],
        })
    };
    house.tell(laid(Some(&canary))).await;
    let told = lead.get("/v1/canary").await.json();
    assert_eq!(told, expected("running", 0));

    let bad = BadCall {
        call,
        canary: canary.clone(),
        lot: 1,
        on_canary: true,
        measures: BTreeSet::from([Measure::HungUp]),
    };
    house.tell(facts::arrived(call)).await;
    house.tell(Fact::CanaryBad(bad)).await;
    let told = lead.get("/v1/canary").await.json();
    assert_eq!(told, expected("running", 1));
    house.tell(laid(None)).await;
    let told = lead.get("/v1/canary").await.json();
    assert_eq!(told, expected("stopped", 1));
    let agent = house.signed_in("1001").await;
    assert_eq!(agent.get("/v1/canary").await.problem(), "forbidden");
}
