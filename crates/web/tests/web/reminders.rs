//! Reminders over HTTP: for whom, when, and by whom they are changed (J8).

use serde_json::{Value, json};

use crate::support::House;
use crate::support::client::{Answer, Client};
use crate::tickets::ticket_in;

async fn send(client: &Client, method: &str, path: &str, body: Value) -> Answer {
    let headers = [("content-type", "application/json")];
    let body = body.to_string();
    client.send(method, path, &headers, body.as_bytes()).await
}

async fn with(client: &Client, method: &str, path: &str, version: &str, body: Value) -> Answer {
    let headers = [("content-type", "application/json"), ("if-match", version)];
    let body = body.to_string();
    client.send(method, path, &headers, body.as_bytes()).await
}

fn id_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap()
}

#[tokio::test]
async fn j8_a_reminder_is_made_put_off_done_and_taken_away() {
    let house = House::open().await;
    let ticket = ticket_in(&house).await;
    let (agent, other) = (house.program("1001").await, house.program("1002").await);
    let wanted = json!({"ticket": id_of(&ticket), "text": "回电", "after_business_min": 120});
    let made = send(&agent, "POST", "/v1/reminders", wanted).await;
    assert_eq!(made.status, 201, "{}", made.text());
    assert_eq!(made.header("etag"), Some("\"1\""));
    let made = made.json();
    let path = format!("/v1/reminders/{}", made["id"].as_str().unwrap());
    let me = house.id("1001").to_string();
    assert_eq!((&made["agent"], &made["made_by"]), (&json!(me), &json!(me)));
    assert_eq!(other.get(&path).await.problem(), "no_such_reminder");
    let listed = other.get("/v1/reminders").await.json();
    assert_eq!(listed["items"], json!([]), "his own alone");
    let unversioned = send(&agent, "PATCH", &path, json!({"done": true})).await;
    assert_eq!(unversioned.problem(), "version_needed");
    let later = json!({"preset": "tomorrow_morning"});
    let put_off = with(&agent, "PATCH", &path, "\"1\"", later).await;
    assert_eq!(put_off.status, 200, "{}", put_off.text());
    assert_ne!(put_off.json()["due_at"], made["due_at"]);
    let stale = with(&agent, "PATCH", &path, "\"1\"", json!({"done": true})).await;
    assert_eq!(stale.problem(), "version_conflict");
    let done = with(&agent, "PATCH", &path, "\"2\"", json!({"done": true})).await;
    assert!(done.json()["done_at"].is_string());
    let listed = agent.get("/v1/reminders?filter[done]=true").await.json();
    assert_eq!(listed["items"][0]["id"], made["id"]);
    let gone = with(&agent, "DELETE", &path, "\"3\"", json!(null)).await;
    assert_eq!(gone.status, 204, "{}", gone.text());
    assert_eq!(agent.get(&path).await.problem(), "no_such_reminder");
}

#[tokio::test]
async fn j8_a_colleague_is_reminded_of_what_he_may_read_and_told_so_on_his_page() {
    let house = House::open().await;
    let ticket = ticket_in(&house).await;
    let (boss, agent) = (house.program("boss").await, house.program("1001").await);
    let whom = house.id("1001").to_string();
    let soon = model::Timestamp::from_ms(web::auth::principal::now().as_ms() + 50);
    let wanted = json!({"agent": whom, "ticket": id_of(&ticket), "text": "回电", "due_at": soon});
    let made = send(&boss, "POST", "/v1/reminders", wanted.clone()).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let listed = boss.get("/v1/reminders?filter[for_others]=true").await;
    assert_eq!(listed.json()["items"][0]["agent"], json!(whom));
    let at = model::Timestamp::from_ms(soon.as_ms() + 1);
    let desk = store::TicketDesk::standard(house.database.clone());
    assert_eq!(desk.remind(at).await.unwrap().len(), 1);
    let shown = agent.get("/v1/notifications").await.json();
    let newest = &shown["items"][0];
    assert_eq!(
        (
            &newest["kind"],
            &newest["title"]["zh-CN"],
            &newest["ticket"]
        ),
        (
            &json!("reminder"),
            &json!("提醒：回电"),
            &json!(id_of(&ticket))
        )
    );
    // A13: of what he may not read nobody reminds him.
    let read = boss.get(&ticket).await;
    let on = json!({"type": "set_sensitive", "data": {"on": true, "reason": "staff"}});
    let etag = read.header("etag").unwrap();
    let set = with(&boss, "POST", &format!("{ticket}/events"), etag, on).await;
    assert_eq!(set.status, 200, "{}", set.text());
    let stranger = house.id("1002").to_string();
    let later = json!({"agent": stranger, "ticket": id_of(&ticket), "text": "x", "preset": "tomorrow_morning"});
    let told = send(&boss, "POST", "/v1/reminders", later).await;
    assert_eq!(told.problem(), "no_such_ticket");
}

#[tokio::test]
async fn j8_what_cannot_stand_is_a_problem_with_a_code() {
    let house = House::open().await;
    let ticket = ticket_in(&house).await;
    let agent = house.program("1001").await;
    let id = id_of(&ticket);
    for (body, code) in [
        (
            json!({"text": "x", "after_business_min": 5}),
            "invalid_body",
        ),
        (json!({"ticket": id, "text": "x"}), "invalid_body"),
        (
            json!({"ticket": id, "text": "x", "after_business_min": 0}),
            "invalid_body",
        ),
        (
            json!({"ticket": id, "text": "x", "due_at": "2001-01-01T00:00:00Z"}),
            "invalid_body",
        ),
        (
            json!({"ticket": id, "text": "", "after_business_min": 5}),
            "invalid_body",
        ),
        (
            json!({"ticket": id, "text": "x", "preset": "someday"}),
            "invalid_body",
        ),
        (
            json!({"ticket": id, "text": "x", "after_business_min": 5, "calendar": "moon"}),
            "invalid_body",
        ),
        (
            json!({"ticket": id, "text": "x", "after_business_min": 5, "preset": "tomorrow_morning"}),
            "invalid_body",
        ),
        (
            json!({"ticket": "9", "text": "x", "after_business_min": 5}),
            "no_such_ticket",
        ),
        (
            json!({"customer": "9", "text": "x", "after_business_min": 5}),
            "no_such_customer",
        ),
        (
            json!({"agent": "999", "ticket": id, "text": "x", "after_business_min": 5}),
            "no_such_agent",
        ),
    ] {
        let told = send(&agent, "POST", "/v1/reminders", body.clone()).await;
        assert_eq!(told.problem(), code, "{body}");
    }
}
