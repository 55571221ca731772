//! What somebody is told on his page: his own alone, in both languages, marked as read, by his choice (J8).

use serde_json::{Value, json};

use crate::support::House;
use crate::support::client::{Answer, Client};
use crate::tickets::ticket_in;

async fn send(client: &Client, method: &str, path: &str, body: Value) -> Answer {
    let headers = [("content-type", "application/json")];
    let body = body.to_string();
    client.send(method, path, &headers, body.as_bytes()).await
}

/// A supervisor adds to a ticket.
async fn append(house: &House, ticket: &str, text: &str) {
    let boss = house.program("boss").await;
    let order = json!({"type": "append", "data": {"text": text}});
    let done = send(&boss, "POST", &format!("{ticket}/events"), order).await;
    assert_eq!(done.status, 200, "{}", done.text());
}

#[tokio::test]
async fn j8_somebody_is_told_his_own_and_marks_it_as_read() {
    let house = House::open().await;
    let ticket = ticket_in(&house).await;
    append(&house, &ticket, "@1001 请看").await;
    append(&house, &ticket, "@1001 再看").await;
    let (agent, other) = (house.program("1001").await, house.program("1002").await);
    let list = agent.get("/v1/notifications").await.json();
    let read = agent.get(&ticket).await.json();
    let (number, subject) = (
        read["number"].as_str().unwrap(),
        read["subject"].as_str().unwrap(),
    );
    let newest = &list["items"][0];
    assert_eq!(
        (
            &newest["id"],
            &newest["kind"],
            &newest["ticket"],
            &newest["read_at"]
        ),
        (&json!("2"), &json!("mentioned"), &read["id"], &json!(null))
    );
    assert_eq!(
        newest["title"],
        json!({
            "zh-CN": format!("有人在工单中提到您：{number} {subject}"),
            "en": format!("You are mentioned in ticket {number} {subject}"),
        })
    );
    assert_eq!(
        other.get("/v1/notifications").await.json()["items"],
        json!([])
    );
    let marked = send(
        &agent,
        "POST",
        "/v1/notifications/read",
        json!({"ids": ["2"]}),
    )
    .await;
    assert_eq!(marked.status, 204, "{}", marked.text());
    let unread = agent
        .get("/v1/notifications?filter[unread]=true")
        .await
        .json();
    assert_eq!(
        (
            &unread["items"][0]["id"],
            unread["items"].as_array().unwrap().len()
        ),
        (&json!("1"), 1)
    );
    let marked = send(
        &agent,
        "POST",
        "/v1/notifications/read",
        json!({"up_to": "2"}),
    )
    .await;
    assert_eq!(marked.status, 204, "{}", marked.text());
    let unread = agent
        .get("/v1/notifications?filter[unread]=true")
        .await
        .json();
    assert_eq!(unread["items"], json!([]));
}

#[tokio::test]
async fn j8_each_chooses_his_kinds_and_what_is_wrong_is_refused() {
    let house = House::open().await;
    let ticket = ticket_in(&house).await;
    let agent = house.program("1001").await;
    let choice = "/v1/notifications/choice";
    let put = send(
        &agent,
        "PUT",
        choice,
        json!({"off": ["mentioned", "added"]}),
    )
    .await;
    assert_eq!(put.status, 200, "{}", put.text());
    append(&house, &ticket, "@1001 请看").await;
    assert_eq!(
        agent.get("/v1/notifications").await.json()["items"],
        json!([])
    );
    assert_eq!(
        agent.get(choice).await.json(),
        json!({"off": ["mentioned", "added"]})
    );
    for (path, method, body) in [
        (choice, "PUT", json!({"off": ["all"]})),
        ("/v1/notifications/read", "POST", json!({})),
        (
            "/v1/notifications/read",
            "POST",
            json!({"up_to": "1", "ids": ["1"]}),
        ),
        ("/v1/notifications/read", "POST", json!({"up_to": "x"})),
    ] {
        let told = send(&agent, method, path, body.clone()).await;
        assert_eq!(told.problem(), "invalid_body", "{body}");
    }
    let stranger = house.stranger().get("/v1/notifications").await;
    assert_eq!(stranger.problem(), "sign_in_needed");
}
