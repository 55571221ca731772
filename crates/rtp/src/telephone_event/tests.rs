//! Each habit of a phone is a test; those of the field reference are named as there.

use core::time::Duration;

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
