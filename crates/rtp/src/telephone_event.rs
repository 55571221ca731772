//! Keys by RFC 4733: the event payload and its codes.
//!
//! `receiver` gathers packets into presses, `sending` makes packets of a press. A press is one (SSRC, timestamp), however
//! many packets tell of it; it is told when it ends.

mod receiver;
mod sending;
#[cfg(test)]
mod tests;

pub use receiver::Receiver;
pub use sending::{Outgoing, Sending};

/// Bytes of an event payload.
pub const EVENT_BYTES: usize = 4;
/// The keys by event code (RFC 4733 §3.2, table 3).
const KEYS: [char; 16] = [
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '#', 'A', 'B', 'C', 'D',
];

/// The key of an event code; none for flash and the hundreds of other events.
#[must_use]
pub fn key(code: u8) -> Option<char> {
    KEYS.get(usize::from(code)).copied()
}

/// The event code of a key; none for what is no key.
#[must_use]
pub fn code(key: char) -> Option<u8> {
    let key = key.to_ascii_uppercase();
    KEYS.iter()
        .position(|it| *it == key)
        .and_then(|at| u8::try_from(at).ok())
}

/// One event payload (RFC 4733 §2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// Which event.
    pub code: u8,
    /// This packet tells the end.
    pub end: bool,
    /// Power below 0 dBm0, 0..=63.
    pub volume: u8,
    /// From the timestamp to now, in units of the RTP clock.
    pub duration: u16,
}

impl Event {
    /// Reads a payload; none if it is too short. The reserved bit is ignored as §2.3.3 says.
    #[must_use]
    pub fn parse(payload: &[u8]) -> Option<Self> {
        let [code, flags, high, low, ..] = *payload else {
            return None;
        };
        Some(Self {
            code,
            end: flags & 0x80 != 0,
            volume: flags & 0x3f,
            duration: u16::from_be_bytes([high, low]),
        })
    }

    /// The payload.
    #[must_use]
    pub fn to_bytes(self) -> [u8; EVENT_BYTES] {
        let [high, low] = self.duration.to_be_bytes();
        [
            self.code,
            if self.end { 0x80 } else { 0 } | self.volume & 0x3f,
            high,
            low,
        ]
    }
}

/// A key that was pressed and released.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Press {
    /// 0-9 * # A-D.
    pub key: char,
    /// How long, in units of the RTP clock.
    pub duration: u32,
}
