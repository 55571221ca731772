//! C10: an agent declines on his page; the first time of a day he says why.

use engine::command::{Command, CommandError};
use serde_json::json;

use crate::support::House;

const PATH: &str = "/v1/agents/me/decline";

#[tokio::test]
async fn c10_a_decline_reaches_the_engine_with_its_reason_and_is_ones_own() {
    let house = House::open().await;
    let agent = house.id("1001");
    let client = house.program("1001").await;
    assert_eq!(client.json("POST", PATH, "{}").await.status, 204);
    let reason = None;
    assert_eq!(
        house.last_command(),
        Some(Command::Decline { agent, reason })
    );
    let said = client.json("POST", PATH, r#"{"reason":"busy"}"#).await;
    assert_eq!(said.status, 204);
    let reason = Some("busy".to_owned());
    assert_eq!(
        house.last_command(),
        Some(Command::Decline { agent, reason })
    );
    let other = format!("/v1/agents/{}/decline", house.id("1002"));
    assert_eq!(client.json("POST", &other, "{}").await.status, 403);
}

#[tokio::test]
async fn c10_the_page_is_told_that_a_reason_is_wanted() {
    let house = House::open().await;
    *house.refusal.lock().unwrap() = Some(CommandError::ReasonNeeded);
    let client = house.program("1001").await;
    let asked = client.json("POST", PATH, "{}").await;
    assert_eq!(
        (asked.status, asked.json()["code"].clone()),
        (409, json!("reason_needed"))
    );
}
