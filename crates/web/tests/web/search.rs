//! J7 over HTTP: what is found, what is refused, and in which form it is told.

use serde_json::json;

use crate::support::House;
use crate::tickets::with_ticket;

#[tokio::test]
async fn j7_a_ticket_and_a_note_are_found_with_a_snippet() {
    let (house, path) = with_ticket().await;
    let client = house.signed_in("1001").await;
    let order = json!({"type": "append", "data": {"text": "用户说宽带时断时续"}}).to_string();
    let json = [("content-type", "application/json")];
    let events = format!("{path}/events");
    let told = client.send("POST", &events, &json, order.as_bytes()).await;
    assert_eq!(told.status, 200, "{}", told.text());
    let added = client.send(
        "POST",
        "/v1/customers",
        &json,
        "{\"name\":\"王芳\"}".as_bytes(),
    );
    let customer = added.await.json()["customer"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let notes = format!("/v1/customers/{customer}/notes");
    let note = client.send("POST", &notes, &json, "{\"body\":\"宽带 VIP\"}".as_bytes());
    assert_eq!(note.await.status, 201);

    // 宽带
    let found = client.get("/v1/search?q=%E5%AE%BD%E5%B8%A6").await.json();
    assert_eq!(
        (&found["count"], &found["is_more"]),
        (&json!(2), &json!(false))
    );
    let of = |kind: &str| {
        let items = found["items"].as_array().unwrap();
        items
            .iter()
            .find(|item| item["kind"] == kind)
            .unwrap()
            .clone()
    };
    assert_eq!(of("customer_note")["customer"], customer);
    let ticket = of("ticket");
    assert_eq!(
        format!("/v1/tickets/{}", ticket["id"].as_str().unwrap()),
        path
    );
    assert_eq!(
        ticket["snippet"],
        json!([
            {"text": "用户说", "is_found": false},
            {"text": "宽带", "is_found": true},
            {"text": "时断时续", "is_found": false},
        ])
    );
    for (query, many) in [
        ("/v1/search?kind=ticket&q=%E5%AE%BD%E5%B8%A6", 1),
        (
            "/v1/search?since=2999-01-01T00:00:00Z&q=%E5%AE%BD%E5%B8%A6",
            0,
        ),
        ("/v1/tickets?filter[text]=%E5%AE%BD%E5%B8%A6", 1),
        (
            "/v1/tickets?filter[text]=%E5%AE%BD%E5%B8%A6&filter[state]=closed",
            0,
        ),
        ("/v1/tickets?filter[text]=nowhere", 0),
    ] {
        let found = client.get(query).await.json();
        assert_eq!(found["items"].as_array().unwrap().len(), many, "{query}");
    }
}

#[tokio::test]
async fn j7_what_cannot_be_looked_for_is_refused() {
    let house = House::open().await;
    let client = house.signed_in("1001").await;
    let long = format!("/v1/search?q={}", "x".repeat(201));
    for (query, code) in [
        ("/v1/search?q=%3F%21%2A", "bad_question"),
        ("/v1/search?q=", "bad_question"),
        (long.as_str(), "bad_question"),
        ("/v1/search", "malformed_parameter"),
        ("/v1/search?q=x&kind=call", "malformed_parameter"),
        ("/v1/search?q=x&colour=red", "malformed_parameter"),
        ("/v1/tickets?filter[text]=%22", "bad_question"),
        (
            "/v1/tickets?since=2026-01-01T00:00:00Z",
            "malformed_parameter",
        ),
    ] {
        assert_eq!(client.get(query).await.problem(), code, "{query}");
    }
    let operators = client.get("/v1/search?q=%22x%22+OR+NEAR(y)").await;
    assert_eq!(operators.json()["items"], json!([]));
    let stranger = house.stranger().get("/v1/search?q=x").await;
    assert_eq!(stranger.problem(), "sign_in_needed");
}
