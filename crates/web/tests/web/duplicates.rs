//! Tickets about the same matter: the list while somebody types, and the choice at submission (D4, D6, D8).

use serde_json::{Value, json};

use crate::support::House;
use crate::support::client::Client;

const JSON: [(&str, &str); 1] = [("content-type", "application/json")];

fn complaint(order: &str, number: &str) -> Value {
    json!({
        "subject": "parcel is late", "ticket_type": "complaint", "category": "network",
        "fields": {"order": {"text": order}}, "contact": {"number": number},
    })
}

async fn post(client: &Client, path: &str, body: &Value) -> (u16, Value) {
    let body = body.to_string();
    let answer = client.send("POST", path, &JSON, body.as_bytes()).await;
    (answer.status, answer.json())
}

#[tokio::test]
async fn d4_d6_d8_what_is_there_is_listed_before_and_a_hard_key_demands_a_choice() {
    let house = House::ruled().await;
    let agent = house.program("1001").await;
    let first = complaint("A-1", "13800001111");
    let (status, first) = post(&agent, "/v1/tickets", &first).await;
    assert_eq!(status, 201, "{first}");
    let draft = json!({"ticket_type": "complaint", "category": "network", "contact": {"number": "138 0000 1111"}});
    let (_, list) = post(&agent, "/v1/tickets/duplicates", &draft).await;
    assert_eq!(
        (&list["total"], &list["hard"]),
        (&json!(1), &json!(0)),
        "{list}"
    );
    let offered = json!({"action": "append", "ticket": first["id"]});
    assert_eq!(list["suggestion"], offered);
    let codes = list["items"][0]["reasons"].as_array().unwrap();
    let codes: Vec<_> = codes.iter().map(|it| &it["code"]).collect();
    assert_eq!(codes, ["contact", "category"]);
    let again = complaint("a-1", "13800002222");
    let (status, refused) = post(&agent, "/v1/tickets", &again).await;
    assert_eq!(
        (status, &refused["code"]),
        (409, &json!("ticket.duplicate")),
        "{refused}"
    );
    assert_eq!(
        refused["duplicates"]["items"][0]["ticket"]["id"],
        first["id"]
    );
    assert_eq!(refused["duplicates"]["hard"], 1);
    let choose = |choice: Value| {
        let mut body = again.clone();
        body["duplicate"] = choice;
        body
    };
    let unknown = choose(json!({"choice": "link", "ticket": "999"}));
    assert_eq!(post(&agent, "/v1/tickets", &unknown).await.0, 404);
    let silent = choose(json!({"choice": "different", "reason": " "}));
    assert_eq!(post(&agent, "/v1/tickets", &silent).await.0, 422);
    let linked = choose(json!({"choice": "link", "ticket": first["id"]}));
    let (status, linked) = post(&agent, "/v1/tickets", &linked).await;
    assert_eq!(status, 201);
    let path = |ticket: &Value| format!("/v1/tickets/{}", ticket["id"].as_str().unwrap());
    let stands = agent.get(&path(&linked)).await.json();
    assert_eq!(stands["related"], json!([first["id"]]));
    assert_eq!(stands["duplicates_unchecked"], false);
    let beside = agent
        .get(&format!("{}/duplicates", path(&first)))
        .await
        .json();
    assert_eq!(beside["items"][0]["ticket"]["id"], linked["id"]);
    let said = json!({"ticket": linked["id"], "relation": "different", "reason": "another branch"});
    let (status, _) = post(&agent, &format!("{}/relations", path(&first)), &said).await;
    assert_eq!(status, 200);
    let beside = agent
        .get(&format!("{}/duplicates", path(&first)))
        .await
        .json();
    assert_eq!(beside["total"], 0, "they are not proposed again (X10)");
}
