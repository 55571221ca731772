//! D21: who waits to be called back, and who may take a callback back.

use engine::CallbackReport;
use engine::command::{Command, CommandError};
use model::{CallId, Timestamp};

use crate::support::{House, NOON_MS};

fn report(id: u64, state: &str) -> CallbackReport {
    CallbackReport {
        callback: CallId::new(id),
        number: "+8613800001111".into(),
        called: "4000".into(),
        queue: "support".into(),
        state: state.into(),
        position: (state == "waiting").then_some(2),
        since: Timestamp::from_ms(NOON_MS),
        until: Timestamp::from_ms(NOON_MS + 60_000),
        attempts: 1,
        next_at: (state == "pausing").then_some(Timestamp::from_ms(NOON_MS + 1_000)),
    }
}

#[tokio::test]
async fn d21_a_supervisor_sees_who_waits_to_be_called_back_page_by_page() {
    let house = House::open().await;
    house.reports.lock().unwrap().callbacks = vec![
        report(9, "pausing"),
        report(7, "waiting"),
        report(8, "ringing"),
    ];
    let boss = house.program("boss").await;
    let first = boss.get("/v1/callbacks?limit=2").await.json();
    let ids: Vec<_> = first["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["id"].clone())
        .collect();
    assert_eq!(ids, ["7", "8"]);
    assert_eq!(first["items"][0]["position"], 2);
    assert_eq!(first["items"][0]["number"], "+8613800001111");
    let rest = boss.get("/v1/callbacks?limit=2&after=8").await.json();
    assert_eq!(rest["items"][0]["state"], "pausing");
    assert_eq!(rest["items"][0]["next_at"], "2026-11-18T11:06:41.000Z");
    assert_eq!(rest["next"], serde_json::Value::Null);
    let agent = house.signed_in("1001").await;
    assert_eq!(agent.get("/v1/callbacks").await.status, 403);
}

#[tokio::test]
async fn d21_a_supervisor_takes_a_callback_back_with_his_name_and_a_reason() {
    let house = House::open().await;
    let boss = house.program("boss").await;
    let (path, body) = ("/v1/callbacks/7/cancel", r#"{"reason":"他已另行来电"}"#);
    let done = boss.json("POST", path, body).await;
    assert_eq!(done.status, 204, "{}", done.text());
    let expected = Command::CancelCallback {
        callback: CallId::new(7),
        by: house.id("boss"),
        reason: "他已另行来电".into(),
    };
    assert_eq!(house.last_command(), Some(expected));
    let unknown = CommandError::UnknownCallback(CallId::new(7));
    *house.refusal.lock().unwrap() = Some(unknown);
    let refused = boss.json("POST", path, body).await;
    assert_eq!(
        (refused.status, refused.problem()),
        (404, "no_such_callback".into())
    );
    assert_eq!(boss.json("POST", path, "{}").await.status, 422);
    let agent = house.signed_in("1001").await;
    assert_eq!(agent.json("POST", path, body).await.status, 403);
}
