//! Conflicts by the API: supervisors keep people apart, agents may not even look.

use serde_json::json;

use crate::support::House;

const JSON: [(&str, &str); 1] = [("content-type", "application/json")];
const PATH: &str = "/v1/conflicts/138-0000-1111/1001";

#[tokio::test]
async fn r66_a_supervisor_keeps_a_caller_and_an_agent_apart_and_takes_it_back() {
    let house = House::open().await;
    let lead = house.signed_in("boss").await;
    let body = br#"{"reason":"complaint","until":"2099-01-01T00:00:00.000Z"}"#;
    let put = lead.send("PUT", PATH, &JSON, body).await;
    assert_eq!(put.status, 200, "{}", put.text());
    let entry = put.json();
    assert_eq!(
        (&entry["number"], &entry["agent"], &entry["owner"]),
        (&json!("+8613800001111"), &json!("1001"), &json!("boss"))
    );
    assert_eq!(entry["until"], "2099-01-01T00:00:00.000Z");
    let list = lead.get("/v1/conflicts").await.json();
    assert_eq!(
        (&list["items"], &list["next"]),
        (&json!([entry]), &json!(null))
    );
    let gone = lead.send("DELETE", PATH, &[], b"").await;
    assert_eq!(gone.status, 204, "{}", gone.text());
    let again = lead.send("DELETE", PATH, &[], b"").await;
    assert_eq!(again.problem(), "no_conflict");
}

#[tokio::test]
async fn r66_what_cannot_be_is_told_and_an_agent_has_no_say() {
    let house = House::open().await;
    let lead = house.signed_in("boss").await;
    let agent = house.signed_in("1001").await;
    let body = br#"{"reason":"x"}"#;
    for (path, body, problem) in [
        ("/v1/conflicts/anonymous/1001", &body[..], "invalid_body"),
        ("/v1/conflicts/13800001111/9999", body, "no_such_agent"),
        (PATH, br#"{"reason":" "}"#, "invalid_body"),
        (
            PATH,
            br#"{"reason":"x","until":"2001-01-01T00:00:00.000Z"}"#,
            "invalid_body",
        ),
        (PATH, b"{}", "invalid_body"),
    ] {
        let told = lead.send("PUT", path, &JSON, body).await;
        assert_eq!(told.problem(), problem, "{}", told.text());
    }
    for told in [
        agent.send("PUT", PATH, &JSON, body).await,
        agent.send("DELETE", PATH, &[], b"").await,
        agent.get("/v1/conflicts").await,
    ] {
        assert_eq!(told.problem(), "forbidden");
    }
}
