//! A seat in a room: what one port says there, brought to the room's time, and what it is to hear.
//!
//! Packets of any length go through a jitter buffer and come out as frames of 20 ms, one a tick: those who talk share no
//! clock. What is lost is silence. Memory is taken when the seat is, none afterwards.

use core::time::Duration;

use audio::Codec;
use rtp::jitter_buffer::{JitterBuffer, Popped};

use crate::playback::{FRAME, Filled};
use crate::{RoomId, TICK};

/// Packets that may wait: with the longest delay of the jitter buffer, 200 ms, and as much again for a burst.
const PACKETS_MAX: usize = 24;
/// Longest payload of a packet: 60 ms of a byte a sample.
const PAYLOAD_MAX: usize = 480;
/// Samples between packet and frame: one packet and the rest of another frame.
const PENDING: usize = PAYLOAD_MAX + FRAME;

/// A packet's payload as it came.
#[derive(Debug)]
struct Said {
    bytes: [u8; PAYLOAD_MAX],
    len: usize,
}

/// See the file's head.
pub(crate) struct Seat {
    pub(crate) room: RoomId,
    buffer: JitterBuffer<Said>,
    /// Source whose numbers the buffer holds.
    ssrc: Option<u32>,
    pending: [i16; PENDING],
    filled: usize,
    /// What this port says in this tick.
    pub(crate) says: [i16; FRAME],
    /// What it hears in this tick: the others.
    pub(crate) hears: [i16; FRAME],
    /// What a clip plays to it in this tick (E25).
    pub(crate) clip: Option<(Filled, [i16; FRAME])>,
}

impl Seat {
    pub(crate) fn new(room: RoomId) -> Self {
        Self {
            room,
            buffer: JitterBuffer::new(PACKETS_MAX, TICK),
            ssrc: None,
            pending: [0; PENDING],
            filled: 0,
            says: [0; FRAME],
            hears: [0; FRAME],
            clip: None,
        }
    }

    /// Takes a packet of voice by its extended number.
    pub(crate) fn handle(&mut self, now: Duration, ssrc: u32, number: u64, payload: &[u8]) {
        if self.ssrc.replace(ssrc).is_some_and(|former| former != ssrc) {
            // Another source counts from elsewhere.
            self.buffer = JitterBuffer::new(PACKETS_MAX, TICK);
        }
        let mut said = Said {
            bytes: [0; PAYLOAD_MAX],
            len: payload.len().min(PAYLOAD_MAX),
        };
        for (to, from) in said.bytes.iter_mut().zip(payload) {
            *to = *from;
        }
        self.buffer.insert(now, number, said);
    }

    /// Brings out the next 20 ms of what this port says.
    pub(crate) fn speak(&mut self, codec: &Codec) {
        while self.filled < FRAME
            && let Popped::Item(said) = self.buffer.pop()
        {
            let free = self.pending.get_mut(self.filled..).unwrap_or_default();
            let payload = said.bytes.get(..said.len).unwrap_or_default();
            let decoded = (codec.decode)(payload, free);
            if decoded == 0 {
                break;
            }
            self.filled = (self.filled + decoded).min(PENDING);
        }
        let ready = self.filled.min(FRAME);
        self.says = [0; FRAME];
        for (to, from) in self.says.iter_mut().zip(self.pending.iter().take(ready)) {
            *to = *from;
        }
        self.pending.copy_within(ready..self.filled, 0);
        self.filled -= ready;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pcma() -> &'static Codec {
        audio::codec::by_name("PCMA", 8_000).unwrap()
    }

    fn at(ms: u64) -> Duration {
        Duration::from_millis(1_000 + ms)
    }

    /// Packets of so many ms with this byte come and are spoken, a frame a tick.
    fn speaks(packet_ms: u64, byte: u8, ticks: u64) -> Vec<i16> {
        let mut seat = Seat::new(RoomId(1));
        let mut next = 0;
        let mut spoken = Vec::new();
        for tick in 0..ticks {
            while next * packet_ms <= tick * 20 {
                let payload = vec![byte; usize::try_from(packet_ms * 8).unwrap()];
                seat.handle(at(next * packet_ms), 7, 70_000 + next, &payload);
                next += 1;
            }
            seat.speak(pcma());
            spoken.extend(seat.says);
        }
        spoken
    }

    #[test]
    fn packets_of_any_length_become_frames_without_a_gap() {
        let loud = 0x2a;
        for packet_ms in [10, 20, 30, 40, 60] {
            let spoken = speaks(packet_ms, loud, 60);
            let first = spoken.iter().position(|sample| *sample != 0).unwrap();
            let gaps = spoken[first..]
                .iter()
                .filter(|sample| **sample == 0)
                .count();
            assert!(first <= 8 * 200, "{packet_ms} ms: {first}");
            assert!(
                gaps <= spoken.len() / 10,
                "{packet_ms} ms: {gaps} silent samples"
            );
        }
    }

    #[test]
    fn a_payload_longer_than_any_phone_sends_is_cut_and_an_empty_one_ends_nothing() {
        let mut seat = Seat::new(RoomId(1));
        for (number, length) in (0..).zip([1_400, 0, 160, 160]) {
            seat.handle(at(20 * number), 7, number, &vec![0x2a; length]);
        }
        for _ in 0..8 {
            seat.speak(pcma());
        }
        seat.handle(at(0), 8, 5, &[0x2a; 160]);
        seat.speak(pcma());
    }
}
