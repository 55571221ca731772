//! B15, S20: the external decision against a real HTTP server on loopback, which is named in the settings.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use connectors::{HttpClient, Secret, Target, route};
use engine::{RouteQuestion, RouteReply};
use model::{CallId, Caller};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

fn question(budget: Duration) -> RouteQuestion {
    RouteQuestion {
        id: acd::RouteId(3),
        call: CallId::new(77),
        queue: "support".into(),
        caller: Caller::new("+8613800000001", None),
        called: "4000".into(),
        language: "zh-CN".into(),
        waited: Duration::from_millis(1_500),
        position: 1,
        candidates: vec!["1001".into(), "1002".into()],
        budget,
    }
}

/// A server that answers one request with these bytes after a while; gives its port and what it read.
async fn server(answer: Vec<u8>, after: Duration) -> (u16, tokio::task::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let served = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut read = Vec::new();
        let mut part = [0; 4_096];
        while !String::from_utf8_lossy(&read).contains("\"candidates\"") {
            let bytes = stream.read(&mut part).await.unwrap();
            assert!(bytes > 0, "the question broke off");
            read.extend_from_slice(&part[..bytes]);
        }
        tokio::time::sleep(after).await;
        let _reader_may_be_gone = stream.write_all(&answer).await;
        String::from_utf8(read).unwrap()
    });
    (port, served)
}

fn target(port: u16) -> Target {
    let named = BTreeSet::from(["127.0.0.1".to_owned()]);
    let secret = Some(Secret::new("shared"));
    Target::new(&format!("http://127.0.0.1:{port}/route"), &named, secret).unwrap()
}

fn http(status: &str, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\n{headers}\r\n{body}").into_bytes()
}

async fn asked(answer: Vec<u8>, after: Duration, budget: Duration) -> Option<RouteReply> {
    let (port, _served) = server(answer, after).await;
    let client = HttpClient::new().unwrap();
    route::ask(&client, &target(port), &question(budget), 1_800_000_000).await
}

const LONG: Duration = Duration::from_secs(20);

#[tokio::test]
async fn b15_the_question_is_signed_json_and_the_answer_names_agents() {
    let body = r#"{"agents":["1002","1001"],"priority":2}"#;
    let (port, served) = server(http("200 OK", "", body), Duration::ZERO).await;
    let client = HttpClient::new().unwrap();
    let reply = route::ask(&client, &target(port), &question(LONG), 1_800_000_000).await;
    let named = RouteReply::Named {
        logins: vec!["1002".into(), "1001".into()],
        priority: Some(2),
    };
    assert_eq!(reply, Some(named));
    let read = served.await.unwrap();
    let (head, body) = read.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /route HTTP/1.1\r\n"), "{head}");
    for header in [
        "content-type: application/json",
        "webhook-id: 77-3",
        "webhook-timestamp: 1800000000",
        "webhook-signature: v1,",
    ] {
        assert!(head.contains(header), "{head} lacks {header}");
    }
    assert_eq!(
        body,
        r#"{"call":"77","queue":"support","caller":"+8613800000001","called":"4000","language":"zh-CN","waited_ms":1500,"position":1,"budget_ms":20000,"candidates":["1001","1002"]}"#
    );
}

#[tokio::test]
async fn b15_what_cannot_be_used_is_a_failure_with_its_word() {
    let huge = format!(r#"{{"agents":["1001"],"filler":"{}"}}"#, "x".repeat(20_000));
    let lying = b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{}".to_vec();
    for (answer, cause) in [
        (http("500 Broken", "", "{}"), "http_500"),
        (http("200 OK", "", "<html>"), "not_json"),
        (http("200 OK", "", &huge), "too_large"),
        (
            http("307 Elsewhere", "location: http://127.0.0.1:1/\r\n", ""),
            "redirect",
        ),
        (lying, "unreachable"),
        (b"SIP/2.0 200 OK\r\n\r\n".to_vec(), "unreachable"),
    ] {
        let reply = asked(answer, Duration::ZERO, LONG).await;
        assert_eq!(reply, Some(RouteReply::Failed(cause.into())));
    }
}

#[tokio::test]
async fn b15_nobody_there_is_told_at_once() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let client = HttpClient::new().unwrap();
    let reply = route::ask(&client, &target(port), &question(LONG), 0).await;
    assert_eq!(reply, Some(RouteReply::Failed("unreachable".into())));
}

#[tokio::test]
async fn b15_a_slow_service_is_waited_for_no_longer_than_the_budget() {
    let begun = Instant::now();
    let body = r#"{"agents":["1002"]}"#;
    let reply = asked(http("200 OK", "", body), LONG, Duration::from_millis(200)).await;
    assert_eq!(reply, None, "the engine knows the end of its budget itself");
    assert!(begun.elapsed() < LONG / 2);
}
