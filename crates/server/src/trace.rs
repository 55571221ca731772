//! The last messages of calls, kept in memory for an operator who looks at one of them: a ring bounded in bytes.
//!
//! The engine's loop puts in what came and what went, as it was on the wire, and reads nothing of it but its first word; the
//! eldest go. Whoever looks gets a copy of the ring (the bytes are shared) and searches it on a thread of his own. Secrets leave
//! only masked (`mask`). Registrations and OPTIONS are left out: ten thousand phones would leave no room for calls.

mod mask;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use model::Timestamp;
use sip::{Flow, Transport};
use tokio::sync::{mpsc, oneshot};
use web::trace::{Kept, TracedMessage, Way};

/// What an entry takes beside its bytes.
const ENTRY_BYTES: usize = 256;
/// Askers that wait for the loop.
const ASKERS_MAX: usize = 4;
/// How long a loop may take that copies the ring within a turn.
const PATIENCE: Duration = Duration::from_secs(5);

/// A message on its way.
#[derive(Clone, Debug)]
pub(crate) struct Traced {
    at: Timestamp,
    way: Way,
    flow: Flow,
    bytes: Bytes,
}

/// The ring.
#[derive(Debug)]
pub(crate) struct Ring {
    messages: VecDeque<Traced>,
    bytes: usize,
    bytes_max: usize,
    /// Everything since then is in it.
    whole_since: Timestamp,
}

/// A copy of the ring.
#[derive(Debug)]
pub(crate) struct Copy {
    messages: Vec<Traced>,
    whole_since: Timestamp,
}

impl Ring {
    /// Empty; `bytes_max` 0 keeps nothing.
    pub(crate) fn new(now: Duration, bytes_max: usize) -> Self {
        Self {
            messages: VecDeque::new(),
            bytes: 0,
            bytes_max,
            whole_since: now.into(),
        }
    }

    /// Keeps a message that came.
    pub(crate) fn came(&mut self, now: Duration, flow: Flow, bytes: &Bytes) {
        self.keep(now, Way::In, flow, bytes);
    }

    /// Keeps a message that goes.
    pub(crate) fn goes(&mut self, now: Duration, flow: Flow, bytes: &Bytes) {
        self.keep(now, Way::Out, flow, bytes);
    }

    fn keep(&mut self, now: Duration, way: Way, flow: Flow, bytes: &Bytes) {
        if self.bytes_max == 0 || !is_of_a_call(bytes) {
            return;
        }
        let bytes = match flow.transport {
            Transport::Udp => bytes.clone(),
            // A stream's message is a piece of its buffer, which it would keep as a whole.
            Transport::Tcp | Transport::Tls | Transport::Ws | Transport::Wss => {
                Bytes::copy_from_slice(bytes)
            }
        };
        self.bytes += bytes.len() + ENTRY_BYTES;
        let at = now.into();
        self.messages.push_back(Traced {
            at,
            way,
            flow,
            bytes,
        });
        while self.bytes > self.bytes_max
            && let Some(eldest) = self.messages.pop_front()
        {
            self.bytes -= eldest.bytes.len() + ENTRY_BYTES;
            self.whole_since = self.messages.front().map_or(at, |next| next.at);
        }
    }

    /// For somebody who looks.
    pub(crate) fn copy(&self) -> Copy {
        Copy {
            messages: self.messages.iter().cloned().collect(),
            whole_since: self.whole_since,
        }
    }
}

/// Whether it may be about a call. Of an answer the CSeq is looked for, as far as a head of usual length goes.
fn is_of_a_call(bytes: &[u8]) -> bool {
    const ASIDE: [&[u8]; 2] = [b"REGISTER", b"OPTIONS"];
    const HEAD: usize = 1_024;
    if !bytes.starts_with(b"SIP/2.0 ") {
        return !ASIDE.iter().any(|method| bytes.starts_with(method));
    }
    let head = bytes.get(..HEAD).unwrap_or(bytes);
    let mut lines = head.split(|byte| *byte == b'\n');
    let cseq = lines.find(|line| is_named(line, &[b"CSeq"]));
    cseq.is_none_or(|line| {
        let line = line.trim_ascii_end();
        !ASIDE.iter().any(|method| line.ends_with(method))
    })
}

/// Whether a line is a header of one of these names.
fn is_named(line: &[u8], names: &[&[u8]]) -> bool {
    let Some(colon) = line.iter().position(|byte| *byte == b':') else {
        return false;
    };
    let name = line.get(..colon).unwrap_or_default().trim_ascii_end();
    names.iter().any(|wanted| name.eq_ignore_ascii_case(wanted))
}

/// Asks the loop for copies of its ring.
#[derive(Clone, Debug)]
pub(crate) struct Tracer(mpsc::Sender<oneshot::Sender<Copy>>);

/// Where the loop hears of it.
pub(crate) type Askers = mpsc::Receiver<oneshot::Sender<Copy>>;

impl Tracer {
    /// A tracer and the loop's end of it.
    pub(crate) fn new() -> (Self, Askers) {
        let (asks, asked) = mpsc::channel(ASKERS_MAX);
        (Self(asks), asked)
    }

    /// The messages with these Call-IDs, masked; `None` when the loop does not answer.
    pub(crate) async fn messages(&self, call_ids: Vec<String>) -> Option<Kept> {
        let (answer, answered) = oneshot::channel();
        self.0.try_send(answer).ok()?;
        let copy = tokio::time::timeout(PATIENCE, answered).await.ok()?.ok()?;
        let search = move || copy.of(&call_ids);
        tokio::task::spawn_blocking(search).await.ok()
    }

    /// As the web asks.
    pub(crate) fn into_reader(self) -> web::trace::ReadMessages {
        let tracer = Arc::new(self);
        Box::new(move |call_ids| {
            let tracer = Arc::clone(&tracer);
            Box::pin(async move { tracer.messages(call_ids).await })
        })
    }
}

impl Copy {
    fn of(&self, call_ids: &[String]) -> Kept {
        let fitting = self.messages.iter().filter_map(|message| {
            let id = call_id(&message.bytes)?;
            let id = call_ids.iter().find(|wanted| wanted.as_bytes() == id)?;
            Some(shown(message, id))
        });
        Kept {
            whole_since: self.whole_since,
            messages: fitting.collect(),
        }
    }
}

/// RFC 3261 §8.1.1.4, §7.3.3: `Call-ID`, or `i`.
fn call_id(bytes: &[u8]) -> Option<&[u8]> {
    let lines = bytes.split(|byte| *byte == b'\n');
    let mut head = lines.take_while(|line| !line.trim_ascii().is_empty());
    let line = head.find(|line| is_named(line, &[b"Call-ID", b"i"]))?;
    let colon = line.iter().position(|byte| *byte == b':')?;
    Some(line.get(colon + 1..)?.trim_ascii())
}

fn shown(message: &Traced, sip_call_id: &str) -> TracedMessage {
    let flow = &message.flow;
    TracedMessage {
        at: message.at,
        way: message.way,
        transport: flow.transport.via_token().to_ascii_lowercase(),
        local: flow.local.to_string(),
        remote: flow.remote.to_string(),
        sip_call_id: sip_call_id.to_owned(),
        text: mask::masked(&message.bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flow(transport: Transport) -> Flow {
        Flow {
            transport,
            local: "192.0.2.1:5060".parse().unwrap(),
            remote: "192.0.2.7:5062".parse().unwrap(),
            connection: 0,
        }
    }

    fn request(method: &str, call_id: &str) -> Bytes {
        format!("{method} sip:4000@a SIP/2.0\r\nCall-ID: {call_id}\r\nCSeq: 1 {method}\r\n\r\n")
            .into()
    }

    fn answer(method: &str, name: &str, call_id: &str) -> Bytes {
        format!("SIP/2.0 200 OK\r\n{name}: {call_id}\r\ncseq : 1 {method}\r\n\r\n").into()
    }

    fn at(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    fn starts(kept: &Kept) -> Vec<(i64, &str)> {
        let messages = kept.messages.iter();
        messages
            .map(|message| (message.at.as_ms(), message.text.split(' ').next().unwrap()))
            .collect()
    }

    #[test]
    fn the_messages_of_a_call_come_back_in_order_and_no_others() {
        let mut ring = Ring::new(at(1), 1 << 20);
        let (udp, tcp) = (flow(Transport::Udp), flow(Transport::Tcp));
        ring.came(at(5), udp, &request("INVITE", "one"));
        ring.goes(at(5), udp, &answer("INVITE", "i", "one"));
        ring.came(at(6), tcp, &request("INVITE", "two"));
        ring.came(at(7), udp, &request("REGISTER", "one"));
        ring.goes(at(7), udp, &answer("REGISTER", "Call-ID", "one"));
        ring.goes(at(8), udp, &request("OPTIONS", "one"));
        ring.came(at(8), tcp, &answer("OPTIONS", "CALL-ID", "one"));
        ring.came(at(9), udp, &request("BYE", "one"));
        ring.came(at(9), udp, &Bytes::from_static(b"\r\n\r\nCall-ID: one"));
        let kept = ring.copy().of(&["one".into()]);
        assert_eq!(starts(&kept), [(5, "INVITE"), (5, "SIP/2.0"), (9, "BYE")]);
        assert_eq!(kept.whole_since, at(1).into());
        assert_eq!(kept.messages[1].way, Way::Out);
        let two = ring.copy().of(&["two".into(), "three".into()]);
        assert_eq!(two.messages.len(), 1);
        assert_eq!(two.messages[0].transport, "tcp");
    }

    #[test]
    fn s8_the_ring_is_bounded_in_bytes_and_says_from_when_on_it_is_whole() {
        let one = request("INVITE", "one");
        let mut ring = Ring::new(at(0), 3 * (one.len() + ENTRY_BYTES));
        for ms in 1..=1_000 {
            ring.came(at(ms), flow(Transport::Udp), &one);
        }
        let kept = ring.copy().of(&["one".into()]);
        let last = [(998, "INVITE"), (999, "INVITE"), (1_000, "INVITE")];
        assert_eq!(starts(&kept), last);
        assert_eq!(kept.whole_since, at(998).into());
        ring.came(at(2_000), flow(Transport::Udp), &vec![b'x'; 60_000].into());
        assert_eq!(ring.copy().of(&["one".into()]).messages.len(), 0);
        assert_eq!(ring.bytes, 0, "what is larger than the ring is not kept");
        let mut none = Ring::new(at(0), 0);
        none.came(at(1), flow(Transport::Udp), &one);
        assert!(none.messages.is_empty());
    }

    #[test]
    fn a_message_of_a_stream_keeps_no_buffer_alive() {
        let buffer = Bytes::from(vec![b'x'; 65_536]);
        let mut ring = Ring::new(at(0), 1 << 20);
        ring.came(at(1), flow(Transport::Tls), &buffer.slice(..100));
        let kept = ring.messages.front().unwrap();
        assert_ne!(kept.bytes.as_ptr(), buffer.as_ptr());
    }

    #[tokio::test]
    async fn a_loop_that_does_not_answer_is_told() {
        let (tracer, mut askers) = Tracer::new();
        let asking = tokio::spawn({
            let tracer = tracer.clone();
            async move { tracer.messages(vec!["one".into()]).await }
        });
        let asked = askers.recv().await.unwrap();
        asked.send(Ring::new(at(0), 1).copy()).unwrap();
        assert!(asking.await.unwrap().is_some());
        drop(askers);
        assert!(tracer.messages(Vec::new()).await.is_none());
    }
}
