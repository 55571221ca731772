//! Scripts by the API: who may read their versions, what changed, and the way back.

use serde_json::json;

use crate::support::House;

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
