//! Barred callers by the API: supervisors bar, agents may not even look.

use serde_json::json;

use crate::support::House;

const JSON: [(&str, &str); 1] = [("content-type", "application/json")];
const PATH: &str = "/v1/barred-callers/138-0000-1111";

#[tokio::test]
async fn a7_a_supervisor_bars_a_caller_and_takes_it_back() {
    let house = House::open().await;
    let lead = house.signed_in("boss").await;
    let body = br#"{"action":"busy","reason":"threats","note":"appealed","until":"2099-01-01T00:00:00.000Z"}"#;
    let put = lead.send("PUT", PATH, &JSON, body).await;
    assert_eq!(put.status, 200, "{}", put.text());
    let entry = put.json();
    assert_eq!(entry["number"], "+8613800001111");
    assert_eq!(
        (&entry["action"], &entry["owner"], &entry["hits"]),
        (&json!("busy"), &json!("boss"), &json!(0))
    );
    assert_eq!(entry["until"], "2099-01-01T00:00:00.000Z");
    let list = lead.get("/v1/barred-callers").await.json();
    assert_eq!(list["items"], json!([entry]));
    assert_eq!(list["next"], json!(null));
    let gone = lead.send("DELETE", PATH, &[], b"").await;
    assert_eq!(gone.status, 204, "{}", gone.text());
    let again = lead.send("DELETE", PATH, &[], b"").await;
    assert_eq!(again.problem(), "not_barred");
}

#[tokio::test]
async fn a9_what_cannot_be_barred_is_told_and_an_agent_has_no_say() {
    let house = House::open().await;
    let lead = house.signed_in("boss").await;
    let agent = house.signed_in("1001").await;
    let body = br#"{"action":"reject","reason":"x"}"#;
    for (path, body, problem) in [
        ("/v1/barred-callers/anonymous", &body[..], "invalid_body"),
        (PATH, br#"{"action":"shout","reason":"x"}"#, "invalid_body"),
        (
            PATH,
            br#"{"action":"reject","reason":"x","until":"2001-01-01T00:00:00.000Z"}"#,
            "invalid_body",
        ),
        (PATH, br#"{"action":"reject"}"#, "invalid_body"),
    ] {
        let told = lead.send("PUT", path, &JSON, body).await;
        assert_eq!(told.problem(), problem, "{}", told.text());
    }
    for told in [
        agent.send("PUT", PATH, &JSON, body).await,
        agent.send("DELETE", PATH, &[], b"").await,
        agent.get("/v1/barred-callers").await,
    ] {
        assert_eq!(told.problem(), "forbidden");
    }
}
