//! The life of one connection of whatever carrier: a row in [`Flows`](crate::flow::Flows), its end, and the word of it.
//!
//! Whoever ends first, the carrier or the row, ends both, and the last word to the engine is always *flow closed*. What
//! moves the bytes is a future that [`Life::until`] is given: [`byte_stream`](super::byte_stream) for TCP and TLS.

use core::convert::Infallible;
use core::future::Future;
use std::sync::Arc;

use bytes::Bytes;
use sip::Flow;
use tokio::sync::{mpsc, oneshot};
use tracing::{debug, trace};

use super::patience::Wait;
use super::{EngineGone, Knock, Shared};
use crate::flow::{Admission, Opened};
use crate::{Counter, Sent, SipCounters, SipInbound};

const PONG: &[u8] = b"\r\n";

/// A connection's place and row, and its end.
#[derive(Debug)]
pub(crate) struct Life {
    peer: Peer,
    removed: oneshot::Receiver<Infallible>,
    place: Option<Admission>,
}

/// Who is at the other end, and what all connections share.
#[derive(Clone, Debug)]
pub(crate) struct Peer {
    pub(crate) flow: Flow,
    pub(crate) shared: Arc<Shared>,
}

/// Bytes to write, in order.
pub(crate) type Queue = mpsc::Receiver<Bytes>;

/// Why a connection ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Ended {
    /// The peer closed it, or the network did.
    Peer,
    /// What came is not SIP.
    Framing,
    /// It kept us waiting for too long.
    Patience(Wait),
    /// It answered no ping, although it always had.
    Silent,
    /// The peer does not read, or reads too slowly.
    Overflow,
    /// A connection of ours never came to be.
    Unreached(Unreached),
    /// We shut down.
    EngineGone,
}

/// Why a connection of ours never came to be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Unreached {
    /// Nobody there, or no way to get there.
    Failed,
    /// No connection in time.
    TimeOut,
    /// The peer did not prove to be who he must be, or we have no means to ask.
    Tls,
    /// We have as many as we may.
    TooMany,
}

impl Life {
    /// Opens the flow's row for a connection that was accepted.
    pub(super) fn begin(knock: Knock, shared: Arc<Shared>) -> (Self, Peer, Queue) {
        let flow = Flow {
            transport: knock.transport,
            local: knock.local,
            remote: knock.remote,
            connection: shared.flows.next_connection(),
        };
        let opened = shared.flows.open(flow, shared.limits.write_queue_max);
        Self::of(Peer { flow, shared }, opened, Some(knock.admission))
    }

    /// For a flow whose row is there already.
    pub(super) fn of(peer: Peer, opened: Opened, place: Option<Admission>) -> (Self, Peer, Queue) {
        let life = Self {
            peer: peer.clone(),
            removed: opened.removed,
            place,
        };
        (life, peer, opened.queue)
    }

    /// Serves the connection to its end.
    pub(crate) async fn until(self, carried: impl Future<Output = Ended>) {
        let Peer { flow, shared } = self.peer;
        debug!(?flow, "connection open");
        shared.counters.of(flow.transport).opened.increment();
        let ended = tokio::select! {
            ended = carried => ended,
            _ = self.removed => Ended::Overflow,
        };
        shared.flows.close(&flow);
        shared.counters.of(flow.transport).closed.increment();
        if let Some(counter) = ended.counter(&shared.counters) {
            counter.increment();
        }
        debug!(?flow, ?ended, "connection closed");
        // An engine that is gone needs no notice.
        let _ = shared.tell(SipInbound::FlowClosed { flow }).await;
        // S8: until the engine has been told, the place is taken: who comes and goes faster than it listens finds none.
        drop(self.place);
    }
}

impl Peer {
    /// One whole message for the engine.
    pub(crate) async fn hand_on(&self, bytes: Bytes) -> Result<(), Ended> {
        let flow = self.flow;
        self.shared
            .counters
            .of(flow.transport)
            .messages_in
            .increment();
        trace!(?flow, len = bytes.len(), "message in");
        let message = SipInbound::Message { flow, bytes };
        self.shared.tell(message).await.map_err(Ended::from)
    }

    /// Answers a ping.
    pub(crate) fn pong(&self) -> Result<(), Ended> {
        self.shared.counters.stream_pings.increment();
        self.send_line_ends(PONG)
    }

    /// Through the queue, so that line ends never cut into a message and a peer that pings without reading hits the bound.
    pub(crate) fn send_line_ends(&self, bytes: &'static [u8]) -> Result<(), Ended> {
        let bytes = Bytes::from_static(bytes);
        match self.shared.flows.send(&self.flow, bytes) {
            Sent::Accepted => Ok(()),
            Sent::Dropped | Sent::FlowGone => Err(Ended::Overflow),
        }
    }

    /// What was written; line ends are no message.
    pub(crate) fn wrote(&self, bytes: &[u8]) {
        if !is_line_ends(bytes) {
            self.shared
                .counters
                .of(self.flow.transport)
                .messages_out
                .increment();
            trace!(flow = ?self.flow, len = bytes.len(), "message out");
        }
    }
}

/// Nothing but the line ends of RFC 5626 §3.5.1?
pub(crate) fn is_line_ends(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| matches!(byte, b'\r' | b'\n'))
}

impl From<EngineGone> for Ended {
    fn from(EngineGone: EngineGone) -> Self {
        Ended::EngineGone
    }
}

impl Ended {
    fn counter(self, counters: &SipCounters) -> Option<&Counter> {
        match self {
            Ended::Peer => Some(&counters.stream_closed_peer),
            Ended::Framing => Some(&counters.stream_closed_framing),
            Ended::Patience(Wait::Message) => Some(&counters.stream_closed_drip),
            Ended::Patience(Wait::Sign) => Some(&counters.stream_closed_idle),
            Ended::Silent => Some(&counters.stream_closed_silent),
            Ended::Overflow => Some(&counters.stream_closed_overflow),
            Ended::Unreached(Unreached::Failed) => Some(&counters.connect_failed),
            Ended::Unreached(Unreached::TimeOut) => Some(&counters.connect_timeout),
            Ended::Unreached(Unreached::Tls) => Some(&counters.connect_tls_failed),
            Ended::Unreached(Unreached::TooMany) => Some(&counters.connect_refused),
            Ended::EngineGone => None,
        }
    }
}
