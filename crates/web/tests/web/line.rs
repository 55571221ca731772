//! D2, D25: what a supervisor orders for a caller who waits.

use std::time::Duration;

use engine::Command;
use engine::command::{CommandError, LineOrder, LineRefusal};
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
        body["reason"] = json!("老客户");
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
}

#[tokio::test]
async fn d25_what_the_engine_refuses_is_told_in_the_supervisors_language() {
    let house = House::open().await;
    let boss = house.program("boss").await;
    let path = format!("/v1/calls/{CALL}/line");
    let line = |why| CommandError::Line(why);
    let invalid = CommandError::Invalid("no queue `nowhere`".into());
    for (refusal, told) in [
        (line(LineRefusal::NotWaiting), (409, "not_waiting")),
        (line(LineRefusal::WaitsThere), (409, "waits_there")),
        (line(LineRefusal::TakesNobody), (409, "queue_takes_nobody")),
        (line(LineRefusal::AgentNotReady), (409, "agent_not_ready")),
        (line(LineRefusal::KeptApart), (409, "kept_apart")),
        (invalid, (422, "invalid_body")),
    ] {
        *house.refusal.lock().unwrap() = Some(refusal);
        let body = r#"{"order":"withdraw","reason":"x"}"#;
        let answer = boss.json("POST", &path, body).await;
        assert_eq!((answer.status, &*answer.problem()), told);
    }
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
