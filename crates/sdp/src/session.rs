//! What an SDP body means to a call: codecs, direction, addresses (RFC 8866, RFC 3264, RFC 3551).
//!
//! Plain values that the rooms above fill in and read; the text they come from is nobody else's concern.

use std::borrow::Cow;
use std::net::{IpAddr, SocketAddr};

/// One audio format under its payload type. Names compare without case (RFC 8866 §6.6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Codec {
    /// Encoding name as registered, such as `PCMU`. Ours are written in the program, and copied nowhere.
    pub name: Cow<'static, str>,
    /// RTP payload type, 0..=127.
    pub payload_type: u8,
    /// RTP clock in Hz.
    pub clock_rate_hz: u32,
    /// Channels, 1 for mono.
    pub channels: u8,
    /// Format parameters, the text after the payload type in `a=fmtp`.
    pub fmtp: Option<Cow<'static, str>>,
}

impl Codec {
    /// The same encoding, whatever payload type it has.
    pub(crate) fn is_like(&self, other: &Codec) -> bool {
        self.name.eq_ignore_ascii_case(&other.name)
            && self.clock_rate_hz == other.clock_rate_hz
            && self.channels == other.channels
    }
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

/// Directions with their attribute names (RFC 8866 §6.7).
const DIRECTIONS: [(Direction, &str); 4] = [
    (Direction::SendReceive, "sendrecv"),
    (Direction::SendOnly, "sendonly"),
    (Direction::ReceiveOnly, "recvonly"),
    (Direction::Inactive, "inactive"),
];

impl Direction {
    /// This side may send.
    #[must_use]
    pub fn sends(self) -> bool {
        matches!(self, Direction::SendReceive | Direction::SendOnly)
    }

    /// This side may receive.
    #[must_use]
    pub fn receives(self) -> bool {
        matches!(self, Direction::SendReceive | Direction::ReceiveOnly)
    }

    pub(crate) fn of(sends: bool, receives: bool) -> Self {
        match (sends, receives) {
            (true, true) => Direction::SendReceive,
            (true, false) => Direction::SendOnly,
            (false, true) => Direction::ReceiveOnly,
            (false, false) => Direction::Inactive,
        }
    }

    pub(crate) fn from_attribute(name: &str) -> Option<Self> {
        DIRECTIONS
            .iter()
            .find(|(_, attribute)| attribute.eq_ignore_ascii_case(name))
            .map(|(direction, _)| *direction)
    }

    pub(crate) fn attribute(self) -> &'static str {
        DIRECTIONS
            .iter()
            .find(|(direction, _)| *direction == self)
            .map_or("sendrecv", |(_, attribute)| attribute)
    }
}

/// Our side of an audio stream, as the rooms above want it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalAudio {
    /// Address under which our RTP socket is reachable.
    pub address: IpAddr,
    /// Our RTP port; RTCP is the next one.
    pub port: u16,
    /// What we can encode and decode, most wanted first.
    pub codecs: Vec<Codec>,
    /// Payload type of `telephone-event` in SDP offers of ours; none: it is neither offered nor taken.
    pub telephone_event: Option<u8>,
    /// `o=` session id, constant for the dialog.
    pub session_id: u64,
    /// `o=` version: the caller raises it with every changed body (RFC 3264 §8).
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
    /// Where our RTP goes. Unspecified (0.0.0.0) for a hold in the old way; then [`Direction::sends`] is false.
    pub remote: SocketAddr,
    /// Where our RTCP goes.
    pub remote_rtcp: SocketAddr,
    /// Direction of the stream, seen from us.
    pub direction: Direction,
    /// Packet time that the peer would like to receive, in ms: a wish (RFC 8866 §6.4), 20 if it has none.
    pub ptime_ms: u32,
}
