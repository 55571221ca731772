//! The stream that a port sends: one SSRC, one sequence, one timeline for the life of the port.
//!
//! Prompts, music, a bridged voice and keys take turns on it; the receiver sees one sender whose numbers only rise. Each
//! spell of sound begins where the clock stands (a pause is a gap in timestamps, RFC 3550 §5.1) with the marker bit set.
//! A relayed stream keeps its own spacing, loss and order: its numbers are shifted, not rewritten.

use core::time::Duration;

use rtp::{Header, Sender};

use crate::PortId;

/// RTP clock of all telephone codecs, in Hz.
pub(crate) const CLOCK_HZ: u64 = 8_000;
/// How far sound may lag behind the clock and still go on without a gap: three packets.
const SLACK: u64 = 480;
/// A relayed stream whose timestamps stray so far from its arrivals has jumped.
const JUMP: i64 = 8_000;
/// So has one whose numbers leap so far.
const LEAP: u16 = 1_000;

/// Sequence number, timestamp (unwrapped) and marker of a packet to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) sequence: u16,
    pub(crate) timestamp: u64,
    pub(crate) marker: bool,
}

/// How the numbers of a relayed stream are shifted.
#[derive(Clone, Copy, Debug)]
struct Shift {
    from: (PortId, u32),
    sequence: u16,
    timestamp: u64,
    /// The newest number of it, and how many lie between that and the first.
    newest: u16,
    since: u16,
    /// Unwrapped timestamp and arrival of its newest sound.
    heard: (u64, Duration),
}

/// A key that is relayed from a stream beside the voice.
#[derive(Clone, Copy, Debug)]
struct KeyShift {
    from: (PortId, u32, u32),
    timestamp: u64,
}

/// The numbers of what a port sends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outgoing {
    pub(crate) sender: Sender,
    next: u16,
    opened_at: Duration,
    origin: u64,
    /// Where the sound sent so far ends.
    end: u64,
    shift: Option<Shift>,
    key: Option<KeyShift>,
}

impl Outgoing {
    /// Nothing sent yet. The first numbers are random (RFC 3550 §5.1).
    pub(crate) fn new(now: Duration, ssrc: u32, sequence: u16, timestamp: u32) -> Self {
        // One turn of the 32 bits ahead of zero, so that no relayed packet lies before the beginning of time.
        let origin = 1 << 32 | u64::from(timestamp);
        Self {
            sender: Sender::new(ssrc),
            next: sequence,
            opened_at: now,
            origin,
            end: origin,
            shift: None,
            key: None,
        }
    }

    /// The place of `ticks` of sound of ours, at this time.
    pub(crate) fn own(&mut self, now: Duration, ticks: u32) -> Place {
        self.shift = None;
        let (timestamp, marker) = self.begin(now);
        self.end = timestamp + u64::from(ticks);
        Place {
            sequence: self.take(),
            timestamp,
            marker,
        }
    }

    /// The place of a packet of a key of ours that began at `start`, or begins at this time.
    pub(crate) fn own_key(&mut self, now: Duration, start: Option<u64>, ticks: u32) -> Place {
        self.shift = None;
        let timestamp = start.unwrap_or_else(|| self.begin(now).0);
        self.end = self.end.max(timestamp + u64::from(ticks));
        Place {
            sequence: self.take(),
            timestamp,
            marker: start.is_none(),
        }
    }

    /// The place of a relayed packet of `ticks`; none if it comes from before its stream was taken up.
    pub(crate) fn relay(
        &mut self,
        now: Duration,
        from: PortId,
        header: &Header,
        ticks: u32,
    ) -> Option<Place> {
        let key = (from, header.ssrc);
        let going_on = self
            .shift
            .filter(|shift| shift.from == key && shift.continues(now, header));
        let mut shift = going_on.unwrap_or_else(|| self.shift_for(now, key, header));
        let timestamp = shift.unwrap(header.timestamp);
        let sequence = shift.take(header.sequence)?;
        if shift.newest == header.sequence {
            (shift.heard, self.next) = ((timestamp, now), sequence.wrapping_add(1));
        }
        let timestamp = timestamp.wrapping_add(shift.timestamp);
        self.shift = Some(shift);
        self.end = self.end.max(timestamp + u64::from(ticks));
        Some(Place {
            sequence,
            timestamp,
            marker: header.marker || going_on.is_none(),
        })
    }

    /// The place of a packet of a relayed key: in the numbers of its voice, or between them if it has an SSRC of its own.
    ///
    /// All packets of a press keep the timestamp of the first, whatever happens to the voice meanwhile.
    pub(crate) fn relay_key(
        &mut self,
        now: Duration,
        from: PortId,
        header: &Header,
    ) -> Option<Place> {
        let identity = (from, header.ssrc, header.timestamp);
        let known = self
            .key
            .filter(|key| key.from == identity)
            .map(|key| key.timestamp);
        let (sequence, timestamp) =
            match self.shift.filter(|shift| shift.from == (from, header.ssrc)) {
                Some(mut shift) => {
                    let sequence = shift.take(header.sequence)?;
                    if shift.newest == header.sequence {
                        self.next = sequence.wrapping_add(1);
                    }
                    self.shift = Some(shift);
                    (
                        sequence,
                        known.unwrap_or_else(|| {
                            shift.unwrap(header.timestamp).wrapping_add(shift.timestamp)
                        }),
                    )
                }
                None => {
                    // The voice goes on behind the number that is taken here.
                    if let Some(shift) = &mut self.shift {
                        shift.sequence = shift.sequence.wrapping_add(1);
                    }
                    (self.take(), known.unwrap_or_else(|| self.begin(now).0))
                }
            };
        self.key = Some(KeyShift {
            from: identity,
            timestamp,
        });
        Some(Place {
            sequence,
            timestamp,
            marker: header.marker,
        })
    }

    /// A shift that lets this packet follow what was sent.
    fn shift_for(&self, now: Duration, from: (PortId, u32), header: &Header) -> Shift {
        let heard = u64::from(header.timestamp);
        Shift {
            from,
            sequence: self.next.wrapping_sub(header.sequence),
            timestamp: self.begin(now).0.wrapping_sub(heard),
            newest: header.sequence,
            since: 0,
            heard: (heard, now),
        }
    }

    /// Where a spell that begins at this time begins, and whether it follows a pause.
    fn begin(&self, now: Duration) -> (u64, bool) {
        let clock = self.clock(now);
        if clock > self.end + SLACK || self.end == self.origin {
            (clock.max(self.end), true)
        } else {
            (self.end, false)
        }
    }

    fn clock(&self, now: Duration) -> u64 {
        self.origin + samples(now.saturating_sub(self.opened_at))
    }

    fn take(&mut self) -> u16 {
        let sequence = self.next;
        self.next = self.next.wrapping_add(1);
        sequence
    }
}

impl Shift {
    fn unwrap(&self, timestamp: u32) -> u64 {
        let step = timestamp.wrapping_sub(self.heard.0 as u32) as i32;
        self.heard.0.wrapping_add_signed(step.into())
    }

    /// Numbers and timestamps move as time does.
    fn continues(&self, now: Duration, header: &Header) -> bool {
        let moved = self.unwrap(header.timestamp).wrapping_sub(self.heard.0) as i64;
        let passed = samples(now.saturating_sub(self.heard.1)) as i64;
        let leap = header.sequence.wrapping_sub(self.newest) as i16;
        (moved - passed).abs() < JUMP && leap.unsigned_abs() < LEAP
    }

    /// The shifted number; none if it lies before the first, where others were sent.
    fn take(&mut self, number: u16) -> Option<u16> {
        let step = number.wrapping_sub(self.newest) as i16;
        if let Ok(ahead) = u16::try_from(step) {
            (self.newest, self.since) = (number, self.since.saturating_add(ahead));
        } else if step.unsigned_abs() > self.since {
            return None;
        }
        Some(number.wrapping_add(self.sequence))
    }
}

/// A time in samples at 8 kHz.
pub(crate) fn samples(time: Duration) -> u64 {
    let part = u64::from(time.subsec_nanos()) * CLOCK_HZ / 1_000_000_000;
    time.as_secs().saturating_mul(CLOCK_HZ).saturating_add(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEER: PortId = PortId(2);

    fn header(sequence: u16, timestamp: u32) -> Header {
        Header {
            marker: false,
            payload_type: 8,
            sequence,
            timestamp,
            ssrc: 7,
        }
    }

    #[test]
    fn numbers_begin_at_zero_and_late_packets_lie_before_it() {
        let now = Duration::from_secs(1);
        let mut outgoing = Outgoing::new(now, 1, 0, 0);
        let mut sent = |ms, sequence, timestamp: u32| {
            let place = outgoing.relay(
                now + Duration::from_millis(ms),
                PEER,
                &header(sequence, timestamp),
                160,
            )?;
            Some((place.sequence, place.timestamp as u32))
        };
        assert_eq!(sent(0, 100, 1_600), Some((0, 0)));
        assert_eq!(
            sent(1, 99, 1_440),
            None,
            "from before the beginning: its number may have been another's"
        );
        assert_eq!(sent(20, 102, 1_920), Some((2, 320)));
        assert_eq!(sent(21, 101, 1_760), Some((1, 160)));
        // A stream that jumps back in time is taken up anew; what follows never lies before what was sent.
        assert_eq!(sent(40, 103, 1_800u32.wrapping_sub(50_000)), Some((3, 480)));
    }

    #[test]
    fn a_key_far_off_its_voice_harms_nothing() {
        let now = Duration::from_secs(1);
        for timestamp in [
            0,
            1_600_u32.wrapping_add(0x7fff_ffff),
            1_600_u32.wrapping_sub(0x7fff_ffff),
            u32::MAX,
        ] {
            let mut outgoing = Outgoing::new(now, 1, 0, 0);
            outgoing.relay(now, PEER, &header(1, 1_600), 160).unwrap();
            assert!(
                outgoing
                    .relay_key(now, PEER, &header(2, timestamp))
                    .is_some()
            );
            let place = outgoing
                .relay(
                    now + Duration::from_millis(20),
                    PEER,
                    &header(3, 1_760),
                    160,
                )
                .unwrap();
            assert_eq!(
                (place.sequence, place.timestamp as u32),
                (2, 160),
                "{timestamp}"
            );
        }
    }

    #[test]
    fn times_beyond_all_calls_saturate() {
        assert_eq!(samples(Duration::MAX), u64::MAX);
        assert_eq!(samples(Duration::from_micros(20_125)), 161);
    }
}
