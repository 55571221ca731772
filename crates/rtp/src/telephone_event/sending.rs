//! From a press to event packets.

use super::{Event, code};

/// §2.5.1.4: the end goes out three times.
const ENDS: u8 = 3;
/// -10 dBm0, as phones send.
const VOLUME: u8 = 10;

/// One event packet to send: a new sequence number each, the timestamp of the press in all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// First packet of the press: carries the marker bit.
    pub first: bool,
    /// The payload.
    pub event: Event,
}

/// Sends one key: an update every tick, then the end three times (§2.5.1.4).
#[derive(Clone, Debug)]
pub struct Sending {
    event: Event,
    tick: u16,
    length: u16,
    ends: u8,
}

impl Sending {
    /// A key held for `length`, told every `tick`, both in units of the RTP clock; none for what is no key.
    #[must_use]
    pub fn new(key: char, length: u16, tick: u16) -> Option<Self> {
        let event = Event {
            code: code(key)?,
            end: false,
            volume: VOLUME,
            duration: 0,
        };
        Some(Self {
            event,
            tick: tick.max(1),
            length: length.max(tick),
            ends: 0,
        })
    }

    /// The packet of this tick, or none when the press is over.
    pub fn next_packet(&mut self) -> Option<Outgoing> {
        if self.ends == ENDS {
            return None;
        }
        let first = self.event.duration == 0;
        self.event.duration = self
            .event
            .duration
            .saturating_add(self.tick)
            .min(self.length);
        self.event.end = self.event.duration == self.length;
        if self.event.end {
            self.ends = self.ends.saturating_add(1);
        }
        Some(Outgoing {
            first,
            event: self.event,
        })
    }
}
