//! Keys by RFC 4733: packets in, one press out, and the way back.
//!
//! A press is one (SSRC, timestamp), however many packets tell of it: the end comes three times (§2.5.1.4), numbers may
//! repeat, audio may lie between, the reserved bit may be set, all ends may be lost. A press that lasts longer than the
//! duration field can say goes on under a timestamp of its own (§2.5.1.3) and stays one press. It is told when it ends.

use core::time::Duration;

/// Bytes of an event payload.
pub const EVENT_BYTES: usize = 4;
/// Without a packet for so long a press has ended: phones repeat every 20-50 ms.
const END_LOST_AFTER: Duration = Duration::from_millis(150);
/// Presses that are remembered, so that their late packets are not taken for new ones.
const REMEMBERED: usize = 4;
/// For how long after its last packet: a player of recorded keys repeats SSRC and timestamp with every press.
const REMEMBERED_FOR: Duration = Duration::from_millis(500);
/// How far the next segment of a long press may lie beyond the end of the last, in units of the RTP clock.
const SEGMENT_SLACK: u32 = 1_600;
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

/// What makes a press one press.
type Identity = (u32, u32);

#[derive(Clone, Copy, Debug)]
struct Current {
    identity: Identity,
    key: char,
    /// Segments before this one.
    before: u32,
    duration: u16,
    heard_at: Duration,
}

/// Gathers event packets of one peer into presses.
#[derive(Clone, Debug, Default)]
pub struct Receiver {
    current: Option<Current>,
    told: [Option<(Identity, Duration)>; REMEMBERED],
    next: usize,
}

impl Receiver {
    /// Takes an event packet. Gives up to two presses: one whose end was lost, and one that this packet ends.
    pub fn handle(
        &mut self,
        now: Duration,
        ssrc: u32,
        timestamp: u32,
        event: Event,
    ) -> [Option<Press>; 2] {
        let identity = (ssrc, timestamp);
        let Some(key) = key(event.code) else {
            return [None, None];
        };
        if self.is_told(now, identity) {
            return [None, None];
        }
        let mut overtaken = None;
        match &mut self.current {
            Some(current) if current.identity == identity => {
                current.duration = current.duration.max(event.duration);
                current.heard_at = now;
            }
            Some(current) if current.goes_on(identity, key) => {
                let old = current.identity;
                current.before = current.before.saturating_add(u32::from(current.duration));
                (current.identity, current.duration, current.heard_at) =
                    (identity, event.duration, now);
                self.remember(old, now);
            }
            _ => {
                overtaken = self.finish();
                self.current = Some(Current {
                    identity,
                    key,
                    before: 0,
                    duration: event.duration,
                    heard_at: now,
                });
            }
        }
        [overtaken, if event.end { self.finish() } else { None }]
    }

    /// When [`Receiver::handle_timeout`] is due: while a key is down.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Duration> {
        self.current
            .map(|current| current.heard_at.saturating_add(END_LOST_AFTER))
    }

    /// Ends a press whose end packets were all lost.
    pub fn handle_timeout(&mut self, now: Duration) -> Option<Press> {
        self.poll_timeout()
            .filter(|due| *due <= now)
            .and_then(|_| self.finish())
    }

    fn finish(&mut self) -> Option<Press> {
        let current = self.current.take()?;
        self.remember(current.identity, current.heard_at);
        Some(Press {
            key: current.key,
            duration: current.before.saturating_add(u32::from(current.duration)),
        })
    }

    /// A packet of a press that was told already; keeps it in mind.
    fn is_told(&mut self, now: Duration, identity: Identity) -> bool {
        let told = self
            .told
            .iter_mut()
            .flatten()
            .find(|(it, _)| *it == identity);
        told.is_some_and(|(_, heard_at)| {
            let late = now.saturating_sub(*heard_at) <= REMEMBERED_FOR;
            *heard_at = if late { now } else { *heard_at };
            late
        })
    }

    fn remember(&mut self, identity: Identity, heard_at: Duration) {
        // One entry a press: a repeated identity takes the place of its former one.
        let known = self
            .told
            .iter_mut()
            .flatten()
            .find(|(it, _)| *it == identity);
        if let Some((_, at)) = known {
            *at = heard_at;
            return;
        }
        if let Some(slot) = self.told.get_mut(self.next) {
            *slot = Some((identity, heard_at));
        }
        self.next = self
            .next
            .saturating_add(1)
            .checked_rem(REMEMBERED)
            .unwrap_or(0);
    }
}

impl Current {
    /// §2.5.1.3: the next segment of a long press begins where the full duration field left off.
    fn goes_on(&self, (ssrc, timestamp): Identity, key: char) -> bool {
        let since = timestamp.wrapping_sub(self.identity.1);
        let end = u32::from(self.duration);
        ssrc == self.identity.0
            && key == self.key
            && end.saturating_add(SEGMENT_SLACK) >= u32::from(u16::MAX)
            && (end..=end.saturating_add(SEGMENT_SLACK)).contains(&since)
    }
}

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

/// §2.5.1.4: the end goes out three times.
const ENDS: u8 = 3;
/// -10 dBm0, as phones send.
const VOLUME: u8 = 10;

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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    /// Feeds (time in ms, SSRC, timestamp, payload); ends with a time-out. Gives keys with durations.
    fn presses(packets: &[(u64, u32, u32, [u8; 4])]) -> Vec<(char, u32)> {
        let mut receiver = Receiver::default();
        let mut told = Vec::new();
        for (at, ssrc, timestamp, payload) in packets {
            told.extend(receiver.handle_timeout(ms(*at)));
            let event = Event::parse(payload).unwrap();
            told.extend(
                receiver
                    .handle(ms(*at), *ssrc, *timestamp, event)
                    .into_iter()
                    .flatten(),
            );
        }
        let last = packets.last().map_or(0, |packet| packet.0);
        told.extend(receiver.handle_timeout(ms(last + 150)));
        told.into_iter()
            .map(|press| (press.key, press.duration))
            .collect()
    }

    /// A press as payloads: updates every 160 units up to `length`, then three ends.
    fn press(
        at: u64,
        ssrc: u32,
        timestamp: u32,
        code: u8,
        length: u16,
    ) -> Vec<(u64, u32, u32, [u8; 4])> {
        let updates = (1..=length / 160).map(|n| {
            (
                n,
                Event {
                    code,
                    end: false,
                    volume: 10,
                    duration: n * 160,
                },
            )
        });
        let ends = (0..3).map(|n| {
            (
                length / 160 + n,
                Event {
                    code,
                    end: true,
                    volume: 10,
                    duration: length,
                },
            )
        });
        updates
            .chain(ends)
            .map(|(n, event)| (at + 20 * u64::from(n), ssrc, timestamp, event.to_bytes()))
            .collect()
    }

    #[test]
    fn the_end_comes_thrice_and_the_press_is_one() {
        assert_eq!(presses(&press(0, 1, 1_000, 5, 800)), [('5', 800)]);
    }

    #[test]
    fn all_sixteen_keys() {
        let keys: String = (0..16).filter_map(key).collect();
        assert_eq!(keys, "0123456789*#ABCD");
        assert!((0..16).all(|it| key(it).and_then(code) == Some(it)));
        assert_eq!((key(16), code('x'), code('d')), (None, None, Some(15)));
        assert_eq!(presses(&press(0, 1, 1_000, 16, 800)), [], "flash is no key");
    }

    #[test]
    fn ends_may_be_lost_all_of_them() {
        let mut packets = press(0, 1, 1_000, 9, 800);
        packets.truncate(packets.len() - 3);
        assert_eq!(presses(&packets), [('9', 800)]);
        packets.extend(press(120, 1, 3_000, 9, 800));
        assert_eq!(
            presses(&packets),
            [('9', 800), ('9', 800)],
            "the next press ends it as well"
        );
    }

    #[test]
    fn one_end_packet_is_enough() {
        assert_eq!(presses(&press(0, 1, 1_000, 3, 800)[6..7]), [('3', 800)]);
    }

    #[test]
    fn a_late_update_after_the_end_is_no_new_press() {
        let mut packets = press(0, 1, 1_000, 3, 800);
        let late = packets[2].3;
        packets.push((180, 1, 1_000, late));
        packets.extend(press(300, 1, 5_000, 4, 480));
        packets.push((500, 1, 1_000, late));
        assert_eq!(presses(&packets), [('3', 800), ('4', 480)]);
    }

    #[test]
    fn the_reserved_bit_and_longer_payloads_are_harmless() {
        let event = Event::parse(&[7, 0xc0 | 10, 0x03, 0x20, 99, 99]);
        assert_eq!(
            event,
            Some(Event {
                code: 7,
                end: true,
                volume: 10,
                duration: 800
            })
        );
        assert_eq!(Event::parse(&[7, 0, 0]), None);
    }

    #[test]
    fn the_same_timestamp_of_another_source_is_another_press() {
        let packets = [
            press(0, 0x0102_0304, 1_000, 1, 800),
            press(400, 2, 1_000, 1, 800),
        ]
        .concat();
        assert_eq!(presses(&packets), [('1', 800), ('1', 800)]);
    }

    #[test]
    fn the_same_key_twice_is_two_presses() {
        let packets = [press(0, 1, 1_000, 1, 800), press(240, 1, 2_920, 1, 800)].concat();
        assert_eq!(presses(&packets), [('1', 800), ('1', 800)]);
    }

    #[test]
    fn a_recorded_key_played_again_is_another_press() {
        let packets = [
            press(0, 1, 1_000, 1, 800),
            press(1_000, 1, 1_000, 1, 800),
            press(2_000, 1, 1_000, 1, 800),
        ]
        .concat();
        assert_eq!(presses(&packets), [('1', 800), ('1', 800), ('1', 800)]);
    }

    #[test]
    fn a_press_beyond_the_duration_field_is_one() {
        // 12 s: §2.5.1.3, the second segment has a timestamp of its own.
        let update = |n: u32| {
            let (timestamp, duration) = if n <= 409 {
                (1_000, n * 160)
            } else {
                (1_000 + 409 * 160, (n - 409) * 160)
            };
            let event = Event {
                code: 11,
                end: n == 600,
                volume: 10,
                duration: duration as u16,
            };
            (u64::from(n) * 20, 1, timestamp, event.to_bytes())
        };
        assert_eq!(
            presses(&(1..=600).map(update).collect::<Vec<_>>()),
            [('#', 96_000)]
        );
    }

    #[test]
    fn what_we_send_is_one_press_with_three_ends() {
        let mut sending = Sending::new('#', 800, 160).unwrap();
        let packets: Vec<Outgoing> = std::iter::from_fn(|| sending.next_packet()).collect();
        assert_eq!(packets.iter().filter(|packet| packet.event.end).count(), 3);
        assert_eq!(
            packets
                .iter()
                .map(|packet| packet.first)
                .collect::<Vec<_>>(),
            [true, false, false, false, false, false, false]
        );
        let on_the_wire: Vec<_> = packets
            .iter()
            .zip(0..)
            .map(|(packet, n)| (20 * n, 1, 5, packet.event.to_bytes()))
            .collect();
        assert_eq!(presses(&on_the_wire), [('#', 800)]);
        assert!(Sending::new('x', 800, 160).is_none());
    }

    proptest! {
        #[test]
        fn no_bytes_harm(bytes in prop::collection::vec(any::<u8>(), 0..10)) {
            if let Some(event) = Event::parse(&bytes) {
                prop_assert_eq!(Event::parse(&event.to_bytes()), Some(event));
            }
        }

        /// However packets are lost and doubled, each press is told once if any of it came.
        #[test]
        fn loss_and_repetition_change_no_count(fates in prop::collection::vec(0_usize..3, 5 * 8)) {
            let all: Vec<Vec<_>> = (0..5_u8).map(|n| press(300 * u64::from(n), 1, 2_400 * u32::from(n), n, 800)).collect();
            let mut packets = Vec::new();
            let mut expected = String::new();
            for (key, (packet, fates)) in ('0'..).zip(all.iter().zip(fates.chunks(8))) {
                let came: Vec<_> = packet.iter().zip(fates).flat_map(|(packet, copies)| vec![*packet; *copies]).collect();
                if !came.is_empty() {
                    expected.push(key);
                }
                packets.extend(came);
            }
            prop_assert_eq!(presses(&packets).iter().map(|(key, _)| *key).collect::<String>(), expected);
        }
    }
}
