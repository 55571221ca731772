//! C5: while an agent files a call: what his page is told, and what more time costs those who wait.

use engine::command::Command;
use model::{AgentState, Fact, Timestamp};
use serde_json::json;

use crate::support::House;
use crate::support::facts::{CALL, arrived, joined, state};

#[tokio::test]
async fn c5_the_page_knows_how_and_when_wrap_up_ends() {
    let house = House::open().await;
    let agent = house.id("1001");
    let files = AgentState::WrapUp { call: CALL };
    let until = Timestamp::from_ms(1_763_464_000_000);
    house
        .tell(Fact::WrapUpBegan {
            agent,
            call: CALL,
            mode: "until_done".to_owned(),
            until,
        })
        .await;
    let talks = AgentState::Talking { call: Some(CALL) };
    house
        .tell(state(agent, talks, files.clone(), "call_ended"))
        .await;
    let client = house.program("1001").await;
    let told = client.get("/v1/agents/me/state").await.json();
    let expected = json!({ "mode": "until_done", "until": until });
    assert_eq!(told["wrap_up"], expected);
    house
        .tell(state(agent, files, AgentState::Ready, "wrap_up_done"))
        .await;
    let told = client.get("/v1/agents/me/state").await.json();
    assert_eq!(told.get("wrap_up"), None);
}

#[tokio::test]
async fn c5_more_time_tells_how_many_wait_and_is_ones_own_to_ask() {
    let house = House::open().await;
    let agent = house.id("1001");
    house.tell(arrived(CALL)).await;
    house.tell(joined(CALL)).await;
    let client = house.program("1001").await;
    let path = "/v1/agents/me/wrap-up/more";
    let answer = client.json("POST", path, "").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json(), json!({ "added_s": 30, "waiting": 1 }));
    assert_eq!(house.last_command(), Some(Command::MoreWrapUp { agent }));

    let body = r#"{"category":" 账单 "}"#;
    let path = "/v1/agents/me/wrap-up/category";
    assert_eq!(client.json("POST", path, body).await.status, 204);
    let category = "账单".to_owned();
    let asked = Command::Categorise { agent, category };
    assert_eq!(house.last_command(), Some(asked));
    for other in ["more", "category"] {
        let path = format!("/v1/agents/{}/wrap-up/{other}", house.id("1002"));
        let answer = client.json("POST", &path, body).await;
        assert_eq!(answer.problem(), "forbidden");
    }
}
