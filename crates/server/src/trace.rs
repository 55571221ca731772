//! The last messages of calls, for an operator who looks at one of them.
//!
//! The engine's loop keeps them in a [`Ring`]; whoever looks gets a copy of it (the bytes are shared) and searches it on a
//! thread of his own. Secrets leave only masked (`mask`).

mod mask;
mod ring;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use web::trace::{Kept, TracedMessage};

use ring::Traced;
pub(crate) use ring::{Copy, Ring};

/// Askers that wait for the loop.
const ASKERS_MAX: usize = 4;
/// How long a loop may take that copies the ring within a turn.
const PATIENCE: Duration = Duration::from_secs(5);

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

/// Whether a line is a header of one of these names.
fn is_named(line: &[u8], names: &[&[u8]]) -> bool {
    let Some(colon) = line.iter().position(|byte| *byte == b':') else {
        return false;
    };
    let name = line.get(..colon).unwrap_or_default().trim_ascii_end();
    names.iter().any(|wanted| name.eq_ignore_ascii_case(wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_loop_that_does_not_answer_is_told() {
        let (tracer, mut askers) = Tracer::new();
        let asking = tokio::spawn({
            let tracer = tracer.clone();
            async move { tracer.messages(vec!["one".into()]).await }
        });
        let asked = askers.recv().await.unwrap();
        asked.send(Ring::new(Duration::ZERO, 1).copy()).unwrap();
        assert!(asking.await.unwrap().is_some());
        drop(askers);
        assert!(tracer.messages(Vec::new()).await.is_none());
    }
}
