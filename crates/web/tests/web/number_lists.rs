//! Number lists by the API: supervisors keep them, agents may not even look.

use serde_json::{Value, json};

use crate::support::House;

const JSON: [(&str, &str); 1] = [("content-type", "application/json")];
const PATH: &str = "/v1/number-lists";

fn bytes(body: &Value) -> Vec<u8> {
    serde_json::to_vec(body).unwrap()
}

#[tokio::test]
async fn a7_a_supervisor_bars_a_caller_changes_it_and_takes_it_back() {
    let house = House::open().await;
    let lead = house.signed_in("boss").await;
    let mut body = json!({"list": "black", "numbers": "138-0000-1111", "action": "busy", "reason": "threats", "note": "appealed",
        "until": "2099-01-01T00:00:00.000Z", "scope": ["queue:support", "number:4000"]});
    let added = lead.send("POST", PATH, &JSON, &bytes(&body)).await;
    assert_eq!(added.status, 201, "{}", added.text());
    let entry = added.json();
    assert_eq!(entry["numbers"], "+8613800001111");
    assert_eq!(entry["scope"], json!(["number:4000", "queue:support"]));
    assert_eq!(
        (&entry["action"], &entry["owner"], &entry["hits"]),
        (&json!("busy"), &json!("boss"), &json!(0))
    );
    let again = lead.send("POST", PATH, &JSON, &bytes(&body)).await;
    assert_eq!(again.problem(), "numbers_listed");
    for (query, found) in [
        ("", 1),
        ("?filter[number]=008613800001111&filter[list]=black", 1),
        ("?filter[list]=vip", 0),
        ("?filter[number]=13800001112", 0),
    ] {
        let list = lead.get(&format!("{PATH}{query}")).await.json();
        assert_eq!(list["items"].as_array().unwrap().len(), found, "{query}");
    }
    let path = format!("{PATH}/{}", entry["id"].as_str().unwrap());
    assert_eq!(lead.get(&path).await.json(), entry);
    body["action"] = json!("voicemail:support");
    let blind = lead.send("PUT", &path, &JSON, &bytes(&body)).await;
    assert_eq!(blind.problem(), "version_needed");
    let versioned = |version| [JSON[0], ("if-match", version)];
    let put = lead
        .send("PUT", &path, &versioned("\"1\""), &bytes(&body))
        .await;
    assert_eq!(put.status, 200, "{}", put.text());
    assert_eq!(put.json()["action"], "voicemail:support");
    assert_eq!(put.json()["since"], entry["since"]);
    let late = lead
        .send("PUT", &path, &versioned("\"1\""), &bytes(&body))
        .await;
    assert_eq!(
        (late.status, late.json()["current"].clone()),
        (412, put.json())
    );
    let gone = lead.send("DELETE", &path, &[], b"").await;
    assert_eq!(gone.status, 204, "{}", gone.text());
    for told in [
        lead.send("DELETE", &path, &[], b"").await,
        lead.get(&path).await,
    ] {
        assert_eq!(told.problem(), "no_such_number_entry");
    }
}

#[tokio::test]
async fn f6_what_cannot_stand_is_told_and_an_agent_has_no_say() {
    let house = House::open().await;
    let lead = house.signed_in("boss").await;
    let agent = house.signed_in("1001").await;
    let good =
        json!({"list": "black", "numbers": "13800001111", "action": "reject", "reason": "x"});
    for (key, value, told) in [
        ("numbers", json!("anonymous"), "withheld"),
        (
            "numbers",
            json!("13800009999..13800000000"),
            "13800000000..13800009999",
        ),
        ("action", json!("shout"), "shout"),
        ("action", json!(null), "action is needed"),
        ("action", json!("script:nuisanse"), "there is nuisance"),
        ("action", json!("voicemail:night"), "there is li, support"),
        ("scope", json!(["queue:sales"]), "there is support"),
        ("scope", json!(["number:4001"]), "there is 4000"),
        ("list", json!("grey"), "grey"),
        ("list", json!("white"), "stands on no other"),
        ("vip_level", json!(3), "list of VIPs"),
        ("until", json!("2001-01-01T00:00:00.000Z"), "past"),
        ("reason", json!(" "), "reason"),
        ("note", json!("a\nb"), "printable"),
    ] {
        let mut body = good.clone();
        body[key] = value;
        let refused = lead.send("POST", PATH, &JSON, &bytes(&body)).await;
        assert_eq!(refused.problem(), "invalid_body", "{}", refused.text());
        assert!(refused.text().contains(told), "{told}: {}", refused.text());
    }
    for told in [
        agent.send("POST", PATH, &JSON, &bytes(&good)).await,
        agent
            .send("PUT", "/v1/number-lists/7", &JSON, &bytes(&good))
            .await,
        agent.send("DELETE", "/v1/number-lists/7", &[], b"").await,
        agent.get("/v1/number-lists/7").await,
        agent.get(PATH).await,
    ] {
        assert_eq!(told.problem(), "forbidden");
    }
}
