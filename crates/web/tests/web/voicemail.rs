//! Mailboxes over HTTP (G2, G4): who hears which, marking, removing, and the sound.

use model::fact::Voicemail;
use model::{CallId, Caller, Fact, RecordingId, Timestamp};
use serde_json::json;

use crate::support::House;

const AT: Timestamp = Timestamp::from_ms(1_795_000_000_000);

fn id(call: u64) -> RecordingId {
    let (call, part) = (CallId::new(call), 2);
    RecordingId { call, part }
}

async fn leave(house: &House, call: u64, mailbox: &str) {
    let voicemail = Voicemail {
        message: id(call),
        mailbox: mailbox.into(),
        caller: Caller::new("13800001111", Some("李雷")),
        called: "4000".to_owned(),
        language: "zh-CN".to_owned(),
        queue: None,
        length_ms: 4_000,
        ticket: None,
    };
    house.database.leave_message(&voicemail, AT).await.unwrap();
}

#[tokio::test]
async fn g2_an_agent_hears_his_box_and_his_queues_and_supervisors_hear_all() {
    let house = House::open().await;
    leave(&house, 500, "li").await;
    for (login, boxes, status) in [
        ("1001", json!(["li", "support"]), 200),
        ("1002", json!(["support"]), 403),
        ("boss", json!(["li", "support"]), 200),
    ] {
        let who = house.program(login).await;
        let list = who.get("/v1/voicemail").await.json();
        let names = list["items"].as_array().unwrap().iter();
        let names: Vec<_> = names.map(|it| it["name"].clone()).collect();
        assert_eq!(json!(names), boxes, "{login}");
        for path in ["", "/500-2"] {
            let path = format!("/v1/voicemail/li{path}");
            assert_eq!(who.get(&path).await.status, status, "{login} {path}");
        }
    }
    let stranger = house.stranger();
    assert_eq!(stranger.get("/v1/voicemail/li").await.status, 401);
}

#[tokio::test]
async fn g2_a_message_is_told_marked_and_removed() {
    let house = House::open().await;
    leave(&house, 500, "support").await;
    leave(&house, 501, "li").await;
    let who = house.program("1002").await;
    let message = who.get("/v1/voicemail/support/500-2").await.json();
    assert_eq!(message["number"], "13800001111");
    assert_eq!(message["caller_name"], "李雷");
    assert_eq!(
        (&message["duration_ms"], &message["is_ready"]),
        (&json!(4_000), &json!(false))
    );
    assert_eq!(message["heard_by"], json!(null));
    let mark = |heard: bool| json!({ "heard": heard }).to_string();
    let path = "/v1/voicemail/support/500-2";
    for heard in [true, true, false] {
        let marked = who.json("POST", path, &mark(heard)).await.json();
        assert_eq!(marked["heard_by"].is_string(), heard, "{marked}");
    }
    let told = house.told.lock().unwrap().clone();
    let marked = |fact: &Fact| {
        let Fact::VoicemailHeard(marked) = fact else {
            return None;
        };
        Some(marked.heard)
    };
    let told: Vec<bool> = told.iter().filter_map(marked).collect();
    assert_eq!(told, [true, false], "what changes nothing is not told");
    for (path, problem) in [
        ("/v1/voicemail/none", "no_mailbox"),
        ("/v1/voicemail/support/501-2", "no_message"),
        ("/v1/voicemail/support/500-2/audio", "no_recording"),
    ] {
        assert_eq!(who.get(path).await.problem(), problem, "{path}");
    }
    assert_eq!(who.json("DELETE", path, "").await.problem(), "forbidden");
    let boss = house.program("boss").await;
    assert_eq!(boss.json("DELETE", path, "").await.status, 204);
    assert_eq!(boss.get(path).await.problem(), "no_message");
}

#[tokio::test]
async fn g4_a_message_is_heard_as_recordings_are() {
    let house = House::open().await;
    leave(&house, 500, "support").await;
    let file = house.recordings_dir.join("2026/11/18/500-2.wav");
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(&file, b"RIFF0123456789").unwrap();
    house
        .tell(Fact::RecordingReady {
            call: CallId::new(500),
            path: "2026/11/18/500-2.wav".to_owned(),
            started_at: AT,
            duration_ms: 3_500,
            bytes: 14,
        })
        .await;
    let who = house.program("1001").await;
    let heard = who.get("/v1/voicemail/support/500-2/audio").await;
    assert_eq!(
        (heard.status, heard.text().as_str()),
        (200, "RIFF0123456789")
    );
    assert_eq!(heard.header("accept-ranges"), Some("bytes"));
    let message = who.get("/v1/voicemail/support/500-2").await.json();
    assert_eq!(
        (&message["duration_ms"], &message["is_ready"]),
        (&json!(3_500), &json!(true))
    );
}
