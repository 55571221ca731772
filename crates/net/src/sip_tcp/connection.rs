//! One SIP connection on TCP: a stream cut into messages, RFC 3261 §18.3, with the pings of RFC 5626 §3.5.1.
//!
//! One task with a reading and a writing half; whichever ends first, or the loss of the row in [`Flows`](crate::flow::Flows),
//! ends both, and the last word to the engine is always *flow closed*. Every wait has a limit (S8): for the first message, for each message from its
//! first byte to its last (G12: drips are cut), for silence, for a peer that does not read. A slow engine makes the reading
//! wait, so TCP tells the peer. A stream that cannot be framed any more stays open for a moment so that its last message is
//! answered. A peer that closes its sending side is taken as gone: nobody is left to ask.

use core::time::Duration;
use std::io;
use std::sync::Arc;

use bytes::Bytes;
use sip::Flow;
use sip::framing::{Frame, FrameError, StreamFramer};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::mpsc;
use tokio::time::{timeout, timeout_at};
use tracing::{debug, trace};

use super::Shared;
use super::patience::{Patience, Wait};
use crate::flow::{Admission, Opened};
use crate::{Counter, Sent, SipCounters, SipInbound};

/// Read at once; on the stack only while reading, so that a silent connection costs no buffer.
const READ_BYTES: usize = 8_192;
const PONG: &[u8] = b"\r\n";
/// Fewer bytes than a ping has are no message: a lone CRLF waits in the framer for a second one (RFC 5626 §3.5.1).
const PING_BYTES: usize = 4;
/// For the answer to a message after which the stream cannot be framed, such as 400 for a bad Content-Length.
const LINGER: Duration = Duration::from_secs(1);

/// One accepted connection.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    opened: Opened,
    peer: Peer,
    admission: Admission,
}

#[derive(Debug)]
struct Peer {
    flow: Flow,
    shared: Arc<Shared>,
}

/// Why a connection ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Ended {
    /// The peer closed it, or the network did.
    Peer,
    /// What came is not SIP.
    Framing(FrameError),
    /// It kept us waiting for too long.
    Patience(Wait),
    /// The peer does not read, or reads too slowly.
    Overflow,
    /// We shut down.
    EngineGone,
}

impl Connection {
    /// Opens the flow's row; nothing is read before [`Connection::run`].
    pub(crate) fn new(
        stream: TcpStream,
        flow: Flow,
        admission: Admission,
        shared: Arc<Shared>,
    ) -> Self {
        let opened = shared.flows.open(flow, shared.limits.write_queue_max);
        Self {
            stream,
            opened,
            peer: Peer { flow, shared },
            admission,
        }
    }

    /// Serves the connection to its end.
    pub(crate) async fn run(self) {
        let Self {
            stream,
            opened,
            peer,
            admission,
        } = self;
        debug!(flow = ?peer.flow, "connection open");
        let (from_peer, to_peer) = stream.into_split();
        let ended = tokio::select! {
            ended = peer.read(from_peer) => ended,
            ended = peer.write(to_peer, opened.queue) => ended,
            _ = opened.removed => Ended::Overflow,
        };
        let Peer { flow, shared } = peer;
        shared.flows.close(&flow);
        drop(admission);
        if let Some(counter) = ended.counter(&shared.counters) {
            counter.increment();
        }
        debug!(?flow, ?ended, "connection closed");
        // An engine that is gone needs no notice.
        let _ = shared.inbound.send(SipInbound::FlowClosed { flow }).await;
    }
}

impl Peer {
    async fn read(&self, stream: OwnedReadHalf) -> Ended {
        let mut framer = StreamFramer::new(self.shared.message);
        let mut patience = Patience::new(&self.shared.limits);
        loop {
            match timeout_at(patience.until(), stream.readable()).await {
                Err(_elapsed) => return Ended::Patience(patience.waiting_for()),
                Ok(Err(_)) => return Ended::Peer,
                Ok(Ok(())) => {}
            }
            match read_into(&mut framer, &stream) {
                Ok(0) => return Ended::Peer,
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => continue,
                Err(_) => return Ended::Peer,
            }
            match self.take_frames(&mut framer).await {
                Ok(frames) => patience.heard(frames, framer.pending_bytes() < PING_BYTES),
                Err(Ended::Framing(error)) => {
                    // What is still unread would make the system reset the connection, answer included.
                    let _elapsed = timeout(LINGER, discard(&stream)).await;
                    return Ended::Framing(error);
                }
                Err(ended) => return ended,
            }
        }
    }

    /// Hands on all whole frames; returns how many there were.
    async fn take_frames(&self, framer: &mut StreamFramer) -> Result<usize, Ended> {
        let mut frames = 0;
        while let Some(frame) = framer.next_frame().map_err(Ended::Framing)? {
            frames += 1;
            match frame {
                Frame::Message(bytes) => self.hand_on(bytes).await?,
                Frame::Ping => self.pong()?,
            }
        }
        Ok(frames)
    }

    async fn hand_on(&self, bytes: Bytes) -> Result<(), Ended> {
        self.shared.counters.tcp_in.increment();
        trace!(flow = ?self.flow, len = bytes.len(), "message in");
        let message = SipInbound::Message {
            flow: self.flow,
            bytes,
        };
        let sent = self.shared.inbound.send(message).await;
        sent.map_err(|_| Ended::EngineGone)
    }

    /// Through the queue, so that a pong never cuts into a message and a peer that pings without reading hits the bound.
    fn pong(&self) -> Result<(), Ended> {
        self.shared.counters.tcp_pings.increment();
        let pong = Bytes::from_static(PONG);
        match self.shared.flows.send(&self.flow, pong) {
            Sent::Accepted => Ok(()),
            Sent::Dropped | Sent::FlowGone => Err(Ended::Overflow),
        }
    }

    async fn write(&self, mut stream: OwnedWriteHalf, mut queue: mpsc::Receiver<Bytes>) -> Ended {
        while let Some(bytes) = queue.recv().await {
            let written = timeout(self.shared.limits.write_timeout, stream.write_all(&bytes));
            match written.await {
                Err(_elapsed) => return Ended::Overflow,
                Ok(Err(_)) => return Ended::Peer,
                Ok(Ok(())) if *bytes == *PONG => {}
                Ok(Ok(())) => {
                    self.shared.counters.tcp_out.increment();
                    trace!(flow = ?self.flow, len = bytes.len(), "message out");
                }
            }
        }
        Ended::Overflow
    }
}

fn read_into(framer: &mut StreamFramer, stream: &OwnedReadHalf) -> io::Result<usize> {
    let mut buffer = [0; READ_BYTES];
    let len = stream.try_read(&mut buffer)?;
    framer.push(buffer.get(..len).unwrap_or_default());
    Ok(len)
}

/// Reads until the peer closes.
async fn discard(stream: &OwnedReadHalf) {
    while stream.readable().await.is_ok() {
        match read_away(stream) {
            Ok(0) => return,
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(_) => return,
        }
    }
}

fn read_away(stream: &OwnedReadHalf) -> io::Result<usize> {
    stream.try_read(&mut [0; READ_BYTES])
}

impl Ended {
    fn counter(self, counters: &SipCounters) -> Option<&Counter> {
        match self {
            Ended::Peer => Some(&counters.tcp_closed_peer),
            Ended::Framing(_) => Some(&counters.tcp_closed_framing),
            Ended::Patience(Wait::Message) => Some(&counters.tcp_closed_drip),
            Ended::Patience(Wait::Sign) => Some(&counters.tcp_closed_idle),
            Ended::Overflow => Some(&counters.tcp_closed_overflow),
            Ended::EngineGone => None,
        }
    }
}
