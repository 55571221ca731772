//! What an SDP body means to a call: codecs, direction, addresses (RFC 8866, RFC 3551).

use std::net::{IpAddr, SocketAddr};

/// One audio format under its payload type. Names compare without case (RFC 8866 §6.6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Codec {
    /// Encoding name as registered, such as `PCMU`.
    pub name: String,
    /// RTP payload type, 0..=127.
    pub payload_type: u8,
    /// RTP clock in Hz.
    pub clock_rate_hz: u32,
    /// Channels, 1 for mono.
    pub channels: u8,
    /// Format parameters, the text after the payload type in `a=fmtp`.
    pub fmtp: Option<String>,
}

/// Who sends on a stream, seen from the side that holds the value (RFC 3264 §5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Both ways.
    SendReceive,
    /// This side sends only.
    SendOnly,
    /// This side receives only.
    ReceiveOnly,
    /// Nobody sends.
    Inactive,
}

/// Our side of an audio stream, as the caller of this crate wants it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalAudio {
    /// Address under which our RTP socket is reachable.
    pub address: IpAddr,
    /// Our RTP port; RTCP is the next one.
    pub port: u16,
    /// What we can encode and decode, most wanted first.
    pub codecs: Vec<Codec>,
    /// Payload type of `telephone-event` in SDP offers of ours.
    pub telephone_event: u8,
    /// `o=` session id, constant for the dialog.
    pub session_id: u64,
    /// `o=` version, raised by the caller of this crate with every changed body.
    pub session_version: u64,
    /// Direction that we want, seen from us.
    pub direction: Direction,
}

/// What both sides agreed on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Negotiated {
    /// The one codec; its payload type is the number to send and to expect.
    pub codec: Codec,
    /// Payload type of `telephone-event`, if the peer has it.
    pub telephone_event: Option<u8>,
    /// Where our RTP goes.
    pub remote: SocketAddr,
    /// Where our RTCP goes.
    pub remote_rtcp: SocketAddr,
    /// Direction of the stream, seen from us.
    pub direction: Direction,
    /// Packet time towards the peer, in ms.
    pub ptime_ms: u32,
}
