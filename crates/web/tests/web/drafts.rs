//! Drafts of calls: written while the agent talks, and the ticket's when the call ends (B3, P6, P10).

use model::Timestamp;
use model::fact::PopCustomer;
use serde_json::{Value, json};
use ticket::Draft;

use crate::support::client::{Answer, Client};
use crate::support::facts::{CALL, caller, offer, pop, profile};
use crate::support::{House, NOON_MS};

const PATH: &str = "/v1/calls/500/draft";

async fn offered(house: &House, login: &str) {
    let pop = pop(caller(), PopCustomer::Pending);
    let at = Timestamp::from_ms(NOON_MS);
    let draft = Draft::open(at, &offer(CALL, house.id(login)), &pop);
    house.database.open_draft(&draft).await.unwrap();
}

async fn puts(client: &Client, version: &str, text: &Value) -> Answer {
    let headers = [("content-type", "application/json"), ("if-match", version)];
    let text = text.to_string();
    client.send("PUT", PATH, &headers, text.as_bytes()).await
}

#[tokio::test]
async fn b3_what_an_agent_writes_while_he_talks_is_kept_and_becomes_the_ticket() {
    let house = House::open().await;
    let (client, other) = (house.signed_in("1001").await, house.signed_in("1002").await);
    assert_eq!(client.get(PATH).await.problem(), "no_such_draft");
    offered(&house, "1001").await;
    let read = client.get(PATH).await;
    assert_eq!((read.status, read.header("etag")), (200, Some("\"0\"")));
    assert_eq!(read.json()["subject"], Value::Null);
    let text = json!({
        "subject": "宽带无法上网", "body": "since Monday", "ticket_type": "complaint", "category": "network",
        "fields": { "order": { "text": "007" } },
    });
    let written = puts(&client, "\"0\"", &text).await;
    assert_eq!(written.status, 200, "{}", written.text());
    assert_eq!(written.header("etag"), Some("\"1\""));
    // What the directory finds out meanwhile undoes nothing, and costs him no version.
    let whose = (CALL, house.id("1001"));
    house
        .database
        .identify_draft(whose, &profile())
        .await
        .unwrap();
    let same = puts(&client, "\"1\"", &text).await;
    assert_eq!(
        same.header("etag"),
        Some("\"1\""),
        "nothing is written anew"
    );
    // Another page of his has read what stood before.
    let late = puts(&client, "\"0\"", &json!({ "subject": "x" })).await;
    assert_eq!(
        (late.status, late.json()["current"]["body"].clone()),
        (412, json!("since Monday"))
    );
    assert_eq!(
        other.get(PATH).await.problem(),
        "no_such_draft",
        "it is his alone"
    );
    assert_eq!(
        puts(&other, "\"1\"", &text).await.problem(),
        "no_such_draft"
    );
    let desk = client.get("/v1/agents/me/session").await.json();
    assert_eq!(
        desk["drafts"][0]["subject"], "宽带无法上网",
        "it is there after a reload"
    );

    let desk = store::TicketDesk::standard(house.database.clone());
    let made = desk.submit(CALL, house.id("1001"), Timestamp::from_ms(NOON_MS));
    let path = format!("/v1/tickets/{}", made.await.unwrap().ticket.id);
    let ticket = client.get(&path).await.json();
    for (key, value) in text.as_object().unwrap() {
        assert_eq!(&ticket[key], value, "{key}");
    }
    assert_eq!(
        client.get(PATH).await.problem(),
        "no_such_draft",
        "it is the ticket"
    );
    assert_eq!(
        puts(&client, "\"1\"", &text).await.problem(),
        "no_such_draft"
    );
}

#[tokio::test]
async fn b3_what_cannot_become_a_ticket_is_refused_and_costs_nothing_that_stood_there() {
    let house = House::ruled().await;
    let client = house.signed_in("1001").await;
    offered(&house, "1001").await;
    let unread = client.json("PUT", PATH, "{}").await;
    assert_eq!(
        (unread.status, unread.problem().as_str()),
        (428, "version_needed")
    );
    let kept = json!({ "subject": "router", "body": "x".repeat(20_000) });
    assert_eq!(puts(&client, "\"0\"", &kept).await.status, 200);
    for (text, code) in [
        (json!({ "subject": "x".repeat(201) }), "ticket.bad_text"),
        (json!({ "body": "x".repeat(20_001) }), "ticket.bad_text"),
        (json!({ "ticket_type": "nonsense" }), "ticket.no_such_type"),
        (json!({ "category": "nonsense" }), "ticket.no_such_category"),
        (json!({ "contact": {} }), "invalid_body"),
    ] {
        let refused = puts(&client, "\"1\"", &text).await;
        assert_eq!(
            (refused.status, refused.problem().as_str()),
            (422, code),
            "{text}"
        );
    }
    let foreign = puts(&client, "1", &json!({})).await;
    assert_eq!(foreign.status, 412, "no version of ours");
    let stands = client.get(PATH).await;
    assert_eq!(stands.header("etag"), Some("\"1\""));
    assert_eq!(stands.json()["subject"], "router");
    let emptied = puts(&client, "\"1\"", &json!({})).await;
    assert_eq!(
        (emptied.status, &emptied.json()["subject"]),
        (200, &Value::Null)
    );
}
