//! Keys as phones really send them, and keys that we send.

use media::{Command, DigitWay, News};
use rtp::telephone_event::Event;

use crate::lab::{Lab, Phone, level};

fn called() -> (Lab, Phone) {
    let (mut lab, phone) = (Lab::new(), Phone::new(1, "PCMA", 440));
    lab.open(&phone);
    (lab, phone)
}

fn digits(lab: &Lab) -> String {
    let digit = |news: &News| {
        if let News::Digit { digit, .. } = news {
            Some(*digit)
        } else {
            None
        }
    };
    lab.news.iter().filter_map(digit).collect()
}

#[test]
fn a_press_is_told_once_when_it_ends() {
    let (mut lab, mut phone) = called();
    phone.talk(&mut lab);
    for code in [1, 2, 10, 11] {
        phone.press(&mut lab, code);
    }
    assert_eq!(digits(&lab), "12*#");
    assert!(lab.news.contains(&News::Digit {
        port: phone.port,
        digit: '1',
        duration_ms: 100,
        way: DigitWay::Event,
    }));
}

#[test]
fn voice_between_the_packets_of_a_key() {
    // One SSRC, odd and even numbers by turns.
    let (mut lab, mut phone) = called();
    let timestamp = phone.timestamp;
    for n in 1..=12_u16 {
        let [high, low] = (n * 160).to_be_bytes();
        phone.key(
            &mut lab,
            timestamp,
            [7, if n >= 10 { 0x80 } else { 0 } | 10, high, low],
        );
        lab.talk(&mut [&mut phone], 20);
    }
    assert_eq!(digits(&lab), "7");
    let statistics = lab.close(&phone);
    assert_eq!((statistics.packets_received, statistics.lost), (24, 0));
}

#[test]
fn another_ssrc_the_reserved_bit_and_filler_of_another_type() {
    let (mut lab, mut phone) = called();
    phone.stream.telephone_event = Some(96);
    lab.negotiate(&phone);
    lab.talk(&mut [&mut phone], 100);
    for n in 0..20 {
        let filler = phone.packet(97, 0x0102_0304, n, 160 * u32::from(n), &[0xd5; 160]);
        lab.arrive(phone.port, phone.from, &filler);
        lab.talk(&mut [&mut phone], 20);
    }
    for (code, start) in [(3_u8, 10_000), (4, 14_000)] {
        for n in 1..=20_u16 {
            let [high, low] = (n * 160).to_be_bytes();
            let flags = if n == 20 { 0xc0 } else { 0x40 };
            let packet = phone.packet(
                96,
                0x0102_0304,
                100 + n,
                start,
                &[code, flags | 10, high, low],
            );
            lab.arrive(phone.port, phone.from, &packet);
            lab.talk(&mut [&mut phone], 20);
        }
    }
    assert_eq!(digits(&lab), "34");
    assert_eq!(lab.close(&phone).refused.payload_type, 20);
}

#[test]
fn end_packets_with_equal_numbers() {
    let (mut lab, mut phone) = called();
    for (code, start) in [(8_u8, 1_000), (8, 5_000)] {
        for (duration, end, sequence) in [
            (160_u16, 0, 1),
            (320, 0, 2),
            (480, 0x80, 3),
            (480, 0x80, 3),
            (480, 0x80, 3),
        ] {
            let [high, low] = duration.to_be_bytes();
            let packet = phone.packet(101, 0xabcd, sequence, start, &[code, end, high, low]);
            lab.arrive(phone.port, phone.from, &packet);
            lab.talk(&mut [&mut phone], 20);
        }
    }
    assert_eq!(digits(&lab), "88");
}

#[test]
fn a_key_whose_ends_are_all_lost_is_told_soon() {
    let (mut lab, mut phone) = called();
    let timestamp = phone.timestamp;
    for n in 1..=5_u16 {
        let [high, low] = (n * 160).to_be_bytes();
        phone.key(&mut lab, timestamp, [0, 10, high, low]);
        lab.wait(20);
    }
    assert_eq!(digits(&lab), "");
    lab.wait(180);
    assert_eq!(digits(&lab), "0");
    assert!(lab.news.contains(&News::Digit {
        port: phone.port,
        digit: '0',
        duration_ms: 100,
        way: DigitWay::Event,
    }));
    lab.wait(2_000);
    assert_eq!(digits(&lab), "0");
}

#[test]
fn queued_digits_of_240_ms_are_counted_one_by_one() {
    let (mut lab, mut phone) = called();
    for code in [4, 4, 4, 2] {
        phone.press(&mut lab, code);
        lab.talk(&mut [&mut phone], 100);
    }
    assert_eq!(digits(&lab), "4442");
}

#[test]
fn keys_with_a_number_that_was_not_negotiated_are_no_keys() {
    let (mut lab, mut phone) = called();
    phone.stream.telephone_event = None;
    lab.negotiate(&phone);
    phone.stream.telephone_event = Some(101);
    phone.press(&mut lab, 5);
    lab.wait(500);
    assert_eq!(digits(&lab), "");
}

#[test]
fn digits_that_we_send_are_presses_by_the_book() {
    let (mut lab, phone) = called();
    lab.play(&phone, 1, "tone/440", true);
    lab.wait(100);
    lab.command(Command::SendDigits {
        port: phone.port,
        digits: "1x#".into(),
    });
    lab.wait(1_000);
    let packets = lab.rtp_to(&phone);
    let keys: Vec<_> = packets
        .iter()
        .filter(|it| it.1.payload_type == 101)
        .collect();
    assert_eq!(
        keys.len(),
        14,
        "two keys of five updates, the end thrice in all"
    );
    for (key, code) in keys.chunks(7).zip([1, 11]) {
        assert!(key.iter().all(|it| it.1.timestamp == key[0].1.timestamp));
        assert_eq!(
            key.iter().map(|it| it.1.marker).collect::<Vec<_>>(),
            [true, false, false, false, false, false, false]
        );
        let events: Vec<Event> = key.iter().filter_map(|it| Event::parse(&it.2)).collect();
        assert!(events.iter().all(|event| event.code == code));
        assert_eq!(
            events
                .iter()
                .map(|event| event.duration)
                .collect::<Vec<_>>(),
            [160, 320, 480, 640, 800, 800, 800]
        );
        assert_eq!(events.iter().filter(|event| event.end).count(), 3);
    }
    lab.assert_one_stream(&phone);
    assert_eq!(
        packets.last().unwrap().1.payload_type,
        8,
        "the music goes on"
    );
    // Our own receiver understands it.
    let mut other = Phone::new(2, "PCMA", 440);
    lab.open(&other);
    other.stream.payload_type = 8;
    for (_, header, payload) in packets {
        let packet = other.packet(
            header.payload_type,
            header.ssrc,
            header.sequence,
            header.timestamp,
            &payload,
        );
        lab.arrive(other.port, other.from, &packet);
        lab.wait(20);
    }
    assert_eq!(digits(&lab), "1#");
}

#[test]
fn a11_a_phone_without_telephone_event_hears_the_keys() {
    for codec in ["PCMA", "PCMU"] {
        let (mut lab, mut phone) = (Lab::new(), Phone::new(1, codec, 440));
        phone.stream.telephone_event = None;
        lab.open(&phone);
        lab.play(&phone, 1, "tone/440", true);
        lab.wait(100);
        lab.command(Command::SendDigits {
            port: phone.port,
            digits: "1x#22d".into(),
        });
        lab.wait(2_000);
        let voice = lab.voice_to(&phone, 0, 10_000);
        let mut receiver = audio::dtmf::Receiver::new();
        let mut heard = Vec::new();
        receiver.handle(&voice, |press| heard.push(press));
        let keys: String = heard.iter().map(|press| press.key).collect();
        assert_eq!(keys, "1#22D");
        assert!(heard.iter().all(|it| it.duration_ms.abs_diff(100) <= 5));
        let packets = lab.rtp_to(&phone);
        assert_eq!(packets.len(), 106, "a packet each 20 ms, without a pause");
        lab.assert_one_stream(&phone);
        assert!(level(&lab.voice_to(&phone, 1_100, 2_100), 440) > 0.99);
    }
}

#[test]
fn a_phone_that_loses_telephone_event_amid_a_key_hears_the_next() {
    let (mut lab, mut phone) = called();
    lab.command(Command::SendDigits {
        port: phone.port,
        digits: "12".into(),
    });
    lab.wait(60);
    phone.stream.telephone_event = None;
    lab.negotiate(&phone);
    lab.wait(80);
    phone.stream.telephone_event = Some(101);
    lab.negotiate(&phone);
    lab.wait(500);
    lab.play(&phone, 1, "tone/440", false);
    lab.wait(100);
    assert!(level(&lab.voice_to(&phone, 640, 900), 440) > 0.99);
    lab.assert_one_stream(&phone);
}
