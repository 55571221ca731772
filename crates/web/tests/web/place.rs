//! C14: where an agent is rung, and who may see and choose it.

use engine::Command;
use model::{Fact, Timestamp};
use serde_json::json;

use crate::support::House;

const MOBILE: &str = "+8613800001111";

#[tokio::test]
async fn c14_an_agent_with_a_number_outside_chooses_where_he_is_rung() {
    let house = House::open().await;
    let agent = house.id("1001");
    let client = house.program("1001").await;
    let path = "/v1/agents/me/place";
    let outside = r#"{"place":"outside"}"#;
    assert_eq!(
        client.get(path).await.json(),
        json!({ "place": "house", "number": null })
    );
    let refused = client.json("PUT", path, outside).await;
    assert_eq!(
        (refused.status, refused.json()["code"].clone()),
        (409, json!("state_forbids"))
    );

    let number = Some(MOBILE.to_owned());
    house
        .database
        .set_outside_number(agent, number, Timestamp::from_ms(1))
        .await
        .unwrap();
    let expect = json!({ "place": "outside", "number": MOBILE });
    let chosen = client.json("PUT", path, outside).await;
    assert_eq!((chosen.status, chosen.json()), (200, expect.clone()));
    assert_eq!(client.get(path).await.json(), expect);
    let back = client.json("PUT", path, r#"{"place":"house"}"#).await;
    assert_eq!(back.json()["place"], "house");
    let unknown = client.json("PUT", path, r#"{"place":"moon"}"#).await;
    assert_eq!(unknown.status, 422);
}

#[tokio::test]
async fn c14_a_private_number_is_for_its_owner_and_for_supervisors() {
    let house = House::open().await;
    let path = format!("/v1/agents/{}/place", house.id("1001"));
    assert_eq!(house.program("1002").await.get(&path).await.status, 403);
    assert_eq!(house.program("boss").await.get(&path).await.status, 200);
    let nobody = "/v1/agents/9/place";
    assert_eq!(house.program("boss").await.get(nobody).await.status, 404);
}

#[tokio::test]
async fn c15_who_stands_by_is_seen_there_and_leaves_by_choosing_another_place() {
    let house = House::open().await;
    let agent = house.id("1001");
    let client = house.program("1001").await;
    let (path, standby) = ("/v1/agents/me/place", r#"{"place":"standby"}"#);
    let refused = client.json("PUT", path, standby).await;
    assert_eq!(
        (refused.status, refused.json()["code"].clone()),
        (409, json!("state_forbids")),
        "only by dialling"
    );
    house.tell(Fact::StandbyBegan { agent }).await;
    assert_eq!(client.get(path).await.json()["place"], "standby");
    let state = client.get("/v1/agents/me/state").await.json();
    assert_eq!(state["standby"], true);
    assert_eq!(client.json("PUT", path, standby).await.status, 200);

    let chosen = client.json("PUT", path, r#"{"place":"house"}"#).await;
    assert_eq!(chosen.json()["place"], "house");
    let expect = Command::LeaveStandby { agent };
    assert_eq!(house.last_command(), Some(expect));
    let cause = "agent".to_owned();
    house.tell(Fact::StandbyEnded { agent, cause }).await;
    assert_eq!(client.get(path).await.json()["place"], "house");
}
