//! Keys in the voice: one event a press, whatever the network does to its packets (A11).

use audio::dtmf::KeyTone;
use media::{Command, DigitWay, News};

use crate::lab::{Lab, Phone, whole};

/// A phone without telephone-event, listened to.
fn listening(codec: &str) -> (Lab, Phone) {
    let (mut lab, mut phone) = (Lab::new(), Phone::new(1, codec, 440));
    phone.stream.telephone_event = None;
    lab.open(&phone);
    listen(&mut lab, &phone, true);
    (lab, phone)
}

fn listen(lab: &mut Lab, phone: &Phone, on: bool) {
    lab.command(Command::ListenTones {
        port: phone.port,
        on,
    });
}

/// The packets of a key that sounds for `ticks` of 20 ms, then of as much silence.
fn packets(phone: &mut Phone, key: char, ticks: usize) -> Vec<Vec<u8>> {
    let mut tone = KeyTone::new(key).unwrap();
    (0..2 * ticks)
        .map(|tick| {
            let mut frame = [0; 160];
            if tick < ticks {
                tone.fill(&mut frame);
            }
            voice(phone, &frame)
        })
        .collect()
}

fn voice(phone: &mut Phone, samples: &[i16]) -> Vec<u8> {
    let mut payload = vec![0; samples.len()];
    (phone.stream.codec.encode)(samples, &mut payload);
    let packet = phone.packet(
        phone.stream.payload_type,
        phone.ssrc,
        phone.sequence,
        phone.timestamp,
        &payload,
    );
    phone.sequence = phone.sequence.wrapping_add(1);
    phone.timestamp = phone.timestamp.wrapping_add(samples.len() as u32);
    packet
}

fn arrive(lab: &mut Lab, phone: &Phone, packets: &[Vec<u8>]) {
    for packet in packets {
        lab.arrive(phone.port, phone.from, packet);
        lab.wait(20);
    }
}

fn sounds(lab: &mut Lab, phone: &mut Phone, key: char) {
    let packets = packets(phone, key, 5);
    arrive(lab, phone, &packets);
}

/// Keys and their ways.
fn heard(lab: &Lab) -> Vec<(char, DigitWay)> {
    let digit = |news: &News| {
        if let News::Digit { digit, way, .. } = news {
            Some((*digit, *way))
        } else {
            None
        }
    };
    lab.news.iter().filter_map(digit).collect()
}

#[test]
fn a11_every_key_in_the_voice_is_told_once() {
    for codec in ["PCMA", "PCMU"] {
        let (mut lab, mut phone) = listening(codec);
        phone.talk(&mut lab);
        for key in "0123456789*#ABCD".chars() {
            sounds(&mut lab, &mut phone, key);
        }
        let keys: String = heard(&lab).iter().map(|(key, _)| *key).collect();
        assert_eq!(keys, "0123456789*#ABCD");
        assert!(heard(&lab).iter().all(|it| it.1 == DigitWay::Tones));
        let News::Digit { duration_ms, .. } = lab.news.last().unwrap() else {
            panic!("{:?}", lab.news.last())
        };
        assert!(duration_ms.abs_diff(100) <= 5, "{duration_ms} ms");
    }
}

#[test]
fn nobody_listens_unless_told() {
    let (mut lab, mut phone) = listening("PCMA");
    listen(&mut lab, &phone, false);
    sounds(&mut lab, &mut phone, '1');
    assert_eq!(heard(&lab), []);
    listen(&mut lab, &phone, true);
    sounds(&mut lab, &mut phone, '2');
    listen(&mut lab, &phone, true);
    assert_eq!(heard(&lab), [('2', DigitWay::Tones)]);
}

#[test]
fn a11_who_sends_events_is_heard_by_them_alone() {
    let (mut lab, mut phone) = (Lab::new(), Phone::new(1, "PCMA", 440));
    lab.open(&phone);
    listen(&mut lab, &phone, true);
    sounds(&mut lab, &mut phone, '4');
    assert_eq!(
        heard(&lab),
        [('4', DigitWay::Tones)],
        "telephone-event was agreed on and is not used"
    );
    // A carrier that sends both: the tone goes on between the packets of the event.
    let tone = packets(&mut phone, '7', 12);
    let timestamp = phone.timestamp;
    for (n, packet) in (1_u16..).zip(&tone) {
        lab.arrive(phone.port, phone.from, packet);
        let [high, low] = (n.min(10) * 160).to_be_bytes();
        let end = if n >= 10 { 0x80 } else { 0 };
        if n <= 12 {
            let event = phone.packet(101, 0xe7e7, n, timestamp, &[7, end | 10, high, low]);
            lab.arrive(phone.port, phone.from, &event);
        }
        lab.wait(20);
    }
    assert_eq!(heard(&lab)[1..], [('7', DigitWay::Event)]);
    listen(&mut lab, &phone, true);
    sounds(&mut lab, &mut phone, '8');
    assert_eq!(heard(&lab).len(), 2, "for the life of the port");
}

#[test]
fn lost_late_and_doubled_packets_make_no_second_press() {
    let (mut lab, mut phone) = listening("PCMA");
    phone.talk(&mut lab);
    let mut sent = packets(&mut phone, '6', 10);
    let doubled = sent[2].clone();
    sent.insert(3, doubled);
    sent.swap(6, 7);
    arrive(&mut lab, &phone, &sent);
    assert_eq!(heard(&lab), [('6', DigitWay::Tones)], "late and doubled");
    // Two packets lost between two presses are a pause, though the tones would join.
    for _ in 0..2 {
        let sent = packets(&mut phone, '6', 5);
        arrive(&mut lab, &phone, &sent[..5]);
    }
    phone.talk(&mut lab);
    lab.wait(1_000);
    assert_eq!(heard(&lab).len(), 3, "a pause without packets");
}

#[test]
fn a_voice_that_stops_lets_go_of_the_key() {
    let (mut lab, mut phone) = listening("PCMA");
    let sent = packets(&mut phone, '9', 5);
    arrive(&mut lab, &phone, &sent[..5]);
    lab.wait(200);
    assert_eq!(heard(&lab), []);
    lab.wait(200);
    assert_eq!(heard(&lab), [('9', DigitWay::Tones)]);
    lab.wait(5_000);
    assert_eq!(heard(&lab).len(), 1);
}

#[test]
fn packets_of_any_length_and_a_clock_that_stands_still() {
    for (samples, clock_stands) in [(80, false), (160, true), (240, false), (480, false)] {
        let (mut lab, mut phone) = listening("PCMU");
        let mut tone = KeyTone::new('3').unwrap();
        let mut sound = vec![0; 1_440];
        for frame in sound[480..].as_chunks_mut().0.iter_mut().take(5) {
            tone.fill(frame);
        }
        sound.extend([0; 960]);
        for piece in sound.chunks(samples) {
            let packet = voice(&mut phone, piece);
            if clock_stands {
                phone.timestamp = phone.timestamp.wrapping_sub(160);
            }
            lab.arrive(phone.port, phone.from, &packet);
            lab.wait(20);
        }
        assert_eq!(heard(&lab), [('3', DigitWay::Tones)], "{samples} samples");
    }
}

#[test]
fn a_recorded_port_is_listened_to_as_well_and_a_held_one_is_not() {
    let (mut lab, mut phone) = listening("PCMA");
    lab.record(&phone, 5);
    sounds(&mut lab, &mut phone, '1');
    assert_eq!(heard(&lab), [('1', DigitWay::Tones)]);
    lab.command(Command::StopRecord {
        port: phone.port,
        recording: whole(5),
    });
    assert!(lab.recordings[&whole(5)].iter().any(|it| *it != 0));
    phone.stream.receiving = false;
    lab.negotiate(&phone);
    sounds(&mut lab, &mut phone, '2');
    assert_eq!(heard(&lab).len(), 1);
}

#[test]
fn g1_a_key_in_the_voice_is_not_heard_in_a_message() {
    let (mut lab, mut phone) = listening("PCMA");
    lab.command(Command::RecordMessage {
        port: phone.port,
        recording: whole(5),
        pause: std::time::Duration::from_secs(5),
        max: std::time::Duration::from_secs(5),
    });
    for _ in 0..50 {
        phone.talk(&mut lab);
        lab.wait(20);
    }
    sounds(&mut lab, &mut phone, '#');
    assert_eq!(heard(&lab), [('#', DigitWay::Tones)]);
    let message = lab.stop_record(&phone, 5);
    let (left, _) = crate::lab::sides(&message);
    assert!(crate::lab::level(&left[..7_000], 440) > 0.99);
    for hz in [941.0, 1_477.0] {
        let key = audio::goertzel::energy(&left[8_000..], 8_000, hz);
        assert!(key < 1e6, "{hz} Hz: {key}");
    }
}
