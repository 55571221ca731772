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

/// A struct of counters, and all of them by name for whoever exports them.
macro_rules! counters {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Default)]
        pub struct $name {
            $($(#[$field_doc])* pub $field: Counter,)+
        }

        impl $name {
            /// Each counter's name and value.
            pub fn all(&self) -> impl Iterator<Item = (&'static str, u64)> {
                [$((stringify!($field), self.$field.get()),)+].into_iter()
            }
        }
    };
}

counters! {
    /// What the SIP sockets counted since the start.
    SipCounters {
        /// UDP datagrams read.
        udp_in,
        /// UDP datagrams given to the system.
        udp_out,
        /// Datagrams dropped because the engine was slower than the network.
        udp_in_overflow,
        /// Datagrams dropped because the listener's send queue was full.
        udp_out_overflow,
        /// Datagrams that the system refused to send, or that no listener is bound for.
        udp_out_failed,
        /// Messages read from TCP connections.
        tcp_in,
        /// Messages written to TCP connections.
        tcp_out,
        /// CRLF pings answered (RFC 5626 §3.5.1).
        tcp_pings,
        /// TCP connections accepted.
        tcp_accepted,
        /// Connections refused: too many in all.
        tcp_refused_total,
        /// Connections refused: too many from that source.
        tcp_refused_source,
        /// Connections closed by the peer, or broken.
        tcp_closed_peer,
        /// Connections cut: bytes that are not SIP framing.
        tcp_closed_framing,
        /// Connections cut: no first message, or a message not complete in time (G12).
        tcp_closed_drip,
        /// Connections cut: nothing heard for the idle time.
        tcp_closed_idle,
        /// Connections cut: the peer does not read what we write.
        tcp_closed_overflow,
        /// Messages for a flow that was gone.
        flow_gone,
        /// Notices of a gone flow dropped because the engine had not taken the former ones.
        notice_overflow,
    }
}

counters! {
    /// What the media threads counted since the start.
    MediaCounters {
        /// Datagrams read, RTP and RTCP.
        datagrams_in,
        /// Datagrams given to the system.
        datagrams_out,
        /// `recvmmsg` calls that brought something.
        batches_in,
        /// `sendmmsg` calls that took something.
        batches_out,
        /// Datagrams longer than any that we understand, dropped.
        in_too_long,
        /// Datagrams dropped because the socket's send buffer was full.
        out_would_block,
        /// Datagrams that the system refused to send, or whose port was gone.
        out_failed,
        /// Datagrams that found no slot in the worker's outbox.
        out_overflow,
        /// Commands carried out.
        commands,
        /// Commands refused because a thread's queue was full, or its thread gone.
        commands_refused,
        /// Commands that named two ports of different threads.
        commands_misrouted,
        /// Ports opened.
        opened,
        /// Ports that could not be opened.
        open_failed,
        /// Chunks of recordings lost because the disk was slower than the calls (S8).
        chunks_lost,
        /// Turns that ended in a panic; each is a defect of ours.
        turn_panics,
    }
}
