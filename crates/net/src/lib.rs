//! Sockets: SIP over UDP and TCP, RTP and the media threads.
//!
//! The thin shell between the network and the cores. [`SipSockets`] turns datagrams and streams into whole messages for
//! the engine loop and carries its answers; [`MediaThreads`] gives each [`media::Worker`] a thread of its own with the
//! sockets of its ports; [`Clock`] is the one clock of both. Rules of the house: every queue is bounded and says what it
//! does when it is full (S8), every refusal is counted ([`SipCounters`], [`MediaCounters`]), nothing here understands a
//! call. Not here: outgoing TCP connections, TLS, WebSocket, DNS.

pub mod clock;
pub mod counters;
mod flow;
pub mod media_threads;
pub mod sip_sockets;

pub use clock::Clock;
pub use counters::{Counter, MediaCounters, SipCounters};
pub use media_threads::{MediaConfig, MediaThreads};
pub use sip_sockets::{Sent, SipConfig, SipInbound, SipSockets, TcpLimits};
