//! Calls and recordings: who sees, who ends, who hears.

use engine::command::Command;
use model::{AgentState, CallId, Fact, Timestamp};
use serde_json::json;

use crate::support::House;
use crate::support::facts::{
    CALL, answered_call, arrived, connected, ended, identified, joined, offered,
};

#[tokio::test]
async fn past_calls_come_from_the_record_and_agents_see_their_own() {
    let house = House::open().await;
    let agent = house.id("1001");
    for fact in answered_call(CALL, agent) {
        house.tell(fact).await;
    }
    let other = CallId::new(600);
    for fact in [
        arrived(other),
        joined(other),
        identified(other),
        ended(other, None),
    ] {
        house.tell(fact).await;
    }
    let boss = house.program("boss").await;
    let list = boss.get("/v1/calls").await.json();
    let ids: Vec<_> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|call| call["id"].clone())
        .collect();
    assert_eq!(ids, [json!("600"), json!("500")], "newest first");
    let call = boss.get("/v1/calls/500").await.json();
    assert_eq!(
        (&call["result"], &call["ended_by"]),
        (&json!("answered"), &json!("caller"))
    );
    assert_eq!(
        (&call["talk_ms"], &call["ring_ms"], &call["live"]),
        (&json!(2_000), &json!(3_000), &json!(null))
    );
    assert_eq!(
        call["started_at"].as_str().map(|at| at.len()),
        Some("2026-11-18T11:06:41.000Z".len())
    );
    let abandoned = boss.get("/v1/calls?filter[result]=abandoned").await.json();
    assert_eq!(abandoned["items"][0]["caller"]["e164"], "+8613800001111");
    assert_eq!(abandoned["items"].as_array().unwrap().len(), 1);

    let mine = house.program("1001").await;
    let list = mine.get("/v1/calls").await.json();
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    assert_eq!(list["items"][0]["id"], "500");
    assert_eq!(mine.get("/v1/calls/500").await.status, 200);
    assert_eq!(mine.get("/v1/calls/600").await.problem(), "forbidden");
    assert_eq!(
        mine.get(&format!("/v1/calls?filter[agent]={}", house.id("1002")))
            .await
            .problem(),
        "forbidden"
    );
    assert_eq!(
        mine.get("/v1/calls/500/timeline").await.problem(),
        "forbidden"
    );
    let timeline = boss.get("/v1/calls/500/timeline").await.json();
    assert_eq!(
        timeline[2]["data"]["decision"]["strategy"], "ring_all",
        "why this agent"
    );
}

#[tokio::test]
async fn live_calls_come_from_the_board() {
    let house = House::open().await;
    let agent = house.id("1001");
    let (ringing, waiting) = (CallId::new(501), CallId::new(502));
    for fact in [
        arrived(CALL),
        arrived(ringing),
        joined(ringing),
        offered(ringing, agent),
        arrived(waiting),
        joined(waiting),
    ] {
        house.tell(fact).await;
    }
    let boss = house.program("boss").await;
    let live = boss.get("/v1/calls?live=true").await.json();
    let phases: Vec<_> = live["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|call| call["live"]["phase"].clone())
        .collect();
    assert_eq!(phases, [json!("ivr"), json!("queued"), json!("queued")]);
    let queued = boss
        .get("/v1/calls?live=true&filter[queue]=support&limit=1")
        .await
        .json();
    assert_eq!(
        (&queued["items"][0]["id"], &queued["next"]),
        (&json!("501"), &json!("501"))
    );
    let rest = boss
        .get("/v1/calls?live=true&filter[queue]=support&after=501")
        .await
        .json();
    assert_eq!(rest["items"][0]["id"], "502");
    let mine = house.program("1001").await;
    let own = mine.get("/v1/calls?live=true").await.json();
    assert_eq!(own["items"].as_array().unwrap().len(), 1);
    assert_eq!(own["items"][0]["live"]["ringing"], json!([agent]));
    assert_eq!(
        mine.get("/v1/calls/501").await.status,
        200,
        "it rings at him"
    );
    house.tell(ended(ringing, None)).await;
    assert_eq!(
        mine.get("/v1/calls?live=true").await.json()["items"],
        json!([])
    );
}

#[tokio::test]
async fn calls_are_ended_by_those_who_may() {
    let house = House::open().await;
    for (login, status) in [("1001", 403), ("boss", 204), ("root", 204)] {
        let client = house.program(login).await;
        assert_eq!(
            client.json("POST", "/v1/calls/500/hangup", "").await.status,
            status,
            "{login}"
        );
    }
    let asked = house.commands.lock().unwrap().clone();
    assert_eq!(asked, vec![Command::HangUp { call: CALL }; 2]);
}

/// A call with a recording of 1,000 bytes, each with its own place as value.
async fn recorded(house: &House, path: &str) {
    let agent = house.id("1001");
    for fact in answered_call(CALL, agent) {
        house.tell(fact).await;
    }
    house
        .tell(Fact::RecordingReady {
            call: CALL,
            path: path.to_owned(),
            started_at: Timestamp::from_ms(0),
            duration_ms: 60,
            bytes: 1_000,
        })
        .await;
}

fn sound() -> Vec<u8> {
    (0..1_000_u32).map(|place| (place % 251) as u8).collect()
}

#[tokio::test]
async fn a_recording_is_heard_whole_or_in_parts_by_those_who_may() {
    let house = House::open().await;
    let path = "2026/11/18/500-1.wav";
    recorded(&house, path).await;
    let file = house.recordings_dir.join(path);
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(&file, sound()).unwrap();
    let url = "/v1/calls/500/recording";
    for (login, status) in [("1001", 200), ("1002", 403), ("boss", 200), ("root", 200)] {
        let client = house.program(login).await;
        assert_eq!(client.get(url).await.status, status, "{login}");
    }
    assert_eq!(house.stranger().get(url).await.status, 401);

    let client = house.program("1001").await;
    let whole = client.get(url).await;
    assert_eq!(
        (whole.header("content-type"), &whole.body),
        (Some("audio/wav"), &sound())
    );
    assert_eq!(whole.header("accept-ranges"), Some("bytes"));
    let part = client
        .send("GET", url, &[("range", "bytes=100-199")], b"")
        .await;
    assert_eq!(
        (part.status, part.header("content-range")),
        (206, Some("bytes 100-199/1000"))
    );
    assert_eq!(part.body, &sound()[100..200]);
    let tail = client
        .send("GET", url, &[("range", "bytes=-10")], b"")
        .await;
    assert_eq!(tail.body, &sound()[990..]);
    let outside = client
        .send("GET", url, &[("range", "bytes=1000-")], b"")
        .await;
    assert_eq!(
        (outside.problem().as_str(), outside.header("content-range")),
        ("range_not_satisfiable", Some("bytes */1000"))
    );
    let head = client.send("HEAD", url, &[], b"").await;
    assert_eq!(
        (head.status, head.header("content-length"), head.body.len()),
        (200, Some("1000"), 0)
    );
    assert_eq!(
        client.get("/v1/calls/500/recording?part=2").await.problem(),
        "no_recording"
    );
    std::fs::remove_file(&file).unwrap();
    assert_eq!(client.get(url).await.problem(), "no_recording");
}

#[tokio::test]
async fn advisory_26_a_path_that_leads_elsewhere_gives_nothing() {
    for path in [
        "../trunkline.db",
        "/etc/hostname",
        "2026/../../trunkline.db",
    ] {
        let house = House::open().await;
        recorded(&house, path).await;
        let client = house.program("root").await;
        let answer = client.get("/v1/calls/500/recording").await;
        assert_eq!(
            (answer.status, answer.problem().as_str()),
            (500, "internal"),
            "{path}"
        );
        assert!(
            !answer.text().contains("trunkline.db") && !answer.text().contains("etc"),
            "no inside is told"
        );
    }
    let house = House::open().await;
    let client = house.program("root").await;
    for path in [
        "/v1/calls/..%2f..%2fetc%2fpasswd/recording",
        "/v1/calls/500/recording/../../../etc/passwd",
        "/assets/../Cargo.toml",
    ] {
        let status = client.get(path).await.status;
        assert!(status == 400 || status == 404, "{path}: {status}");
    }
}

#[tokio::test]
async fn an_agent_who_talks_sees_his_live_call() {
    let house = House::open().await;
    let agent = house.id("1001");
    for fact in answered_call(CALL, agent).into_iter().take(6) {
        house.tell(fact).await;
    }
    let client = house.program("1001").await;
    let live = client.get("/v1/calls?live=true").await.json();
    assert_eq!(
        (
            &live["items"][0]["agent"],
            &live["items"][0]["live"]["phase"]
        ),
        (&json!(agent), &json!("talking"))
    );
    let state = client.get("/v1/agents/me/state").await.json();
    assert_eq!(
        (&state["state"], &state["call"]),
        (
            &json!(AgentState::Talking { call: None }.name()),
            &json!("500")
        )
    );
}

#[tokio::test]
async fn a_call_that_was_handed_on_is_in_the_lists_of_both() {
    let house = House::open().await;
    let (first, last) = (house.id("1001"), house.id("1002"));
    for fact in [
        arrived(CALL),
        joined(CALL),
        connected(CALL, first),
        connected(CALL, last),
        ended(CALL, Some(last)),
    ] {
        house.tell(fact).await;
    }
    for login in ["1001", "1002"] {
        let client = house.program(login).await;
        let list = client.get("/v1/calls").await.json();
        assert_eq!(list["items"][0]["id"], "500", "{login}");
        assert_eq!(client.get("/v1/calls/500").await.status, 200, "{login}");
    }
}

#[tokio::test]
async fn e6_supervisors_hold_a_call_past_its_time_and_let_it_go() {
    let house = House::open().await;
    recorded(&house, "2026/11/18/500-1.wav").await;
    let url = "/v1/calls/500/hold";
    let body = r#"{"reason":"case 118","until":"2099-01-01T00:00:00.000Z"}"#;
    let agent = house.program("1001").await;
    assert_eq!(agent.json("PUT", url, body).await.problem(), "forbidden");
    let boss = house.program("boss").await;
    assert_eq!(
        boss.get("/v1/calls/500").await.json()["legal_hold"],
        json!(null)
    );
    let held = boss.json("PUT", url, body).await;
    assert_eq!(held.status, 200, "{}", held.text());
    let held = held.json();
    assert_eq!(
        (&held["reason"], &held["until"], &held["by"]),
        (
            &json!("case 118"),
            &json!("2099-01-01T00:00:00.000Z"),
            &json!(house.id("boss"))
        )
    );
    let shown = agent.get("/v1/calls/500").await.json();
    assert_eq!(shown["legal_hold"], held);
    for (path, body, problem) in [
        (url, r#"{"reason":" "}"#, "invalid_body"),
        (
            url,
            r#"{"reason":"x","until":"2020-01-01T00:00:00.000Z"}"#,
            "invalid_body",
        ),
        (url, r#"{"reason":"x","for":9}"#, "invalid_body"),
        ("/v1/calls/9/hold", r#"{"reason":"x"}"#, "no_such_call"),
    ] {
        let refused = boss.json("PUT", path, body).await;
        assert_eq!(refused.problem(), problem, "{body}");
    }
    assert_eq!(boss.send("DELETE", url, &[], b"").await.status, 204);
    assert_eq!(
        boss.send("DELETE", url, &[], b"").await.problem(),
        "no_legal_hold"
    );
    assert_eq!(
        boss.get("/v1/calls/500").await.json()["legal_hold"],
        json!(null)
    );
}
