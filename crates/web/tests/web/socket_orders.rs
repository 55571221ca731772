//! Orders of a softphone by `/v1/ws` (2.5): each is a request, with its rights, bounds and keys, and is answered once.

use std::time::Duration;

use engine::{Command, CommandError, TalkOrder};
use futures_util::SinkExt;
use serde_json::{Value, json};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use web::{CommandSender, Deps, HubSettings, QuotaBounds};

use crate::socket::{PATIENCE, Socket, opens, told};
use crate::support::House;
use crate::support::facts::{CALL, arrived, connected, joined, offered};

/// Agent 1001 talks in `CALL`.
async fn talk(house: &House) {
    let agent = house.id("1001");
    for fact in [
        arrived(CALL),
        joined(CALL),
        offered(CALL, agent),
        connected(CALL, agent),
    ] {
        house.tell(fact).await;
    }
}

fn talk_path() -> String {
    format!("/v1/calls/{CALL}/talk")
}

fn order(id: &str, method: &str, path: &str, body: Value) -> Value {
    json!({ "id": id, "method": method, "path": path, "body": body })
}

async fn say(socket: &mut Socket, frame: &Value) {
    let text = frame.to_string();
    socket.send(Message::text(text)).await.unwrap();
}

/// The next answer, whatever is told in between.
async fn answer(socket: &mut Socket) -> Value {
    loop {
        let frame = told(socket).await.unwrap();
        if frame["type"] == "answer" {
            return frame;
        }
    }
}

async fn asked(socket: &mut Socket, frame: &Value) -> Value {
    say(socket, frame).await;
    let answer = answer(socket).await;
    assert_eq!(answer["id"], frame["id"], "{answer}");
    answer
}

fn outcome(answer: &Value) -> (u64, &str) {
    let status = answer["status"].as_u64().unwrap();
    (status, answer["body"]["code"].as_str().unwrap_or_default())
}

#[tokio::test]
async fn each_order_goes_the_way_of_its_request_and_its_answer_comes_between_the_events() {
    let house = House::open().await;
    let page = house.signed_in("1001").await;
    let program = house.program("1001").await;
    let csrf = page.csrf.clone().unwrap();
    for client in [&page, &program] {
        let mut socket = opens(&house, client, "", &[]).await.unwrap();
        talk(&house).await;
        for (word, expected) in [("hold", TalkOrder::Hold), ("resume", TalkOrder::Resume)] {
            let mut frame = order(word, "POST", &talk_path(), json!({ "order": word }));
            frame["csrf"] = csrf.clone().into();
            let answer = asked(&mut socket, &frame).await;
            assert_eq!(outcome(&answer), (204, ""), "{answer}");
            assert!(
                answer["headers"]["ratelimit-remaining"].is_string(),
                "{answer}"
            );
            let command = Command::Talk {
                call: CALL,
                agent: house.id("1001"),
                order: expected,
            };
            assert_eq!(house.last_command(), Some(command));
        }
        let told = told(&mut socket);
        let nothing = timeout(Duration::from_millis(50), told).await;
        assert!(nothing.is_err(), "the events came before: {nothing:?}");
    }
    let mut socket = opens(&house, &program, "", &[]).await.unwrap();
    let rows = [
        (
            "PUT",
            "/v1/agents/me/state",
            json!({ "state": "ready" }),
            204,
        ),
        ("POST", "/v1/agents/me/wrap-up/end", Value::Null, 204),
        (
            "PUT",
            "/v1/agents/me/state",
            json!({ "state": "talking" }),
            422,
        ),
        ("POST", "/v1/calls/77/hangup", Value::Null, 403),
        ("PUT", "/v1/agents/me/state", Value::Null, 400),
    ];
    for (method, path, body, status) in rows {
        let answer = asked(&mut socket, &order("o", method, path, body)).await;
        assert_eq!(answer["status"], status, "{method} {path}: {answer}");
    }
    let refusal = CommandError::NotAllowed("nobody is consulted".into());
    *house.refusal.lock().unwrap() = Some(refusal);
    let join = order("o", "POST", &talk_path(), json!({ "order": "join" }));
    let refused = asked(&mut socket, &join).await;
    assert_eq!(outcome(&refused), (409, "state_forbids"));
    assert_eq!(refused["body"]["detail"], "nobody is consulted");
}

#[tokio::test]
async fn s19_an_order_has_the_rights_of_who_opened_the_socket_and_by_cookie_the_csrf_token() {
    let house = House::open().await;
    talk(&house).await;
    let hold = order("o", "POST", &talk_path(), json!({ "order": "hold" }));
    let with = |csrf: Option<String>| {
        let mut frame = hold.clone();
        if let Some(csrf) = csrf {
            frame["csrf"] = csrf.into();
        }
        frame
    };
    let page = house.signed_in("1001").await;
    let other = house.signed_in("1002").await;
    let listener = house.program_with("1001", &["events:read"]).await;
    let origin = format!("http://{}", house.address);
    for (client, frame, expected) in [
        (&page, with(None), (403, "csrf_token")),
        (&page, with(other.csrf.clone()), (403, "csrf_token")),
        (&page, with(page.csrf.clone()), (204, "")),
        (&other, with(other.csrf.clone()), (403, "forbidden")),
        (&listener, with(None), (403, "token_scope")),
    ] {
        let before = house.commands.lock().unwrap().len();
        let mut socket = opens(&house, client, "", &[("origin", &origin)])
            .await
            .unwrap();
        let answer = asked(&mut socket, &frame).await;
        assert_eq!(outcome(&answer), expected, "{answer}");
        let is_done = house.commands.lock().unwrap().len() > before;
        assert_eq!(is_done, expected.0 == 204, "{answer}");
    }
    let mut socket = opens(&house, &page, "", &[]).await.unwrap();
    assert_eq!(page.json("DELETE", "/v1/session", "").await.status, 204);
    let late = asked(&mut socket, &with(page.csrf.clone())).await;
    assert_eq!(outcome(&late), (401, "sign_in_needed"));
}

#[tokio::test]
async fn what_is_no_order_of_a_softphone_is_told_so_and_the_socket_stays() {
    let house = House::open().await;
    let root = house.program("root").await;
    let chinese = [("accept-language", "zh-CN")];
    let mut socket = opens(&house, &root, "", &chinese).await.unwrap();
    let state = "/v1/agents/me/state";
    let ready = json!({ "state": "ready" });
    let with = |field: &str, value: Value| {
        let mut frame = order("o", "PUT", state, ready.clone());
        frame[field] = value;
        Message::text(frame.to_string())
    };
    let long = json!({ "state": "not_ready", "reason": "x".repeat(17_000) });
    let o = Value::from("o");
    let table = [
        (Message::binary(vec![1, 2]), Value::Null, "malformed_body"),
        (Message::text("{"), Value::Null, "malformed_body"),
        (Message::text("[]"), Value::Null, "invalid_body"),
        (Message::text(r#"{"id":7}"#), Value::Null, "invalid_body"),
        (with("id", "".into()), Value::Null, "invalid_body"),
        (
            with("id", "x".repeat(65).into()),
            Value::Null,
            "invalid_body",
        ),
        (with("id", "a\u{7}".into()), Value::Null, "invalid_body"),
        (with("body", long), Value::Null, "body_too_large"),
        (Message::text(r#"{"id":"o"}"#), o.clone(), "invalid_body"),
        (with("color", "red".into()), o.clone(), "invalid_body"),
        (with("key", "k".into()), o.clone(), "invalid_body"),
        (with("csrf", "a\nb".into()), o.clone(), "invalid_body"),
        (
            with("path", "v1/agents/me/state".into()),
            o.clone(),
            "invalid_body",
        ),
        (
            with("path", "http://evil.example/".into()),
            o.clone(),
            "invalid_body",
        ),
        (
            with("path", "/v1/webhooks".into()),
            o.clone(),
            "only_by_http",
        ),
        (
            with("path", "/v1/nowhere".into()),
            o.clone(),
            "only_by_http",
        ),
        (with("method", "GET".into()), o.clone(), "only_by_http"),
        (with("method", "put".into()), o.clone(), "only_by_http"),
        (
            with("path", format!("{state}?x=1").into()),
            o.clone(),
            "malformed_parameter",
        ),
        (
            with("body", json!({ "state": "a\u{0}" })),
            o.clone(),
            "malformed_body",
        ),
    ];
    for (frame, id, code) in table {
        let shown = format!("{frame:.80}");
        socket.send(frame).await.unwrap();
        let answer = answer(&mut socket).await;
        assert_eq!((&answer["id"], outcome(&answer).1), (&id, code), "{shown}");
        let title = answer["body"]["title"].as_str().unwrap();
        assert!(!title.is_ascii(), "{title}");
    }
    assert_eq!(house.last_command(), None);
    let done = asked(&mut socket, &order("o", "PUT", state, ready)).await;
    assert_eq!(outcome(&done), (204, ""));
}

#[tokio::test]
async fn each_order_is_answered_once_though_many_come_at_once() {
    let house = House::open().await;
    let client = house.program("1001").await;
    let mut socket = opens(&house, &client, "", &[]).await.unwrap();
    let ready = json!({ "state": "ready" });
    for number in 0..100 {
        let frame = order(
            &number.to_string(),
            "PUT",
            "/v1/agents/me/state",
            ready.clone(),
        );
        socket.feed(Message::text(frame.to_string())).await.unwrap();
    }
    socket.flush().await.unwrap();
    for number in 0..100 {
        let answer = answer(&mut socket).await;
        assert_eq!(
            (&answer["id"], outcome(&answer)),
            (&json!(number.to_string()), (204, ""))
        );
    }
    assert_eq!(house.commands.lock().unwrap().len(), 100);
}

#[tokio::test]
async fn j3_an_order_that_comes_again_under_its_key_is_not_done_again() {
    let house = House::open().await;
    talk(&house).await;
    let client = house.program("1001").await;
    let mut frame = order("o", "POST", &talk_path(), json!({ "order": "hold" }));
    frame["key"] = "k1".into();
    for replayed in [Value::Null, "true".into()] {
        let mut socket = opens(&house, &client, "", &[]).await.unwrap();
        let answer = asked(&mut socket, &frame).await;
        assert_eq!(outcome(&answer), (204, ""));
        assert_eq!(answer["headers"]["idempotency-replayed"], replayed);
    }
    assert_eq!(house.commands.lock().unwrap().len(), 1);
    let mut socket = opens(&house, &client, "", &[]).await.unwrap();
    frame["body"]["order"] = "resume".into();
    let reused = asked(&mut socket, &frame).await;
    assert_eq!(outcome(&reused), (422, "idempotency_key_reused"));
}

#[tokio::test]
async fn orders_are_counted_as_requests_and_so_is_what_is_none() {
    let house = House::lent(HubSettings::default(), |deps| Deps {
        quotas: QuotaBounds {
            per_token: 3,
            ..QuotaBounds::default()
        },
        ..deps
    })
    .await;
    let client = house.program("1001").await;
    let mut socket = opens(&house, &client, "", &[]).await.unwrap();
    let ready = order(
        "o",
        "PUT",
        "/v1/agents/me/state",
        json!({ "state": "ready" }),
    );
    assert_eq!(asked(&mut socket, &ready).await["status"], 204);
    socket.send(Message::text("{")).await.unwrap();
    assert_eq!(outcome(&answer(&mut socket).await), (400, "malformed_body"));
    for frame in [ready.to_string(), "{".to_owned()] {
        socket.send(Message::text(frame)).await.unwrap();
        let answer = answer(&mut socket).await;
        assert_eq!(outcome(&answer), (429, "too_many_requests"));
        let wait = answer["headers"]["retry-after"].as_str().unwrap();
        assert!((1..=60).contains(&wait.parse::<u64>().unwrap()), "{wait}");
    }
    assert_eq!(house.commands.lock().unwrap().len(), 1);
}

/// A house whose engine answers when the test does.
async fn slow() -> (House, web::commands::CommandReceiver) {
    let (commands, engine) = CommandSender::channel(16);
    let lend = |deps| Deps { commands, ..deps };
    let house = House::lent(HubSettings::default(), lend).await;
    talk(&house).await;
    (house, engine)
}

#[tokio::test]
async fn orders_of_one_socket_are_done_in_turn_and_a_socket_that_closes_leaves_nothing_half_done() {
    let (house, mut engine) = slow().await;
    let client = house.program("boss").await;
    let mut socket = opens(&house, &client, "", &[]).await.unwrap();
    for word in ["hold", "resume"] {
        let frame = order(word, "POST", &talk_path(), json!({ "order": word }));
        say(&mut socket, &frame).await;
    }
    let first = timeout(PATIENCE, engine.recv()).await.unwrap().unwrap();
    assert!(matches!(
        first.command,
        Command::Talk {
            order: TalkOrder::Hold,
            ..
        }
    ));
    let early = timeout(Duration::from_millis(100), engine.recv()).await;
    assert!(early.is_err(), "resume waits for hold");
    first.answer.send(Ok(())).unwrap();
    assert_eq!(answer(&mut socket).await["id"], "hold");
    let second = timeout(PATIENCE, engine.recv()).await.unwrap().unwrap();
    drop(socket);
    let gone = async {
        while house.hub.listeners() > 0 {
            house.tell(arrived(CALL)).await;
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    timeout(PATIENCE, gone).await.expect("the socket is gone");
    let is_waited_for = second.answer.send(Ok(())).is_ok();
    assert!(is_waited_for, "the order goes on without its socket");
}
