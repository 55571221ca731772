//! D2, D25: what a supervisor orders for a caller who waits.

use std::time::Duration;

use engine::Command;
use engine::command::{CommandError, LineOrder};
use serde_json::json;

use crate::support::House;
use crate::support::facts::CALL;

#[tokio::test]
async fn d25_a_supervisors_order_reaches_the_engine_with_his_name_and_reason() {
    let house = House::open().await;
    let boss = house.program("boss").await;
    let path = format!("/v1/calls/{CALL}/line");
    let place = |priority, seconds: Option<u64>| LineOrder::Place {
        priority,
        head_start: seconds.map(Duration::from_secs),
    };
    let table = [
        (
            json!({ "order": "place", "priority": 3 }),
            place(Some(3), None),
        ),
        (
            json!({ "order": "place", "head_start_s": 90 }),
            place(None, Some(90)),
        ),
        (json!({ "order": "withdraw" }), LineOrder::Withdraw),
        (
            json!({ "order": "move", "to": "sales" }),
            LineOrder::Move { to: "sales".into() },
        ),
        (
            json!({ "order": "assign", "to": "1002" }),
            LineOrder::Assign { to: "1002".into() },
        ),
    ];
    for (mut body, order) in table {
        body["reason"] = json!(" 老客户 ");
        let answer = boss.json("POST", &path, &body.to_string()).await;
        assert_eq!(answer.status, 204, "{body}: {}", answer.text());
        let expected = Command::Supervise {
            call: CALL,
            by: house.id("boss"),
            order,
            reason: "老客户".into(),
        };
        assert_eq!(house.last_command(), Some(expected), "{body}");
    }
    let refusal = CommandError::NotAllowed("the caller does not wait in a queue".into());
    *house.refusal.lock().unwrap() = Some(refusal);
    let refused = boss
        .json("POST", &path, r#"{"order":"withdraw","reason":"x"}"#)
        .await;
    assert_eq!(refused.problem(), "state_forbids");
}

#[tokio::test]
async fn d25_agents_may_not_and_half_an_order_is_told() {
    let house = House::open().await;
    let path = format!("/v1/calls/{CALL}/line");
    let agent = house.signed_in("1001").await;
    let body = r#"{"order":"withdraw","reason":"x"}"#;
    assert_eq!(agent.json("POST", &path, body).await.status, 403);
    let boss = house.program("boss").await;
    for body in [
        r#"{"order":"place","reason":"x"}"#,
        r#"{"order":"move","reason":"x"}"#,
        r#"{"order":"withdraw","to":"sales","reason":"x"}"#,
        r#"{"order":"assign","to":"1001","priority":1,"reason":"x"}"#,
        r#"{"order":"withdraw"}"#,
    ] {
        let answer = boss.json("POST", &path, body).await;
        assert_eq!(answer.status, 422, "{body}: {}", answer.text());
    }
    assert_eq!(house.last_command(), None);
}
