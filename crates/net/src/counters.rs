//! What the sockets count: plain atomics that the server reads for its metrics at any time, without asking a loop.
//!
//! One field is one cause: nothing is dropped, refused or closed in this crate without the field that says so (S8).
//! Values only grow. Deliberately without names for export: the server decides what they are called outside.

use core::sync::atomic::{AtomicU64, Ordering};

/// A number that only grows.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// The value; other counters may be a moment ahead or behind.
    #[must_use]
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    pub(crate) fn add(&self, amount: u64) {
        self.0.fetch_add(amount, Ordering::Relaxed);
    }

    pub(crate) fn increment(&self) {
        self.add(1);
    }
}

/// What the SIP sockets counted since the start.
#[derive(Debug, Default)]
pub struct SipCounters {
    /// UDP datagrams read.
    pub udp_in: Counter,
    /// UDP datagrams given to the system.
    pub udp_out: Counter,
    /// Datagrams dropped because the engine was slower than the network.
    pub udp_in_overflow: Counter,
    /// Datagrams dropped because the listener's send queue was full.
    pub udp_out_overflow: Counter,
    /// Datagrams that the system refused to send, or that no listener is bound for.
    pub udp_out_failed: Counter,
    /// Messages read from TCP connections.
    pub tcp_in: Counter,
    /// Messages written to TCP connections.
    pub tcp_out: Counter,
    /// CRLF pings answered (RFC 5626 §3.5.1).
    pub tcp_pings: Counter,
    /// TCP connections accepted.
    pub tcp_accepted: Counter,
    /// Connections refused: too many in all.
    pub tcp_refused_total: Counter,
    /// Connections refused: too many from that source.
    pub tcp_refused_source: Counter,
    /// Connections closed by the peer, or broken.
    pub tcp_closed_peer: Counter,
    /// Connections cut: bytes that are not SIP framing.
    pub tcp_closed_framing: Counter,
    /// Connections cut: no first message, or a message not complete in time (G12).
    pub tcp_closed_drip: Counter,
    /// Connections cut: nothing heard for the idle time.
    pub tcp_closed_idle: Counter,
    /// Connections cut: the peer does not read what we write.
    pub tcp_closed_overflow: Counter,
    /// Messages for a flow that was gone.
    pub flow_gone: Counter,
    /// Notices of a gone flow dropped because the engine had not taken the former ones.
    pub notice_overflow: Counter,
}

/// What the media threads counted since the start.
#[derive(Debug, Default)]
pub struct MediaCounters {
    /// Datagrams read, RTP and RTCP.
    pub datagrams_in: Counter,
    /// Datagrams given to the system.
    pub datagrams_out: Counter,
    /// `recvmmsg` calls that brought something.
    pub batches_in: Counter,
    /// `sendmmsg` calls that took something.
    pub batches_out: Counter,
    /// Datagrams longer than any that we understand, dropped.
    pub in_too_long: Counter,
    /// Datagrams dropped because the socket's send buffer was full.
    pub out_would_block: Counter,
    /// Datagrams that the system refused to send, or whose port was gone.
    pub out_failed: Counter,
    /// Datagrams that found no slot in the worker's outbox.
    pub out_overflow: Counter,
    /// Commands carried out.
    pub commands: Counter,
    /// Commands refused because a thread's queue was full, or its thread gone.
    pub commands_refused: Counter,
    /// Commands that named two ports of different threads.
    pub commands_misrouted: Counter,
    /// Ports opened.
    pub opened: Counter,
    /// Ports that could not be opened.
    pub open_failed: Counter,
    /// Chunks of recordings lost because the disk was slower than the calls (S8).
    pub chunks_lost: Counter,
    /// Turns that ended in a panic; each is a defect of ours.
    pub turn_panics: Counter,
}
