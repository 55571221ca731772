//! Sockets: SIP over UDP, TCP, TLS and WebSocket, RTP and the media threads.
//!
//! The thin shell between the network and the cores. [`SipSockets`] turns datagrams and streams into whole messages for
//! the engine loop and carries its answers; [`MediaThreads`] gives each [`media::Worker`] a thread of its own with the
//! sockets of its ports; [`Clock`] is the one clock of both. Rules of the house: every queue is bounded and says what it
//! does when it is full (S8), every refusal is counted ([`SipCounters`], [`MediaCounters`]), nothing here understands a
//! call.

mod clock;
mod counters;
mod datagram_batch;
mod dns;
mod flow;
mod gate;
mod media_thread;
mod media_threads;
mod open_files;
mod packet_info;
mod rtp_socket;
mod sip_config;
mod sip_control;
mod sip_sockets;
mod sip_stream;
mod sip_udp;
mod socket;
mod stun;
mod tls;
mod web_socket;

pub use clock::Clock;
pub use counters::{Counter, MediaCounters, SipCounters};
pub use dns::DnsConfig;
pub use gate::{
    GateLimits, GateRefusal, Rate, SipInboundReceiver, SipInboundSender, inbound_queue,
};
pub use media_threads::{MediaConfig, MediaThreads};
pub use open_files::raise_open_files;
pub use sip_config::{SipConfig, TcpLimits};
pub use sip_control::SipControl;
pub use sip_sockets::{Sent, SipInbound, SipSockets};
pub use tls::{TlsCertificate, TlsConfig, TlsError, TlsFindings};
pub use web_socket::adopted::AdoptedSocket;
