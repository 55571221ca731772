//! What an RTP session knows of its sources: reception of theirs, sending of ours (RFC 3550 §6.4, A.3, A.8).
//!
//! A peer may come with new sources at will; at most [`SOURCES_MAX`] are remembered (S17), the longest unheard gives way.
//! Which of them is listened to is not decided here.

use core::time::Duration;

use crate::rtcp::{ReportBlock, SenderInfo};
use crate::sequence::{Place, Sequence};

/// Sources that are remembered for one leg (S17).
pub const SOURCES_MAX: usize = 4;
/// Seconds from the NTP epoch (1900) to the Unix epoch.
const NTP_OFFSET_S: u64 = 2_208_988_800;

/// What is known of one source that we hear.
#[derive(Clone, Copy, Debug)]
pub struct Reception {
    ssrc: u32,
    clock_rate_hz: u32,
    sequence: Sequence,
    heard_at: Duration,
    /// Arrival less timestamp of the last packet, on the RTP clock, modulo 2^32.
    transit: Option<u32>,
    /// Jitter in 1/16 units of the RTP clock.
    jitter: u32,
    expected_before: u64,
    received_before: u64,
    sender_report: Option<(u32, Duration)>,
}

impl Reception {
    fn new(now: Duration, ssrc: u32, sequence: u16, clock_rate_hz: u32) -> Self {
        Self {
            ssrc,
            clock_rate_hz,
            sequence: Sequence::new(sequence),
            heard_at: now,
            transit: None,
            jitter: 0,
            expected_before: 0,
            received_before: 0,
            sender_report: None,
        }
    }

    /// Takes a packet and tells its place.
    pub fn handle(&mut self, now: Duration, sequence: u16, timestamp: u32) -> Place {
        self.heard_at = now;
        let place = self.sequence.handle(sequence);
        match place {
            Place::Ahead(_) => self.measure(now, timestamp),
            Place::Restarted(_) => {
                (self.transit, self.expected_before, self.received_before) = (None, 0, 0)
            }
            Place::Late(_) | Place::Suspect => {}
        }
        place
    }

    /// Takes a packet whose timestamp does not tell when it was made, such as a key (RFC 4733 §2.2.1).
    pub fn handle_untimed(&mut self, now: Duration, sequence: u16) -> Place {
        self.heard_at = now;
        self.sequence.handle(sequence)
    }

    /// RFC 3550 A.8.
    fn measure(&mut self, now: Duration, timestamp: u32) {
        let transit = ticks(now, self.clock_rate_hz).wrapping_sub(timestamp);
        if let Some(last) = self.transit.replace(transit) {
            let distance = transit.wrapping_sub(last);
            let distance = distance.min(distance.wrapping_neg());
            // More than a second apart is a new talkspurt of a careless sender, not jitter.
            if distance < self.clock_rate_hz {
                let sixteenth = self.jitter.saturating_add(8) >> 4;
                self.jitter = self
                    .jitter
                    .saturating_add(distance)
                    .saturating_sub(sixteenth);
            }
        }
    }

    /// Remembers the time of a sender report of this source (for round-trip times on its side).
    pub fn handle_sender_report(&mut self, now: Duration, info: &SenderInfo) {
        let [_, _, a, b, c, d, _, _] = info.ntp.to_be_bytes();
        self.sender_report = Some((u32::from_be_bytes([a, b, c, d]), now));
    }

    /// The report block of RFC 3550 A.3; the fraction counts from the last call.
    pub fn report(&mut self, now: Duration) -> ReportBlock {
        let (expected, received) = (self.sequence.expected(), self.sequence.received());
        let expected_since = expected.saturating_sub(self.expected_before);
        let received_since = received.saturating_sub(self.received_before);
        (self.expected_before, self.received_before) = (expected, received);
        let lost = expected_since.saturating_sub(received_since);
        let fraction = lost
            .saturating_mul(256)
            .checked_div(expected_since)
            .unwrap_or(0);
        let (last_sender_report, delay) = self.sender_report.map_or((0, 0), |(time, at)| {
            (time, ticks(now.saturating_sub(at), 65_536))
        });
        ReportBlock {
            ssrc: self.ssrc,
            fraction_lost: u8::try_from(fraction).unwrap_or(u8::MAX),
            cumulative_lost: i32::try_from(self.sequence.lost()).unwrap_or(i32::MAX),
            highest_sequence: low_bits(self.sequence.highest()),
            jitter: self.jitter >> 4,
            last_sender_report,
            delay,
        }
    }

    /// The source.
    #[must_use]
    pub fn ssrc(&self) -> u32 {
        self.ssrc
    }

    /// When its last packet came.
    #[must_use]
    pub fn heard_at(&self) -> Duration {
        self.heard_at
    }

    /// Packets that never came; repetitions do not make up for them below zero.
    #[must_use]
    pub fn lost(&self) -> u64 {
        u64::try_from(self.sequence.lost()).unwrap_or(0)
    }

    /// Interarrival jitter in ms.
    #[must_use]
    pub fn jitter_ms(&self) -> u32 {
        let ms = u64::from(self.jitter >> 4)
            .saturating_mul(1_000)
            .checked_div(u64::from(self.clock_rate_hz));
        ms.and_then(|ms| u32::try_from(ms).ok()).unwrap_or(0)
    }
}

/// The sources of one leg.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    table: [Option<Reception>; SOURCES_MAX],
    /// Loss of sources that gave way.
    lost_before: u64,
}

impl Sources {
    /// The source of a packet, known or not; `keep` never gives way to a newcomer.
    pub fn get(
        &mut self,
        now: Duration,
        ssrc: u32,
        sequence: u16,
        clock_rate_hz: u32,
        keep: Option<u32>,
    ) -> &mut Reception {
        let at = self.position(ssrc, keep);
        // The first slot stands in for none: the table is never empty.
        let [first, rest @ ..] = &mut self.table;
        let slot = at
            .checked_sub(1)
            .and_then(|at| rest.get_mut(at))
            .unwrap_or(first);
        match slot {
            Some(known) if known.ssrc == ssrc => {}
            Some(old) => {
                self.lost_before = self.lost_before.saturating_add(old.lost());
                *slot = None;
            }
            None => {}
        }
        slot.get_or_insert_with(|| Reception::new(now, ssrc, sequence, clock_rate_hz))
    }

    /// The slot of a source: its own, else a free one, else that of the longest unheard.
    fn position(&self, ssrc: u32, keep: Option<u32>) -> usize {
        let own = self
            .table
            .iter()
            .position(|it| it.is_some_and(|it| it.ssrc == ssrc));
        let oldest = || {
            let all = self
                .table
                .iter()
                .enumerate()
                .filter(|(_, it)| it.is_none_or(|it| Some(it.ssrc) != keep));
            all.min_by_key(|(_, it)| it.map(|it| it.heard_at))
                .map_or(0, |(at, _)| at)
        };
        own.unwrap_or_else(oldest)
    }

    /// A source that is known.
    pub fn find(&mut self, ssrc: u32) -> Option<&mut Reception> {
        self.table.iter_mut().flatten().find(|it| it.ssrc == ssrc)
    }

    /// Loss over all sources.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.table
            .iter()
            .flatten()
            .fold(self.lost_before, |sum, it| sum.saturating_add(it.lost()))
    }
}

/// Our own source on one leg: one SSRC, counted for sender reports.
#[derive(Clone, Copy, Debug)]
pub struct Sender {
    /// Our source.
    pub ssrc: u32,
    packets: u64,
    octets: u64,
    /// Timestamp of the last packet and when it went out.
    last: Option<(u32, Duration)>,
    reported: u64,
}

impl Sender {
    /// Nothing sent yet.
    #[must_use]
    pub fn new(ssrc: u32) -> Self {
        Self {
            ssrc,
            packets: 0,
            octets: 0,
            last: None,
            reported: 0,
        }
    }

    /// Counts a packet.
    pub fn handle_sent(&mut self, now: Duration, timestamp: u32, octets: usize) {
        self.packets = self.packets.saturating_add(1);
        self.octets = self
            .octets
            .saturating_add(u64::try_from(octets).unwrap_or(0));
        self.last = Some((timestamp, now));
    }

    /// What a sender report says; none if nothing went out since the last one (RFC 3550 §6.4).
    pub fn report(&mut self, now: Duration, clock_rate_hz: u32) -> Option<SenderInfo> {
        let (timestamp, at) = self.last?;
        if self.reported == self.packets {
            return None;
        }
        self.reported = self.packets;
        Some(SenderInfo {
            ntp: ntp(now),
            rtp_timestamp: timestamp.wrapping_add(ticks(now.saturating_sub(at), clock_rate_hz)),
            packets: low_bits(self.packets),
            octets: low_bits(self.octets),
        })
    }

    /// Packets sent.
    #[must_use]
    pub fn packets(&self) -> u64 {
        self.packets
    }

    /// Payload octets sent.
    #[must_use]
    pub fn octets(&self) -> u64 {
        self.octets
    }
}

/// A time in units of a clock, modulo 2^32.
fn ticks(time: Duration, rate_hz: u32) -> u32 {
    let rate = u64::from(rate_hz);
    let part = u64::from(time.subsec_nanos())
        .saturating_mul(rate)
        .checked_div(1_000_000_000)
        .unwrap_or(0);
    low_bits(time.as_secs().wrapping_mul(rate).wrapping_add(part))
}

/// RFC 3550 §4: seconds since 1900 and their fraction, 32 bits each.
fn ntp(now: Duration) -> u64 {
    let fraction = (u64::from(now.subsec_nanos()) << 32)
        .checked_div(1_000_000_000)
        .unwrap_or(0);
    now.as_secs().wrapping_add(NTP_OFFSET_S) << 32 | fraction
}

fn low_bits(value: u64) -> u32 {
    let [_, _, _, _, a, b, c, d] = value.to_be_bytes();
    u32::from_be_bytes([a, b, c, d])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(1_700_000_000_000 + ms)
    }

    /// Packets 1.. of 20 ms; `late_ms(n)` tells how late, or none for lost.
    fn heard(packets: u16, late_ms: impl Fn(u16) -> Option<u64>) -> Reception {
        let mut sources = Sources::default();
        for n in 1..=packets {
            let Some(late) = late_ms(n) else { continue };
            let at = ms(20 * u64::from(n) + late);
            sources
                .get(at, 7, n, 8_000, None)
                .handle(at, n, 160 * u32::from(n));
        }
        *sources.find(7).unwrap()
    }

    #[test]
    fn loss_since_the_last_report_and_in_all() {
        let mut reception = heard(100, |n| (n % 10 != 5).then_some(0));
        let block = reception.report(ms(2_000));
        assert_eq!(
            (
                block.fraction_lost,
                block.cumulative_lost,
                block.highest_sequence
            ),
            (25, 10, 0x1_0000 + 100)
        );
        let again = reception.report(ms(7_000));
        assert_eq!((again.fraction_lost, again.cumulative_lost), (0, 10));
    }

    #[test]
    fn jitter_is_zero_for_an_even_stream_and_converges_for_an_uneven_one() {
        assert_eq!(heard(200, |_| Some(3)).report(ms(9_000)).jitter, 0);
        // Every other packet 10 ms late: each distance is 80 units, and so converges the mean.
        let mut uneven = heard(400, |n| Some(if n % 2 == 0 { 10 } else { 0 }));
        let jitter = uneven.report(ms(9_000)).jitter;
        assert!((70..=80).contains(&jitter), "{jitter}");
        assert!((8..=10).contains(&uneven.jitter_ms()));
    }

    #[test]
    fn sender_reports_are_echoed_with_their_age() {
        let mut reception = heard(10, |_| Some(0));
        reception.handle_sender_report(
            ms(1_000),
            &SenderInfo {
                ntp: 0x1111_2222_3333_4444,
                ..SenderInfo::default()
            },
        );
        let block = reception.report(ms(1_500));
        assert_eq!(
            (block.last_sender_report, block.delay),
            (0x2222_3333, 32_768)
        );
    }

    #[test]
    fn s17_at_most_four_sources_and_the_voice_stays() {
        let mut sources = Sources::default();
        sources.get(ms(0), 1, 10, 8_000, None).handle(ms(0), 10, 0);
        sources
            .get(ms(1), 1, 13, 8_000, None)
            .handle(ms(1), 13, 480);
        for stranger in 100..1_100 {
            let at = ms(u64::from(stranger));
            sources
                .get(at, stranger, 1, 8_000, Some(1))
                .handle(at, 1, 0);
        }
        assert_eq!(sources.table.iter().flatten().count(), SOURCES_MAX);
        assert_eq!(sources.find(1).map(|voice| voice.lost()), Some(2));
        assert_eq!(sources.lost(), 2);
        assert!(sources.find(500).is_none() && sources.find(1_099).is_some());
    }

    #[test]
    fn loss_of_forgotten_sources_still_counts() {
        let mut sources = Sources::default();
        for ssrc in 0..6 {
            let at = ms(u64::from(ssrc));
            for sequence in [1, 4] {
                sources
                    .get(at, ssrc, sequence, 8_000, None)
                    .handle(at, sequence, 0);
            }
        }
        assert_eq!(sources.lost(), 12);
    }

    #[test]
    fn sender_report_is_given_once_for_what_was_sent() {
        let mut sender = Sender::new(9);
        assert_eq!(sender.report(ms(0), 8_000), None);
        sender.handle_sent(ms(0), 1_000, 160);
        sender.handle_sent(ms(20), 1_160, 160);
        let info = sender.report(ms(520), 8_000).unwrap();
        assert_eq!(
            (info.rtp_timestamp, info.packets, info.octets),
            (1_160 + 4_000, 2, 320)
        );
        assert_eq!(info.ntp >> 32, 1_700_000_000 + NTP_OFFSET_S);
        assert_eq!(info.ntp as u32, (0.52 * 4_294_967_296.0) as u32);
        assert_eq!(
            sender.report(ms(5_000), 8_000),
            None,
            "silent since: a receiver report will do"
        );
    }
}
