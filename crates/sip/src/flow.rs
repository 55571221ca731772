//! Where a message came from and where its answer goes: RFC 3261 §18, RFC 5626 §1 ("flow").
//!
//! A flow is named by its two socket addresses and, on a stream, by the number that the shell gave to the connection:
//! two connections between the same addresses, one after the other, are two flows. Nothing here opens a socket: a
//! connection of ours is wished for by [`Connect`], a name is asked for by [`Resolve`].

use crate::network::Network;
use bytes::Bytes;
use std::net::SocketAddr;

/// Carrier of a message.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Transport {
    /// Datagrams, unreliable: the transaction layer repeats.
    Udp,
    /// A stream, reliable: nothing is repeated but the 2xx of an INVITE.
    Tcp,
    /// A stream within TLS (RFC 3261 §26.2, RFC 5922).
    Tls,
    /// WebSocket, one message a frame (RFC 7118).
    Ws,
    /// WebSocket within TLS.
    Wss,
}

impl Transport {
    /// True where the transaction timers A, E, G are off and D, I, J, K are zero (RFC 3261 §17).
    pub fn is_reliable(self) -> bool {
        match self {
            Transport::Udp => false,
            Transport::Tcp | Transport::Tls | Transport::Ws | Transport::Wss => true,
        }
    }

    /// True where nobody on the way can read along: what `sips` asks of each hop.
    pub fn is_secure(self) -> bool {
        match self {
            Transport::Tls | Transport::Wss => true,
            Transport::Udp | Transport::Tcp | Transport::Ws => false,
        }
    }

    /// True where Content-Length alone says where a message ends (RFC 3261 §18.3): a frame of WebSocket has its own end.
    pub fn is_stream(self) -> bool {
        match self {
            Transport::Tcp | Transport::Tls => true,
            Transport::Udp | Transport::Ws | Transport::Wss => false,
        }
    }

    /// True for WebSocket, whose clients have names that are never resolved (RFC 7118 §5.2).
    pub fn is_web_socket(self) -> bool {
        match self {
            Transport::Ws | Transport::Wss => true,
            Transport::Udp | Transport::Tcp | Transport::Tls => false,
        }
    }

    /// The port of a sent-by or URI that names none: 5061 within TLS, for WebSocket 80 and 443, else 5060.
    pub fn default_port(self) -> u16 {
        match self {
            Transport::Udp | Transport::Tcp => 5060,
            Transport::Tls => 5061,
            Transport::Ws => 80,
            Transport::Wss => 443,
        }
    }

    /// The token of the Via header, such as `UDP`.
    pub fn via_token(self) -> &'static str {
        match self {
            Transport::Udp => "UDP",
            Transport::Tcp => "TCP",
            Transport::Tls => "TLS",
            Transport::Ws => "WS",
            Transport::Wss => "WSS",
        }
    }

    /// The value of a `transport` URI parameter, such as `udp`. RFC 7118 §5.4 has `ws` for both kinds of WebSocket.
    pub fn uri_token(self) -> &'static str {
        match self {
            Transport::Udp => "udp",
            Transport::Tcp => "tcp",
            Transport::Tls => "tls",
            Transport::Ws | Transport::Wss => "ws",
        }
    }
}

/// One path on which messages travel in both directions.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Flow {
    /// The peer as the packet's source shows it: what tells flows apart soonest, so it stands first where they are compared.
    pub remote: SocketAddr,
    /// Our side.
    pub local: SocketAddr,
    /// Carrier.
    pub transport: Transport,
    /// Number of the connection: 0 for UDP, below [`Flow::OURS`] given by the shell to one that it accepted, from there
    /// on given by the endpoint to one that it wished for.
    pub connection: u32,
}

impl Flow {
    /// The first number of connections that the endpoint opens by [`Connect`].
    pub const OURS: u32 = 0x8000_0000;
}

/// Bytes to put on a flow.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Transmit {
    /// Where to.
    pub flow: Flow,
    /// One whole message.
    pub bytes: Bytes,
}

/// A connection to open, told before the first [`Transmit`] on its flow. What is sent on the flow meanwhile waits; when
/// the connection cannot be had, the shell tells that the flow is closed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Connect {
    /// The flow; `connection` is at least [`Flow::OURS`], `local` is the listener that Via and Contact name.
    pub flow: Flow,
    /// For TLS: the name that the peer's certificate must bear (RFC 5922 §7.2), as it stood before resolution; an address
    /// in text where the configuration names an address.
    pub server_name: String,
}

/// Name of a question of [`Resolve`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct QueryId(pub u64);

/// A name to be resolved by RFC 3263; answered by [`crate::Endpoint::handle_resolved`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Resolve {
    /// Which question.
    pub query: QueryId,
    /// What of.
    pub target: Target,
}

/// Where a request is to go, before names are resolved (RFC 3263 §4.1: TARGET, port, transport).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Target {
    /// A host name; never an address in text and never a name under `.invalid`.
    pub host: String,
    /// A port that the URI names.
    pub port: Option<u16>,
    /// A transport that the URI names.
    pub transport: Option<Transport>,
    /// `sips`: TLS and nothing else.
    pub is_secure: bool,
}

/// One place to try, in the order in which they are to be tried (RFC 3263 §4.2, RFC 2782).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Hop {
    /// By which carrier.
    pub transport: Transport,
    /// Where.
    pub remote: SocketAddr,
}

/// Why a name has no [`Hop`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ResolveError {
    /// The name does not exist, or has no address.
    #[error("no such name")]
    NoSuchName,
    /// No name server answered in time.
    #[error("no answer from the name servers")]
    NoAnswer,
}

/// Whose packets have a budget of their own at the gate (S9): a registered phone, a carrier.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Peer {
    /// The address and port of a registered contact.
    Phone(SocketAddr),
    /// A carrier's network.
    Carrier(Network),
}

/// Word to the gate about whom it should let through when others flood.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Vouch {
    /// For whom.
    pub peer: Peer,
    /// From here on, or no longer.
    pub stands: bool,
}
