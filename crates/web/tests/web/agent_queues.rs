//! C1: the queues of an agent's profile, and who may take him out of one.

use engine::command::Command;
use serde_json::json;

use crate::support::House;

#[tokio::test]
async fn c1_opting_out_needs_a_right_also_for_oneself_and_the_refusal_says_so() {
    let house = House::open().await;
    let agent = house.id("1001");
    let client = house.program("1001").await;
    let path = "/v1/agents/me/queues/support";
    for serves in ["false", "true"] {
        let body = format!(r#"{{"serves":{serves}}}"#);
        let refused = client.json("PUT", path, &body).await;
        assert_eq!(
            (refused.status, refused.json()["code"].clone()),
            (403, json!("opt_out_forbidden"))
        );
    }
    let other = format!("/v1/agents/{agent}/queues/support");
    let colleague = house.program("1002").await;
    let refused = colleague.json("PUT", &other, r#"{"serves":false}"#).await;
    assert_eq!(refused.status, 403);
    assert_eq!(house.last_command(), None);
    let mine = client.get("/v1/agents/me/queues").await.json();
    assert_eq!(mine["may_change"], false);
    assert_eq!(
        mine["items"][0],
        json!({ "name": "support", "title": {}, "serves": true })
    );
}

#[tokio::test]
async fn c1_a_supervisor_takes_an_agent_out_of_a_queue_and_the_engine_is_told_once() {
    let house = House::open().await;
    let agent = house.id("1001");
    let boss = house.program("boss").await;
    let path = format!("/v1/agents/{agent}/queues/support");
    let out = |serves| Command::ServeQueue {
        agent,
        queue: "support".into(),
        serves,
        by: house.id("boss"),
    };
    for _ in 0..2 {
        let taken = boss.json("PUT", &path, r#"{"serves":false}"#).await;
        assert_eq!(taken.status, 200);
        let stands = taken.json();
        assert_eq!(stands["may_change"], true);
        assert_eq!(stands["items"][0]["serves"], false);
    }
    assert_eq!(*house.commands.lock().unwrap(), [out(false)]);
    let body = boss.get(&format!("/v1/agents/{agent}")).await.json();
    let served = body["queues"].as_array().unwrap();
    assert!(!served.contains(&json!("support")), "{served:?}");

    let back = boss.json("PUT", &path, r#"{"serves":true}"#).await;
    assert_eq!(back.json()["items"][0]["serves"], true);
    assert_eq!(house.last_command(), Some(out(true)));
}

#[tokio::test]
async fn c1_only_queues_of_his_profile_can_be_left() {
    let house = House::open().await;
    let boss = house.program("boss").await;
    let agent = house.id("1001");
    let body = r#"{"serves":false}"#;
    for (path, code) in [
        (
            format!("/v1/agents/{agent}/queues/nowhere"),
            "not_his_queue",
        ),
        ("/v1/agents/9/queues/support".into(), "no_such_agent"),
    ] {
        let refused = boss.json("PUT", &path, body).await;
        assert_eq!(
            (refused.status, refused.json()["code"].clone()),
            (404, json!(code))
        );
    }
    let path = format!("/v1/agents/{agent}/queues/support");
    let unknown = boss
        .json("PUT", &path, r#"{"serves":true,"why":"x"}"#)
        .await;
    assert_eq!(unknown.status, 422);
    assert_eq!(house.last_command(), None);
}
