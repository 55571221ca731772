//! Clips (E25): which are told, who plays and stops them, and what the page is told of one that plays.

use std::collections::BTreeSet;

use engine::{ClipChoice, ClipRefusal, Command, CommandError, TalkOrder};
use model::fact::{ClipBegan, ClipEnd, ClipPlayed, Offer};
use model::transfer::{Transfer, TransferKind, TransferTo, TransferWay};
use model::{AgentId, AgentState, CallId, Fact, QueueName};
use serde_json::{Value, json};

use crate::support::House;
use crate::support::facts::{CALL, arrived, connected, joined, offer, offered, state};

/// Agent 1001 talks in `CALL`, which came by the queue `support`.
async fn talking() -> House {
    let house = House::open().await;
    let agent = house.id("1001");
    for fact in [
        arrived(CALL),
        joined(CALL),
        offered(CALL, agent),
        connected(CALL, agent),
    ] {
        house.tell(fact).await;
    }
    house
}

fn path() -> String {
    format!("/v1/calls/{CALL}/clip")
}

fn numbers(list: &Value) -> Vec<u64> {
    let items = list["items"].as_array().unwrap().iter();
    items.map(|it| it["number"].as_u64().unwrap()).collect()
}

#[tokio::test]
async fn e25_clips_are_told_by_number_with_titles_and_lengths() {
    let house = talking().await;
    let mine = house.signed_in("1001").await;
    let all = mine.get("/v1/clips").await.json();
    assert_eq!(numbers(&all), [7, 9, 12, 30]);
    let expected = json!({
        "number": 12, "name": "hours", "title": { "zh-CN": "片段", "en": "Clip" }, "queues": [],
        "languages": { "en": 4_000, "zh-CN": 5_500 },
        "otherwise": "zh-CN",
    });
    assert_eq!(all["items"][2], expected);
    assert_eq!(all["items"][1]["languages"], json!({ "en": null }));
    let otherwise = |place: usize| &all["items"][place]["otherwise"];
    assert_eq!(
        (otherwise(1), otherwise(3)),
        (&Value::Null, &json!("de")),
        "one that sounds"
    );
    let offered = format!("/v1/clips?call={CALL}");
    assert_eq!(numbers(&mine.get(&offered).await.json()), [9, 12]);
    let page = mine.get("/v1/clips?limit=2").await.json();
    assert_eq!((numbers(&page), &page["next"]), (vec![7, 9], &json!("9")));
    let rest = mine.get("/v1/clips?limit=2&after=9").await.json();
    assert_eq!(numbers(&rest), [12, 30]);
    let other = house.signed_in("1002").await;
    assert_eq!(other.get(&offered).await.problem(), "forbidden");
    assert_eq!(
        house.stranger().get("/v1/clips").await.problem(),
        "sign_in_needed"
    );
    assert_eq!(
        mine.get("/v1/clips?limit=0").await.problem(),
        "malformed_parameter"
    );
    assert_eq!(
        mine.get("/v1/clips?queue=x").await.problem(),
        "malformed_parameter"
    );
}

/// An offer of this queue is answered; `None`: he was rung by name.
fn answers(agent: AgentId, queue: Option<&str>) -> Fact {
    let offer = Offer {
        queue: queue.map(QueueName::from),
        ..offer(CALL, agent)
    };
    Fact::CallConnected {
        offer,
        waited_ms: 0,
        rang_ms: 0,
    }
}

fn handed_on(from: AgentId, to: AgentId) -> Fact {
    let transfer = Transfer {
        kind: TransferKind::Blind,
        by: TransferWay::Desk,
        from,
        to: TransferTo::Agent(to),
    };
    let call = CALL;
    Fact::Transferred { call, transfer }
}

fn enters_a_script() -> Fact {
    Fact::IvrEntered {
        call: CALL,
        script: "main".into(),
        version: 1,
        kind: "transfer".to_owned(),
        node: "colleague".to_owned(),
        depth: 0,
        left: Vec::new(),
    }
}

#[tokio::test]
async fn e25_the_clips_of_a_talk_are_those_of_the_queue_in_which_it_was_answered() {
    let house = House::open().await;
    let (li, wang) = (house.id("1001"), house.id("1002"));
    let boss = house.program("boss").await;
    let offered = async || {
        let list = boss.get(&format!("/v1/clips?call={CALL}")).await;
        numbers(&list.json())
    };
    let stands = Fact::QueueJoined {
        call: CALL,
        queue: "support".into(),
        position: 1,
        also: vec!["sales".into()],
        regions: Vec::new(),
    };
    for fact in [arrived(CALL), stands, answers(li, Some("sales"))] {
        house.tell(fact).await;
    }
    assert_eq!(offered().await, [7, 9, 12], "of the other queue (A12)");
    for fact in [handed_on(li, wang), answers(wang, None)] {
        house.tell(fact).await;
    }
    assert_eq!(offered().await, [7, 9, 12], "a colleague has the same talk");
    house.tell(handed_on(wang, li)).await;
    for fact in [enters_a_script(), answers(li, None)] {
        house.tell(fact).await;
    }
    assert_eq!(offered().await, [9, 12], "a script rang him by name");
}

#[tokio::test]
async fn e25_the_agent_plays_and_stops_and_supervisors_do_in_his_name() {
    let house = talking().await;
    let mine = house.signed_in("1001").await;
    let boss = house.program("boss").await;
    let clip = |clip, language: Option<&str>| TalkOrder::Clip {
        clip,
        language: language.map(str::to_owned),
        silent: BTreeSet::new(),
    };
    let rows = [
        (
            "POST",
            json!({ "clip": 12 }),
            clip(ClipChoice::Number(12), None),
        ),
        (
            "POST",
            json!({ "clip": "hours", "language": "en" }),
            clip(ClipChoice::Name("hours".into()), Some("en")),
        ),
        ("DELETE", Value::Null, TalkOrder::StopClip),
    ];
    for (method, body, order) in rows {
        for who in [&mine, &boss] {
            let answer = who.json(method, &path(), &body.to_string()).await;
            assert_eq!(answer.status, 204, "{body}: {}", answer.text());
            let agent = house.id("1001");
            let order = order.clone();
            let expected = Command::Talk {
                call: CALL,
                agent,
                order,
            };
            assert_eq!(house.last_command(), Some(expected), "{body}");
        }
    }
}

#[tokio::test]
async fn e25_the_engine_is_told_in_which_languages_nobody_would_hear_it() {
    let house = talking().await;
    let mine = house.signed_in("1001").await;
    let answer = mine.json("POST", &path(), r#"{"clip":30}"#).await;
    assert_eq!(answer.status, 204, "{}", answer.text());
    let order = TalkOrder::Clip {
        clip: ClipChoice::Number(30),
        language: None,
        silent: ["en", "zh-CN"].map(str::to_owned).into(),
    };
    let (call, agent) = (CALL, house.id("1001"));
    let expected = Command::Talk { call, agent, order };
    assert_eq!(house.last_command(), Some(expected));
    let german = r#"{"clip":30,"language":"de"}"#;
    assert_eq!(mine.json("POST", &path(), german).await.status, 204);
}

#[tokio::test]
async fn e25_s19_what_cannot_be_is_a_problem_of_its_own() {
    let house = talking().await;
    let mine = house.signed_in("1001").await;
    let other = house.signed_in("1002").await;
    let mut forged = house.signed_in("1001").await;
    forged.csrf = None;
    let boss = house.program("boss").await;
    let twelve = r#"{"clip":12}"#;
    let gone = format!("/v1/calls/{}/clip", CallId::new(999));
    let rows = [
        (&house.stranger(), path(), twelve, "sign_in_needed"),
        (&other, path(), twelve, "forbidden"),
        (&forged, path(), twelve, "csrf_token"),
        (&boss, gone, twelve, "no_such_call"),
        (&mine, path(), r#"{"clip":99}"#, "no_clip"),
        (&mine, path(), r#"{"clip":"nobody"}"#, "no_clip"),
        (&mine, path(), r#"{"clip":9}"#, "clip_silent"),
        (
            &mine,
            path(),
            r#"{"clip":30,"language":"en"}"#,
            "clip_silent",
        ),
        (&mine, path(), r#"{"clip":-1}"#, "invalid_body"),
        (&mine, path(), r#"{"clip":12,"loud":true}"#, "invalid_body"),
        (&mine, path(), r#"{"clip":"a\nb"}"#, "invalid_body"),
        (&mine, path(), r#"{}"#, "invalid_body"),
    ];
    for (who, path, body, problem) in rows {
        let answer = who.json("POST", &path, body).await;
        assert_eq!(answer.problem(), problem, "{body}");
    }
    assert_eq!(house.last_command(), None, "the engine heard of none");
    for (refusal, problem) in [
        (ClipRefusal::Unknown, "no_clip"),
        (ClipRefusal::NotOffered, "clip_not_offered"),
        (ClipRefusal::NoLanguage, "no_clip_language"),
        (ClipRefusal::Held, "clip_while_held"),
        (ClipRefusal::Consulting, "clip_while_consulting"),
    ] {
        *house.refusal.lock().unwrap() = Some(CommandError::Clip(refusal));
        assert_eq!(mine.json("POST", &path(), twelve).await.problem(), problem);
    }
}

#[tokio::test]
async fn e25_the_desk_tells_what_plays_until_it_was_played() {
    let house = talking().await;
    let talks = AgentState::Talking { call: Some(CALL) };
    let told = state(house.id("1001"), AgentState::Ready, talks, "answer");
    house.tell(told).await;
    let mine = house.signed_in("1001").await;
    let desk = async || mine.get("/v1/agents/me/session").await.json()["talk"]["clip"].clone();
    assert_eq!(desk().await, Value::Null);
    let began = ClipBegan {
        call: CALL,
        agent: house.id("1001"),
        clip: "hours".into(),
        number: 12,
        language: "en".to_owned(),
    };
    house.tell(Fact::ClipBegan(began.clone())).await;
    let clip = desk().await;
    assert_eq!(
        (&clip["clip"], &clip["number"]),
        (&json!("hours"), &json!(12))
    );
    assert_eq!(clip["language"], "en");
    assert!(clip["since"].is_string());
    let played = ClipPlayed {
        began,
        heard_ms: 2_500,
        end: ClipEnd::Stopped,
    };
    house.tell(Fact::ClipPlayed(played)).await;
    assert_eq!(desk().await, Value::Null);
}
