//! Tickets: lists, versions and who may correct them.

use model::{Fact, Timestamp};
use serde_json::json;
use ticket::Draft;

use crate::support::facts::{CALL, answered_call, caller, offer, pop, profile};
use crate::support::{House, NOON_MS};

/// A house with one ticket of agent 1001; gives its path.
pub(crate) async fn with_ticket() -> (House, String) {
    let house = House::open().await;
    let agent = house.id("1001");
    for fact in answered_call(CALL, agent) {
        house.tell(fact).await;
    }
    let at = Timestamp::from_ms(NOON_MS);
    let known = model::fact::PopCustomer::Known(Box::new(model::Profile {
        candidates: Vec::new(),
        ..profile()
    }));
    let draft = Draft::open(at, &offer(CALL, agent), &pop(caller(), known));
    house.database.open_draft(&draft).await.unwrap();
    let made = house
        .database
        .submit(CALL, agent, ticket::Day::of(at, 480), at)
        .await
        .unwrap();
    (house, format!("/v1/tickets/{}", made.ticket.id))
}

fn patch(version: &str) -> [(&str, &str); 2] {
    [("content-type", "application/json"), ("if-match", version)]
}

#[tokio::test]
async fn t5_a_correction_raises_the_version_and_is_told_as_a_fact() {
    let (house, path) = with_ticket().await;
    let client = house.signed_in("1001").await;
    let read = client.get(&path).await;
    let etag = read.header("etag").unwrap().to_owned();
    let ticket = read.json();
    assert_eq!(
        (&ticket["state"], &ticket["calls"]),
        (&json!("new"), &json!([CALL]))
    );
    assert_eq!(ticket["entries"][0]["event"]["type"], "submit");
    let body = br#"{"subject":"<b>router</b>"}"#;
    let answer = client.send("PATCH", &path, &patch(&etag), body).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(
        answer.json()["subject"],
        "<b>router</b>",
        "text is kept as it was typed"
    );
    assert_ne!(answer.header("etag"), Some(etag.as_str()));
    let told = house.told.lock().unwrap().clone();
    assert!(
        matches!(&told[..], [Fact::TicketChanged { event, .. }] if event == "correct"),
        "{told:?}"
    );

    let late = client
        .send("PATCH", &path, &patch(&etag), br#"{"subject":"mine"}"#)
        .await;
    assert_eq!(late.problem(), "version_conflict");
    assert_eq!(
        late.json()["current"]["subject"],
        "<b>router</b>",
        "the document as it stands"
    );
    assert_eq!(late.header("etag"), answer.header("etag"));
    let same = client
        .send("PATCH", &path, &patch(answer.header("etag").unwrap()), body)
        .await;
    assert_eq!(
        (same.status, same.header("etag")),
        (200, answer.header("etag"))
    );
    assert_eq!(
        house.told.lock().unwrap().len(),
        1,
        "nothing changed, nothing is told"
    );
}

#[tokio::test]
async fn corrections_that_are_refused() {
    let (house, path) = with_ticket().await;
    let client = house.program("1001").await;
    let etag = client.get(&path).await.header("etag").unwrap().to_owned();
    let long = format!("{{\"subject\":\"{}\"}}", "x".repeat(201));
    for (headers, body, status, code) in [
        (&patch(&etag)[..1], "{}", 428, "version_needed"),
        (&patch("\"x\"")[..], "{}", 412, "version_conflict"),
        (&patch("W/\"1\"")[..], "{}", 412, "version_conflict"),
        (
            &patch(&etag)[..],
            r#"{"state":"closed"}"#,
            422,
            "invalid_body",
        ),
        (&patch(&etag)[..], r#"{"subject":" "}"#, 422, "invalid_body"),
        (&patch(&etag)[..], long.as_str(), 422, "invalid_body"),
    ] {
        let answer = client.send("PATCH", &path, headers, body.as_bytes()).await;
        assert_eq!(
            (answer.status, answer.problem().as_str()),
            (status, code),
            "{body}"
        );
    }
    let colleague = house.program("1002").await;
    assert_eq!(
        colleague.get(&path).await.status,
        200,
        "whoever sees it in a pop may open it"
    );
    let refused = colleague.send("PATCH", &path, &patch(&etag), b"{}").await;
    assert_eq!(refused.problem(), "forbidden");
    let boss = house.program("boss").await;
    assert_eq!(
        boss.send("PATCH", &path, &patch(&etag), br#"{"body":"seen"}"#)
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn the_list_filters_by_agent_state_and_number() {
    let (house, path) = with_ticket().await;
    let client = house.program("1001").await;
    let number = client.get(&path).await.json()["number"]
        .as_str()
        .unwrap()
        .to_owned();
    let number_filter = format!("filter[number]={number}");
    let both = format!("filter[number]={number}&filter[state]=closed");
    for (query, found) in [
        ("", 1),
        ("filter[created_by]=me", 1),
        ("filter[state]=new", 1),
        ("filter[state]=closed", 0),
        (number_filter.as_str(), 1),
        (both.as_str(), 0),
        ("filter[number]=1", 0),
        // S19: what looks like SQL is a value that nobody has.
        ("filter[number]=1'%20OR%20'1'='1", 0),
    ] {
        let list = client.get(&format!("/v1/tickets?{query}")).await;
        let items = list.json()["items"]
            .as_array()
            .unwrap_or_else(|| panic!("{query}: {}", list.text()))
            .len();
        assert_eq!(items, found, "{query}");
    }
    let other = house.program("1002").await;
    assert_eq!(
        other.get("/v1/tickets?filter[created_by]=me").await.json()["items"],
        json!([])
    );
    assert_eq!(
        client.get("/v1/tickets?sort=id;drop").await.problem(),
        "malformed_parameter"
    );
}
