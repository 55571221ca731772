//! What the SIP sockets are told at their start: addresses and bounds (S7, S8), all in one place.
//!
//! The defaults suit a centre of ten thousand phones; a test sets small ones. Nothing here is read again later but the
//! certificates, by [`crate::SipControl::reload_tls`].

use core::net::SocketAddr;
use core::time::Duration;

use crate::{Clock, DnsConfig, GateLimits, TlsConfig};

/// What [`crate::SipSockets`] are told at their start.
#[derive(Clone, Debug)]
pub struct SipConfig {
    /// Addresses to bind for UDP; port 0 lets the system choose.
    pub udp: Vec<SocketAddr>,
    /// Addresses to listen on for TCP; port 0 lets the system choose.
    pub tcp: Vec<SocketAddr>,
    /// Addresses to listen on for TLS; they need a certificate.
    pub tls: Vec<SocketAddr>,
    /// Addresses to listen on for WebSocket.
    pub ws: Vec<SocketAddr>,
    /// Addresses to listen on for WebSocket within TLS; they need a certificate.
    pub wss: Vec<SocketAddr>,
    /// Certificates, and whom we believe.
    pub tls_config: TlsConfig,
    /// Origins (`https://desk.example.com`) whose pages may use WebSocket besides those of the same host.
    pub web_socket_origins: Vec<String>,
    /// Bounds of a message, for the framing of streams.
    pub message: sip::Limits,
    /// Bounds of connections, whatever stream they are.
    pub tcp_limits: TcpLimits,
    /// Budgets of those who send.
    pub gate: GateLimits,
    /// How names of carriers are resolved.
    pub dns: DnsConfig,
    /// The clock that the table of refusals is told in; the server's own.
    pub clock: Clock,
    /// Datagrams that wait for a socket whose send buffer is full; one more is dropped (SIP repeats it).
    pub udp_queue_max: usize,
    /// Receive buffer of a UDP listener, in bytes: what the system holds while the shell is busy.
    pub udp_receive_buffer_bytes: usize,
}

/// Bounds of connections: TCP, TLS, WebSocket.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TcpLimits {
    /// Connections alive at one time; one more is closed at once.
    pub connections_max: usize,
    /// Of these, from one source (an IPv4 host, an IPv6 /64).
    pub connections_per_source_max: usize,
    /// Time for a connection's first message, and for every message from its first byte to its last (G12: at most 30 s).
    pub message_timeout: Duration,
    /// Silence after which a connection is cut. Longer than the longest registration, for a phone may keep silent between
    /// two of them; peers that vanished are found by the system's keep-alive long before.
    pub idle_timeout: Duration,
    /// Messages that wait for a peer to read; one more closes the connection.
    pub write_queue_max: usize,
    /// Time for the peer to take one message.
    pub write_timeout: Duration,
    /// Time for TLS and the upgrade to WebSocket together. G12: with `message_timeout` at most 30 s.
    pub handshake_timeout: Duration,
    /// Connections of ours alive at one time; one more is not opened.
    pub outgoing_max: usize,
    /// Time for a connection of ours to come up, TLS included.
    pub connect_timeout: Duration,
    /// Silence after which a connection of ours is pinged (RFC 5626 §4.4.1).
    pub ping_every: Duration,
    /// Time for the answer of a peer that used to answer pings.
    pub pong_timeout: Duration,
}

impl Default for SipConfig {
    fn default() -> Self {
        Self {
            udp: Vec::new(),
            tcp: Vec::new(),
            tls: Vec::new(),
            ws: Vec::new(),
            wss: Vec::new(),
            tls_config: TlsConfig::default(),
            web_socket_origins: Vec::new(),
            message: sip::Limits::default(),
            tcp_limits: TcpLimits::default(),
            gate: GateLimits::default(),
            dns: DnsConfig::default(),
            clock: Clock::start(),
            udp_queue_max: 1_024,
            udp_receive_buffer_bytes: 4 << 20,
        }
    }
}

impl Default for TcpLimits {
    fn default() -> Self {
        Self {
            connections_max: 20_000,
            connections_per_source_max: 2_000,
            message_timeout: Duration::from_secs(20),
            idle_timeout: Duration::from_secs(7_500),
            write_queue_max: 64,
            write_timeout: Duration::from_secs(10),
            handshake_timeout: Duration::from_secs(10),
            outgoing_max: 1_000,
            connect_timeout: Duration::from_secs(4),
            ping_every: Duration::from_secs(90),
            pong_timeout: Duration::from_secs(10),
        }
    }
}
