//! A service of the business that is asked over real HTTP and answers as the story wants. One with a key checks the signature
//! (Standard Webhooks) with it, by a computation that shares nothing with the server's.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, mpsc};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::Value;
use sha2::Sha256;

use crate::patience::SOON;

/// What a question is answered with.
#[derive(Clone, Copy)]
pub(crate) enum Reply {
    /// Status 200 and this body.
    Says(&'static str),
    /// This status.
    Status(u16),
    /// Nothing, until it is told another reply.
    Silent,
}

/// A running service; it ends with the process of the tests.
pub(crate) struct Service {
    pub(crate) at: SocketAddr,
    reply: Arc<(Mutex<Reply>, Condvar)>,
    questions: mpsc::Receiver<Question>,
}

/// What it is asked.
pub(crate) struct Question {
    /// The first line: `GET /path HTTP/1.1`.
    pub(crate) line: String,
    /// The body; `Null` without one.
    pub(crate) body: Value,
}

impl Service {
    /// One that knows this key, or none.
    pub(crate) fn open(key: Option<&'static str>, reply: Reply) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let at = listener.local_addr().unwrap();
        let reply = Arc::new((Mutex::new(reply), Condvar::new()));
        let (asked, questions) = mpsc::channel();
        let replies = Arc::clone(&reply);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (asked, replies) = (asked.clone(), Arc::clone(&replies));
                std::thread::spawn(move || serve(stream, key, &asked, &replies));
            }
        });
        Self {
            at,
            reply,
            questions,
        }
    }

    /// Answers so from here on; a question that is held back is answered so, too.
    pub(crate) fn replies(&self, reply: Reply) {
        *self.reply.0.lock().unwrap() = reply;
        self.reply.1.notify_all();
    }

    /// Waits for the next question.
    #[track_caller]
    pub(crate) fn question(&self) -> Question {
        let question = self.questions.recv_timeout(SOON);
        question.expect("the service is asked")
    }

    /// Whether it was asked since the last question that was looked at.
    pub(crate) fn was_asked(&self) -> bool {
        self.questions.try_recv().is_ok()
    }
}

fn serve(
    mut stream: TcpStream,
    key: Option<&str>,
    asked: &mpsc::Sender<Question>,
    (reply, told): &(Mutex<Reply>, Condvar),
) {
    let Some((head, body)) = read(&mut stream) else {
        return;
    };
    let question = Question {
        line: head.lines().next().unwrap_or_default().to_owned(),
        body: match body.as_str() {
            "" => Value::Null,
            json => serde_json::from_str(json).expect("a question is JSON"),
        },
    };
    let _story_is_over = asked.send(question);
    let held = told.wait_while(reply.lock().unwrap(), |reply| {
        matches!(reply, Reply::Silent)
    });
    let reply = *held.unwrap();
    let (status, body) = match reply {
        _ if key.is_some_and(|key| !is_signed(&head, &body, key.as_bytes())) => (401, ""),
        Reply::Says(body) => (200, body),
        Reply::Status(status) => (status, ""),
        Reply::Silent => return,
    };
    let length = body.len();
    let answer =
        format!("HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n");
    // Who asked may have gone.
    let _gone = stream.write_all((answer + body).as_bytes());
}

/// Head and body of a request whose length is told.
pub(crate) fn read(stream: &mut TcpStream) -> Option<(String, String)> {
    stream.set_read_timeout(Some(SOON)).ok()?;
    let mut read = Vec::new();
    let mut part = [0; 4_096];
    loop {
        let bytes = stream.read(&mut part).ok().filter(|bytes| *bytes > 0)?;
        read.extend_from_slice(&part[..bytes]);
        let text = String::from_utf8_lossy(&read);
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = header(head, "content-length").unwrap_or("0");
        let length: usize = length.parse().ok()?;
        if body.len() >= length {
            return Some((head.to_owned(), body.to_owned()));
        }
    }
}

/// A field of a head.
pub(crate) fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let mut fields = head.lines().filter_map(|line| line.split_once(": "));
    let found = fields.find(|(field, _)| field.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value)
}

/// Whether one of its signatures is of this key (Standard Webhooks 1.0.0).
pub(crate) fn is_signed(head: &str, body: &str, key: &[u8]) -> bool {
    let field = |name| header(head, name).unwrap_or_default();
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    let (id, at) = (field("webhook-id"), field("webhook-timestamp"));
    mac.update(format!("{id}.{at}.{body}").as_bytes());
    let signature = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
    field("webhook-signature")
        .split(' ')
        .any(|told| told == signature)
}
