//! An HTTP/1.1 client by hand (RFC 9112), one connection a request; and a person who is signed in with it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::{Value, json};

/// No answer of the server takes longer; a stream has its heartbeat each 15 s.
const PATIENCE: Duration = Duration::from_secs(30);

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        value_of(&self.headers, name)
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| {
            panic!("{error} in the answer {}: {}", self.status, self.text())
        })
    }

    /// The answer, if it is what was expected.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text());
        self
    }
}

/// Head of an answer, and what reads its body.
pub(crate) struct Opened {
    status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: Box<dyn BufRead + Send>,
    pub(crate) connection: TcpStream,
}

/// Asks, and reads the whole answer.
#[track_caller]
pub(crate) fn ask(
    server: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: Option<&[u8]>,
) -> Answer {
    let mut opened = open(server, method, path, headers, body);
    let mut body = Vec::new();
    opened
        .body
        .read_to_end(&mut body)
        .expect("the body comes whole");
    Answer {
        status: opened.status,
        headers: opened.headers,
        body,
    }
}

/// Asks, and reads the head of the answer.
#[track_caller]
pub(crate) fn open(
    server: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: Option<&[u8]>,
) -> Opened {
    let mut connection = TcpStream::connect(server).expect("the web server listens");
    connection.set_nodelay(true).unwrap();
    connection.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut request =
        format!("{method} {path} HTTP/1.1\r\nHost: {server}\r\nConnection: close\r\n");
    for (name, value) in headers {
        request += &format!("{name}: {value}\r\n");
    }
    if let Some(body) = body {
        request += &format!("Content-Length: {}\r\n", body.len());
    }
    let mut request = (request + "\r\n").into_bytes();
    request.extend(body.unwrap_or_default());
    connection.write_all(&request).expect("the server reads");
    let mut reader = BufReader::new(connection.try_clone().unwrap());
    let status = line(&mut reader);
    let status = status.split(' ').nth(1).and_then(|code| code.parse().ok());
    let mut headers = Vec::new();
    while let Some((name, value)) = line(&mut reader).split_once(':') {
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let body: Box<dyn BufRead + Send> =
        if value_of(&headers, "transfer-encoding") == Some("chunked") {
            Box::new(BufReader::new(Chunked {
                reader,
                left: 0,
                ended: false,
            }))
        } else {
            let length =
                value_of(&headers, "content-length").map_or(u64::MAX, |told| told.parse().unwrap());
            Box::new(reader.take(length))
        };
    Opened {
        status: status.expect("a status line"),
        headers,
        body,
        connection,
    }
}

impl Opened {
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status);
        self
    }
}

fn line(reader: &mut impl BufRead) -> String {
    let mut line = String::new();
    reader
        .read_line(&mut line)
        .expect("an answer within the time");
    line.trim_end().to_owned()
}

fn value_of<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let found = headers.iter().find(|(found, _)| found == name);
    found.map(|(_, value)| value.as_str())
}

/// RFC 9112 §7.1, without trailers.
struct Chunked<R> {
    reader: R,
    left: usize,
    ended: bool,
}

impl<R: BufRead> Read for Chunked<R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        if self.left == 0 && !self.ended {
            let mut size = String::new();
            while size.trim().is_empty() {
                size.clear();
                if self.reader.read_line(&mut size)? == 0 {
                    return Err(std::io::ErrorKind::UnexpectedEof.into());
                }
            }
            self.left = usize::from_str_radix(size.trim(), 16).map_err(std::io::Error::other)?;
            self.ended = self.left == 0;
        }
        let most = into.len().min(self.left);
        let read = self.reader.read(&mut into[..most])?;
        self.left -= read;
        Ok(read)
    }
}

/// A person who is signed in.
pub(crate) struct Session {
    pub(crate) server: SocketAddr,
    pub(crate) cookie: String,
    pub(crate) csrf: String,
}

/// Signs in, or is refused.
pub(crate) fn sign_in(server: SocketAddr, login: &str, password: &str) -> Answer {
    let body = json!({ "login": login, "password": password }).to_string();
    let headers = [("Content-Type", "application/json")];
    ask(
        server,
        "POST",
        "/v1/session",
        &headers,
        Some(body.as_bytes()),
    )
}

impl Session {
    #[track_caller]
    pub(crate) fn begin(server: SocketAddr, login: &str, password: &str) -> Self {
        let answer = sign_in(server, login, password).expect(200);
        let cookie = answer.header("set-cookie").expect("a cookie");
        Self {
            server,
            cookie: cookie.split(';').next().unwrap().to_owned(),
            csrf: answer.json()["csrf"]
                .as_str()
                .expect("a CSRF token")
                .to_owned(),
        }
    }

    #[track_caller]
    pub(crate) fn get(&self, path: &str) -> Answer {
        ask(self.server, "GET", path, &[("Cookie", &self.cookie)], None)
    }

    /// The JSON of a path that must be there.
    #[track_caller]
    pub(crate) fn read(&self, path: &str) -> Value {
        self.get(path).expect(200).json()
    }

    #[track_caller]
    pub(crate) fn send(&self, method: &str, path: &str, body: &str) -> Answer {
        let headers = [
            ("Cookie", self.cookie.as_str()),
            ("X-CSRF-Token", &self.csrf),
            ("Content-Type", "application/json"),
        ];
        ask(self.server, method, path, &headers, Some(body.as_bytes()))
    }

    /// What this agent does, by the API.
    #[track_caller]
    pub(crate) fn state(&self) -> String {
        let state = self.read("/v1/agents/me/state");
        state["state"].as_str().expect("a state").to_owned()
    }

    /// Waits until this agent is in a state.
    #[track_caller]
    pub(crate) fn until_state(&self, wanted: &str) {
        crate::patience::until(&format!("the state {wanted}"), || self.state() == wanted);
    }
}
