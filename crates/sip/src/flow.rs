//! Where a message came from and where its answer goes: RFC 3261 §18, RFC 5626 §1 ("flow").
//!
//! A flow is named by its two socket addresses and, on a stream, by the number that the shell gave to the connection:
//! two connections between the same addresses, one after the other, are two flows. Nothing here opens a socket.

use bytes::Bytes;
use std::net::SocketAddr;

/// Carrier of a message.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Transport {
    /// Datagrams, unreliable: the transaction layer repeats.
    Udp,
    /// A stream, reliable: nothing is repeated but the 2xx of an INVITE.
    Tcp,
}

impl Transport {
    /// True where the transaction timers A, E, G are off and D, I, J, K are zero (RFC 3261 §17).
    pub fn is_reliable(self) -> bool {
        match self {
            Transport::Udp => false,
            Transport::Tcp => true,
        }
    }

    /// The token of the Via header, such as `UDP`.
    pub fn via_token(self) -> &'static str {
        match self {
            Transport::Udp => "UDP",
            Transport::Tcp => "TCP",
        }
    }

    /// The value of a `transport` URI parameter, such as `udp`.
    pub fn uri_token(self) -> &'static str {
        match self {
            Transport::Udp => "udp",
            Transport::Tcp => "tcp",
        }
    }
}

/// One path on which messages travel in both directions.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Flow {
    /// Carrier.
    pub transport: Transport,
    /// Our side.
    pub local: SocketAddr,
    /// The peer as the packet's source shows it.
    pub remote: SocketAddr,
    /// Number of the connection, given by the shell; 0 for UDP.
    pub connection: u32,
}

/// Bytes to put on a flow.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Transmit {
    /// Where to.
    pub flow: Flow,
    /// One whole message.
    pub bytes: Bytes,
}
