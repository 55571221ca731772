//! The shell on real loopback sockets, through its public face. Every wait has a deadline; nothing sleeps for luck.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    clippy::print_stdout
)]

mod certificates;
mod dns;
mod gate;
mod link_local;
mod media;
mod sip_outgoing;
mod sip_siege;
mod sip_tcp;
mod sip_tls;
mod sip_udp;
mod support;
mod web_socket;
mod web_socket_adopted;
