//! An agent's or supervisor's stream of events (`GET /v1/events`), with the moment at which each arrived.

use std::io::BufRead;
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

use serde_json::Value;

use crate::http::{self, Session};
use crate::patience::soon;

/// An event.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) id: u64,
    pub(crate) name: String,
    /// The whole JSON: `{"seq", "at", "type", "data"}`.
    pub(crate) body: Value,
    pub(crate) at: Instant,
}

impl Event {
    pub(crate) fn data(&self, key: &str) -> &Value {
        &self.body["data"][key]
    }
}

/// A stream that is being read; dropped, it is closed.
pub(crate) struct Stream {
    events: Arc<Mutex<Vec<Event>>>,
    connection: TcpStream,
    reader: Option<JoinHandle<()>>,
}

impl Stream {
    /// Follows from `after` on (`Last-Event-ID`), or from now on.
    #[track_caller]
    pub(crate) fn follow(session: &Session, after: Option<u64>) -> Self {
        let after = after.map(|id| id.to_string());
        let mut headers = vec![
            ("Cookie", session.cookie.as_str()),
            ("Accept", "text/event-stream"),
        ];
        headers.extend(after.as_deref().map(|id| ("Last-Event-ID", id)));
        let opened = http::open(session.server, "GET", "/v1/events", &headers, None).expect(200);
        let events = Arc::new(Mutex::new(Vec::new()));
        let (body, into) = (opened.body, Arc::clone(&events));
        Self {
            events,
            connection: opened.connection,
            reader: Some(std::thread::spawn(move || read(body, &into))),
        }
    }

    /// All that came so far.
    pub(crate) fn all(&self) -> Vec<Event> {
        self.events.lock().unwrap().clone()
    }

    /// Waits for the first event of a name.
    #[track_caller]
    pub(crate) fn event(&self, name: &str) -> Event {
        self.nth(name, 0)
    }

    /// Waits for the event of a name after `before` others of it.
    #[track_caller]
    pub(crate) fn nth(&self, name: &str, before: usize) -> Event {
        soon(&format!("event {name}"), || {
            self.all()
                .into_iter()
                .filter(|event| event.name == name)
                .nth(before)
        })
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        let _already_closed = self.connection.shutdown(Shutdown::Both);
        if let Some(reader) = self.reader.take() {
            let _panicked = reader.join();
        }
        if std::thread::panicking() {
            let all = self.events.lock().unwrap_or_else(PoisonError::into_inner);
            let told = all
                .iter()
                .map(|event| format!("{} {}", event.id, event.name));
            eprintln!("---- events: {:?}", told.collect::<Vec<_>>());
        }
    }
}

/// "Interpreting an event stream" of the HTML standard, as far as we send it: comments, id, event, one line of data.
fn read(body: Box<dyn BufRead + Send>, into: &Mutex<Vec<Event>>) {
    let (mut id, mut name, mut data) = (0, String::new(), String::new());
    for line in body.lines() {
        // A stream ends when either side closes it: here, always ours.
        let Ok(line) = line else { return };
        if let Some(value) = line.strip_prefix("id: ") {
            id = value.parse().expect("ids are numbers");
        } else if let Some(value) = line.strip_prefix("event: ") {
            value.clone_into(&mut name);
        } else if let Some(value) = line.strip_prefix("data: ") {
            value.clone_into(&mut data);
        } else if line.is_empty() && !data.is_empty() {
            let event = Event {
                id,
                name: std::mem::take(&mut name),
                body: serde_json::from_str(&std::mem::take(&mut data)).expect("data is JSON"),
                at: Instant::now(),
            };
            into.lock().unwrap().push(event);
        }
    }
}
