//! E11, S20: look-ups against a real HTTP server on loopback, which is named in the settings.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use connectors::{HttpClient, Target, look_up};
use ivr::{Answer, HttpQuestion, Method, Type, Value, Wanted};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// A server that gives each request the next of these answers, `None` being none at all; what it read, one text each.
async fn server(answers: Vec<Option<&'static str>>) -> (u16, tokio::task::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let served = tokio::spawn(async move {
        let (mut seen, mut open) = (Vec::new(), Vec::new());
        for answer in answers {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut part = [0; 4_096];
            let bytes = stream.read(&mut part).await.unwrap();
            seen.push(String::from_utf8(part[..bytes].to_vec()).unwrap());
            if let Some(answer) = answer {
                let length = answer.len();
                let text = format!(
                    "HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{answer}"
                );
                stream.write_all(text.as_bytes()).await.unwrap();
            } else {
                open.push(stream);
            }
        }
        seen
    });
    (port, served)
}

fn question(port: u16, tries: u32) -> HttpQuestion {
    let wanted = Wanted {
        at: "/status".to_owned(),
        kind: Type::Text,
    };
    HttpQuestion {
        method: Method::Get,
        url: format!("http://127.0.0.1:{port}/case/12%2F3?x=1"),
        headers: Vec::new(),
        body: None,
        timeout: Duration::from_millis(400),
        tries,
        wanted: BTreeMap::from([("status".to_owned(), wanted)]),
    }
}

fn target(question: &HttpQuestion) -> Target {
    let named = BTreeSet::from(["127.0.0.1".to_owned()]);
    Target::new(&question.url, &named, None).unwrap()
}

#[tokio::test]
async fn e11_a_service_that_did_not_answer_is_tried_again() {
    let (port, served) = server(vec![None, Some(r#"{"status":"open"}"#)]).await;
    let question = question(port, 2);
    let client = HttpClient::new().unwrap();
    let headers = vec![("Authorization".to_owned(), "Bearer secret".to_owned())];
    let answer = look_up::ask(&client, &target(&question), &question, headers).await;
    let status = Value::Text("open".to_owned());
    let found = BTreeMap::from([("status".to_owned(), status)]);
    assert_eq!(answer, Answer::Found(found));
    let seen = served.await.unwrap();
    assert_eq!(seen.len(), 2);
    assert!(
        seen[1].starts_with("GET /case/12%2F3?x=1 HTTP/1.1\r\n"),
        "{}",
        seen[1]
    );
    assert!(
        seen[1].contains("authorization: Bearer secret\r\n"),
        "{}",
        seen[1]
    );
    assert!(!seen[1].contains("content-type"), "a GET has no body");
}

#[tokio::test]
async fn e11_nobody_waits_for_longer_than_was_said() {
    let (port, _served) = server(vec![None, None, None]).await;
    let question = question(port, 2);
    let begun = Instant::now();
    let client = HttpClient::new().unwrap();
    let answer = look_up::ask(&client, &target(&question), &question, Vec::new()).await;
    assert_eq!(answer, Answer::NoAnswer("timeout".to_owned()));
    assert!(begun.elapsed() >= Duration::from_millis(800), "two tries");
}

#[tokio::test]
async fn s20_a_header_that_would_end_the_line_is_not_sent() {
    let (port, _served) = server(vec![Some("{}")]).await;
    let question = question(port, 1);
    let client = HttpClient::new().unwrap();
    let headers = vec![("X-A".to_owned(), "a\r\nX-B: b".to_owned())];
    let answer = look_up::ask(&client, &target(&question), &question, headers).await;
    assert_eq!(answer, Answer::Bad("bad_header".to_owned()));
}
