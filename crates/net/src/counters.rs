//! What the sockets count: plain atomics that the server reads for its metrics at any time, without asking a loop.
//!
//! One field is one cause: nothing is dropped, refused or closed in this crate without the field that says so (S8).
//! Values only grow. Deliberately without names for export: the server decides what they are called outside.

use core::sync::atomic::{AtomicU64, Ordering};

use sip::Transport;

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
        /// Datagrams that only keep a NAT open: line ends, zeros, STUN indications.
        udp_keep_alives,
        /// STUN requests answered (RFC 5626 §4.4.2).
        stun_answered,
        /// STUN that is no good request, dropped.
        stun_malformed,
        /// Messages read from TCP connections.
        tcp_in,
        /// Messages written to TCP connections.
        tcp_out,
        /// TCP connections that began; those alive are these less the closed ones.
        tcp_opened,
        /// TCP connections that ended.
        tcp_closed,
        /// Messages read from TLS connections.
        tls_in,
        /// Messages written to TLS connections.
        tls_out,
        /// TLS connections that began; those alive are these less the closed ones.
        tls_opened,
        /// TLS connections that ended.
        tls_closed,
        /// Messages read from WebSocket connections.
        ws_in,
        /// Messages written to WebSocket connections.
        ws_out,
        /// WebSocket connections that began; those alive are these less the closed ones.
        ws_opened,
        /// WebSocket connections that ended.
        ws_closed,
        /// Messages read from WebSocket within TLS connections.
        wss_in,
        /// Messages written to WebSocket within TLS connections.
        wss_out,
        /// WebSocket within TLS connections that began; those alive are these less the closed ones.
        wss_opened,
        /// WebSocket within TLS connections that ended.
        wss_closed,
        /// CRLF pings answered (RFC 5626 §3.5.1).
        stream_pings,
        /// Connections refused: too many in all.
        stream_refused_total,
        /// Connections refused: too many from that source.
        stream_refused_source,
        /// Connections closed by the peer, or broken.
        stream_closed_peer,
        /// Connections cut: bytes that are not SIP framing.
        stream_closed_framing,
        /// Connections cut: no first message, or a message not complete in time (G12).
        stream_closed_drip,
        /// Connections cut: nothing heard for the idle time.
        stream_closed_idle,
        /// Connections cut: the peer does not read what we write.
        stream_closed_overflow,
        /// Names that were to be resolved.
        dns_asked,
        /// Names for which nothing was found.
        dns_failed,
        /// Names that were not looked for because too many others were (S8).
        dns_overflow,
        /// Messages of strangers beyond the rate of their source (S9).
        gate_source,
        /// Messages of strangers beyond the rate of all strangers.
        gate_strangers,
        /// Messages beyond the rate of the registered phone in whose name they came.
        gate_phone,
        /// Messages beyond the rate of the carrier in whose name they came.
        gate_carrier,
        /// Datagrams for which their lane to the engine had no place.
        gate_queue,
        /// Connections closed before their handshake: their source opens more than it may.
        gate_connections,
        /// Messages of streams that were not dropped but had to wait for their turn at the gate.
        gate_paced,
        /// Peers that the gate had no room to know.
        gate_vouch_overflow,
        /// Connections of ours cut: a peer that used to answer pings answered none (RFC 5626 §4.4.1).
        stream_closed_silent,
        /// Pings of ours sent.
        stream_pings_sent,
        /// TLS handshakes that failed.
        tls_handshake_failed,
        /// TLS handshakes that were not done in time.
        tls_handshake_timeout,
        /// Certificates swapped while running.
        tls_reloaded,
        /// Certificates that could not be used; the former ones stayed.
        tls_reload_refused,
        /// WebSockets refused: no HTTP upgrade, no subprotocol `sip`, a page of a foreign host.
        ws_upgrade_refused,
        /// Upgrades that were not done in time.
        ws_upgrade_timeout,
        /// Connections of ours that nobody accepted.
        connect_failed,
        /// Connections of ours that nobody accepted in time.
        connect_timeout,
        /// Connections of ours whose peer did not prove to be who he must be.
        connect_tls_failed,
        /// Connections of ours not tried: too many.
        connect_refused,
        /// Messages for a flow that was gone.
        flow_gone,
        /// Notices of a gone flow dropped because the engine had not taken the former ones.
        notice_overflow,
    }
}

/// The figures of one stream transport.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StreamCounters<'a> {
    pub(crate) messages_in: &'a Counter,
    pub(crate) messages_out: &'a Counter,
    pub(crate) opened: &'a Counter,
    pub(crate) closed: &'a Counter,
}

impl SipCounters {
    /// Of that transport; of TCP for UDP, which has no connections.
    pub(crate) fn of(&self, transport: Transport) -> StreamCounters<'_> {
        let [messages_in, messages_out, opened, closed] = match transport {
            Transport::Udp | Transport::Tcp => [
                &self.tcp_in,
                &self.tcp_out,
                &self.tcp_opened,
                &self.tcp_closed,
            ],
            Transport::Tls => [
                &self.tls_in,
                &self.tls_out,
                &self.tls_opened,
                &self.tls_closed,
            ],
            Transport::Ws => [&self.ws_in, &self.ws_out, &self.ws_opened, &self.ws_closed],
            Transport::Wss => [
                &self.wss_in,
                &self.wss_out,
                &self.wss_opened,
                &self.wss_closed,
            ],
        };
        StreamCounters {
            messages_in,
            messages_out,
            opened,
            closed,
        }
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
