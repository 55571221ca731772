//! The PIN of a ticket (X11): drawn by who may work on it, shown once, and told by nothing that is kept.

use serde_json::json;

use crate::tickets::with_ticket;

const JSON: (&str, &str) = ("content-type", "application/json");

#[tokio::test]
async fn x11_a_pin_is_shown_once_and_kept_by_nothing_that_is_told() {
    let (house, path) = with_ticket().await;
    let client = house.signed_in("1001").await;
    assert_eq!(client.get(&path).await.json()["has_pin"], json!(false));
    let pin_path = format!("{path}/pin");
    let keyed = [JSON, ("idempotency-key", "pin-1")];
    let drawn = client.send("POST", &pin_path, &keyed, b"").await;
    assert_eq!(drawn.status, 201, "{}", drawn.text());
    let pin = drawn.json()["pin"].as_str().unwrap().to_owned();
    assert!(pin.len() == 6 && pin.bytes().all(|it| it.is_ascii_digit()));
    // J3, S22: the answer that is kept for who asks again has no PIN.
    let again = client.send("POST", &pin_path, &keyed, b"").await;
    assert_eq!((again.status, again.json()), (201, json!({ "pin": "" })));
    let read = client.get(&path).await;
    assert_eq!(read.json()["has_pin"], json!(true));
    assert!(!read.text().contains(&pin));
    let gone = client.send("DELETE", &pin_path, &[JSON], b"").await;
    assert_eq!(gone.status, 204, "{}", gone.text());
    let gone = client.send("DELETE", &pin_path, &[JSON], b"").await;
    assert_eq!(gone.problem(), "ticket.no_pin");
    assert_eq!(client.get(&path).await.json()["has_pin"], json!(false));
}

#[tokio::test]
async fn x11_who_may_not_read_a_ticket_draws_no_pin_of_it() {
    let (house, path) = with_ticket().await;
    let stranger = house.stranger();
    let refused = stranger
        .send("POST", &format!("{path}/pin"), &[JSON], b"")
        .await;
    assert_eq!(refused.status, 401, "{}", refused.text());
    let client = house.signed_in("1001").await;
    let none = client
        .send("POST", "/v1/tickets/987654/pin", &[JSON], b"")
        .await;
    assert_eq!(none.problem(), "no_such_ticket");
}
