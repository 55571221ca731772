//! HTTP by hand, in version 1.0: an answer ends where the connection ends, so nothing needs to be put together.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Somebody who asks.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    address: SocketAddr,
    pub(crate) cookie: Option<String>,
    pub(crate) csrf: Option<String>,
    pub(crate) token: Option<String>,
}

/// What he gets.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(found, _)| found == name);
        found.map(|(_, value)| value.as_str())
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// `null` where the body is a page.
    pub(crate) fn json_or_null(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The code of a problem; fails when the answer is none.
    pub(crate) fn problem(&self) -> String {
        assert_eq!(
            self.header("content-type"),
            Some("application/problem+json"),
            "{}",
            self.text()
        );
        let document = self.json();
        assert_eq!(document["status"], self.status);
        document["code"].as_str().unwrap().to_owned()
    }
}

impl Client {
    pub(crate) fn new(address: SocketAddr) -> Self {
        Self {
            address,
            cookie: None,
            csrf: None,
            token: None,
        }
    }

    pub(crate) async fn sign_in(&mut self, login: &str, password: &str) -> Answer {
        let body = serde_json::json!({ "login": login, "password": password }).to_string();
        let answer = self
            .send(
                "POST",
                "/v1/session",
                &[("content-type", "application/json")],
                body.as_bytes(),
            )
            .await;
        if answer.status == 200 {
            let cookie = answer.header("set-cookie").unwrap();
            self.cookie = Some(cookie.split(';').next().unwrap().to_owned());
            self.csrf = Some(answer.json()["csrf"].as_str().unwrap().to_owned());
        }
        answer
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], b"").await
    }

    pub(crate) async fn json(&self, method: &str, path: &str, body: &str) -> Answer {
        self.send(
            method,
            path,
            &[("content-type", "application/json")],
            body.as_bytes(),
        )
        .await
    }

    pub(crate) async fn form(&self, path: &str, body: &str) -> Answer {
        let kind = [("content-type", "application/x-www-form-urlencoded")];
        self.send("POST", path, &kind, body.as_bytes()).await
    }

    /// Any request; cookie, CSRF token and bearer token go along when there are some.
    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answer {
        let asking = async {
            let mut stream = self.begin(method, path, headers, body).await;
            let mut all = Vec::new();
            stream.read_to_end(&mut all).await.unwrap();
            parsed(&all)
        };
        timeout(PATIENCE, asking).await.expect("an answer in time")
    }

    /// Opens an event stream; `Err` is an answer that is none.
    pub(crate) async fn listen(
        &self,
        path: &str,
        headers: &[(&str, &str)],
    ) -> Result<Events, Answer> {
        let stream = self.begin("GET", path, headers, b"").await;
        let mut reader = BufReader::new(stream);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            let read = timeout(PATIENCE, reader.read_line(&mut head)).await;
            assert!(read.expect("a head in time").unwrap() > 0, "{head}");
        }
        let answer = parsed(head.as_bytes());
        if answer.status == 200 {
            assert_eq!(answer.header("content-type"), Some("text/event-stream"));
            return Ok(Events { reader });
        }
        let mut body = Vec::new();
        reader.read_to_end(&mut body).await.unwrap();
        Err(Answer { body, ..answer })
    }

    pub(crate) async fn begin(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> TcpStream {
        let mut head = format!(
            "{method} {path} HTTP/1.0\r\nContent-Length: {}\r\n",
            body.len()
        );
        let own = [
            ("Host", Some(self.address.to_string())),
            ("Cookie", self.cookie.clone()),
            ("X-CSRF-Token", self.csrf.clone()),
            (
                "Authorization",
                self.token.as_ref().map(|token| format!("Bearer {token}")),
            ),
        ];
        for (name, value) in own {
            let replaced = headers
                .iter()
                .any(|(told, _)| told.eq_ignore_ascii_case(name));
            if let Some(value) = value.filter(|_| !replaced) {
                head += &format!("{name}: {value}\r\n");
            }
        }
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        head += "\r\n";
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        // A server that refuses early may close before it has read a large body.
        let _ = stream.write_all(body).await;
        stream
    }
}

fn parsed(all: &[u8]) -> Answer {
    let end = all
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .expect("a head");
    let head = String::from_utf8_lossy(&all[..end]);
    let mut lines = head.lines();
    let status = lines
        .next()
        .unwrap()
        .split(' ')
        .nth(1)
        .unwrap()
        .parse()
        .unwrap();
    let headers = lines.filter_map(|line| line.split_once(": "));
    Answer {
        status,
        headers: headers
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect(),
        body: all[end + 4..].to_vec(),
    }
}

/// An open event stream.
pub(crate) struct Events {
    reader: BufReader<TcpStream>,
}

/// One event; `name` is empty for a heartbeat.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Event {
    pub(crate) id: u64,
    pub(crate) name: String,
    pub(crate) data: Value,
}

impl Events {
    /// The next event; `None` when the stream has ended.
    pub(crate) async fn next(&mut self) -> Option<Event> {
        let mut event = Event {
            id: 0,
            name: String::new(),
            data: Value::Null,
        };
        let mut seen = false;
        loop {
            let mut line = String::new();
            let read = timeout(PATIENCE, self.reader.read_line(&mut line)).await;
            if read.expect("an event in time").unwrap_or(0) == 0 {
                return None;
            }
            let line = line.trim_end();
            match line
                .split_once(':')
                .map(|(field, value)| (field, value.trim_start()))
            {
                None if seen => return Some(event),
                None | Some(("", _)) => continue,
                Some(("id", value)) => event.id = value.parse().unwrap(),
                Some(("event", value)) => event.name = value.to_owned(),
                Some(("data", value)) => event.data = serde_json::from_str(value).unwrap(),
                Some((field, _)) => panic!("an unknown field {field}"),
            }
            seen = true;
        }
    }

    /// The next events' names.
    pub(crate) async fn names(&mut self, count: usize) -> Vec<String> {
        let mut names = Vec::new();
        for _ in 0..count {
            names.push(self.next().await.expect("the stream goes on").name);
        }
        names
    }
}
