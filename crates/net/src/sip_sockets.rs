//! The SIP shell: listeners, flows and the way out.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use sip::{Flow, Transmit, Transport};
use tokio::sync::mpsc;

use crate::SipCounters;

/// What the SIP shell is told at its start.
#[derive(Clone, Debug)]
pub struct SipConfig {
    /// Addresses to bind for UDP; port 0 lets the system choose.
    pub udp: Vec<SocketAddr>,
    /// Addresses to listen on for TCP; port 0 lets the system choose.
    pub tcp: Vec<SocketAddr>,
    /// Bounds of a message, for the framing of streams.
    pub message: sip::Limits,
    /// Bounds of TCP connections.
    pub tcp_limits: TcpLimits,
    /// Datagrams that wait for a socket whose buffer is full; the next is dropped.
    pub udp_queue_max: usize,
}

/// Bounds of TCP connections (S7, S8).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TcpLimits {
    /// Connections alive at one time.
    pub connections_max: usize,
    /// Of these, from one source.
    pub connections_per_source_max: usize,
    /// Time for a connection's first message, and for every message from its first byte to its last (G12: <= 30 s).
    pub message_timeout: Duration,
    /// Silence after which a connection is cut.
    pub idle_timeout: Duration,
    /// Messages that wait for a peer to read; one more closes the connection.
    pub write_queue_max: usize,
    /// Time for the peer to take one message.
    pub write_timeout: Duration,
}

/// What comes from the network.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SipInbound {
    /// One whole datagram, or one whole message of a stream.
    Message {
        /// Where it came from and where its answer goes.
        flow: Flow,
        /// As read.
        bytes: Bytes,
    },
    /// The connection is gone; nothing sent on it arrives any more.
    FlowClosed {
        /// Which.
        flow: Flow,
    },
}

/// What became of a message given to [`SipSockets::send`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sent {
    /// The system has it, or a queue of ours.
    Accepted,
    /// Dropped and counted.
    Dropped,
    /// The connection is gone; [`SipInbound::FlowClosed`] tells it too.
    FlowGone,
}

/// The SIP sockets of one node.
#[derive(Debug)]
pub struct SipSockets {
    local: Vec<(Transport, SocketAddr)>,
    counters: Arc<SipCounters>,
}

impl SipSockets {
    /// Binds all listeners and starts their tasks.
    ///
    /// # Errors
    /// Names the address that could not be bound.
    pub async fn bind(config: SipConfig, inbound: mpsc::Sender<SipInbound>) -> io::Result<Self> {
        let _ = (config, inbound);
        todo!()
    }

    /// The real addresses, port 0 resolved: UDP in the order of the configuration, then TCP.
    #[must_use]
    pub fn local(&self) -> &[(Transport, SocketAddr)] {
        &self.local
    }

    /// Sends without ever blocking.
    pub fn send(&self, transmit: Transmit) -> Sent {
        let _ = transmit;
        todo!()
    }

    /// What the sockets count.
    #[must_use]
    pub fn counters(&self) -> &Arc<SipCounters> {
        &self.counters
    }
}
